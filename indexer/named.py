"""Who a query names: "What did Dana say about the price" looks for Dana's own words first.

Names are compared as written in the query with the speakers' labels, the people's names and their other names: in full, by a
name that only one of them bears, as initial and surname. A chat mention (`<@U04>`) is already a name in the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from indexer.legs import Scores
from indexer.lexical import STOP
from indexer.models import Person, Segment

_WORD = re.compile(r"[^\W_]+")
_ASIDE = re.compile(r"[(\[<].*?[)\]>]")
"""What stands in brackets behind a name is an office or an address."""
_TITLES = frozenset("hon mr mrs ms miss dr prof sir madam herr frau the honourable".split())
_BEFORE_A_NAME = frozenset("did does has by from".split())
"""A word in small letters behind one of these may be a name."""
MIN_LETTERS = 3


def _words(text: str) -> tuple[str, ...]:
    return tuple(w for w in (m.lower() for m in _WORD.findall(text)) if w not in _TITLES)


class Speakers:
    """The speakers of an account's segments and the names they go by."""

    def __init__(self, segments: Sequence[Segment], people: Sequence[Person] = ()) -> None:
        keys = [s.person or s.speaker or "" for s in segments]
        also = {p.name: p.aliases for p in people}
        self._names = {
            key: self._known(key, also.get(key, ())) for key in dict.fromkeys(keys) if key
        }
        self._bearers = self._by_word(self._names)
        order = {key: n for n, key in enumerate(self._names)}
        self._speaker = np.array([order.get(key, len(order)) for key in keys], np.int64)

    @staticmethod
    def _known(key: str, aliases: Iterable[str]) -> list[tuple[str, ...]]:
        names = (_words(_ASIDE.sub(" ", name)) for name in (key, *aliases) if "@" not in name)
        return [n for n in dict.fromkeys(names) if n]

    @staticmethod
    def _by_word(names: Mapping[str, list[tuple[str, ...]]]) -> dict[str, set[str]]:
        """Which speakers bear a word in one of their names."""
        found: dict[str, set[str]] = {}
        for key, known in names.items():
            for word in {w for name in known for w in name}:
                found.setdefault(word, set()).add(key)
        return found

    def named(self, query: str) -> Scores:
        """One for every segment whose speaker the query names, else zero: (segments,)."""
        written = _WORD.findall(query)
        words = [w.lower() for w in written]
        alone = {
            word
            for word, as_written, before in zip(words, written, ["", *words], strict=False)
            if word not in STOP and len(word) >= MIN_LETTERS
            and (as_written[0].isupper() or before in _BEFORE_A_NAME)
        }  # fmt: skip
        text = f" {' '.join(words)} "
        hits = np.array(
            [
                any(f" {' '.join(name)} " in text and set(name) - STOP for name in known)
                or any(w in alone and len(self._bearers[w]) == 1 for name in known for w in name)
                for key, known in self._names.items()
            ]
            + [False]
        )
        return hits[self._speaker].astype(np.float32)
