"""One vector a word piece: what the packaged encoder makes of each token in its context, at two depths.

For judges that compare a claim with its evidence word by word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.encoder import Encoder, unit

MAX_TOKENS = 200

Vectors = NDArray[np.float16]
"""Shape (tokens, 2 * 384): half-way up, where words still are themselves, and at the top, where they carry the
sentence; each part has length one."""


@dataclass(frozen=True)
class Pieces:
    """The word pieces of one text, without the encoder's own marks."""

    ids: NDArray[np.int32]
    spans: tuple[tuple[int, int], ...]
    vectors: Vectors


class TokenEncoder:
    """Reads texts word piece by word piece."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> list[Pieces]:
        """The pieces of every text, in order; a text is read up to 200 tokens."""
        encodings = self._encoder.tokens(texts, MAX_TOKENS)
        out: dict[int, Pieces] = {}
        for batch, half in self._encoder.lower(encodings):
            depths = [unit(half.hidden), unit(half.through(self._encoder.upper))]
            vectors = np.concatenate(depths, axis=2).astype(np.float16)
            for r, i in enumerate(batch.rows):
                inner = slice(1, len(encodings[i].ids) - 1)
                spans = tuple(encodings[i].offsets[inner])
                out[i] = Pieces(batch.ids[r, inner], spans, vectors[r, inner])
        return [out[i] for i in range(len(texts))]
