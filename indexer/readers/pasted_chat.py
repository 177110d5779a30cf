"""Owns chats pasted into a text file: who wrote which line.

Three shapes: `[5/26 1:02 PM] Jonah: text` and other stamps in brackets, `Jonah 10:32` (or
`Jonah  10:32 AM`) over the text, `Jonah: text`. Dates in them lack the year or the order of day and
month, so the stamp is kept as written and no time is made of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.readers.transcripts import plausible_name

_HOUR = r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp][Mm])?"
_STAMPED = re.compile(rf"^\[([^\]]{{0,40}}{_HOUR}[^\]]{{0,40}})\]\s*([^:]{{1,60}}):\s*(.*)$")
_DASHED = re.compile(rf"^(\d[\d/.-]+,? {_HOUR})\s+-\s+([^:]{{1,60}}):\s*(.*)$")
_HEAD = re.compile(rf"^([^\d\[:]{{1,50}}?),?\s+\[?((?:\S+ (?:at )?)?{_HOUR})\]?\s*()$")
_PLAIN = re.compile(r"^()([^:\[]{1,40}):\s+(\S.*)$")


MAX_HEAD = 150
"""Characters of a line that names who speaks next; on a longer one the pattern would try all splits."""


@dataclass(frozen=True)
class Line:
    """One message and the file's lines it covers."""

    first: int
    last: int
    speaker: str | None
    time: str
    text: str


def pasted_chat(lines: Sequence[str]) -> tuple[Line, ...]:
    """The messages if most of the text is a chat, else nothing."""
    filled = [line for line in lines if line.strip()]
    stamped = sum(bool(_stamped(line)) for line in filled)
    heads = sum(bool(_head(line)) for line in filled)
    if stamped >= 2 and stamped * 10 >= len(filled) * 6:
        return _collect(lines, None)
    if heads >= 2 and heads * 10 >= len(filled) * 3:
        return _collect(lines, None)
    names = Counter(found[2].strip() for line in filled if (found := _PLAIN.match(line)))
    people = {name for name, times in names.items() if times > 1 and _short_name(name)}
    fitting = sum(times for name, times in names.items() if name in people)
    if len(people) >= 2 and fitting >= 4 and fitting * 10 >= len(filled) * 7:
        return _collect(lines, people)
    return ()


def _short_name(name: str) -> bool:
    return plausible_name(name) and len(name.split()) <= 3


def _stamped(line: str) -> tuple[str, str, str] | None:
    found = _STAMPED.match(line) or _DASHED.match(line)
    return (found[1], found[2].strip(), found[3]) if found and plausible_name(found[2]) else None


def _head(line: str) -> tuple[str, str, str] | None:
    found = _HEAD.match(line) if len(line) <= MAX_HEAD else None
    if not found or not plausible_name(found[1]) or len(found[1].split()) > 4:
        return None
    return found[2].strip(), found[1].strip(), ""


def _message(line: str, people: set[str] | None) -> tuple[str, str, str] | None:
    if people is None:
        return _stamped(line) or _head(line)
    found = _PLAIN.match(line)
    return ("", found[2].strip(), found[3]) if found and found[2].strip() in people else None


def _collect(lines: Sequence[str], people: set[str] | None) -> tuple[Line, ...]:
    found: list[Line] = []
    for number, line in enumerate(lines, 1):
        message = _message(line, people)
        if message:
            time, speaker, text = message
            found.append(Line(number, number, speaker, time, text.strip()))
        elif line.strip() and found:
            text = f"{found[-1].text}\n{line.strip()}".strip()
            found[-1] = replace(found[-1], last=number, text=text)
        elif line.strip():
            found.append(Line(number, number, None, "", line.strip()))
    return tuple(line for line in found if line.text)
