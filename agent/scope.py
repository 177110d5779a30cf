"""Holds a promise against the signed scope: which clause of the executed papers bears on it, and what that clause says to it.

All clauses compete for the promise, each in two readings, that it has the thing and that it says otherwise, and with them that none speaks of it. So a
clause that plainly says otherwise wins over one that only resembles the promise more, a price that two papers repeat counts for what it says, and a
promise that resembles everything a little stays silent. The signs are those of `agent.bearing` and `agent.against`.
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
from agent.bearing import LIKENESSES, Put, Signs, near, put, silence
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
LOOKED_AT, WITHIN = 8, 4.0
"""So many clauses are asked what they say, none that speaks of the thing less surely than the first by a logarithm of the odds."""
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
    """What each sign weighs: for a clause being meant, for either reading of it, for its saying otherwise, for silence."""

    near: Signs
    either: Signs
    against: Signs
    bias: float
    silent: Signs


@cache
def weights() -> Weights:
    """As `python -m eval.train.scope` left them."""
    return Weights(**json.loads(WEIGHTS.read_text(encoding="utf-8")))


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
        says, has, silent = self._read(promised, said)
        otherwise_, covered = sum(says.values()), sum(has.values())
        if silent >= max(otherwise_, covered):
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

    def _read(self, promised: Put, said: Said) -> tuple[dict[int, float], dict[int, float], float]:
        """How surely each part that may be meant says otherwise, how surely it has what was promised, and how surely none speaks of it."""
        held, bearing = weights(), self._bearing(promised, said)
        order = np.argsort(-bearing, kind="stable")[:LOOKED_AT].tolist()
        asked = [i for i in order if bearing[i] >= bearing[order[0]] - WITHIN]
        readings = []
        for i in asked:
            signs = against(promised, self.parts[i].put)
            meant = bearing[i] + _weighed(signs, held.either)
            apart = held.bias + _weighed(signs, held.against)
            readings += [meant + apart / 2, meant - apart / 2]
        readings.append(_weighed(silence(promised, len(self.parts)), held.silent))
        odds = np.exp(np.array(readings) - max(readings))
        sure = (odds / odds.sum()).tolist()
        says, has = sure[:-1:2], sure[1::2]
        return dict(zip(asked, says, strict=True)), dict(zip(asked, has, strict=True)), sure[-1]

    def _bearing(self, promised: Put, said: Said) -> Vectors:
        """How much speaks for each part being about what was promised: (parts,)."""
        held, likenesses = weights().near, self.likenesses(said)
        total = [
            _weighed(near(promised, p.put, likeness), held)
            for p, likeness in zip(self.parts, likenesses, strict=True)
        ]
        return np.array(total, np.float32)

    def _finding(self, status: ScopeStatus, place: int, sure: float) -> ScopeFinding:
        part, why = self.parts[place], {
            "covered": "the signed scope has it", "excluded": "the signed scope excludes it",
        }.get(status, "the signed scope says otherwise")  # fmt: skip
        clause = self._index.segments[part.position].id
        return ScopeFinding(status=status, clause=clause, words=part.put.words, why=why, sure=float(sure))  # fmt: skip


def _weighed(signs: Signs, held: Signs) -> float:
    return sum(held[name] * value for name, value in signs.items() if value and name in held)
