"""How well every segment of an account answers a question: support that was learned, retrieval, what it is about."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agent.answering import Asked, signs, surely
from agent.clashes.clash import Clash
from agent.clashes.kept import clashes_of
from agent.planted import looks_like_instruction
from agent.ranking import Scores
from agent.relatedness import Relatedness
from indexer.answer_head import Likeness
from indexer.embed import Vectors
from indexer.heads import Heads
from indexer.lexical import query_words
from indexer.search import AccountIndex

MIN_WORDS = 3
COVERED_AT = 0.67
"""Share of at least three content words of a question that a passage holds to be support by itself."""
UNSAID_AT = 0.5
"""A passage that asks, defers or supposes answers nothing."""
_ASKS_ON = re.compile(
    r",? (?:and|und) (?=(?:(?:for|by|until|since|to|with|above|below|from|at|in|bis|ab|seit|für|mit|von|zu) )?(?:who|whom|whose|what|when|where|why|how|which|"
    r"wer|wen|wem|was|wann|wo|warum|wie|welche[rsmn]?)\b|(?:is|are|was|were|has|have|do|does|did|will|would|may|can|could|should|must)\b)", re.I,
)  # fmt: skip
"""Where a question asks a second thing: `, and by when?`"""
_BOTH = re.compile(r"\b(?:promis|said|told|tell|signed?|contract|order form|agree)", re.I)
"""The question asks what was said, or what was signed."""


class Asking:
    """One account's evidence, made ready to be asked about."""

    def __init__(self, index: AccountIndex, heads: Heads) -> None:
        self.index, self._heads, self._answers = index, heads, heads.answers
        self.reader = heads.entailment
        self.readings = index.readings(heads.reading)
        self._vectors = index.answer_vectors(heads.answers)
        unsaid = self.readings.act("question", "unanswered", "hypothetical")
        self._said = np.where(unsaid > UNSAID_AT, 0.0, 1 - 0.7 * self.readings.act("smalltalk"))

    @cached_property
    def _found_clashes(self) -> list[Clash]:
        return clashes_of(self.index, self._heads, self._related)

    def _related(self) -> Relatedness:
        return Relatedness(self.index.single_vectors(), self._vectors.whole, self.readings)

    def clashes(self, question: str, positions: Collection[int]) -> list[Clash]:
        """What was said and signed differently, on the question's topic: in words that answer it, or asked for as such."""
        both = _BOTH.search(question) is not None
        if not positions and not both:
            return []
        return [
            c
            for c in self._found_clashes
            if c.asked_by(question)
            and (both or {c.said.position, c.signed.position} & set(positions))
        ]

    def compare(self, question: str) -> Likeness:
        """How near each passage lies to the question."""
        return self._answers.compare(question, self._vectors)

    @property
    def bar(self) -> float:
        """The likeness that the answer head takes for an answer."""
        return self._answers.bar

    def support(self, question: str, likeness: Likeness) -> Scores:
        """How surely each passage answers the question by what it says, 0..1: (passages,).

        A passage that holds most of the question's own words counts as support too, if it states something.
        """
        learned = self._answers.sure(likeness.mixed)
        words = {w[: max(4, len(w) - 2)] for w in query_words(question)}
        if len(words) >= MIN_WORDS:
            texts = (p.pair[1].lower() for p in self.index.passages())
            held = np.array([sum(w in t for w in words) / len(words) for t in texts], np.float32)
            learned = np.maximum(learned, np.where(held >= COVERED_AT, held, 0))
        return np.asarray(learned * self._said, np.float32)


@dataclass(frozen=True)
class Judged:
    """How well every segment answers a question."""

    question: str
    sure: float
    """How surely anything answers it, 0..1."""
    scores: Scores
    """By segment: how surely it answers, 0..1."""
    support: Scores
    """By passage; tells which words of a segment to quote."""
    ranked: tuple[int, ...]
    """Positions of segments that may answer, best first."""


def judge(asking: Asking, question: str) -> Judged:
    """What speaks to `question`, best first; what answers the first of two things that it asks speaks to it, too."""
    index = asking.index
    asked = [asked_of(asking, q) for q in (question, *first_of_two(question))]
    tables = [signs(a, asking.readings, index.segments) for a in asked]
    scores = np.maximum.reduce([surely(table, "ranks") for table in tables])
    decides = np.maximum.reduce([surely(table, "decides") for table in tables])
    support = np.maximum.reduce([asking.support(a.question, a.likeness) for a in asked])
    ranked = tuple(usable(index, scores))
    sure = max((float(decides[i]) for i in ranked), default=0.0)
    return Judged(question, sure, scores, support, ranked)


def first_of_two(question: str) -> tuple[str, ...]:
    """The first thing asked, where a question asks two; the second leans on it and can't be asked alone."""
    first, *more = _ASKS_ON.split(question.strip().rstrip("?"), maxsplit=1)
    return (f"{first.rstrip(', ')}?",) if more and len(first.split()) >= MIN_WORDS else ()


def asked_of(asking: Asking, question: str) -> Asked:
    """What nearness and retrieval say of every segment for a question."""
    found = asking.index.relevance(question)
    low, high = _median(found), float(found.max(initial=1e-6))
    retrieved = np.clip((found - low) / max(high - low, 1e-6), 0, 1)
    return Asked(question, asking.compare(question), asking.bar, np.asarray(retrieved, np.float32))


def usable(index: AccountIndex, scores: Scores) -> list[int]:
    """Positions of the segments that may answer anything, best first."""
    order = np.argsort(-scores, kind="stable").tolist()
    return [i for i in order if _usable(index, i)]


def _median(values: Vectors) -> float:
    """As np.median, which would import numpy's masked arrays: a tenth of what a cold question may take."""
    ordered = np.sort(values)
    return float((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2)


def _usable(index: AccountIndex, position: int) -> bool:
    segment = index.segments[position]
    artifact = index.artifacts[segment.artifact]
    if (
        segment.role in ("event", "quoted", "signature", "hidden", "heading")
        or artifact.meta.get("bulk") == "true"
    ):
        return False
    return len(segment.text.split()) >= 3 and not looks_like_instruction(segment.text)
