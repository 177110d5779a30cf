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
from pathlib import Path
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, Reading
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Reader, Source, SourceMap
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
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def with_attachments(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files and, recursively, what is attached to mails among them."""
    from indexer.readers.mail import attachments, reader

    found = dict(files)
    pending = [Source(p, c) for p, c in files.items()]
    while pending:
        source = pending.pop()
        if not reader.recognises(source) or source.path.count("!/") > 4:
            continue
        for inner in attachments(source):
            if inner.path not in found:
                found[inner.path] = inner.content
                pending.append(inner)
    return found


def read_one(source: Source, sources: SourceMap, readers: tuple[Reader, ...]) -> None:
    """Read one source and say what came out."""
    reader = reader_for(source, readers)
    if reader is None:
        say(not_read=NotRead(path=source.path, why=why_unknown(source)).model_dump())
        return
    try:
        reading = reader.read(source, sources)
    except UnreadableFile as error:
        say(not_read=NotRead(path=source.path, why=str(error)).model_dump())
        return
    except MemoryError:
        say(
            not_read=NotRead(
                path=source.path, why="needs more memory than a reader may use"
            ).model_dump()
        )
        return
    except Exception as error:  # a hostile file must never end a run; its fault is reported by name
        reading = Reading(
            not_read=(
                NotRead(
                    path=source.path, why=f"the reader failed ({type(error).__name__}: {error})"
                ),
            )
        )
    say(reading=reading.model_dump(mode="json"), path=source.path)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    root = Path(sys.argv[1])
    wanted = json.loads(sys.stdin.readline())
    walk = walk_deal(root, wanted["exclude"])
    for failure in walk.not_read:
        say(not_read=failure.model_dump())
    skip = set(wanted["skip"])
    readers = load_readers()
    say(start="attachments")
    files = with_attachments({p: c for p, c in walk.files.items() if p not in skip})
    sources = SourceMap({p: c for p, c in files.items() if p not in skip})
    seen: dict[str, str] = {}
    for path in sorted(sources.files, key=lambda p: p.encode()):
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
