"""Owns the reading order of a brief: what stands where, what is folded, what is only referred to.

Both renderers walk the same outline, so they can't disagree. It knows nothing about markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import TypeVar

from agent.models import Claim, Conflict, FieldResult, SectionResult
from review.models import Brief
from review.render.numbering import Numbering
from review.render.opening import opening
from review.render.tables import TABLE_HOMES, TableBuilder
from review.render.titles import FLAGS, field_title, words_of
from review.render.views import (
    BasisView,
    Chip,
    ClaimView,
    ConflictView,
    Counter,
    FieldView,
    GapView,
    Outline,
    Rows,
    SectionView,
    SideView,
    SuggestionView,
    Tables,
)

SUMMARY = "summary"
MAX_DETAIL_GAPS = 2
REVIEW_FLAGS = (
    "custom_promise",
    "custom_timeline",
    "discount",
    "integration",
    "scope_note",
    "last_push",
)
"""Flags for the owner's review of a promise: the promise's row and `baton flags` say them."""

_Item = TypeVar("_Item")


def outline(brief: Brief) -> Outline:
    """The brief with ids resolved, citations numbered and folds decided."""
    return _Builder(brief).build()


def chips_of(claim: Claim, section: str | None) -> tuple[Chip, ...]:
    """Kind and flags of a claim as chips; what its place in the brief says already needs none."""
    chips = [] if section or claim.kind == "fact" else [Chip(claim.kind, "kind")]
    told = set(REVIEW_FLAGS) if section else set()
    if claim.kind != "commitment":
        told.add("verbal")
    for flag in claim.flags:
        name, _, target = flag.partition(":")
        if name == "superseded_by":
            chips.append(Chip("superseded", "warn", f"claim-{target}" if target else None))
        elif name not in told:
            tone = "warn" if name in ("verbal", "custom_promise", "internal_only") else "plain"
            chips.append(Chip(FLAGS.get(name, words_of(name).lower()), tone))
    return tuple(chips)


class _Builder:
    """Walks the brief once, in reading order; numbers follow that walk."""

    def __init__(self, brief: Brief) -> None:
        self._brief = brief
        self._numbers = Numbering()
        self._claims = {claim.id: claim for claim in brief.claims}
        self._conflicts = {conflict.id: conflict for conflict in brief.conflicts}
        self._homes = _homes(brief)
        self._section_of = {f.id: section.id for section in brief.sections for f in section.fields}
        self._anchored: set[str] = set()
        self._placed: set[str] = set()
        self._gaps = _gap_views(brief)
        shown = {id_ for field in _fields(brief) for id_ in field.shown}
        listed = {id_ for field in _fields(brief) for id_ in field.claims}
        self._tables = TableBuilder(brief, shown, listed, self._place, self._numbers)

    def build(self) -> Outline:
        sections = self._brief.sections
        summary = next((self._section(s) for s in sections if s.id == SUMMARY), None)
        rest = [self._section(section) for section in sections if section.id != SUMMARY]
        hosted = {section.id for section in sections}
        homeless = [name for name, home in TABLE_HOMES.items() if home not in hosted]
        rest += [
            SectionView(TABLE_HOMES[name], words_of(TABLE_HOMES[name]), (), tables)
            for name in homeless
            if (tables := self._tables.build((name,))) != Tables()
        ]
        views = tuple(section for section in rest if section.fields or section.tables != Tables())
        statuses = [field.status for field in _fields(self._brief)]
        return Outline(
            opening=opening(self._brief),
            summary=summary,
            counters=self._counters(views),
            sections=views,
            loose_gaps=self._unplaced(self._gaps, lambda id_: self._gaps[id_]),
            loose_conflicts=self._unplaced(self._conflicts, self._conflict),
            loose_claims=self._unplaced(self._claims, lambda id_: self._place(id_, None)),
            suggestions=tuple(
                SuggestionView(s.text, tuple(self._basis(id_) for id_ in s.basis))
                for s in self._brief.suggestions
            ),
            cited=self._numbers.all,
            answered=statuses.count("answered"),
            asked=len(statuses),
        )

    def _section(self, section: SectionResult) -> SectionView:
        names = tuple(name for name, home in TABLE_HOMES.items() if home == section.id)
        tabled = self._tables.claims(names)
        fields = tuple(self._field(field, section.id, tabled) for field in section.fields)
        return SectionView(
            section.id,
            section.title,
            fields,
            self._tables.build(names),
            questions=sum(len(f.gaps.shown) + len(f.gaps.folded) for f in fields),
            contradictions=sum(len(f.conflicts) for f in fields),
        )

    def _field(self, field: FieldResult, section: str, tabled: frozenset[str]) -> FieldView:
        own = [id_ for id_ in field.claims if id_ in self._claims and id_ not in tabled]
        shown = [id_ for id_ in field.shown if id_ in own]
        folded = [id_ for id_ in own if id_ not in shown]
        gaps = [self._gaps[id_] for id_ in field.gaps if id_ in self._gaps and self._first(id_)]
        details = [view for view in gaps if view.gap.scope == "detail"]
        late = details[MAX_DETAIL_GAPS:]
        conflicts = [self._conflicts[id_] for id_ in field.conflicts if id_ in self._conflicts]
        new = [conflict for conflict in conflicts if self._first(conflict.id)]
        return FieldView(
            field.id,
            field_title(field.id),
            field.status,
            Rows(
                tuple(self._place(id_, field.id) for id_ in shown),
                tuple(self._place(id_, field.id) for id_ in folded),
            ),
            Rows(tuple(view for view in gaps if view not in late), tuple(late)),
            tuple(self._conflict(conflict.id) for conflict in new),
            tuple(conflict for conflict in conflicts if conflict not in new),
            not (own or gaps or conflicts) and any(id_ in tabled for id_ in field.claims),
        )

    def _first(self, id_: str) -> bool:
        """True the first time an id is asked for; it stands there, elsewhere it is referred to."""
        new = id_ not in self._placed
        self._placed.add(id_)
        return new

    def _place(self, id_: str, at: str | None) -> ClaimView:
        """A claim as it stands in a field, or in the table of a section."""
        claim, home = self._claims[id_], self._homes.get(id_)
        self._placed.add(id_)
        at_home = home is None or at in (home, self._section_of[home])
        anchor = at_home and id_ not in self._anchored
        if anchor:
            self._anchored.add(id_)
        in_body = self._section_of.get(at or "", SUMMARY) != SUMMARY
        see = field_title(home) if home and in_body and not at_home else None
        section = self._section_of.get(at or "", at)
        return ClaimView(
            claim,
            self._numbers.cite(claim.citations),
            chips_of(claim, section),
            anchor,
            see,
            field_title(home) if home else None,
        )

    def _conflict(self, id_: str) -> ConflictView:
        conflict: Conflict = self._conflicts[id_]
        return ConflictView(
            conflict,
            tuple(
                SideView(side.text, side.authority, self._numbers.cite(side.citations))
                for side in conflict.sides
            ),
        )

    def _unplaced(self, ids: Iterable[str], view: Callable[[str], _Item]) -> tuple[_Item, ...]:
        return tuple(view(id_) for id_ in ids if id_ not in self._placed)

    def _basis(self, id_: str) -> BasisView:
        if id_ in self._claims:
            cited = self._numbers.cite(self._claims[id_].citations)
            return BasisView("".join(f"[{c.number}]" for c in cited), f"claim-{id_}", True)
        if id_ in self._gaps:
            return BasisView(f"open question: {self._gaps[id_].title}", f"gap-{id_}")
        if id_ in self._conflicts:
            return BasisView(f"conflict: {self._conflicts[id_].topic}", f"conflict-{id_}")
        return BasisView(id_, None)

    def _counters(self, sections: tuple[SectionView, ...]) -> tuple[Counter, ...]:
        brief = self._brief
        gap = next(iter(self._gaps), None)
        open_ = [conflict for conflict in brief.conflicts if conflict.resolution is None]
        unreviewed = [c for c in brief.commitments if c.reviewed_by is None]
        return (
            Counter(len(brief.gaps), "Needs clarification", "amber", gap and f"gap-{gap}"),
            Counter(
                len(open_),
                "Conflict" if len(open_) == 1 else "Conflicts",
                "red",
                f"conflict-{open_[0].id}" if open_ else None,
            ),
            Counter(
                len(unreviewed),
                "Promise to review" if len(unreviewed) == 1 else "Promises to review",
                "blue",
                "promises" if unreviewed else None,
            ),
            Counter(
                len(brief.risks),
                "Open risk" if len(brief.risks) == 1 else "Open risks",
                "red",
                "risk-list" if brief.risks else None,
            ),
        )


def _fields(brief: Brief) -> Iterable[FieldResult]:
    return (field for section in brief.sections for field in section.fields)


def _homes(brief: Brief) -> dict[str, str]:
    """The field where each claim stands in full: its own if listed there, else the first one."""
    homes: dict[str, str] = {}
    own = {claim.id: claim.field for claim in brief.claims}
    for section in sorted(brief.sections, key=lambda section: section.id == SUMMARY):
        for field in section.fields:
            for id_ in field.claims:
                if id_ not in homes or own.get(id_) == field.id:
                    homes[id_] = field.id
    return homes


def _gap_views(brief: Brief) -> dict[str, GapView]:
    """Gaps by id in reading order, each knowing the next."""
    order = [id_ for field in _fields(brief) for id_ in field.gaps]
    order += [gap.id for gap in brief.gaps]
    gaps = {gap.id: gap for gap in brief.gaps}
    ids = [id_ for id_ in dict.fromkeys(order) if id_ in gaps]
    return {
        id_: GapView(
            gaps[id_],
            gaps[id_].about or field_title(gaps[id_].field or "question"),
            position,
            len(ids),
            after,
        )
        for position, (id_, after) in enumerate(zip_longest(ids, ids[1:]), start=1)
    }
