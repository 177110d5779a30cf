"""The reading head: which template fields a segment answers, and what kind of act it is.

A low-rank adapter on the packaged encoder (trained by `eval/train/reader_head.py`), merged into the
encoder and exported to ONNX once at first use, like the embedder. Its probabilities are signals for an
engine, never evidence.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models import Artifact, Segment

WEIGHTS = Path(__file__).parent / "weights" / "reader.npz"
MAX_TOKENS = 96
CONTEXT_CHARS = 140
BATCH_TOKENS = 1024
_SOURCES = {
    "call": "call",
    "chat": "chat",
    "mail": "mail",
    "crm": "crm",
    "contract": "contract",
    "ticket": "ticket",
}

Signals = NDArray[np.float32]
"""Shape (segments, fields + acts): probabilities, in the order of `ReadingHead.names`."""


def source_word(artifact: Artifact) -> str:
    """How the training data names the kind of source."""
    return _SOURCES.get(artifact.kind, "note")


def inputs(artifact: Artifact, segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """(preceding turn, `side source: text`) of every segment of one artifact."""
    pairs: list[tuple[str, str]] = []
    previous = ""
    for s in segments:
        context = previous if artifact.kind in ("call", "chat", "mail") else ""
        pairs.append((context[-CONTEXT_CHARS:], f"{s.side} {source_word(artifact)}: {s.text}"))
        if s.role == "body" and len(s.text.split()) > 2:
            previous = s.text
    return pairs


def _export(weights: Path, encoder_folder: Path, target: Path) -> None:
    """Merge the adapter into the encoder and write encoder and heads as one ONNX file."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import warnings

    import torch
    from transformers import AutoModel

    with np.load(weights) as arrays:
        loaded = {k: arrays[k] for k in arrays.files}
    encoder: Any = AutoModel.from_pretrained(
        str(encoder_folder), attn_implementation="eager"
    ).eval()
    modules = dict(encoder.named_modules())
    for name in [k.removesuffix(".up") for k in loaded if k.endswith(".up")]:
        delta = loaded[f"{name}.up"].astype(np.float32) @ loaded[f"{name}.down"].astype(np.float32)
        modules[name].weight.data += torch.from_numpy(delta)

    class Head(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            weight = np.concatenate([loaded["fields.weight"], loaded["acts.weight"]])
            bias = np.concatenate([loaded["fields.bias"], loaded["acts.bias"]])
            self.heads = torch.nn.Linear(weight.shape[1], weight.shape[0])
            self.heads.weight.data, self.heads.bias.data = (
                torch.from_numpy(weight),
                torch.from_numpy(bias),
            )

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            hidden = self.encoder(
                input_ids=ids, attention_mask=mask, token_type_ids=types
            ).last_hidden_state
            keep = (mask * types).unsqueeze(-1).to(hidden.dtype)
            return self.heads((hidden * keep).sum(1) / keep.sum(1))

    target.parent.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 7, dtype=torch.long)
    axes = {
        "ids": {0: "b", 1: "t"},
        "mask": {0: "b", 1: "t"},
        "types": {0: "b", 1: "t"},
        "logits": {0: "b"},
    }
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        partial = Path(scratch) / "reader.onnx"
        torch.onnx.export(
            Head().eval(), (example, example, example), str(partial), dynamo=False, opset_version=17,
            input_names=["ids", "mask", "types"], output_names=["logits"], dynamic_axes=axes,
        )  # fmt: skip
        partial.replace(target)


class ReadingHead:
    """Runs the head by onnxruntime; loads lazily."""

    def __init__(self, encoder_folder: Path, cache: Path, weights: Path = WEIGHTS) -> None:
        self.name = f"reader-{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]}"
        self._weights, self._encoder = weights, encoder_folder
        self._file = cache / self.name / "reader.onnx"
        self._session: Any = None
        self._tokenizer: Any = None
        with np.load(weights) as arrays:
            self.fields = tuple(str(n) for n in arrays["names.fields"])
            self.acts = tuple(str(n) for n in arrays["names.acts"])

    def _load(self) -> None:
        if self._session is not None:
            return
        if not self._file.is_file():
            _export(self._weights, self._encoder, self._file)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(self._file), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(self._encoder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def read(
        self, pairs: Sequence[tuple[str, str]], progress: Callable[[int], None] | None = None
    ) -> Signals:
        """Probabilities for every pair of `inputs`: fields by sigmoid, acts by softmax."""
        self._load()
        encodings = self._tokenizer.encode_batch(list(pairs))
        order = sorted(range(len(pairs)), key=lambda i: len(encodings[i].ids))
        out = np.zeros((len(pairs), len(self.fields) + len(self.acts)), np.float32)
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
                batch[0, r, :n], batch[1, r, :n], batch[2, r, :n] = (
                    encodings[i].ids,
                    1,
                    encodings[i].type_ids,
                )
            feed = {"ids": batch[0], "mask": batch[1], "types": batch[2]}
            out[rows] = self._session.run(None, feed)[0]
            if progress:
                progress(stop)
            start = stop
        n = len(self.fields)
        acts = np.exp(out[:, n:] - out[:, n:].max(axis=1, keepdims=True, initial=-1e9))
        return np.concatenate(
            [1 / (1 + np.exp(-out[:, :n])), acts / acts.sum(axis=1, keepdims=True)], axis=1
        )
