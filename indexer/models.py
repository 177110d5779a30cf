"""The values the indexer produces: artifacts, segments, locators, people, evidence.

Plain frozen pydantic models. Nothing here reads files, stores rows or knows about sections, claims
or models; readers build `RawArtifact`s, the indexer turns them into `Artifact`s with `Segment`s.
"""

from __future__ import annotations

from datetime import date, datetime
from datetime import date as Day
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Frozen(BaseModel):
    """Base of every value type: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _day(value: object) -> object:
    """A day written as text stays a day; pydantic alone would make it midnight."""
    return Day.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value


Moment = Annotated[datetime | Day, BeforeValidator(_day)]
"""A time of a day, or a day whose time nobody gave."""

Side = Literal["customer", "vendor", "unknown"]

Kind = Literal[
    "call", "chat", "mail", "crm", "contract", "proposal", "sheet", "slides", "note", "ticket",
    "invite", "usage", "document", "statement",
]  # fmt: skip

Role = Literal[
    "body", "quoted", "signature", "heading", "summary", "event", "hidden", "row", "field"
]
"""What a segment is inside its artifact. `quoted` is a quoted mail tail or a link preview (someone
said it elsewhere first), `summary` a machine summary, `event` a join/leave/cancel line, `hidden`
text a person does not see (white text, comments)."""

Execution = Literal["executed", "partly_signed", "draft", "unsigned", "not_applicable"]


class PageLocator(Frozen):
    """A page of a PDF, counted from 1."""

    type: Literal["page"] = "page"
    page: int
    label: str = ""


class SlideLocator(Frozen):
    """A slide, counted from 1; `part` says where on it."""

    type: Literal["slide"] = "slide"
    slide: int
    part: Literal["title", "body", "table", "notes"] = "body"
    label: str = ""


class MomentLocator(Frozen):
    """A moment of a recording. Seconds from its start; None where the source gives no time."""

    type: Literal["moment"] = "moment"
    seconds: float | None
    end: float | None = None
    speaker: str | None = None
    label: str = ""


class MessageLocator(Frozen):
    """A mail, chat message or comment, by the id its system gave it."""

    type: Literal["message"] = "message"
    id: str
    time: str | None = None
    thread: str | None = None
    paragraph: int | None = None
    label: str = ""


class RowLocator(Frozen):
    """A row of a sheet or CSV, counted from 1 as a spreadsheet shows it."""

    type: Literal["row"] = "row"
    sheet: str | None = None
    row: int
    column: str | None = None
    label: str = ""


class ClauseLocator(Frozen):
    """A paragraph or table row of a document under its heading path."""

    type: Literal["clause"] = "clause"
    path: tuple[str, ...] = ()
    paragraph: int = 0
    page: int | None = None
    label: str = ""


class FieldLocator(Frozen):
    """A field of a CRM or ticket record."""

    type: Literal["field"] = "field"
    object: str
    name: str
    label: str = ""


class LinesLocator(Frozen):
    """Lines of a text file, counted from 1, both ends included."""

    type: Literal["lines"] = "lines"
    first: int
    last: int
    label: str = ""


Locator = Annotated[
    PageLocator
    | SlideLocator
    | MomentLocator
    | MessageLocator
    | RowLocator
    | ClauseLocator
    | FieldLocator
    | LinesLocator,
    Field(discriminator="type"),
]


class Participant(Frozen):
    """A person as one source names them; `system_id` is that system's own id for them."""

    name: str
    email: str | None = None
    system_id: str | None = None
    title: str | None = None
    side: Side | None = None
    role: str | None = None
    """What the source calls them: `owner`, `contact role: Economic Buyer`, `from`, `attendee`..."""


class RawSegment(Frozen):
    """One citable piece as a reader found it.

    `text` is what a person sees, without markup; it may hold line breaks. Segments of an artifact
    are joined by `joiner_before` (a line break; a form feed where a PDF page begins).
    """

    text: str
    locator: Locator
    speaker: str | None = None
    speaker_id: str | None = None
    """E-mail address or system id of the speaker, for joining with people."""
    side: Side | None = None
    """Only where the source itself says so (Gong affiliation, Chorus speaker_type)."""
    at: Moment | None = None
    role: Role = "body"
    joiner_before: Literal["\n", "\f"] = "\n"


class RawArtifact(Frozen):
    """One file, or one record of an export that has its own date and people."""

    path: str
    kind: Kind
    system: str
    title: str
    date: Moment | None = None
    participants: tuple[Participant, ...] = ()
    segments: tuple[RawSegment, ...]
    meta: dict[str, str] = {}
    """Facts about the artifact that are no segments: `message_id`, `in_reply_to`, `channel`,
    `private`, `call_id`, `record_type`, `record_id`, `account_name`, `attachment_of`..."""


class NotRead(Frozen):
    """A file or member that gave no text, and why, in words a user can act on."""

    path: str
    why: str


class Reading(Frozen):
    """What a reader got out of one source file."""

    artifacts: tuple[RawArtifact, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    people: tuple[Participant, ...] = ()
    """People a directory file names (users.json, owners.json, Contact.json)."""
    facts: dict[str, str] = {}
    """Facts about the account: `account_name`, `account_domain`, `stage`, `close_date`, `amount`,
    `ae`, `csm`, `vendor_domain`, `kickoff_date`."""


class Segment(Frozen):
    """Smallest citable piece: `text` is `extracted_text[start:end]` of its artifact."""

    id: str
    artifact: str
    """Path of the artifact."""
    ordinal: int
    text: str
    start: int
    end: int
    locator: Locator
    speaker: str | None = None
    person: str | None = None
    """Name of the resolved person, when the speaker could be resolved."""
    side: Side = "unknown"
    at: Moment | None = None
    role: Role = "body"


class Artifact(Frozen):
    """One read artifact as the record holds it."""

    id: str
    path: str
    kind: Kind
    system: str
    title: str
    date: Moment | None = None
    participants: tuple[Participant, ...] = ()
    authority: int
    """Rung of the ladder in `indexer.authority`; lower stands higher."""
    execution: Execution = "not_applicable"
    meta: dict[str, str] = {}
    text: str
    """The extracted text."""


class Person(Frozen):
    """One human across systems."""

    name: str
    side: Side = "unknown"
    title: str | None = None
    emails: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """CRM contact roles, as the CRM words them."""
    calls: int = 0
    mails: int = 0
    messages: int = 0
    last_seen: Moment | None = None
    outdated: bool = False
    """True for a CRM contact who was in no mail and no call for long before the deal closed."""


class Account(Frozen):
    """One customer."""

    slug: str
    name: str
    vendor: str | None = None
    stage: str | None = None
    close_date: date | None = None
    kickoff_date: date | None = None
    ae: str | None = None
    csm: str | None = None
    folder: str = ""
    related_accounts: tuple[str, ...] = ()
    """Other companies whose stories are not this deal's."""


class Evidence(Frozen):
    """A segment found for a question, with its fused score (higher is better)."""

    segment: Segment
    score: float
    found_by: tuple[str, ...] = ()


class IndexReport(Frozen):
    """What one run of `index` did; paths, and reasons for what was not read."""

    account: str
    read: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    duplicates: tuple[tuple[str, str], ...] = ()
    not_read: tuple[NotRead, ...] = ()
    segments: int = 0
    chunks_embedded: int = 0
    chunks_reused: int = 0
    notes: tuple[str, ...] = ()
    """What else is worth knowing: caches written anew, a vector store that doesn't answer."""
