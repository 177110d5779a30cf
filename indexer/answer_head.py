"""The answer head: lays questions near the passages that answer them.

A low-rank adapter on the packaged encoder, trained by `eval/train/answer_head.py`. Passages get their vectors when a
deal is indexed; a question is then compared with all of them at once. A signal for an engine, never evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexer.adapted import AdaptedEncoder, Pair
from indexer.embed import Vectors

WEIGHTS = Path(__file__).parent / "weights" / "answer.npz"
TEMPERATURE = 0.05


class AnswerHead:
    """The trained head over passages and questions."""

    def __init__(self, encoder_folder: Path, cache: Path, weights: Path = WEIGHTS) -> None:
        self._model = AdaptedEncoder(weights, (), encoder_folder, cache)
        self.name = self._model.name
        self.bar = float(self._model.arrays["bar.bias"][0])
        """Cosine that an answering passage should pass; learned from unanswerable questions."""

    def vectors(
        self, passages: Sequence[Pair], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors of passages in their context: (passages, 384)."""
        return self._model.run(passages, progress)

    def support(self, question: str, passages: Vectors) -> Vectors:
        """How surely each passage answers `question`, 0..1, one half at the bar: (passages,)."""
        likeness = passages @ self._model.run([("", question)])[0]
        return np.asarray(1 / (1 + np.exp((self.bar - likeness) / TEMPERATURE)), dtype=np.float32)
