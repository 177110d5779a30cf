"""Finds the files of a deal on disk by name and size, and opens them: regular files only.

Follows no link, opens no pipe or device, and reports each with its reason. What is inside a file is
not looked at here: `indexer/unfold.py` does that, in the child process.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from indexer.errors import InputError, UnreadableFile
from indexer.manifest import FILES, path_matches
from indexer.models import NotRead

MAX_FILE_BYTES = 200 << 20
MAX_FILES = 20_000
_NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", ".git/")
_NOISE_NAMES = ("._", "~$", ".~lock.")
"""How names of other programs' lock files and shadows begin."""
_SPECIAL = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


@dataclass
class Walk:
    """What was found: where each file lies, by the path it is shown under, and what is not read.

    A ZIP given as the deal itself is shown under the empty path, since its members are the deal.
    """

    files: dict[str, Path] = field(default_factory=dict)
    not_read: list[NotRead] = field(default_factory=list)
    exclude: Exclude = field(default_factory=lambda: Exclude(()))


@dataclass
class Exclude:
    """The team's patterns of paths that are not read, and which of them have met a path."""

    patterns: Sequence[str]
    met: set[str] = field(default_factory=set)

    def leaves_out(self, path: str) -> bool:
        """True for what programs leave behind and for what a pattern excludes."""
        name = path.rsplit("/", 1)[-1]
        if any(mark in path for mark in _NOISE) or name.startswith(_NOISE_NAMES) or name in FILES:
            return True
        meeting = {pattern for pattern in self.patterns if path_matches(path, pattern)}
        self.met |= meeting
        return bool(meeting)


def shown(name: str) -> str:
    """A name as it is shown: NFC, bytes that are no UTF-8 as `\\xe9`."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "backslashreplace"))


def distinct(path: str, taken: Collection[str]) -> str:
    """`path`, or `path~2`, `path~3` before its suffix: the first that is not taken yet."""
    stem, dot, suffix = path.rpartition(".")
    if not dot or "/" in suffix:
        stem, dot, suffix = path, "", ""
    count, found = 1, path
    while found in taken:
        count += 1
        found = f"{stem}~{count}{dot}{suffix}"
    return found


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading. Raises `UnreadableFile` for anything else."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"can't be opened: {_in_words(error)}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnreadableFile("not a file")
    return os.fdopen(handle, "rb")


def read_regular(path: Path) -> bytes:
    """The file's bytes, whole. Raises `UnreadableFile`, also if it changes meanwhile."""
    with open_regular(path) as stream:
        before = os.fstat(stream.fileno())
        try:
            content = stream.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise UnreadableFile(f"can't be read: {_in_words(error)}") from error
        after = os.fstat(stream.fileno())
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFile(_TOO_LARGE)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or len(content) != after.st_size:
        raise UnreadableFile("changed while it was read; index again when it is complete")
    return content


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file's content; of nothing if it can't be read, which the reading reports."""
    digest = hashlib.sha256()
    try:
        with open_regular(path) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except (UnreadableFile, OSError):
        return b"unreadable"
    return digest.digest()


_TOO_LARGE = f"larger than {MAX_FILE_BYTES >> 20} MB; split it"


def _in_words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _entries(root: Path, home: Path | None, walk: Walk) -> Iterator[os.DirEntry[str]]:
    """Every entry below `root` that is no folder; Baton's own home is passed by."""
    pending = [str(root)]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            path = shown(os.path.relpath(folder, root))
            why = f"the folder can't be opened: {_in_words(error)}"
            walk.not_read.append(NotRead(path=path, why=why))
            continue
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield entry
            elif home is None or Path(entry.path) != home:
                pending.append(entry.path)


def _why_no_file(entry: os.DirEntry[str], root: Path) -> str:
    """Why the entry is not opened; empty for a regular file of a fair size."""
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if not os.path.exists(target):
            return "a link that leads nowhere"
        if Path(target).is_relative_to(root):
            return "a link; what it leads to is read in its own place"
        return "a link that leads out of the deal's folder; copy what it leads to into the folder"
    found = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):
        kind = next((word for test, word in _SPECIAL if test(found.st_mode)), "something else")
        return f"{kind}, not a file"
    return _TOO_LARGE if found.st_size > MAX_FILE_BYTES else ""


def _walk_folder(root: Path, exclude: Exclude, home: Path | None) -> Walk:
    walk = Walk(exclude=exclude)
    entries = sorted(_entries(root, home, walk), key=lambda entry: os.fsencode(entry.path))
    seen: set[str] = set()
    for entry in entries:
        path = shown(os.path.relpath(entry.path, root))
        if exclude.leaves_out(path):
            continue
        path = distinct(path, seen)
        seen.add(path)
        try:
            why = _why_no_file(entry, root)
        except OSError as error:
            why = f"can't be opened: {_in_words(error)}"
        if not why and len(walk.files) >= MAX_FILES:
            why = f"the folder holds more than {MAX_FILES:,} files; index it in parts"
        if why:
            walk.not_read.append(NotRead(path=path, why=why))
        else:
            walk.files[path] = Path(entry.path)
    return walk


def walk_deal(root: Path, exclude: Iterable[str] = (), home: Path | None = None) -> Walk:
    """All files of the deal at `root` (a folder or a ZIP), by the path they are shown under.

    Raises InputError if `root` is not there or is neither.
    """
    real, excluded = root.resolve(), Exclude(tuple(exclude))
    if real.is_dir():
        return _walk_folder(real, excluded, home.resolve() if home else None)
    if real.is_file():
        with open_regular(real) as stream:
            if stream.read(2) == b"PK":
                return Walk(files={"": real}, exclude=excluded)
    raise InputError(
        f"{root} is neither a folder nor a ZIP. Give the folder that holds the deal's files."
    )
