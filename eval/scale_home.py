"""Makes a home of thousands of accounts: whole demo deals and parts of them under other names.

Texts, vectors and what the heads made of them are those of the three demo deals, so nothing is embedded
and every size is that of real deals. They are written through the same functions as an indexed deal. One
account in twenty-five is a whole deal; the others are as many of a deal's sources as bring the whole to
the wanted number of chunks. Every account has a brief.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from indexer.caches import write_caches
from indexer.chunking import Chunk, chunk_artifact
from indexer.lock import index_lock
from indexer.models import Artifact, Segment
from indexer.store import Contents, Store
from indexer.vectors import open_vectors

WHOLE_EACH = 25
"""One account in so many is a whole deal."""
_KIND = {"vector": np.float32, "signal": np.uint8}
"""How a value is kept as it is: what a head packed is bytes."""
LAST = 100
"""Seconds an account are taken over the last so many before a checkpoint."""


@dataclass(frozen=True)
class Growth:
    """A home at a checkpoint, and what an account cost on the way there."""

    accounts: int
    chunks: int
    bytes: int
    cpu_s: float
    wall_s: float


class Template:
    """A real deal, read from the record of a home that it was indexed in."""

    def __init__(self, store: Store, slug: str) -> None:
        self.slug = slug
        self.account = store.account(slug)
        self.model = store.model(slug) or ""
        self.people, self.duplicates, self.not_read, self.sides = store.extra(slug)
        self.artifacts = store.artifacts(slug)
        self.segments: dict[str, list[Segment]] = {}
        for segment in store.segments(slug):
            self.segments.setdefault(segment.artifact, []).append(segment)
        self.vectors = store.vectors(slug, self.model)
        models = _signal_models(store, slug)
        self.signals = {model: store.vectors(slug, model, "signal") for model in models}
        self.brief = store.latest_brief(slug) or "{}"

    @cached_property
    def chunks(self) -> dict[str, list[Chunk]]:
        return {path: chunk_artifact(run) for path, run in self.segments.items()}

    @property
    def size(self) -> int:
        return sum(map(len, self.chunks.values()))

    def seed(self, store: Store, slug: str) -> None:
        """Give an account of another record the vectors and signals of this deal."""
        for table, by_model in (("vector", {self.model: self.vectors}), ("signal", self.signals)):
            for model, kept in by_model.items():
                values = [np.frombuffer(value, _KIND[table]) for value in kept.values()]
                store.add_vectors(slug, model, list(kept), values, table)

    def part(self, start: int, wanted: int) -> list[Artifact]:
        """Sources from the `start`th on, around the end, until they bring `wanted` chunks; each at most once."""
        held = 0
        chosen: list[Artifact] = []
        for n in range(len(self.artifacts)):
            if held >= wanted:
                break
            artifact = self.artifacts[(start + n) % len(self.artifacts)]
            size = len(self.chunks.get(artifact.path, ()))
            if held + size <= wanted * 1.4 or not chosen:
                chosen.append(artifact)
                held += size
        return sorted(chosen, key=lambda a: a.path)


def _signal_models(store: Store, slug: str) -> list[str]:
    with store.reading() as db:
        rows = db.execute("SELECT DISTINCT model FROM signal WHERE account=?", (slug,)).fetchall()
        return [row[0] for row in rows]


def whole(n: int) -> bool:
    """True if the `n`th account is a whole deal."""
    return n % WHOLE_EACH == 0


def slug_of(n: int) -> str:
    return f"customer-{n:05}-x"


def build(
    home: Path, templates: Sequence[Template], accounts: int, chunks: int, checkpoints: Sequence[int],
    told: Callable[[Growth], None],
) -> None:  # fmt: skip
    """Write accounts until there are so many, from where an earlier run stopped; `told` hears of each checkpoint."""
    store = Store(home)
    vectors = open_vectors(home)
    known = {a.slug for a in store.accounts()}
    wholes = len(range(0, accounts, WHOLE_EACH))
    left = chunks - wholes * sum(t.size for t in templates) // len(templates)
    size = max(left // max(accounts - wholes, 1), 1)
    times: list[tuple[float, float]] = []
    for n in range(accounts):
        if slug_of(n) not in known:
            began = time.process_time(), time.perf_counter()
            template = templates[n % len(templates)]
            contents = _contents(template, n, template.size if whole(n) else size)
            with index_lock(home):
                _write(store, template, contents)
                write_caches(store, home, slug_of(n), vectors, [c.text for c in contents.chunks])
            times.append((time.process_time() - began[0], time.perf_counter() - began[1]))
        if n + 1 in checkpoints and times:
            told(_growth(store, home, n + 1, times[-LAST:]))
    store.close()


def _contents(template: Template, n: int, wanted: int) -> Contents:
    artifacts = template.part(n // 3, wanted)
    account = template.account.model_copy(
        update={"slug": slug_of(n), "name": f"Customer {n}", "folder": f"/deals/{slug_of(n)}"}
    )
    segments = [
        s.model_copy(update={"id": f"{s.id}{n}"})
        for a in artifacts
        for s in template.segments.get(a.path, ())
    ]
    chunks = [c for a in artifacts for c in template.chunks.get(a.path, ())]
    return Contents(
        account, artifacts, segments, chunks, template.people, template.duplicates, template.not_read, template.sides
    )  # fmt: skip


def _write(store: Store, template: Template, contents: Contents) -> None:
    slug = contents.account.slug
    hashes = list(dict.fromkeys(c.hash for c in contents.chunks))
    store.add_vectors(
        slug, template.model, hashes, [np.frombuffer(template.vectors[h], np.float32) for h in hashes]
    )  # fmt: skip
    share = len(contents.segments) / max(sum(map(len, template.segments.values())), 1)
    for model, signals in template.signals.items():
        kept = list(signals)[: round(len(signals) * share)]
        store.add_vectors(
            slug, model, kept, [np.frombuffer(signals[h], np.uint8) for h in kept], "signal"
        )
    store.write(contents, f"built-{slug}", template.model, "2026-01-01T00:00:00+00:00")
    brief = template.brief.replace(template.slug, slug)
    with store.transaction() as db:
        store.add_brief(db, slug, json.loads(brief)["provenance"]["created_at"], brief)


def _growth(
    store: Store, home: Path, accounts: int, times: Sequence[tuple[float, float]]
) -> Growth:
    with store.reading() as db:
        chunks = int(db.execute("SELECT count(*) FROM chunk").fetchone()[0])
    cpu, wall = (sum(column) / len(times) for column in zip(*times, strict=True))
    return Growth(accounts, chunks, sum(size for _, size in files(home)), cpu, wall)


def files(home: Path) -> Iterator[tuple[Path, int]]:
    """Every file of the home with its size; not the models, which many homes share."""
    for folder, names, found in os.walk(home):
        names[:] = [n for n in names if not (Path(folder) == home and n == "models")]
        for name in found:
            path = Path(folder) / name
            yield path, path.lstat().st_size
