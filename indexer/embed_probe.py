"""Which path embeds many texts fastest on this machine: tried once for a moment, then kept beside the model.

A path counts only if its vectors are those of full precision: cosine at least `SAME_AT` on every text of the sample.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import ValidationError

from indexer.encoder import make_tokenizer
from indexer.encoder_graph import shape_of
from indexer.models import Frozen

if TYPE_CHECKING:
    from indexer.embed import EmbedPath

PathName = Literal["onnx", "bfloat16", "cuda", "mps"]
FILE = "embed_path.json"
SAME_AT = 0.999
PAYS_AT = 1.15
"""Times as fast as onnxruntime that a path must be to be worth its import."""
_TORCH = {"bfloat16": ("cpu", "bfloat16"), "cuda": ("cuda", "float16"), "mps": ("mps", "float16")}
_WORDS = (
    "the rollout in both plants takes four weeks and our team of twelve wants weekly counts before the annual renewal "
    "because security reviews of every integration were late last spring while finance asked for a fixed price"
).split()
_LENGTHS = (6, 9, 12, 16, 22, 30, 45, 60, 60, 75, 120, 160)


class Tried(Frozen):
    """What a path was found to do."""

    path: PathName
    texts_a_second: float
    cosine: float
    """With full precision, the worst of the sample."""


class Probe(Frozen):
    """What was found on one machine."""

    machine: str
    chosen: PathName
    tried: tuple[Tried, ...]

    @property
    def said(self) -> str:
        """One line for people."""
        figures = (
            f"{t.path} {t.texts_a_second:.0f} texts/s (cosine {t.cosine:.4f})" for t in self.tried
        )
        return f"{self.chosen}; measured once: {', '.join(figures)}"


def machine_mark() -> str:
    """Changes with the processor, the number of cores and the libraries that compute."""
    versions = [importlib.metadata.version(p) for p in ("onnxruntime", "torch")]
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = [x for x in lines if x.startswith(("model name", "flags", "Features"))][:2]
    except OSError:
        processor = [platform.processor()]
    parts = [platform.system(), platform.machine(), str(os.cpu_count()), *processor, *versions]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def sample() -> list[str]:
    """Texts of the lengths that chunks have, always the same."""
    return [
        " ".join(_WORDS[(start * 7 + n) % len(_WORDS)] for n in range(length))
        for start, length in enumerate(_LENGTHS)
    ]


def kept_probe(folder: Path) -> Probe | None:
    """What was found on this machine before; None where it was another one, or the file is damaged."""
    try:
        probe = Probe.model_validate_json((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
    return probe if probe.machine == machine_mark() else None


def fastest(model: Path, folder: Path, own: EmbedPath, setting: str = "auto") -> EmbedPath:
    """The path for many texts: the one that `setting` names, else the fastest that a probe found.

    `own` is the path in full precision, `folder` where the finding is kept.
    """
    if setting == "auto":
        probe = kept_probe(folder)
        if probe is None:
            probe = _probed(model, own)
            _keep(folder, probe)
        setting = probe.chosen
    found = own if setting == "onnx" else _opened(model, setting)
    if found is None:
        sys.stderr.write(f"embed_path {setting} can't be used on this machine; onnx is.\n")
    return found or own


def _keep(folder: Path, probe: Probe) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=folder, prefix=".probe-", delete=False, encoding="utf-8"
    ) as partial:
        partial.write(probe.model_dump_json())
    os.replace(partial.name, folder / FILE)


def _opened(model: Path, name: str) -> EmbedPath | None:
    """A path that torch runs, or None where this machine or this torch can't."""
    import torch

    from indexer.torch_path import TorchPath

    device, precision = _TORCH[name]
    backends: Any = torch.backends
    there = {
        "cpu": backends.mkldnn.is_available(),
        "cuda": torch.cuda.is_available(),
        "mps": backends.mps.is_available(),
    }
    shape = shape_of(model)
    if shape is None or not there[device]:
        return None
    return TorchPath(model, shape, device, precision)


def _probed(model: Path, own: EmbedPath) -> Probe:
    """Try every path that can be opened; the fastest that keeps the vectors is chosen."""
    encodings = make_tokenizer(model, 256).encode_batch(sample())
    reference = own.vectors(encodings)
    tried = [Tried(path="onnx", texts_a_second=_rate(own, encodings), cosine=1.0)]
    for name, path in _candidates(model):
        cosine = float((path.vectors(encodings) * reference).sum(axis=1).min())
        tried.append(Tried(path=name, texts_a_second=_rate(path, encodings), cosine=cosine))
    return Probe(machine=machine_mark(), chosen=chosen(tried), tried=tuple(tried))


def chosen(tried: Sequence[Tried]) -> PathName:
    """The fastest that keeps the vectors, if it is worth its import; onnxruntime, tried first, otherwise."""
    fit = [t for t in tried if t.cosine >= SAME_AT]
    best = max(fit, key=lambda t: t.texts_a_second, default=tried[0])
    return best.path if best.texts_a_second >= PAYS_AT * tried[0].texts_a_second else tried[0].path


def _candidates(model: Path) -> Iterator[tuple[PathName, EmbedPath]]:
    for name in get_args(PathName):
        path = None if name == "onnx" else _opened(model, name)
        if path is not None:
            yield name, path


def _rate(path: EmbedPath, encodings: Sequence[Any], now: Callable[[], float] = time.perf_counter) -> float:  # fmt: skip
    """Texts a second, the better of two runs: what else the machine does must not decide."""
    seconds = []
    for _ in range(2):
        start = now()
        path.vectors(encodings)
        seconds.append(now() - start)
    return len(encodings) / max(min(seconds), 1e-6)
