"""Owns pictures of PDF pages and where on them words stand.

A page is painted once, in a child process, and kept under the home. Finding words on it is plain text work.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from indexer.errors import UnreadableFile
from indexer.original import WITHHELD, withholds

TIMEOUT_S = 30.0
MAX_ALIKE = 50
MARGIN = 14.0
"""Points."""


class Box(NamedTuple):
    """A rectangle in points, from the page's top left."""

    left: float
    top: float
    right: float
    bottom: float


class Sign(NamedTuple):
    """One character of a page and where it stands."""

    text: str
    box: Box


class PageImage(NamedTuple):
    """A painted page."""

    png: Path
    width: float
    height: float
    signs: tuple[Sign, ...]

    @property
    def written(self) -> Box:
        """The part of the page that holds its words, with a margin: what is worth looking at."""
        if not self.signs:
            return Box(0, 0, self.width, self.height)
        boxes = [s.box for s in self.signs]
        return Box(
            max(min(b.left for b in boxes) - MARGIN, 0), max(min(b.top for b in boxes) - MARGIN, 0),
            min(max(b.right for b in boxes) + MARGIN, self.width), min(max(b.bottom for b in boxes) + MARGIN, self.height),
        )  # fmt: skip


def page_image(home: Path, slug: str, artifact_id: str, root: Path, path: str, page: int) -> PageImage:  # fmt: skip
    """The picture of a page of the PDF at `path` of the deal at `root`.

    Raises UnreadableFile with the reason when it can't be painted.
    """
    if withholds(root):
        raise UnreadableFile(WITHHELD)
    kept = home / "pages" / slug / f"{artifact_id}-{page}"
    if not kept.with_suffix(".json").is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
            partial = Path(scratch) / "page"
            _paint({"root": str(root), "path": path, "page": page, "into": str(partial)})
            for suffix in (".png", ".json"):  # the JSON last: it says that both are there
                partial.with_suffix(suffix).replace(kept.with_suffix(suffix))
    said = json.loads(kept.with_suffix(".json").read_text(encoding="utf-8"))
    signs = tuple(Sign(s[0], Box(*s[1:])) for s in said["signs"])
    return PageImage(kept.with_suffix(".png"), said["width"], said["height"], signs)


def _paint(order: dict[str, object]) -> None:
    try:
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "indexer.page_worker"],
            input=json.dumps(order) + "\n", capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("painting the page took too long") from error
    if ran.stdout != "ok":
        raise UnreadableFile(ran.stdout or "the page can't be painted")


def _plain(text: str) -> str:
    """Letters and digits only, small, ligatures apart: what stays the same however a line was broken."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def boxes_of(page: PageImage, words: str, near: float = 0.0) -> tuple[Box, ...]:
    """Where `words` stand on the page, a box a line; empty if they are not found.

    Of several places the one nearest to `near` (0 the page's beginning, 1 its end) is taken. Words that
    stand in pieces on the page (cells of a table) are found piece by piece.
    """
    owners = [i for i, sign in enumerate(page.signs) for _ in _plain(sign.text)]
    text = "".join(_plain(sign.text) for sign in page.signs)

    def place(words: str) -> list[int]:
        """The signs of the words, at the place nearest to where they should be."""
        places = itertools.islice(_places(text, words), MAX_ALIKE) if words else ()
        heights = {p: page.signs[owners[p]].box.top / page.height for p in places}
        if not heights:
            return []
        best = min(heights, key=lambda p: abs(heights[p] - near))
        first, last = owners[best], owners[best + len(words) - 1]
        return list(range(first, last + 1)) if first <= last else []

    found = [place(_plain(words))]
    if not found[0]:
        pieces = map(_plain, re.split(r"[\t\n]|(?<=[.;:|])\s", words))
        found = [place(p) for p in pieces if len(p) > 2]
    return tuple(b for signs in found for b in _lines([page.signs[i].box for i in signs]))


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _lines(boxes: Sequence[Box]) -> list[Box]:
    """The boxes of neighbouring signs as one box a line."""
    lines: list[Box] = []
    for box in boxes:
        last = lines[-1] if lines else None
        height = box.bottom - box.top
        if (
            last is not None
            and min(last.bottom, box.bottom) - max(last.top, box.top) > -0.2 * height
            and -height < box.left - last.right < 3 * max(height, last.bottom - last.top)
        ):
            lines[-1] = Box(
                min(last.left, box.left), min(last.top, box.top),
                max(last.right, box.right), max(last.bottom, box.bottom),
            )  # fmt: skip
        else:
            lines.append(box)
    return lines
