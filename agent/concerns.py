"""What may go wrong and what may grow: objections with how they were handled, risks by kind, signs of expansion.

An objection is answered by what the seller said next about the same thing; whether that settled it is told by what
the customer said after it. Nothing said after it leaves it unknown, no answer leaves it open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from agent.door import BriefDoor
from agent.found import Found, Proposer, flags_of
from agent.models import Citation, Claim, Expansion, Objection, Risk
from agent.quoting import run_around
from agent.ranking import Ranking
from agent.relatedness import Relatedness
from agent.roles import told
from indexer.models import Segment
from indexer.search import AccountIndex
from prompts.cues import all_of, cue, cues, first_of
from prompts.template import FieldSpec

OBJECTIONS = "objections.raised_and_handled"
RISK_CLAIMS = {"risks.open_risks": 4, "technical.risks_dependencies": 3}
EXPANSION = "goals.secondary_use_cases"
MAX_OBJECTIONS, MAX_RISKS, MAX_EXPANSION = 4, 8, 4
NEXT, TAKEN = 8, 4
"""Segments after an objection in which its answer may stand, and after an answer in which it may be taken."""
ANSWERS_AT, LATER_AT, NEAR, LONG, AT_ONCE = 0.2, 0.6, 0.03, 0.1, 5
"""How related the seller's words must be soon after it, or anywhere later; what each segment between them costs and
thirty words are worth; within how many segments the seller's words are the answer whatever they share."""
ACT_AT, GROWS_AT, RAISED_AT, ANSWER_WORDS = 0.5, 0.5, 0.8, 6
State = Literal["resolved", "open", "unknown"]
_TAKE_WORDS = 30
"""A taking of an answer is said in few words; what is longer starts another topic."""


class Concerns:
    """One account's objections, risks and signs of expansion, from what the engine found."""

    def __init__(
        self, index: AccountIndex, ranking: Ranking, related: Relatedness,
        specs: Mapping[str, FieldSpec], door: BriefDoor, found: Found,
    ) -> None:  # fmt: skip
        self._index, self._ranking, self._related = index, ranking, related
        self._specs, self._door, self._found = specs, door, found
        self._proposer = Proposer(index, door)
        self._at = {s.id: i for i, s in enumerate(index.segments)}
        readings = ranking.readings
        self._questions = readings.by_segment(readings.act("question"))
        self._unanswered = readings.by_segment(readings.act("unanswered"))

    def objections(self) -> tuple[Objection, ...]:
        """The field's surest claims of the customer as objections, each with its answer where there is one."""
        sure = self._ranking.readings.by_segment(self._ranking.passages(OBJECTIONS))
        raised = [
            c
            for c in self._listed(OBJECTIONS, 2 * MAX_OBJECTIONS)
            if c.citations[0].side == "customer"
            and sure[self._at[c.citations[0].segment]] >= RAISED_AT
        ]
        return tuple(self._objection(c) for c in raised[:MAX_OBJECTIONS])

    def risks(
        self, objections: tuple[Objection, ...], doubts: Sequence[str] = ()
    ) -> tuple[Risk, ...]:
        """The claims of the risk fields; an objection that stayed open and a sceptic's concern (`doubts`) are risks too."""
        found: dict[str, tuple[str, ...]] = {}
        told_of: set[str] = set()
        for claim, fallback in self._risky(objections, doubts):
            kinds = all_of("risks", told(claim))[:2]
            cited = claim.citations[0]
            boilerplate = not kinds and self._index.artifacts[cited.artifact].kind == "contract"
            if cited.segment not in told_of and not boilerplate:
                told_of.add(cited.segment)
                found[claim.id] = kinds or fallback
        rows = list(found.items())[:MAX_RISKS]
        return tuple(
            Risk(claim=c, kinds=kinds, severity=self._severity(c, kinds)) for c, kinds in rows
        )

    def _risky(
        self, objections: tuple[Objection, ...], doubts: Sequence[str]
    ) -> Iterator[tuple[Claim, tuple[str, ...]]]:
        """Claims that state a risk, each with its kind where no cue tells it."""
        for field, count in RISK_CLAIMS.items():
            fallback = ("technical",) if field.startswith("technical.") else ()
            yield from ((c, fallback) for c in self._listed(field, count))
        yield from ((self._door.claims[o.claim], ()) for o in objections if o.state == "open")
        yield from ((self._door.claims[c], ("adoption",)) for c in doubts)

    def _severity(self, claim: str, kinds: tuple[str, ...]) -> Literal["high", "medium"]:
        """High where the words say so, or somebody whom the deal rests on is going."""
        sure = cues("severity")["high"].search(self._words(claim)) is not None
        return "high" if sure or "people" in kinds else "medium"

    def expansion(self) -> tuple[Expansion, ...]:
        """What the customer said of later uses, more people or places: the field's claims, then what else is sure."""
        listed = self._listed(EXPANSION, MAX_EXPANSION)
        found = [c.id for c in listed if first_of("expansion", told(c))]
        worth = self._ranking.passages(EXPANSION)
        for row in worth.argsort()[::-1].tolist():
            position = int(self._ranking.readings.owner[row])
            segment, (start, end) = (
                self._index.segments[position],
                self._ranking.readings.spans[row],
            )
            if worth[row] < GROWS_AT or len(found) >= MAX_EXPANSION:
                break
            words = segment.text[start:end]
            if segment.side != "customer" or first_of("expansion", words) is None:
                continue
            if segment.id in {self._door.claims[c].citations[0].segment for c in found}:
                continue
            claim = self._claim(position, (start, end), EXPANSION)
            if claim is not None:
                found.append(claim)
        kinds = ((c, first_of("expansion", self._words(c)) or "another use") for c in found)
        return tuple(Expansion(claim=c, kind=kind) for c, kind in kinds)

    def _words(self, claim: str) -> str:
        return told(self._door.claims[claim])

    def _listed(self, field: str, count: int) -> Iterator[Claim]:
        return (self._door.claims[c] for c in self._found.by_field.get(field, [])[:count])

    def _objection(self, claim: Claim) -> Objection:
        said = claim.citations[0]
        kind = first_of("objections", told(claim))
        position = self._at[said.segment]
        answer = self._answer(position, said)
        by, at = said.speaker, str(said.at)[:10] if said.at else None
        if answer is None:
            state: State = "open" if said.locator.type == "moment" else "unknown"
            return Objection(claim=claim.id, kind=kind, by=by, at=at, state=state)
        spans = [self._ranking.readings.spans[r] for r in self._ranking.readings.of(answer)]
        answered_by = self._claim(answer, max(spans, key=lambda s: s[1] - s[0]), OBJECTIONS)
        if answered_by is None:
            return Objection(claim=claim.id, kind=kind, by=by, at=at)
        return Objection(
            claim=claim.id,
            kind=kind,
            by=by,
            at=at,
            answered_by=answered_by,
            state=self._state(answer),
        )

    def _claim(self, position: int, span: tuple[int, int], field: str) -> str | None:
        segment, readings = self._index.segments[position], self._ranking.readings
        spans = [readings.spans[r] for r in readings.of(position)]
        sentences = run_around(segment.text, spans, [1.0] * len(spans), span)
        flags = flags_of(self._index, segment)
        return self._proposer.propose(
            field, self._specs[field], position, sentences, flags, "fact", span
        )

    def _answer(self, position: int, said: Citation) -> int | None:
        """Where the seller answers what was said at `position`; None if nobody does."""
        readings, segments = self._ranking.readings, self._index.segments
        here = segments[position]
        words = self._index.embedder.embed([said.quote])[0]
        meant = self._related.said(list(readings.of(position)), words)
        after = [i for i in range(position + 1, len(segments)) if self._may_answer(segments[i], i)]
        near = [i for i in after if segments[i].artifact == here.artifact and i - position <= NEXT]
        if near:
            sure, _ = self._related.of(meant, near)
            scores = [
                float(s)
                - NEAR * (i - position)
                + LONG * min(len(segments[i].text.split()), 30) / 30
                for s, i in zip(sure, near, strict=True)
            ]
            best = max(range(len(near)), key=lambda n: scores[n])
            if sure[best] >= ANSWERS_AT or near[best] - position <= AT_ONCE:
                return near[best]
        later = [i for i in range(len(segments)) if self._may_answer(segments[i], i)]
        later = [
            i
            for i in later
            if _day(segments[i]) >= _day(here) and segments[i].artifact != here.artifact
        ]
        sure, _ = self._related.of(meant, later)
        best = int(sure.argmax()) if len(later) else 0
        return later[best] if len(later) and sure[best] >= LATER_AT else None

    def _may_answer(self, segment: Segment, position: int) -> bool:
        """True for the seller's own words to the customer that state something."""
        if (
            segment.side != "vendor"
            or segment.role != "body"
            or len(segment.text.split()) < ANSWER_WORDS
        ):
            return False
        if self._index.artifacts[segment.artifact].kind not in ("call", "mail", "chat"):
            return False
        return bool(self._questions[position] < ACT_AT and self._unanswered[position] < ACT_AT)

    def _state(self, answer: int) -> State:
        """`resolved` or `open` by the customer's next words after an answer, `unknown` if they say neither."""
        segments = self._index.segments
        for segment in segments[answer + 1 : answer + 1 + TAKEN]:
            if segment.artifact != segments[answer].artifact:
                break
            words = " ".join(segment.text.split()[:_TAKE_WORDS])
            if segment.side == "customer" and cue("refused").search(words):
                return "open"
            if segment.side == "customer" and cue("accepted").search(words):
                return "resolved"
        return "unknown"


def _day(segment: Segment) -> str:
    return str(segment.at)[:10] if segment.at else ""
