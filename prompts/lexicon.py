"""Groups of words that say the same and pairs that say the opposite, read from `lexicon.yaml`."""

from __future__ import annotations

from functools import cache

from prompts.packaged import packaged_yaml


@cache
def lexicon(name: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a part, `same`, `opposite` or `sides`, as words. Raises KeyError for a part that is none."""
    lines: str = packaged_yaml("lexicon.yaml")[name]
    return tuple(tuple(line.split()) for line in lines.splitlines() if line.strip())
