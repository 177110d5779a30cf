"""What the lines of a mail body are: new text, quoted tail, forwarded mail, signature.

Owns no format. The patterns are those that mail programs write in English, German, French and
Spanish. Nothing is dropped: each line gets a role, and a quote or a forward gets its own author
where the quote's head names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import parseaddr
from itertools import pairwise

from indexer.models import Role
from indexer.readers.mail_patterns import (
    ATTRIBUTION,
    DISCLAIMER,
    FORWARD,
    FORWARD_SUBJECT,
    HEAD,
    HEAD_FROM,
    HTML_QUOTES,
    ITEM,
    NAME_AND_ADDRESS,
    OPENING,
    ORIGINAL,
    PHONE_SIGNATURE,
    SEPARATOR,
)
from indexer.readers.text import html_lines


@dataclass(frozen=True)
class Line:
    """A line of the body with its role; `author` is set where it is not the sender's own."""

    text: str
    role: Role = "body"
    author: tuple[str, str] | None = None
    """Name and address; two empty strings for someone unknown."""


@dataclass(frozen=True)
class Paragraph:
    text: str
    role: Role
    author: tuple[str, str] | None


def plain_paragraphs(text: str, sender: str, subject: str, flowed: bool = False) -> list[Paragraph]:
    """The paragraphs of a plain text body; hard-wrapped lines are joined again."""
    rows = text.expandtabs().replace("\u00a0", " ").split("\n")
    lines = [Line(row if flowed else row.rstrip()) for row in rows]
    return list(_paragraphs(_roles(lines, sender, subject), wrapped=True, flowed=flowed))


def html_paragraphs(html: str, sender: str, subject: str) -> list[Paragraph]:
    """The paragraphs of an HTML body; text that a person does not see is marked hidden."""
    lines = []
    tail = False
    forward = bool(FORWARD_SUBJECT.match(subject))
    for row in html_lines(html, HTML_QUOTES):
        forward = forward or bool(FORWARD.match(row.text))
        tail = tail or ("tail" in row.marks and not forward)
        quoted = (tail or "quote" in row.marks) and not forward
        role: Role = "hidden" if row.hidden else "quoted" if quoted else "body"
        if role == "body" and "signature" in row.marks:
            role = "signature"
        lines.append(Line(row.text, role, ("", "") if quoted else None))
    return list(_paragraphs(_roles(lines, sender, subject), wrapped=False))


def _roles(lines: list[Line], sender: str, subject: str) -> list[Line]:
    """Give each line its role: quotes first, then the signature in what is left."""
    return _signatures(_quotes(_joined_attributions(lines), subject), sender)


def _joined_attributions(lines: list[Line]) -> list[Line]:
    """`On <date>, <name>` and `<address> wrote:` on lines of their own are one line."""
    out: list[Line] = []
    skip = 0
    for position, line in enumerate(lines):
        if skip:
            skip -= 1
            continue
        for extra in (1, 2):
            parts = [part.text.strip() for part in lines[position : position + extra + 1]]
            if not all(parts) or not OPENING.match(line.text) or ATTRIBUTION.match(line.text):
                break
            if ATTRIBUTION.match(" ".join(parts)):
                line, skip = replace(line, text=" ".join(parts)), extra
                break
        out.append(line)
    return out


def _quotes(lines: list[Line], subject: str) -> list[Line]:
    out: list[Line] = []
    tail: tuple[str, str] | None = None
    author: tuple[str, str] = ("", "")
    forwarded: tuple[str, str] | None = None
    for position, line in enumerate(lines):
        text = line.text
        bare = re.sub(r"^(?:\s*>)+ ?", "", text)
        if line.role == "hidden":
            out.append(line)
            continue
        if FORWARD.match(text) or (
            FORWARD_SUBJECT.match(subject) and _outlook_head(lines, position)
        ):
            forwarded, tail = _head_author(lines, position), None
        elif ATTRIBUTION.match(bare):
            author = _named(bare)
            # Without `>` marks the quote has no end: all that follows is quoted.
            if not _marked_after(lines, position) and not text.lstrip().startswith(">"):
                tail = author
            out.append(Line(bare, "quoted", author))
            continue
        elif ORIGINAL.match(bare) or _outlook_head(lines, position):
            author = _head_author(lines, position)
            tail = author if not text.lstrip().startswith(">") else tail
        out.append(_line_role(line, bare, text, tail, author, forwarded))
    return out


def _line_role(
    line: Line,
    bare: str,
    text: str,
    tail: tuple[str, str] | None,
    author: tuple[str, str],
    forwarded: tuple[str, str] | None,
) -> Line:
    if text.lstrip().startswith(">"):
        return Line(bare, "quoted", author)
    if tail is not None:
        return Line(text, "quoted", tail)
    if line.role == "quoted":
        return replace(line, author=author)
    return replace(line, author=forwarded) if forwarded is not None else line


def _marked_after(lines: list[Line], position: int) -> bool:
    following = (line.text.lstrip() for line in lines[position + 1 :])
    return next((text for text in following if text), "").startswith(">")


def _head_at(lines: list[Line], position: int) -> list[tuple[str, str]]:
    """The header lines (`From: …`, `Sent: …`) of a block that begins at or just after a line."""
    found: list[tuple[str, str]] = []
    for line in lines[position : position + 10]:
        bare = re.sub(r"^(?:\s*>)+ ?", "", line.text).strip()
        if match := HEAD.match(bare):
            found.append((match[1].lower(), match[2]))
        elif found and bare and len(found) >= 3:
            break
    return found


def _outlook_head(lines: list[Line], position: int) -> bool:
    bare = re.sub(r"^(?:\s*>)+ ?", "", lines[position].text).strip()
    match = HEAD.match(bare)
    if not match or match[1].lower() not in HEAD_FROM:
        return False
    return len({name for name, _ in _head_at(lines[position : position + 7], 0)}) >= 3


def _head_author(lines: list[Line], position: int) -> tuple[str, str]:
    for name, value in _head_at(lines, position):
        if name in HEAD_FROM:
            return _address(value)
    return ("", "")


def _named(attribution: str) -> tuple[str, str]:
    """The author in `On Thu, 4 Dec 2025 at 15:12, Jo Roe <jo@x.example> wrote:`."""
    match = NAME_AND_ADDRESS.search(attribution)
    if match:
        name = re.sub(r"^\s*(?:(?:[AP]M|Uhr|schrieb)\b\s*)*", "", match[1]).strip(' "')
        return name, match[2].lower()
    match = re.search(
        r"(?:,|[AP]M)\s+([^,\d:]{3,60}?)\s+(?:wrote|a écrit|escribió)\s*:", attribution
    )
    return (match[1].strip(), "") if match else ("", "")


def _address(value: str) -> tuple[str, str]:
    cleaned = re.sub(r"\[mailto:([^\]]+)\]", r"<\1>", value).replace("*", "").strip()
    name, address = parseaddr(cleaned)
    if "@" not in address:
        return cleaned.strip('"<> '), ""
    return name or address, address.lower()


def _signatures(lines: list[Line], sender: str) -> list[Line]:
    """Mark signatures: after `-- `, the block under the sender's full name, phone footers."""
    out: list[Line] = []
    state = ""
    begun = False
    for line in lines:
        text = line.text.strip()
        if line.role != "body" or line.author is not None:
            state = ""
        elif SEPARATOR.match(line.text.lstrip()) or text == "--":
            state = "rest"
        elif begun and _is_name(text, sender):
            state = state or "block"
        elif not text and state == "block":
            state = ""
        if line.role == "body" and line.author is None:
            alone = PHONE_SIGNATURE.match(text) or DISCLAIMER.match(text)
            if state or alone:
                line = replace(line, role="signature")
        begun = begun or bool(text)
        out.append(line)
    return out


def _is_name(text: str, sender: str) -> bool:
    """True for a line that is the sender's full name, or initial and last name, and little else."""
    parts = sender.split()
    if len(parts) < 2 or len(text) > len(sender) + 45:
        return False
    first, last = re.escape(parts[0]), re.escape(parts[-1])
    pattern = rf"(?:{first}|{first[0]}\.)\s(?:\S+\s)?{last}\s*(?:$|[|,(/–-].*)"
    return re.match(pattern, text, re.I) is not None


def _paragraphs(lines: list[Line], wrapped: bool, flowed: bool = False) -> Iterator[Paragraph]:
    widths = {line.role: 0 for line in lines}
    if wrapped:
        widths = {role: _width(lines, role) for role in widths}
    block: list[Line] = []
    for line in (*lines, Line("")):
        same = block and (line.role, line.author) == (block[0].role, block[0].author)
        if block and (not line.text.strip() or not same):
            role = block[0].role
            text = _join([each.text for each in block], widths[role], flowed, role == "quoted")
            yield Paragraph(text, block[0].role, block[0].author)
            block = []
        if line.text.strip():
            block.append(line)


def _width(lines: list[Line], role: Role) -> int:
    """The column at which lines of a role were hard-wrapped; 0 if they were not."""
    lengths = [
        len(line.text)
        for line in lines
        if line.role == role and "://" not in line.text and not ATTRIBUTION.match(line.text)
    ]
    widest = max(lengths, default=0)
    return widest if 50 <= widest <= 100 else 0


def _join(rows: list[str], width: int, flowed: bool, quoted: bool) -> str:
    text = rows[0].strip()
    for before, row in pairwise(rows):
        first = row.split(maxsplit=1)[0]
        soft = flowed and before.endswith(" ") and before != "-- "
        full = width and len(before) + 1 + len(first) > width and not ITEM.match(row)
        # Quoting wraps lines a second time, so that short ends stand between full lines.
        full = full or (quoted and width and row[:1].islower() and before[-1:] not in ".!?:;")
        if ATTRIBUTION.match(before) or HEAD.match(row):
            full = soft = False
        text += (" " if soft or full else "\n") + row.strip()
    return text
