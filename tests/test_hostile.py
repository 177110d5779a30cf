"""Bad files end neither a run nor each other; good files are read.

`make test` takes a sample; HOSTILE=all (`make test-hostile`) takes ten of every kind and 1,000 good files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from indexer.manifest import Manifest
from indexer.reading import DealReading, read_deal
from indexer.walk import Walk, shown, walk_deal
from tests.good_files import GOOD, sentence
from tests.hostile_files import KINDS

ALL = os.environ.get("HOSTILE") == "all"
SLOW = frozenset({
    "zip_bomb", "zip_crowded", "zip_overlapping", "office_bomb", "office_wide", "pdf_bomb", "pdf_crowded", "csv_long",
    "csv_open_quote", "html_deep", "long_line", "mail_from_lines", "mail_crowded", "mail_headers", "rtf_deep",
})  # fmt: skip
"""Kinds that cost seconds each: all of them in `make test-hostile`, a few in the sample."""
IN_SAMPLE = ("zip_overlapping", "pdf_bomb", "html_deep")
EACH = 10 if ALL else 1
BATCHES = range(EACH)
GOOD_COUNT = 1000 if ALL else 120
MAX_REFUSED = 0.005
REASONLESS = ("the reader failed", "gave no usable result", "did not start", "not reached")


def tree(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of everything below `root` that a path can name."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            with suppress(OSError):
                about = os.lstat(path)
                found[path] = about.st_size, about.st_mtime_ns
    return found


def accounted(walk: Walk, found: DealReading) -> set[str]:
    """The files of the folder that were read, recognised as copies, or reported."""
    paths = [path for path, _ in found.readings]
    paths += [path for path, _ in found.duplicates]
    paths += [failure.path for failure in found.not_read]
    return {path.split("!/")[0] for path in paths}


@pytest.fixture
def deal(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "deal"
    folder.mkdir()
    yield folder
    for path in folder.glob("unreadable*"):
        path.chmod(0o600)


@pytest.mark.parametrize("batch", BATCHES)
def test_every_bad_file_is_read_or_reported(batch: int, deal: Path, tmp_path: Path) -> None:
    kinds = [kind for kind in KINDS if ALL or kind not in SLOW or kind in IN_SAMPLE]
    for kind in kinds:
        KINDS[kind](Random(f"{kind} {batch}"), deal, f"{kind}-{batch}")
    for n in range(3):
        (deal / f"between-{n}.md").write_text(f"# Note {n}\n\n{sentence(Random(n), 30)}\n")
    names = {shown(path.name) for path in deal.iterdir()}
    before = tree(tmp_path)

    walk = walk_deal(deal)
    found = read_deal(walk, Manifest())

    heard = accounted(walk, found)
    assert {name for name in names if not any(path.startswith(name) for path in heard)} == set()
    assert {f"between-{n}.md" for n in range(3)} <= {path for path, _ in found.readings}
    assert [f for f in found.not_read if not f.why.strip() or "\n" in f.why] == []
    assert [f for f in found.not_read if any(word in f.why for word in REASONLESS)] == []
    assert tree(tmp_path) == before
    assert not list(Path("/tmp").glob("*baton-escaped*"))


def test_good_files_are_not_refused(deal: Path) -> None:
    kinds = sorted(GOOD)
    for n in range(GOOD_COUNT):
        kind = kinds[n % len(kinds)]
        (deal / f"good-{n}.{kind}").write_bytes(GOOD[kind](Random(f"good {n}")))
    walk = walk_deal(deal)
    found = read_deal(walk, Manifest())
    refused = {failure.path.split("!/")[0] for failure in found.not_read}
    assert len(refused) <= MAX_REFUSED * GOOD_COUNT, found.not_read[:20]
    assert set(walk.files) - accounted(walk, found) == set()
