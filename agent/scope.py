"""Holds a promise against the signed scope: which clause of the executed papers bears on it, and what that clause says to it.

All clauses compete for the promise, and with them that none speaks of it; what each that may be meant would say is weighed by how surely it is
meant. So a price that two papers repeat counts once for what it says, and a promise that resembles everything a little stays silent.
The signs are those of `agent.bearing`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from agent.against import against
from agent.bearing import LIKENESSES, Put, Signs, near, put
from agent.models import ScopeStatus
from agent.otherwise import otherwise
from agent.relatedness import Relatedness, Said
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.days import day_of
from indexer.embed import Vectors
from indexer.models import Frozen, Segment
from indexer.search import AccountIndex
from indexer.sentences import sentence_spans

WEIGHTS = Path(__file__).parent / "bearing.json"
LOOKED_AT, LEAST = 12, 0.01
"""So many clauses, and how surely each must be meant, to be asked what they say."""
MIN_WORDS = 3
_NUMBERED = re.compile(r"(?:§\s*)?(\d{1,2})[.)]?\s+[^\W\d][^.;]*$")


class ScopeFinding(Frozen):
    """How a promise stands to the signed scope, and the clause that says so."""

    status: ScopeStatus
    clause: str | None = None
    """Segment id of the clause."""
    words: str = ""
    """The part of the clause that decides."""
    why: str = ""
    promised: str = ""
    signed: str = ""
    topic: str | None = None
    sure: float = 1.0
    """How surely it is so."""
    left_out: bool = False
    """Whether the clause leaves out what is promised."""


@dataclass(frozen=True)
class Part:
    """A sentence of a signed clause, or a part of one between semicolons."""

    position: int
    """Of its segment in the account."""
    passage: int
    """Row of the passage that it stands in."""
    put: Put


@dataclass(frozen=True)
class Weights:
    """What each sign weighs, and the weight of nothing: (base, a logarithm of the number of clauses)."""

    near: Signs
    silent: tuple[float, float]
    against: Signs
    bias: float


@cache
def weights() -> Weights:
    """As `python -m eval.train.scope` left them."""
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weights(held["near"], (held["silent"][0], held["silent"][1]), held["against"], held["bias"])  # fmt: skip


def parts_of(text: str) -> list[str]:
    """The sentences of a clause, cut at semicolons; what is too short to say anything is left out."""
    sentences = [text[a:b] for a, b in sentence_spans(text)] or [text]
    cut = (part for s in sentences for part in re.split(r"(?<=;)\s+", s))
    return [p for p in cut if len(p.split()) >= MIN_WORDS]


def headings(segments: Sequence[Segment]) -> list[str]:
    """The last heading above every segment, by its place in the paper, a line of its own, or numbers that stand under it."""
    found, heading, artifact = [], "", ""
    for segment, after in zip(segments, [*segments[1:], None], strict=True):
        path = getattr(segment.locator, "path", ())
        if segment.artifact != artifact:
            heading, artifact = "", segment.artifact
        if segment.role == "heading" or (after and _heads(segment.text, after.text)):
            heading = segment.text
        elif path and not _NUMBERED.match(heading):
            heading = str(path[-1])
        found.append(heading)
    return found


def _heads(text: str, after: str) -> bool:
    """True for a numbered line that the numbers of the next one stand under: `2 Not included`, `2.1 Lighting`."""
    number = _NUMBERED.match(text)
    return bool(number and len(text) < 80 and re.match(rf"\W*{re.escape(number[1])}\.\d", after))


class SignedScope:
    """The clauses of an account's executed documents, ready to be compared."""

    def __init__(self, index: AccountIndex, related: Relatedness) -> None:
        self._index, self._related = index, related
        self.parts = list(self._parts())

    def _parts(self) -> Sequence[Part]:
        found, above = [], headings(self._index.segments)
        for i, segment in enumerate(self._index.segments):
            artifact = self._index.artifacts[segment.artifact]
            if artifact.authority not in (ORDER_FORM, AGREEMENT):
                continue
            rows = self._related.readings.of(i)
            if segment.role in ("hidden", "heading", "signature") or not len(rows):
                continue
            for words in parts_of(segment.text):
                start = segment.text.find(words)
                own = [r for r in rows if self._related.readings.spans[r][1] > start]
                day = day_of(artifact.date)
                found.append(Part(i, own[0] if own else rows[-1], put(words, above[i], day)))
        return found

    def compare(
        self, promise: str, said: Said, before: str = "", day: date | None = None
    ) -> ScopeFinding:
        """Hold one promise, its words and what the heads make of them, against every clause.

        `before` is what it answered, `day` when it was said.
        """
        if not self.parts:
            return ScopeFinding(status="silent", why="no signed document was found")
        promised = put(promise, before, day)
        meant, silent = self._meant(promised, said)
        asked = [int(i) for i in np.argsort(-meant, kind="stable")[:LOOKED_AT] if meant[i] >= LEAST]
        denied = {i: _chance(against(promised, self.parts[i].put)) for i in asked}
        says = {i: meant[i] * denied[i] for i in asked}
        has = {i: meant[i] * (1 - denied[i]) for i in asked}
        otherwise_, covered = sum(says.values()), sum(has.values())
        if not asked or silent >= max(otherwise_, covered):
            return ScopeFinding(status="silent", why="the signed scope does not speak of it")
        if covered >= otherwise_:
            return self._finding("covered", max(has, key=has.__getitem__), covered)
        return self._contradicted(promised, max(says, key=says.__getitem__), otherwise_)

    def _contradicted(self, promised: Put, place: int, sure: float) -> ScopeFinding:
        """By the clause at `place`: excluded where it leaves the thing out, else contradicted by what it says instead."""
        clause = self.parts[place].put
        if against(promised, clause)["leaves out"]:
            return self._finding("excluded", place, sure)
        found = otherwise(promised.words, clause.words)
        told = (
            {"promised": found.promised, "signed": found.signed, "why": found.why} if found else {}
        )
        return self._finding("contradicted", place, sure).model_copy(update=told)

    def put_of(self, finding: ScopeFinding) -> Put:
        """The part of a clause that decided, under its heading."""
        segments = self._index.segments
        mine = (p.put for p in self.parts if segments[p.position].id == finding.clause)
        return next((p for p in mine if p.words == finding.words), put(finding.words))

    def likenesses(self, said: Said) -> list[dict[str, float]]:
        """What encoder and heads make of a promise beside each part."""
        words, answers, fields = self._related.likenesses(said)
        return [
            dict(zip(LIKENESSES, (float(words[p.position]), float(answers[p.passage]), float(fields[p.passage])), strict=True))
            for p in self.parts
        ]  # fmt: skip

    def _meant(self, promised: Put, said: Said) -> tuple[Vectors, float]:
        """How surely each part is the one that bears on a promise, and how surely none is: all sum up to 1."""
        held, count = weights(), len(self.parts)
        likenesses = self.likenesses(said)
        total = [
            _weighed(near(promised, p.put, likeness), held.near)
            for p, likeness in zip(self.parts, likenesses, strict=True)
        ]
        total.append(held.silent[0] + held.silent[1] * float(np.log(count)))
        odds = np.exp(np.array(total) - max(total))
        return odds[:-1] / odds.sum(), float(odds[-1] / odds.sum())

    def _finding(self, status: ScopeStatus, place: int, sure: float) -> ScopeFinding:
        part, why = self.parts[place], {
            "covered": "the signed scope has it", "excluded": "the signed scope excludes it",
        }.get(status, "the signed scope says otherwise")  # fmt: skip
        clause = self._index.segments[part.position].id
        return ScopeFinding(status=status, clause=clause, words=part.put.words, why=why, sure=float(sure))  # fmt: skip


def _weighed(signs: Signs, held: Signs) -> float:
    return sum(held[name] * value for name, value in signs.items() if value and name in held)


def _chance(signs: Signs) -> float:
    """0..1 that a clause with these signs says otherwise."""
    held = weights()
    return float(1 / (1 + np.exp(-held.bias - _weighed(signs, held.against))))
