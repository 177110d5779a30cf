"""Reader for HubSpot exports: one artifact per record; an engagement's body in paragraphs.

Format: see `hubspot_records`. Owners are the vendor's people, contacts the customer's. Stage
ids and the ids of owners, in whatever field, are shown by their labels where a pipelines or owners
file of the same folder has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime

from indexer.errors import UnreadableFile
from indexer.models import (
    Kind,
    MessageLocator,
    NotRead,
    RawArtifact,
    RawSegment,
    Reading,
    RowLocator,
)
from indexer.readers.base import Source, Sources, siblings
from indexer.readers.crm import day, deal_terms, domain, field_segment, only, when
from indexer.readers.day_order import DayOrder, day_order
from indexer.readers.fields import FieldMap
from indexer.readers.hubspot_people import (
    Folder,
    activity_of,
    author_of,
    contact_name,
    is_activity,
    participants,
    people,
)
from indexer.readers.hubspot_records import (
    Found,
    Record,
    csv_kind,
    is_json,
    records_of,
)

DEFAULT_STAGES = {
    "appointmentscheduled": "Appointment Scheduled", "qualifiedtobuy": "Qualified To Buy",
    "presentationscheduled": "Presentation Scheduled", "contractsent": "Contract Sent",
    "decisionmakerboughtin": "Decision Maker Bought-In", "closedwon": "Closed Won",
    "closedlost": "Closed Lost", "default": "Sales Pipeline",
}  # fmt: skip
BOOKKEEPING = re.compile(
    r"hs_object_id|hs_lastmodifieddate|hs_createdate|hs_updated_by.*|hs_created_by.*|hs_all_.*"
    r"|hs_user_ids.*|hs_email_headers|hs_email_html|hs_pipeline.*|hs_analytics.*|portal_?id"
    r"|_fivetran.*|property_hs_(?:body_preview|createdate|lastmodifieddate)|is_deleted|.*\bIDs?|(?:property_)?hs_merged.*|.*_id|hubspot_team.*|.*_ids",
)
TABLE_BODIES = frozenset({"body", "body preview", "notes", "note body", "content"})
BODIES = (
    "hs_note_body", "hs_email_text", "hs_email_html", "hs_call_body", "hs_meeting_body",
    "hs_internal_meeting_notes", "hs_task_body", "body",
)  # fmt: skip


class HubSpotReader:
    """HubSpot API answers and export CSV."""

    name = "HubSpot JSON and CSV"
    version = 3

    def recognises(self, source: Source) -> bool:
        return is_json(source) or bool(csv_kind(source))

    def read(self, source: Source, sources: Sources) -> Reading:
        names = sources.field_map("hubspot")
        found = records_of(source, names)
        if not (found.records or found.owners or found.stages):
            raise UnreadableFile("holds no records")
        folder = Folder()
        folder.add(found)
        for other in siblings(source, sources):
            if self.recognises(other):
                # A damaged one is reported when its own turn comes.
                with suppress(UnreadableFile):
                    folder.add(records_of(other, names))
        rows = [record.fields for record in found.records if not is_activity(record)]
        dated = [{"date": r.alias("date")} for r in found.records if is_activity(r)]
        order = day_order([*rows, *dated], {name for row in rows for name in row})
        return Reading(
            artifacts=tuple(_artifacts(source, found, folder, order, names)),
            not_read=tuple(_not_read(source, found, folder)),
            people=tuple(people(found, folder)),
            facts=_facts(found, folder, order, names),
        )


def _not_read(source: Source, found: Found, folder: Folder) -> Iterator[NotRead]:
    yield from found.strangers
    if found.more:
        yield NotRead(path=source.path, why="further pages of the answer are missing")
    unknown = {
        stage
        for record in found.records
        if (stage := record.get("dealstage")).isdigit() and stage not in folder.stages
    }
    if unknown:
        ids = ", ".join(sorted(unknown))
        yield NotRead(path=source.path, why=f"no pipelines file names the stages {ids}")
    if any(re.fullmatch(r"\d(?:\.\d+)?E\+\d+", record.id) for record in found.records):
        yield NotRead(path=source.path, why="a spreadsheet has rounded the ids (9.01E+09)")


def _artifacts(
    source: Source, found: Found, folder: Folder, order: DayOrder, names: FieldMap
) -> Iterator[RawArtifact]:
    used: dict[str, int] = {}
    for record in found.records:
        at = _date_of(record, order.day_first)
        segments = tuple(_segments(record, folder, at))
        if not segments:
            continue
        key = record.id or str(record.row)
        used[key] = used.get(key, 0) + 1
        twin = f"~{used[key]}" if used[key] > 1 else ""
        yield RawArtifact(
            path=f"{source.path}!/{key}{twin}",
            kind=_kind(record),
            system="hubspot",
            title=_title(record),
            date=at,
            participants=tuple(participants(record, folder)),
            segments=segments,
            meta=_meta(record, folder, order, names) | _open_ends(record, order, names),
        )


def _kind(record: Record) -> Kind:
    if not is_activity(record):
        return "crm"
    return "mail" if "email" in activity_of(record) else "note"


def _title(record: Record) -> str:
    name = record.get("hs_email_subject", "hs_call_title", "hs_meeting_title", "hs_task_subject")
    name = name or contact_name(record) or record.alias("name")
    name = name or (record.alias("subject") if is_activity(record) else record.get("name"))
    return " ".join(filter(None, (activity_of(record) or "activity", name)))


def _date_of(record: Record, order: bool | None) -> datetime | date | None:
    if is_activity(record):
        happened = record.get("hs_timestamp", "property_hs_timestamp") or record.alias("date")
        return when(happened, order)
    for name in ("hs_lastmodifieddate", "lastmodifieddate", "createdate", "Create Date"):
        if at := when(record.get(name), order):
            return at
    return None


def _segments(record: Record, folder: Folder, at: datetime | date | None) -> Iterator[RawSegment]:
    if is_activity(record):
        yield from _activity_segments(record, folder, at)
        return
    for name, value in record.fields.items():
        if name == "hubspot_owner_id":
            yield field_segment(record.type, name, folder.owner(record)[0] or value, at)
        elif name in ("dealstage", "pipeline"):
            label = folder.stages.get(value) or DEFAULT_STAGES.get(value, value)
            yield field_segment(record.type, name, label, at)
        elif not name.startswith("hs_") and (named := folder.named(value)):
            yield field_segment(record.type, name, named, at)
        elif not BOOKKEEPING.fullmatch(name):
            yield field_segment(record.type, name, value, at)
    for name, time, value in record.history:
        changed = when(time)
        label = folder.named(value) or folder.stages.get(value) or DEFAULT_STAGES.get(value, value)
        stamp = f"{changed:%Y-%m-%d} " if changed else ""
        segment = field_segment(record.type, name, label, changed)
        yield segment.model_copy(update={"text": stamp + segment.text, "role": "row"})


def _activity_segments(
    record: Record, folder: Folder, at: datetime | date | None
) -> Iterator[RawSegment]:
    """Short fields as they are, then each body in paragraphs, spoken by its author."""
    name, address, side = author_of(record, folder)
    bodies = [key for key in record.fields if _is_body(key, record)]
    if "hs_email_text" in bodies and "hs_email_html" in bodies:
        bodies.remove("hs_email_html")
    for key, value in record.fields.items():
        if not _is_body(key, record) and not BOOKKEEPING.fullmatch(key) and not value.isdigit():
            yield field_segment(activity_of(record) or "activity", key, value, at)
    who = " ".join(filter(None, (activity_of(record) or "activity", day(at))))
    label = ", ".join(filter(None, (who, name)))
    number = 0
    for key in bodies:
        for text in re.split(r"\n\s*\n", record.fields[key]):
            number += 1
            own = record.id or f"row {record.row}"
            place = MessageLocator(id=own, paragraph=number, label=label)
            if at is not None:
                place = place.model_copy(update={"time": at.isoformat()})
            row = RowLocator(row=record.row, column=key, label=f"row {record.row}, {key}")
            yield RawSegment(
                text=text.strip(),
                locator=row if record.table else place,
                speaker=name or None,
                speaker_id=address or None,
                side=side,
                at=at,
            )


def _is_body(key: str, record: Record) -> bool:
    bare = key.removeprefix("property_")
    if bare in BODIES:
        return True
    return record.table and bare.lower() in (
        "body",
        "body preview",
        "notes",
        "note body",
        "content",
    )


def _open_ends(record: Record, order: DayOrder, names: FieldMap) -> dict[str, str]:
    """Unmapped custom fields of a record, and its dates that stay unread."""
    own = [d for d in order.ambiguous if any(d in value for value in record.fields.values())]
    shown = [n for n in record.fields if not is_activity(record) and not BOOKKEEPING.fullmatch(n)]
    unmapped = names.unmapped(shown)
    return DayOrder(None, tuple(own)).meta | ({"unmapped_fields": unmapped} if unmapped else {})


def _meta(record: Record, folder: Folder, order: DayOrder, names: FieldMap) -> dict[str, str]:
    meta = {
        "record_type": activity_of(record),
        "record_id": record.id,
        "account_name": record.get("name") if record.type == "company" else record.alias("account"),
    }
    if record.type == "deal":
        terms = deal_terms(record.fields, names, order)
        stage = record.alias("stage")
        meta |= terms | {
            "stage": folder.stages.get(stage) or DEFAULT_STAGES.get(stage, stage),
            "amount": record.alias("amount"),
            "owner": folder.owner(record)[0],
        }
    return {name: value for name, value in meta.items() if value}


def _facts(found: Found, folder: Folder, order: DayOrder, known: FieldMap) -> dict[str, str]:
    """Facts about the account, where the file speaks of one account only."""
    deals = [record for record in found.records if record.type == "deal"]
    companies = [record for record in found.records if record.type == "company"]
    names = [
        _meta(record, folder, order, known).get("account_name", "")
        for record in (*deals, *companies)
    ]
    facts = {
        "account_name": only(names),
        "vendor_domain": only(domain(owner["email"]) for owner in found.owners.values()),
    }
    if len(companies) == 1:
        facts["account_domain"] = domain(companies[0].alias("website"))
    if len(deals) == 1:
        meta = _meta(deals[0], folder, order, known)
        facts |= {name: meta.get(name, "") for name in ("stage", "close_date", "amount", "csm")}
        facts["ae"] = meta.get("owner", "")
    return {name: value for name, value in facts.items() if value}


reader = HubSpotReader()
