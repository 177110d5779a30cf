"""Opens containers: ZIPs, gzip, and mails with attachments. Runs in the child process only.

No member is ever written to disk, whatever its name. Declared sizes are not believed: bytes are
counted while they are unpacked. Contents are read again whenever they are asked for, so a deal may be
larger than the memory.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import stat
import unicodedata
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from indexer.errors import UnreadableFile
from indexer.readers.base import Source
from indexer.readers.mail import attachments
from indexer.readers.mail import reader as mail_reader
from indexer.readers.office import DAMAGED
from indexer.readers.text import storable
from indexer.walk import MAX_FILE_BYTES, Exclude, distinct, read_regular

MAX_UNPACKED_BYTES = 500 << 20
MAX_MEMBERS = 20_000
MAX_DEPTH = 4
"""Containers in containers; a mail of a mailbox counts as one."""
CACHE_BYTES = 48 << 20
COPY_FROM = 64
"""Bytes; shorter files may be equal without being copies."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_PACKAGE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")
"""Members that tell a document in ZIP form (Office, OpenDocument, EPUB) from a ZIP of files."""

_TOO_MUCH = f"unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB in all; the rest was left out"

Load = Callable[[], bytes]
Kept = TypeVar("Kept")


@dataclass
class _Cache(Generic[Kept]):
    """The values used last, up to CACHE_BYTES of them but always the newest."""

    kept: OrderedDict[str, tuple[Kept, int]] = field(default_factory=OrderedDict)

    def value(self, key: str, make: Callable[[], Kept], size: Callable[[Kept], int]) -> Kept:
        """The value of `key`, made if it isn't kept."""
        if key not in self.kept:
            made = make()
            self.kept[key] = made, size(made)
            while len(self.kept) > 1 and sum(s for _, s in self.kept.values()) > CACHE_BYTES:
                self.kept.popitem(last=False)
        self.kept.move_to_end(key)
        return self.kept[key][0]


class Contents(Mapping[str, bytes]):
    """The bytes of every file of the deal, those in containers too, read when they are asked for."""

    def __init__(self) -> None:
        self._loads: dict[str, Load] = {}
        self._cache: _Cache[bytes] = _Cache()
        self.digests: dict[str, str] = {}
        """SHA-256 by path, of the files that are long enough for a copy to be no accident."""

    def add(self, path: str, load: Load, content: bytes) -> None:
        """Add the file at `path`, whose bytes `load` gives and are now `content`."""
        self._loads[path] = load
        if len(content) > COPY_FROM:
            self.digests[path] = hashlib.sha256(content).hexdigest()

    def load(self, path: str) -> bytes:
        """The file's bytes. Raises whatever reading it raises."""
        return self._cache.value(path, self._loads[path], len)

    def __getitem__(self, path: str) -> bytes:
        """The file's bytes, for its neighbours: a file that can't be had is none to them."""
        if path not in self._loads:
            raise KeyError(path)
        try:
            return self.load(path)
        except UnreadableFile as error:
            raise KeyError(path) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._loads)

    def __len__(self) -> int:
        return len(self._loads)


@dataclass(frozen=True)
class Listener:
    """Whom to tell what is being opened, and what could not be opened."""

    opening: Callable[[str], None]
    failed: Callable[[str, Exception, bool], None]
    """Path, error, and true if nothing of the file is left to read."""


@dataclass
class _Budget:
    """What one file of the folder may still unpack to, all that is inside of it together."""

    members: int = MAX_MEMBERS
    bytes: int = MAX_UNPACKED_BYTES


@dataclass(frozen=True)
class _Found:
    """A file that has not been looked into yet; `load` gives its bytes."""

    path: str
    load: Load
    budget: _Budget


class Unfolding:
    """Looks into each file of a deal once, and into what is inside of it."""

    def __init__(self, exclude: Exclude, skip: Collection[str], listener: Listener) -> None:
        """`skip` holds paths that are not opened at all. What fails is told and left out."""
        self._exclude, self._skip, self._listener = exclude, skip, listener
        self._zips: _Cache[zipfile.ZipFile] = _Cache()
        self._mails: _Cache[dict[str, bytes]] = _Cache()

    def contents(self, files: Mapping[str, Path]) -> Contents:
        """All contents of the deal whose files lie at these places."""
        contents, reached = Contents(), set(files)
        pending = [_Found(p, partial(read_regular, f), _Budget()) for p, f in files.items()][::-1]
        while pending:
            found = pending.pop()
            if found.path in self._skip:
                continue
            self._listener.opening(found.path)
            try:
                inside = self._look_into(found, contents)
            except Exception as error:  # a hostile file must never end a run; it is told by name
                self._listener.failed(found.path, error, found.path not in contents)
                continue
            for inner in inside:
                path = distinct(storable(inner.path), reached)
                if not self._exclude.leaves_out(path):
                    reached.add(path)
                    pending.append(_Found(path, inner.load, found.budget))
        return contents

    def _look_into(self, found: _Found, contents: Contents) -> list[_Found]:
        """What is inside a file; the file itself is added to `contents` unless it is a ZIP."""
        content = found.load()
        if _is_zip(content):
            _check_depth(found.path)
            return list(self._members(found))
        if content.startswith(_GZIP):
            _check_depth(found.path)
            return [self._packed(found)]
        contents.add(found.path, found.load, content)
        source = Source(found.path, content)
        if not mail_reader.recognises(source):
            return []
        try:
            inside = [each for each in attachments(source) if self._affordable(each, found.budget)]
            if inside:
                _check_depth(found.path)
        except MemoryError:
            raise
        except Exception as error:
            # The mail itself may well be read all the same.
            raise UnreadableFile(f"its attachments can't be taken out: {error!r}") from error
        load = partial(self._attachment, found)
        return [_Found(each.path, partial(load, each.path), found.budget) for each in inside]

    def _affordable(self, attachment: Source, budget: _Budget) -> bool:
        budget.members -= 1
        budget.bytes -= len(attachment.content)
        if budget.members < 0 or budget.bytes < 0:
            self._listener.failed(attachment.path, UnreadableFile(_TOO_MUCH), True)
            return False
        return True

    def _attachment(self, mail: _Found, path: str) -> bytes:
        def made() -> dict[str, bytes]:
            return {each.path: each.content for each in attachments(Source(mail.path, mail.load()))}

        kept = self._mails.value(mail.path, made, lambda found: sum(map(len, found.values())))
        return kept[path]

    def _archive(self, found: _Found) -> zipfile.ZipFile:
        """The ZIP, open. Raises `UnreadableFile`."""

        def made() -> zipfile.ZipFile:
            return zipfile.ZipFile(io.BytesIO(found.load()))

        def size(archive: zipfile.ZipFile) -> int:
            return archive.fp.seek(0, io.SEEK_END) if archive.fp else 0

        try:
            return self._zips.value(found.path, made, size)
        except DAMAGED as error:
            raise UnreadableFile("damaged ZIP: it can't be opened") from error

    def _members(self, found: _Found) -> Iterator[_Found]:
        """The members of a ZIP, as long as the budget lasts."""
        members = [info for info in self._archive(found).infolist() if not info.is_dir()]
        found.budget.members -= len(members)
        if found.budget.members < 0:
            raise UnreadableFile(f"holds more than {MAX_MEMBERS:,} files; index it in parts")
        prefix = f"{found.path}!/" if found.path else ""
        for info in members:
            path = prefix + _name(info)
            if self._exclude.leaves_out(path) or path in self._skip:
                continue
            load = partial(self._member, found, info)
            try:
                _check_member(info, path.removeprefix(prefix))
                found.budget.bytes -= len(load())
            except UnreadableFile as error:
                self._listener.failed(path, error, True)
            else:
                yield _Found(path, load, found.budget)
            if found.budget.bytes <= 0:
                raise UnreadableFile(_TOO_MUCH)

    def _packed(self, found: _Found) -> _Found:
        """The one file that a gzip holds, under its name without the suffix."""
        name = found.path.rsplit("/", 1)[-1]
        stem = name[:-3] if name.lower().endswith(".gz") else name
        load = partial(self._unpacked, found)
        found.budget.members -= 1
        found.budget.bytes -= len(load())
        return _Found(f"{found.path}!/{stem}", load, found.budget)

    @staticmethod
    def _unpacked(found: _Found) -> bytes:
        """What a gzip holds, counted as it comes."""
        limit = min(MAX_FILE_BYTES, max(found.budget.bytes, 0))
        try:
            with gzip.open(io.BytesIO(found.load())) as stream:
                content = stream.read(limit + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFile("damaged gzip: it can't be opened") from error
        if len(content) > limit:
            raise UnreadableFile("unpacks to more than 200 MB; unpack and split it")
        return content

    def _member(self, found: _Found, info: zipfile.ZipInfo) -> bytes:
        """A member's bytes, counted as they come."""
        limit = min(MAX_FILE_BYTES, max(found.budget.bytes, 0))
        out = io.BytesIO()
        try:
            with self._archive(found).open(info) as stream:
                while block := stream.read(1 << 20):
                    out.write(block)
                    if out.tell() > limit:
                        raise UnreadableFile("unpacks to more than 200 MB; unpack and split it")
        except DAMAGED as error:
            raise UnreadableFile(f"damaged inside its ZIP: {error}") from error
        return out.getvalue()


def _is_zip(content: bytes) -> bool:
    """True for a ZIP of files; a document that is a ZIP inside is for its reader."""
    if not content.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return not any(mark in archive.NameToInfo for mark in _PACKAGE)
    except DAMAGED:
        return not any(mark.encode() in content for mark in _PACKAGE)


def _check_depth(path: str) -> None:
    if path.count("!/") >= MAX_DEPTH:
        raise UnreadableFile(f"lies in more than {MAX_DEPTH} containers; unpack the outer ones")


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name. Without the flag for UTF-8 it may be UTF-8 all the same."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return unicodedata.normalize("NFC", storable(name.replace("\\", "/")))


def _check_member(info: zipfile.ZipInfo, name: str) -> None:
    parts = name.split("/")
    if not parts[0] or ".." in parts or parts[0].endswith(":"):
        raise UnreadableFile("its name leads out of the ZIP; pack it anew under a plain name")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableFile("a link inside a ZIP, which leads nowhere; pack the file itself")
    if info.flag_bits & 0x1:
        raise UnreadableFile("password protected")
