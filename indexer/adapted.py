"""Runs a trained head on the packaged encoder: a low-rank adapter merged in, exported to ONNX at first use.

Weights are a few MB of low-rank deltas and linear heads (written by `eval/train/`); the encoder itself comes
from its package. After the export nothing here needs torch.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_TOKENS = 128
BATCH_TOKENS = 1024
VECTOR_SIZE = 384
Logits = NDArray[np.float32]
Pair = tuple[str, str]


def _merged(encoder_folder: Path, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """The packaged encoder with the adapter's deltas added to its weights."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(str(encoder_folder), attn_implementation="eager").eval()
    modules = dict(encoder.named_modules())
    for name in [k.removesuffix(".up") for k in arrays if k.endswith(".up")]:
        delta = arrays[f"{name}.up"].astype(np.float32) @ arrays[f"{name}.down"].astype(np.float32)
        modules[name].weight.data += torch.from_numpy(delta)
    return encoder


def _export(
    arrays: Mapping[str, NDArray[Any]], heads: Sequence[str], encoder_folder: Path, target: Path
) -> None:
    """Write encoder and heads (without heads: unit vectors) as one ONNX file, whole or not at all."""
    import warnings

    import torch

    merged = _merged(encoder_folder, arrays)

    class Head(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = merged
            self.heads: Any = None
            if heads:
                weight = np.concatenate([arrays[f"{h}.weight"] for h in heads])
                bias = np.concatenate([arrays[f"{h}.bias"] for h in heads])
                self.heads = torch.nn.Linear(weight.shape[1], weight.shape[0])
                self.heads.weight.data = torch.from_numpy(weight)
                self.heads.bias.data = torch.from_numpy(bias)

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            hidden = self.encoder(
                input_ids=ids, attention_mask=mask, token_type_ids=types
            ).last_hidden_state
            keep = (mask * types).unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * keep).sum(1) / keep.sum(1)
            return self.heads(pooled) if heads else torch.nn.functional.normalize(pooled, dim=1)

    target.parent.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 7, dtype=torch.long)
    axes = {name: {0: "b", 1: "t"} for name in ("ids", "mask", "types")} | {"logits": {0: "b"}}
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        partial = Path(scratch) / target.name
        torch.onnx.export(
            Head().eval(), (example, example, example), str(partial), dynamo=False, opset_version=17,
            input_names=["ids", "mask", "types"], output_names=["logits"], dynamic_axes=axes,
        )  # fmt: skip
        partial.replace(target)


class AdaptedEncoder:
    """One trained head, run by onnxruntime; loads at its first use."""

    def __init__(
        self, weights: Path, heads: Sequence[str], encoder_folder: Path, cache: Path
    ) -> None:
        """`heads` are concatenated in this order; without heads the output is the pooled unit vector."""
        self.name = f"{weights.stem}-{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]}"
        with np.load(weights) as arrays:
            self.arrays = {k: arrays[k] for k in arrays.files}
        self._heads, self._encoder = tuple(heads), encoder_folder
        self._file = cache / self.name / f"{weights.stem}.onnx"
        self._session: Any = None
        self._tokenizer: Any = None

    def _load(self) -> None:
        if self._session is not None:
            return
        if not self._file.is_file():
            _export(self.arrays, self._heads, self._encoder, self._file)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(self._file), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(self._encoder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
        self._tokenizer.no_padding()
        self._session = session  # last: a thread that sees it may use all of the above

    def run(self, pairs: Sequence[Pair], progress: Callable[[int], None] | None = None) -> Logits:
        """Logits of all heads, or the unit vector, of every pair: (pairs, outputs)."""
        self._load()
        width = sum(len(self.arrays[f"{h}.bias"]) for h in self._heads) or VECTOR_SIZE
        out = np.zeros((len(pairs), width), np.float32)
        encodings = self._tokenizer.encode_batch(list(pairs))
        order = sorted(range(len(pairs)), key=lambda i: len(encodings[i].ids))
        start = 0
        while start < len(order):
            stop = start + 1
            while (
                stop < len(order)
                and (stop - start + 1) * len(encodings[order[stop]].ids) <= BATCH_TOKENS
            ):
                stop += 1
            rows = order[start:stop]
            batch = np.zeros((3, len(rows), len(encodings[rows[-1]].ids)), np.int64)
            for r, i in enumerate(rows):
                n = len(encodings[i].ids)
                batch[0, r, :n], batch[1, r, :n] = encodings[i].ids, 1
                batch[2, r, :n] = encodings[i].type_ids
            feed = {"ids": batch[0], "mask": batch[1], "types": batch[2]}
            out[rows] = self._session.run(None, feed)[0]
            if progress:
                progress(stop)
            start = stop
        return out
