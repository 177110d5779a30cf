"""How rare a word is: the packaged encoder's vocabulary lists its pieces by how common they are."""

from __future__ import annotations

import json
import math
from functools import cache

from indexer.embed import packaged_model_folder

_FIRST, _LEAST = 1996, 0.1
"""Whole words begin at this place of the vocabulary; the most common one weighs a tenth."""


@cache
def _places() -> dict[str, int]:
    text = (packaged_model_folder() / "tokenizer.json").read_text(encoding="utf-8")
    vocabulary: dict[str, int] = json.loads(text)["model"]["vocab"]
    return vocabulary


def rarity(word: str) -> float:
    """0.1 for the most common words to 1 for those that the vocabulary lacks; `word` is in lower case."""
    places = _places()
    place = places.get(word)
    if place is None:
        return 1.0
    share = math.log(max(place, _FIRST) / _FIRST) / math.log(len(places) / _FIRST)
    return max(_LEAST, min(1.0, share))


def is_word(word: str) -> bool:
    """Whether the vocabulary lists it whole; `word` is in lower case."""
    return word in _places()
