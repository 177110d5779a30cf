"""Owns meeting transcripts as plain text or Markdown.

Otter (`Jo Roe  0:03  `), Google Meet (`… - Transcript`, block marks every few minutes), Fathom
(`0:00 - Jo Roe (Acme)`), Teams text (`Jo Roe   0:03`) and the generic `Name  0:12`,
`[0:12] Name: text` and `Name: text`. tl;dv, Fireflies and copies in Markdown write the same with
other signs: `Name (0:12): text`, `[0:12] Name`, `Name - 0:12`, bold names. A text is taken only
when most of it fits.
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

_CLOCK = r"\d{1,2}(?::\d\d){1,2}(?:[.,]\d{1,3})?"
_HEADS = (
    re.compile(rf"^(?P<name>\S.{{0,58}}?)(?:\s{{2,}}|\t+)(?P<at>{_CLOCK})\s*$"),
    re.compile(rf"^(?P<at>{_CLOCK})\s+[-|]\s+(?P<name>\S.{{0,58}}?)\s*$"),
)
_TIME_INLINE = re.compile(
    rf"^[\[(](?P<at>{_CLOCK})[\])]\s*(?P<name>[^:]{{1,60}}):\s+(?P<said>\S.*)$"
)
_RANGE_INLINE = re.compile(
    rf"^(?P<at>{_CLOCK})(?:\s*-->\s*{_CLOCK})?\s+(?P<name>[^\d\s:][^:]{{0,59}}):\s+(?P<said>\S.*)$"
)
_NAME_INLINE = re.compile(
    rf"^(?P<name>[^:\[\]()]{{1,60}}) ?[\[(](?P<at>{_CLOCK})[\])]:?\s+(?P<said>\S.*)$"
)
_LOOSE_HEADS = (
    re.compile(rf"^(?P<name>[^\d\s:][^:\[\]()]{{0,58}}?) ?[\[(](?P<at>{_CLOCK})[\])]:?\s*$"),
    re.compile(rf"^(?P<name>[^\d\s:][^:\[\]]{{0,58}}?) [-–—] (?P<at>{_CLOCK})\s*$"),
    re.compile(rf"^[\[(](?P<at>{_CLOCK})[\])]:? ?(?P<name>[^\d\s:][^:\[\]]{{0,58}}?):?\s*$"),
)
"""Headings and agendas look like these too: a name must come again."""
_BOLD_NAME = re.compile(r"^(\s*(?:[\[(][\d:]{3,8}[\])]\s*)?)\*\*([^*]{1,60})\*\*")
_NAME_TEXT = re.compile(r"^([^:]{1,60}):\s+(\S.*)$")
_OTTER_DATE = re.compile(r"^\w{3}, (\w{3} \d{1,2}, \d{4}) (\d{1,2}:\d\d ?[AP]M)", re.I)
_CALL_WORDS = re.compile(r"\b(?:call|calls|transcript|meeting|recording|otter|fathom)\b", re.I)
_FOOTER = re.compile(r"^(?:Transcribed by https?://otter\.ai|.* stopped transcription)$", re.I)
_TEAMS_OPENING = re.compile(r"^\d{1,2} \w+ \d{4}, \d|^\w+ \d{1,2}, \d{4}, \d|^(?:\d+[hms] ?)+$")
_ACTION = re.compile(r"^\s*ACTION ITEM: ")


class TranscriptTextReader:
    """Transcripts as text."""

    name = "Transcripts as text (Otter, Google Meet, Fathom, Teams, generic)"
    version = 2

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
    plain = text.lstrip("\ufeff").replace("\u00a0", " ").splitlines()
    return [_BOLD_NAME.sub(r"\1\2", line) for line in plain]


def _shape(lines: Sequence[str], path: str) -> str | None:
    """`heads` (lines of name and time before the words), `inline`, both also `loose`, `plain`, None."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < 2:
        return None
    for loose, shape in ((False, "heads"), (True, "loose heads")):
        heads = [found for line in filled if (found := _head(line, loose))]
        # What stands above the first speaker (a title, who took part) may be long.
        above = next((n for n, line in enumerate(filled) if _head(line, loose)), 0)
        fits = len(heads) * 4 >= len(filled) - above and _rising([at for _, at in heads])
        if fits and _are_people(heads, loose, _system(lines, path) != "transcript"):
            return shape
    for loose, shape in ((False, "inline"), (True, "loose inline")):
        inline = [turn for line in filled if (turn := _inline_turn(line, loose))]
        again = not loose or len({name for name, _, _ in inline}) < len(inline)
        if again and len(inline) * 2 >= len(filled) and _rising([at for _, at, _ in inline]):
            return shape
    names = Counter(match[1] for line in filled if (match := _NAME_TEXT.match(line)))
    fitting = sum(times for name, times in names.items() if times > 1 and plausible_name(name))
    repeated = [name for name, times in names.items() if times > 1]
    hinted = _CALL_WORDS.search(re.sub(r"[/_.-]", " ", path)) or "ranscript" in "".join(lines[:3])
    if hinted and fitting >= 6 and len(repeated) >= 2 and fitting * 10 >= len(filled) * 7:
        return "plain"
    return None


def _are_people(heads: Sequence[tuple[str, float | None]], loose: bool, marked: bool) -> bool:
    """False for an agenda: there no name comes again, no tool signs, and times are of the day."""
    again = len({name for name, _ in heads}) < len(heads)
    at_once = (heads[0][1] or 0) < 120
    return again or (not loose and (marked or at_once))


def _head(line: str, loose: bool = False) -> tuple[str, float | None] | None:
    """Name and time of a line that stands before a speaker's words."""
    shapes = _LOOSE_HEADS if loose else _HEADS
    found = next((found for shape in shapes if (found := shape.match(line))), None)
    if found is None or not plausible_name(found["name"]):
        return None
    return found["name"], seconds(found["at"])


def _inline_turn(line: str, loose: bool = False) -> tuple[str, float | None, str] | None:
    """Name, time and words of a line that has all three."""
    shapes = (_NAME_INLINE, _RANGE_INLINE) if loose else (_TIME_INLINE,)
    found = next((found for shape in shapes if (found := shape.match(line))), None)
    if found is None or (loose and not plausible_name(found["name"].strip())):
        return None
    return found["name"].strip(), seconds(found["at"]), found["said"]


def _rising(times: Sequence[float | None]) -> bool:
    """True for times of a recording: they begin near zero and grow. Wall clocks do neither."""
    known = [at for at in times if at is not None]
    falls = sum(later < earlier for earlier, later in pairwise(known))
    return bool(known) and known[0] < 1800 and falls * 10 <= len(known)


def _artifact(lines: Sequence[str], shape: str, path: str) -> tuple[RawArtifact, ...]:
    opening: list[str] = []
    if shape.endswith("heads"):
        loose = shape.startswith("loose")
        first = next(number for number, line in enumerate(lines) if _head(line, loose))
        opening = [line.strip() for line in lines[:first] if line.strip(" -")]
        pieces = list(_headed(lines[first:], loose))
    else:
        pieces = list(_inline(lines, shape.startswith("loose")))
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
            when = when or _teams_day(line)
        elif "VIEW RECORDING" not in line and "started transcription" not in line:
            rest.append(line)
    return title, when, rest


def _teams_day(line: str) -> date | None:
    """The day of `15 June 2026, 03:35am` or `June 15, 2026, 3:35 AM`."""
    found = re.match(r"(\d{1,2}) (\w{3,9}) (\d{4}),|(\w{3,9}) (\d{1,2}), (\d{4}),", line)
    if found is None:
        return None
    parts = (found[1] or found[5], (found[2] or found[4])[:3], found[3] or found[6])
    try:
        return datetime.strptime(" ".join(parts), "%d %b %Y").date()
    except ValueError:
        return None


def _headed(lines: Sequence[str], loose: bool) -> Iterator[Piece]:
    """Paragraphs under their `Name  0:12` lines."""
    heads = [_head(line, loose) for line in lines]
    ends: list[float | None] = [None] * len(lines)
    for number in range(len(lines) - 2, -1, -1):
        after = heads[number + 1]
        ends[number] = after[1] if after else ends[number + 1]
    name, at = "", None
    for line, head, end in zip(lines, heads, ends, strict=True):
        if head:
            name, at = head
        elif line.strip() and not _FOOTER.match(line.strip()) and not _ACTION.match(line):
            yield Piece(re.sub(r"\s+", " ", line).strip(), at, end, name)


def _inline(lines: Sequence[str], loose: bool) -> Iterator[Piece]:
    """`[0:12] Name: text` or `Name: text`; other lines go on with the turn."""
    names = Counter(found[1] for line in lines if (found := _NAME_TEXT.match(line)))
    name: str | None = None
    at: float | None = None
    for line in (re.sub(r"\s+", " ", line).strip() for line in lines):
        if not line or _FOOTER.match(line) or _ACTION.match(line):
            continue
        if turn := _inline_turn(line, loose):
            name, at, said = turn
            yield Piece(said, at, None, name)
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
    if re.search(
        r"(?:started|stopped) transcription|_\d{6}-meeting (?:transcript|recording)", joined
    ):
        return "teams"
    for tool in ("fireflies", "tldv"):
        if re.search(rf"\b{tool}\.(?:ai|io)\b", joined):
            return tool.replace("tldv", "tl;dv")
    return "transcript"


reader = TranscriptTextReader()
