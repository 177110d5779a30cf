"""The extractive engine: fills a template from evidence alone, no model server.

For each field the best segments become claims in a short fixed sentence beside their verbatim quote;
promises go to the ledger, contradictions to the conflicts, silence becomes a gap. All through the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agent.door import BriefDoor
from agent.ledger import SignedScope, promise_type
from agent.models import (
    Citation,
    Claim,
    Commitment,
    Conflict,
    ConflictSide,
    FieldResult,
    SectionResult,
)
from agent.quoting import best_sentences
from agent.ranking import Ranking, Scores
from indexer.authority import AGREEMENT, NAMES, ORDER_FORM, segment_rung
from indexer.models import Segment
from indexer.search import AccountIndex
from prompts.template import FieldSpec, Template
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft, Refusal

MAX_SHOWN = 3
KEPT = 8
SECOND_AT = 0.55
"""A further claim is kept if it scores at least this share of the field's best."""
PROMISE_AT = 0.24
MAX_PROMISES = 24
_PROMISING: Mapping[str, tuple[str, ...]] = {"call": ("vendor", "unknown"), "mail": ("vendor",)}
"""Whose words can be a promise to the customer: what is said internally is not one."""
WORD_BUDGET = 1900
"""For shown claims; tables, gaps and conflicts take the rest of the 2,500 words."""


@dataclass
class Found:
    """What the engine found so far; mutable while a brief is made."""

    by_field: dict[str, list[str]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    commitments: list[Commitment] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def attribution(index: AccountIndex, segment: Segment, spec_title: str) -> str:
    """The claim's own sentence: who says it, where, about what."""
    artifact = index.artifacts[segment.artifact]
    topic = spec_title[0].lower() + spec_title[1:]
    who = segment.person or segment.speaker
    if who:
        return f"{who} on {topic}"
    if artifact.kind == "contract":
        place = (
            "The order form"
            if artifact.authority == ORDER_FORM
            else "The signed paper"
            if artifact.authority == AGREEMENT
            else "An unsigned paper"
        )
        return f"{place} on {topic}"
    if artifact.kind == "crm":
        return f"The CRM on {topic}"
    if artifact.kind == "note":
        return f"A note on {topic}"
    return f"The {artifact.kind} on {topic}"


class Extractor:
    """One run of the extractive engine over one account."""

    def __init__(
        self, index: AccountIndex, ranking: Ranking, template: Template, door: BriefDoor
    ) -> None:
        self.index, self.ranking, self.template, self.door = index, ranking, template, door
        self.specs: Mapping[str, FieldSpec] = template.fields()
        self.found = Found()
        self._vectors = index.single_vectors()
        self._matrix = {f: ranking.score(f) for f in self.specs}

    def run(self) -> Found:
        """Promises and conflicts first, then every field, then what is missing."""
        self._promises()
        for name in self.specs:
            self._fill(name)
        return self.found

    def _claim(
        self,
        name: str | None,
        segment: Segment,
        spec: FieldSpec,
        flags: Sequence[str] = (),
        kind: str | None = None,
    ) -> str | None:
        first, last = best_sentences(segment.text, spec.questions)
        draft = ClaimDraft(
            field=name, text=attribution(self.index, segment, spec.title), kind=kind or spec.kind,
            evidence=(EvidenceRef(segment=segment.id, first_sentence=first, last_sentence=last),), flags=tuple(flags),
        )  # fmt: skip
        outcome = self.door.record_claim(draft)
        return None if isinstance(outcome, Refusal) else outcome

    def _candidates(self, scores: Scores) -> list[int]:
        """Segment positions, best first, without repeats of nearly the same words."""
        kept: list[int] = []
        for i in np.argsort(-scores, kind="stable")[:60]:
            position = int(i)
            if scores[position] <= 0.02:
                break
            vector = self._vectors[position]
            if any(float(vector @ self._vectors[k]) > 0.9 for k in kept):
                continue
            kept.append(position)
            if len(kept) == KEPT:
                break
        return kept

    def _fill(self, name: str) -> None:
        spec, scores = self.specs[name], self._matrix[name]
        order = self._candidates(scores)
        best = float(scores[order[0]]) if order else 0.0
        if best < spec.answer_at:
            self._gap(name, spec, order)
            return
        for position in order:
            if scores[position] < max(spec.answer_at * 0.8, SECOND_AT * best):
                break
            claim = self._claim(name, self.index.segments[position], spec, self._flags(position))
            if claim:
                self.found.by_field.setdefault(name, []).append(claim)
                self.found.scores[claim] = float(scores[position])
        if name not in self.found.by_field:
            self._gap(name, spec, order)

    def _flags(self, position: int) -> list[str]:
        segment = self.index.segments[position]
        artifact = self.index.artifacts[segment.artifact]
        flags = ["verbal"] if artifact.kind == "call" and segment.side == "vendor" else []
        return (
            [*flags, "internal_only"]
            if artifact.kind in ("note", "chat") and segment.side == "vendor"
            else flags
        )

    def _gap(self, name: str, spec: FieldSpec, order: Sequence[int]) -> None:
        nearest = tuple(self.index.segments[i].id for i in order[:2])
        self.door.mark_gap(
            GapDraft(
                field=name,
                question=spec.gap,
                ask=spec.ask,
                searched=spec.questions,
                nearest=nearest,
            )
        )

    def _promises(self) -> None:
        """Every promise of the seller's side, with its type, listener and standing in signed scope."""
        scope = SignedScope(self.index, self._vectors, self.index.embedder)
        ranking = self.ranking
        kinds = (
            "commitments.promised_features",
            "commitments.timeline_promises",
            "commitments.pricing",
            "timeline.last_push",
            "commitments.contract_terms",
        )
        said = np.max([ranking.head_probability(f) for f in kinds if f in self.specs], axis=0)
        act = ranking.act("promise")
        strength = (0.5 * act + 0.5 * said) * (0.3 + 0.7 * ranking.answering)
        strength *= 1 - ranking.act("retraction")
        strength *= np.where([s.side == "vendor" for s in self.index.segments], 1.0, 0.75)
        taken = 0
        for position in np.argsort(-strength, kind="stable").tolist():
            segment = self.index.segments[position]
            if strength[position] < PROMISE_AT or taken == MAX_PROMISES:
                break
            artifact = self.index.artifacts[segment.artifact]
            spoken = segment.side in _PROMISING.get(artifact.kind, ()) and segment.role == "body"
            if spoken:
                taken += 1
                self._promise(position, scope)

    def _promise(self, position: int, scope: SignedScope) -> None:
        segment = self.index.segments[position]
        kind = promise_type(segment.text)
        home = {"date": "commitments.timeline_promises", "price": "commitments.pricing"}.get(
            kind, "commitments.promised_features"
        )
        spec = self.specs.get(home)
        if spec is None:
            return
        claim_id = self._claim(
            home,
            segment,
            spec,
            ["verbal"] if segment.locator.type == "moment" else [],
            "commitment",
        )
        if claim_id is None:
            return
        claim = self.door.claims[claim_id]
        quote = claim.citations[0].quote
        finding = scope.compare(quote, self.index.embedder.embed([quote])[0])
        clause = self.door.cite(EvidenceRef(segment=finding.clause)) if finding.clause else None
        if finding.status != "covered":
            self.door.flag(claim_id, "custom_promise")
        self.found.commitments.append(
            Commitment(
                claim=claim_id,
                type=kind,
                by=claim.citations[0].speaker,
                to=self._listener(position),
                scope=finding.status,
                scope_citations=(clause,) if clause else (),
            )
        )
        if finding.status in ("contradicted", "excluded") and clause:
            self._conflict(
                home,
                claim,
                clause,
                finding.why,
                finding.promised or quote,
                finding.signed or clause.quote,
            )

    def _listener(self, position: int) -> str | None:
        """Who was addressed: the customer's person who spoke last before, in the same artifact."""
        here = self.index.segments[position]
        for segment in reversed(self.index.segments[max(0, position - 8) : position]):
            if segment.artifact == here.artifact and segment.side == "customer" and segment.speaker:
                return segment.person or segment.speaker
        return None

    def _conflict(
        self, name: str, claim: Claim, clause: Citation, why: str, said: str, signed: str
    ) -> None:
        topic = {"date": "go-live date", "price": "price"}.get(
            promise_type(claim.citations[0].quote), "promised scope"
        )
        for known in self.found.conflicts:
            same = any(c.segment == clause.segment for side in known.sides for c in side.citations)
            if same and known.topic == topic:
                return
        spoken = self.index.artifacts[claim.citations[0].artifact]
        rung = segment_rung(spoken.authority, spoken.kind, claim.citations[0].side, False)
        signed_rung = self.index.artifacts[clause.artifact].authority
        number = len(self.found.conflicts) + 1
        self.found.conflicts.append(
            Conflict(
                id=f"x{number}",
                key=f"{claim.key}-{clause.segment}",
                topic=topic,
                why=why,
                sides=(
                    ConflictSide(text=said[:200], authority=NAMES[rung], citations=claim.citations),
                    ConflictSide(
                        text=signed[:200], authority=NAMES[signed_rung], citations=(clause,)
                    ),
                ),
                fields=(name,),
            )
        )

    def sections(self) -> tuple[SectionResult, ...]:
        """The template's sections with what is shown within the word budget: best claims first."""
        shown = self._shown()
        gaps: dict[str, list[str]] = {}
        for gap in self.door.gaps.values():
            gaps.setdefault(gap.field or "", []).append(gap.id)
        sections = []
        for section in self.template.sections:
            fields = []
            for spec in section.fields:
                name = f"{section.id}.{spec.id}"
                claims = self.found.by_field.get(name, [])
                conflicts = [x.id for x in self.found.conflicts if name in x.fields]
                status = (
                    "needs_clarification" if not claims else "conflict" if conflicts else "answered"
                )
                fields.append(
                    FieldResult(
                        id=name,
                        status=status,
                        claims=tuple(claims),
                        shown=tuple(c for c in claims if c in shown),
                        gaps=tuple(gaps.get(name, ())),
                        conflicts=tuple(conflicts),
                    )
                )
            sections.append(SectionResult(id=section.id, title=section.title, fields=tuple(fields)))
        return tuple(sections)

    def _shown(self) -> set[str]:
        """Every field's best claim, then seconds and thirds by score while words last."""
        budget, shown = WORD_BUDGET, set()
        ranked = [
            (rank, -self.found.scores[c], c)
            for claims in self.found.by_field.values()
            for rank, c in enumerate(claims[:MAX_SHOWN])
        ]
        for _, _, claim_id in sorted(ranked, key=lambda r: (r[0] > 0, r[1])):
            claim = self.door.claims[claim_id]
            words = len(claim.text.split()) + len(claim.citations[0].quote.split())
            if words <= budget:
                shown.add(claim_id)
                budget -= words
        return shown
