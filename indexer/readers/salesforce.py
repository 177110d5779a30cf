"""Reader for Salesforce exports: one artifact per record, one segment per field.

Format: see `salesforce_records`. Stage and field history become one artifact per file with a row a
segment: a row alone says nothing; so do the rows of a report that is no list of records. Ids are joined over the files of the same folder by their first
15 characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from indexer.errors import UnreadableFile
from indexer.models import (
    NotRead,
    RawArtifact,
    RawSegment,
    Reading,
    RowLocator,
)
from indexer.readers.base import Source, Sources
from indexer.readers.crm import deal_terms, domain, field_segment, iso_day, only, when
from indexer.readers.day_order import DayOrder, day_order
from indexer.readers.fields import FieldMap
from indexer.readers.salesforce_people import (
    Folder,
    account_of,
    name_of,
    owner_of,
    participants,
    people,
)
from indexer.readers.salesforce_records import (
    API_NAMES,
    ID,
    PREFIXES,
    Found,
    Record,
    csv_flavour,
    is_json,
    loader_log,
    records_of,
    sibling_records,
)

SYSTEM_FIELDS = frozenset({
    "id", "systemmodstamp", "isdeleted", "lastvieweddate", "lastreferenceddate", "photourl",
    "hasopportunitylineitem", "hasopenactivity", "hasoverduetask", "cleanstatus", "referenceid",
})  # fmt: skip
WRITTEN = frozenset({"description", "body", "content", "textbody", "subject", "title"})
ACTIVITIES = frozenset({"Task", "Event", "Note", "ContentNote", "FeedItem"})
HISTORY = ("History", "HistoryFeed")


class SalesforceReader:
    """Salesforce query JSON, export trees, Data Loader CSV and report CSV."""

    name = "Salesforce JSON and CSV"
    version = 3

    def recognises(self, source: Source) -> bool:
        return is_json(source) or bool(csv_flavour(source))

    def read(self, source: Source, sources: Sources) -> Reading:
        if csv_flavour(source) == "loader" and loader_log(source):
            raise UnreadableFile("a Data Loader log, which repeats the data that was loaded")
        names = sources.field_map("salesforce")
        found = records_of(source, names)
        if not found.records:
            raise UnreadableFile("holds no records")
        folder = Folder()
        folder.add(found)
        others = dict(sibling_records(source, sources))
        for other in others.values():
            folder.add(other)
        if _is_plain_report(found, folder):
            artifacts: tuple[RawArtifact, ...] = (_report(source, found, folder),)
        else:
            artifacts = (*_histories(source, found), *_records(source, found, folder, names))
        return Reading(
            artifacts=artifacts,
            not_read=(*found.strangers, *_missing(source, found, others)),
            people=tuple(people(found, folder)),
            facts=_facts(found, folder, names),
        )


def _missing(source: Source, found: Found, others: dict[Source, Found]) -> Iterator[NotRead]:
    """Pages that the answer announces and no other file of the folder holds."""
    kind = found.records[0].type
    pages = [o for o in others.values() if o.records and o.records[0].type == kind]
    for note in found.missing:
        expected = note.split(" ", 1)[0]
        total = len(found.records) + sum(len(page.records) for page in pages)
        if not (expected.isdigit() and total >= int(expected)):
            yield NotRead(path=source.path, why=f"{note}: further pages of the answer are missing")


def _is_history(record: Record) -> bool:
    return record.type.endswith(HISTORY) or {"Field", "NewValue"} <= set(record.fields)


def _histories(source: Source, found: Found) -> Iterator[RawArtifact]:
    rows = [record for record in found.records if _is_history(record)]
    if not rows:
        return
    kind = rows[0].type
    alone = len(rows) == len(found.records)
    last = max((str(row.get("CreatedDate")) for row in rows), default="")
    yield RawArtifact(
        path=source.path if alone else f"{source.path}!/{kind}",
        kind="crm",
        system="salesforce",
        title=kind,
        date=when(last),
        segments=tuple(_history_row(row) for row in rows),
        meta={"record_type": kind},
    )


def _history_row(row: Record) -> RawSegment:
    at = when(row.get("CreatedDate"))
    shown = {n: v for n, v in row.fields.items() if n != "CreatedDate" and not _is_system(n, v)}
    if "Field" in shown:
        old = shown.pop("OldValue", "(empty)")
        change = f"{shown.pop('Field')}: {old} -> {shown.pop('NewValue', '(empty)')}"
    else:
        change = ""
    rest = ", ".join(f"{name}: {value}" for name, value in shown.items())
    text = ", ".join(filter(None, (change, rest)))
    stamp = f"{at:%Y-%m-%d} " if at else ""
    locator = RowLocator(row=row.row, label=f"{row.type} row {row.row}")
    return RawSegment(text=stamp + text, locator=locator, at=at, role="row")


def _is_plain_report(found: Found, folder: Folder) -> bool:
    """True for a report that lists no object, such as activities, of one account at most."""
    return (
        found.report
        and found.records[0].type not in PREFIXES.values()
        and not any(map(_is_history, found.records))
        and len({account_of(record, folder) for record in found.records} - {""}) < 2
    )


def _report(source: Source, found: Found, folder: Folder) -> RawArtifact:
    """A report as one artifact, a row a segment."""
    order = _order(found)
    account = only(account_of(record, folder) for record in found.records)
    rows = tuple(_report_row(record, _date_of(record, order.day_first)) for record in found.records)
    return RawArtifact(
        path=source.path,
        kind="crm",
        system="salesforce",
        title=found.records[0].type,
        segments=tuple(row for row in rows if row.text),
        meta={"record_type": "Report"}
        | ({"account_name": account} if account else {})
        | order.meta,
    )


def _report_row(record: Record, at: datetime | date | None) -> RawSegment:
    shown = (f"{name}: {value}" for name, value in record.fields.items())
    locator = RowLocator(row=record.row, label=f"row {record.row}")
    return RawSegment(text=", ".join(shown), locator=locator, at=at, role="row")


def _order(found: Found) -> DayOrder:
    rows = [record.fields for record in found.records]
    return day_order(rows, found.header)


def _records(
    source: Source, found: Found, folder: Folder, names: FieldMap
) -> Iterator[RawArtifact]:
    order = _order(found)
    used: dict[str, int] = {}
    for record in found.records:
        if _is_history(record):
            continue
        at = _date_of(record, order.day_first)
        segments = tuple(_fields(record, folder, at))
        if not segments:
            continue
        used[record.key] = used.get(record.key, 0) + 1
        twin = f"~{used[record.key]}" if used[record.key] > 1 else ""
        yield RawArtifact(
            path=f"{source.path}!/{record.key}{twin}",
            kind="crm",
            system="salesforce",
            title=" ".join(filter(None, (record.type, name_of(record) or record.get("Subject")))),
            date=at,
            participants=tuple(participants(record, folder)),
            segments=segments,
            meta=_meta(record, folder) | _terms(record, names, order, found.report),
        )


def _terms(record: Record, names: FieldMap, order: DayOrder, report: bool) -> dict[str, str]:
    """What the field map says of a record: a deal's terms, unmapped custom fields, dates that stay unread."""
    found = deal_terms(record.fields, names, order) if record.type == "Opportunity" else {}
    shown = [name for name, value in record.fields.items() if not _is_system(name, value)]
    # A report has labels, so that its custom fields bear no mark.
    labels = (n for n in shown if n.lower() not in API_NAMES and not names.term(n))
    if unmapped := "; ".join(labels) if report else names.unmapped(shown):
        found["unmapped_fields"] = unmapped
    own = [d for d in order.ambiguous if any(d in value for value in record.fields.values())]
    return found | DayOrder(None, tuple(own)).meta


def _date_of(record: Record, order: bool | None) -> datetime | date | None:
    for name in ("ActivityDateTime", "ActivityDate", "Date", "LastModifiedDate", "CreatedDate"):
        if at := when(record.get(name), order):
            return at
    return None


def _fields(record: Record, folder: Folder, at: datetime | date | None) -> Iterator[RawSegment]:
    author = owner_of(record, folder) if record.type in ACTIVITIES else ""
    for name, value in record.fields.items():
        speaker = author if author and name.lower() in WRITTEN else None
        if not _is_system(name, value):
            yield field_segment(record.type, name, value, at, speaker)
        elif name.lower().endswith("id") and (named := folder.name(value)):
            relation = name[:-2]
            if relation and f"{relation}.Name" not in record.fields:
                yield field_segment(record.type, f"{relation}.Name", named, at)


def _is_system(name: str, value: str) -> bool:
    """True for fields that say nothing to a person: ids and bookkeeping."""
    last = name.rsplit(".", 1)[-1]
    if last.lower() in SYSTEM_FIELDS:
        return True
    if last.endswith("Id") or (last.isupper() and last.endswith("ID")):
        return " " not in value
    # A custom lookup holds a bare id: the counter after the first five characters is zero-padded.
    return last.lower().endswith("__c") and bool(ID.fullmatch(value)) and value[5:8] == "000"


def _meta(record: Record, folder: Folder) -> dict[str, str]:
    meta = {
        "record_type": record.type,
        "record_id": record.id,
        "account_name": account_of(record, folder),
    }
    if record.type == "Opportunity":
        meta |= {
            "stage": record.get("StageName"),
            "amount": record.get("Amount"),
            "owner": owner_of(record, folder),
        }
    return {name: value for name, value in meta.items() if value}


def _facts(found: Found, folder: Folder, known: FieldMap) -> dict[str, str]:
    """Facts about the account, where the file speaks of one account only."""
    deals = [record for record in found.records if record.type == "Opportunity"]
    accounts = [record for record in found.records if record.type == "Account"]
    users = [record for record in found.records if record.type == "User"]
    names = [account_of(record, folder) for record in (*deals, *accounts)]
    owners = {record.get("AccountId", "Account.Name") for record in deals}
    facts = {
        "account_name": only(names),
        "vendor_domain": only(domain(u.get("Email")) for u in users),
    }
    if len(accounts) == 1:
        facts["account_domain"] = domain(accounts[0].get("Website"))
    if deals and len(owners) == 1:
        facts |= _deal_facts(deals, folder, known, _order(found))
    return {name: value for name, value in facts.items() if value}


def _deal_facts(
    deals: list[Record], folder: Folder, names: FieldMap, order: DayOrder
) -> dict[str, str]:
    """Of several deals of one account the won one that closed last counts."""

    def rank(record: Record) -> tuple[bool, str]:
        won = record.get("IsWon") == "true" or "won" in record.get("StageName").lower()
        return won, iso_day(record.get("CloseDate"), order.day_first)

    deal = max(deals, key=rank)
    return {
        "stage": deal.get("StageName"),
        "close_date": deal_terms(deal.fields, names, order).get("close_date", ""),
        "amount": deal.get("Amount"),
        "ae": owner_of(deal, folder),
        "csm": deal.get("CSM__c", "CSM__r.Name", "Customer_Success_Manager__c")
        or deal.terms.get("csm", ""),
    }


reader = SalesforceReader()
