"""Runs the encoder: texts become token ids, batches of like length, hidden states of two halves of its layers.

The lower half is the same for the embedder and for every trained head, so it is run once for all that read the same
texts. What is made of the upper half's output is its owner's business: see `embed` and `adapted`.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.encoder_graph import GRAPH, Shape, Tensors, read_tensors, write_graph

FORMAT = 2
"""Raised when graphs are written differently, so that older exports are written anew."""
BATCH_TOKENS = 1024
"""Tokens in one batch, padding included."""
FEW_TEXTS = 64
"""Up to so many texts weights are used where they lie; beyond, laying them out for speed pays."""

Array = NDArray[np.float32]
Ints = NDArray[np.int32]
Pair = tuple[str, str]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Batch:
    """Some texts of like length, padded to one length."""

    rows: list[int]
    """Their positions among the texts that were given."""
    ids: Ints
    mask: Ints
    types: Ints
    """1 where a token is of a pair's second text."""


def batched(
    encodings: Sequence[Any], progress: Progress | None = None, budget: int = BATCH_TOKENS
) -> Iterator[Batch]:
    """All texts, the short ones first, in batches of at most `budget` tokens; a longer text comes alone."""
    lengths = [len(e.ids) for e in encodings]
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop - start + 1) * lengths[order[stop]] <= budget:
            stop += 1
        rows = order[start:stop]
        filled = np.zeros((3, len(rows), lengths[rows[-1]]), np.int32)
        for r, i in enumerate(rows):
            filled[0, r, : lengths[i]] = encodings[i].ids
            filled[1, r, : lengths[i]] = 1
            filled[2, r, : lengths[i]] = encodings[i].type_ids
        yield Batch(rows, filled[0], filled[1], filled[2])
        if progress:
            progress(stop)
        start = stop


def mean_of(hidden: Array, counted: Ints) -> Array:
    """The mean of the tokens that count: (b, t, d) to (b, d)."""
    keep = counted.astype(np.float32)[:, None, :]
    return np.asarray((keep @ hidden)[:, 0] / keep.sum(2), np.float32)


def unit(values: Array) -> Array:
    """Scaled to length one along the last axis."""
    norms = np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-12)
    return np.asarray(values / norms, np.float32)


def make_tokenizer(folder: Path, max_tokens: int) -> Any:
    """The encoder's tokenizer, cutting texts, or pairs at their longer text, to `max_tokens`."""
    from tokenizers import Tokenizer

    tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens, strategy="longest_first")
    tokenizer.no_padding()
    return tokenizer


def _open(file: Path, packed: bool) -> Any:
    """A session over a graph. `packed` lays the weights out for long runs: quicker then, and twice the memory."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Waiting threads that spin take the time of whatever else the machine does.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.disable_prepacking", "0" if packed else "1")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


class Layers:
    """Some layers as a graph on disk: written at its first use, written anew where it can't be opened."""

    def __init__(self, folder: Path, write: Callable[[Path], None]) -> None:
        self._folder, self._write = folder, write
        self._sessions: dict[bool, Any] = {}
        self._opening = threading.Lock()

    def __call__(self, feed: Mapping[str, NDArray[Any]], packed: bool) -> Array:
        session = self._sessions.get(packed) or self._sessions.get(True) or self._session(packed)
        found: Array = session.run(None, feed)[0]
        return found

    def _session(self, packed: bool) -> Any:
        with self._opening:
            if packed not in self._sessions:
                self._sessions[packed] = self._opened(packed)
            return self._sessions[packed]

    def _opened(self, packed: bool) -> Any:
        from onnxruntime.capi import onnxruntime_pybind11_state as found

        unusable = (
            found.Fail, found.InvalidArgument, found.InvalidGraph, found.InvalidProtobuf, found.NoSuchFile,
            found.RuntimeException,
        )  # fmt: skip
        file = self._folder / GRAPH
        try:
            return _open(file, packed)
        except unusable:
            with self._alone():
                # Another process may have mended it meanwhile.
                try:
                    return _open(file, packed)
                except unusable:
                    shutil.rmtree(self._folder, ignore_errors=True)
                    self._write(self._folder)
                return _open(file, packed)

    def _alone(self) -> AbstractContextManager[object]:
        """Held by one process at a time: the one that writes this graph."""
        from filelock import FileLock

        self._folder.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(str(self._folder) + ".lock")


class Encoder:
    """One encoder of a home: its tokens, its lower half, and its upper half as it is or adapted. Loads lazily."""

    def __init__(self, folder: Path, name: str, shape: Shape, cache: Path) -> None:
        """`folder` holds the safetensors model, `cache` is where its graphs lie or will lie."""
        self.folder, self.name, self.shape, self._cache = folder, name, shape, cache
        self._tokenizers: dict[int, Any] = {}
        self._lower = self._part(name, "lower", range(shape.lower), dict)
        self.upper = self.upper_half(name)
        """The upper half as it comes."""

    def upper_half(self, name: str, deltas: Callable[[], Tensors] = dict) -> Layers:
        """The upper half with `deltas` added to its weights, kept under `name`."""
        return self._part(name, "upper", range(self.shape.lower, self.shape.layers), deltas)

    def _part(self, name: str, half: str, layers: range, deltas: Callable[[], Tensors]) -> Layers:
        def write(target: Path) -> None:
            tensors = read_tensors(self.folder)
            for changed, delta in deltas().items():
                tensors[changed] = tensors[changed] + delta
            write_graph(tensors, self.shape, layers, target)

        return Layers(self._cache / name / f"{half}-{FORMAT}", write)

    def tokens(self, texts: Sequence[str] | Sequence[Pair], max_tokens: int) -> list[Any]:
        """Texts, or pairs of texts, as the tokenizer's encodings."""
        if max_tokens not in self._tokenizers:
            self._tokenizers[max_tokens] = make_tokenizer(self.folder, max_tokens)
        encodings: list[Any] = self._tokenizers[max_tokens].encode_batch(list(texts))
        return encodings

    def lower(
        self, encodings: Sequence[Any], progress: Progress | None = None
    ) -> Iterator[tuple[Batch, HalfRead]]:
        """Every batch with what the lower half makes of it."""
        packed = len(encodings) > FEW_TEXTS
        for batch in batched(encodings, progress):
            feed = {"ids": batch.ids, "types": batch.types, "mask": batch.mask}
            yield batch, HalfRead(self._lower(feed, packed), batch.mask, packed)


@dataclass(frozen=True)
class HalfRead:
    """What the lower half made of a batch, ready for any upper half."""

    hidden: Array
    """(b, t, d)"""
    mask: Ints
    packed: bool

    def through(self, upper: Layers) -> Array:
        """The states after an upper half: (b, t, d)."""
        return upper({"hidden": self.hidden, "mask": self.mask}, self.packed)
