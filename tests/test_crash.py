"""A run of `baton index` is killed at many moments; the next run ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.session import Session
from tests.databases import Databases, environment, rows, sound

ROOT = Path(__file__).resolve().parent.parent
SLUG = "fen"
KILLS = 20
AT_LEAST = 8
BUDGET_S = 10.0
COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "index"]
TABLES = {
    "account": "slug, json, fingerprint, model, extra",
    "artifact": "path, json, text",
    "segment": "position, id, artifact, json",
    "chunk": 'position, artifact, "window", first, last, hash',
    "vector": "model, hash",
    "signal": "model, hash",
}

Rows = dict[str, list[tuple[object, ...]]]


def new_home(databases: Databases, path: Path, models: Path) -> Path:
    databases.new(path)
    (path / "models").symlink_to(models)
    return path


def start(folder: Path, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, str(folder)], cwd=ROOT, env={**os.environ, **environment(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill the run and its workers at once. True if it was still going."""
    going = process.poll() is None
    if going:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    return going


def record(home: Path) -> Rows:
    assert sound(home)
    return {
        table: sorted(rows(home, f"SELECT {columns} FROM {table}"))
        for table, columns in TABLES.items()
    }


def test_killed_runs_leave_nothing_half_done(
    models: Path, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / SLUG
    folder.mkdir()
    for n in range(4):
        words = [f"Site {n} counts shelf {k} again after {k + n} days.\n" for k in range(12)]
        (folder / f"note-{n}.md").write_text("\n".join(words), encoding="utf-8")
    whole = new_home(databases, tmp_path / "whole", models)
    began = time.monotonic()
    assert start(folder, whole).wait(60) == 0
    took = time.monotonic() - began
    wanted = record(whole)
    assert wanted["segment"]

    killed, tries, began = 0, 0, time.monotonic()
    while tries < KILLS and (killed < AT_LEAST or time.monotonic() - began < BUDGET_S):
        home = new_home(databases, tmp_path / f"home-{tries}", models)
        process = start(folder, home)
        # An even spread over the run, in an order that covers it early.
        time.sleep(took * ((tries * 7) % KILLS + 0.5) / KILLS)
        killed += kill(process)
        tries += 1
        for name, value in environment(home).items():
            monkeypatch.setenv(name, value)
        session = Session(home)
        session.index_deal(folder, None, False, False, lambda *_: None)
        session.store.close()
        assert record(home) == wanted, f"kill {tries} of {KILLS}"
        leftovers = [p.name for p in (home / "lexical").iterdir() if p.suffix != ".db"]
        assert leftovers == []
    assert killed >= AT_LEAST
