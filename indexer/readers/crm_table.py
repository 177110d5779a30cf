"""Deals and contacts of any other CRM: tables (CSV) and lists of records (JSON) whose names the field map knows.

Format: Dynamics (OData `value`), Pipedrive (`data`), Zoho (`data`), Close (`data`), in whatever envelope, and any table with deal
columns: at least three of our terms, among them a stage or close date. One artifact a record, one segment a field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Participant, RawArtifact, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.crm import deal_terms, field_segment, only, plain, when
from indexer.readers.day_order import DayOrder, day_order
from indexer.readers.exported import answers, begins_like_json, dicts
from indexer.readers.fields import FieldMap, packaged
from indexer.readers.tabular import SUFFIXES, delimiter_of, read_table
from indexer.readers.text import decode

DEPTH = 3
FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKED_AT = 20
"""Records of a list whose names say what it is."""
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
    version = 2

    def recognises(self, source: Source) -> bool:
        if source.suffix in SUFFIXES:
            return _speaks_of_deals(_columns(source))
        if not begins_like_json(source.content):
            return False
        try:
            return bool(answers(source.content, _fits).values)
        except UnreadableFile:
            return False

    def read(self, source: Source, sources: Sources) -> Reading:
        names = sources.field_map("generic")
        rows_of, strangers = _read(source)
        records = [_Record(f, n, names.by_term(f)) for n, f in rows_of]
        if not records:
            raise UnreadableFile("holds no records")
        rows = [r.fields for r in records]
        order = day_order(rows, {name for row in rows for name in row})
        used: Counter[str] = Counter()
        artifacts = tuple(_artifact(source, r, names, order, used) for r in records)
        people = tuple(dict.fromkeys(p for a in artifacts for p in a.participants))
        return Reading(
            artifacts=artifacts, not_read=strangers, people=people, facts=_facts(artifacts)
        )


def _speaks_of_deals(names: Iterable[str]) -> bool:
    terms = packaged("generic").terms_of(names) & DEAL_TERMS
    return len(terms) >= 3 and bool(terms & {"stage", "close_date"}) and bool(
        terms & {"amount", "account", "next_step", "probability"}
    )  # fmt: skip


def _columns(source: Source) -> list[str]:
    """The longest of a table's first lines: its header."""
    text = decode(source.content[:8192])
    lines = [line for line in text.splitlines()[:6] if line.strip()]
    mark = delimiter_of(text)
    return max(([c.strip(' "') for c in line.split(mark)] for line in lines), key=len, default=[])


def _fits(value: Any) -> bool:
    """True for a deal, or a list that begins with deals."""
    rows = dicts(value)[:LOOKED_AT] if isinstance(value, list) else [value]
    return bool(rows) and _speaks_of_deals({n for row in rows for n in _flat(row)})


def _read(source: Source) -> tuple[list[tuple[int, dict[str, str]]], tuple[NotRead, ...]]:
    """Every record's number and fields, and what stands beside them."""
    if source.suffix in SUFFIXES:
        rows = read_table(source.content).rows
        cells = [{n: text for n, v in row.cells.items() if (text := plain(v))} for row in rows]
        return [(row.number, held) for row, held in zip(rows, cells, strict=True)], ()
    given = answers(source.content, _fits)
    listed = [v if isinstance(v, list) else [v] for v in given.values]
    records = [_flat(row) for rows in listed for row in dicts(rows)]
    return list(enumerate(records, 1)), given.not_read(source.path)


def _flat(row: dict[str, Any]) -> dict[str, str]:
    fields: dict[str, str] = {}
    _flatten(row, "", fields)
    return _as_shown(fields)


def _as_shown(fields: dict[str, str]) -> dict[str, str]:
    """Dynamics gives a choice, a look-up or an amount twice, as stored and as its users see it: the latter stays."""
    shown = {n.removesuffix(FORMATTED): v for n, v in fields.items() if n.endswith(FORMATTED)}
    bare = {n: n.removeprefix("_").removesuffix("_value") for n in shown}
    kept = {n: v for n, v in fields.items() if n not in shown and not n.endswith(FORMATTED)}
    return kept | {bare[n]: v for n, v in shown.items()}


def _flatten(held: dict[str, Any], prefix: str, fields: dict[str, str]) -> None:
    for name, value in held.items():
        if isinstance(value, dict):
            if prefix.count(".") < DEPTH:
                _flatten(value, f"{prefix}{name}.", fields)
        elif text := plain(value):
            fields[prefix + name] = text


def _artifact(
    source: Source, record: _Record, names: FieldMap, order: DayOrder, used: Counter[str]
) -> RawArtifact:
    terms = record.terms
    key = terms.get("id") or str(record.number)
    used[key] += 1
    twin = f"~{used[key]}" if used[key] > 1 else ""
    at = when(terms.get("modified") or terms.get("created"), order.day_first)
    meta = {"record_type": "Opportunity", "record_id": terms.get("id", "")}
    meta |= {"account_name": terms.get("account", ""), "owner": terms.get("owner", "")}
    meta |= deal_terms(record.fields, names, order)
    meta["unmapped_fields"] = names.unmapped(record.fields)
    own = tuple(d for d in order.ambiguous if any(d in v for v in record.fields.values()))
    return RawArtifact(
        path=f"{source.path}!/{key}{twin}",
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
