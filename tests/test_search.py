"""Searching with the real embedder: the right vectors, disjoint segments, caches that mend themselves."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.session import Session
from indexer.embed import packaged_model_folder

SLUG = "moss"
TEXTS = [
    "We lost two warehouse customers last autumn because counts were wrong.",
    "Der Preis beträgt 48.000 Euro im Jahr.",
    "ok",
    "A long one about stock and scanners. " * 60,
    "24/7 support — “any hour”, naïve café 🚀",
]
NOTES = {
    "a.md": "# Stock\n\nThe scanners in the warehouse lose their battery within two hours.\n\n"
    "Nobody counted the shelves in the cold store last year.\n",
    "b.md": "# Money\n\nThe yearly price is 48,000 dollars and is invoiced in advance.\n\n"
    "Discounts end in June, the finance team knows that.\n",
    "call.vtt": "WEBVTT\n\n00:00:01.000 --> 00:00:05.000\nInes Vogt: The warehouse scanners are slow.\n\n"
    "00:00:06.000 --> 00:00:09.000\nPaul Okoro: We can replace every scanner by May.\n",
    "c.md": "# People\n\nMaria signs the budget and wants a monthly report.\n\n"
    "Please never schedule meetings on Mondays.\n",
}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported models, made once in a test run."""
    home = tmp_path_factory.getbasetemp() / "exported"
    session = Session(home)
    session.embedder.embed(["warm"])
    session.heads.reading.read([("", "warm")])
    session.heads.answers.vectors([("", "warm")])
    return home / "models"


@pytest.fixture(scope="module")
def indexed(models: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small deal's folder and its home."""
    folder = tmp_path_factory.mktemp("notes") / SLUG
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text, encoding="utf-8")
    home = tmp_path_factory.mktemp("searched")
    (home / "models").symlink_to(models)
    Session(home).index_deal(folder, SLUG, False, False, lambda *_: None)
    return folder, home


@pytest.fixture
def home(indexed: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the home to damage."""
    target = tmp_path / "home"
    shutil.copytree(indexed[1], target, symlinks=True)
    return target


def found(home: Path, query: str = "scanner battery", limit: int = 10) -> list[tuple[str, float]]:
    return [(e.segment.id, e.score) for e in Session(home).account_index(SLUG).search(query, limit)]


def test_vectors_are_those_of_sentence_transformers(models: Path) -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    reference: Any = SentenceTransformer(str(packaged_model_folder()), device="cpu")
    reference.max_seq_length = 256
    theirs = reference.encode(TEXTS, normalize_embeddings=True)
    ours = Session(models.parent).embedder.embed(TEXTS)
    assert ours.shape == theirs.shape == (len(TEXTS), 384)
    assert np.linalg.norm(ours, axis=1) == pytest.approx(1, abs=1e-4)
    assert (ours * theirs).sum(axis=1).min() >= 0.9999


def test_a_text_has_one_vector_in_any_company(models: Path) -> None:
    embedder = Session(models.parent).embedder
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert (together * alone).sum(axis=1).min() >= 0.9999
    assert embedder.embed([]).shape == (0, 384)


@pytest.mark.parametrize(
    ("query", "artifact"),
    [
        ("How long do the handheld devices last on a charge?", "a.md"),
        ("cost per annum", "b.md"),
        ("who approves spending", "c.md"),
    ],
)
def test_disjoint_segments_best_first(
    indexed: tuple[Path, Path], query: str, artifact: str
) -> None:
    evidence = Session(indexed[1]).account_index(SLUG).search(query, 5)
    assert evidence[0].segment.artifact == artifact
    scores = [e.score for e in evidence]
    assert scores == sorted(scores, reverse=True)
    spans = sorted((e.segment.artifact, e.segment.start, e.segment.end) for e in evidence)
    for (one, _, end), (other, start, _) in itertools.pairwise(spans):
        assert one != other or end <= start
    assert len({e.segment.id for e in evidence}) == len(evidence) == 5


@pytest.mark.parametrize("query", ['"', "AND OR NOT", "a* (b", "", "the of", "🚀", "x" * 5000])
def test_any_query_is_taken(indexed: tuple[Path, Path], query: str) -> None:
    assert len(found(indexed[1], query, 3)) == 3


@pytest.mark.parametrize("damage", ["deleted", "overwritten", "emptied"])
def test_lexical_cache_mends_itself(home: Path, damage: str) -> None:
    before = found(home)
    cache = home / "lexical" / f"{SLUG}.db"
    if damage == "deleted":
        shutil.rmtree(cache.parent)
    else:
        cache.write_bytes(b"junk" * 3000 if damage == "overwritten" else b"")
    after = found(home)
    assert cache.is_file()
    assert [i for i, _ in after] == [i for i, _ in before]


def test_mended_lexical_cache_scores_as_the_first(home: Path) -> None:
    query = "What did Ines say of the warehouse scanners?"
    before = found(home, query)
    (home / "lexical" / f"{SLUG}.db").unlink()
    assert found(home, query) == before
