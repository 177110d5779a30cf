"""The answer head: lays questions near the passages that answer them, word by word.

A low-rank adapter on the packaged encoder, trained by `eval/train/answer_head.py`. Every passage gets a vector of its own
and one for each of its tokens when a deal is indexed. A question is compared with both: as a whole, and each of its tokens
with the nearest token of the passage, weighed by how much the token asks (late interaction: Khattab and Zaharia 2020,
arXiv:2004.12832). A signal for an engine, never evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.adapted import VECTOR_SIZE, AdaptedEncoder
from indexer.embed import Vectors
from indexer.encoder import Array, Batch, Encoder, HalfRead, Pair, Progress, mean_of, unit

WEIGHTS = Path(__file__).parent / "weights" / "answer.npz"
TEMPERATURE = 0.05
TOKEN_SIZE = 96
_STEPS = 127
"""A token's vector is kept in whole steps of 1/127 a number: a quarter of the room, the same ranking."""

Packed = NDArray[np.uint8]
"""A passage as the record keeps it: its vector in half precision, then one row of TOKEN_SIZE bytes a token."""


@dataclass(frozen=True)
class AnswerVectors:
    """What the head made of passages, in their order."""

    whole: Vectors
    """Unit vectors: (passages, 384); zeros where the record has none."""
    tokens: NDArray[np.int8]
    """Of all passages, one after the other: (tokens, TOKEN_SIZE)."""
    first: NDArray[np.int64]
    """Each passage's first row in `tokens`: (passages,). Every passage has at least one."""


@dataclass(frozen=True)
class Likeness:
    """How near each passage lies to a question, -1..1: (passages,) each."""

    mixed: Vectors
    """As a whole and word by word together, as the head learned to mix them."""
    word_by_word: Vectors
    question: Vectors
    """The question's own unit vector: (384,)."""


@dataclass(frozen=True)
class _Read:
    """What the head makes of one text."""

    whole: Array
    """Its unit vector."""
    tokens: Array
    """Unit vectors of its tokens: (tokens, TOKEN_SIZE)."""
    weights: Array
    """How much each token asks, before they are made to sum to one."""


def unpack(rows: Sequence[bytes | None]) -> AnswerVectors:
    """The vectors of passages from what the record keeps, None for what it hasn't."""
    whole = np.zeros((len(rows), VECTOR_SIZE), np.float32)
    head, first, parts, at = VECTOR_SIZE * 2, np.zeros(len(rows), np.int64), [], 0
    nothing = np.zeros((1, TOKEN_SIZE), np.int8)
    for n, row in enumerate(rows):
        tokens = nothing
        if row is not None:
            whole[n] = np.frombuffer(row[:head], np.float16)
            tokens = np.frombuffer(row[head:], np.int8).reshape(-1, TOKEN_SIZE)
        first[n], at = at, at + len(tokens)
        parts.append(tokens)
    return AnswerVectors(whole, np.concatenate([*parts, nothing]), first)


class AnswerHead:
    """The trained head over passages and questions."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._model = AdaptedEncoder(weights, encoder)
        self.name = self._model.name
        arrays = self._model.arrays
        self.bar = float(arrays["bar.bias"][0])
        """Likeness that an answering passage should pass; learned from unanswerable questions."""
        self._share = float(arrays["mix"])
        self._token, self._weigh = arrays["token.weight"].T, arrays["weigh.weight"][0]

    def _read(self, batch: Batch, half: HalfRead) -> Iterator[_Read]:
        """Of each pair of a batch, what the head makes of its second text."""
        states = self._model.states(half)
        whole = unit(mean_of(states, batch.types))
        for r in range(len(batch.rows)):
            own = states[r][batch.types[r] > 0]
            yield _Read(whole[r], unit(own @ self._token), own @ self._weigh)

    def packed(self, batch: Batch, half: HalfRead) -> list[Packed]:
        """What to keep of a batch of passages in their context, one row of bytes each."""
        return [
            np.concatenate(
                [
                    read.whole.astype(np.float16).view(np.uint8),
                    np.rint(read.tokens * _STEPS).astype(np.int8).view(np.uint8).ravel(),
                ]
            )
            for read in self._read(batch, half)
        ]

    def vectors(self, passages: Sequence[Pair], progress: Progress | None = None) -> list[Packed]:
        """What to keep of passages in their context, one row of bytes each."""
        out: dict[int, Packed] = {}
        for batch, half in self._model.batches(passages, progress):
            out.update(zip(batch.rows, self.packed(batch, half), strict=True))
        return [out[i] for i in range(len(passages))]

    def support(self, question: str, passages: AnswerVectors) -> Vectors:
        """How surely each passage answers `question`, 0..1, one half at the bar: (passages,)."""
        return self.sure(self.likeness(question, passages))

    def likeness(self, question: str, passages: AnswerVectors) -> Vectors:
        """How near each passage lies to `question`, as a whole and word by word, -1..1: (passages,)."""
        return self.compare(question, passages).mixed

    def compare(self, question: str, passages: AnswerVectors) -> Likeness:
        """How near each passage lies to `question`, mixed and word by word."""
        if not len(passages.whole):
            nothing = np.zeros(0, np.float32)
            return Likeness(nothing, nothing, np.zeros(VECTOR_SIZE, np.float32))
        batch, half = next(self._model.batches([("", question)]))
        asked = next(self._read(batch, half))
        weights = np.exp(asked.weights - asked.weights.max())
        nearest = np.maximum.reduceat(
            passages.tokens.astype(np.float32) @ (asked.tokens.T / _STEPS), passages.first, axis=0
        )
        word_by_word = np.asarray(nearest @ (weights / weights.sum()), np.float32)
        as_a_whole = passages.whole @ asked.whole
        mixed = self._share * word_by_word + (1 - self._share) * as_a_whole
        return Likeness(np.asarray(mixed, np.float32), word_by_word, asked.whole)

    def sure(self, likeness: Vectors) -> Vectors:
        """How surely a passage that lies so near answers, 0..1, one half at the bar."""
        return np.asarray(1 / (1 + np.exp((self.bar - likeness) / TEMPERATURE)), dtype=np.float32)
