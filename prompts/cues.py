"""General cue words by what they tell, read from `cues.yaml`: they type what an engine has found, nothing more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from prompts.packaged import packaged_yaml

Cues = Mapping[str, re.Pattern[str]]


@cache
def _source() -> dict[str, dict[str, list[str]] | list[str]]:
    loaded: dict[str, dict[str, list[str]] | list[str]] = packaged_yaml("cues.yaml")
    return loaded


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.I)


@cache
def cues(group: str) -> Cues:
    """The patterns of a group by name, in the file's order. Raises KeyError for a group that is none."""
    found = _source()[group]
    assert isinstance(found, dict), f"{group} is one list: use `cue`"
    return {name: _pattern(words) for name, words in found.items() if words}


@cache
def cue(group: str) -> re.Pattern[str]:
    """The pattern of a group that is one list. Raises KeyError for a group that is none."""
    found = _source()[group]
    assert isinstance(found, list), f"{group} has names: use `cues`"
    return _pattern(found)


def first_of(group: str, text: str) -> str | None:
    """The first name of a group whose cues stand in a text."""
    return next((name for name, pattern in cues(group).items() if pattern.search(text)), None)


def all_of(group: str, text: str) -> tuple[str, ...]:
    """Every name of a group whose cues stand in a text."""
    return tuple(name for name, pattern in cues(group).items() if pattern.search(text))
