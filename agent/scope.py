"""Holds a promise against the signed scope: the clauses of executed documents that speak of the same thing.

Values of one topic that differ make it contradicted, an exclusion excluded, relatedness covered; else the scope is silent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from agent.conflicts import Statement, agrees, said_in, statements_in
from agent.models import ScopeStatus
from agent.otherwise import ITEM_SHARE, content, leaves_out, left_out, otherwise, spoken
from agent.relatedness import Relatedness, Said
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.embed import Vectors
from indexer.models import Frozen, Segment
from indexer.search import AccountIndex

COVERED_AT, EXCLUDED_AT, GIVEN_AT = 0.55, 0.6, 0.55
"""How related a clause must be to be the one that covers, excludes or gives what was promised."""
OTHERWISE_AT, NEARLY, LOOKED_AT = 0.3, 0.6, 4
"""How related one that says otherwise: at all, and beside the most related; and among how many it is looked for."""
STANDS_OUT = 0.15
"""A clause that leads all others by this much is the one meant, from two thirds of those bars on."""
NAME_ODDS, WORD_ODDS, COMMON = 2.7, 1.7, 0.05
"""What a shared name, or a shared rare word, makes of the odds, and the share of clauses from which on either tells nothing."""
_NAME = re.compile(r"(?<=[a-z,;:)] )[A-Z][\w&-]{2,}")
_SHORT = re.compile(r"\b[A-Z][A-Za-z]*[A-Z]{1,}[A-Za-z]*\b")
"""Names with capitals inside, as systems have."""
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
    sure: float = 1.0
    """How surely the clause speaks of what was promised."""


def _headings(segments: Sequence[Segment]) -> list[str]:
    """The last heading above every segment, by its place in the paper or as a line of its own."""
    found, heading, artifact = [], "", ""
    for segment in segments:
        path = getattr(segment.locator, "path", ())
        if segment.artifact != artifact:
            heading, artifact = "", segment.artifact
        if path or segment.role == "heading":
            heading = str(path[-1]) if path else segment.text
        found.append(heading)
    return found


def _names(text: str) -> set[str]:
    """Words with a capital inside a sentence: people, places, products."""
    return {m.group().lower() for m in _NAME.finditer(text)}


def _likelier(chance: float, names: int, words: int) -> float:
    """The chance of being related, given how many names and how many rare words both sides share."""
    odds = chance / max(1 - chance, 1e-6)
    odds *= NAME_ODDS ** min(names, 2) * WORD_ODDS ** min(words, 3)
    return float(odds / (1 + odds))


def _usual(sets: Sequence[set[str]]) -> set[str]:
    """What stands in too many clauses to tell one from another."""
    counts = Counter(n for own in sets for n in own)
    return {n for n, count in counts.items() if count > max(2, COMMON * len(sets))}


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
        self._words = [content(c.text) for c in self.clauses]
        self._common = _usual(self._named) | _usual(self._words)
        above = _headings(index.segments)
        self._above = [above[i] for i in self._rows]
        self._out = [leaves_out(c.text, h) for c, h in zip(self.clauses, self._above, strict=True)]
        self._signed: dict[str, list[tuple[int, Statement]]] = {}
        for i, clause in enumerate(self.clauses):
            for statement in statements_in(clause.text, i):
                self._signed.setdefault(statement.topic, []).append((i, statement))

    def compare(self, promise: str, said: Said) -> ScopeFinding:
        """Hold one promise, its words and what the heads make of them, against every clause."""
        if not self.clauses:
            return ScopeFinding(status="silent", why="no signed document was found")
        related, spans = self._related.of(said, self._rows)
        sure = self._sure(promise, related)
        order = [int(i) for i in np.argsort(-sure, kind="stable")[:8]]
        if len(order) == 1 or sure[order[0]] - sure[order[1]] >= STANDS_OUT:
            sure[order[0]] *= 1.5
        if _GIVES.search(promise):
            for i in order:
                if sure[i] >= GIVEN_AT and _GIVEN.search(self.clauses[i].text):
                    return self._finding("covered", i, "the signed scope has it")
        texts = {i: self.clauses[i].text[slice(*spans[i])] for i in order}
        return (
            self._otherwise(promise, sure)
            or self._excluded(promise, sure, texts)
            or self._unlike(promise, sure, texts)
            or self._covered(promise, order[0], sure)
            or ScopeFinding(status="silent", why="the signed scope does not speak of it")
        )

    def _sure(self, promise: str, related: Vectors) -> Vectors:
        """How surely each clause speaks of what was promised."""
        named, words = _names(promise) - self._common, content(promise) - self._common
        rows = zip(related, self._named, self._words, strict=True)
        return np.array([_likelier(r, len(named & own), len(words & w)) for r, own, w in rows])

    def _excluded(
        self, promise: str, sure: Vectors, texts: Mapping[int, str]
    ) -> ScopeFinding | None:
        """A clause that leaves out what was promised: by its words, or as the nearest and sure enough."""
        out = [i for i, listed in enumerate(self._out) if listed]
        shares = [(left_out(promise, self.clauses[i].text), -i) for i in out]
        best, place = max(shares, default=(0.0, 0))
        if best >= ITEM_SHARE:
            return self._finding("excluded", -place, "the signed scope excludes it")
        first = next(iter(texts))
        if sure[first] >= EXCLUDED_AT and leaves_out(texts[first], self._above[first]):
            return self._finding("excluded", first, "the signed scope excludes it")
        return None

    def _unlike(self, promise: str, sure: Vectors, texts: Mapping[int, str]) -> ScopeFinding | None:
        """The nearest clause that says otherwise in whatever way."""
        bar = max(OTHERWISE_AT, NEARLY * max(sure[i] for i in texts))
        for i in list(texts)[:LOOKED_AT]:
            found = otherwise(promise, self.clauses[i].text) if sure[i] >= bar else None
            if found is not None:
                return ScopeFinding(
                    status="contradicted", clause=self.clauses[i].id, promised=found.promised,
                    signed=found.signed, why=found.why, sure=float(sure[i]),
                )  # fmt: skip
        return None

    def _covered(self, promise: str, nearest: int, sure: Vectors) -> ScopeFinding | None:
        """The nearest clause, unless the promise names a thing, by its short name, that no clause knows."""
        short = set(_SHORT.findall(promise))
        unknown = any(n not in c.text for n in short for c in (self.clauses[nearest],))
        if sure[nearest] < COVERED_AT or (unknown and _SHORT.search(self.clauses[nearest].text)):
            return None
        return self._finding("covered", nearest, "the signed scope has it")

    def _finding(self, status: ScopeStatus, clause: int, why: str) -> ScopeFinding:
        return ScopeFinding(status=status, clause=self.clauses[clause].id, why=why)

    def _otherwise(self, promise: str, related: Vectors) -> ScopeFinding | None:
        """The clause that gives a topic of the promise another value, if no clause gives the same."""
        for said in said_in(promise, 0):
            rivals = self._signed.get(said.topic, [])
            if not rivals or agrees(said.value, [s for _, s in rivals]):
                continue
            if any(spoken(said.value, self.clauses[i].text) for i, _ in rivals):
                continue
            nearest, signed = max(rivals, key=lambda rival: related[rival[0]])
            return ScopeFinding(
                status="contradicted", clause=self.clauses[nearest].id, promised=said.value.text,
                signed=signed.value.text, topic=said.topic,
                why=f"promised {said.value.text}, signed {signed.value.text}",
            )  # fmt: skip
        return None
