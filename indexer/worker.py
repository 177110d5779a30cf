"""The child process that parses untrusted files: `python -P -m indexer.worker`, what to read on stdin.

Writes one JSON object a line: `start` with a path before each file; `not_read` for what could not be
opened, `gone` if that was all of it; `met` with the patterns of deal.yaml that excluded something inside a container; for each file read once `path` with its `reading`, `duplicate` or `not_read`; at last `done`.
It holds no secrets, and gives up what it doesn't need before it opens a file (`indexer/confine.py`). If
it dies, the parent knows on which file.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from indexer.confine import STARVED, allow_time, confine
from indexer.errors import UnreadableFile
from indexer.likely import strong_suffix, text_suffix
from indexer.models import NotRead, Reading
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Reader, Source, SourceMap, Sources
from indexer.readers.fields import FieldMap
from indexer.readers.text import storable
from indexer.unfold import Contents, Listener, Unfolding
from indexer.walk import Exclude

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".heic", ".webp", ".tif", ".tiff", ".bmp", ".svg")
_MEDIA = (".mp3", ".mp4", ".m4a", ".wav", ".mov", ".webm")
_POINTERS = (".gdoc", ".gsheet", ".gslides", ".url", ".webloc", ".lnk")


_NOT_PLAIN = (".pdf", ".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt", ".msg", ".zip", ".rtf", ".ics",
              ".vtt", ".srt", ".sbv", ".json")  # fmt: skip
"""Suffixes of formats that plain text may stand under by mistake."""
MAX_SEGMENTS = 100_000
MAX_SEGMENT_CHARS = 20_000


def why_unknown(source: Source) -> str:
    """Why a file that no reader recognises was not read."""
    if not source.content.strip():
        return "empty file"
    if not source.content.strip(b"\0"):
        return "nothing but zero bytes"
    if source.suffix in _PICTURES:
        return "a picture: no text can be read from it"
    if source.suffix in _MEDIA:
        return "a recording: add its transcript"
    if source.suffix in _POINTERS:
        return "a link without content: export the document itself"
    return f"no reader for this kind of file ({source.suffix or 'no suffix'})"


def say(**line: Any) -> None:
    """Write one line; a half character that a reader let through is no reason to lose a file."""
    text = json.dumps(line, ensure_ascii=False, default=lambda value: value.isoformat())
    sys.stdout.buffer.write(storable(text).encode() + b"\n")
    sys.stdout.buffer.flush()


def fault(error: Exception) -> str:
    """Why a file was not read, in words, for the exception that ended its reading."""
    if isinstance(error, UnreadableFile):
        return str(error)
    if isinstance(error, RecursionError):
        return "its parts are nested too deep"
    return f"the reader failed ({type(error).__name__}: {error})"


def not_read(path: str, error: Exception) -> dict[str, Any]:
    """The line's part that reports one file."""
    return NotRead(path=storable(path), why=fault(error)).model_dump()


def read_by_content(source: Source, sources: Sources, readers: tuple[Reader, ...]) -> Reading:
    """Read one source, by its content where its name says something else."""
    if source.suffix in _POINTERS:
        raise UnreadableFile(why_unknown(source))
    signed = strong_suffix(source.content, source.suffix)
    tried = replace(source, taken_as=signed) if signed else source
    reader = reader_for(tried, readers)
    if reader is None and signed:
        tried, reader = source, reader_for(source, readers)
    try:
        if reader is None:
            raise UnreadableFile(why_unknown(source))
        return reader.read(tried, sources)
    except UnreadableFile:
        if signed or source.suffix not in _NOT_PLAIN or strong_suffix(source.content, ""):
            raise
        suffix = text_suffix(source.content)
        plain = replace(source, taken_as=suffix)
        reader = reader_for(plain, readers) if suffix else None
        if reader is None:
            raise
        return reader.read(plain, sources)


def citable(reading: Reading) -> Reading:
    """The reading with every segment short enough to be looked at: a line of ten megabytes is cut at
    white space into pieces, each at the line's place."""
    if not any(len(s.text) > MAX_SEGMENT_CHARS for a in reading.artifacts for s in a.segments):
        return reading
    artifacts = tuple(
        artifact.model_copy(update={
            "segments": tuple(
                segment.model_copy(update={"text": text, "joiner_before": "\n" if n else segment.joiner_before})
                for segment in artifact.segments
                for n, text in enumerate(_pieces(segment.text))
            )
        })
        for artifact in reading.artifacts
    )  # fmt: skip
    return reading.model_copy(update={"artifacts": artifacts})


def _pieces(text: str) -> list[str]:
    if len(text) <= MAX_SEGMENT_CHARS:
        return [text]
    pieces, start = [], 0
    while start < len(text):
        end = start + MAX_SEGMENT_CHARS
        if end < len(text):
            space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = space if space > start else end
        if piece := text[start:end].strip():
            pieces.append(piece)
        start = end
    return pieces


def read_one(source: Source, sources: Sources, readers: tuple[Reader, ...]) -> None:
    """Read one source and say what came out. Lets MemoryError pass."""
    try:
        read = read_by_content(source, sources, readers)
        if sum(len(artifact.segments) for artifact in read.artifacts) > MAX_SEGMENTS:
            raise UnreadableFile(f"holds more than {MAX_SEGMENTS:,} lines or rows; split it")
        reading = citable(read).model_dump()
        say(path=source.path, reading=reading)
    except MemoryError:
        raise
    except Exception as error:  # a hostile file must never end a run; its fault is reported by name
        say(path=source.path, not_read=not_read(source.path, error))


@dataclass(frozen=True)
class Wanted:
    """What the parent asks for."""

    files: dict[str, str]
    """Where each file of the folder lies, by the path it is shown under."""
    exclude: list[str]
    read_private: bool
    maps: dict[str, Any]
    """What each CRM calls our terms: dumped `FieldMap`s by system."""
    skip: list[str]
    """Paths that ended a child before: not to be opened."""
    finished: list[str]
    """Paths that an earlier child has read: neighbours may need them still."""
    first: str
    """The path to begin with, if any."""


def _opened(wanted: Wanted) -> Contents:
    """Everything there is to read, containers opened."""

    def opening(path: str) -> None:
        allow_time()
        say(start=path)

    def failed(path: str, error: Exception, gone: bool) -> None:
        if isinstance(error, MemoryError):
            raise error
        say(not_read=not_read(path, error), gone=[path] if gone else [])

    exclude = Exclude(wanted.exclude)
    unfolding = Unfolding(exclude, frozenset(wanted.skip), Listener(opening, failed))
    contents = unfolding.contents({path: Path(place) for path, place in wanted.files.items()})
    say(met=sorted(exclude.met))
    return contents


def _read_all(wanted: Wanted, contents: Contents, readers: tuple[Reader, ...]) -> None:
    maps = {system: FieldMap.model_validate(held) for system, held in wanted.maps.items()}
    sources = SourceMap(contents, wanted.read_private, maps)
    finished = frozenset(wanted.finished)
    in_order = sorted(contents, key=lambda path: path.encode())
    original: dict[str, str] = {}
    for path in in_order:
        original.setdefault(contents.digests.get(path, path), path)
    # The sort is stable: only the one that ended the last child comes before its turn.
    for path in sorted(in_order, key=lambda path: path != wanted.first):
        if path in finished:
            continue
        allow_time()
        say(start=path)
        of = original[contents.digests.get(path, path)]
        if of != path:
            say(path=path, duplicate=of)
            continue
        try:
            source = Source(path, contents.load(path))
        except UnreadableFile as error:
            say(path=path, not_read=not_read(path, error))
        else:
            read_one(source, sources, readers)


def _keep_the_pipe() -> None:
    """Keep the pipe to the parent to ourselves: what a library prints must not get into it."""
    pipe = os.dup(sys.stdout.fileno())
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
    sys.stdout = os.fdopen(pipe, "w", encoding="utf-8")


def main() -> None:
    """Read what stdin asks for."""
    wanted = Wanted(**json.loads(sys.stdin.readline()))
    _keep_the_pipe()
    readers = load_readers()
    confine()
    try:
        _read_all(wanted, _opened(wanted), readers)
    except MemoryError:
        # Not `sys.exit`: tidying up needs memory too.
        os._exit(STARVED)
    say(done=True)


if __name__ == "__main__":
    main()
