"""Reads YAML that people write, and says of every key on which line it stands.

For `deal.yaml` and the field maps: a fault in them is told by line and key. Knows nothing of their content.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from indexer.errors import InputError

MAX_BYTES = 256 << 10
MAX_BRACKETS = 2_000
"""The parser's time grows with the square of their depth."""
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class LinedYaml:
    """A YAML file's content, and the line (from 1) of every key and list entry by its place."""

    name: str
    content: dict[str, Any]
    lines: dict[Place, int]

    def fault(self, place: Sequence[str | int], what: str) -> InputError:
        """An error that names file, line and key: `deal.yaml line 3, exclude: ...`."""
        found: Place = tuple(place)
        while found and found not in self.lines:
            found = found[:-1]
        line = f" line {self.lines[found]}" if found else ""
        return InputError(
            f"{self.name}{line}, {_shown(place)}: {what}. Correct it and index again."
        )

    def invalid(self, error: ValidationError, keys: Iterable[str]) -> InputError:
        """The first fault that pydantic found, by line and key; `keys` are the known ones."""
        first = error.errors(include_input=False, include_context=False)[0]
        place = tuple(p for p in first["loc"] if p in self._parts(first["loc"]))
        what = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(place[-1]), list(keys), 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(keys))}"
            what = f"unknown key; {hint}"
        return self.fault(place, what)

    def _parts(self, place: Sequence[str | int]) -> set[str | int]:
        """The parts of a pydantic place that stand in the file (it also names branches of unions)."""
        parts: list[str | int] = []
        for part in place:
            if (*parts, part) in self.lines or part == place[-1]:
                parts.append(part)
        return set(parts)


def _shown(place: Sequence[str | int]) -> str:
    return ".".join(str(p + 1) if isinstance(p, int) else p for p in place) or "the file"


def read_yaml(content: bytes, name: str) -> LinedYaml:
    """Parse a mapping. Raises InputError for what is no YAML, no mapping, or names a key twice."""
    if len(content) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES >> 10} KB. Shorten it and index again.")
    try:
        text = content.decode("utf-8-sig")
        if text.count("[") + text.count("{") > MAX_BRACKETS:
            raise ValueError(f"it holds more than {MAX_BRACKETS:,} brackets")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        loaded = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise InputError(
            f"{name}{line} is not readable YAML: {error.problem}. Correct it and index again."
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: bytes that are no UTF-8, and days that no month has.
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"{name} is not readable YAML: {reason}. Correct it and index again."
        ) from error
    if loaded is None:
        return LinedYaml(name, {}, {})
    found = LinedYaml(name, loaded if isinstance(loaded, dict) else {}, {})
    if not isinstance(loaded, dict):
        raise found.fault((), "must hold keys with values, as `account: Acme`")
    _note_lines(root, (), found, set())
    return found


def _note_lines(
    node: yaml.Node | None, place: Place, into: LinedYaml, seen: set[yaml.Node]
) -> None:
    """Note the lines of what a node holds. One that stands in several places by aliases is gone through once."""
    if node is None or node in seen:
        return
    seen.add(node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            again = inner in into.lines
            into.lines[inner] = key.start_mark.line + 1
            if again:
                raise into.fault(inner, "stands twice")
            _note_lines(value, inner, into, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            into.lines[(*place, number)] = value.start_mark.line + 1
            _note_lines(value, (*place, number), into, seen)
