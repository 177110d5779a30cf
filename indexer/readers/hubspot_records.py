"""HubSpot files taken apart into records: v3 JSON, legacy JSON, export CSV.

Format: v3 list answers (`results[].properties`, all values strings), owners and pipelines answers,
legacy engagements (`engagement` + `metadata`) and legacy deals (`properties.<name>.value`), and
CSV exports whose headers are labels in the language of the account, see `fields`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from indexer.models import NotRead
from indexer.readers.base import Source
from indexer.readers.crm import plain, when
from indexer.readers.exported import answers, dicts, recognised
from indexer.readers.fields import FieldMap, fold, packaged
from indexer.readers.tabular import Table, read_table
from indexer.readers.text import decode

KINDS = {
    "hs_note_body": "note", "hs_email_subject": "email", "hs_email_text": "email",
    "hs_email_html": "email", "hs_call_title": "call", "hs_call_body": "call",
    "hs_meeting_title": "meeting", "hs_meeting_body": "meeting", "hs_task_subject": "task",
    "hs_task_body": "task", "dealname": "deal", "dealstage": "deal", "firstname": "contact",
    "lastname": "contact", "jobtitle": "contact", "domain": "company",
}  # fmt: skip
FOLDERS = re.compile(r"(deal|contact|compan|note|email|call|meeting|task)", re.I)
ENGAGEMENTS = frozenset({"note", "email", "call", "meeting", "task"})
_MARKS = (
    ("properties", "id"), ("properties", "dealId"), ("properties", "vid"), ("engagement", "metadata"),
    ("properties", "companyId"), ("properties", "objectId"), ("firstName", "email"), ("stages", "label"),
)  # fmt: skip
_IDS = frozenset({"id", "dealId", "vid", "companyId", "objectId"})
_OF_A_RECORD = frozenset({"archived", "createdAt", "portalId", "propertiesWithHistory"})
_OTHERS = frozenset({"geometry", "$schema", "attributes"})
"""Keys beside `properties` in other formats (maps, schemas)."""
_LISTS = ("results", "deals", "contacts", "companies", "engagements")
PROPERTY = re.compile(r"^property_(?:hs_)?")


@dataclass(frozen=True)
class Record:
    """One record: what it is, its id, its fields, and who it is associated with."""

    type: str
    id: str
    fields: dict[str, str]
    row: int
    table: bool = False
    contacts: tuple[tuple[str, str], ...] = ()
    """Associated contact ids with the label of the association, empty if it has none."""
    history: tuple[tuple[str, str, str], ...] = ()
    """Property, time and value of each former value."""
    names: FieldMap = field(default_factory=lambda: packaged("hubspot"))

    def get(self, *names: str) -> str:
        return next((self.fields[name] for name in names if self.fields.get(name)), "")

    def alias(self, term: str) -> str:
        """The first filled field among the names of one of our terms."""
        folded = {fold(PROPERTY.sub("", key)): value for key, value in self.fields.items()}
        return next((folded[key] for key in self.names.spellings(term) if folded.get(key)), "")


@dataclass
class Found:
    records: list[Record] = field(default_factory=list)
    owners: dict[str, dict[str, str]] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    """Labels of stages and pipelines by id."""
    more: bool = False
    strangers: tuple[NotRead, ...] = ()
    """Entries of a list that are no records."""


def is_json(source: Source) -> bool:
    return recognised(source, _MARKS, _fits)


def _fits(value: Any) -> bool:
    """True for an answer of the API, or for one record, owner or pipeline of it."""
    if isinstance(value, list):
        return bool(value) and all(map(_is_row, value[:20]))
    if not isinstance(value, dict):
        return False
    rows = _listed(value)
    return _is_row(value) if rows is None else bool(rows) and _is_row(rows[0])


def _is_row(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("engagement"), dict):
        return isinstance(value.get("metadata"), dict)
    if isinstance(value.get("stages"), list):
        return "displayOrder" in value or "pipelineId" in value or "label" in value
    properties = value.get("properties")
    if isinstance(properties, dict):
        given = bool(_IDS & set(value)) and not (_OTHERS & set(value))
        known = any(name in KINDS or name.startswith("hs_") for name in properties)
        return given and (known or bool(_OF_A_RECORD & set(value)))
    return {"firstName", "email"} <= set(value) and bool({"userId", "ownerId"} & set(value))


def csv_kind(source: Source) -> str:
    """`deal`, `contact`, `company`, `activity` or empty, by the headers."""
    if source.suffix != ".csv":
        return ""
    first = decode(source.content[:8192]).lstrip().split("\n", 1)[0]
    if "_fivetran" in first and "property_" not in first:
        return ""
    names = {fold(PROPERTY.sub("", n.strip())) for n in re.split(r"[,;\t]", first.replace('"', ""))}
    known = packaged("hubspot").terms_of(names)
    own_id = names.intersection(packaged("hubspot").spellings("id")) - {"id"}
    if {"notebody", "timestamp"} <= names or "bodypreview" in names:
        return "activity"
    if "name" in known and (own_id or "stage" in known):
        return "deal"
    if own_id and known & {"first_name", "last_name", "email"}:
        return "contact"
    if own_id and "account" in known:
        return "company"
    what = names & {"body", "notebody", "subject", "activitytype", "activitydate"}
    typed = names & {"type", "activitytype", "engagementtype"} and names & {"date", "activitydate"}
    return "activity" if what and typed else ""


def records_of(source: Source, names: FieldMap) -> Found:
    """All records of a file; `names` is what the team calls our terms."""
    kind = csv_kind(source)
    found = _from_table(read_table(source.content), kind) if kind else _from_json(source)
    found.records = [replace(record, names=names) for record in found.records]
    return found


def _from_json(source: Source) -> Found:
    given = answers(source.content, _fits)
    found = Found(strangers=given.not_read(source.path))
    hint = FOLDERS.search(source.name)
    for answer in given.values:
        rows = _listed(answer) if isinstance(answer, dict) else answer
        for row in dicts([answer] if rows is None else rows):
            _take(row, _hinted(hint[1].lower() if hint else ""), found)
    # The last page says whether there are more.
    last = given.values[-1] if given.values and isinstance(given.values[-1], dict) else {}
    paging = last.get("paging")
    found.more = bool(last.get("hasMore") or (isinstance(paging, dict) and paging.get("next")))
    return found


def _hinted(word: str) -> str:
    return "company" if word == "compan" else word


def _listed(answer: dict[str, Any]) -> list[Any] | None:
    """The rows of a list answer; None for what is no list."""
    return next((answer[k] for k in _LISTS if isinstance(answer.get(k), list)), None)


def _take(row: dict[str, Any], hint: str, found: Found) -> None:
    if isinstance(row.get("stages"), list):
        for stage in (row, *row["stages"]):
            if isinstance(stage, dict):
                own = stage.get("id") or stage.get("stageId") or stage.get("pipelineId")
                found.stages[str(own)] = str(stage.get("label") or own)
    elif isinstance(row.get("engagement"), dict):
        found.records.append(_legacy_engagement(row, len(found.records) + 1))
    elif isinstance(row.get("properties"), dict):
        found.records.append(_v3(row, hint, len(found.records) + 1))
    elif row.get("email") or row.get("firstName"):
        owner = {k: plain(row.get(k)) for k in ("id", "email", "firstName", "lastName")}
        found.owners[owner["id"] or plain(row.get("ownerId"))] = owner


def _v3(row: dict[str, Any], hint: str, number: int) -> Record:
    fields: dict[str, str] = {}
    for name, value in row["properties"].items():
        # Legacy answers wrap each value with its history.
        if text := plain(value.get("value") if isinstance(value, dict) else value):
            fields[name] = _readable(name, text)
    own_id = next((plain(row[k]) for k in ("id", "dealId", "vid", "companyId", "objectId")
                   if row.get(k)), fields.get("hs_object_id", ""))  # fmt: skip
    kind = next((KINDS[name] for name in KINDS if name in row["properties"]), hint)
    kind = kind or ("deal" if row.get("dealId") else "contact" if row.get("vid") else "record")
    return Record(kind, own_id, fields, number, False, _contacts(row), _history(row))


def _readable(name: str, text: str) -> str:
    """A date that a legacy answer gives in milliseconds, as a date and time."""
    at = when(text) if name.endswith("date") and re.fullmatch(r"\d{13}", text) else None
    return at.isoformat() if at else text


def _contacts(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Associated contacts. One contact comes once for each label and once without."""
    associations = row.get("associations")
    held = associations.get("contacts") if isinstance(associations, dict) else None
    entries = held.get("results") if isinstance(held, dict) else held
    labels: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        own = plain(entry.get("id") or entry.get("toObjectId"))
        types = entry.get("associationTypes")
        named = [plain(t.get("label")) for t in types or [] if isinstance(t, dict)]
        labels[own] = labels.get(own) or next(filter(None, named), "")
    return tuple(labels.items())


def _history(row: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    held = row.get("propertiesWithHistory")
    out = [
        (name, plain(each.get("timestamp")), plain(each.get("value")))
        for name, values in (held.items() if isinstance(held, dict) else ())
        for each in (values if isinstance(values, list) else ())
        if isinstance(each, dict)
    ]
    return tuple(sorted(out, key=lambda each: (each[0], each[1])))


def _legacy_engagement(row: dict[str, Any], number: int) -> Record:
    head = row["engagement"]
    raw = row.get("metadata")
    metadata = raw if isinstance(raw, dict) else {}
    kind = plain(head.get("type")).lower() or "note"
    body = metadata.get("text") if kind == "email" else metadata.get("body")
    sender = metadata.get("from")
    who = sender if isinstance(sender, dict) else {}
    fields = {
        "hs_timestamp": plain(head.get("timestamp")),
        "hubspot_owner_id": plain(head.get("ownerId")),
        "subject": plain(metadata.get("subject") or metadata.get("title")),
        "body": plain(body or metadata.get("html") or metadata.get("body")),
        "hs_email_from_email": plain(who.get("email")),
        "hs_email_from_firstname": plain(who.get("firstName")),
        "hs_email_from_lastname": plain(who.get("lastName")),
        "hs_email_direction": "INCOMING_EMAIL" if kind == "incoming_email" else "",
    }
    kind = "email" if "email" in kind else kind
    filled = {name: value for name, value in fields.items() if value}
    return Record(kind, plain(head.get("id")), filled, number)


def _from_table(table: Table, kind: str) -> Found:
    found = Found()
    for row in table.rows:
        fields = {name: text for name, value in row.cells.items() if (text := plain(value))}
        record = Record(kind, "", fields, row.number, True)
        own = record.alias("id") if kind != "activity" else record.get("Record ID", "engagement_id")
        found.records.append(Record(kind, own, fields, row.number, True))
    return found


def mail_sender(record: Record) -> tuple[str, str]:
    """Name and address of a mail's sender; the headers are JSON inside a string."""
    try:
        headers = json.loads(record.get("hs_email_headers") or "{}")
    except ValueError:
        headers = {}
    raw = headers.get("from") if isinstance(headers, dict) else None
    who = raw if isinstance(raw, dict) else {}
    first = record.get("hs_email_from_firstname") or plain(who.get("firstName"))
    last = record.get("hs_email_from_lastname") or plain(who.get("lastName"))
    address = record.get("hs_email_from_email") or plain(who.get("email"))
    return " ".join(filter(None, (first, last))) or address, address.lower()
