"""What a file is by its content, as the suffix that it ought to have: names are often wrong.

`strong_suffix` knows formats that say what they are; `text_suffix` tells a table from plain text where
nothing else fits. Signatures: ISO 32000 (PDF), ECMA-376 (Office), RFC 5545 (iCalendar), RFC 5322
(mail), W3C WebVTT.
"""

from __future__ import annotations

import json
import re

from indexer.readers.mail_parts import FROM_LINE
from indexer.readers.msg import is_msg
from indexer.readers.office import member_names
from indexer.readers.tabular import delimiter_of
from indexer.readers.text import decode

HEAD = 65_536
_NO_TEXT = bytes(8)
"""Zero bytes in a row that no encoding of text has."""
_PARTS = {
    "word/document.xml": ".docx",
    "xl/workbook.xml": ".xlsx",
    "ppt/presentation.xml": ".pptx",
}
_STARTS = (
    (re.compile(r"\{\\rtf"), ".rtf"),
    (re.compile(r"BEGIN:VCALENDAR\b"), ".ics"),
    (re.compile(r"WEBVTT\b"), ".vtt"),
    (re.compile(r"\d+\s*\n\d\d:\d\d:\d\d,\d{3} --> "), ".srt"),
    (re.compile(r"(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.I), ".html"),
)
_MACHINE_HEADER = re.compile(r"^(?:message-id|mime-version|received|return-path)\s*:", re.I | re.M)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]*\S")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_ALIKE = (
    frozenset({".html", ".htm", ".xhtml", ".md", ".markdown"}),
    frozenset({".eml", ".emlx", ".mbox", ".mbx", ".mail"}),
    frozenset({".vtt", ".srt", ".sbv", ".txt"}),
    frozenset({".ics", ".ical"}),
)
"""Suffixes whose readers tell each other's content apart by themselves."""


def strong_suffix(content: bytes, own: str) -> str:
    """The suffix that the content speaks for; empty where it doesn't, or where `own` will do."""
    found = _signed(content)
    if found == own or any(found in alike and own in alike for alike in _ALIKE):
        return ""
    return found


def _signed(content: bytes) -> str:
    if b"%PDF-" in content[:1024]:
        return ".pdf"
    if content.startswith(b"PK"):
        names = member_names(content)
        return next((suffix for part, suffix in _PARTS.items() if part in names), "")
    if is_msg(content):
        return ".msg"
    head = decode(content[:HEAD]).lstrip("\ufeff \t\r\n")
    for start, suffix in _STARTS:
        if start.match(head):
            return suffix
    if head[:1] in ("{", "[") and _is_json(content):
        return ".json"
    if FROM_LINE.match(content):
        return ".mbox"
    headers = head.split("\n\n")[0]
    return ".eml" if _HEADER.match(headers) and _MACHINE_HEADER.search(headers) else ""


def _is_json(content: bytes) -> bool:
    try:
        json.loads(decode(content))
    except (ValueError, RecursionError):
        return False
    return True


def text_suffix(content: bytes) -> str:
    """`.csv` for what has the shape of a table, `.txt` for other text, empty for what is none.

    What begins as JSON is none: it is damaged JSON, and half of it would pass for prose.
    """
    if _NO_TEXT in content[:HEAD]:
        return ""
    head = decode(content[:HEAD])
    if head.lstrip()[:1] in ("{", "["):
        return ""
    if not head.strip() or len(_CONTROLS.findall(head)) > len(head) // 50:
        return ""
    lines = [line for line in head.split("\n")[:20] if line.strip()]
    counts = {line.count(delimiter_of(head)) for line in lines}
    return ".csv" if len(lines) > 1 and len(counts) == 1 and counts != {0} else ".txt"
