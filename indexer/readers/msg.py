"""Outlook's .msg files made into plain mails, so that they are read the way an .eml is.

Format: property tags of [MS-OXPROPS], mails of [MS-OXMSG] as `msg_store` opens them. Bodies that are
kept as compressed RTF only come through `rtf_text`. What can't be carried over is named, not lost.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import encoders, message_from_string
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from indexer.errors import UnreadableFile
from indexer.readers.msg_store import Storage, Store, in_code_page, is_msg
from indexer.readers.rtf_text import rtf_text, uncompressed

__all__ = ["Mail", "is_msg", "read_msg"]

MAX_DEPTH = 8
MAX_HEADERS = 64 * 1024
_CLASSES = ("ipm.note", "ipm.schedule", "ipm.appointment", "ipm.task", "ipm.post", "report.",
            "ipm.stickynote")  # fmt: skip
_ROLES = {1: "To", 2: "Cc", 3: "Bcc"}
_SHOWN = {"To": 0x0E04, "Cc": 0x0E03, "Bcc": 0x0E02}
_KEPT = ("Received", "Auto-Submitted", "X-Autoreply", "X-Autorespond", "Precedence",
         "List-Unsubscribe")  # fmt: skip
_LINKED = (2, 3, 4, 7)
_EMBEDDED = 5


@dataclass(frozen=True)
class Mail:
    """The mail as RFC 5322 bytes, and name and reason of each attachment that is not in them."""

    content: bytes
    lost: tuple[tuple[str, str], ...]


def read_msg(content: bytes) -> Mail:
    """The mail in a .msg file. Raises `UnreadableFile` if there is none in it."""
    if not is_msg(content):
        raise UnreadableFile("not an Outlook message, or a damaged one")
    lost: list[tuple[str, str]] = []
    message = _message(Storage(Store(content)), 1, lost)
    return Mail(message.as_bytes(), tuple(lost))


def _message(item: Storage, depth: int, lost: list[tuple[str, str]]) -> Message:
    kind = item.text(0x001A).lower()
    if kind and not kind.startswith(_CLASSES):
        raise UnreadableFile(f"an Outlook item of the class {item.text(0x001A)!r}, not a mail")
    bodies = list(_bodies(item))
    if not bodies and kind.startswith("ipm.note.smime"):
        raise UnreadableFile("an encrypted or signed mail; save it from Outlook in clear")
    # Boundaries by place, not by chance: a mail without an id is named by the hash of its bytes.
    place = hashlib.sha256(item.path.encode()).hexdigest()[:20]
    message = MIMEMultipart("mixed", f"=_outer_{place}")
    _headers(message, item, kind)
    alternative = MIMEMultipart("alternative", f"=_body_{place}")
    for text, subtype in bodies:
        alternative.attach(MIMEText(text.encode("utf-8", "replace").decode(), subtype, "utf-8"))
    message.attach(alternative)
    for attachment in item.parts("__attach_version1.0_"):
        if part := _attachment(attachment, depth, lost):
            message.attach(part)
    return message


def _bodies(item: Storage) -> Iterator[tuple[str, str]]:
    plain = item.text(0x1000)
    if plain:
        yield plain, "plain"
    html = item.binary(0x1013)
    page = in_code_page(html, item.number(0x3FDE)) if html else item.text(0x1013)
    if page.strip():
        yield page, "html"
    elif not plain and (packed := item.binary(0x1009)):
        text = rtf_text(uncompressed(packed)).visible
        if text.strip():
            yield text, "plain"


def _headers(message: Message, item: Storage, kind: str) -> None:
    written = message_from_string(item.text(0x007D)[:MAX_HEADERS].lstrip())
    _add(message, "Subject", item.text(0x0037) or _first(written, "Subject"))
    _add(message, "From", _first(written, "From") or _sender(item))
    for role, people in _recipients(item, written).items():
        _add(message, role, people)
    at = item.time(0x0039) or item.time(0x0E06)
    _add(message, "Date", _first(written, "Date") or (format_datetime(at) if at else ""))
    _add(message, "Message-ID", item.text(0x1035) or _first(written, "Message-ID"))
    _add(message, "In-Reply-To", item.text(0x1042) or _first(written, "In-Reply-To"))
    _add(message, "References", item.text(0x1039) or _first(written, "References"))
    if index := item.binary(0x0071):
        _add(message, "Thread-Index", base64.b64encode(index[:200]).decode())
    for name in _KEPT:
        _add(message, name, _first(written, name))
    if kind.startswith("report.") and "Auto-Submitted" not in message:
        _add(message, "Auto-Submitted", "auto-generated")


def _first(written: Message, name: str) -> str:
    return str(written.get(name, ""))


def _add(message: Message, name: str, value: str) -> None:
    value = re.sub(r"[\x00-\x1f\x7f]+", " ", value).strip()
    if value:
        encoded = value if value.isascii() else Header(value.encode("utf-8", "replace"), "utf-8")
        message[name] = str(encoded) if isinstance(encoded, str) else encoded.encode(linesep="\r\n")


def _sender(item: Storage) -> str:
    # 5D01 is the plain address where 0C1F holds a path inside Exchange; 0042 is whom it stands for.
    return _person(
        item.text(0x0C1A, 0x0042),
        item.text(0x5D01),
        item.text(0x0C1F),
        item.text(0x5D02),
        item.text(0x0065),
    )


def _person(name: str, *addresses: str) -> str:
    name = " ".join(name.replace('"', "").split()).strip("' ")
    found = next((a.strip() for a in addresses if "@" in a and a.isascii()), "")
    if not found and "@" in name and " " not in name:
        return name
    if not found:
        return f'"{name}" <>' if name else ""
    return formataddr((name, re.sub(r"\s+", "", found)))


def _recipients(item: Storage, written: Message) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in item.parts("__recip_version1.0_"):
        role = _ROLES.get(one.number(0x0C15) & 0xFF, "To")
        shown = _person(one.text(0x3001, 0x5FF6), one.text(0x39FE), one.text(0x3003))
        if shown:
            found.setdefault(role, []).append(shown)
    people = {role: ", ".join(each) for role, each in found.items()}
    for role, tag in _SHOWN.items():
        if role not in people and not found:
            names = [_person(name) for name in item.text(tag).split(";") if name.strip()]
            people[role] = _first(written, role) or ", ".join(names)
    return people


def _attachment(part: Storage, depth: int, lost: list[tuple[str, str]]) -> Message | None:
    name = re.sub(r"[\x00-\x1f]", "", part.text(0x3707, 0x3704, 0x3001)).strip() or "attachment"
    method = part.number(0x3705)
    if method == _EMBEDDED and (inner := part.mail_inside()):
        if depth >= MAX_DEPTH:
            lost.append((name, f"mails nested deeper than {MAX_DEPTH}"))
            return None
        try:
            return _named(
                MIMEMessage(_message(inner, depth + 1, lost)), f"{name.removesuffix('.msg')}.eml"
            )
        except UnreadableFile as error:
            lost.append((name, str(error)))
            return None
    content = part.binary(0x3701)
    if not content:
        linked = method in _LINKED
        lost.append((name, "a link, not the file itself" if linked else "the attachment is empty"))
        return None
    kind = part.text(0x370E).lower()
    main, _, sub = kind.partition("/") if re.fullmatch(r"[a-z]+/[\w.+-]+", kind) else ("", "", "")
    if main in ("", "multipart", "message"):
        main, sub = "application", "octet-stream"
    file = MIMEBase(main, sub)
    file.set_payload(content)
    encoders.encode_base64(file)
    shown = part.number(0x7FFE) & 1 or part.number(0x3714) & 4
    if main == "image" and shown and (cid := part.text(0x3712)):
        _add(file, "Content-ID", f"<{cid.strip('<>')}>")
        return _named(file, name, "inline")
    return _named(file, name)


def _named(part: Message, name: str, how: str = "attachment") -> Message:
    part.add_header("Content-Disposition", how, filename=("utf-8", "", name))
    return part
