"""Field maps: what each CRM calls our terms, and which of its fields are a team's own.

A map is a YAML file beside this one. A file of the same name below `fields/` in Baton's home adds to it: its names go before
the packaged ones. `{terms: {term: [names]}, standard: [patterns], custom: pattern}`.
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


def folded(name: str) -> str:
    """A field's name for comparison: `Close Date`, `CLOSEDATE`, `close_date`, `property_closedate` are one."""
    return re.sub(r"[^\w.@]|_", "", name.lower().removeprefix("property_"))


class FieldMap(Frozen):
    """One CRM's names of our terms."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    terms: dict[str, tuple[str, ...]] = {}
    standard: tuple[str, ...] = ()
    """Patterns of the system's own field names; with them every other field is custom."""
    custom: str | None = None
    """Pattern of custom field names; it goes before `standard`."""

    @cached_property
    def _by_name(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for term, names in self.terms.items():
            for name in names:
                found.setdefault(folded(name), term)
        return found

    def term(self, name: str) -> str | None:
        """Our term for a field, by its API name or its label."""
        return self._by_name.get(folded(name))

    def by_term(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The values of a record under our terms; of several names of a term the one that the map names first."""
        rank = {folded(n): i for names in self.terms.values() for i, n in enumerate(names)}
        found: dict[str, str] = {}
        for name in sorted(fields, key=lambda n: rank.get(folded(n), 0)):
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
        mine = {folded(n) for names in self.terms.values() for n in names}
        terms = dict(self.terms)
        for term, names in packaged.terms.items():
            terms[term] = (*self.terms.get(term, ()), *(n for n in names if folded(n) not in mine))
        return FieldMap(
            terms=terms, standard=(*self.standard, *packaged.standard), custom=self.custom or packaged.custom
        )  # fmt: skip


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
