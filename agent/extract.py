"""The extractive engine: fills a template from evidence alone, no model server.

For each field the best segments become claims in a short fixed sentence beside their verbatim quote;
promises go to the ledger, contradictions to the conflicts, silence becomes a gap. All through the door.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from agent.answered import is_answered
from agent.clashes.kept import clashes_of
from agent.disputes import Disputes
from agent.door import BriefDoor
from agent.found import Found, Proposer, flags_of
from agent.models import FieldResult, SectionResult
from agent.promises import Promises
from agent.ranking import Ranking, Scores
from agent.relatedness import Relatedness
from indexer.heads import Heads
from indexer.search import AccountIndex
from prompts.template import FieldSpec, Template
from tools.drafts import GapDraft

MAX_SHOWN = 3
KEPT = 8
SECOND_AT = 0.55
"""A further claim is kept if it scores at least this share of the field's best."""
MAX_BESIDE = 3
BESIDE_TURNS, BESIDE_CLAUSES = 4, 12
BESIDE_AT = 0.3
"""What a segment beside another must be worth of it, for the field, to be cited with it."""
SHOWN_WORTH = (1.0, 0.75, 0.6)
"""What a claim's score counts for among those shown of its field."""
REPEATED = 0.6
"""What is left of that where another field shows the same passage."""


class Extractor:
    """One run of the extractive engine over one account."""

    def __init__(
        self, index: AccountIndex, heads: Heads, template: Template, door: BriefDoor
    ) -> None:
        ranking = Ranking(index, heads.reading, template.fields())
        self.index, self.heads, self.ranking = index, heads, ranking
        self.template, self.door = template, door
        self.specs: Mapping[str, FieldSpec] = template.fields()
        self.found = Found()
        self._proposer = Proposer(index, door)
        self._vectors = index.single_vectors()
        self._answers = index.answer_vectors(heads.answers).whole
        self.related = Relatedness(self._vectors, self._answers, ranking.readings)
        self.promises = Promises(index, ranking, self.related, self.specs, door, self.found)
        self._matrix = {f: ranking.score(f) for f in self.specs}
        self._stated = {f: ranking.readings.by_segment(ranking.passages(f)) for f in self.specs}

    def run(self) -> Found:
        """Promises and conflicts first, then every field, then what is missing."""
        clashes = clashes_of(self.index, self.heads, lambda: self.related)
        self.promises.run(clashes)
        Disputes(self.index, self.door, self.found).record(clashes)
        for name in self.specs:
            self._fill(name)
        return self.found

    def _candidates(self, scores: Scores) -> list[int]:
        """Segment positions, best first, without repeats of nearly the same words."""
        kept: list[int] = []
        texts: set[str] = set()
        for i in np.argsort(-scores, kind="stable")[:60]:
            position = int(i)
            if scores[position] <= 0.02:
                break
            segment = self.index.segments[position]
            text = " ".join(segment.text.lower().split())
            if text in texts or segment.id in self.found.superseded:
                continue
            texts.add(text)
            vector = self._vectors[position]
            if any(float(vector @ self._vectors[k]) > 0.9 for k in kept):
                continue
            kept.append(position)
            if len(kept) == KEPT:
                break
        return kept

    def _fill(self, name: str) -> None:
        spec, scores = self.specs[name], self._matrix[name]
        worth = self.ranking.passages(name)
        order = self._candidates(scores)
        best = float(scores[order[0]]) if order else 0.0
        stated = max((float(self._stated[name][i]) for i in order), default=0.0)
        known = name in self.ranking.readings.fields
        if not (is_answered(spec, stated, best) if known else best >= spec.answer_at):
            self._gap(name, spec, order)
            return
        told: set[int] = set()
        for position in order:
            if scores[position] < max(spec.answer_at * 0.8, SECOND_AT * best):
                break
            if position in told:
                continue
            beside = [i for i in self._beside(name, position) if i not in told]
            sentences = self.ranking.quote(position, worth)
            core = self.ranking.core(position, worth)
            flags = flags_of(self.index, self.index.segments[position])
            claim = self._proposer.propose(
                name, spec, position, sentences, flags, core=core,
                beside=[(i, self.ranking.quote(i, worth)) for i in beside],
            )  # fmt: skip
            if claim:
                told.update((position, *beside))
                self.found.by_field.setdefault(name, []).append(claim)
                self.found.scores[claim] = float(scores[position])
        if name not in self.found.by_field:
            self._gap(name, spec, order)

    def _beside(self, name: str, position: int) -> list[int]:
        """Segments close by that say the rest of it: the same voice a turn or two on, the next clauses or rows of a paper.

        A price and what it is for stand in two rows; a story and what it cost in two turns, with a question between them.
        """
        segments, scores, stated = self.index.segments, self._matrix[name], self._stated[name]
        this = segments[position]
        paper = self.index.artifacts[this.artifact].kind == "contract"
        reach = BESIDE_CLAUSES if paper else BESIDE_TURNS
        near = range(max(0, position - reach), min(len(segments), position + reach + 1))
        found = [
            i
            for i in near
            if i != position
            and segments[i].artifact == this.artifact
            and (paper or (segments[i].speaker and segments[i].speaker == this.speaker))
            and scores[i] >= BESIDE_AT * scores[position]
            and stated[i] >= BESIDE_AT * stated[position]
            and segments[i].id not in self.found.superseded
        ]
        return sorted(sorted(found, key=lambda i: -scores[i])[:MAX_BESIDE])

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

    def sections(self) -> tuple[SectionResult, ...]:
        """The template's sections; at most three claims of a field are shown, best first."""
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
                        shown=tuple(claims[:MAX_SHOWN]),
                        gaps=tuple(gaps.get(name, ())),
                        conflicts=tuple(conflicts),
                    )
                )
            sections.append(SectionResult(id=section.id, title=section.title, fields=tuple(fields)))
        return tuple(sections)

    def fold_first(self) -> tuple[str, ...]:
        """Every field's second and third claim, least worth first; a field's best is never folded."""
        shown = [
            (r, c)
            for claims in self.found.by_field.values()
            for r, c in enumerate(claims[:MAX_SHOWN])
        ]
        first = {c: self.door.claims[c].citations[0].segment for _, c in shown}
        times = Counter(first.values())
        worth = {
            claim: self.found.scores[claim]
            * SHOWN_WORTH[rank]
            * (REPEATED if times[first[claim]] > 1 else 1)
            for rank, claim in shown
            if rank
        }
        return tuple(sorted(worth, key=lambda claim: worth[claim]))
