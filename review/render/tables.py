"""Owns the tables of a brief (promises, risks, objections, people, timeline): order and folds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Any, TypeVar

from agent.models import Citation, Commitment, PersonRow, TimelineRow
from review.models import Brief
from review.render.gist import gist
from review.render.numbering import Numbering
from review.render.text import day, plural
from review.render.titles import is_attribution
from review.render.views import (
    CheckRow,
    ClaimView,
    ClauseRow,
    EventRow,
    ExpansionRow,
    ObjectionRow,
    PersonView,
    PromiseRow,
    RelationView,
    RiskRow,
    Rows,
    Tables,
)

TABLE_HOMES = {
    "people": "stakeholders",
    "promises": "commitments",
    "objections": "objections",
    "risks": "risks",
    "timeline": "timeline",
    "expansion": "goals",
    "checklist": "technical",
    "clauses": "commitments",
}
MAX_PEOPLE = 6
MAX_UNLISTED = 2
MAX_DATES = 4
EVENT_WORDS = 10

_TELLS = {"signing": 0, "invite": 0, "told": 2, "stage": 3, "named": 4, "call": 5, "mail": 6}
_SCOPE_ORDER = ("contradicted", "excluded", "silent", "covered")
_SEVERITY_ORDER = ("high", "medium", "low")
_Row = TypeVar("_Row")


class TableBuilder:
    """Builds rows; a row is read at once if a field shows its claim, or no field knows of it.

    Args:
        shown: ids of the claims that fields show.
        listed: ids of the claims that fields list.
        place: makes the view of a claim as it stands in a table.
    """

    def __init__(
        self,
        brief: Brief,
        shown: Set[str],
        listed: Set[str],
        place: Callable[[str, str], ClaimView],
        numbers: Numbering,
    ) -> None:
        self._brief = brief
        self._shown = shown
        self._listed = listed
        self._place = place
        self._numbers = numbers
        self._claims = {claim.id: claim for claim in brief.claims}
        self._known = set(self._claims)

    def claims(self, names: Iterable[str]) -> frozenset[str]:
        """Ids of the claims that stand in these tables."""
        rows: dict[str, Iterable[Any]] = {
            "promises": self._brief.commitments,
            "risks": self._brief.risks,
            "objections": self._brief.objections,
            "timeline": self._brief.timeline,
        }
        ids = {row.claim for name in names for row in rows.get(name, ())}
        if "objections" in names:
            ids |= {row.answered_by for row in self._brief.objections if row.answered_by}
        return frozenset(ids & self._known)

    def build(self, names: tuple[str, ...]) -> Tables:
        """The named tables; the others stay empty."""
        return Tables(
            promises=self._promises() if "promises" in names else Rows(),
            risks=self._risks() if "risks" in names else Rows(),
            objections=self._objections() if "objections" in names else Rows(),
            people=self._people() if "people" in names else Rows(),
            relations=self._relations() if "people" in names else (),
            timeline=self._timeline() if "timeline" in names else Rows(),
            expansion=self._expansion() if "expansion" in names else Rows(),
            checklist=self._checklist() if "checklist" in names else (),
            clauses=self._clauses() if "clauses" in names else (),
        )

    def _split(self, ids: list[str], always: Set[str] = frozenset()) -> tuple[list[int], list[int]]:
        """Indexes of the rows to read at once and of those behind the fold."""
        shown: list[int] = []
        unlisted = 0
        for index, id_ in enumerate(ids):
            if id_ in self._shown or id_ in always:
                shown.append(index)
            elif id_ not in self._listed and unlisted < MAX_UNLISTED:
                unlisted += 1
                shown.append(index)
        return shown, [index for index in range(len(ids)) if index not in shown]

    def _rows(
        self, ids: list[str], row: Callable[[int], _Row], always: Set[str] = frozenset()
    ) -> Rows[_Row]:
        shown, folded = self._split(ids, always)
        return Rows(tuple(map(row, shown)), tuple(map(row, folded)))

    def _promises(self) -> Rows[PromiseRow]:
        found = [c for c in self._brief.commitments if c.claim in self._known]
        gone = {
            c.id for c in self._brief.claims if any(f.startswith("superseded") for f in c.flags)
        }
        found.sort(key=lambda c: (c.claim in gone, _SCOPE_ORDER.index(c.scope)))
        conflicts = {
            (cited.segment, cited.start): conflict
            for conflict in self._brief.conflicts
            for side in conflict.sides
            for cited in side.citations
        }
        said = {c.id: c.citations[0] for c in self._brief.claims if c.citations}
        alarming = [c.claim for c in found if c.scope in ("contradicted", "excluded")]
        others = [c.claim for c in found if c.claim not in alarming and c.claim not in gone]
        read = {*alarming, *others[:MAX_UNLISTED]}

        def row(promise: Commitment) -> PromiseRow:
            cited = said[promise.claim]
            return PromiseRow(
                self._place(promise.claim, TABLE_HOMES["promises"]),
                promise,
                self._numbers.cite(promise.scope_citations),
                conflicts.get((cited.segment, cited.start)),
            )

        return Rows(
            tuple(row(p) for p in found if p.claim in read),
            tuple(row(p) for p in found if p.claim not in read),
        )

    def _risks(self) -> Rows[RiskRow]:
        found = [risk for risk in self._brief.risks if risk.claim in self._known]
        found.sort(key=lambda risk: _SEVERITY_ORDER.index(risk.severity))
        return self._rows(
            [risk.claim for risk in found],
            lambda i: RiskRow(self._place(found[i].claim, TABLE_HOMES["risks"]), found[i]),
            {risk.claim for risk in found if risk.severity == "high"},
        )

    def _objections(self) -> Rows[ObjectionRow]:
        found = [row for row in self._brief.objections if row.claim in self._known]

        def row(index: int) -> ObjectionRow:
            objection = found[index]
            claim = self._place(objection.claim, TABLE_HOMES["objections"])
            return ObjectionRow(
                claim, objection, self._known_at("objections", objection.answered_by)
            )

        return self._rows([objection.claim for objection in found], row)

    def _known_at(self, table: str, id_: str | None) -> ClaimView | None:
        """The claim as it stands in a table, if the brief has it."""
        return self._place(id_, TABLE_HOMES[table]) if id_ and id_ in self._known else None

    def _people(self) -> Rows[PersonView]:
        views = [
            PersonView(p, self._numbers.cite(p.citations), _engagement(p))
            for p in sorted(self._brief.people, key=lambda p: p.side != "customer")
        ]
        return Rows(tuple(views[:MAX_PEOPLE]), tuple(views[MAX_PEOPLE:]))

    def _relations(self) -> tuple[RelationView, ...]:
        return tuple(
            RelationView(
                str(relation.get("from", "")),
                str(relation.get("to", "")),
                str(relation.get("how", "")),
                self._numbers.cite(
                    Citation.model_validate(citation) for citation in relation.get("citations", ())
                ),
            )
            for relation in self._brief.relations
        )

    def _expansion(self) -> Rows[ExpansionRow]:
        found = [row for row in self._brief.expansion if row.claim in self._known]
        home = TABLE_HOMES["expansion"]
        views = tuple(ExpansionRow(self._place(row.claim, home), row.kind) for row in found)
        return Rows((), views)

    def _checklist(self) -> tuple[CheckRow, ...]:
        return tuple(
            CheckRow(row.item, self._known_at("checklist", row.claim))
            for row in self._brief.checklist
        )

    def _clauses(self) -> tuple[ClauseRow, ...]:
        return tuple(
            ClauseRow(c.id, gist(c.citation.quote, ""), self._numbers.cite((c.citation,)))
            for c in self._brief.clauses
        )

    def _timeline(self) -> Rows[EventRow]:
        found = sorted(self._brief.timeline, key=lambda event: event.date)
        order = sorted(range(len(found)), key=lambda i: self._tells(found[i], i))
        telling = set(order[:MAX_DATES])

        def row(event: TimelineRow) -> EventRow:
            claim = self._known_at("timeline", event.claim)
            return EventRow(day(event.date), self._event(event), claim)

        return Rows(
            tuple(row(e) for i, e in enumerate(found) if i in telling),
            tuple(row(e) for i, e in enumerate(found) if i not in telling),
        )

    def _tells(self, event: TimelineRow, place: int) -> tuple[int, int]:
        """How much a date tells at sight: signing and kickoff first, then what is to come, trials, last stages."""
        closed = self._brief.account.close_date
        if event.kind == "named" and closed is not None and event.date > closed.isoformat():
            return 1, place
        return _TELLS[event.kind], -place if event.kind == "stage" else place

    def _event(self, event: TimelineRow) -> str:
        """What happened; where the claim only says who speaks of what, the words themselves."""
        claim = self._claims.get(event.claim)
        if claim is None or not claim.citations or not is_attribution(claim):
            return event.text
        return gist(claim.citations[0].quote, "", EVENT_WORDS, claim.core)


def _engagement(person: PersonRow) -> str:
    """`3 calls, 9 mails`; that a sponsor was in no call, that a contact is outdated."""
    counts = [(name, count) for name, count in person.engagement.items() if count]
    said = [plural(count, name.removesuffix("s").replace("_", " ")) for name, count in counts]
    if person.of_calls and person.attended > person.engagement.get("calls", 0):
        said.append(f"in {person.attended} of {person.of_calls} calls")
    if person.roles and person.of_calls and not person.attended and person.side == "customer":
        said.append(f"in none of {person.of_calls} calls")
    if person.outdated:
        said.append("outdated contact")
    return ", ".join(said)
