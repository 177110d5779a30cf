"""Holds a promise against the signed scope: the clauses of executed documents that speak of the same thing.

Values of one topic that differ make it contradicted, an exclusion excluded, relatedness covered; else the scope is silent.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from agent.conflicts import Statement, agrees, said_in, statements_in
from agent.models import ScopeStatus
from agent.relatedness import Relatedness, Said
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.embed import Vectors
from indexer.models import Frozen, Segment
from indexer.search import AccountIndex

COVERED_AT, EXCLUDED_AT, GIVEN_AT = 0.55, 0.6, 0.55
"""How related a clause must be to be the one that covers, excludes or gives what was promised."""
STANDS_OUT = 0.15
"""A clause that leads all others by this much is the one meant, from two thirds of those bars on."""
NAME_ODDS, COMMON = 2.7, 0.05
"""What a shared name makes of the odds, and the share of clauses from which on a name tells nothing."""
_NAME = re.compile(r"(?<=[a-z,;:)] )[A-Z][\w&-]{2,}")
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


class ScopeFinding(Frozen):
    """How a promise stands to the signed scope, and the clause that says so."""

    status: ScopeStatus
    clause: str | None = None
    """Segment id of the clause."""
    why: str = ""
    promised: str = ""
    signed: str = ""
    topic: str | None = None


def _names(text: str) -> set[str]:
    """Words with a capital inside a sentence: people, places, products."""
    return {m.group().lower() for m in _NAME.finditer(text)}


def _likelier(chance: float, shared: int) -> float:
    """The chance of being related, given how many names both sides share."""
    odds = chance / max(1 - chance, 1e-6) * NAME_ODDS ** min(shared, 2)
    return float(odds / (1 + odds))


class SignedScope:
    """The clauses of an account's executed documents, ready to be compared."""

    def __init__(self, index: AccountIndex, related: Relatedness) -> None:
        self._rows = [
            i for i, s in enumerate(index.segments)
            if index.artifacts[s.artifact].authority in (ORDER_FORM, AGREEMENT)
            and s.role not in ("hidden", "heading") and len(s.text.split()) >= 3
        ]  # fmt: skip
        self.clauses: list[Segment] = [index.segments[i] for i in self._rows]
        self._related = related
        self._named = [_names(c.text) for c in self.clauses]
        counts = Counter(n for own in self._named for n in own)
        self._common = {
            n for n, count in counts.items() if count > max(2, COMMON * len(self.clauses))
        }
        self._signed: dict[str, list[tuple[int, Statement]]] = {}
        for i, clause in enumerate(self.clauses):
            for statement in statements_in(clause.text, i):
                self._signed.setdefault(statement.topic, []).append((i, statement))

    def compare(self, promise: str, said: Said) -> ScopeFinding:
        """Hold one promise, its words and what the heads make of them, against every clause."""
        if not self.clauses:
            return ScopeFinding(status="silent", why="no signed document was found")
        related, spans = self._related.of(said, self._rows)
        named = _names(promise) - self._common
        sure = np.array(
            [_likelier(r, len(named & own)) for r, own in zip(related, self._named, strict=True)]
        )
        order = [int(i) for i in np.argsort(-sure, kind="stable")[:8]]
        if len(order) == 1 or sure[order[0]] - sure[order[1]] >= STANDS_OUT:
            sure[order[0]] *= 1.5
        if _GIVES.search(promise):
            for i in order:
                if sure[i] >= GIVEN_AT and _GIVEN.search(self.clauses[i].text):
                    return self._finding("covered", i, "the signed scope has it")
        otherwise = self._otherwise(promise, sure)
        if otherwise is not None:
            return otherwise
        for i in order[:2]:
            text = self.clauses[i].text[slice(*spans[i])]
            if sure[i] >= EXCLUDED_AT and _EXCLUDES.search(text) and not _CATCH_ALL.search(text):
                return self._finding("excluded", i, "the signed scope excludes it")
        if sure[order[0]] >= COVERED_AT:
            return self._finding("covered", order[0], "the signed scope has it")
        return ScopeFinding(status="silent", why="the signed scope does not speak of it")

    def _finding(self, status: ScopeStatus, clause: int, why: str) -> ScopeFinding:
        return ScopeFinding(status=status, clause=self.clauses[clause].id, why=why)

    def _otherwise(self, promise: str, related: Vectors) -> ScopeFinding | None:
        """The clause that gives a topic of the promise another value, if no clause gives the same."""
        for said in said_in(promise, 0):
            rivals = self._signed.get(said.topic, [])
            if not rivals or agrees(said.value, [s for _, s in rivals]):
                continue
            nearest, signed = max(rivals, key=lambda rival: related[rival[0]])
            return ScopeFinding(
                status="contradicted", clause=self.clauses[nearest].id, promised=said.value.text,
                signed=signed.value.text, topic=said.topic,
                why=f"promised {said.value.text}, signed {signed.value.text}",
            )  # fmt: skip
        return None
