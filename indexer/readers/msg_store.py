"""Owns the property storages of an Outlook .msg file: names, types, code pages, limits.

Format: [MS-OXMSG] over [MS-CFB], as Microsoft publishes them; olefile opens the container. A storage
is a mail, a recipient or an attachment; short values stand in `__properties_version1.0`, long ones in
streams named `__substg1.0_<tag><type>`. Knows nothing about mail.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import olefile

from indexer.errors import UnreadableFile
from indexer.readers.office import OLE
from indexer.readers.text import decode

PROPERTIES = "__properties_version1.0"
MAX_ENTRIES = 20_000
DAMAGED = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
    RecursionError,
)
"""What olefile raises for containers that are damaged or lie about their sizes."""
_MARK = PROPERTIES.encode("utf-16-le")
_CODE_PAGE = 0x3FFD
_HEADER = {"": 32, "__substg1.0_3701000D": 24}
_SECTION_HEADER = 8


def is_msg(content: bytes) -> bool:
    """True for a container whose root has message properties, whatever the file is called."""
    if not content.startswith(OLE) or _MARK not in content:
        return False
    try:
        with _opened(content) as container:
            return bool(container.exists(PROPERTIES))
    except DAMAGED:
        return False


def _opened(content: bytes) -> Any:
    """The container. Its header's counts are checked first: olefile walks as far as they say."""
    (shift,) = struct.unpack_from("<H", content, 30)
    fat, _, _, _, _, small, _, more = struct.unpack_from("<8I", content, 44)
    sectors = len(content) >> 9
    if shift not in (9, 12) or max(small, more) > sectors or fat > sectors // 64 + 8:
        raise ValueError("counts beyond the file's size")
    container = olefile.OleFileIO(BytesIO(content))
    if container.root is None or container.root.size > len(content):
        raise ValueError("a size beyond the file's")
    return container


class Store:
    """An open container. All reading goes through it, so that streams which share their bytes can't
    make more out of a file than it holds."""

    def __init__(self, content: bytes) -> None:
        self._left = 3 * len(content) + 65_536
        try:
            self._container = _opened(content)
            entries = self._container.listdir(streams=True, storages=True)
        except DAMAGED as error:
            raise UnreadableFile("the .msg file is damaged") from error
        if len(entries) > MAX_ENTRIES:
            raise UnreadableFile(f"the .msg file has more than {MAX_ENTRIES} parts")
        self.children: dict[str, list[str]] = {}
        for entry in entries:
            self.children.setdefault("/".join(entry[:-1]), []).append(entry[-1])

    def read(self, path: str) -> bytes:
        """A stream's bytes."""
        try:
            self._left -= self._container.get_size(path)
            if self._left < 0:
                raise UnreadableFile("the .msg file's parts overlap (damaged or made to mislead)")
            return bytes(self._container.openstream(path).read())
        except DAMAGED as error:
            raise UnreadableFile("the .msg file is damaged") from error


class Storage:
    """The properties of one mail, recipient or attachment, by their four-digit tags."""

    def __init__(self, store: Store, path: str = "", code_page: int = 0) -> None:
        self._store = store
        self.path = path
        names = store.children.get(path, [])
        self._streams = {name[12:].upper(): name for name in names if name.startswith("__substg1")}
        self._values: dict[int, bytes] = {}
        if PROPERTIES in names:
            block = store.read(self._inside(PROPERTIES))
            start = _HEADER.get(path.rsplit("/", 1)[-1], _SECTION_HEADER)
            for place in range(start, len(block) - 15, 16):
                (tag,) = struct.unpack_from("<H", block, place + 2)
                self._values[tag] = block[place + 8 : place + 16]
        self.code_page = self.number(_CODE_PAGE) or code_page

    def _inside(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    def parts(self, prefix: str) -> list[Storage]:
        """The recipients or attachments in it, in the order of their numbers."""
        names = sorted(
            name for name in self._store.children.get(self.path, []) if name.startswith(prefix)
        )
        return [Storage(self._store, self._inside(name), self.code_page) for name in names]

    def mail_inside(self) -> Storage | None:
        """The mail that is attached here as a storage of its own."""
        name = self._streams.get("3701000D")
        return Storage(self._store, self._inside(name), self.code_page) if name else None

    def text(self, *tags: int) -> str:
        """The first of the tags that holds text; line ends become LF, trailing zeros go."""
        for tag in tags:
            if name := self._streams.get(f"{tag:04X}001F"):
                found = self._store.read(self._inside(name)).decode("utf-16-le", "replace")
            elif name := self._streams.get(f"{tag:04X}001E"):
                found = in_code_page(self._store.read(self._inside(name)), self.code_page)
            else:
                continue
            found = found.split("\x00")[0].replace("\r\n", "\n").replace("\r", "\n")
            if found.strip():
                return found
        return ""

    def binary(self, tag: int) -> bytes | None:
        """A property of bytes; None if there is none."""
        name = self._streams.get(f"{tag:04X}0102")
        return self._store.read(self._inside(name)) if name else None

    def number(self, tag: int) -> int:
        """A whole number or flag; 0 if there is none."""
        value = self._values.get(tag)
        return int(struct.unpack_from("<i", value)[0]) if value else 0

    def time(self, tag: int) -> datetime | None:
        """A point in time: hundreds of nanoseconds since 1601, in UTC."""
        value = self._values.get(tag)
        ticks = struct.unpack("<Q", value)[0] if value else 0
        if not 0 < ticks < 2_900_000_000_000_000_000:
            return None
        return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)


def in_code_page(content: bytes, code_page: int) -> str:
    """`content` in the Windows code page the file names, else as its bytes suggest."""
    content = content.rstrip(b"\x00")
    name = {65001: "utf-8", 1200: "utf-16-le", 20127: "ascii", 28591: "latin-1"}
    try:
        return content.decode(name.get(code_page, f"cp{code_page}"))
    except (LookupError, ValueError):
        return decode(content)
