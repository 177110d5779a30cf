"""The child process that paints a page of an untrusted PDF: `python -P -m indexer.page_worker`, order on stdin.

In: one JSON line `{"root", "path", "page", "into"}`. It writes `INTO.png` and `INTO.json` (the page's size
and its signs with their boxes, in points from the top left) and says `ok`, or why not.
"""

from __future__ import annotations

import ctypes
import json
import resource
import sys
from pathlib import Path
from typing import Any

from indexer.original import content_of

MEMORY_BYTES = 1 << 30
CPU_S = 20
WIDTH_PX = 1400
MAX_PIXELS = 6_000_000
MAX_SIGNS = 50_000
_FINE = 20
"""Device units a point, so that whole numbers place a box to a twentieth of a point."""


def _signs(page: Any, width: float, height: float) -> list[list[Any]]:
    """Every sign of the page with its box: `[sign, left, top, right, bottom]`."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    x, y = ctypes.c_int(), ctypes.c_int()

    def placed(left: float, bottom: float) -> tuple[float, float]:
        size = (round(width * _FINE), round(height * _FINE))
        pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, left, bottom, x, y)
        return x.value / _FINE, y.value / _FINE

    found = []
    for i in range(min(textpage.count_chars(), MAX_SIGNS)):
        sign = chr(pdfium.FPDFText_GetUnicode(textpage, i))
        if not sign.strip():
            continue
        left, bottom, right, top = textpage.get_charbox(i)
        (x0, y0), (x1, y1) = placed(left, bottom), placed(right, top)
        found.append([sign, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)])
    return found


def paint(content: bytes, number: int, into: Path) -> str:
    """Write the page's picture and signs. Returns `ok`, or why it can't be painted."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    if not 1 <= number <= len(document):
        return "the PDF has no such page"
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH_PX / width, (MAX_PIXELS / (width * height)) ** 0.5)
    page.render(scale=scale).to_pil().save(into.with_suffix(".png"), optimize=False)
    said = {"width": width, "height": height, "signs": _signs(page, width, height)}
    into.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")
    return "ok"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    order = json.loads(sys.stdin.readline())
    content = content_of(Path(order["root"]), order["path"])
    if content is None:
        said = "the file is no longer where it was indexed"
    else:
        said = paint(content, order["page"], Path(order["into"]))
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
