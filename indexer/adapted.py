"""Runs a trained head on the packaged encoder: a low-rank adapter merged in, exported to ONNX at first use.

Weights are a few MB of low-rank deltas and linear heads (written by `eval/train/`); the encoder itself comes
from its package. After the export nothing here needs torch.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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


def _pooling(arrays: Mapping[str, NDArray[Any]], heads: Sequence[str], encoder: Any) -> Any:
    """The mean of the second text's tokens, through all heads: (b, outputs)."""
    import torch

    class Pooling(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            weight = np.concatenate([arrays[f"{h}.weight"] for h in heads])
            self.heads = torch.nn.Linear(weight.shape[1], weight.shape[0])
            self.heads.weight.data = torch.from_numpy(weight)
            self.heads.bias.data = torch.from_numpy(
                np.concatenate([arrays[f"{h}.bias"] for h in heads])
            )

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            hidden = self.encoder(
                input_ids=ids, attention_mask=mask, token_type_ids=types
            ).last_hidden_state
            keep = (mask * types).unsqueeze(-1).to(hidden.dtype)
            return self.heads((hidden * keep).sum(1) / keep.sum(1))

    return Pooling()


def _tokenwise(arrays: Mapping[str, NDArray[Any]], encoder: Any) -> Any:
    """Each token's unit vector, its weight, and in the last columns the text's own unit vector: (b, t, outputs)."""
    import torch

    class Tokenwise(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.token = torch.nn.Parameter(torch.from_numpy(arrays["token.weight"]))
            self.weigh = torch.nn.Parameter(torch.from_numpy(arrays["weigh.weight"]))

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            hidden = self.encoder(
                input_ids=ids, attention_mask=mask, token_type_ids=types
            ).last_hidden_state
            keep = (mask * types).unsqueeze(-1).to(hidden.dtype)
            pooled = torch.nn.functional.normalize((hidden * keep).sum(1) / keep.sum(1), dim=1)
            token = torch.nn.functional.normalize(hidden @ self.token.T, dim=2)
            whole = pooled.unsqueeze(1).expand(-1, hidden.shape[1], -1)
            return torch.cat([token, hidden @ self.weigh.T, whole], dim=2)

    return Tokenwise()


def _export(
    arrays: Mapping[str, NDArray[Any]], heads: Sequence[str], encoder_folder: Path, target: Path
) -> None:
    """Write encoder and heads (without heads: token by token) as one ONNX file, whole or not at all."""
    import warnings

    import torch

    merged = _merged(encoder_folder, arrays)
    module = _pooling(arrays, heads, merged) if heads else _tokenwise(arrays, merged)
    target.parent.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 7, dtype=torch.long)
    axes = {name: {0: "b", 1: "t"} for name in ("ids", "mask", "types")}
    axes["logits"] = {0: "b"} if heads else {0: "b", 1: "t"}
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        partial = Path(scratch) / target.name
        torch.onnx.export(
            module.eval(), (example, example, example), str(partial), dynamo=False, opset_version=17,
            input_names=["ids", "mask", "types"], output_names=["logits"], dynamic_axes=axes,
        )  # fmt: skip
        partial.replace(target)


class AdaptedEncoder:
    """One trained head, run by onnxruntime; loads at its first use."""

    def __init__(
        self, weights: Path, heads: Sequence[str], encoder_folder: Path, cache: Path
    ) -> None:
        """`heads` are concatenated in this order; without heads texts are read token by token (`tokens`)."""
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
        # Threads that wait in a circle would hold up the matrix products that follow a query's reading.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(self._file), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(self._encoder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
        self._tokenizer.no_padding()
        self._session = session  # last: a thread that sees it may use all of the above

    def run(self, pairs: Sequence[Pair], progress: Callable[[int], None] | None = None) -> Logits:
        """Logits of all heads for every pair: (pairs, outputs)."""
        width = sum(len(self.arrays[f"{h}.bias"]) for h in self._heads)
        out = np.zeros((len(pairs), width), np.float32)
        for rows, found, _ in self._batches(pairs, progress):
            out[rows] = found
        return out

    def tokens(
        self, pairs: Sequence[Pair], progress: Callable[[int], None] | None = None
    ) -> list[Logits]:
        """Of every pair's second text each token's outputs: (tokens, outputs) a pair."""
        out: list[Logits] = [np.zeros((0, 0), np.float32)] * len(pairs)
        for rows, found, counted in self._batches(pairs, progress):
            for r, i in enumerate(rows):
                out[i] = found[r][counted[r] > 0]
        return out

    def _batches(
        self, pairs: Sequence[Pair], progress: Callable[[int], None] | None
    ) -> Iterator[tuple[list[int], Logits, NDArray[np.int64]]]:
        """Positions of some pairs of like length, what the model makes of them, and which tokens count."""
        self._load()
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
            yield rows, self._session.run(None, feed)[0], batch[2]
            if progress:
                progress(stop)
            start = stop
