"""A trained head's own reading: the encoder's upper half with a low-rank adapter merged into its weights.

Weights are a few hundred KB of low-rank deltas and linear layers (written by `eval/train/`). What a head makes of the
states that come out is its own business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from indexer.encoder import Array, Batch, Encoder, HalfRead, Pair, Progress

MAX_TOKENS = 128
VECTOR_SIZE = 384


class AdaptedEncoder:
    """One trained head's encoder; loads at its first use."""

    def __init__(self, weights: Path, encoder: Encoder) -> None:
        self.name = f"{weights.stem}-{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]}"
        with np.load(weights) as arrays:
            self.arrays = {k: arrays[k] for k in arrays.files}
        self.encoder = encoder
        self._upper = encoder.upper_half(self.name, self._deltas)

    def _deltas(self) -> dict[str, Array]:
        """What is added to the encoder's weights."""
        names = (k.removesuffix(".up") for k in self.arrays if k.endswith(".up"))
        return {
            f"{name}.weight": self.arrays[f"{name}.up"].astype(np.float32)
            @ self.arrays[f"{name}.down"].astype(np.float32)
            for name in names
        }

    def states(self, half: HalfRead) -> Array:
        """The states of every token after the adapted layers: (b, t, 384)."""
        return half.through(self._upper)

    def batches(
        self, pairs: Sequence[Pair], progress: Progress | None = None
    ) -> Iterator[tuple[Batch, HalfRead]]:
        """Pairs in batches, read by the lower half; what comes next may be read by other heads too."""
        return self.encoder.lower(self.encoder.tokens(pairs, MAX_TOKENS), progress)
