"""How exports bring JSON: one value, one on each line, pages in a list, envelopes around them.

A reader says what its system's answer looks like (`fits`) and gets all such values of the file, however
they are wrapped, in whatever encoding and under whatever name. No system's keys are known here. The
accessors are strict: a missing value is an empty one, but one of another kind than the format's raises
`UnreadableFile` naming the place: a file is read whole or reported, never in part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead
from indexer.readers.base import Source
from indexer.readers.text import decode, json_value, parse_json

MAX_ENTRIES = 200_000
"""Entries of one list, or lines of one file; a day of speech has a tenth of that."""
MAX_WRAPPING = 4
"""Envelopes around an answer: `{"status", "body": {"data": …}}` are two."""
MAX_LOOKED_AT = 20_000
"""Values in which an answer is looked for; where it is found, nothing is looked for inside."""

Fits = Callable[[Any], bool]


def begins_like_json(content: bytes) -> bool:
    """True for an object or a list, in any encoding that JSON comes in."""
    head = content[:64].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head[:1] in (b"{", b"[")


def documents(content: bytes) -> list[Any]:
    """The file's JSON value; of a file with one object on each line, all of them."""
    try:
        return [parse_json(content)]
    except UnreadableFile as error:
        lines = [line.strip() for line in decode(content).strip().split("\n")]
        if len(lines) < 2 or not (lines[0].startswith("{") and lines[0].endswith("}")):
            raise error
    if len(lines) > MAX_ENTRIES:
        raise UnreadableFile(f"more than {MAX_ENTRIES} lines")
    found = []
    for number, line in enumerate(lines, 1):
        try:
            if line:
                found.append(json_value(line))
        except UnreadableFile as error:
            raise UnreadableFile(f"line {number} is {error}") from error
    return found


@dataclass
class Answers:
    """The values of a file that fit, in their order, and how many entries beside them do not."""

    values: list[Any] = field(default_factory=list)
    strangers: int = 0
    looked_at: int = 0

    def not_read(self, path: str) -> tuple[NotRead, ...]:
        """The entries that were passed over, as a line of the report."""
        if not self.strangers:
            return ()
        noun = "entry is" if self.strangers == 1 else "entries are"
        return (NotRead(path=path, why=f"{self.strangers} {noun} of another kind than the rest"),)

    def look(self, value: Any, fits: Fits, depth: int = 0) -> bool:
        """Take `value` if it fits, else the outermost values inside it that do; True if any did."""
        if fits(value):
            self.values.append(value)
            return True
        self.looked_at += 1
        if depth == MAX_WRAPPING or self.looked_at > MAX_LOOKED_AT:
            return False
        inner = value.values() if isinstance(value, dict) else value
        wrapped = [each for each in inner if each and isinstance(each, dict | list)]
        taken = [self.look(each, fits, depth + 1) for each in wrapped]
        if isinstance(value, list) and any(taken):
            self.strangers += taken.count(False)
        return any(taken)


def answers(content: bytes, fits: Fits) -> Answers:
    """All values of the file that fit. Raises `UnreadableFile` for broken JSON."""
    return held(documents(content), fits)


def held(values: Sequence[Any], fits: Fits) -> Answers:
    """The same of JSON that is parsed already: the file's one value, or one of each line."""
    found = Answers()
    taken = [found.look(each, fits) for each in values if isinstance(each, dict | list)]
    found.strangers += taken.count(False) if any(taken) else 0
    return found


def recognised(source: Source, marks: Iterable[Iterable[str]], fits: Fits) -> bool:
    """True if all keys of one row of `marks` occur and a value of the JSON `fits`.

    JSON that is cut off is taken by its marks, so that its fault is reported and not its kind.
    """
    if not begins_like_json(source.content):
        return False
    text = decode(source.content)
    if not any(all(f'"{mark}"' in text for mark in row) for row in marks):
        return False
    try:
        return bool(answers(source.content, fits).values)
    except UnreadableFile:
        return True


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none of anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def record(value: object, what: str) -> dict[str, Any]:
    """`value` as an object; an empty one for null."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableFile(f"{what} is {kind_of(value)}, not an object")
    return value


def items(value: object, what: str) -> Sequence[Any]:
    """`value` as a list of bearable length; an empty one for null."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UnreadableFile(f"{what} is {kind_of(value)}, not a list")
    if len(value) > MAX_ENTRIES:
        raise UnreadableFile(f"{what} has more than {MAX_ENTRIES} entries")
    return value


def records(value: object, what: str) -> list[dict[str, Any]]:
    """`value` as a list of objects; an empty one for null."""
    found = items(value, what)
    for number, item in enumerate(found, 1):
        if not isinstance(item, dict):
            raise UnreadableFile(f"{what} {number} is {kind_of(item)}, not an object")
    return list(found)


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    kinds = ((int | float, "a number"), (str, "a text"), (list, "a list"))
    return next((said for kind, said in kinds if isinstance(value, kind)), "an object")
