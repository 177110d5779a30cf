"""Owns the shapes a renderer walks: a brief with its ids resolved, in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from agent.models import Claim, Commitment, Conflict, Gap, Objection, PersonRow, Risk
from review.render.gist import GIST_WORDS, gist
from review.render.numbering import Cited
from review.render.titles import without_title

T = TypeVar("T", covariant=True)

SIDES_SHOWN = 2
"""Sides of a conflict that are quoted outside a fold."""


@dataclass(frozen=True)
class Chip:
    """A small label; `to` is the anchor it leads to."""

    text: str
    tone: str = "plain"
    to: str | None = None


@dataclass(frozen=True)
class ClaimView:
    """A claim where it stands; `anchor` at its one home, `see` names the home elsewhere.

    `home` is the title of the field it answers.
    """

    claim: Claim
    cited: tuple[Cited, ...]
    chips: tuple[Chip, ...]
    anchor: bool
    see: str | None = None
    home: str | None = None

    @property
    def lead(self) -> str:
        """The claim's words without its field's title, where that stands above it as a heading."""
        if (self.claim.field or "").startswith("summary."):
            return self.claim.text
        return without_title(self.claim.text, self.claim.field) if self.cited else self.claim.text

    @property
    def said(self) -> str:
        """What is read of the first quote before it is opened."""
        return self.said_within(GIST_WORDS)

    def said_within(self, words: int) -> str:
        """The same in about so many words."""
        if not self.cited or self.cited[0].citation.quote == self.claim.text:
            return ""
        return gist(self.cited[0].citation.quote, self.home or "", words, self.claim.core)


@dataclass(frozen=True)
class GapView:
    """A gap with its place among all gaps of the brief."""

    gap: Gap
    title: str
    position: int
    total: int
    next: str | None


@dataclass(frozen=True)
class SideView:
    """One side of a conflict."""

    text: str
    authority: str
    cited: tuple[Cited, ...]


@dataclass(frozen=True)
class ConflictView:
    """A conflict with both sides."""

    conflict: Conflict
    sides: tuple[SideView, ...]

    @property
    def shown(self) -> tuple[SideView, ...]:
        """The sides that are quoted outside a fold: the last, which can't both hold."""
        return self.sides[-SIDES_SHOWN:]

    @property
    def folded(self) -> tuple[SideView, ...]:
        """The further sides, which may give other values again."""
        return self.sides[:-SIDES_SHOWN]


@dataclass(frozen=True)
class PromiseRow:
    """A promise, its words and the clause it was held against."""

    claim: ClaimView
    commitment: Commitment
    clauses: tuple[Cited, ...]
    conflict: Conflict | None = None
    """The conflict that shows these words beside the clause."""


@dataclass(frozen=True)
class RiskRow:
    """A risk with its severity and owner."""

    claim: ClaimView
    risk: Risk


@dataclass(frozen=True)
class ObjectionRow:
    """An objection and the claim that answers it."""

    claim: ClaimView
    objection: Objection
    answer: ClaimView | None


@dataclass(frozen=True)
class PersonView:
    """A person of the deal."""

    person: PersonRow
    cited: tuple[Cited, ...]
    engagement: str


@dataclass(frozen=True)
class RelationView:
    """How two people stand to each other."""

    source: str
    target: str
    how: str
    cited: tuple[Cited, ...]


@dataclass(frozen=True)
class ExpansionRow:
    """A sign that the account may grow."""

    claim: ClaimView
    kind: str


@dataclass(frozen=True)
class CheckRow:
    """A point of the security checklist; `claim` is None where no source speaks of it."""

    item: str
    claim: ClaimView | None


@dataclass(frozen=True)
class ClauseRow:
    """A clause of a signed paper that obliges somebody."""

    id: str
    words: str
    cited: tuple[Cited, ...]


@dataclass(frozen=True)
class EventRow:
    """A dated event; `date` as a person writes it."""

    date: str
    text: str
    claim: ClaimView | None


@dataclass(frozen=True)
class Rows(Generic[T]):
    """Rows read at once, and rows behind a fold."""

    shown: tuple[T, ...] = ()
    folded: tuple[T, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shown or self.folded)


@dataclass(frozen=True)
class Tables:
    """The tables a section hosts; most host none."""

    promises: Rows[PromiseRow] = field(default_factory=Rows)
    risks: Rows[RiskRow] = field(default_factory=Rows)
    objections: Rows[ObjectionRow] = field(default_factory=Rows)
    people: Rows[PersonView] = field(default_factory=Rows)
    relations: tuple[RelationView, ...] = ()
    expansion: Rows[ExpansionRow] = field(default_factory=Rows)
    checklist: tuple[CheckRow, ...] = ()
    clauses: tuple[ClauseRow, ...] = ()
    timeline: Rows[EventRow] = field(default_factory=Rows)


@dataclass(frozen=True)
class FieldView:
    """A field: claims, questions, conflicts; `elsewhere` if all of it stands in the table."""

    id: str
    title: str
    status: str
    claims: Rows[ClaimView]
    gaps: Rows[GapView]
    conflicts: tuple[ConflictView, ...]
    conflict_links: tuple[Conflict, ...]
    elsewhere: bool


@dataclass(frozen=True)
class SectionView:
    """A section with its fields and tables; `questions` and `contradictions` count what is open."""

    id: str
    title: str
    fields: tuple[FieldView, ...]
    tables: Tables
    questions: int = 0
    contradictions: int = 0


@dataclass(frozen=True)
class BasisView:
    """What a suggestion rests on: a short label and the anchor; `cited` labels are numbers."""

    label: str
    to: str | None
    cited: bool = False


@dataclass(frozen=True)
class SuggestionView:
    """A proposal of Baton's own with its basis."""

    text: str
    basis: tuple[BasisView, ...]


@dataclass(frozen=True)
class Counter:
    """A number that asks for the reader, and where it leads."""

    count: int
    label: str
    tone: str
    to: str | None


@dataclass(frozen=True)
class Outline:
    """A whole brief in reading order."""

    opening: tuple[str, ...]
    """Two or three plain sentences."""
    summary: SectionView | None
    counters: tuple[Counter, ...]
    sections: tuple[SectionView, ...]
    loose_gaps: tuple[GapView, ...]
    loose_conflicts: tuple[ConflictView, ...]
    loose_claims: tuple[ClaimView, ...]
    suggestions: tuple[SuggestionView, ...]
    cited: tuple[Cited, ...]
    answered: int
    asked: int
