"""Field maps: what each CRM calls our terms, in the languages of its users, and which of its fields are a team's own.

A map is a YAML file beside this one. A file of the same name below `fields/` in Baton's home adds to it: its names go before
the packaged ones. `{terms: {term: [names]}, activities: {term: [names]}, standard: [patterns], custom: pattern}`.
A column that no map knows is kept under its own name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from indexer.errors import InputError
from indexer.models import Frozen
from indexer.yaml_lines import read_yaml

SYSTEMS = ("salesforce", "hubspot", "generic")
FOLDER = "fields"
MATTER = {
    "amount": "amount",
    "close_date": "close date",
    "next_step": "next step",
    "decision_maker": "decision maker",
}
"""Terms that a handoff asks for, as a person would say them."""


def fold(name: str) -> str:
    """A header for comparison: `Close Date`, `CLOSEDATE` and `close_date` are one."""
    return re.sub(r"[^\w.]|_", "", name.lower())


def _bare(name: str) -> str:
    """A field's name for comparison, without the prefix that warehouses give it."""
    return fold(name.lower().removeprefix("property_"))


class FieldMap(Frozen):
    """One CRM's names of our terms."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    terms: dict[str, tuple[str, ...]] = {}
    """Names of each term, best first; the first packaged one is the system's own name for it."""
    activities: dict[str, tuple[str, ...]] = {}
    """The same for calls, mails and notes, whose columns may bear a name that means something else of a deal."""
    standard: tuple[str, ...] = ()
    """Patterns of the system's own field names; with them every other field is custom."""
    custom: str | None = None
    """Pattern of custom field names; it goes before `standard`."""

    @cached_property
    def _by_name(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for term, names in self.terms.items():
            for name in names:
                found.setdefault(_bare(name), term)
        return found

    @cached_property
    def _spellings(self) -> dict[str, tuple[str, ...]]:
        held = {**self.terms, **self.activities}
        return {term: tuple(dict.fromkeys(map(fold, names))) for term, names in held.items()}

    def spellings(self, term: str) -> tuple[str, ...]:
        """The folded names of a term, of deals or of activities, best first."""
        return self._spellings.get(term, ())

    def term(self, name: str) -> str | None:
        """Our term for a field, by its API name or its label."""
        return self._by_name.get(_bare(name))

    def terms_of(self, names: Iterable[str]) -> set[str]:
        """The terms that any of `names` mean."""
        return {term for name in names if (term := self.term(name))}

    def by_term(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The values of a record under our terms; of several names of a term the one that the map names first."""
        rank = {_bare(n): i for names in self.terms.values() for i, n in enumerate(names)}
        found: dict[str, str] = {}
        for name in sorted(fields, key=lambda n: rank.get(_bare(n), 0)):
            if fields[name] and (term := self.term(name)):
                found.setdefault(term, fields[name])
        return found

    def is_unmapped_custom(self, name: str) -> bool:
        """True for a team's own field that no term names."""
        if self.term(name):
            return False
        if self.custom:
            return bool(re.fullmatch(self.custom, name.split(".")[0], re.I))
        bare = name.lower().removeprefix("property_")
        return bool(self.standard) and not any(re.fullmatch(p, bare) for p in self.standard)

    def unmapped(self, names: Iterable[str]) -> str:
        """The unmapped custom fields of a record, in one line for its `meta`."""
        return "; ".join(n for n in names if self.is_unmapped_custom(n))

    def over(self, packaged: FieldMap) -> FieldMap:
        """This map laid over a packaged one."""
        return FieldMap(
            terms=_laid_over(self.terms, packaged.terms),
            activities=_laid_over(self.activities, packaged.activities),
            standard=(*self.standard, *packaged.standard),
            custom=self.custom or packaged.custom,
        )


def _laid_over(
    own: Mapping[str, tuple[str, ...]], packaged: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    mine = {_bare(n) for names in own.values() for n in names}
    terms = dict(own)
    for term, names in packaged.items():
        terms[term] = (*own.get(term, ()), *(n for n in names if _bare(n) not in mine))
    return terms


def _parse(content: bytes, name: str) -> FieldMap:
    source = read_yaml(content, name)
    try:
        found = FieldMap.model_validate(source.content)
    except ValidationError as error:
        raise source.invalid(error, FieldMap.model_fields) from error
    for place, pattern in [(("standard", i), p) for i, p in enumerate(found.standard)] + [
        (("custom", 0), found.custom or "")
    ]:
        try:
            re.compile(pattern)
        except re.error as error:
            raise source.fault(place, f"{pattern!r} is no regular expression: {error}") from error
    return found


@cache
def packaged(system: str) -> FieldMap:
    """The map that comes with Baton."""
    path = Path(__file__).with_name(f"{system}.yaml")
    return _parse(path.read_bytes(), path.name)


def own_name(system: str, term: str) -> str | None:
    """The system's own name of a term, as `StageName`; None for a term that it has only custom fields for."""
    held = packaged(system)
    first = next(iter(held.terms.get(term, ())), None)
    return None if first is None or re.search("__[cr]\\b", first) else first


def load_maps(home: Path) -> dict[str, FieldMap]:
    """Every system's map with the home's own names. Raises InputError for a malformed file, or one of no system."""
    found = {system: packaged(system) for system in SYSTEMS}
    for path in sorted((home / FOLDER).glob("*.y*ml")):
        if path.stem not in SYSTEMS:
            raise InputError(
                f"{FOLDER}/{path.name} belongs to no CRM that Baton maps. Name it {', '.join(s + '.yaml' for s in SYSTEMS)}."
            )
        found[path.stem] = _parse(path.read_bytes(), f"{FOLDER}/{path.name}").over(
            packaged(path.stem)
        )
    return found


def maps_mark(maps: Mapping[str, FieldMap]) -> str:
    """Changes when any map does."""
    shown: list[Any] = [maps[name].model_dump_json() for name in sorted(maps)]
    return hashlib.sha256("".join(shown).encode()).hexdigest()[:16]
