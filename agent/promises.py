"""Finds what the seller's side promised, holds each promise against the signed scope, and keeps what contradicts it.

A promise is a passage that the reading head takes for one, said to the customer; or the seller's last word on a topic
where the signed papers say otherwise. All of it goes through the door like any other claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from agent.changed import changed
from agent.clashes.clash import Clash
from agent.clashes.voices import meets_customer
from agent.door import BriefDoor
from agent.due import due_of
from agent.found import Found, Proposer
from agent.ledger import ScopeFinding, SignedScope, promise_type
from agent.models import Citation, Commitment, CommitmentType, Conflict, ConflictSide
from agent.owed import commits, is_errand, review_flags
from agent.quoting import Sentences, best_sentences, run_around
from agent.ranking import Ranking, Scores
from agent.relatedness import Relatedness
from indexer.authority import NAMES, segment_rung
from indexer.days import day_of
from indexer.models import Artifact, Segment
from indexer.search import AccountIndex
from indexer.sentences import sentence_spans
from prompts.template import FieldSpec
from tools.drafts import EvidenceRef

PROMISE_AT = 0.34
SURE_AT = 0.75
"""From here on words are a promise whatever they look like."""
MAX_PROMISES = 24
MIN_WORDS = 5
CLAUSE_WORDS = 24
RETRACTED_AT = 0.5
SAME_PROMISE_AT = 0.34
SURE_AT = 0.75
"""From here on words are a promise whatever they look like."""
"""Cosine of the words that take back and those taken back."""
_PROMISING: Mapping[str, tuple[str, ...]] = {"call": ("vendor", "unknown"), "mail": ("vendor",)}
"""Whose words can be a promise to the customer: what is said internally is not one."""
_TAKES_BACK = re.compile(
    r"\bmisspoke|\bI was wrong\b|\bwe were wrong\b|\bmy mistake\b|\bI got (?:that|it) wrong|\bcorrect(?:ion| myself)\b|"
    r"\b(?:walk|take|took|walking|taking) (?:that|it|this|something|one thing)(?: \w+)? back\b|\bcan(?:'t|not) (?:promise|offer|do) that\b|"
    r"\b(?:please )?don'?t count on\b|\bscratch that\b|\bshould(?:n't| not) have (?:said|promised)|\bnot something (?:I|we) can\b",
    re.I,
)
_FIELDS = (
    "commitments.promised_features",
    "commitments.timeline_promises",
    "commitments.pricing",
    "timeline.last_push",
    "commitments.contract_terms",
)
_HOMES = {"date": "commitments.timeline_promises", "price": "commitments.pricing"}
_TOPICS = {"date": "go-live", "price": "price"}


class Promises:
    """One account's promises and the conflicts that come of them."""

    def __init__(
        self, index: AccountIndex, ranking: Ranking, related: Relatedness,
        specs: Mapping[str, FieldSpec], door: BriefDoor, found: Found,
    ) -> None:  # fmt: skip
        self._index, self._ranking, self._specs = index, ranking, specs
        self._door, self._found = door, found
        self._proposer = Proposer(index, door)
        self._related, self._scope = related, SignedScope(index, related)
        self._at = {s.id: i for i, s in enumerate(index.segments)}
        self._met = meets_customer(index)
        self._worth = self._strength()

    def run(self, clashes: Sequence[Clash]) -> None:
        """What was said last and signed otherwise; then every promise, strongest first."""
        readings = self._ranking.readings
        for clash in clashes:
            if clash.promised:
                self._clash(clash)
        taken = 0
        for row in np.argsort(-self._worth, kind="stable").tolist():
            if self._worth[row] < PROMISE_AT or taken == MAX_PROMISES:
                break
            position = int(readings.owner[row])
            segment, (start, end) = self._index.segments[position], readings.spans[row]
            words = len(segment.text[start:end].split())
            if words < MIN_WORDS or not self._to_customer(segment):
                continue
            passage = segment.text[start:end]
            if is_errand(passage) or (self._worth[row] < SURE_AT and not commits(passage)):
                continue
            sentences = run_around(
                segment.text, self._spans(position), self._worths(position), (start, end)
            )
            taken += self._promise(position, sentences, core=(start, end)) is not None
        self._retractions()
        for earlier, later in list(changed(self._found.commitments, self._door.claims)):
            self._door.flag(earlier, f"superseded_by:{later}")

    def _retractions(self) -> None:
        """Link a promise to the later words that take it back: it stays in the table, marked superseded."""
        readings, segments = self._ranking.readings, self._index.segments
        rows = [
            r
            for r, sure in enumerate(readings.act("retraction").tolist())
            if self._to_customer(segments[int(readings.owner[r])])
            and (sure >= RETRACTED_AT or _TAKES_BACK.search(self._passage(r)))
        ]
        promises = [self._door.claims[c.claim] for c in self._found.commitments]
        if not rows or not promises:
            return
        words = [self._passage(r) for r in rows]
        vectors = self._index.embedder.embed([*words, *(p.citations[0].quote for p in promises)])
        likeness = vectors[: len(rows)] @ vectors[len(rows) :].T
        for n, row in enumerate(rows):
            position, best = int(readings.owner[row]), int(np.argmax(likeness[n]))
            promise = promises[best]
            first = promise.citations[0]
            if likeness[n, best] < SAME_PROMISE_AT or first.segment == segments[position].id:
                continue
            if self._moment(position) < self._moment(self._at[first.segment]):
                continue
            home = promise.field or "commitments.promised_features"
            sentences = run_around(
                segments[position].text,
                self._spans(position),
                self._worths(position),
                readings.spans[row],
            )
            claim = self._proposer.propose(home, self._specs[home], position, sentences)
            if claim is not None and claim != promise.id:
                self._door.flag(promise.id, f"superseded_by:{claim}")
                self._found.superseded.add(first.segment)

    def _passage(self, row: int) -> str:
        start, end = self._ranking.readings.spans[row]
        return self._index.segments[int(self._ranking.readings.owner[row])].text[start:end]

    def _moment(self, position: int) -> tuple[str, int]:
        """When a segment was said, for ordering: its own or its artifact's date, then its place."""
        segment = self._index.segments[position]
        at = segment.at or self._index.artifacts[segment.artifact].date
        return (at.isoformat()[:10] if at else "", position)

    def _strength(self) -> Scores:
        """How surely each passage is a promise that stands: (passages,)."""
        readings = self._ranking.readings
        said = np.max([readings.field(f) for f in _FIELDS if f in self._specs], axis=0)
        kept = 1 - readings.act("retraction")
        strength = (0.5 * readings.act("promise") + 0.5 * said) * kept
        unsure = [self._index.segments[i].side != "vendor" for i in readings.owner]
        return np.asarray(strength * np.where(unsure, 0.75, 1.0), dtype=np.float32)

    def _spans(self, position: int) -> list[tuple[int, int]]:
        return [self._ranking.readings.spans[r] for r in self._ranking.readings.of(position)]

    def _worths(self, position: int) -> list[float]:
        return [float(self._worth[r]) for r in self._ranking.readings.of(position)]

    def _to_customer(self, segment: Segment) -> bool:
        kind = self._index.artifacts[segment.artifact].kind
        spoken = segment.side in _PROMISING.get(kind, ()) and segment.role == "body"
        return spoken and segment.artifact in self._met

    def _promise(
        self, position: int, sentences: Sentences, clash: Clash | None = None,
        core: tuple[int, int] | None = None,
    ) -> str | None:  # fmt: skip
        """Record one promise with its scope; None if it is already there or the door refused it."""
        segment = self._index.segments[position]
        known = self._known(segment, sentences)
        if known is not None:
            if clash and self._found.commitments[known].scope != "contradicted":
                self._contradict(known, clash)
            return None
        said = clash.said.value.text if clash else self._words(segment, sentences)
        kind = promise_type(said)
        home = _HOMES.get(kind, "commitments.promised_features")
        flags = ["verbal"] if segment.locator.type == "moment" else []
        claim_id = self._proposer.propose(
            home, self._specs[home], position, sentences, flags, "commitment", core
        )
        if claim_id is not None:
            self._enter(claim_id, self._door.claims[claim_id].citations[0], kind, clash)
        return claim_id

    def take(self, claim_id: str) -> bool:
        """Put a claim that someone else recorded into the table. False: it is no promise to the customer, or known."""
        claim = self._door.claims[claim_id]
        for said_at in claim.citations:
            known = any(
                c.segment == said_at.segment and c.start < said_at.end and said_at.start < c.end
                for promise in self._found.commitments
                for c in self._door.claims[promise.claim].citations
            )
            if not known and self._to_customer(self._index.segments[self._at[said_at.segment]]):
                self._enter(claim_id, said_at, promise_type(claim.text))
                return True
        return False

    def _enter(
        self, claim_id: str, said_at: Citation, kind: CommitmentType, clash: Clash | None = None
    ) -> None:
        """A row of the table: who promised what to whom by when, and what the signed papers say to it."""
        position, claim = self._at[said_at.segment], self._door.claims[claim_id]
        finding = _found_by(clash, self._index) if clash else self._compare(position, said_at)
        clause = self._clause(finding, clash, said_at.quote)
        segment = self._index.segments[position]
        day = day_of(segment.at or self._index.artifacts[segment.artifact].date)
        closed = self._index.account.close_date
        words = f"{claim.text} {said_at.quote}"
        self._door.flag(claim_id, *review_flags(kind, words, finding.status, day, closed))
        self._found.commitments.append(
            Commitment(
                claim=claim_id, type=kind, by=said_at.speaker, to=self._listener(position),
                said=day.isoformat() if day else None,
                due=due_of(claim.text, day) or due_of(said_at.quote, day),
                scope=finding.status, scope_citations=(clause,) if clause else (),
            )
        )  # fmt: skip
        if finding.status in ("contradicted", "excluded") and clause:
            topic = clash.said.topic if clash else finding.topic
            home = claim.field or "commitments.promised_features"
            self._conflict(home, said_at, clause, finding, topic or _TOPICS.get(kind, "scope"))

    def _compare(self, position: int, said: Citation) -> ScopeFinding:
        """The promise's words, by the passages of its segment that they overlap, against the signed scope."""
        offset = self._index.segments[position].start
        rows = [
            r
            for r in self._ranking.readings.of(position)
            if self._ranking.readings.spans[r][0] + offset < said.end
            and said.start < self._ranking.readings.spans[r][1] + offset
        ]
        words = self._index.embedder.embed([said.quote])[0]
        return self._scope.compare(said.quote, self._related.said(rows, words))

    @staticmethod
    def _words(segment: Segment, sentences: Sentences) -> str:
        if sentences[0] is None or sentences[1] is None:
            return segment.text
        spans = sentence_spans(segment.text)
        return segment.text[spans[sentences[0]][0] : spans[sentences[1]][1]]

    def _known(self, segment: Segment, sentences: Sentences) -> int | None:
        """Place in the table of a promise that quotes some of these words."""
        cited = self._door.cite(
            EvidenceRef(segment=segment.id, first_sentence=sentences[0], last_sentence=sentences[1])
        )
        for n, promise in enumerate(self._found.commitments):
            for c in self._door.claims[promise.claim].citations:
                if (
                    cited
                    and c.segment == segment.id
                    and c.start < cited.end
                    and cited.start < c.end
                ):
                    return n
        return None

    def _contradict(self, number: int, clash: Clash) -> None:
        """A promise of the table turns out to be signed otherwise."""
        promise = self._found.commitments[number]
        said = self._door.claims[promise.claim].citations[0]
        finding = _found_by(clash, self._index)
        clause = self._clause(finding, clash, said.quote)
        if clause is None:
            return
        self._door.flag(promise.claim, "custom_promise", "scope_note")
        self._found.commitments[number] = promise.model_copy(
            update={"scope": "contradicted", "scope_citations": (clause,)}
        )
        home = self._door.claims[promise.claim].field or "commitments.promised_features"
        self._conflict(home, said, clause, finding, clash.said.topic)

    def _clause(self, finding: ScopeFinding, clash: Clash | None, promise: str) -> Citation | None:
        """The words of the signed clause that decide: a sentence of it, not the paragraph."""
        if finding.clause is None:
            return None
        text = self._index.segments[self._at[finding.clause]].text
        first = last = clash.signed.sentence if clash else None
        if first is None:
            first, last = best_sentences(text, [promise, finding.signed], CLAUSE_WORDS)
        ref = EvidenceRef(segment=finding.clause, first_sentence=first, last_sentence=last)
        return self._door.cite(ref)

    def _clash(self, clash: Clash) -> None:
        """What was said last and signed otherwise: a contradicted promise, or a conflict alone."""
        segment = self._index.segments[clash.said.position]
        one = (clash.said.sentence, clash.said.sentence)
        if self._to_customer(segment):
            self._promise(clash.said.position, one, clash)
            return
        finding = _found_by(clash, self._index)
        said = self._door.cite(
            EvidenceRef(segment=segment.id, first_sentence=one[0], last_sentence=one[1])
        )
        clause = self._clause(finding, clash, "")
        if said and clause:
            self._conflict("account.contract", said, clause, finding, clash.said.topic)

    def _listener(self, position: int) -> str | None:
        """Who was addressed: the customer's person who spoke last before, in the same artifact."""
        here = self._index.segments[position]
        for segment in reversed(self._index.segments[max(0, position - 8) : position]):
            if segment.artifact == here.artifact and segment.side == "customer" and segment.speaker:
                return segment.person or segment.speaker
        return None

    def _conflict(
        self, name: str, said: Citation, clause: Citation, finding: ScopeFinding, topic: str
    ) -> None:
        """Both quotes side by side; one conflict a topic and clause."""
        for known in self._found.conflicts:
            cited = {c.segment for side in known.sides for c in side.citations}
            ruled = finding.topic is not None and known.topic != topic
            if clause.segment in cited and (not ruled or said.segment in cited):
                return
        spoken: Artifact = self._index.artifacts[said.artifact]
        rung = segment_rung(spoken.authority, spoken.kind, said.side, False)
        signed = self._index.artifacts[clause.artifact].authority
        sides = (
            (finding.promised or said.quote, NAMES[rung], said),
            (finding.signed or clause.quote, NAMES[signed], clause),
        )
        self._found.conflicts.append(
            Conflict(
                id=f"x{len(self._found.conflicts) + 1}",
                key=f"{said.segment}-{clause.segment}",
                topic=topic,
                why=finding.why,
                sides=tuple(
                    ConflictSide(text=text[:200], authority=rank, citations=(cited,))
                    for text, rank, cited in sides
                ),
                fields=(name,),
            )
        )


def _found_by(clash: Clash, index: AccountIndex) -> ScopeFinding:
    said, signed = clash.said.value.text, clash.signed.value.text
    return ScopeFinding(
        status="contradicted", clause=index.segments[clash.signed.position].id, promised=said,
        signed=signed, topic=clash.said.topic, why=f"said {said}, signed {signed}",
    )  # fmt: skip
