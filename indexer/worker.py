"""The child process that parses untrusted files: `python -P -m indexer.worker ROOT`, settings on stdin.

Writes one JSON object a line: `start`, `reading`, `duplicate`, `not_read`, at last `done`. It holds
no secrets, opens no network and runs under memory and output limits; if it dies, the parent knows on
which file and starts another that leaves it out.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Reader, Source, SourceMap
from indexer.readers.fields import FieldMap
from indexer.readers.text import storable
from indexer.walk import walk_deal

MEMORY_BYTES = 2 << 30
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".heic", ".webp", ".tif", ".tiff", ".bmp", ".svg")
_MEDIA = (".mp3", ".mp4", ".m4a", ".wav", ".mov", ".webm")
_POINTERS = (".gdoc", ".gsheet", ".gslides", ".url", ".webloc", ".lnk")


def why_unknown(source: Source) -> str:
    """Why a file that no reader recognises was not read."""
    if not source.content.strip():
        return "empty file"
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


def say_not_read(path: str, why: str) -> None:
    say(not_read=NotRead(path=path, why=why).model_dump())


def fault(error: Exception, what: str = "the reader failed") -> str:
    """Why a file was not read, in words, for the exception that ended its reading."""
    if isinstance(error, UnreadableFile):
        return str(error)
    if isinstance(error, MemoryError):
        return "needs more memory than a reader may use"
    return f"{what} ({type(error).__name__}: {error})"


def with_attachments(files: dict[str, bytes], skip: Collection[str] = ()) -> dict[str, bytes]:
    """The files and, recursively, what is attached to mails among them."""
    from indexer.readers.mail import attachments, reader

    found = dict(files)
    pending = [Source(p, c) for p, c in files.items()]
    while pending:
        source = pending.pop()
        say(start=source.path)
        try:
            if not reader.recognises(source) or source.path.count("!/") > 4:
                continue
            inside = attachments(source)
        except Exception as error:  # as in `read_one`; the mail itself is still read
            say_not_read(source.path, fault(error, "its attachments could not be taken out"))
            continue
        for inner in inside:
            if inner.path not in found and storable(inner.path) not in skip:
                found[inner.path] = inner.content
                pending.append(inner)
    return found


def read_one(source: Source, sources: SourceMap, readers: tuple[Reader, ...]) -> None:
    """Read one source and say what came out."""
    try:
        reader = reader_for(source, readers)
        if reader is None:
            say_not_read(source.path, why_unknown(source))
        else:
            say(reading=reader.read(source, sources).model_dump(), path=source.path)
    except Exception as error:  # a hostile file must never end a run; its fault is reported by name
        say_not_read(source.path, fault(error))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    root = Path(sys.argv[1])
    wanted = json.loads(sys.stdin.readline())
    walk = walk_deal(root, wanted["exclude"])
    for failure in walk.not_read:
        say(not_read=failure.model_dump())
    skip = frozenset(wanted["skip"])
    readers = load_readers()
    files = {path: c for path, c in walk.files.items() if storable(path) not in skip}
    maps = {name: FieldMap.model_validate(held) for name, held in wanted["maps"].items()}
    sources = SourceMap(with_attachments(files, skip), wanted["read_private"], maps)
    seen: dict[str, str] = {}
    for path in sorted(sources.files, key=lambda p: p.encode("utf-8", "surrogatepass")):
        content = sources.files[path]
        digest = hashlib.sha256(content).hexdigest()
        if len(content) > 64 and digest in seen:
            say(duplicate=[path, seen[digest]])
            continue
        seen[digest] = path
        say(start=path)
        read_one(Source(path, content), sources, readers)
    say(done=True)


if __name__ == "__main__":
    main()
