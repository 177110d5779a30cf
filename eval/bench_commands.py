"""Measures what people wait for from the shell: seconds, processor seconds and peak memory of whole commands."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.figures import RUNS, Figure

ROOT = Path(__file__).resolve().parent.parent
DEAL = "brightwater-utilities"
QUESTION = "How quickly did our rep say they would be up and running?"
QUICK_RUNS = 7
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}


@dataclass(frozen=True)
class Ran:
    """What one command took."""

    wall_s: float
    cpu_s: float
    """Of it and of the children that it waited for."""
    peak_mb: float
    """Of the largest process: the command itself, or a child that parsed."""


@dataclass(frozen=True)
class Shell:
    """Runs the installed `baton` on a copy of a demo deal with a home of its own."""

    folder: Path
    home: Path

    def baton(self, *args: str) -> Ran:
        """Run one command. Raises SystemExit with its last line of output when it fails."""
        command = [str(Path(sys.executable).parent / "baton"), *args]
        env = {**os.environ, **OFFLINE, "BATON_HOME": str(self.home), "BATON_DATABASE_URL": ""}
        start = time.perf_counter()
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, env=env)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - start
            if process.returncode:
                said.seek(0)
                lines = said.read().strip().splitlines() or ["no output"]
                raise SystemExit(f"`baton {' '.join(args)}` failed: {lines[-1]}")
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return Ran(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)

    def index(self) -> Ran:
        return self.baton("index", str(self.folder), "--account", DEAL)

    def forget(self) -> None:
        """Empty the record; the exported models stay, as they do for a second deal."""
        self.baton("forget", DEAL)


@contextmanager
def demo_shell() -> Iterator[Shell]:
    """A copy of the demo deal and an empty home, both gone afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / DEAL
        shutil.copytree(ROOT / "data" / DEAL, folder)
        yield Shell(folder, Path(scratch) / "home")


def _medians(act: Callable[[], Ran], runs: int) -> Ran:
    found = [act() for _ in range(runs)]
    return Ran(
        statistics.median(r.wall_s for r in found), statistics.median(r.cpu_s for r in found),
        statistics.median(r.peak_mb for r in found),
    )  # fmt: skip


def command_figures(shell: Shell, first: Ran) -> list[Figure]:
    """The commands people wait for; `first` is what the first index of an empty home took."""
    shell.baton("ask", DEAL, QUESTION)
    ask = _medians(lambda: shell.baton("ask", DEAL, QUESTION), QUICK_RUNS)
    brief = _medians(lambda: shell.baton("brief", DEAL), RUNS)
    usage = _medians(lambda: shell.baton("--help"), QUICK_RUNS)
    again = _medians(shell.index, QUICK_RUNS)
    return [
        Figure("baton brief", brief.wall_s, "s", 3.0),
        Figure("baton ask, cold", ask.wall_s, "s", 1.0),
        Figure("  processor seconds", ask.cpu_s, "s"),
        Figure("  peak memory", ask.peak_mb, "MB", 350),
        Figure("baton --help", usage.wall_s, "s", 0.2),
        Figure("  processor seconds", usage.cpu_s, "s"),
        Figure("baton index, nothing changed", again.wall_s, "s", 1.0),
        Figure("baton index, first of an empty home", first.wall_s, "s"),
        Figure("  processor seconds, parsing children included", first.cpu_s, "s"),
        Figure("  peak memory of its largest process", first.peak_mb, "MB", 1200),
    ]
