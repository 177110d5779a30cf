"""Runs an embedding model that `encoder_graph` can't write: sentence-transformers' own module, traced to ONNX once."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.encoder import Array, Progress, batched, mean_of, unit
from indexer.errors import ModelMissing


def _export(folder: Path, target: Path) -> None:
    """Write the model's hidden states as ONNX, beside the target first, so that a killed export leaves no half."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import warnings

    import torch
    from sentence_transformers import SentenceTransformer

    encoder: Any = SentenceTransformer(
        str(folder), device="cpu", model_kwargs={"attn_implementation": "eager"}
    )[0].auto_model.eval()

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, ids: Any, mask: Any) -> Any:
            return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state

    target.parent.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 7, dtype=torch.long)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        partial = Path(scratch) / target.name
        torch.onnx.export(
            States(), (example, example), str(partial), dynamo=False, opset_version=17,
            input_names=["ids", "mask"], output_names=["states"],
            dynamic_axes={name: {0: "b", 1: "t"} for name in ("ids", "mask", "states")},
        )  # fmt: skip
        partial.replace(target)


def size_of(folder: Path) -> int:
    """How long the model's vectors are. Raises ModelMissing where its config.json doesn't say."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return int(config.get("hidden_size") or config["dim"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMissing(
            f"{folder}/config.json doesn't say how long the model's vectors are. Name another folder in BATON_MODEL."
        ) from error


class ForeignModel:
    """One such model of a home; loads at its first use."""

    def __init__(self, folder: Path, size: int, cache: Path) -> None:
        """`size` is how long its vectors are, `cache` the folder where its export lies or will lie."""
        self._folder, self._size, self._file = folder, size, cache / "states.onnx"
        self._session: Any = None

    def vectors(self, encodings: Sequence[Any], progress: Progress | None = None) -> Array:
        """Unit vectors, the mean of each text's tokens: (texts, size)."""
        import onnxruntime

        if self._session is None:
            if not self._file.is_file():
                _export(self._folder, self._file)
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                str(self._file), options, providers=["CPUExecutionProvider"]
            )
        out = np.zeros((len(encodings), self._size), np.float32)
        for batch in batched(encodings, progress):
            feed = {"ids": batch.ids.astype(np.int64), "mask": batch.mask.astype(np.int64)}
            out[batch.rows] = unit(mean_of(self._session.run(None, feed)[0], batch.mask))
        return out
