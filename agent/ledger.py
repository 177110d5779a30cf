"""The promise ledger: a row for each promise with what the signed papers say to it, and the conflicts that come of it."""

from __future__ import annotations

import re
from datetime import date

from agent.bearing import put
from agent.clashes.clash import Clash
from agent.contradiction import contradiction
from agent.door import BriefDoor
from agent.due import due_of
from agent.found import Found
from agent.models import Citation, Commitment, CommitmentType, Conflict, ConflictSide
from agent.owed import review_flags
from agent.quoting import Sentences, best_sentences
from agent.relatedness import Relatedness
from agent.scope import ScopeFinding, SignedScope
from indexer.authority import NAMES, segment_rung
from indexer.days import day_of
from indexer.embed import Vectors
from indexer.models import Artifact, Segment
from indexer.search import AccountIndex, Readings
from tools.drafts import EvidenceRef

CLAUSE_WORDS = 24
LISTENED = 8
"""So many segments back somebody of the customer's must have spoken to be the one addressed."""
CONFLICT_AT = 0.6
"""How surely a clause must speak of the promised thing to be shown beside it as a conflict, not in the table alone."""
BEFORE = 140
"""Letters of what was said before that a promise is read with."""
FALLBACK = "commitments.promised_features"
_LIVE = re.compile(r"\blive\b|go-?live|launch|cutover|in production|up and running", re.I)


class Ledger:
    """One account's promises: enters claims as rows of `found.commitments`, contradictions as `found.conflicts`."""

    def __init__(
        self, index: AccountIndex, related: Relatedness, door: BriefDoor, found: Found
    ) -> None:
        self._index, self._door, self._found = index, door, found
        self._related, self._scope = related, SignedScope(index, related)
        self._at = {s.id: i for i, s in enumerate(index.segments)}
        self._unsettled: list[tuple[int, Citation]] = []

    def position(self, citation: Citation) -> int:
        """Which of the account's segments a citation quotes."""
        return self._at[citation.segment]

    def row_of(self, segment: Segment, sentences: Sentences) -> int | None:
        """The row of a promise that quotes some of these words, or None."""
        ref = EvidenceRef(
            segment=segment.id, first_sentence=sentences[0], last_sentence=sentences[1]
        )
        cited = self._door.cite(ref)
        return self._overlapping(cited) if cited else None

    def holds(self, citation: Citation) -> bool:
        """True if a row quotes some of the same words."""
        return self._overlapping(citation) is not None

    def _overlapping(self, cited: Citation) -> int | None:
        for number, promise in enumerate(self._found.commitments):
            for c in self._door.claims[promise.claim].citations:
                same = c.segment == cited.segment
                if same and c.start < cited.end and cited.start < c.end:
                    return number
        return None

    def enter(
        self, claim_id: str, said_at: Citation, kind: CommitmentType, clash: Clash | None = None
    ) -> None:
        """A row: who promised what to whom by when. What the papers say to it follows with `settle`, or from `clash`."""
        position, claim = self.position(said_at), self._door.claims[claim_id]
        day = self._said_on(position)
        number = len(self._found.commitments)
        self._found.commitments.append(
            Commitment(
                claim=claim_id, type=kind, by=said_at.speaker, to=self._listener(position),
                said=day.isoformat() if day else None,
                due=due_of(claim.text, day) or due_of(said_at.quote, day), scope="silent",
            )
        )  # fmt: skip
        if clash:
            self._judge(number, said_at, self._found_by(clash), clash)
        else:
            self._unsettled.append((number, said_at))

    def settle(self) -> None:
        """Hold every row that was entered since against the signed scope; their words are embedded together."""
        rows, self._unsettled = self._unsettled, []
        vectors = self._index.embedder.embed([said_at.quote for _, said_at in rows]) if rows else ()
        for (number, said_at), words in zip(rows, vectors, strict=True):
            self._judge(number, said_at, _as_promised(self._compare(said_at, words)))

    def _judge(
        self, number: int, said_at: Citation, finding: ScopeFinding, clash: Clash | None = None
    ) -> None:
        """Write into a row what the papers say to it, and the conflict that comes of it."""
        promise = self._found.commitments[number]
        claim, position = self._door.claims[promise.claim], self.position(said_at)
        clause = self._clause(finding, clash, said_at.quote)
        words = f"{claim.text} {said_at.quote}"
        day, closed = self._said_on(position), self._index.account.close_date
        self._door.flag(claim.id, *review_flags(promise.type, words, finding.status, day, closed))
        self._found.commitments[number] = promise.model_copy(
            update={"scope": finding.status, "scope_citations": (clause,) if clause else ()}
        )
        named = finding if clash else self._named(finding, position, said_at)
        if clause and named is not None and named.sure >= CONFLICT_AT:
            topic = named.topic or _topic(promise.type, said_at.quote)
            self._conflict(claim.field or FALLBACK, said_at, clause, named, topic)

    def _said_on(self, position: int) -> date | None:
        segment = self._index.segments[position]
        return day_of(segment.at or self._index.artifacts[segment.artifact].date)

    def contradict(self, number: int, clash: Clash) -> None:
        """A promise of the table turns out to be signed otherwise."""
        promise = self._found.commitments[number]
        if promise.scope == "contradicted":
            return
        claim = self._door.claims[promise.claim]
        finding, said = self._found_by(clash), claim.citations[0]
        clause = self._clause(finding, clash, said.quote)
        if clause is None:
            return
        self._door.flag(promise.claim, "custom_promise", "scope_note")
        self._found.commitments[number] = promise.model_copy(
            update={"scope": "contradicted", "scope_citations": (clause,)}
        )
        self._conflict(claim.field or FALLBACK, said, clause, finding, clash.said.topic)

    def dispute(self, clash: Clash) -> None:
        """Words that are no promise to the customer, such as a CRM field, and that are signed otherwise."""
        finding, n = self._found_by(clash), clash.said.sentence
        segment = self._index.segments[clash.said.position].id
        said = self._door.cite(EvidenceRef(segment=segment, first_sentence=n, last_sentence=n))
        clause = self._clause(finding, clash, "")
        if said and clause:
            self._conflict("account.contract", said, clause, finding, clash.said.topic)

    def _named(self, finding: ScopeFinding, position: int, said: Citation) -> ScopeFinding | None:
        """The finding with the words that can't both hold; None where there are none to show beside each other."""
        if finding.status != "contradicted" or finding.left_out:
            return finding if finding.left_out else None
        clause = self._scope.put_of(finding)
        before = asked_before(self._index, position)
        found = contradiction(put(said.quote, before, self._said_on(position)), clause)
        if found is None:
            return None
        why = f"promised {found.promised}, signed {found.signed}" if found.promised else finding.why
        told = {
            "promised": found.promised,
            "signed": found.signed,
            "topic": found.topic,
            "why": why,
        }
        return finding.model_copy(update=told)

    def _compare(self, said: Citation, words: Vectors) -> ScopeFinding:
        """The promise's words, by the passages of its segment that they overlap, against the signed scope."""
        position = self.position(said)
        segment = self._index.segments[position]
        within = (said.start - segment.start, said.end - segment.start)
        rows = passages_within(self._related.readings, position, *within)
        before, meant = asked_before(self._index, position), self._related.said(rows, words)
        return self._scope.compare(said.quote, meant, before, self._said_on(position))

    def _found_by(self, clash: Clash) -> ScopeFinding:
        said, signed = (s.value.text.rstrip(" .,;") for s in (clash.said, clash.signed))
        return ScopeFinding(
            status="contradicted", clause=self._index.segments[clash.signed.position].id,
            promised=said, signed=signed, topic=clash.said.topic, why=f"said {said}, signed {signed}",
        )  # fmt: skip

    def _clause(self, finding: ScopeFinding, clash: Clash | None, promise: str) -> Citation | None:
        """The words of the signed clause that decide: a sentence of it, not the paragraph."""
        if finding.clause is None:
            return None
        text = self._index.segments[self._at[finding.clause]].text
        first = last = clash.signed.sentence if clash else None
        if first is None:
            decides = [finding.words or promise, finding.signed]
            first, last = best_sentences(text, decides, CLAUSE_WORDS)
        ref = EvidenceRef(segment=finding.clause, first_sentence=first, last_sentence=last)
        return self._door.cite(ref)

    def _listener(self, position: int) -> str | None:
        """Who was addressed: the customer's person who spoke last before, in the same artifact."""
        here = self._index.segments[position]
        for segment in reversed(self._index.segments[max(0, position - LISTENED) : position]):
            if segment.artifact == here.artifact and segment.side == "customer" and segment.speaker:
                return segment.person or segment.speaker
        return None

    def _conflict(
        self, field: str, said: Citation, clause: Citation, finding: ScopeFinding, topic: str
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
                id=f"x{len(self._found.conflicts) + 1}", key=f"{said.segment}-{clause.segment}",
                topic=topic, why=finding.why, fields=(field,),
                sides=tuple(
                    ConflictSide(text=text[:200], authority=rank, citations=(cited,))
                    for text, rank, cited in sides
                ),
            )
        )  # fmt: skip


def passages_within(readings: Readings, position: int, start: int, end: int) -> list[int]:
    """The passages of a segment that overlap a part of its text."""
    return [
        r
        for r in readings.of(position)
        if readings.spans[r][0] < end and start < readings.spans[r][1]
    ]


def asked_before(index: AccountIndex, position: int) -> str:
    """The end of what was said right before a segment of talk: what it answers."""
    here = index.segments[position]
    before = index.segments[position - 1] if position else here
    talk = index.artifacts[here.artifact].kind in ("call", "chat")
    return before.text[-BEFORE:] if talk and before.artifact == here.artifact and position else ""


def _topic(kind: CommitmentType, words: str) -> str:
    """What a contradiction is about, where no topic of the conflicts tells."""
    if kind == "date":
        return "go-live" if _LIVE.search(words) else "dates"
    return "price" if kind == "price" else "scope"


def _as_promised(finding: ScopeFinding) -> ScopeFinding:
    """Who promises a thing says that it is in: a paper that leaves it out says otherwise (decision 0026)."""
    if finding.status != "excluded":
        return finding
    return finding.model_copy(update={"status": "contradicted", "left_out": True})
