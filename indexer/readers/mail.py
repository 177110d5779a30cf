"""Reader for mail: `.eml`, `.mbox`, Outlook's `.msg` and saved pages, one artifact per mail.

Format: RFC 5322 with MIME, as `mail_parts` takes it apart; `msg` and `mail_page` make such mails of
the others. The subject is the first segment, then one segment per paragraph of the body. Attachments are sources of their own: see `attachments`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.message import Message

from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, NotRead, Participant, RawArtifact, RawSegment, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.mail_page import UNKNOWN_ZONE, is_saved_mail, saved_mails
from indexer.readers.mail_parts import (
    NO_ID,
    Attached,
    addresses,
    attached,
    body,
    header,
    parse,
    sent,
    split_mbox,
    thread,
)
from indexer.readers.mail_text import Paragraph, html_paragraphs, plain_paragraphs
from indexer.readers.msg import is_msg, read_msg

_PAGES = (".html", ".htm", ".xhtml")

AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|auto(?:-?reply)?\s*:|out of (?:the )?office|automatische antwort"
    r"|abwesenheit|réponse automatique|absence du bureau|respuesta automática)",
    re.I,
)
HEADER_NAMES = re.compile(
    rb"^(?:from|to|subject|date|received|message-id|mime-version|return-path|delivered-to)\s*:",
    re.I | re.M,
)


class MailReader:
    """Mail files and mailboxes."""

    name = "E-mail (.eml, .mbox, .msg, saved pages)"
    version = 2

    def recognises(self, source: Source) -> bool:
        if source.suffix in (".eml", ".mbox", ".emlx", ".msg") or is_msg(source.content):
            return True
        if source.suffix in _PAGES:
            return is_saved_mail(source.content)
        head = source.content[:4096]
        if source.suffix not in ("", ".mail", ".mbx"):
            return False
        return head.startswith(b"From ") or len(set(HEADER_NAMES.findall(head))) >= 3

    def read(self, source: Source, sources: Sources) -> Reading:
        artifacts, not_read = [], []
        mails, lost = _mails(source)
        for path, content in mails:
            try:
                artifacts.append(_artifact(path, content))
            except UnreadableFile as error:
                if path == source.path:
                    raise
                not_read.append(NotRead(path=path, why=str(error)))
        if not artifacts and not not_read:
            raise UnreadableFile("holds no mail")
        return Reading(artifacts=tuple(artifacts), not_read=(*not_read, *lost))


def attachments(source: Source) -> list[Source]:
    """The files attached to the mails of `source`, for their own readers. Files of the same name
    get `~2`, `~3`; pictures that the body only shows are left out."""
    out: list[Source] = []
    used: dict[str, int] = {}
    try:
        mails, _ = _mails(source)
    except UnreadableFile:
        return []
    for path, content in mails:
        try:
            found: list[Attached] = attached(parse(content))
        except UnreadableFile:
            continue
        for each in found:
            inner = f"{path}!/{each.name}"
            used[inner] = used.get(inner, 0) + 1
            out.append(Source(_numbered(inner, used[inner]), each.content))
    return out


def mail_at(source: Source, path: str) -> Message | None:
    """The mail that became the artifact at `path`, or None if `source` holds none of this path."""
    mails, _ = _mails(source)
    return next((parse(content) for own, content in mails if own == path), None)


def _numbered(path: str, count: int) -> str:
    if count == 1:
        return path
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}~{count}.{suffix}" if dot and "/" not in suffix else f"{path}~{count}"


def _mails(source: Source) -> tuple[Iterable[tuple[str, bytes]], tuple[NotRead, ...]]:
    """Path and bytes of each mail, and the attachments that can't be had."""
    if source.suffix == ".msg" or is_msg(source.content):
        found = read_msg(source.content)
        lost = (NotRead(path=f"{source.path}!/{name}", why=why) for name, why in found.lost)
        return [(source.path, found.content)], tuple(lost)
    if source.suffix in _PAGES:
        pages = saved_mails(source.content)
        if len(pages) > 1:
            return [(f"{source.path}!/mail-{n}", page) for n, page in enumerate(pages, 1)], ()
        return [(source.path, page) for page in pages], ()
    if source.content.startswith(b"From "):
        return _mailbox(source), ()
    return [(source.path, source.content)], ()


def _mailbox(source: Source) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the mails of a mailbox: `file.mbox!/Message-ID`."""
    used: dict[str, int] = {}
    for number, content in enumerate(split_mbox(source.content), 1):
        try:
            own = _message_id(parse(content), content)
        except UnreadableFile:
            own = f"message-{number}"
        own = own.replace("/", "_")
        used[own] = used.get(own, 0) + 1
        yield f"{source.path}!/{own}" + (f"~{used[own]}" if used[own] > 1 else ""), content


def _message_id(message: Message, content: bytes) -> str:
    given = header(message, "Message-ID").strip().strip("<>")
    return given or NO_ID + hashlib.sha256(content).hexdigest()[:12]


def _artifact(path: str, content: bytes) -> RawArtifact:
    message = parse(content)
    at = sent(message)
    subject = header(message, "Subject")
    own_id = _message_id(message, content)
    people = _participants(message)
    sender = next((person for person in people if person.role == "from"), None)
    name = sender.name if sender else "unknown sender"
    label = f"mail {at.day} {at:%b %Y}, {name}" if at else f"mail, {name}"
    locator = MessageLocator(
        id=own_id, time=at.isoformat() if at else None, thread=thread(message, own_id), label=label
    )
    segments = tuple(_segments(message, subject, sender, at, locator))
    if not segments:
        raise UnreadableFile("the mail has neither a subject nor text")
    return RawArtifact(
        path=path,
        kind="mail",
        system="mail",
        title=subject or "(no subject)",
        date=at,
        participants=people,
        segments=segments,
        meta=_meta(message, own_id, subject),
    )


def _participants(message: Message) -> tuple[Participant, ...]:
    return tuple(
        Participant(name=name or address, email=address or None, role=role)
        for role in ("from", "to", "cc", "bcc")
        for name, address in addresses(message, role)
    )


def _segments(
    message: Message,
    subject: str,
    sender: Participant | None,
    at: datetime | None,
    locator: MessageLocator,
) -> Iterator[RawSegment]:
    name = sender.name if sender else None
    address = sender.email if sender else None
    if subject:
        yield RawSegment(
            text=f"Subject: {subject}",
            locator=locator.model_copy(update={"paragraph": 0}),
            speaker=name,
            speaker_id=address,
            at=at,
            role="heading",
        )
    for number, paragraph in enumerate(_paragraphs(message, name or "", subject), 1):
        author = paragraph.author
        yield RawSegment(
            text=paragraph.text,
            locator=locator.model_copy(update={"paragraph": number}),
            speaker=name if author is None else author[0] or None,
            speaker_id=address if author is None else author[1] or None,
            at=at,
            role=paragraph.role,
        )


def _paragraphs(message: Message, sender: str, subject: str) -> list[Paragraph]:
    found: list[Paragraph] = []
    for part in body(message):
        if part.html:
            found += html_paragraphs(part.text, sender, subject)
        else:
            found += plain_paragraphs(part.text, sender, subject, part.flowed)
    return found


def _meta(message: Message, own_id: str, subject: str) -> dict[str, str]:
    meta = {
        "message_id": own_id,
        "in_reply_to": header(message, "In-Reply-To").strip().strip("<>"),
        "subject": subject,
        "thread": thread(message, own_id),
        "labels": header(message, "X-Gmail-Labels"),
        "attachments": ", ".join(each.name for each in attached(message)),
        "automatic": "true" if _automatic(message, subject) else "",
        "bulk": "true" if _bulk(message) else "",
        "time_zone": header(message, UNKNOWN_ZONE),
    }
    return {name: value for name, value in meta.items() if value}


def _automatic(message: Message, subject: str) -> bool:
    submitted = header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if header(message, "X-Autoreply") or header(message, "X-Autorespond"):
        return True
    return header(message, "Precedence").lower() == "auto_reply" or bool(
        AUTOMATIC_SUBJECT.match(subject)
    )


def _bulk(message: Message) -> bool:
    precedence = header(message, "Precedence").lower()
    return bool(header(message, "List-Unsubscribe")) or precedence in ("bulk", "list", "junk")


reader = MailReader()
