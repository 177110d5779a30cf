"""The promise ledger, first working form: what the seller said it would do, held against the signed scope.

A promise is compared with the clauses of executed documents that speak of the same thing. Typed values of one
topic that differ make it contradicted, an exclusion excluded, likeness covered; else the scope is silent.
"""

from __future__ import annotations

import re

import numpy as np

from agent.conflicts import Statement, agrees, said_in, statements_in
from agent.models import CommitmentType, ScopeStatus
from agent.values import values_of
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.embed import Embedder, Vectors
from indexer.lexical import STOP
from indexer.models import Frozen, Segment
from indexer.search import AccountIndex

COVERED, EXCLUDED, SAME_TOPIC = 0.5, 0.38, 0.3
_EXCLUDES = re.compile(
    r"not included|excluded|exclud(?:es|ing)|out of scope|not in scope|does not include|not part of|no(?:t)? (?:direct|obligation)|"
    r"sold separately|separate(?:ly)? (?:quoted|priced|order)|nicht enthalten|ausgeschlossen|not provided|at additional (?:cost|charge)",
    re.I,
)
_CATCH_ALL = re.compile(
    r"\b(?:anything|items?|services?|features?|work|all else)\b(?: that (?:is|are))? not (?:expressly |specifically )?(?:listed|described|stated|included|named)",
    re.I,
)
"""Leaves out whatever is not named: it says nothing of one thing in particular."""
_GIVES = re.compile(
    r"waive|knock (?:it |that |out|off)|no (?:extra )?(?:charge|cost|fee)|\bfree\b|throw(?:n)? in|on us\b|included|part of it|kostenlos|inklusive",
    re.I,
)
_GIVEN = re.compile(
    r"waived|no (?:additional )?(?:charge|cost|fee)|free of charge|[$€£] ?0(?:[.,]00)?\b|\bincluded\b(?! in Section)|kostenfrei",
    re.I,
)
_PRICE = re.compile(
    r"\$|€|£|\bprice|discount|\bfee|\bcharge|percent|%|invoice|\brate\b|\bcost", re.I
)
_DATE = re.compile(
    r"\b(?:week|month|day|live|by (?:the )?(?:end|mid|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|kickoff|launch)",
    re.I,
)
_SLA = re.compile(
    r"24\s*/\s*7|twenty[- ]four|around the clock|uptime|response time|support (?:line|hours)|\bSLA\b|phone number|real person",
    re.I,
)
_INTEGRATION = re.compile(
    r"integrat|connect|sync|hook|\bAPI\b|write back|feed|import|interface", re.I
)
_SERVICE = re.compile(
    r"train|on[- ]?site|come out|in person|workshop|migrat|load|set ?up|advis|call|visit|help|support",
    re.I,
)


def promise_type(text: str) -> CommitmentType:
    """What kind of promise a text is, by its typed values and words."""
    kinds = {v.kind for v in values_of(text)}
    if _SLA.search(text) or "hours" in kinds:
        return "SLA"
    if "money" in kinds or "percent" in kinds or (_PRICE.search(text) and "duration" not in kinds):
        return "price"
    if ("duration" in kinds and _DATE.search(text)) or re.search(
        r"\blive\b|go-?live|kick ?off|up and running", text, re.I
    ):
        return "date"
    if _INTEGRATION.search(text):
        return "integration"
    return "service" if _SERVICE.search(text) else "feature"


class ScopeFinding(Frozen):
    """How a promise stands to the signed scope, and the clause that says so."""

    status: ScopeStatus
    clause: str | None = None
    """Segment id of the clause."""
    why: str = ""
    promised: str = ""
    signed: str = ""
    topic: str | None = None


def _words(text: str) -> set[str]:
    return {w[:6] for w in re.findall(r"[a-zäöüß]{3,}", text.lower()) if w not in STOP}


class SignedScope:
    """The clauses of an account's executed documents, ready to be compared."""

    def __init__(self, index: AccountIndex, vectors: Vectors, embedder: Embedder) -> None:
        rows = [
            i for i, s in enumerate(index.segments)
            if index.artifacts[s.artifact].authority in (ORDER_FORM, AGREEMENT)
            and s.role not in ("hidden", "heading") and len(s.text.split()) >= 3
        ]  # fmt: skip
        self.clauses: list[Segment] = [index.segments[i] for i in rows]
        self._vectors = vectors[rows] if rows else np.zeros((0, embedder.size), np.float32)
        self._signed: dict[str, list[tuple[int, Statement]]] = {}
        for i, clause in enumerate(self.clauses):
            for statement in statements_in(clause.text, i):
                self._signed.setdefault(statement.topic, []).append((i, statement))
        self._words = [_words(s.text) for s in self.clauses]

    def compare(self, promise: str, vector: Vectors) -> ScopeFinding:
        """Hold one promise (its text and vector) against every clause."""
        if not self.clauses:
            return ScopeFinding(status="silent", why="no signed document was found")
        cosine = self._vectors @ vector
        words = _words(promise)
        shared = np.array(
            [len(words & w) / max(1, min(len(words), len(w))) for w in self._words], np.float32
        )
        likeness = 0.75 * cosine + 0.25 * shared
        order = [int(i) for i in np.argsort(-likeness)[:25]]
        if _GIVES.search(promise):
            for i in order[:6]:
                if likeness[i] >= SAME_TOPIC and _GIVEN.search(self.clauses[i].text):
                    return ScopeFinding(
                        status="covered", clause=self.clauses[i].id, why="the signed scope has it"
                    )
        otherwise = self._otherwise(promise, likeness)
        if otherwise is not None:
            return otherwise
        best = order[0]
        for i in order[:4]:
            text = self.clauses[i].text
            if likeness[i] >= EXCLUDED and _EXCLUDES.search(text) and not _CATCH_ALL.search(text):
                return ScopeFinding(
                    status="excluded", clause=self.clauses[i].id, why="the signed scope excludes it"
                )
        if likeness[best] >= COVERED:
            return ScopeFinding(
                status="covered", clause=self.clauses[best].id, why="the signed scope has it"
            )
        return ScopeFinding(status="silent", why="the signed scope does not speak of it")

    def _otherwise(self, promise: str, likeness: Vectors) -> ScopeFinding | None:
        """The clause that gives a topic of the promise another value, if no clause gives the same."""
        for said in said_in(promise, 0):
            rivals = self._signed.get(said.topic, [])
            if not rivals or agrees(said.value, [s for _, s in rivals]):
                continue
            nearest, signed = max(rivals, key=lambda rival: likeness[rival[0]])
            return ScopeFinding(
                status="contradicted", clause=self.clauses[nearest].id, promised=said.value.text,
                signed=signed.value.text, topic=said.topic,
                why=f"promised {said.value.text}, signed {signed.value.text}",
            )  # fmt: skip
        return None
