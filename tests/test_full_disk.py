"""A disk that takes no more: one line, exit code 1, nothing half-written, and the next run goes on.

Two ways to a real fault without a real full disk: a limit on the size of files (EFBIG; SQLite finds it
as ENOSPC would be found), and a small file system in a namespace of its own (ENOSPC), where allowed.
"""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    folder = tmp_path / "fen"
    folder.mkdir()
    for n in range(3):
        words = [f"Site {n} counts shelf {k} again after {k + n} days.\n" for k in range(9)]
        (folder / f"note-{n}.md").write_text("\n".join(words), encoding="utf-8")
    return folder


def home_with(path: Path, models: Path) -> Path:
    path.mkdir()
    (path / "models").symlink_to(models)
    return path


def baton(*args: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def narrow() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [*COMMAND, *args], capture_output=True, text=True, cwd=ROOT, preexec_fn=narrow, check=False
    )


def one_line(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("baton: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "pace" in done.stderr or "--home" in done.stderr


def rows(home: Path) -> list[tuple[str, ...]]:
    db = sqlite3.connect(home / "baton.db")
    try:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return db.execute("SELECT id, json FROM segment ORDER BY position").fetchall()
    finally:
        db.close()


@pytest.mark.parametrize("limit", [0, 40_000, 120_000])
def test_a_write_that_fails_ends_in_one_line_and_the_next_run_goes_on(
    limit: int, deal: Path, tmp_path: Path, models: Path
) -> None:
    home = home_with(tmp_path / "home", models)
    one_line(baton("index", str(deal), "--home", str(home), limit=limit))
    whole = baton("index", str(deal), "--home", str(home))
    assert whole.returncode == 0, whole.stderr
    assert "3 read" in whole.stdout or "3 unchanged" in whole.stdout
    assert len(rows(home)) > 9
    assert [p.name for p in (home / "lexical").iterdir()] == ["fen.db"]

    out = tmp_path / "brief.md"
    out.write_text("the brief of yesterday")
    one_line(baton("brief", "fen", "--home", str(home), "--output", str(out), limit=1000))
    assert out.read_text() == "the brief of yesterday"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["brief.md", "fen", "home"]


def test_output_that_nobody_takes(deal: Path, tmp_path: Path, models: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    home = home_with(tmp_path / "home", models)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "index", str(deal), "--home", str(home)],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
    one_line(done)


SCRIPT = """
set -u
mount -t tmpfs -o size="$1" none "$2" || exit 77
ln -s "$3" "$2/models"
shift 3
"$@" >/dev/null; echo "first $?" >&2
mount -o remount,size=64m "$HOME_UNDER_TEST"
"$@" >/dev/null; echo "second $?" >&2
"""


def test_a_small_file_system(deal: Path, tmp_path: Path, models: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    home = tmp_path / "small"
    home.mkdir()
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", "400k", str(home), str(models),
         *COMMAND, "index", str(deal), "--home", str(home)],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "HOME_UNDER_TEST": str(home)}, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no file system may be mounted here")
    said = done.stderr.splitlines()
    assert said[1:] == ["first 1", "second 0"], done.stderr
    assert said[0].startswith("baton: ")
    assert "pace" in said[0]
