"""Runs the parsing child over a deal and gathers what it read.

Knows the child's protocol and its limits; knows nothing of formats.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from indexer.manifest import Manifest
from indexer.models import NotRead, RawArtifact, Reading
from indexer.readers.fields import FieldMap

FILE_TIMEOUT_S = 60.0
MAX_RESTARTS = 20


@dataclass
class DealReading:
    """Everything read from a deal, file by file."""

    readings: list[tuple[str, Reading]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)

    @property
    def artifacts(self) -> list[RawArtifact]:
        return [a for _, r in self.readings for a in r.artifacts]


def _lines(process: subprocess.Popen[str]) -> queue.Queue[str | None]:
    """The child's lines as a queue, so that waiting for one can have a limit."""
    lines: queue.Queue[str | None] = queue.Queue()

    def pump() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    return lines


def _run(
    root: Path,
    manifest: Manifest,
    skip: list[str],
    into: DealReading,
    progress: Callable[[str], None],
    maps: Mapping[str, FieldMap],
) -> str | None:
    """One child run. Returns None when it finished, else the path it died or hung on."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "indexer.worker", str(root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip
    assert process.stdin is not None
    wanted = {
        "exclude": manifest.exclude, "skip": skip, "read_private": manifest.read_private,
        "maps": {name: held.model_dump() for name, held in maps.items()},
    }  # fmt: skip
    process.stdin.write(json.dumps(wanted) + "\n")
    process.stdin.close()
    lines, current = _lines(process), "the folder"
    try:
        while True:
            line = lines.get(timeout=FILE_TIMEOUT_S)
            if line is None:
                return current
            said = json.loads(line)
            if "done" in said:
                return None
            if "start" in said:
                current = said["start"]
                progress(current)
            elif "duplicate" in said:
                into.duplicates.append((said["duplicate"][0], said["duplicate"][1]))
            elif "not_read" in said:
                into.not_read.append(NotRead.model_validate(said["not_read"]))
            else:
                reading = Reading.model_validate(said["reading"])
                into.readings.append((said["path"], reading))
                into.not_read.extend(reading.not_read)
    except (queue.Empty, json.JSONDecodeError):
        return current
    finally:
        process.kill()
        process.wait()


def read_deal(
    root: Path,
    manifest: Manifest,
    progress: Callable[[str], None] = lambda _: None,
    maps: Mapping[str, FieldMap] | None = None,
) -> DealReading:
    """Read every file of the deal at `root` in a child process.

    A file on which the child dies or hangs is reported by name and the rest is read without it.
    """
    skip: list[str] = []
    for _ in range(MAX_RESTARTS):
        result = DealReading()
        died_on = _run(root, manifest, skip, result, progress, maps or {})
        result.not_read.extend(
            NotRead(path=p, why="its parser crashed or took too long") for p in skip
        )
        if died_on is None or died_on in skip:
            return result
        skip.append(died_on)
    return result
