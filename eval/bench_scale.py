"""Measures what thousands of accounts cost one: `python -m eval.bench_scale [--accounts 5000 --chunks 1000000]`.

Builds a home (`eval/scale_home.py`), then looks at it as people do: the command line, `baton serve`, one
search. What is compared is compared in turn in the same run. With `--home` the built home stays and a
run that was broken off goes on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench_commands import OFFLINE, ROOT
from eval.figures import Figure
from eval.scale_home import Growth, Template, build, files, slug_of, whole
from eval.scale_surfaces import QUESTIONS, baton, deals_figures, serving_figures
from indexer.build import index_deal
from indexer.caches import caches_whole, write_caches
from indexer.embed import OnnxEmbedder, packaged_encoder, packaged_model_folder
from indexer.heads import Heads
from indexer.search import AccountIndex
from indexer.store import Store
from indexer.vectors import open_vectors

CHECKPOINTS = (500, 1000, 2500, 5000)
PROBE = "brightwater-utilities"
ROUNDS = 15
MB = 1 << 20


@dataclass(frozen=True)
class Places:
    """The homes of one run."""

    root: Path

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def alone(self) -> Path:
        return self.root / "alone"

    @property
    def many(self) -> Path:
        return self.root / "home"


def templates_of(places: Places) -> list[Template]:
    """The demo deals, indexed and with a brief each, and the models that all homes of the run share."""
    if not (places.templates / "ready").exists():
        baton(places.templates, "index", ROOT / "data", "--each")
        store = Store(places.templates)
        for account in store.accounts():
            baton(places.templates, "brief", account.slug, "--engine", "extractive")
        store.close()
        (places.templates / "ready").touch()
    for home in (places.alone, places.many):
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "models").exists():
            (home / "models").symlink_to((places.templates / "models").resolve())
    store = Store(places.templates)
    return [Template(store, account.slug) for account in store.accounts()]


def in_turn(alone: Callable[[], object], among: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of the processor that each takes, run in turn: the clock would count other work as well."""
    alone(), among()
    pairs = [(_worked_s(alone), _worked_s(among)) for _ in range(ROUNDS)]
    first, second = zip(*pairs, strict=True)
    return statistics.median(first), statistics.median(second)


def _worked_s(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def search_figures(places: Places, embedder: OnnxEmbedder) -> list[Figure]:
    """Opening an account and searching it, alone in a home and among all others."""
    slug, vectors = slug_of(0), embedder.embed(QUESTIONS)

    def opening(home: Path) -> Callable[[], AccountIndex]:
        store = Store(home)
        return lambda: AccountIndex(store, home, slug, embedder)

    def searching(index: AccountIndex) -> Callable[[], object]:
        pairs = list(zip(QUESTIONS, vectors, strict=True))
        return lambda: [index.score(q, v) for q, v in pairs * 4]

    open_alone, open_among = opening(places.alone), opening(places.many)
    opened = in_turn(open_alone, open_among)
    searched = in_turn(searching(open_alone()), searching(open_among()))
    each = 4 * len(QUESTIONS)
    return [
        Figure("one search, alone", 1000 * searched[0] / each, "ms"),
        Figure("one search, among all", 1000 * searched[1] / each, "ms"),
        Figure("  among all / alone", searched[1] / searched[0], "x", 1.2),
        Figure("opening an account, alone", 1000 * opened[0], "ms"),
        Figure("  among all / alone", opened[1] / opened[0], "x", 1.2),
    ]


def reindex_figures(
    places: Places, template: Template, embedder: OnnxEmbedder, heads: Heads
) -> list[Figure]:
    """`index` of an unchanged folder, alone and among all others."""
    folder = ROOT / "data" / PROBE

    def again(home: Path) -> Callable[[], object]:
        store = Store(home)
        template.seed(store, PROBE)  # so that nothing is embedded for this
        index_deal(store, home, folder, embedder, heads, account=PROBE)
        return lambda: index_deal(store, home, folder, embedder, heads, account=PROBE)

    alone, among = in_turn(again(places.alone), again(places.many))
    return [
        Figure("index of an unchanged deal, alone", alone, "s"),
        Figure("index of an unchanged deal, among all", among, "s"),
        Figure("  among all / alone", among / alone, "x", 1.2),
    ]


def traces(home: Path, slug: str) -> list[str]:
    """Where a slug stands: rows of any table, names and bytes of any file of the home."""
    found = []
    db = sqlite3.connect(home / "baton.db")
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
        texts = [r[1] for r in db.execute(f"PRAGMA table_info({table})") if r[2] == "TEXT"]
        for column in texts:
            asked = f'SELECT count(*) FROM {table} WHERE instr("{column}", ?)'
            if db.execute(asked, (slug,)).fetchone()[0]:
                found.append(f"{table}.{column}")
    db.close()
    for path, _ in files(home):
        # SQLite may keep copies in unused parts of the record's pages; `forget --wipe` is for these.
        read = path.name != "baton.db"
        if slug in str(path.relative_to(home)) or (read and _holds(path, slug.encode())):
            found.append(str(path))
    return found


def _holds(path: Path, words: bytes) -> bool:
    """True if the file's bytes hold `words`."""
    tail = b""
    with path.open("rb") as stream:
        while block := stream.read(4 * MB):
            if words in tail + block:
                return True
            tail = block[-len(words) :]
    return False


def forgetting_figures(home: Path, slug: str) -> list[Figure]:
    """`forget` of a whole deal that was visited, and what is left of it."""
    before = len(traces(home, slug))
    began = time.perf_counter()
    baton(home, "forget", slug)
    took = time.perf_counter() - began
    left = traces(home, slug)
    for place in left[:10]:
        print(f"  left of {slug}: {place}")
    return [
        Figure("baton forget", took, "s"),
        Figure(f"  traces before: {before}; left", len(left), "", 0),
    ]


def mending_figures(home: Path, slugs: Sequence[str]) -> list[Figure]:
    """Stores that are damaged, of 8,000 chunks in all: found, and written anew from the record."""
    store, vectors = Store(home), open_vectors(home)
    kinds = ("cut", "garbage", "gone")
    for n, slug in enumerate(slugs):
        _damage(home / "chroma" / slug, kinds[n % 3])
    began, worked = time.perf_counter(), time.process_time()
    found = [s for s in slugs if not caches_whole(store, home, s, vectors)]
    for slug in found:
        write_caches(store, home, slug, vectors)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    chunks = sum(len(store.chunk_rows(s)) for s in slugs)
    mended = sum(caches_whole(store, home, s, vectors) for s in slugs)
    return [
        Figure("damaged stores found", len(found), f"of {len(slugs)}", len(slugs), at_least=True),
        Figure("  whole again", mended, f"of {len(slugs)}", len(slugs), at_least=True),
        Figure("  seconds for 8,000 chunks, nothing embedded", took * 8000 / chunks, "s", 10),
        Figure("  of them of the processor", worked * 8000 / chunks, "s"),
    ]


def _damage(folder: Path, kind: str) -> None:
    file = folder / "chroma.sqlite3"
    if kind == "cut":
        os.truncate(file, file.stat().st_size // 2)
    elif kind == "garbage":
        file.write_bytes(os.urandom(100_000))
    else:
        shutil.rmtree(next(folder.rglob("data_level0.bin")).parent)


def grown(growth: Growth) -> str:
    """A checkpoint as a line."""
    each = growth.bytes / growth.accounts
    return (
        f"{growth.accounts:>6} accounts {growth.chunks:>9,} chunks {growth.bytes / 1e9:>7.2f} GB {each / 1e6:>6.2f} MB each  "
        f"{growth.cpu_s:.3f} s of processor and {growth.wall_s:.3f} s for each of the last hundred"
    )


def measure(places: Places, given: argparse.Namespace) -> list[Figure]:
    """Build, then measure everything."""
    templates = templates_of(places)
    probe = next(t for t in templates if t.slug == PROBE)
    marks = sorted({*(c for c in CHECKPOINTS if c < given.accounts), given.accounts})
    build(places.alone, templates, 1, templates[0].size, (), print)
    build(places.many, templates, given.accounts, given.chunks, marks, lambda g: print(grown(g), flush=True))  # fmt: skip
    cache = places.templates / "models"
    embedder = OnnxEmbedder(packaged_model_folder(), cache)
    heads = Heads.over(packaged_encoder(cache))
    wholes = [slug_of(n) for n in range(given.accounts) if whole(n)]
    parts: list[Callable[[], list[Figure]]] = [
        lambda: search_figures(places, embedder),
        lambda: reindex_figures(places, probe, embedder, heads),
        lambda: mending_figures(places.many, wholes[1:9]),
        lambda: serving_figures(places.many, wholes[: given.visits]),
        lambda: forgetting_figures(places.many, wholes[0]),
        lambda: deals_figures(places.root, cache, given.deals) if given.deals else [],
    ]
    shown = []
    for part in parts:
        for figure in part():
            print(figure.line(), flush=True)
            shown.append(figure)
    return shown


def main() -> None:
    """Measure and print; exit code 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=5000)
    parser.add_argument("--chunks", type=int, default=1_000_000)
    parser.add_argument("--visits", type=int, default=200, help="whole deals that are visited")
    parser.add_argument("--deals", type=int, default=500, help="small deals for `index --each`")
    parser.add_argument("--home", type=Path, help="keep everything here; a second run goes on")
    given = parser.parse_args()
    os.environ.update(OFFLINE)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {given.accounts} accounts")
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Places(given.home or Path(scratch)), given)
    sys.exit(0 if all("MISSED" not in f.line() for f in figures) else 1)


if __name__ == "__main__":
    main()
