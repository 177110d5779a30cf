"""How well every segment of an account answers a question: support that was learned, retrieval, what it is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agent.clashes.clash import Clash
from agent.clashes.find import find_clashes
from agent.planted import looks_like_instruction
from agent.ranking import Scores
from agent.relatedness import Relatedness
from indexer.embed import Vectors
from indexer.heads import Heads
from indexer.kept_vectors import kept_vectors
from indexer.lexical import query_words
from indexer.search import AccountIndex, Readings
from prompts.template import Template

RETRIEVAL_SHARE = 0.45
ABOUT_SHARE = 0.45
FIELD_AT = 0.34
NAMED_SHARE = 0.3
MIN_WORDS = 3
COVERED_AT = 0.67
"""Share of at least three content words of a question that a passage holds to be support by itself."""
UNSAID_AT = 0.5
"""A passage that asks, defers or supposes answers nothing."""
_BOTH = re.compile(r"\b(?:promis|said|told|tell|signed?|contract|order form|agree)", re.I)
"""The question asks what was said, or what was signed."""


FieldVectors = dict[str, Vectors]
"""By field: the vectors of its questions."""


class Asking:
    """One account's evidence, made ready to be asked about."""

    def __init__(self, index: AccountIndex, heads: Heads, template: Template) -> None:
        self.index, self.template, self._answers = index, template, heads.answers
        self.reader = heads.entailment
        self.readings = index.readings(heads.reading)
        self._vectors = index.answer_vectors(heads.answers)
        self.field_vectors = _field_vectors(index, template, self.readings.fields)
        unsaid = self.readings.act("question", "unanswered", "hypothetical")
        self._said = np.where(unsaid > UNSAID_AT, 0.0, 1 - 0.7 * self.readings.act("smalltalk"))

    @cached_property
    def _found_clashes(self) -> list[Clash]:
        related = Relatedness(self.index.single_vectors(), self._vectors.whole, self.readings)
        return find_clashes(self.index, related)

    def clashes(self, question: str, positions: Collection[int]) -> list[Clash]:
        """What was said and signed differently, on the question's topic: in words that answer it, or asked for as such."""
        return [
            c
            for c in self._found_clashes
            if c.asked_by(question)
            and ({c.said.position, c.signed.position} & set(positions) or _BOTH.search(question))
        ]

    def support(self, question: str) -> Scores:
        """How surely each passage answers the question, 0..1: (passages,).

        A passage that holds most of the question's own words counts as support too, if it states something.
        """
        learned = self._answers.support(question, self._vectors)
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
    scores: Scores
    """By segment: support and retrieval together; comparable within one question."""
    supported: Scores
    support: Scores
    """By passage."""
    ranked: tuple[int, ...]
    """Positions of segments that may answer, best first."""
    names: frozenset[str]


def judge(asking: Asking, question: str) -> Judged:
    """What speaks to `question`, best first."""
    index = asking.index
    vector = index.embedder.embed([question])[0]
    about = _about(vector, asking.readings, asking.field_vectors)
    names = frozenset(
        p.lower() for s in index.segments if s.person for p in s.person.split() if len(p) > 2
    )
    scores = _scores(index, question, about, names)
    support = asking.support(question)
    supported = asking.readings.by_segment(support)
    judged = np.asarray((1 - RETRIEVAL_SHARE) * supported + RETRIEVAL_SHARE * scores, np.float32)
    ranked = [int(i) for i in np.argsort(-judged, kind="stable") if _usable(index, int(i))]
    return Judged(question, judged, supported, support, tuple(ranked), names)


def _field_vectors(index: AccountIndex, template: Template, fields: Sequence[str]) -> FieldVectors:
    """The vectors of the questions of every field that the reading head knows."""
    specs = {n: s for n, s in template.fields().items() if n in fields}
    questions = [q for s in specs.values() for q in s.questions]
    vectors = kept_vectors(index.home, index.embedder, questions)
    stops = np.cumsum([len(s.questions) for s in specs.values()])
    return dict(zip(specs, np.split(vectors, stops[:-1]), strict=True))


def _about(vector: Vectors, readings: Readings, fields: FieldVectors) -> Vectors:
    """What the reading head says of every segment for the fields that the question is about."""
    about = np.zeros(readings.segments, np.float32)
    for name, vectors in fields.items():
        likeness = float((vectors @ vector).max())
        if likeness >= FIELD_AT:
            share = min(1.0, (likeness - FIELD_AT) / 0.25 + 0.4)
            np.maximum(about, share * readings.by_segment(readings.field(name)), out=about)
    return about


def _median(values: Vectors) -> float:
    """As np.median, which would import numpy's masked arrays: a tenth of what a cold question may take."""
    ordered = np.sort(values)
    return float((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2)


def _scores(index: AccountIndex, question: str, about: Vectors, names: frozenset[str]) -> Vectors:
    """Retrieval, what the segment is about, and whether it comes from a person the question names."""
    found = index.relevance(question)
    low, high = _median(found), float(found.max(initial=1e-6))
    retrieved = np.clip((found - low) / max(high - low, 1e-6), 0, 1)
    asked = set(re.findall(r"\w{3,}", question.lower()))
    named = np.array(
        [
            any(p in asked for p in (s.person or "").lower().split())
            or any(n in s.text.lower() for n in asked & names)
            for s in index.segments
        ],
        np.float32,
    )
    scores = (1 - ABOUT_SHARE) * retrieved + ABOUT_SHARE * about + NAMED_SHARE * named
    return np.asarray(scores, dtype=np.float32)


def _usable(index: AccountIndex, position: int) -> bool:
    segment = index.segments[position]
    artifact = index.artifacts[segment.artifact]
    if (
        segment.role in ("event", "quoted", "signature", "hidden", "heading")
        or artifact.meta.get("bulk") == "true"
    ):
        return False
    return len(segment.text.split()) >= 3 and not looks_like_instruction(segment.text)
