"""The promise ledger, first working form: what the seller said it would do, held against the signed scope.

A promise is compared with the clauses of executed documents that speak of the same thing. Typed values
of one kind that differ make it contradicted, an exclusion excluded, likeness covered, nothing silent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from agent.models import CommitmentType, ScopeStatus
from agent.values import Value, values_of
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.embed import Embedder, Vectors
from indexer.lexical import STOP
from indexer.models import Frozen, Segment
from indexer.search import AccountIndex

COVERED, SAME_TOPIC = 0.5, 0.3
_EXCLUDES = re.compile(
    r"not included|excluded|exclud(?:es|ing)|out of scope|not in scope|does not include|not part of|no(?:t)? (?:direct|obligation)|"
    r"sold separately|separate(?:ly)? (?:quoted|priced|order)|nicht enthalten|ausgeschlossen|not provided|at additional (?:cost|charge)",
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


def _words(text: str) -> set[str]:
    return {w[:6] for w in re.findall(r"[a-zäöüß]{3,}", text.lower()) if w not in STOP}


_DURATION_TOPICS = (
    ("exit", re.compile(r"terminat|early out|\bout at|walk away|leave at|cancel|opt[- ]out|exit", re.I)),
    ("renewal", re.compile(r"renew", re.I)),
    ("rollout", re.compile(r"\blive\b|go-?live|up and running|implement|onboard|duration|rollout|roll out|production|kickoff|cutover|\bup in\b|done in|running in", re.I)),
    ("term", re.compile(r"\bterm\b|contract|commit", re.I)),
)  # fmt: skip


def _topic(text: str) -> str | None:
    return next((name for name, pattern in _DURATION_TOPICS if pattern.search(text)), None)


def _clash(
    promised: Sequence[Value], signed: Sequence[Value], promise: str, clause: str, likeness: float
) -> tuple[Value, Value] | None:
    """A pair of values of one kind and unit that can't both hold, or None."""
    for p in promised:
        rivals = [s for s in signed if s.kind == p.kind and (p.kind != "count" or s.unit == p.unit)]
        if not rivals or any(abs(s.number - p.number) <= 0.02 * max(s.number, 1) for s in rivals):
            continue
        if p.kind == "duration":
            topic = _topic(promise)
            if topic is None or topic != _topic(clause):
                continue
        if p.kind in ("money", "percent") and likeness < SAME_TOPIC + 0.05:
            continue
        return p, rivals[0]
    return None


class SignedScope:
    """The clauses of an account's executed documents, ready to be compared."""

    def __init__(self, index: AccountIndex, vectors: Vectors, embedder: Embedder) -> None:
        self._embedder = embedder
        rows = [
            i for i, s in enumerate(index.segments)
            if index.artifacts[s.artifact].authority in (ORDER_FORM, AGREEMENT)
            and s.role not in ("hidden", "heading") and len(s.text.split()) >= 3
        ]  # fmt: skip
        self.clauses: list[Segment] = [index.segments[i] for i in rows]
        self._vectors = vectors[rows] if rows else np.zeros((0, embedder.size), np.float32)
        self._values = [values_of(s.text) for s in self.clauses]
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
        promised = values_of(promise)
        for i in order:
            if likeness[i] < SAME_TOPIC - (0.15 if promised else 0):
                continue
            clash = _clash(
                promised, self._values[i], promise, self.clauses[i].text, float(likeness[i])
            )
            if clash:
                p, s = clash
                return ScopeFinding(
                    status="contradicted", clause=self.clauses[i].id, promised=p.text, signed=s.text,
                    why=f"promised {p.text}, signed {s.text}",
                )  # fmt: skip
        best = order[0]
        for i in order[:4]:
            if likeness[i] >= SAME_TOPIC + 0.08 and _EXCLUDES.search(self.clauses[i].text):
                return ScopeFinding(
                    status="excluded", clause=self.clauses[i].id, why="the signed scope excludes it"
                )
        if likeness[best] >= COVERED:
            return ScopeFinding(
                status="covered", clause=self.clauses[best].id, why="the signed scope has it"
            )
        return ScopeFinding(status="silent", why="the signed scope does not speak of it")
