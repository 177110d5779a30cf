"""Mails saved as web pages made into plain mails, so that they are read the way an .eml is.

Formats, from what the programs write: Outlook's and Thunderbird's `save as HTML` open the page with a
block of header lines (From, Sent, To, Subject; also in German, French, Spanish) above the body; the
page that Gmail prints lists the mails of a conversation in tables of the class `message`. A page is
a mail only if it begins with such a block; one further down is quoted history of something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.readers.mail_dates import written_date
from indexer.readers.mail_patterns import HEAD
from indexer.readers.text import SILENT, HtmlLine, decode, html_lines, parse_html

MAX_PAGE = 30_000_000
MAX_MAILS = 500
MAX_VALUE = 10_000
"""Characters of a header that are read; what is longer is no list of people."""
MAX_PERSON = 500
UNKNOWN_ZONE = "X-Time-Zone"
"""Header that says the time was written without its zone."""
_BEFORE = 3
"""Lines a program may put above the block: its own name, the mailbox's owner, the subject."""
_NAMES = {
    "from": "From", "von": "From", "de": "From",
    "sent": "Date", "gesendet": "Date", "envoyé": "Date", "enviado": "Date", "enviado el": "Date",
    "date": "Date", "datum": "Date", "fecha": "Date",
    "to": "To", "an": "To", "à": "To", "para": "To",
    "cc": "Cc", "kopie": "Cc",
    "subject": "Subject", "betreff": "Subject", "objet": "Subject", "asunto": "Subject",
}  # fmt: skip
_BLANK = re.compile(r"[\s|\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f]+")
_MAILTO = re.compile(r"\s*\[mailto:([^\]\s]+)\]|\s*\(mailto:([^)\s]+)\)")
_PERSON = re.compile(r"^\s*(.*?)\s*<\s*([^<>\s]+@[^<>\s]+)\s*>\s*$")
_TAG = re.compile(rb"<\s*(?:html|body|div|p|table|!doctype|head|meta)\b", re.I)
_SIGNS = re.compile(rb"from|von|\bde\b|class=[\"']?message", re.I)


def is_saved_mail(content: bytes) -> bool:
    """True for a web page that begins as a mail does."""
    if not _TAG.search(content[:4096]) or not _SIGNS.search(content) or len(content) > MAX_PAGE:
        return False
    html = decode(content)
    return bool(_gmail(html)) or _block(html_lines(html)) is not None


def saved_mails(content: bytes) -> list[bytes]:
    """The mails of a saved page as RFC 5322 bytes; empty if it is no mail."""
    html = decode(content)
    if printed := _gmail(html):
        return printed
    found = _block(html_lines(html))
    if found is None:
        return []
    headers, consumed = found
    return [_mail(headers, _without(html, consumed))]


def _block(lines: Sequence[HtmlLine]) -> tuple[dict[str, str], str] | None:
    """The headers a page begins with, and all characters up to their end, without blanks."""
    headers: dict[str, str] = {}
    last = -1
    name = ""
    for place, line in enumerate(lines[:40]):
        match = HEAD.match(re.sub(r"^(\S{2,12})\s*\|\s*", r"\1 ", line.text).strip())
        if match and match[1].lower() in _NAMES and not line.hidden:
            name = _NAMES[match[1].lower()]
            headers.setdefault(name, match[2].lstrip("| ").strip())
            last = place
        elif headers and line.text and not line.hidden:
            if len(headers) >= 3 or headers[name]:
                break
            # The value stands on a line of its own under its name.
            headers[name], last = line.text, place
        elif not headers and place >= _BEFORE:
            break
    if "From" not in headers or len(headers) < 3 or not {"Date", "Subject"} & headers.keys():
        return None
    return headers, _BLANK.sub("", "".join(line.text for line in lines[: last + 1]))


def _without(html: str, consumed: str) -> str:
    """The page without its first words, which are `consumed`; its marks around quotes stay."""
    tree = parse_html(html)
    root = tree.body or tree.root
    for node in list(root.traverse(include_text=True)) if root is not None else []:
        if not consumed:
            break
        if node.tag != "-text" or _silent(node):
            continue
        text = _BLANK.sub("", node.text(deep=False) or "")
        if text and consumed.startswith(text):
            consumed = consumed[len(text) :]
            node.decompose()
        elif text:
            break
    return tree.html or ""


def _silent(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in SILENT:
            return True
        parent = parent.parent
    return False


def _gmail(html: str) -> list[bytes]:
    """The mails of a printed Gmail conversation: sender and date in the first row, then `To:`."""
    if 'class="message"' not in html:
        return []
    tree = parse_html(html)
    title = tree.css_first(".maincontent b")
    subject = title.text(strip=True) if title is not None else ""
    out = [_mail(*found) for found in _printed(tree, subject)]
    return out[:MAX_MAILS]


def _printed(tree: LexborHTMLParser, subject: str) -> Iterator[tuple[dict[str, str], str]]:
    for table in tree.css("table.message"):
        rows = [row for row in table.css("tr") if _table(row) == table.mem_id]
        if len(rows) < 2:
            continue
        lines = [line.text for row in rows[:2] for line in html_lines(row.html or "") if line.text]
        first = html_lines(f"<table>{rows[0].html}</table>")
        sender, _, date = (first[0].text if first else "").partition(" | ")
        headers = {"From": sender, "Date": date, "Subject": subject}
        for line in lines:
            match = HEAD.match(line)
            if match and match[1].lower() in _NAMES:
                headers.setdefault(_NAMES[match[1].lower()], match[2])
        if "@" in sender and written_date(date):
            yield headers, "".join(row.html or "" for row in rows[2:] or rows[1:])


def _table(node: LexborNode) -> int:
    parent = node.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return parent.mem_id if parent is not None else 0


def _mail(headers: dict[str, str], html: str) -> bytes:
    message = MIMEText(html.encode("utf-8", "replace").decode(), "html", "utf-8")
    for name in ("From", "To", "Cc"):
        if people := ", ".join(_people(headers.get(name, ""))):
            message[name] = people
    if subject := headers.get("Subject", "").strip():
        message["Subject"] = Header(subject, "utf-8").encode()
    written = written_date(headers.get("Date", ""))
    if written is not None:
        message["Date"] = format_datetime(written)
        if written.tzinfo is None:
            message[UNKNOWN_ZONE] = "not stated"
    return message.as_bytes()


def _people(value: str) -> Iterator[str]:
    value = _MAILTO.sub(lambda found: f" <{found[1] or found[2]}>", value[:MAX_VALUE])
    # Outlook parts people by semicolons, and their names hold commas.
    separator = r";" if ";" in value else r"(?<=>),|,(?=[^<>\s]+@)"
    for whole in re.split(separator, value):
        one = whole[:MAX_PERSON]
        match = _PERSON.match(one)
        name, address = (match[1], match[2]) if match else ("", one.strip(" <>"))
        if match is None and ("@" not in address or " " in address):
            name, address = address, ""
        name = re.sub(r"[\x00-\x1f\"]", "", name).strip("' ")
        if address and address.isascii():
            yield formataddr((name, address))
        elif name:
            shown = f'"{name}"' if name.isascii() else Header(name, "utf-8").encode()
            yield f"{shown} <>"
