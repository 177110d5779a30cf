"""Finds what the seller's side promised and puts it into the ledger, strongest first.

A promise is a passage that the reading head takes for one, said to the customer; or the seller's last word on a topic
where the signed papers say otherwise. All of it goes through the door like any other claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from agent.changed import changed, taken_back
from agent.clashes.clash import Clash
from agent.clashes.voices import executed, meets_customer
from agent.door import BriefDoor
from agent.due import due_of
from agent.found import Found, Proposer
from agent.ledger import FALLBACK, Ledger
from agent.owed import is_errand, promise_type
from agent.promising import promising
from agent.quoting import Sentences, run_around, within
from agent.ranking import Ranking, Scores
from agent.relatedness import Relatedness
from indexer.models import Segment
from indexer.search import AccountIndex
from indexer.sentences import sentence_spans
from prompts.template import FieldSpec

PROMISE_AT = 0.12
"""How sure a passage must be of being a promise to be listed."""
MAX_PROMISES = 24
_NO_PROMISE, UNSAID_AT = ("retraction", "question", "other_customer", "hearsay"), 0.5
"""Acts that promise nothing, and how surely the head must see one of them."""
UNSURE_SIDE = 0.75
"""What is left of it where nobody knows which side spoke."""
MIN_WORDS = 5
_PROMISING: Mapping[str, tuple[str, ...]] = {
    "call": ("vendor", "unknown"), "mail": ("vendor",), "chat": ("vendor",),
}  # fmt: skip
"""Whose words can be a promise to the customer: what is said internally is not one."""
_HOMES = {"date": "commitments.timeline_promises", "price": "commitments.pricing"}


class Promises:
    """One account's promises and the conflicts that come of them."""

    def __init__(
        self, index: AccountIndex, ranking: Ranking, related: Relatedness,
        specs: Mapping[str, FieldSpec], door: BriefDoor, found: Found,
    ) -> None:  # fmt: skip
        self._index, self._ranking, self._specs = index, ranking, specs
        self._door, self._found = door, found
        self._proposer = Proposer(index, door)
        self._ledger = Ledger(index, related, door, found)
        self._to_customer = said_to_customer(index)
        self._worth = self._strength()
        self._unsaid = ranking.readings.act(*_NO_PROMISE)

    def run(self, clashes: Sequence[Clash]) -> None:
        """What was said last and signed otherwise; then every promise, strongest first; then what became of them."""
        readings = self._ranking.readings
        for clash in clashes:
            if clash.promised and executed(self._index, clash.signed.position):
                self._clash(clash)
        taken = 0
        for row in np.argsort(-self._worth, kind="stable").tolist():
            if self._worth[row] < PROMISE_AT or taken == MAX_PROMISES:
                break
            position = int(readings.owner[row])
            segment, (start, end) = self._index.segments[position], readings.spans[row]
            passage = segment.text[start:end]
            if len(passage.split()) < MIN_WORDS or (is_errand(passage) and not due_of(passage)):
                continue
            if self._unsaid[row] >= UNSAID_AT:
                continue
            sentences = self._sentences(row)
            if self._ledger.row_of(segment, sentences) is not None:
                sentences = within(segment.text, (start, end))
            taken += self._promise(position, sentences, core=(start, end)) is not None
        self._ledger.settle()
        self._taken_back()
        for earlier, later in list(changed(self._found.commitments, self._door.claims)):
            self._door.flag(earlier, f"superseded_by:{later}")

    def take(self, claim_id: str) -> bool:
        """Put a claim that someone else recorded into the table. False: it is no promise to the customer, or known."""
        claim = self._door.claims[claim_id]
        for said_at in claim.citations:
            segment = self._index.segments[self._ledger.position(said_at)]
            if not self._ledger.holds(said_at) and self._to_customer(segment):
                self._ledger.enter(claim_id, said_at, promise_type(claim.text))
                self._ledger.settle()
                return True
        return False

    def _taken_back(self) -> None:
        """Link a promise to the later words that take it back: it stays in the table, marked superseded."""
        readings, segments = self._ranking.readings, self._index.segments
        spoken = [
            r for r in range(len(readings.spans)) if self._to_customer(segments[readings.owner[r]])
        ]
        promises = [self._door.claims[c.claim] for c in self._found.commitments]
        for promise, row in taken_back(self._index, readings, spoken, promises):
            home = promise.field or FALLBACK
            position = int(readings.owner[row])
            sentences = self._sentences(row)
            claim = self._proposer.propose(home, self._specs[home], position, sentences)
            if claim is not None and claim != promise.id:
                self._door.flag(promise.id, f"superseded_by:{claim}")
                self._found.superseded.add(promise.citations[0].segment)

    def _strength(self) -> Scores:
        """How surely each passage is a promise to the customer: (passages,)."""
        readings, segments = self._ranking.readings, self._index.segments
        said = np.array([self._to_customer(segments[i]) for i in readings.owner], bool)
        worth = np.zeros(len(said), np.float32)
        passages = self._index.passages()
        put = [(p.pair[0], self._passage(r)) for r, p in enumerate(passages) if said[r]]
        if put:
            sure = promising(readings.acts, readings.fields, readings.signals[said], put)
            unsure = [segments[i].side != "vendor" for i in readings.owner[said]]
            worth[said] = sure * np.where(unsure, UNSURE_SIDE, 1.0)
        return worth

    def _passage(self, row: int) -> str:
        start, end = self._ranking.readings.spans[row]
        return self._index.segments[int(self._ranking.readings.owner[row])].text[start:end]

    def _sentences(self, row: int) -> Sentences:
        """The sentences to quote around a passage: its neighbours too where they promise as well."""
        readings = self._ranking.readings
        position = int(readings.owner[row])
        rows, text = readings.of(position), self._index.segments[position].text
        spans = [readings.spans[r] for r in rows]
        worth = [float(self._worth[r]) for r in rows]
        return run_around(text, spans, worth, readings.spans[row])

    def _promise(
        self, position: int, sentences: Sentences, clash: Clash | None = None,
        core: tuple[int, int] | None = None,
    ) -> str | None:  # fmt: skip
        """Record one promise with its scope; None if it is already there or the door refused it."""
        segment = self._index.segments[position]
        known = self._ledger.row_of(segment, sentences)
        if known is not None:
            if clash:
                self._ledger.contradict(known, clash)
            return None
        kind = promise_type(clash.said.value.text if clash else _words(segment, sentences))
        home = _HOMES.get(kind, FALLBACK)
        flags = ["verbal"] if segment.locator.type == "moment" else []
        claim_id = self._proposer.propose(
            home, self._specs[home], position, sentences, flags, "commitment", core
        )
        if claim_id is not None:
            said_at = self._door.claims[claim_id].citations[0]
            self._ledger.enter(claim_id, said_at, kind, clash)
        return claim_id

    def _clash(self, clash: Clash) -> None:
        """What was said last and signed otherwise: a contradicted promise, or a conflict alone."""
        one = (clash.said.sentence, clash.said.sentence)
        if self._to_customer(self._index.segments[clash.said.position]):
            self._promise(clash.said.position, one, clash)
        else:
            self._ledger.dispute(clash)


def said_to_customer(index: AccountIndex) -> Callable[[Segment], bool]:
    """Tells whether a segment is the seller's own words where the customer hears or reads them."""
    met = meets_customer(index) - internal_chats(index)

    def said(segment: Segment) -> bool:
        kind = index.artifacts[segment.artifact].kind
        spoken = segment.side in _PROMISING.get(kind, ()) and segment.role == "body"
        return spoken and segment.artifact in met

    return said


def internal_chats(index: AccountIndex) -> frozenset[str]:
    """Paths of chats in which only the seller's own people write."""
    shared = {s.artifact for s in index.segments if s.side != "vendor" and s.speaker}
    return frozenset(p for p, a in index.artifacts.items() if a.kind == "chat" and p not in shared)


def _words(segment: Segment, sentences: Sentences) -> str:
    """The words of a segment's sentences."""
    if sentences[0] is None or sentences[1] is None:
        return segment.text
    spans = sentence_spans(segment.text)
    return segment.text[spans[sentences[0]][0] : spans[sentences[1]][1]]
