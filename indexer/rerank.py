"""An optional last look: a cross-encoder reads query and segment together and puts the first found in its own order.

Only where the settings name a folder that holds one (`reranker` in `settings.yaml`); nothing is ever downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.cross_encoder import CrossEncoder
from indexer.legs import Scores

MAX_CHARS = 2000


class Reranker:
    """A cross-encoder in a folder; it loads at its first query."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelMissing when the folder holds no model."""
        self._model = CrossEncoder(folder, "`reranker` in settings.yaml")

    def score(self, query: str, texts: Sequence[str]) -> Scores:
        """How well each text answers the query; only the order means something: (texts,)."""
        pairs = [(query, text[:MAX_CHARS]) for text in texts]
        return np.asarray(self._model.scores(pairs)[:, -1], dtype=np.float32)
