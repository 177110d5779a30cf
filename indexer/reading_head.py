"""The reading head: which template fields a passage answers, and what kind of act it is.

A low-rank adapter on the packaged encoder, trained by `eval/train/reader_head.py`. Its probabilities are
signals for an engine, never evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.adapted import AdaptedEncoder, Pair
from indexer.models import Artifact, Segment
from indexer.passages import passage_spans

WEIGHTS = Path(__file__).parent / "weights" / "reader.npz"
CONTEXT_CHARS = 140
_SOURCES = {
    "call": "call",
    "chat": "chat",
    "mail": "mail",
    "crm": "crm",
    "contract": "contract",
    "ticket": "ticket",
}

Signals = NDArray[np.float32]
"""Shape (passages, fields + acts): probabilities, fields first, in the order of the head's names."""


@dataclass(frozen=True)
class Passage:
    """A run of sentences of one segment as the head reads it."""

    segment: int
    """Position in the list of segments given."""
    start: int
    end: int
    """Offsets within the segment's text."""
    pair: Pair
    """What was said just before, and `side source: text`."""


def source_word(artifact: Artifact) -> str:
    """How the training data names the kind of source."""
    return _SOURCES.get(artifact.kind, "note")


def passages(artifact: Artifact, segments: Sequence[Segment]) -> list[Passage]:
    """The passages of every segment of one artifact, in reading order, each with what came before it."""
    found: list[Passage] = []
    previous = ""
    talk = artifact.kind in ("call", "chat", "mail")
    for position, s in enumerate(segments):
        label = f"{s.side} {source_word(artifact)}: "
        before = previous if talk else ""
        for start, end in passage_spans(s.text):
            text = s.text[start:end]
            found.append(Passage(position, start, end, (before[-CONTEXT_CHARS:], label + text)))
            before = text
        if s.role == "body" and len(s.text.split()) > 2:
            previous = s.text
    return found


class ReadingHead:
    """The trained head over passages."""

    def __init__(self, encoder_folder: Path, cache: Path, weights: Path = WEIGHTS) -> None:
        self._model = AdaptedEncoder(weights, ("fields", "acts", "sides"), encoder_folder, cache)
        self.name = self._model.name
        self.fields = tuple(str(n) for n in self._model.arrays["names.fields"])
        self.acts = tuple(str(n) for n in self._model.arrays["names.acts"])

    def read(self, pairs: Sequence[Pair], progress: Callable[[int], None] | None = None) -> Signals:
        """Probabilities for the pair of every passage: fields by sigmoid, acts by softmax."""
        logits = self._model.run(pairs, progress)
        n = len(self.fields)
        last = n + len(self.acts)
        acts = np.exp(
            logits[:, n:last] - logits[:, n:last].max(axis=1, keepdims=True, initial=-1e9)
        )
        return np.concatenate(
            [1 / (1 + np.exp(-logits[:, :n])), acts / acts.sum(axis=1, keepdims=True)], axis=1
        )

    def seller_logits(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Log-odds that each passage, its side being given as unknown, is the seller's: (passages,)."""
        return self._model.run(pairs)[:, -1]
