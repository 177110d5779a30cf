"""The reading head: which template fields a passage answers, and what kind of act it is.

A low-rank adapter on the packaged encoder, trained by `eval/train/reader_head.py`. Its probabilities are
signals for an engine, never evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.adapted import AdaptedEncoder
from indexer.encoder import Array, Batch, Encoder, HalfRead, Pair, Progress, mean_of
from indexer.models import Artifact, Segment
from indexer.passages import passage_spans

WEIGHTS = Path(__file__).parent / "weights" / "reader.npz"
CONTEXT_CHARS = 140
_HEADS = ("fields", "acts", "sides")
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

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._model = AdaptedEncoder(weights, encoder)
        self.name, self.encoder = self._model.name, encoder
        arrays = self._model.arrays
        self.fields = tuple(str(n) for n in arrays["names.fields"])
        self.acts = tuple(str(n) for n in arrays["names.acts"])
        self._weight = np.concatenate([arrays[f"{h}.weight"] for h in _HEADS]).T
        self._bias = np.concatenate([arrays[f"{h}.bias"] for h in _HEADS])

    def _logits(self, batch: Batch, half: HalfRead) -> Array:
        """Fields, acts and the side of each passage of a batch: (b, fields + acts + 1)."""
        pooled = mean_of(self._model.states(half), batch.types)
        return np.asarray(pooled @ self._weight + self._bias, np.float32)

    def signals(self, batch: Batch, half: HalfRead) -> Signals:
        """Probabilities for each passage of a batch: fields by sigmoid, acts by softmax."""
        logits = self._logits(batch, half)
        n = len(self.fields)
        last = n + len(self.acts)
        acts = np.exp(logits[:, n:last] - logits[:, n:last].max(axis=1, keepdims=True))
        return np.concatenate(
            [1 / (1 + np.exp(-logits[:, :n])), acts / acts.sum(axis=1, keepdims=True)], axis=1
        )

    def read(self, pairs: Sequence[Pair], progress: Progress | None = None) -> Signals:
        """Probabilities for the pair of every passage."""
        out = np.zeros((len(pairs), len(self.fields) + len(self.acts)), np.float32)
        for batch, half in self._model.batches(pairs, progress):
            out[batch.rows] = self.signals(batch, half)
        return out

    def seller_logits(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Log-odds that each passage, its side being given as unknown, is the seller's: (passages,)."""
        out = np.zeros(len(pairs), np.float32)
        for batch, half in self._model.batches(pairs):
            out[batch.rows] = self._logits(batch, half)[:, -1]
        return out
