"""One vector a word piece: what the packaged encoder makes of each token in its context, at two depths.

For judges that compare a claim with its evidence word by word. Run by onnxruntime from an export that is
written once under the home, like the embedder's.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.embed import model_name

LAYERS = (3, 6)
"""Half-way up words still are themselves; at the top they carry the sentence."""
MAX_TOKENS = 200
BATCH_TOKENS = 1600

Vectors = NDArray[np.float16]
"""Shape (tokens, layers * 384); each layer's part has length one."""


@dataclass(frozen=True)
class Pieces:
    """The word pieces of one text, without the encoder's own marks."""

    ids: NDArray[np.int32]
    spans: tuple[tuple[int, int], ...]
    vectors: Vectors


def _export(folder: Path, target: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import warnings

    import torch
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(str(folder), attn_implementation="eager").eval()

    class Layers(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder: Any = encoder

        def forward(self, ids: Any, mask: Any) -> Any:
            states = self.encoder(
                input_ids=ids, attention_mask=mask, token_type_ids=torch.zeros_like(ids), output_hidden_states=True
            ).hidden_states  # fmt: skip
            return torch.cat(
                [torch.nn.functional.normalize(states[n], dim=2) for n in LAYERS], dim=2
            )

    target.parent.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 7, dtype=torch.long)
    axes = {name: {0: "b", 1: "t"} for name in ("ids", "mask", "vectors")}
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        partial = Path(scratch) / target.name
        torch.onnx.export(
            Layers(), (example, example), str(partial), dynamo=False, opset_version=17,
            input_names=["ids", "mask"], output_names=["vectors"], dynamic_axes=axes,
        )  # fmt: skip
        partial.replace(target)


class TokenEncoder:
    """Loads at its first use; constructing it imports nothing heavy."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """`folder` holds the encoder, `cache` is where its export lies or will lie."""
        self._folder = folder
        self._file = cache / f"{model_name(folder)}-tokens" / "tokens.onnx"
        self._session: Any = None
        self._tokenizer: Any = None

    def _load(self) -> None:
        if self._session is not None:
            return
        if not self._file.is_file():
            _export(self._folder, self._file)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(self._file), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> list[Pieces]:
        """The pieces of every text, in order; a text is read up to 200 tokens."""
        self._load()
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        out: dict[int, Pieces] = {}
        start = 0
        while start < len(order):
            stop = start + 1
            while (
                stop < len(order)
                and (stop - start + 1) * len(encodings[order[stop]].ids) <= BATCH_TOKENS
            ):
                stop += 1
            rows = order[start:stop]
            ids = np.zeros((len(rows), len(encodings[rows[-1]].ids)), np.int64)
            mask = np.zeros_like(ids)
            for r, i in enumerate(rows):
                n = len(encodings[i].ids)
                ids[r, :n], mask[r, :n] = encodings[i].ids, 1
            vectors = self._session.run(None, {"ids": ids, "mask": mask})[0].astype(np.float16)
            for r, i in enumerate(rows):
                n = len(encodings[i].ids)
                out[i] = Pieces(
                    ids[r, 1 : n - 1].astype(np.int32),
                    tuple(encodings[i].offsets[1 : n - 1]),
                    vectors[r, 1 : n - 1],
                )
            start = stop
        return [out[i] for i in range(len(texts))]
