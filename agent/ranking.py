"""Which segments speak to which field, and how well: the extractive engine's judgement.

A segment's score for a field is made of the reading head's probability, retrieval for the field's own
questions, whose words the field wants, the rung of the source, and what kind of act it is: questions,
hypotheticals, hearsay and other customers' stories do not answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from agent.planted import looks_like_instruction
from agent.quoting import Sentences, best_run
from indexer.authority import AGREEMENT, DRAFT, ORDER_FORM
from indexer.kept_vectors import kept_vectors
from indexer.models import Artifact, Segment
from indexer.reading_head import ReadingHead
from indexer.search import AccountIndex
from prompts.template import FieldSpec

Scores = NDArray[np.float32]

RETRIEVAL_SHARE = 0.4
NOT_ANSWERING = ("question", "hypothetical", "hearsay", "other_customer", "unanswered", "smalltalk")
_SIDE_PRIOR: Mapping[str, Mapping[str, float]] = {
    "customer": {"customer": 1.0, "vendor": 0.6, "unknown": 0.75},
    "vendor": {"customer": 0.45, "vendor": 1.0, "unknown": 0.7},
    "contract": {"customer": 0.6, "vendor": 0.65, "unknown": 0.65},
    "crm": {"customer": 0.6, "vendor": 0.7, "unknown": 0.7},
    "any": {"customer": 1.0, "vendor": 0.9, "unknown": 0.85},
}
_SKIPPED_ROLES = ("event", "quoted", "signature", "hidden", "heading")
_PAGE_MARK = re.compile(
    r"^(?:\S+ +){0,12}?(?:(?:Page|PAGE) \d{1,4}|page \d{1,4}(?= (?:of|/)))(?: (?:of|/) \d{1,4})?$"
)
"""A paper's header or footer: at most its title and number before the page's."""


def _speaks(segment: Segment, artifact: Artifact) -> bool:
    """Can a segment answer anything: somebody's own words, to people?"""
    return (
        segment.role not in _SKIPPED_ROLES
        and artifact.meta.get("bulk") != "true"
        and artifact.meta.get("automatic") != "true"
        and not (artifact.kind == "contract" and _PAGE_MARK.match(segment.text.strip()))
        and not looks_like_instruction(segment.text)
    )


def _weight(spec: FieldSpec, segment: Segment, artifact: Artifact) -> float:
    """What source, side and role make of a segment for a field."""
    weight = _SIDE_PRIOR[spec.speaks][segment.side]
    if artifact.kind == "contract":
        executed = artifact.authority in (ORDER_FORM, AGREEMENT)
        signed = {"contract": 1.15, "any": 0.9, "vendor": 0.25, "customer": 0.35, "crm": 0.5}[
            spec.speaks
        ]
        weight = signed if executed else signed * 0.4
    if artifact.kind == "crm":
        weight = {"crm": 1.2, "any": 0.8, "contract": 0.6, "vendor": 0.6, "customer": 0.6}[
            spec.speaks
        ]
    if segment.role == "summary" or (artifact.authority == DRAFT and artifact.kind != "contract"):
        weight *= 0.5
    words = len(segment.text.split())
    if words < 5 and segment.role not in ("field", "row"):
        weight *= 0.4
    elif words < 9 and segment.role == "body":
        weight *= 0.85
    return weight


class Ranking:
    """Scores of every segment for every field of a template."""

    def __init__(
        self, index: AccountIndex, head: ReadingHead, specs: Mapping[str, FieldSpec]
    ) -> None:
        self.index, self.specs = index, specs
        self.readings = index.readings(head)
        answering = np.clip(1 - self.readings.act(*NOT_ANSWERING), 0, 1)
        self._stated = 0.25 + 0.75 * answering
        self._speaking = [_speaks(s, index.artifacts[s.artifact]) for s in index.segments]
        self._retrieved = self._retrieve()

    def _retrieve(self) -> dict[str, Scores]:
        """How well every segment matches a field's own questions, for every field."""
        questions = [(name, q) for name, spec in self.specs.items() for q in spec.questions]
        vectors = kept_vectors(self.index.home, self.index.embedder, [q for _, q in questions])
        rows: dict[str, list[Scores]] = {name: [] for name in self.specs}
        for (name, question), vector in zip(questions, vectors, strict=True):
            rows[name].append(self.index.score(question, vector))
        return {name: _normalised(np.mean(found, axis=0)) for name, found in rows.items()}

    def passages(self, field: str) -> Scores:
        """How surely each passage states something for `field`."""
        return np.asarray(self.readings.field(field) * self._stated, dtype=np.float32)

    def act(self, name: str) -> Scores:
        """The probability of an act for every segment: that of its passage that shows it most."""
        return self.readings.by_segment(self.readings.act(name))

    def score(self, field: str) -> Scores:
        """The score of every segment for `field`, about 0..1."""
        spec, index = self.specs[field], self.index
        weights = np.array(
            [
                _weight(spec, s, index.artifacts[s.artifact]) if speaks else 0.0
                for s, speaks in zip(index.segments, self._speaking, strict=True)
            ],
            np.float32,
        )
        said = self.readings.by_segment(self.passages(field))
        retrieved = self._retrieved[field] * self.readings.by_segment(self._stated)
        mixed = (1 - RETRIEVAL_SHARE) * said + RETRIEVAL_SHARE * retrieved
        return np.asarray(mixed * weights, dtype=np.float32)

    def core(self, position: int, worth: Scores) -> tuple[int, int] | None:
        """Start and end, in a segment's text, of its passage of most worth; None if it has no passage."""
        rows = self.readings.of(position)
        return self.readings.spans[max(rows, key=lambda r: worth[r])] if rows else None

    def quote(self, position: int, worth: Scores) -> Sentences:
        """The sentences of a segment to quote, given the worth of every passage."""
        rows = self.readings.of(position)
        spans = [self.readings.spans[r] for r in rows]
        return best_run(self.index.segments[position].text, spans, [float(worth[r]) for r in rows])


def _normalised(scores: Scores) -> Scores:
    """0 at the median, 1 at the best."""
    if not len(scores):
        return scores
    low, high = float(np.median(scores)), float(scores.max())
    scaled = np.clip((scores - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray(scaled, dtype=np.float32)
