"""Prompt texts: plain files in `texts/`, filled by `$name`, told apart by their hash."""

from __future__ import annotations

import hashlib
from importlib import resources
from string import Template as Words


class MissingWords(KeyError):
    """A prompt was filled without all of its names."""


def _source(name: str) -> str:
    return (resources.files("prompts") / "texts" / f"{name}.txt").read_text(encoding="utf-8")


def fill(name: str, **values: str) -> str:
    """The named text with its `$names` filled; what is filled in is never filled again.

    Raises MissingWords when a name of the text has no value.
    """
    try:
        return Words(_source(name)).substitute(values).strip()
    except KeyError as error:
        raise MissingWords(f"the prompt {name} needs {error}") from error


def words_hash(*names: str) -> str:
    """Short hash of the named texts, printed on every brief that they made."""
    return hashlib.sha256("\0".join(_source(n) for n in names).encode()).hexdigest()[:12]
