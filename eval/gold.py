"""Gold cases: what a reader who knew the whole deal would expect of its brief and its answers.

Loads cases from YAML or JSON and decides when a cited path counts as a file that the gold names.
Scores nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from indexer.errors import InputError

ROOT = "artifacts/"
"""Cases kept beside their deal name files from one folder further out."""


class GoldError(InputError):
    """A case that can't be used; the message names the file and what is wrong with it."""


def _regex(pattern: str) -> str:
    try:
        re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"not a regular expression: {pattern!r} ({error})") from error
    return pattern


def _path(path: str) -> str:
    return unicodedata.normalize("NFC", path).removeprefix(ROOT)


Regex = Annotated[str, AfterValidator(_regex)]
GoldPath = Annotated[str, AfterValidator(_path)]
Groups = tuple[Annotated[tuple[Regex, ...], Field(min_length=1)], ...]
"""Every group needs a match of one of its regexes."""


class _Gold(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Evidence(_Gold):
    """Words that prove something, and the file they stand in."""

    file: GoldPath
    quote: str


class Fact(_Gold):
    """Something true that the brief should say; each group of `must` needs one match."""

    id: str
    field: str
    statement: str = ""
    must: Groups = Field(min_length=1)
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class Gap(_Gold):
    """A field that nobody ever answered, wholly or in part."""

    field: str
    what: str = ""


class Conflict(_Gold):
    """Two statements that can't both hold; every regex of `must` stands in one of them."""

    id: str
    topic: str = ""
    sides: tuple[Evidence, ...] = ()
    must: tuple[Regex, ...] = Field(min_length=1)


class Commitment(_Gold):
    """A promise, and what the signed papers say to it."""

    id: str
    file: GoldPath
    quote: str
    by: str | None = None
    signed_scope: Literal["covered", "excluded", "contradicted", "absent", "silent"]


class Trap(_Gold):
    """Something a careless reader would claim; no claim may match one of `never`."""

    id: str
    kind: str
    never: tuple[Regex, ...] = Field(min_length=1)


class Question(_Gold):
    """A follow-up question, answerable or not."""

    id: str
    q: str
    answerable: bool
    must: Groups = ()
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _can_be_right(self) -> Question:
        if self.answerable and not (self.must and self.evidence):
            raise ValueError(f"{self.id} is answerable but has no `must` or no `evidence`")
        return self


class Case(_Gold):
    """All that is known to be true, missing, disputed, promised and tempting in one deal."""

    account: str
    vendor: str | None = None
    stage: str | None = None
    facts: tuple[Fact, ...] = ()
    gaps: tuple[Gap, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    traps: tuple[Trap, ...] = ()
    questions: tuple[Question, ...] = ()


def load_case(path: Path) -> Case:
    """The case in a `.yaml`, `.yml` or `.json` file; `GoldError` if it isn't one."""
    text = path.read_text(encoding="utf-8")
    try:
        # BaseLoader keeps every scalar a string: an unquoted `6140` or `yes` is a regex here.
        raw = json.loads(text) if path.suffix == ".json" else yaml.load(text, yaml.BaseLoader)
        return Case.model_validate(raw)
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise GoldError(f"{path.name} can't be read: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise GoldError(f"{path.name} is no gold case: {where}: {first['msg']}") from error


def _outer(path: str) -> Iterator[tuple[str, str]]:
    """A path and its containers, each with what was left off: `a!/b` gives (a, !/b), (a!/b, '')."""
    at = path.find("!/")
    while at >= 0:
        yield path[:at], path[at:]
        at = path.find("!/", at + 2)
    yield path, ""


class Files:
    """Which cited paths count as which files: members for containers, twins for each other."""

    def __init__(self, duplicates: Iterable[tuple[str, str]] = ()) -> None:
        self._twins: dict[str, set[str]] = {}
        for left, right in duplicates:
            a, b = _path(left), _path(right)
            both = self._twins.get(a, {a}) | self._twins.get(b, {b})
            for path in both:
                self._twins[path] = both

    @classmethod
    def of_brief(cls, brief: Mapping[str, Any]) -> Files:
        """With the duplicates that a brief's `sources` list."""
        rows = (brief.get("sources") or {}).get("duplicates") or ()
        return cls((row["artifact"], row["of"]) for row in rows)

    def named(self, cited: str) -> frozenset[str]:
        """Every file name under which a cited path may stand in the gold."""
        known = {
            twin + rest
            for outer, rest in _outer(_path(cited))
            for twin in self._twins.get(outer, {outer})
        }
        return frozenset(outer for path in known for outer, _ in _outer(path))
