"""How surely two passages of an account speak of the same thing: what was promised, and what was signed.

Three likenesses that the record already holds are added up: of the packaged encoder's vectors, of the answer head's, and of
the fields that the reading head sees in both. The weights come from `python -m eval.train.relatedness`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.embed import Vectors
from indexer.search import Readings

BIAS, WORDS, ANSWERS, FIELDS = -7.13, 3.65, 7.31, 2.54


class Relatedness:
    """Over one account's segments and their passages."""

    def __init__(self, vectors: Vectors, answers: Vectors, readings: Readings) -> None:
        """`vectors` are the segments' (segments, d), `answers` the passages' by the answer head (passages, 384)."""
        self._vectors, self._answers, self._readings = vectors, answers, readings
        self._fields = np.stack([readings.field(f) for f in readings.fields], axis=1)

    def of(
        self, passages: Sequence[int], vector: Vectors, segments: Sequence[int]
    ) -> tuple[Vectors, list[tuple[int, int]]]:
        """0..1 for each of `segments` by its best passage, and where in the segment's text that passage stands.

        `passages` are rows of what was said, `vector` is the encoder's for its words.
        """
        if not passages or not len(segments):
            return np.zeros(len(segments), np.float32), [(0, 0)] * len(segments)
        meaning = ANSWERS * (self._answers @ self._answers[passages].T).max(axis=1)
        meaning += FIELDS * (self._fields @ self._fields[passages].T).max(axis=1)
        rows = [self._readings.of(i) for i in segments]
        best = [max(some, key=lambda r: meaning[r], default=-1) for some in rows]
        held = np.array([meaning[r] if r >= 0 else -np.inf for r in best], np.float32)
        likeness = self._vectors[np.asarray(segments, np.int64)] @ vector
        chances = 1 / (1 + np.exp(-(BIAS + WORDS * likeness + held)))
        spans = [self._readings.spans[r] if r >= 0 else (0, 0) for r in best]
        return np.asarray(chances, dtype=np.float32), spans
