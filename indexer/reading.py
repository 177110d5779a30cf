"""Runs parsing children over a deal and gathers what they read.

Knows the children's protocol (`indexer/worker.py`) and what becomes of a file that ends one; knows
nothing of formats.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.child import Child, ChildLost
from indexer.manifest import Manifest, path_matches
from indexer.models import NotRead, RawArtifact, Reading
from indexer.readers.fields import FieldMap
from indexer.walk import Walk

WORKER = "indexer.worker"
FILE_S = 30.0
MAX_LOST = 40
"""Children that may be lost in one run; beyond that the rest is reported and not read."""
MAX_TEXT_BYTES = 512 << 20
"""What all files of a deal may amount to, with the places of their words."""


MAX_REPORTED = 200
"""Members of one file that are reported singly; the rest is counted."""


class _TooMuch(Exception):
    """The deal holds more text than one index may."""


@dataclass
class DealReading:
    """Everything read from a deal, file by file."""

    readings: list[tuple[str, Reading]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    """Patterns of deal.yaml that excluded something."""
    whole: bool = True
    """False if files were left over that nobody looked into."""

    @property
    def artifacts(self) -> list[RawArtifact]:
        return [a for _, r in self.readings for a in r.artifacts]


@dataclass
class _Run:
    """How far the reading of a deal is, over all its children."""

    walk: Walk
    manifest: Manifest
    progress: Callable[[str], None]
    maps: Mapping[str, FieldMap]
    result: DealReading = field(default_factory=DealReading)
    finished: set[str] = field(default_factory=set)
    lost: dict[str, str] = field(default_factory=dict)
    """Why each path that ended a child is given up."""
    gone: set[str] = field(default_factory=set)
    """Paths that could not be opened: no later child need try."""
    tried_again: set[str] = field(default_factory=set)
    reported: set[NotRead] = field(default_factory=set)
    inside: Counter[str] = field(default_factory=Counter)
    """How many members of each file of the folder were reported."""
    current: str | None = None
    heard: int = 0

    def wanted(self, first: str) -> dict[str, Any]:
        """What a child is asked for, see `indexer.worker.Wanted`."""
        return {
            "files": {path: str(place) for path, place in self.walk.files.items()},
            "exclude": self.manifest.exclude, "read_private": self.manifest.read_private,
            "maps": {system: held.model_dump() for system, held in self.maps.items()},
            "skip": [*self.lost, *self.gone], "finished": list(self.finished), "first": first,
        }  # fmt: skip

    def listen(self, child: Child) -> None:
        """Take what the child says until it is done. Raises ChildLost, or _TooMuch."""
        while True:
            line = child.line()
            self.heard += len(line)
            if self.heard > MAX_TEXT_BYTES:
                raise _TooMuch
            try:
                said = json.loads(line)
                if "done" in said:
                    return
                if "start" in said:
                    self.current = str(said["start"])
                    self.progress(self.current)
                    child.next_file()
                else:
                    self._take(said)
            except (ValueError, TypeError, LookupError, RecursionError) as error:
                raise ChildLost("its parser gave no usable result", again=False) from error

    def _take(self, said: dict[str, Any]) -> None:
        """Keep one line's result. Raises ValueError (pydantic's too), LookupError or TypeError."""
        if "met" in said:
            self.result.met.update(map(str, said["met"]))
        elif "not_read" in said:
            self.report(NotRead.model_validate(said["not_read"]))
            self.gone.update(map(str, said.get("gone", ())))
        elif "duplicate" in said:
            self.result.duplicates.append((str(said["path"]), str(said["duplicate"])))
        else:
            reading = Reading.model_validate(said["reading"])
            self.result.readings.append((str(said["path"]), reading))
            for failure in reading.not_read:
                self.report(failure)
        if "path" in said:
            self.finished.add(str(said["path"]))

    def report(self, failure: NotRead) -> None:
        """Each child tells anew what it could not open: once is enough."""
        if failure in self.reported:
            return
        self.reported.add(failure)
        outer = failure.path.split("!/")[0]
        if failure.path != outer:
            self.inside[outer] += 1
        if self.inside[outer] <= MAX_REPORTED:
            self.result.not_read.append(failure)

    def lose(self, why: str, again: bool) -> str:
        """Note what the child was at when it ended; returns the path the next one begins with.

        Where a fresh child may fare better the file gets a second try, else it is given up.
        """
        path = self.current
        if path is None or path in self.finished:
            return ""
        if again and path not in self.tried_again:
            self.tried_again.add(path)
            return path
        self.lost[path] = why
        self.report(NotRead(path=path or "the ZIP", why=why))
        return ""

    def report_rest(self, why: str) -> None:
        """Report every file of the folder that nothing was said of."""
        heard_of = {p.split("!/")[0] for p in (*self.finished, *self.lost)}
        heard_of |= {failure.path.split("!/")[0] for failure in self.reported}
        for path in self.walk.files:
            if path not in heard_of:
                self.report(NotRead(path=path or "the ZIP", why=why))


def read_deal(
    walk: Walk,
    manifest: Manifest,
    progress: Callable[[str], None] = lambda _: None,
    maps: Mapping[str, FieldMap] | None = None,
) -> DealReading:
    """Read every file that was found, in child processes one after the other.

    A file that ends a child is reported by name and reason, and the rest is read by the next child.
    `maps` are the field maps with the team's own names; without them the packaged ones hold.
    """
    run = _Run(walk, manifest, progress, maps or {})
    run.result.met |= walk.exclude.met
    for failure in walk.not_read:
        run.report(failure)
    rest = _read_with_children(run)
    if rest:
        run.result.whole = False
        run.report_rest(rest)
    run.result.met |= _beyond_reach(manifest.exclude, run.reported)
    for path, count in run.inside.items():
        if count > MAX_REPORTED:
            why = f"{count - MAX_REPORTED:,} more files inside of it were not read"
            run.result.not_read.append(NotRead(path=path, why=why))
    return run.result


def _beyond_reach(patterns: Iterable[str], failures: Iterable[NotRead]) -> set[str]:
    """Patterns that mean something inside a container which could not be opened: nobody can tell."""
    paths = [failure.path for failure in failures]
    outer = {pattern: pattern.split("!/")[0] for pattern in patterns if "!/" in pattern}
    return {p for p, whole in outer.items() if any(path_matches(path, whole) for path in paths)}


def _read_with_children(run: _Run) -> str:
    """Let one child after the other read; returns why files were left over, empty if none were."""
    first = ""
    for _ in range(2 * MAX_LOST):
        run.current = None
        try:
            with Child(WORKER, run.wanted(first), FILE_S) as child:
                run.listen(child)
            return ""
        except ChildLost as error:
            if run.current is None:
                return f"the reading process did not start: {error}"
            first = run.lose(str(error), error.again)
        except _TooMuch:
            return "the deal holds more text than one index may; index it in parts"
    return "not reached: too many files before it ended their readers; index it alone"
