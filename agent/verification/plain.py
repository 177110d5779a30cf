"""Text made comparable: one kind of dash, quote and space, no invisible characters; offsets are kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_CHARS = {
    **dict.fromkeys("‐‑‒–—―−﹣－⁃", "-"),
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    "…": "...",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "\t": " ",
}
_TOKEN = re.compile(r"\d+(?:[.,:/']\d+)*|[^\W\d_]+(?:['][^\W\d_]+)*|[%$€£¥&+]", re.U)


@dataclass(frozen=True)
class Plain:
    """A comparable text and, for each of its characters, where that stands in the original."""

    text: str
    offsets: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text of a span in this one."""
        if self.offsets is None or start >= end:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


@dataclass(frozen=True)
class Token:
    """A word, a number or a sign, in lower case, with its place in the plain text."""

    text: str
    raw: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.raw[0].isdigit()


@lru_cache(maxsize=512)
def make_plain(text: str) -> Plain:
    """`text` comparable: dashes, quotes, ellipses and spaces alike, combining marks joined."""
    if text.isascii() and "\t" not in text and "`" not in text:
        return Plain(text, None)
    out: list[str] = []
    offsets: list[int] = []
    position = 0
    while position < len(text):
        stop = position + 1
        while stop < len(text) and unicodedata.combining(text[stop]):
            stop += 1
        comparable = _comparable(text[position:stop])
        if "/" in comparable and len(comparable) > 1 and out and out[-1].isdigit():
            comparable = f" {comparable}"
        for char in comparable:
            out.append(char)
            offsets.append(position)
        position = stop
    return Plain("".join(out), tuple(offsets))


def _comparable(cluster: str) -> str:
    known = _CHARS.get(cluster)
    if known is not None:
        return known
    if len(cluster) == 1:
        if cluster.isascii():
            return cluster
        if unicodedata.category(cluster) in ("Cf", "Cc"):
            return ""
        if cluster.isspace():
            return "\n" if cluster in "\u2028\u2029\x85" else " "
    return unicodedata.normalize("NFKC", cluster).replace("\u2044", "/")


def tokens(text: str) -> list[Token]:
    """The tokens of a plain text, in order."""
    return [Token(m.group().lower(), m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]
