"""An optional last look: a cross-encoder reads query and segment together and puts the first found in its own order.

Only where the settings name a folder that holds one (`reranker` in `settings.yaml`); nothing is ever downloaded.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from indexer.errors import ModelMissing
from indexer.legs import Scores

MAX_CHARS = 2000


class Reranker:
    """A sentence-transformers cross-encoder in a folder; it loads at its first query."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelMissing when the folder holds no model."""
        if not (folder / "config.json").is_file():
            raise ModelMissing(
                f"The reranker's folder {folder} holds no config.json. "
                "Correct `reranker` in settings.yaml or remove it."
            )
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelMissing(
                f"The reranker in {self._folder} can't be loaded ({' '.join(str(error).split())[:200]}). "
                "Correct `reranker` in settings.yaml or remove it."
            ) from error

    def score(self, query: str, texts: Sequence[str]) -> Scores:
        """How well each text answers the query; only the order means something: (texts,)."""
        pairs = [(query, text[:MAX_CHARS]) for text in texts]
        found = self._model.predict(pairs, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32).reshape(len(texts), -1)[:, -1]
