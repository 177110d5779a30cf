"""A mail taken apart: headers, date, thread, body parts, attachments; a mailbox into mails.

Format: RFC 5322 headers, MIME parts (RFC 2045), encoded words (RFC 2047), mboxrd mailboxes. Headers
are decoded here by hand: the standard library's strict policy raises on broken ones.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from indexer.errors import UnreadableFile
from indexer.readers.text import decode

NO_ID = "no-id-"
"""Begins the id of a mail that has none of its own."""
MAX_PARTS = 1000
MAX_DEPTH = 20
MAX_MULTIPARTS = 200
"""Parts of parts beyond which the standard library's parser, quadratic in their depth, is not asked."""
MAX_HEADERS = 64 * 1024
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
FROM_LINE = re.compile(
    rb"^From \S.*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+"
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s+\d\d:\d\d"
)
VIEW_IN_HTML = re.compile(
    r"(?:does not support|can(?:no|')t (?:display|show)|view (?:this|it)\b.*)\bHTML"
    r"|HTML[- ]e?-?mail",
    re.I,
)


@dataclass(frozen=True)
class Body:
    text: str
    html: bool
    flowed: bool


@dataclass(frozen=True)
class Attached:
    name: str
    content: bytes


def split_mbox(content: bytes) -> Iterator[bytes]:
    """The mails of a mailbox. A body line that only begins with `From ` does not split it."""
    mail: list[bytes] = []
    blank = True
    for line in content.splitlines(keepends=True):
        if blank and FROM_LINE.match(line):
            if mail:
                yield b"".join(mail)
            mail = []
        elif not mail and line.startswith(b"From "):
            pass
        else:
            mail.append(line[1:] if re.match(rb">+From ", line) else line)
        blank = not line.strip()
    if mail:
        yield b"".join(mail)


def parse(content: bytes) -> Message:
    """The mail as the standard library reads it, within limits."""
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = decode(content).encode()
    end = re.search(rb"\r?\n\r?\n", content)
    if (end.start() if end else len(content)) > MAX_HEADERS:
        raise UnreadableFile("the mail's headers are longer than 64 KB")
    if len(re.findall(rb"^content-type\s*:", content, re.I | re.M)) > MAX_PARTS:
        raise UnreadableFile(f"the mail has more than {MAX_PARTS} parts")
    if len(re.findall(rb"^content-type\s*:\s*multipart/", content, re.I | re.M)) > MAX_MULTIPARTS:
        raise UnreadableFile("the mail's parts are nested too deep")
    try:
        message = message_from_bytes(content)
    except RecursionError as error:
        raise UnreadableFile("the mail's parts are nested too deep") from error
    _check(message)
    return message


def _check(message: Message) -> None:
    stack = [(message, 1)]
    count = 0
    while stack:
        part, depth = stack.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise UnreadableFile(f"the mail's parts are nested deeper than {MAX_DEPTH}")
        if count > MAX_PARTS:
            raise UnreadableFile(f"the mail has more than {MAX_PARTS} parts")
        stack.extend((child, depth + 1) for child in _children(part))


def _children(part: Message) -> list[Message]:
    if not part.is_multipart():
        return []
    payload = part.get_payload()
    found = payload if isinstance(payload, list) else []
    return [each for each in found if isinstance(each, Message)]


def header(message: Message, name: str) -> str:
    """A header's text on one line, encoded words decoded; empty if there is none."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return _decoded(str(value))
    return ""


def _decoded(value: str) -> str:
    raw = value.encode("utf-8", "surrogateescape")
    text = " ".join(decode(raw).split())
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except (HeaderParseError, binascii.Error):
        return text
    return " ".join("".join(_piece(piece, charset) for piece, charset in pieces).split())


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    return _text(piece, charset) if charset else piece.decode("utf-8", "replace")


def _text(content: bytes, charset: str | None) -> str:
    if charset:
        try:
            return content.decode(charset).replace("\r\n", "\n").replace("\r", "\n")
        except (LookupError, ValueError):
            pass
    return decode(content)


def _payload(part: Message) -> bytes:
    """A part's bytes, transfer encoding undone."""
    try:
        payload = part.get_payload(decode=True)
    except ValueError:
        # A zero byte in the charset's name; the bytes don't depend on it.
        part.del_param("charset")
        payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """Name and address of each person in a header. Names are decoded after the split, since an
    encoded name can hold a comma."""
    raw = [
        " ".join(decode(str(value).encode("utf-8", "surrogateescape")).split())
        for key, value in message.raw_items()
        if key.lower() == name.lower()
    ]
    pairs = ((_decoded(shown).strip("' "), address) for shown, address in getaddresses(raw))
    return [(shown, address.lower()) for shown, address in pairs if shown or address]


def sent(message: Message) -> datetime | None:
    """When the mail was sent, in UTC: the Date header, else the last hop's time, else nothing."""
    received = header(message, "Received").rpartition(";")[2].strip()
    for text in (header(message, "Date"), received):
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                continue
            if at.tzinfo is None:
                continue
        # `-0000` means a time in UTC from an unknown place.
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return None


def thread(message: Message, own_id: str) -> str:
    """The id of the thread's first mail, as far as the headers tell."""
    if given := header(message, "X-GM-THRID"):
        return given
    for name in ("References", "In-Reply-To"):
        if found := re.search(r"<([^<>\s]+)>", header(message, name)):
            return found[1]
    try:
        index = base64.b64decode(header(message, "Thread-Index"), validate=True)
    except (binascii.Error, ValueError):
        index = b""
    # Without References a reply by Outlook still shares the first 22 bytes with its thread.
    shared = len(index) > 22 or (len(index) == 22 and own_id.startswith(NO_ID))
    return index[:22].hex() if shared else own_id


def body(message: Message) -> list[Body]:
    """The parts that make up the text, in order; of alternatives the plain one, if it says it."""
    kind = message.get_content_type()
    if kind == "multipart/alternative":
        options = [found for child in _children(message) if (found := body(child))]
        plain = next((o for o in options if not any(p.html for p in o) and _says_it(o)), None)
        rich = next((o for o in options if any(p.html for p in o)), None)
        return plain or rich or (options[0] if options else [])
    if kind.startswith("multipart/"):
        return [part for child in _children(message) for part in body(child)]
    if kind not in ("text/plain", "text/html") or _is_file(message):
        return []
    text = _text(_payload(message), message.get_content_charset())
    flowed = str(message.get_param("format", "")).lower() == "flowed"
    return [Body(text, kind == "text/html", flowed)] if text.strip() else []


def rich_body(message: Message) -> str:
    """The HTML that the mail was written in, its parts in order; empty if it was written as plain text."""
    kind = message.get_content_type()
    if kind == "text/html" and not _is_file(message):
        return _text(_payload(message), message.get_content_charset())
    parts = [found for child in _children(message) if (found := rich_body(child))]
    if kind == "multipart/alternative":
        return parts[-1] if parts else ""
    return "\n".join(parts) if kind.startswith("multipart/") else ""


def shown_pictures(message: Message) -> list[tuple[str, str, bytes]]:
    """The pictures that a mail brings for its own HTML: Content-ID, kind, bytes. Kinds that browsers only paint."""
    stack, found = [message], []
    while stack:
        part = stack.pop()
        stack.extend(reversed(_children(part)))
        name = header(part, "Content-ID").strip().strip("<>")
        if name and part.get_content_type() in PICTURES:
            found.append((name, part.get_content_type(), _payload(part)))
    return found


def _says_it(parts: list[Body]) -> bool:
    text = "\n".join(part.text for part in parts).strip()
    return bool(text) and not (len(text) < 300 and VIEW_IN_HTML.search(text))


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, UnicodeDecodeError, TypeError):
        name = ""
    return re.sub(r"[\x00-\x1f]", "", _decoded(name)).replace("\\", "/").rsplit("/", 1)[-1]


def attached(message: Message) -> list[Attached]:
    """The attached files, invites and mails, without the pictures that the body shows."""
    out: list[Attached] = []
    stack = [message]
    while stack:
        part = stack.pop()
        if part.get_content_type() == "message/rfc822":
            out.extend(_inner_mail(part))
        elif part.is_multipart():
            stack.extend(reversed(_children(part)))
        elif (name := _attached_name(part, part is message)) and (content := _payload(part)):
            out.append(Attached(name, content))
    return out


def _attached_name(part: Message, whole: bool) -> str:
    """The name to keep a part under; empty if it is no attachment."""
    kind = part.get_content_type()
    explicit = part.get_content_disposition() == "attachment"
    if kind.startswith("image/") and part.get("Content-ID") and not explicit:
        return ""
    if kind == "text/calendar":
        return _file_name(part) or "invite.ics"
    if explicit or _file_name(part):
        return _file_name(part) or "attachment"
    return "" if whole or kind.startswith(("text/", "image/")) else "attachment"


def _inner_mail(part: Message) -> Iterator[Attached]:
    for inner in _children(part):
        name = _file_name(part) or re.sub(r"[\\/:]+", "_", header(inner, "Subject")) or "mail"
        if not name.lower().endswith(".eml"):
            name += ".eml"
        try:
            yield Attached(name, inner.as_bytes())
        except (UnicodeEncodeError, LookupError, ValueError):
            continue
