"""One child process that parses files: started, listened to and ended; its limits are kept from here.

Knows nothing of what the child says, only how much, how often and at what cost.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from indexer.confine import MEMORY_BYTES, STARVED

MAX_LINE_BYTES = 64 << 20
"""What a file's text and places may amount to; more is a flood."""
START_S = 60.0
LOOK_S = 0.2
"""Seconds between two looks at the clock and the memory."""
_STARVED = f"needs more memory than a reader may use ({MEMORY_BYTES >> 20} MB); split it"
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TESSDATA_PREFIX")


class ChildLost(Exception):
    """The child was ended or ended by itself; `str(error)` says why, in words for the report.

    `again` is true where a fresh child may fare better: this one had read other files before.
    """

    def __init__(self, why: str, again: bool) -> None:
        super().__init__(why)
        self.again = again


def resident_bytes(pid: int) -> int:
    """Memory that a process occupies now, 0 if it can't be told: from /proc, else from `ps`."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        shown = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return int(shown.stdout.strip() or 0) << 10


class Child:
    """A running child. Use it as a context manager: it is dead afterwards."""

    def __init__(
        self, module: str, wanted: Mapping[str, Any], file_s: float, start_s: float = START_S
    ) -> None:
        """`wanted` is its input; `file_s` are the seconds it may take for one file, `start_s` those
        until the first."""
        environment = {k: os.environ[k] for k in _KEPT_ENVIRONMENT if k in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True,
            # Each thread of a numeric library takes memory of its own, and parsing needs none.
            env=environment | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self.pid = self._process.pid
        self._file_s = file_s
        self._heard = bytearray()
        self._next_look = monotonic()
        self._deadline = monotonic() + start_s
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self._process.stdin as stream:
            stream.write(json.dumps(wanted).encode() + b"\n")

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it and what it started; harmless if it is dead already."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def next_file(self) -> None:
        """Set the clock anew: the child begins with another file."""
        self._deadline = monotonic() + self._file_s

    def line(self) -> bytes:
        """The next line. Raises ChildLost when the child breaks a limit or is gone."""
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        searched = 0
        while (end := self._heard.find(b"\n", searched)) < 0:
            searched = len(self._heard)
            if searched > MAX_LINE_BYTES:
                why = f"holds more text than one file may ({MAX_LINE_BYTES >> 20} MB); split it"
                raise ChildLost(why, again=False)
            self._look()
            if select.select([pipe], [], [], LOOK_S)[0]:
                block = os.read(pipe, 1 << 20)
                if not block:
                    raise ChildLost(self._why_gone(), again=True)
                self._heard += block
        line = bytes(self._heard[:end])
        del self._heard[: end + 1]
        self._look()
        return line

    def _look(self) -> None:
        """Now and then, see whether the child keeps to its limits."""
        now = monotonic()
        if now > self._deadline:
            raise ChildLost(self._too_long(), again=False)
        if now >= self._next_look:
            self._next_look = now + LOOK_S
            if resident_bytes(self._process.pid) > MEMORY_BYTES:
                raise ChildLost(_STARVED, again=True)

    def _too_long(self) -> str:
        return (
            f"takes longer to read than a file may ({self._file_s:g} s); split it or save it anew"
        )

    def _why_gone(self) -> str:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return self._too_long()
        if code == STARVED:
            return _STARVED
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"its parser crashed ({name}); save it anew or export it in another format"
