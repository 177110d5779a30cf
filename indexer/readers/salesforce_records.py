"""Salesforce files taken apart into records: query JSON, export trees, Data Loader and report CSV.

Format: the REST API's query answer (`{totalSize, done, records}`), the CLI's `{status, result}`
around it, a bare record, `sf data export tree`, Data Loader CSV with API names in any case, and
report CSV with labels. The object type stands in `attributes.type`; in CSV it is told by the
columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from indexer.readers.base import Source, Sources, siblings
from indexer.readers.crm import plain
from indexer.readers.fields import FieldMap, packaged
from indexer.readers.tabular import Row, Table, fold, has_report_footer, read_table
from indexer.readers.text import decode, parse_json

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
LABELS = {
    "opportunityname": "Name", "opportunityowner": "Owner.Name", "accountname": "Account.Name",
    "opportunityid": "Id", "stage": "StageName", "fiscalperiod": "Fiscal",
    "accountowner": "Account.Owner.Name", "contactrole": "Role", "contactname": "Contact.Name",
}  # fmt: skip
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
        term = packaged("salesforce").term(names[0]) if names and not found else None
        return self.terms.get(term, "") if term else found


@dataclass
class Found:
    """What a file holds, and which of its lists say that more exists."""

    records: list[Record] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    report: bool = False


def id15(value: str) -> str:
    """Ids of 15 and of 18 characters are equal in the first 15."""
    return value[:15] if len(value) == 18 and ID.fullmatch(value) else value


def is_json(source: Source) -> bool:
    head = source.content[:20_000]
    return source.suffix == ".json" and b'"attributes"' in head and (
        b"/sobjects/" in head or b'"referenceId"' in head or b'"AggregateResult"' in head
    )  # fmt: skip


def csv_flavour(source: Source) -> str:
    """`loader`, `report` or empty, by the first line, the file's name and a report's footer."""
    if source.suffix != ".csv":
        return ""
    first = decode(source.content[:8192]).lstrip().split("\n", 1)[0]
    names = {fold(name) for name in re.split(r"[,;\t]", first.replace('"', ""))}
    if "id" in names and len(names & LOADER_COLUMNS) >= 2 and "_fivetran_synced" not in first:
        return "loader"
    by_name = re.fullmatch(r"report\d{10,13}\.csv", source.name)
    terms = {packaged("salesforce").term(name) for name in names}
    deals = any(re.search("opportunit|oportunidad", name) for name in names)
    by_columns = deals and "stage" in terms and len(terms & {"close_date", "amount", "name"}) > 0
    return "report" if by_name or by_columns or has_report_footer(source.content) else ""


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
    data = parse_json(source.content)
    if isinstance(data, dict) and "status" in data and isinstance(data.get("result"), dict | list):
        data = data["result"]
    found = Found()
    _take(data, "", "", found)
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
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            _take_record(row, parent, f"{relation}.{number}" if relation else str(number), found)


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
    found = Found(report=flavour == "report")
    kind = _type_of(table, source, names)
    for row in table.rows:
        fields = {
            _api_name(name, found.report): text
            for name, value in row.cells.items()
            if (text := plain(value))
        }
        own_id = fields.get("Id", "")
        found.records.append(Record(kind, own_id, fields, own_id or str(row.number), row.number))
    return found


def _api_name(header: str, report: bool) -> str:
    known = API_NAMES.get(header.lower())
    if known is None and report:
        known = LABELS.get(fold(header)) or API_NAMES.get(fold(header))
    return known or header


def _type_of(table: Table, source: Source, known: FieldMap) -> str:
    names = {fold(name) for name in table.header}
    ids = (row.get("id") for row in table.rows if isinstance(row, Row))
    prefix = next((value[:3] for value in ids if ID.fullmatch(value)), "")
    if {"opportunityid", "stagename"} <= names:
        return "OpportunityHistory"
    if {"field", "newvalue"} <= names:
        return "OpportunityFieldHistory"
    if prefix in PREFIXES:
        return PREFIXES[prefix]
    if names & {"stagename", "opportunityname", "stage"}:
        return "Opportunity"
    if {"stage", "close_date"} <= {known.term(name) for name in table.header}:
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
            yield other, records_of(other, sources.field_map("salesforce"))
