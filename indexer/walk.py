"""Finds the files of a deal: a folder or a ZIP, containers opened in memory.

Knows nothing about formats. No path inside an archive is ever written to disk; declared sizes are
not believed: bytes are counted while they are unpacked.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import InputError
from indexer.manifest import FILES, path_matches
from indexer.models import NotRead

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_MEMBERS = 5000
MAX_DEPTH = 3
_NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", ".git/")
_OFFICE = (".docx", ".xlsx", ".pptx")


@dataclass
class Walk:
    """What was found: bytes by path, and what could not be opened."""

    files: dict[str, bytes] = field(default_factory=dict)
    not_read: list[NotRead] = field(default_factory=list)
    exclude: tuple[str, ...] = ()
    excluded: list[str] = field(default_factory=list)
    """Paths that the patterns of deal.yaml leave out."""

    def leaves_out(self, path: str) -> bool:
        """True for a path that is excluded, which is noted."""
        if not any(path_matches(path, p) for p in self.exclude):
            return False
        self.excluded.append(path)
        return True


def _is_noise(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return any(mark in path for mark in _NOISE) or name.startswith("._") or name in FILES


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: int) -> bytes:
    """The member's bytes; ValueError when more than `budget` come out."""
    out = io.BytesIO()
    with archive.open(info) as stream:
        while block := stream.read(1 << 20):
            out.write(block)
            if out.tell() > budget:
                raise ValueError("unpacks to more than the limit")
    return out.getvalue()


def _open_zip(path: str, content: bytes, walk: Walk, depth: int) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        walk.not_read.append(NotRead(path=path, why="damaged ZIP: it can't be opened"))
        return
    members = [i for i in archive.infolist() if not i.is_dir()]
    if len(members) > MAX_MEMBERS:
        walk.not_read.append(NotRead(path=path, why=f"more than {MAX_MEMBERS} members"))
        return
    budget = MAX_UNPACKED_BYTES
    for info in sorted(members, key=lambda i: i.filename):
        inner = f"{path}!/{info.filename.lstrip('/')}"
        if _is_noise(inner) or walk.leaves_out(inner.removeprefix("!/")):
            continue
        try:
            data = _read_member(archive, info, budget)
        except (ValueError, RuntimeError, zipfile.BadZipFile, EOFError, OSError) as error:
            why = "password protected" if "password" in str(error) else str(error)
            walk.not_read.append(NotRead(path=inner, why=why))
            continue
        budget -= len(data)
        _add(inner, data, walk, depth + 1)


def _add(path: str, content: bytes, walk: Walk, depth: int) -> None:
    is_zip = content[:4] == b"PK\x03\x04" and not path.lower().endswith(_OFFICE)
    if is_zip and path.lower().endswith(".zip"):
        if depth >= MAX_DEPTH:
            walk.not_read.append(NotRead(path=path, why=f"ZIPs nested deeper than {MAX_DEPTH}"))
            return
        _open_zip(path, content, walk, depth)
        return
    walk.files[path] = content


def _paths(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*"), key=lambda p: p.as_posix().encode()):
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            continue
        if path.is_file():
            yield path


def walk_deal(root: Path, exclude: Iterable[str] = ()) -> Walk:
    """All files of the deal at `root` (a folder or a ZIP), keyed by path.

    Raises InputError if `root` is not there or is neither.
    """
    walk = Walk(exclude=tuple(exclude))
    if root.is_file() and zipfile.is_zipfile(root):
        _open_zip("", root.read_bytes(), walk, 0)
        walk.files = {p.removeprefix("!/"): b for p, b in walk.files.items()}
        return walk
    if not root.is_dir():
        raise InputError(
            f"{root} is neither a folder nor a ZIP. Give the folder that holds the deal's files."
        )
    for file in _paths(root):
        path = unicodedata.normalize("NFC", file.relative_to(root).as_posix())
        if _is_noise(path) or walk.leaves_out(path):
            continue
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                walk.not_read.append(NotRead(path=path, why="larger than 200 MB"))
                continue
            _add(path, file.read_bytes(), walk, 0)
        except OSError as error:
            walk.not_read.append(NotRead(path=path, why=f"can't be opened: {error.strerror}"))
    return walk
