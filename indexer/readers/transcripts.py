"""Owns what all transcript readers share: clocks, dates in file names, turns and their segments.

A reader turns its file into `Piece`s (a cue, a sentence, a paragraph); `turns` joins the pieces of
one speaker and cuts long turns; `segments` gives them locators. No format is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from indexer.models import MomentLocator, Participant, RawSegment, Role, Side

SOFT_WORDS = 120
"""A turn is cut at the first sentence end after this many words..."""
HARD_WORDS = 180
"""...and at the first end of a piece after this many."""
PAUSE_S = 30.0
"""So long a silence ends a turn, whoever speaks next..."""
WORDS_A_SECOND = 1.5
"""...counted from the piece's end, or where it has none from when a slow speaker would be through."""

LONGEST = 10 * 24 * 3600.0
"""No recording is longer; a greater number is no offset."""

_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]*$")
_SENTENCE_GAP = re.compile(r"(?<=[.?!…])\s+(?=[A-Z\"“'‘(\d])")
_CLOCK = re.compile(r"^(?:(?:(\d{1,4}):)?(\d{1,3}):)?(\d{1,6}(?:[.,]\d+)?)$")
_GMT_NAME = re.compile(r"GMT(\d{8})-(\d{6})", re.IGNORECASE)
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_SHORT = r"(?<!\b[A-Z])(?<!\b[DJMS]r)(?<!\bM[sx])(?<!\bSt)(?<!\bMrs)(?<!\bInc)(?<!\bLtd)(?<!\bProf)"
"""Before a dot that ends no sentence: `Craig D.`, `Dr. Batista`."""
_NOT_A_NAME = re.compile(rf"{_SHORT}\.\s|[?!;:]\s|[?!;<>{{}}=\[\]]|https?$|^\d+$")


@dataclass(frozen=True)
class Piece:
    """Words of one speaker between two times, the smallest thing the source keeps apart."""

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    topic: str | None = None
    """Pieces of different topics are never joined."""


@dataclass(frozen=True)
class Voice:
    """What is known of a speaker besides the name."""

    id: str | None = None
    side: Side | None = None


def seconds(clock: object) -> float | None:
    """Seconds of `1:02:03.4`, `02:03`, `3,5`, 3.5 or "3.5"; None if it is no time."""
    if isinstance(clock, bool) or clock is None:
        return None
    if isinstance(clock, int | float):
        return float(clock) if 0 <= clock <= LONGEST else None
    found = _CLOCK.match(str(clock).strip())
    if not found:
        return None
    hours, minutes, rest = found.groups()
    total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest.replace(",", "."))
    return total if total <= LONGEST else None


def clock(at: float | None) -> str:
    """`14:05` or `1:02:03`; empty without a time."""
    if at is None:
        return ""
    minutes, secs = divmod(int(at), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes:02d}:{secs:02d}"


def date_in_name(path: str) -> datetime | date | None:
    """The date that a file's name carries: Zoom's GMT stamp (UTC), else a plain date."""
    name = path.rsplit("/", 1)[-1]
    stamp = _GMT_NAME.search(name)
    try:
        if stamp:
            return datetime.strptime("".join(stamp.groups()), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        found = _DATE_IN_NAME.search(name)
        return date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None


def day(when: datetime | date | None) -> str:
    """`12 Mar 2026`, without a leading zero; empty without a date."""
    return f"{when.day} {when:%b %Y}" if when is not None else ""


def title_of(path: str) -> str:
    """A file's name without suffixes, as a title."""
    return path.rsplit("/", 1)[-1].rsplit("!/", 1)[-1].rsplit(".", 1)[0]


def plausible_name(text: str) -> bool:
    """True if `text` could be a speaker's name as people and bots write them."""
    return (
        0 < len(text) <= 60
        and len(text.split()) <= 7
        and not _NOT_A_NAME.search(text + " ")
        and any(letter.isalpha() for letter in text)
    )


def formal_name(text: str) -> bool:
    """True for two or more capitalised words: a name even if it occurs only once."""
    words = [word for word in re.sub(r"\([^)]*\)", "", text).split() if word[0].isalpha()]
    return plausible_name(text) and len(words) >= 2 and all(word[0].isupper() for word in words)


def sentences(piece: Piece) -> Iterator[Piece]:
    """The piece cut at sentence ends where it alone is too long for a turn.

    All parts keep the piece's own times: the source gives none for its sentences.
    """
    if len(piece.text.split()) <= HARD_WORDS:
        yield piece
        return
    for sentence in _SENTENCE_GAP.split(piece.text):
        yield replace(piece, text=sentence)


def turns(pieces: Iterable[Piece], merge: bool = True) -> Iterator[Piece]:
    """Join consecutive pieces of one speaker and topic, cutting long turns at their ends and at long pauses.

    `merge=False` keeps each piece a turn and only cuts.
    """
    for piece in pieces:
        if not merge:
            yield from _joined(list(sentences(piece)))
    if merge:
        run: list[Piece] = []
        for piece in pieces:
            if run and (_changes(run[-1], piece) or _pauses(run[-1], piece)):
                yield from _joined(run)
                run = []
            run.extend(sentences(piece))
        yield from _joined(run)


def _changes(before: Piece, piece: Piece) -> bool:
    return (piece.speaker, piece.topic) != (before.speaker, before.topic)


def _pauses(before: Piece, piece: Piece) -> bool:
    """True if nobody is heard for long between two pieces: what comes after has a time of its own to be cited by."""
    if before.start is None or piece.start is None:
        return False
    spoken = before.start + len(before.text.split()) / WORDS_A_SECOND
    return piece.start - max(spoken, before.end or 0.0) > PAUSE_S


def _joined(run: Sequence[Piece]) -> Iterator[Piece]:
    part: list[Piece] = []
    words = 0
    for piece in run:
        part.append(piece)
        words += len(piece.text.split())
        if words >= HARD_WORDS or (words >= SOFT_WORDS and _SENTENCE_END.search(piece.text)):
            yield _one(part)
            part, words = [], 0
    if part:
        yield _one(part)


def _one(part: Sequence[Piece]) -> Piece:
    text = " ".join(piece.text.strip() for piece in part if piece.text.strip())
    return replace(part[0], text=text, end=part[-1].end)


def moment(piece: Piece, when: datetime | date | None, what: str = "call") -> MomentLocator:
    """Locator of a piece with a label such as `12 Mar 2026 call, 14:05, Jo Roe`."""
    head = f"{day(when)} {what}".strip()
    label = ", ".join(part for part in (head, clock(piece.start), piece.speaker) if part)
    return MomentLocator(seconds=piece.start, end=piece.end, speaker=piece.speaker, label=label)


def segments(
    parts: Iterable[Piece],
    when: datetime | date | None,
    voices: dict[str, Voice] | None = None,
    role: Role = "body",
) -> tuple[RawSegment, ...]:
    """Segments of turns; empty ones are left out."""
    found = []
    for part in parts:
        if not part.text.strip():
            continue
        voice = (voices or {}).get(part.speaker or "", Voice())
        found.append(
            RawSegment(
                text=part.text,
                locator=moment(part, when),
                speaker=part.speaker,
                speaker_id=voice.id,
                side=voice.side,
                at=_instant(when, part.start),
                role=role,
            )
        )
    return tuple(found)


def _instant(when: datetime | date | None, offset: float | None) -> datetime | date | None:
    if isinstance(when, datetime) and offset is not None:
        try:
            return when + timedelta(seconds=offset)
        except OverflowError:
            return when
    return when


def speakers(pieces: Iterable[Piece]) -> tuple[Participant, ...]:
    """Everyone who speaks, in order of first words."""
    names = dict.fromkeys(piece.speaker for piece in pieces if piece.speaker)
    return tuple(Participant(name=name, role="speaker") for name in names)
