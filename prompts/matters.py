"""The matters that contracts settle, told by words of talk and of papers: `matters.yaml`.

Words are looked up one by one, so that a whole account is read in a moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from prompts.packaged import packaged_yaml

GAP = 4
"""Words that `~` may stand for."""
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*|%")
Phrase = tuple[str, tuple[str, ...], str]
"""A first word, what follows it, and the matter."""


@cache
def _phrases() -> tuple[dict[str, list[Phrase]], dict[str, list[Phrase]]]:
    """All phrases by their first word, and those whose first word is only a beginning, by that."""
    whole: dict[str, list[Phrase]] = {}
    begun: dict[str, list[Phrase]] = {}
    source: dict[str, str] = packaged_yaml("matters.yaml")
    for matter, told in source.items():
        for phrase in told.replace('"', "").split(","):
            first, *rest = phrase.split()
            held = begun if first.endswith("*") else whole
            held.setdefault(first.rstrip("*"), []).append((first, tuple(rest), matter))
    return whole, begun


@lru_cache(maxsize=8192)
def matters_in(text: str) -> frozenset[str]:
    """The matters that a text speaks of."""
    words = [w.lower().replace("’", "'") for w in _WORD.findall(text)]
    return frozenset(m for n, w in enumerate(words) for m in _told_at(words, n, w))


def _told_at(words: Sequence[str], n: int, word: str) -> Iterator[str]:
    whole, begun = _phrases()
    for _, rest, matter in whole.get(word, ()):
        if not rest or _goes_on(words, n + 1, rest):
            yield matter
    for length in range(3, len(word) + 1):
        for _, rest, matter in begun.get(word[:length], ()):
            if not rest or _goes_on(words, n + 1, rest):
                yield matter


def _goes_on(words: Sequence[str], at: int, rest: Sequence[str]) -> bool:
    """Whether the rest of a phrase follows at a place."""
    if not rest:
        return True
    if rest[0] == "~":
        return any(_goes_on(words, at + skip, rest[1:]) for skip in range(GAP + 1))
    if at >= len(words):
        return False
    met = words[at].startswith(rest[0][:-1]) if rest[0].endswith("*") else words[at] == rest[0]
    return met and _goes_on(words, at + 1, rest[1:])
