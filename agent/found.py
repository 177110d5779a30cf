"""What an extractive run has found so far, and how it proposes a claim: a short fixed sentence beside a quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.door import BriefDoor
from agent.models import Commitment, Conflict
from agent.quoting import Sentences
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.models import Segment
from indexer.search import AccountIndex
from prompts.template import FieldSpec
from tools.drafts import ClaimDraft, EvidenceRef, Refusal


@dataclass
class Found:
    """What the engine found so far; mutable while a brief is made."""

    by_field: dict[str, list[str]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    commitments: list[Commitment] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    superseded: set[str] = field(default_factory=set)
    """Ids of segments whose words were taken back later: history, never an answer."""

    def add(self, door: BriefDoor, field: str, claim: str, first: bool = False) -> None:
        """List a claim that was found beside the fields in its field, which it answers too."""
        listed = self.by_field.setdefault(field, [])
        if claim in listed:
            return
        known = [self.scores.get(c, 0.0) for c in listed]
        self.scores[claim] = max(known, default=1.0) if first else min(known, default=1.0)
        listed.insert(0 if first else len(listed), claim)
        door.close_gap(field)


def flags_of(index: AccountIndex, segment: Segment) -> tuple[str, ...]:
    """What a reader must know of a claim that rests on `segment`: only spoken, or said among the seller's own."""
    if segment.side != "vendor":
        return ()
    kind = index.artifacts[segment.artifact].kind
    if kind == "call":
        return ("verbal",)
    return ("internal_only",) if kind in ("note", "chat") else ()


def attribution(index: AccountIndex, segment: Segment, spec_title: str) -> str:
    """The claim's own sentence: who says it, where, about what."""
    artifact = index.artifacts[segment.artifact]
    topic = spec_title[0].lower() + spec_title[1:]
    who = segment.person or segment.speaker
    if who:
        return f"{who} on {topic}"
    if artifact.kind == "contract":
        place = {ORDER_FORM: "The order form", AGREEMENT: "The signed paper"}.get(
            artifact.authority, "An unsigned paper"
        )
        return f"{place} on {topic}"
    names = {"crm": "The CRM", "note": "A note"}
    return f"{names.get(artifact.kind, f'The {artifact.kind}')} on {topic}"


@dataclass(frozen=True)
class Proposer:
    """Proposes claims to the door."""

    index: AccountIndex
    door: BriefDoor

    def propose(
        self,
        name: str | None,
        spec: FieldSpec,
        position: int,
        sentences: Sentences,
        flags: Sequence[str] = (),
        kind: str | None = None,
        core: tuple[int, int] | None = None,
        beside: Sequence[tuple[int, Sentences]] = (),
    ) -> str | None:
        """The id of the claim recorded for a segment's sentences, or None where the door refused it.

        `beside` are sentences of other segments that say the rest of it; they are cited after the first.
        """
        segment = self.index.segments[position]
        refs = tuple(
            EvidenceRef(segment=self.index.segments[i].id, first_sentence=first, last_sentence=last)
            for i, (first, last) in ((position, sentences), *beside)
        )
        draft = ClaimDraft(
            field=name, text=attribution(self.index, segment, spec.title), kind=kind or spec.kind,
            evidence=refs, flags=tuple(flags), core=core,
        )  # fmt: skip
        outcome = self.door.record_claim(draft)
        return None if isinstance(outcome, Refusal) else outcome
