"""The encoder: its graphs on disk, one lower half for all, and the path that many texts take."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.doctor import examine
from app.session import Session
from indexer.embed import (
    BULK_TEXTS,
    MAX_TOKENS,
    OnnxEmbedder,
    model_name,
    packaged_encoder,
    packaged_model_folder,
)
from indexer.embed_probe import FILE, Probe, Tried, chosen, fastest, kept_probe, machine_mark
from indexer.encoder import BATCH_TOKENS, Encoder, Layers, Pair, batched, make_tokenizer
from indexer.encoder_graph import Shape, shape_of, write_graph
from indexer.heads import Heads
from indexer.kept_vectors import kept_vectors

MODEL = packaged_model_folder()
VECTOR_BYTES = 768
"""A whole vector in half precision, ahead of the tokens."""
SAID: list[Pair] = [
    ("How many people work the dock?", "customer call: Fifty, give or take, and twelve of them at night."),
    ("", "vendor call: We would load three years of history."),
    ("So?", "customer mail: " + "The old scanners drop their link every morning. " * 12),
]  # fmt: skip


@pytest.fixture
def cache(models: Path, tmp_path: Path) -> Path:
    """A copy of the exported graphs to damage."""
    return Path(shutil.copytree(models, tmp_path / "models"))


def one_vector(cache: Path) -> Any:
    return OnnxEmbedder(MODEL, cache).embed(["Who pays for the scanners?"])[0]


class Counted:
    """Counts how often a part of the encoder is run."""

    def __init__(self, part: Any) -> None:
        self.part, self.runs = part, 0

    def __call__(self, *args: Any) -> Any:
        self.runs += 1
        return self.part(*args)


def test_both_heads_read_in_one_pass_what_each_reads_alone(models: Path) -> None:
    encoder = packaged_encoder(models)
    heads = Heads.over(encoder)
    lower = encoder._lower = Counted(encoder._lower)  # type: ignore[assignment]
    signals, packed = heads.read(SAID)
    assert lower.runs == 1, "the layers that the heads share are run once"
    assert signals == pytest.approx(heads.reading.read(SAID), abs=1e-5)
    alone = heads.answers.vectors(SAID)
    assert [row.shape for row in packed] == [row.shape for row in alone]
    steps = [p.view(np.int8).astype(int) - a.view(np.int8) for p, a in zip(packed, alone, strict=True)]  # fmt: skip
    assert max(abs(s[VECTOR_BYTES:]).max() for s in steps) <= 1


def test_an_adapter_changes_the_upper_half_as_it_says(models: Path, tmp_path: Path) -> None:
    encoder = packaged_encoder(models)
    own = packaged_encoder(tmp_path)
    tokens = own.tokens(SAID, 128)
    name = "encoder.layer.5.output.dense.weight"
    batch, half = next(own.lower(tokens))
    plain = half.through(encoder.upper)
    none = half.through(
        own.upper_half("nothing", lambda: {name: np.zeros((384, 1536), np.float32)})
    )
    moved = half.through(
        own.upper_half("moved", lambda: {name: np.eye(384, 1536, dtype=np.float32)})
    )
    counted = batch.mask > 0
    assert none[counted] == pytest.approx(plain[counted], abs=1e-5)
    assert abs(moved[counted] - plain[counted]).max() > 0.01


def test_batches_hold_every_text_once_and_hardly_any_padding() -> None:
    rng = np.random.default_rng(3)
    texts = ["so " * int(n) for n in rng.integers(1, 180, 300)]
    encodings = make_tokenizer(MODEL, MAX_TOKENS).encode_batch(texts)
    batches = list(batched(encodings))
    assert sorted(i for b in batches for i in b.rows) == list(range(300))
    assert all(b.ids.size <= BATCH_TOKENS for b in batches)
    padded = sum(b.mask.size for b in batches) / sum(int(b.mask.sum()) for b in batches)
    assert padded < 1.05


@pytest.mark.parametrize("part", ["graph.onnx", "weights.bin"])
@pytest.mark.parametrize("damage", [b"", b"no graph"])
def test_a_damaged_export_is_written_anew(cache: Path, part: str, damage: bytes) -> None:
    wanted = one_vector(cache)
    for file in cache.glob(f"*/*/{part}"):
        file.write_bytes(damage)
    assert one_vector(cache) == pytest.approx(wanted, abs=1e-6)
    assert one_vector(cache) == pytest.approx(wanted, abs=1e-6)


def test_an_export_of_an_older_version_is_replaced(models: Path, tmp_path: Path) -> None:
    old = tmp_path / model_name(MODEL) / "model.onnx"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"what an older version wrote")
    assert one_vector(tmp_path) == pytest.approx(one_vector(models), abs=1e-6)
    assert not old.exists()


def test_opening_at_once_writes_once_and_harms_nobody(tmp_path: Path) -> None:
    small = Shape(layers=1, heads=2, size=8, epsilon=1e-12)
    tensors = tiny_tensors()
    writes: list[int] = []
    made: list[Any] = []

    def write(target: Path) -> None:
        writes.append(1)
        write_graph(tensors, small, range(1), target)

    def use() -> None:
        ones = np.ones((1, 3), np.int32)
        layers = Layers(tmp_path / "tiny" / "lower-2", write)
        made.append(layers({"ids": ones, "types": ones, "mask": ones}, False))

    for folder in ("missing", "damaged"):
        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 6, folder
        assert all((one == made[0]).all() for one in made)
        assert len(writes) == 1, f"{folder}: written by one, used by all"
        made.clear()
        writes.clear()
        (tmp_path / "tiny" / "lower-2" / "graph.onnx").write_bytes(b"half of a gr")


def tiny_tensors() -> dict[str, Any]:
    """The weights of an encoder of one layer."""
    rng = np.random.default_rng(1)
    shapes: dict[str, tuple[int, ...]] = {
        **{f"attention.self.{n}": (8, 8) for n in ("query", "key", "value")},
        "attention.output.dense": (8, 8), "intermediate.dense": (1024, 8), "output.dense": (8, 1024),
        "attention.output.LayerNorm": (8,), "output.LayerNorm": (8,),
    }  # fmt: skip
    tensors = {
        f"encoder.layer.0.{name}.{kind}": rng.normal(size=dims if kind == "weight" else dims[:1])
        for name, dims in shapes.items()
        for kind in ("weight", "bias")
    }
    tables = {n: rng.normal(size=(4, 8)) for n in ("word", "position", "token_type")}
    tensors |= {f"embeddings.{n}_embeddings.weight": table for n, table in tables.items()}
    tensors |= {f"embeddings.LayerNorm.{k}": np.ones(8) for k in ("weight", "bias")}
    return {k: v.astype(np.float32) for k, v in tensors.items()}


def test_torch_in_full_precision_makes_the_same_vectors(models: Path) -> None:
    """Two implementations of the same layers that share no line."""
    from indexer.torch_path import TorchPath

    shape = shape_of(MODEL)
    assert shape is not None
    texts = ["Who?", "Fifty people work the dock.", "The audit was late again. " * 30]
    encodings = make_tokenizer(MODEL, MAX_TOKENS).encode_batch(texts)
    theirs = TorchPath(MODEL, shape, "cpu", "float32").vectors(encodings)
    ours = OnnxEmbedder(MODEL, models).embed(texts)
    assert (theirs * ours).sum(axis=1).min() > 0.99999


def test_a_model_of_another_make_is_traced_and_keeps_its_vectors(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from transformers import DistilBertConfig, DistilBertModel

    folder = tmp_path / "tiny"
    config = DistilBertConfig(vocab_size=30522, dim=32, hidden_dim=64, n_layers=1, n_heads=2)
    DistilBertModel(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(MODEL / name, folder)
    texts = ["Who pays?", "Fifty people work the dock, and twelve of them at night."]
    embedder = OnnxEmbedder(folder, tmp_path / "cache")
    ours = embedder.embed(texts)
    theirs = SentenceTransformer(str(folder), device="cpu").encode(texts, normalize_embeddings=True)
    assert embedder.size == 32
    assert (ours * theirs).sum(axis=1).min() >= 0.9999
    assert embedder.embed([texts[0]]) == pytest.approx(ours[:1], abs=1e-4)


class OnesPath:
    """A path that makes vectors of ones."""

    def vectors(self, encodings: Sequence[Any], progress: Any = None) -> Any:
        return np.full((len(encodings), 384), 384**-0.5, np.float32)


def tried(**rates: tuple[float, float]) -> list[Tried]:
    return [Tried(path=p, texts_a_second=r, cosine=c) for p, (r, c) in rates.items()]  # type: ignore[arg-type]


def test_the_fastest_path_that_keeps_the_vectors_is_chosen() -> None:
    assert chosen(tried(onnx=(60, 1), bfloat16=(130, 0.9995))) == "bfloat16"
    assert chosen(tried(onnx=(60, 1), bfloat16=(130, 0.99))) == "onnx", "other vectors"
    assert chosen(tried(onnx=(60, 1), bfloat16=(62, 1))) == "onnx", "not worth its import"
    assert chosen(tried(onnx=(60, 1), bfloat16=(130, 0.9995), cuda=(900, 0.9999))) == "cuda"


def test_the_machine_is_probed_once_and_anew_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    probe = Probe(machine=machine_mark(), chosen="onnx", tried=tuple(tried(onnx=(60, 1))))
    monkeypatch.setattr("indexer.embed_probe._probed", lambda *_: runs.append(1) or probe)
    own = OnesPath()
    for _ in range(2):
        assert fastest(MODEL, tmp_path, own) is own
    assert len(runs) == 1
    for spoilt in ("{", json.dumps({"machine": "another", "chosen": "onnx", "tried": []}), "[]"):
        (tmp_path / FILE).write_text(spoilt)
        assert kept_probe(tmp_path) is None
        fastest(MODEL, tmp_path, own)
        assert kept_probe(tmp_path) == probe
    assert len(runs) == 4
    assert fastest(MODEL, tmp_path / "elsewhere", own, "onnx") is own
    assert len(runs) == 4, "a path that the settings name needs no probe"


def test_a_real_probe_holds_every_path_to_full_precision(models: Path, tmp_path: Path) -> None:
    own = OnnxEmbedder(MODEL, models)._own
    path = fastest(MODEL, tmp_path, own)
    probe = kept_probe(tmp_path)
    assert probe is not None
    assert probe.tried[0].path == "onnx"
    assert next(t for t in probe.tried if t.path == probe.chosen).cosine >= 0.999
    encodings = make_tokenizer(MODEL, MAX_TOKENS).encode_batch(["Fifty people work the dock."])
    assert (path.vectors(encodings) * own.vectors(encodings)).sum() > 0.999


def test_only_many_texts_take_the_bulk_path(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    bulk = OnesPath()
    monkeypatch.setattr("indexer.embed_probe.fastest", lambda *args: asked.append(args[3]) or bulk)
    embedder = OnnxEmbedder(MODEL, models, wanted=lambda: "auto")
    few = embedder.embed(["a few"])
    assert not asked
    assert embedder.embed(["so many"] * BULK_TEXTS) == pytest.approx(384**-0.5)
    assert asked == ["auto"]
    assert embedder.embed(["a few"]) == pytest.approx(few, abs=1e-6)


def test_settings_pin_the_path_and_doctor_says_so(tmp_path: Path) -> None:
    said = {c["name"]: c["said"] for c in examine(tmp_path)}
    assert "not measured yet" in said["embedding path"]
    probe = Probe(machine=machine_mark(), chosen="onnx", tried=tuple(tried(onnx=(60, 1))))
    kept = tmp_path / "models" / model_name(MODEL)
    kept.mkdir(parents=True)
    (kept / FILE).write_text(probe.model_dump_json())
    said = {c["name"]: c["said"] for c in examine(tmp_path)}
    assert said["embedding path"] == "onnx; measured once: onnx 60 texts/s (cosine 1.0000)"
    (tmp_path / "settings.yaml").write_text("embed_path: onnx\n")
    said = {c["name"]: c["said"] for c in examine(tmp_path)}
    assert "settings.yaml" in said["embedding path"]
    assert Session(tmp_path)._embed_path() == "onnx"


def test_an_encoder_is_shared_only_where_it_is_the_same(models: Path) -> None:
    encoder = packaged_encoder(models)
    embedder = OnnxEmbedder(MODEL, models, encoder)
    assert isinstance(encoder, Encoder)
    assert embedder._own._encoder is encoder  # type: ignore[attr-defined]


def test_what_is_asked_at_every_run_is_embedded_once(tmp_path: Path) -> None:
    counted = CountingEmbedder()
    asked = ["Who pays?", "When does it start?"]
    first = kept_vectors(tmp_path, counted, asked)
    assert (kept_vectors(tmp_path, counted, asked) == first).all()
    assert counted.runs == 1
    next((tmp_path / "models" / "kept").iterdir()).write_bytes(b"damaged")
    assert (kept_vectors(tmp_path, counted, asked) == first).all()
    assert counted.runs == 2
    kept_vectors(tmp_path, counted, asked[:1])
    assert counted.runs == 3, "other texts"


class CountingEmbedder:
    """Lengths as vectors, and how often it was asked."""

    name, size, runs = "lengths", 2, 0

    def embed(self, texts: Sequence[str], progress: Any = None) -> Any:
        self.runs += 1
        return np.array([(len(t), 1) for t in texts], np.float32)
