"""Salesforce files taken apart into records: query JSON, export trees, Data Loader and report CSV.

Format: the REST API's query answer (`{totalSize, done, records}`), the CLI's `{status, result}`
around it, a bare record, `sf data export tree`, Data Loader CSV with API names in any case, and
report CSV with labels. The object type stands in `attributes.type`; in CSV it is told by the
columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead
from indexer.readers.base import Source, Sources, siblings
from indexer.readers.crm import plain
from indexer.readers.exported import answers, recognised
from indexer.readers.fields import FieldMap, fold, own_name, packaged
from indexer.readers.tabular import Row, Table, has_report_footer, read_table
from indexer.readers.text import decode

ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
PREFIXES = {
    "001": "Account", "003": "Contact", "005": "User", "006": "Opportunity",
    "00k": "OpportunityLineItem", "00K": "OpportunityContactRole", "00T": "Task", "00U": "Event",
    "02s": "EmailMessage", "500": "Case", "800": "Contract", "801": "Order", "0Q0": "Quote",
}  # fmt: skip
API_NAMES = {
    name.lower(): name
    for name in re.split(
        " ",
        "Id Name AccountId Description StageName Amount Probability ExpectedRevenue CloseDate Type"
        " NextStep LeadSource IsClosed IsWon ForecastCategory OwnerId CreatedDate CreatedById"
        " LastModifiedDate LastModifiedById LastActivityDate FirstName LastName Title Email Phone"
        " Website Industry BillingCity BillingCountry ContactId OpportunityId Role IsPrimary"
        " Field OldValue NewValue Subject ActivityDate WhoId WhatId Status Priority IsDeleted"
        " Owner.Name Account.Name Contact.Name SystemModstamp FiscalYear FiscalQuarter Fiscal"
        " CurrencyIsoCode TotalOpportunityQuantity ForecastCategoryName NumberOfEmployees",
    )
}
_MARKS = (("attributes", "type"), ("Id", "Name"), ("records", "totalSize"), ("Id", "CreatedDate"))
LOADER_COLUMNS = frozenset({
    "isdeleted", "ownerid", "createdbyid", "createddate", "systemmodstamp", "lastmodifieddate",
    "stagename", "accountid", "opportunityid", "contactid", "whatid", "whoid",
})  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One record: its type, its id (or reference, or row), and its flattened fields."""

    type: str
    id: str
    fields: dict[str, str]
    key: str
    """Distinguishes it inside its file: the id, else a position."""
    row: int
    terms: dict[str, str] = field(default_factory=dict)
    """Values by our terms, as the field map names them: for headers in another language."""

    def get(self, *names: str) -> str:
        folded = {name.lower(): value for name, value in self.fields.items()}
        found = next((folded[name.lower()] for name in names if folded.get(name.lower())), "")
        if found or not self.terms:
            return found
        term = packaged("salesforce").term(names[0])
        # `OpportunityId` is another record's, whatever the label of the own id is.
        return self.terms.get(term, "") if term and own_name("salesforce", term) == names[0] else ""


@dataclass
class Found:
    """What a file holds, and which of its lists say that more exists."""

    records: list[Record] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    report: bool = False
    header: tuple[str, ...] = ()
    """A table's columns as they are written."""
    strangers: tuple[NotRead, ...] = ()
    """Entries of a list that are no records."""


def id15(value: str) -> str:
    """Ids of 15 and of 18 characters are equal in the first 15."""
    return value[:15] if len(value) == 18 and ID.fullmatch(value) else value


def is_json(source: Source) -> bool:
    return recognised(source, _MARKS, _fits)


def _fits(value: Any) -> bool:
    """True for a query's answer, a list of records, or one record."""
    if isinstance(value, dict):
        listed = value.get("records")
        if isinstance(listed, list):
            return any(map(_is_record, listed[:1])) or (not listed and "totalSize" in value)
        return _is_record(value)
    return isinstance(value, list) and bool(value) and all(map(_is_record, value[:20]))


def _is_record(value: Any) -> bool:
    """True for a record with its type; one without it is known by an id of a known kind."""
    if not isinstance(value, dict):
        return False
    attributes = value.get("attributes")
    if isinstance(attributes, dict) and isinstance(attributes.get("type"), str):
        return bool({"url", "referenceId"} & set(attributes)) or "Id" in value
    own = value.get("Id")
    known = sum(name.lower() in API_NAMES for name in value)
    return isinstance(own, str) and bool(ID.fullmatch(own)) and own[:3] in PREFIXES and known > 2


def csv_flavour(source: Source) -> str:
    """`loader`, `report` or empty, by the first line, the file's name and a report's footer."""
    if source.suffix != ".csv":
        return ""
    first = decode(source.content[:8192]).lstrip().split("\n", 1)[0]
    names = {fold(name) for name in re.split(r"[,;\t]", first.replace('"', ""))}
    if (
        "id" in names
        and (len(names & LOADER_COLUMNS) >= 2 or _begins_with_id(source))
        and "_fivetran_synced" not in first
    ):
        return "loader"
    by_name = re.fullmatch(r"report\d{10,13}\.csv", source.name)
    terms = packaged("salesforce").terms_of(names)
    named = {name for name in names if packaged("salesforce").term(name) in ("name", "owner")}
    deals = any(re.search("opportunit|oportunidad", name) for name in named)
    listed = "stage" in terms and bool(terms & {"close_date", "amount", "name"})
    by_columns = deals and (listed or {"old_stage", "new_stage"} <= terms)
    return "report" if by_name or by_columns or has_report_footer(source.content) else ""


def _begins_with_id(source: Source) -> bool:
    """True if the first row holds an id of a known kind under `Id`."""
    try:
        rows = read_table(source.content[:8192]).rows
    except UnreadableFile:
        return False
    own = rows[0].get("id") if rows else ""
    return bool(ID.fullmatch(own)) and own[:3] in PREFIXES


def records_of(source: Source, names: FieldMap) -> Found:
    """All records of a file, child lists included."""
    flavour = csv_flavour(source)
    found = _from_csv(source, flavour, names) if flavour else _from_json(source)
    found.records = [
        replace(r, terms=names.by_term(r.fields)) if r.type == "Opportunity" else r
        for r in found.records
    ]
    return found


def _from_json(source: Source) -> Found:
    given = answers(source.content, _fits)
    found = Found(strangers=given.not_read(source.path))
    for value in given.values:
        _take(value, "", "", found)
    return found


def _take(data: Any, parent: str, relation: str, found: Found) -> None:
    """Add the records of a list answer, a list or one record."""
    if isinstance(data, dict) and isinstance(data.get("records"), list):
        rows, total = data["records"], data.get("totalSize")
        if data.get("done") is False and not (isinstance(total, int) and total <= len(rows)):
            name = f"{relation}: " if relation else ""
            found.missing.append(f"{name}{total or 'more'} expected, {len(rows)} read")
    else:
        rows = data if isinstance(data, list) else [data]
    first = len(found.records)
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            own = f"{relation}.{number}" if relation else str(number + first)
            _take_record(row, parent, own, found)


def _take_record(row: dict[str, Any], parent: str, position: str, found: Found) -> None:
    fields: dict[str, str] = {}
    children: list[tuple[str, Any]] = []
    _flatten(row, "", fields, children)
    raw = row.get("attributes")
    attributes = raw if isinstance(raw, dict) else {}
    lower = {name.lower(): value for name, value in fields.items()}
    own_id = lower.get("id") or str(attributes.get("referenceId") or "")
    kind = str(attributes.get("type") or PREFIXES.get(own_id[:3], "Record"))
    key = own_id or (f"{parent}.{position}" if parent else position)
    found.records.append(Record(kind, own_id, fields, key, len(found.records) + 1))
    for relation, answer in children:
        _take(answer, key, relation, found)


def _flatten(
    row: dict[str, Any], prefix: str, fields: dict[str, str], children: list[tuple[str, Any]]
) -> None:
    for name, value in row.items():
        if name == "attributes":
            continue
        if isinstance(value, dict) and isinstance(value.get("records"), list):
            children.append((prefix + name, value))
        elif isinstance(value, dict):
            # A parent of a parent of ... is limited by Salesforce to five levels.
            if prefix.count(".") < 6:
                _flatten(value, f"{prefix}{name}.", fields, children)
        elif text := plain(value):
            fields[prefix + name] = text


def _from_csv(source: Source, flavour: str, names: FieldMap) -> Found:
    table = read_table(source.content, report=flavour == "report")
    found = Found(report=flavour == "report", header=table.header)
    kind = _type_of(table, source, names)
    columns = _api_names(table.header, names if found.report else None)
    for row in table.rows:
        fields = {
            columns.get(name, name): text
            for name, value in row.cells.items()
            if (text := plain(value))
        }
        if "NewStage" in fields:
            change = {"Field": "StageName", "OldValue": fields.pop("OldStage", "")}
            fields |= change | {"NewValue": fields.pop("NewStage")}
        own_id = fields.get("Id", "")
        found.records.append(Record(kind, own_id, fields, own_id or str(row.number), row.number))
    return found


def _api_names(header: Iterable[str], labels: FieldMap | None) -> dict[str, str]:
    """The API name of each column; a report's are told by their labels. Of two columns with one name
    the second keeps its own."""
    found: dict[str, str] = {}
    for name in header:
        known = API_NAMES.get(name.lower())
        if known is None and labels:
            term = labels.term(name)
            known = (own_name("salesforce", term) if term else None) or API_NAMES.get(fold(name))
        found[name] = known if known and known not in found.values() else name
    return found


def _type_of(table: Table, source: Source, known: FieldMap) -> str:
    names = {fold(name) for name in table.header}
    ids = (row.get("id") for row in table.rows if isinstance(row, Row))
    prefix = next((value[:3] for value in ids if ID.fullmatch(value)), "")
    if {"opportunityid", "stagename"} <= names:
        return "OpportunityHistory"
    terms = known.terms_of(table.header)
    if {"field", "newvalue"} <= names or "new_stage" in terms:
        return "OpportunityFieldHistory"
    if prefix in PREFIXES:
        return PREFIXES[prefix]
    if "opportunityname" in names or "stage" in terms:
        return "Opportunity"
    return source.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def loader_log(source: Source) -> bool:
    """True for Data Loader's success and error logs, which repeat the columns of the data."""
    table = read_table(source.content)
    last = table.header[-1]
    if last == "ERROR":
        return True
    values = (row.cells.get(last, "") for row in table.rows)
    return last == "STATUS" and any(value.lower().startswith("item ") for value in values)


def sibling_records(source: Source, sources: Sources) -> Iterator[tuple[Source, Found]]:
    """The other Salesforce files of the folder, taken apart."""
    for other in siblings(source, sources):
        if is_json(other) or csv_flavour(other):
            try:
                yield other, records_of(other, sources.field_map("salesforce"))
            except UnreadableFile:
                # It is reported when its own turn comes.
                continue
