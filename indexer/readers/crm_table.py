"""Deals and contacts of any other CRM: tables (CSV) and lists of records (JSON) whose names the field map knows.

Format: Dynamics (OData `value`), Pipedrive (`data`), Zoho (`data`), Close (`data`), and any table with deal columns: at least
three of our terms, among them a stage or close date. One artifact a record, one segment a field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import Participant, RawArtifact, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.crm import deal_terms, field_segment, only, plain, when
from indexer.readers.day_order import DayOrder, day_order
from indexer.readers.fields import FieldMap, packaged
from indexer.readers.tabular import SUFFIXES, delimiter_of, read_table
from indexer.readers.text import decode, parse_json

LISTS = ("value", "data", "results", "records", "deals", "opportunities", "items")
DEPTH = 3
DEAL_TERMS = frozenset({
    "name", "account", "stage", "close_date", "amount", "owner", "next_step", "competitor", "decision_maker", "probability",
})  # fmt: skip


@dataclass(frozen=True)
class _Record:
    fields: dict[str, str]
    number: int
    terms: dict[str, str]


class CrmTableReader:
    """Any other CRM's deals, by what their fields are called."""

    name = "Deals of other CRMs: CSV and JSON"
    version = 1

    def recognises(self, source: Source) -> bool:
        return _speaks_of_deals(_names(source))

    def read(self, source: Source, sources: Sources) -> Reading:
        names = sources.field_map("generic")
        records = [_Record(f, n, names.by_term(f)) for n, f in _rows(source)]
        if not records:
            raise UnreadableFile("holds no records")
        rows = [r.fields for r in records]
        order = day_order(rows, {name for row in rows for name in row})
        artifacts = tuple(_artifact(source, r, names, order) for r in records)
        people = tuple(dict.fromkeys(p for a in artifacts for p in a.participants))
        return Reading(artifacts=artifacts, people=people, facts=_facts(artifacts))


def _speaks_of_deals(names: list[str]) -> bool:
    terms = {packaged("generic").term(n) for n in names} & DEAL_TERMS
    return len(terms) >= 3 and bool(terms & {"stage", "close_date"}) and bool(
        terms & {"amount", "account", "next_step", "probability"}
    )  # fmt: skip


def _names(source: Source) -> list[str]:
    """The names of a file's fields, by its first line or records."""
    if source.suffix in SUFFIXES:
        text = decode(source.content[:8192])
        lines = [line for line in text.splitlines()[:6] if line.strip()]
        mark = delimiter_of(text)
        return max(
            ([c.strip(' "') for c in line.split(mark)] for line in lines), key=len, default=[]
        )
    if source.suffix != ".json" or len(source.content) > 50_000_000:
        return []
    try:
        return sorted({name for _, fields in list(_rows(source))[:20] for name in fields})
    except UnreadableFile:
        return []


def _rows(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    if source.suffix in SUFFIXES:
        for row in read_table(source.content).rows:
            yield (
                row.number,
                {name: text for name, value in row.cells.items() if (text := plain(value))},
            )
        return
    for number, held in enumerate(_listed(parse_json(source.content)), 1):
        fields: dict[str, str] = {}
        _flatten(held, "", fields)
        yield number, fields


def _listed(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        data = next((data[k] for k in LISTS if isinstance(data.get(k), list | dict)), [data])
    rows = data if isinstance(data, list) else [data]
    return [row for row in rows if isinstance(row, dict)]


def _flatten(held: dict[str, Any], prefix: str, fields: dict[str, str]) -> None:
    for name, value in held.items():
        if isinstance(value, dict):
            if prefix.count(".") < DEPTH:
                _flatten(value, f"{prefix}{name}.", fields)
        elif text := plain(value):
            fields[prefix + name] = text


def _artifact(source: Source, record: _Record, names: FieldMap, order: DayOrder) -> RawArtifact:
    terms = record.terms
    at = when(terms.get("modified") or terms.get("created"), order.day_first)
    meta = {"record_type": "Opportunity", "record_id": terms.get("id", "")}
    meta |= {"account_name": terms.get("account", ""), "owner": terms.get("owner", "")}
    meta |= deal_terms(record.fields, names, order)
    meta["unmapped_fields"] = names.unmapped(record.fields)
    own = tuple(d for d in order.ambiguous if any(d in v for v in record.fields.values()))
    return RawArtifact(
        path=f"{source.path}!/{terms.get('id') or record.number}",
        kind="crm",
        system="crm",
        title=" ".join(filter(None, ("Deal", terms.get("name")))),
        date=at,
        participants=tuple(_people(terms)),
        segments=tuple(field_segment("Deal", n, v, at) for n, v in record.fields.items()),
        meta={name: value for name, value in meta.items() if value} | DayOrder(None, own).meta,
    )


def _people(terms: dict[str, str]) -> Iterator[Participant]:
    if owner := terms.get("owner"):
        address = owner.lower() if "@" in owner else None
        yield Participant(name=owner, email=address, side="vendor", role="owner")
    if contact := terms.get("contact"):
        role = f"contact role: {terms['role']}" if terms.get("role") else "contact"
        address = terms.get("email", "").lower() or None
        yield Participant(
            name=contact, email=address, title=terms.get("title"), side="customer", role=role
        )


def _facts(artifacts: tuple[RawArtifact, ...]) -> dict[str, str]:
    """Facts about the account, where the file speaks of one deal, or one account, only."""
    facts = {"account_name": only(a.meta.get("account_name", "") for a in artifacts)}
    if len(artifacts) == 1:
        held = artifacts[0].meta
        facts |= {name: held.get(name, "") for name in ("stage", "close_date", "amount", "csm")}
        facts["ae"] = held.get("owner", "")
    return {name: value for name, value in facts.items() if value}


reader = CrmTableReader()
