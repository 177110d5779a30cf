"""A cross-encoder in a folder of its own: two texts are read together and scored by each of its labels.

Weights as ONNX run without torch; safetensors go through sentence-transformers. Nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from indexer.encoder import Array, Pair
from indexer.errors import ModelMissing

ONNX = ("model.onnx", "onnx/model.onnx")
MAX_TOKENS = 512
BATCH = 16


class CrossEncoder:
    """A model of pairs; it loads at its first use."""

    def __init__(self, folder: Path, setting: str) -> None:
        """`setting` names what points at the folder. Raises ModelMissing when it holds no model."""
        self.folder, self._setting = folder, setting
        try:
            text = (folder / "config.json").read_text(encoding="utf-8")
            self._config = json.loads(text)
        except (OSError, ValueError) as error:
            raise self.fault("holds no readable config.json") from error
        self.name = f"{folder.name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def fault(self, what: str) -> ModelMissing:
        """The error that says what is wrong with the folder, and where it was named."""
        return ModelMissing(
            f"{self.folder} {what}. Correct {self._setting} to the folder of a cross-encoder, or remove it."
        )

    @property
    def labels(self) -> list[str]:
        """The names of its scores, in their order; as the config has them."""
        named = self._config.get("id2label") or {}
        return [str(named[key]) for key in sorted(named, key=int)]

    @cached_property
    def _scorer(self) -> _Scorer:
        file = next((self.folder / f for f in ONNX if (self.folder / f).is_file()), None)
        try:
            return _Onnx(file, self.folder) if file else _Torch(self.folder)
        except Exception as error:
            # Three libraries read the folder, each with errors of its own kind.
            raise self.fault(f"can't be loaded ({' '.join(str(error).split())[:200]})") from error

    def scores(self, pairs: Sequence[Pair]) -> Array:
        """What the model makes of each pair, before any scaling: (pairs, labels)."""
        found = [self._scorer(pairs[at : at + BATCH]) for at in range(0, len(pairs), BATCH)]
        return np.concatenate(found) if found else np.zeros((0, max(1, len(self.labels))), np.float32)  # fmt: skip


class _Scorer(Protocol):
    def __call__(self, pairs: Sequence[Pair]) -> Array: ...


class _Onnx:
    def __init__(self, file: Path, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {i.name for i in self._session.get_inputs()}
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
        self._tokenizer.enable_padding()

    def __call__(self, pairs: Sequence[Pair]) -> Array:
        read = self._tokenizer.encode_batch(list(pairs))
        columns = {
            "input_ids": [r.ids for r in read], "attention_mask": [r.attention_mask for r in read],
            "token_type_ids": [r.type_ids for r in read],
        }  # fmt: skip
        feed = {name: np.array(rows, np.int64) for name, rows in columns.items() if name in self._inputs}  # fmt: skip
        return np.asarray(self._session.run(None, feed)[0], np.float32).reshape(len(pairs), -1)


class _Torch:
    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import CrossEncoder as Model
        from torch.nn import Identity

        self._model: Any = Model(str(folder), device="cpu", local_files_only=True)
        self._plain = Identity()

    def __call__(self, pairs: Sequence[Pair]) -> Array:
        found = self._model.predict(list(pairs), activation_fn=self._plain, show_progress_bar=False)
        return np.asarray(found, np.float32).reshape(len(pairs), -1)
