"""Owns caption files: WebVTT (Zoom, Teams, plain), SRT and SBV.

Formats: W3C WebVTT; Zoom writes the speaker as `Name: ` prefix, Teams as `<v Name>` tags with cue
ids `guid/utterance-part`. Own tolerant reader, because a broken cue must be counted, not lost.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from indexer.errors import UnreadableFile
from indexer.models import NotRead, RawArtifact, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.text import decode
from indexer.readers.transcripts import (
    Piece,
    date_in_name,
    day,
    formal_name,
    plausible_name,
    seconds,
    segments,
    speakers,
    title_of,
    turns,
)

_SBV_TIME = re.compile(r"^(\d+:\d\d:\d\d\.\d+),(\d+:\d\d:\d\d\.\d+)$")
_UTTERANCE = re.compile(r"^(.*/\d+)-\d+$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(
    r"</?(?:c|i|b|u|v|ruby|rt|lang)(?:[.\s][^>]*)?>|<[\d:.]+>|</?font[^>]*>|\{\\an\d\}"
)
_PREFIX = re.compile(r"^([^:]{1,60}): +(?=\S)|^([^:]{1,60}):$")
_NUMBERED = re.compile(r"Speaker \d{1,3}|Unknown Speaker")
"""What Fireflies and Otter call someone whom they don't know; it may speak once only."""


@dataclass(frozen=True)
class _Cue:
    id: str
    start: float
    end: float | None
    lines: tuple[str, ...]


class CaptionReader:
    """Zoom, Teams and plain captions."""

    name = "Captions (WebVTT of Zoom and Teams, SRT, SBV)"
    version = 2

    def recognises(self, source: Source) -> bool:
        if source.suffix in (".vtt", ".srt", ".sbv"):
            return True
        head = source.content[:400].lstrip(b"\xef\xbb\xbf").lstrip()
        return head.startswith(b"WEBVTT") or bool(
            re.match(rb"\d+\r?\n\d\d:\d\d:\d\d,\d{3} -->", head)
        )

    def read(self, source: Source, sources: Sources) -> Reading:
        text = decode(source.content).lstrip("\ufeff")
        if not text.strip():
            raise UnreadableFile("empty file")
        cues, broken = _cues(text.splitlines())
        if not cues:
            raise UnreadableFile("no cue with readable times")
        pieces = list(_pieces(cues))
        when = date_in_name(source.path)
        artifact = RawArtifact(
            path=source.path,
            kind="call",
            system=_system(source, text),
            title=_title(source, when),
            date=when,
            participants=speakers(pieces),
            segments=segments(turns(pieces), when),
        )
        if broken:
            noun = "cue" if broken == 1 else "cues"
            verb = "was" if broken == 1 else "were"
            why = f"{broken} {noun} without readable times {verb} skipped"
            return Reading(artifacts=(artifact,), not_read=(NotRead(path=source.path, why=why),))
        return Reading(artifacts=(artifact,))


def _title(source: Source, when: datetime | date | None) -> str:
    """The file's name, or what Zoom's `GMT…_Recording` means."""
    if re.match(r"gmt\d{8}-\d{6}_recording", source.name):
        return f"Zoom call, {day(when)}"
    return title_of(source.path)


def _system(source: Source, text: str) -> str:
    if re.search(r"gmt\d{8}-\d{6}|zoom", source.name):
        return "zoom"
    if _VOICE.search(text):
        return "teams"
    for tool in ("otter", "fireflies", "teams"):
        if tool in source.name:
            return tool
    return "captions"


def _times(line: str) -> tuple[float, float | None] | None:
    """Start and end of a timing line; None if the times can't be read."""
    sbv = _SBV_TIME.match(line.strip())
    left, right = sbv.groups() if sbv else [*line.split("-->"), ""][:2]
    start = seconds(left.strip())
    end = seconds((right.split() or [""])[0])
    if start is None or ":" not in left or end is None:
        return None
    return start, end if end >= start else None


def _is_timing(line: str) -> bool:
    return "-->" in line or bool(_SBV_TIME.match(line.strip()))


def _cues(lines: Sequence[str]) -> tuple[list[_Cue], int]:
    """All readable cues, and how many were not readable."""
    cues: list[_Cue] = []
    broken = 0
    for block in _blocks(lines):
        if block[0].lstrip("\ufeff").split(" ")[0] in ("WEBVTT", "NOTE", "STYLE", "REGION"):
            continue
        at = next((i for i, line in enumerate(block) if _is_timing(line)), None)
        if at is None:
            # A lone number or header line (Kind:, Language:) is no lost cue.
            broken += len(block) > 1 and block[0].strip().isdigit()
            continue
        times = _times(block[at])
        if times is None:
            broken += 1
        elif block[at + 1 :]:
            name = block[at - 1].strip() if at else ""
            cues.append(_Cue(name, times[0], times[1], tuple(block[at + 1 :])))
    return cues, broken


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Groups of lines between blank lines; a timing line inside a block starts another one."""
    block: list[str] = []
    for line in lines:
        if not line.strip():
            if block:
                yield block
            block = []
            continue
        if _is_timing(line) and any(_is_timing(other) for other in block):
            numbered = block[-1].strip().isdigit() and not _is_timing(block[-1])
            carried = [block.pop()] if numbered else []
            yield block
            block = carried
        block.append(line)
    if block:
        yield block


def _pieces(cues: Sequence[_Cue]) -> Iterator[Piece]:
    """Cues as pieces with speakers: voice tags, else prefixes."""
    if any(_VOICE.search("\n".join(cue.lines)) for cue in cues):
        yield from _voiced(cues)
        return
    names = _prefix_names(cues)
    speaker: str | None = None
    for cue in cues:
        text: list[str] = []
        for line in map(_clean, cue.lines):
            found = _PREFIX.match(line)
            name = (found[1] or found[2]).strip() if found else None
            if found and name in names:
                if text:
                    yield Piece(" ".join(text), cue.start, cue.end, speaker)
                    text = []
                speaker, line = name, line[found.end() :]
            text.append(line)
        yield Piece(" ".join(part for part in text if part), cue.start, cue.end, speaker)


def _prefix_names(cues: Sequence[_Cue]) -> set[str]:
    found = Counter(
        (match[1] or match[2]).strip()
        for cue in cues
        for line in map(_clean, cue.lines)
        if (match := _PREFIX.match(line))
    )
    return {
        name
        for name, times in found.items()
        if _NUMBERED.fullmatch(name)
        or (plausible_name(name) and (formal_name(name) or (times > 1 and name[0].isupper())))
    }


def _clean(text: str) -> str:
    plain = html.unescape(_TAG.sub("", text)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", plain).strip()


def _voiced(cues: Sequence[_Cue]) -> Iterator[Piece]:
    """Pieces of cues with voice tags; the parts of one Teams utterance come together."""
    groups: dict[str, list[Piece]] = {}
    for number, cue in enumerate(cues):
        utterance = _UTTERANCE.match(cue.id)
        groups.setdefault(utterance[1] if utterance else f"#{number}", []).extend(_split(cue))
    for pieces in groups.values():
        known = next((piece.speaker for piece in pieces if piece.speaker), None)
        for piece in pieces:
            yield replace(piece, speaker=piece.speaker or known)


def _split(cue: _Cue) -> Iterator[Piece]:
    parts = _VOICE.split("\n".join(cue.lines))
    if _clean(parts[0]):
        yield Piece(_clean(parts[0]), cue.start, cue.end)
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        if _clean(text):
            yield Piece(_clean(text), cue.start, cue.end, _clean(name) or None)


reader = CaptionReader()
