"""Vectors of texts that are the same at every run, such as a template's questions: made once, kept in the home."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.embed import Embedder, Vectors


def kept_vectors(home: Path, embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Unit vectors of `texts`, in their order; a file that is missing or damaged is written anew."""
    digest = hashlib.sha256("\0".join((embedder.name, *texts)).encode()).hexdigest()[:24]
    file = home / "models" / "kept" / f"{digest}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        found = np.load(file, allow_pickle=False)
        if found.dtype == np.float32 and found.shape == (len(texts), embedder.size):
            return np.asarray(found, np.float32)
    vectors = embedder.embed(texts)
    # A home that takes no more, or may only be read, is no reason not to answer.
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as partial:
            np.save(partial, vectors, allow_pickle=False)
        os.replace(partial.name, file)
    return vectors
