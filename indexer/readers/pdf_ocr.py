"""Owns pages without a text layer: PDFium paints them, the program `tesseract` reads the picture.

Used only if `tesseract` is on PATH; nothing is installed or fetched for it, and the picture goes to
it through a pipe as a portable greymap (PGM), which is a header and the bytes. What it reads is a
guess by a machine: the caller marks it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

DPI = 300
MAX_PIXELS = 25_000_000
MAX_PAGES = 50
MAX_TEXT = 100_000
"""Characters of a page beyond which it is no page."""
TOTAL_S = 22.0
"""For all pages of a file; a file that takes 30 seconds is given up by the indexer."""
_INSTALL = "install tesseract to have it read, or run text recognition on it first"


@dataclass(frozen=True)
class Scanned:
    """The paragraphs read from pages, and why others were not read."""

    pages: dict[int, tuple[str, ...]]
    unread: dict[int, str]


def read_scanned(document: Any, numbers: Sequence[int]) -> Scanned:
    """Read the pages with these numbers (from 1)."""
    program = shutil.which("tesseract")
    if program is None:
        return Scanned({}, {number: _INSTALL for number in numbers})
    pages: dict[int, tuple[str, ...]] = {}
    unread: dict[int, str] = {}
    end = monotonic() + TOTAL_S
    for count, number in enumerate(numbers):
        left = end - monotonic()
        if count >= MAX_PAGES or left <= 1:
            unread[number] = "too many scanned pages for one file; split it"
            continue
        text = _recognised(program, _picture(document[number - 1]), left)
        if paragraphs := _paragraphs(text or ""):
            pages[number] = paragraphs
        else:
            unread[number] = "tesseract failed" if text is None else "tesseract found no words"
    return Scanned(pages, unread)


def _picture(page: Any) -> bytes:
    """The page as a PGM picture, within a limit whatever size the page claims to have."""
    width, height = page.get_size()
    scale = min(DPI / 72, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    pixels = page.render(scale=scale, grayscale=True).to_numpy()
    rows, columns = pixels.shape[:2]
    return b"P5 %d %d 255\n" % (columns, rows) + bytes(pixels.tobytes())


def _recognised(program: str, picture: bytes, timeout_s: float) -> str | None:
    """The text that tesseract finds; None if it fails."""
    try:
        done = subprocess.run(
            [program, "stdin", "stdout"],
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def _paragraphs(text: str) -> tuple[str, ...]:
    blocks = re.split(r"\n\s*\n|\f", text[:MAX_TEXT])
    return tuple(joined for block in blocks if (joined := " ".join(block.split())))
