"""Owns meeting transcripts as plain text or Markdown.

Otter (`Jo Roe  0:03  `), Google Meet (`… - Transcript`, block marks every few minutes), Fathom
(`0:00 - Jo Roe (Acme)`), Teams text (`Jo Roe   0:03`) and the generic `Name  0:12`,
`[0:12] Name: text` and `Name: text`. A text is taken only when most of it fits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise

from indexer.errors import UnreadableFile
from indexer.models import RawArtifact, Reading
from indexer.readers import meet
from indexer.readers.base import Source, Sources
from indexer.readers.text import decode
from indexer.readers.transcripts import (
    Piece,
    date_in_name,
    plausible_name,
    seconds,
    segments,
    speakers,
    title_of,
    turns,
)

_CLOCK = r"\d{1,2}(?::\d\d){1,2}"
_NAME_TIME = re.compile(rf"^(\S.{{0,58}}?)(?:\s{{2,}}|\t+)({_CLOCK})\s*$")
_TIME_NAME = re.compile(rf"^({_CLOCK})\s+-\s+(\S.{{0,58}}?)\s*$")
_TIME_INLINE = re.compile(rf"^[\[(]({_CLOCK})[\])]\s*([^:]{{1,60}}):\s+(\S.*)$")
_NAME_TEXT = re.compile(r"^([^:]{1,60}):\s+(\S.*)$")
_OTTER_DATE = re.compile(r"^\w{3}, (\w{3} \d{1,2}, \d{4}) (\d{1,2}:\d\d ?[AP]M)", re.I)
_CALL_WORDS = re.compile(r"\b(?:call|calls|transcript|meeting|recording|otter|fathom)\b", re.I)
_FOOTER = re.compile(r"^(?:Transcribed by https?://otter\.ai|.* stopped transcription)$", re.I)
_TEAMS_OPENING = re.compile(r"^\d{1,2} \w+ \d{4}, \d|^\w+ \d{1,2}, \d{4}, \d|^(?:\d+[hms] ?)+$")
_ACTION = re.compile(r"^\s*ACTION ITEM: ")


class TranscriptTextReader:
    """Transcripts as text."""

    name = "Transcripts as text (Otter, Google Meet, Fathom, Teams, generic)"
    version = 1

    def recognises(self, source: Source) -> bool:
        if source.suffix not in (".txt", ".md", ".text", ".markdown", ""):
            return False
        return looks_like(decode(source.content), source.path)

    def read(self, source: Source, sources: Sources) -> Reading:
        artifacts = parse(decode(source.content), source.path)
        if not artifacts:
            raise UnreadableFile("no turns of speakers found")
        return Reading(artifacts=artifacts)


def looks_like(text: str, path: str) -> bool:
    """True if the text is a transcript by its marks or by most of its lines."""
    return meet.looks_like(text) or _shape(_lines(text), path) is not None


def parse(text: str, path: str) -> tuple[RawArtifact, ...]:
    """The artifacts of a transcript; empty if the text is none."""
    if meet.looks_like(text):
        return meet.parse(text, path)
    lines = _lines(text)
    shape = _shape(lines, path)
    if shape is None:
        return ()
    return _artifact(lines, shape, path)


def _lines(text: str) -> list[str]:
    return text.lstrip("\ufeff").replace("\u00a0", " ").splitlines()


def _shape(lines: Sequence[str], path: str) -> str | None:
    """`heads` (a line of name and time before the words), `inline`, `plain`, or None."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < 2:
        return None
    heads = [found for line in filled if (found := _head(line))]
    if heads and len(heads) * 4 >= len(filled) and _rising([at for _, at in heads]):
        return "heads"
    inline = [seconds(match[1]) for line in filled if (match := _TIME_INLINE.match(line))]
    if len(inline) * 2 >= len(filled) and _rising(inline):
        return "inline"
    names = Counter(match[1] for line in filled if (match := _NAME_TEXT.match(line)))
    fitting = sum(times for name, times in names.items() if times > 1 and plausible_name(name))
    repeated = [name for name, times in names.items() if times > 1]
    hinted = _CALL_WORDS.search(re.sub(r"[/_.-]", " ", path)) or "ranscript" in "".join(lines[:3])
    if hinted and fitting >= 6 and len(repeated) >= 2 and fitting * 10 >= len(filled) * 7:
        return "plain"
    return None


def _head(line: str) -> tuple[str, float | None] | None:
    """Name and time of a line that stands before a speaker's words."""
    if found := _NAME_TIME.match(line):
        name, at = found[1], found[2]
    elif found := _TIME_NAME.match(line):
        at, name = found[1], found[2]
    else:
        return None
    return (name, seconds(at)) if plausible_name(name) else None


def _rising(times: Sequence[float | None]) -> bool:
    """True for times of a recording: they begin near zero and grow. Wall clocks do neither."""
    known = [at for at in times if at is not None]
    falls = sum(later < earlier for earlier, later in pairwise(known))
    return bool(known) and known[0] < 1800 and falls * 10 <= len(known)


def _artifact(lines: Sequence[str], shape: str, path: str) -> tuple[RawArtifact, ...]:
    opening: list[str] = []
    if shape == "heads":
        first = next(number for number, line in enumerate(lines) if _head(line))
        opening = [line.strip() for line in lines[:first] if line.strip(" -")]
        pieces = list(_headed(lines[first:]))
    else:
        pieces = list(_inline(lines))
    title, when, rest = _opening(opening, path)
    actions = [Piece(line.strip()) for line in lines if _ACTION.match(line)]
    found = (
        *segments([Piece(line) for line in rest], when, role="summary"),
        *segments(turns(pieces), when),
        *segments(actions, when, role="summary"),
    )
    if not pieces:
        return ()
    artifact = RawArtifact(
        path=path,
        kind="call",
        system=_system(lines, path),
        title=title,
        date=when,
        participants=speakers(pieces),
        segments=found,
    )
    return (artifact,)


def _opening(lines: list[str], path: str) -> tuple[str, datetime | date | None, list[str]]:
    """Title, date and what is left of the lines before the first speaker."""
    title, when = title_of(path), date_in_name(path)
    rest: list[str] = []
    for number, line in enumerate(lines):
        dated = _OTTER_DATE.match(line)
        if dated:
            # Otter gives the local time without its zone.
            stamp = f"{dated[1]} {dated[2].replace(' ', '').upper()}"
            try:
                when = datetime.strptime(stamp, "%b %d, %Y %I:%M%p")
            except ValueError:
                rest.append(line)
        elif number == 0:
            title = line.lstrip("# ").strip() or title
            when = when or date_in_name(title)
        elif _TEAMS_OPENING.match(line):
            # Its date is in the reader's own zone and language; the title's stamp is surer.
            continue
        elif "VIEW RECORDING" not in line and "started transcription" not in line:
            rest.append(line)
    return title, when, rest


def _headed(lines: Sequence[str]) -> Iterator[Piece]:
    """Paragraphs under their `Name  0:12` lines."""
    name, at = "", None
    for number, line in enumerate(lines):
        head = _head(line)
        if head:
            name, at = head
        elif line.strip() and not _FOOTER.match(line.strip()) and not _ACTION.match(line):
            following = (found[1] for later in lines[number + 1 :] if (found := _head(later)))
            yield Piece(re.sub(r"\s+", " ", line).strip(), at, next(following, None), name)


def _inline(lines: Sequence[str]) -> Iterator[Piece]:
    """`[0:12] Name: text` or `Name: text`; other lines go on with the turn."""
    names = Counter(found[1] for line in lines if (found := _NAME_TEXT.match(line)))
    name: str | None = None
    at: float | None = None
    for line in (re.sub(r"\s+", " ", line).strip() for line in lines):
        if not line or _FOOTER.match(line) or _ACTION.match(line):
            continue
        if found := _TIME_INLINE.match(line):
            at, name = seconds(found[1]), found[2].strip()
            yield Piece(found[3], at, None, name)
        elif (plain := _NAME_TEXT.match(line)) and names[plain[1]] > 1 and plausible_name(plain[1]):
            name = plain[1].strip("* ")
            yield Piece(plain[2], None, None, name)
        else:
            yield Piece(line, at, None, name)


def _system(lines: Sequence[str], path: str) -> str:
    joined = "\n".join((*lines[:5], *lines[-3:])).lower()
    if "otter" in path.lower() or "otter.ai" in joined:
        return "otter"
    if "fathom" in joined or "view recording" in joined:
        return "fathom"
    if "started transcription" in joined or "stopped transcription" in joined:
        return "teams"
    return "transcript"


reader = TranscriptTextReader()
