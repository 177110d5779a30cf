"""What the columns of CRM exports are called: one YAML file a system, there to be added to.

A file maps a field to its spellings in the languages of a system's users. Columns that no file knows are
kept under their own names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml


def fold(header: str) -> str:
    """A header for comparison: `Close Date`, `CLOSEDATE` and `close_date` are one."""
    return re.sub(r"[^\w.]|_", "", header.lower())


@cache
def spellings(system: str) -> Mapping[str, tuple[str, ...]]:
    """The folded spellings of each field of `system`, best first."""
    text = resources.files(__name__).joinpath(f"{system}.yaml").read_text("utf-8")
    given: dict[str, list[str]] = yaml.safe_load(text)
    return {field: tuple(dict.fromkeys(map(fold, names))) for field, names in given.items()}


@cache
def fields_by_spelling(system: str) -> Mapping[str, str]:
    """The field for each folded spelling; of a spelling of several fields the first one's."""
    found: dict[str, str] = {}
    for field, names in spellings(system).items():
        for name in names:
            found.setdefault(name, field)
    return found


def fields_in(system: str, headers: frozenset[str] | set[str]) -> set[str]:
    """The fields that folded `headers` name."""
    return {field for field, names in spellings(system).items() if headers.intersection(names)}
