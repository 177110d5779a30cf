"""What a reader is, and what it is given.

A reader is a module in this folder with a `Reader` instance named `reader`, listed in one row of
`indexer.readers.READERS`. It recognises a file by content as well as name and turns it into
`RawArtifact`s. It opens nothing itself: bytes come in, values go out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from indexer.models import Reading
from indexer.readers.fields import FieldMap, packaged


@dataclass(frozen=True)
class Source:
    """One file's bytes. `path` is relative to the deal folder, `/`-separated; `outer!/inner`
    inside a container."""

    path: str
    content: bytes
    taken_as: str = ""
    """The suffix that its content speaks for, where its name has another."""

    @property
    def name(self) -> str:
        """The file's own name, lower case."""
        return self.path.rsplit("/", 1)[-1].lower()

    @property
    def suffix(self) -> str:
        """The name's last suffix with its dot, lower case; empty if there is none. What the content
        speaks for goes before the name."""
        if self.taken_as:
            return self.taken_as
        return "." + self.name.rsplit(".", 1)[-1] if "." in self.name else ""


class Sources(Protocol):
    """All files of the deal, for readers whose format spreads over several (Gong, Slack, CRM)."""

    @property
    def read_private(self) -> bool:
        """True if the team allows reading conversations between two people."""
        ...

    def field_map(self, system: str) -> FieldMap:
        """What a CRM calls our terms, with the team's own names."""
        ...

    def paths(self) -> tuple[str, ...]: ...

    def get(self, path: str) -> Source | None: ...


@dataclass(frozen=True)
class SourceMap:
    """`Sources` over a mapping from path to bytes."""

    files: Mapping[str, bytes]
    read_private: bool = False
    maps: Mapping[str, FieldMap] = field(default_factory=dict)

    def field_map(self, system: str) -> FieldMap:
        return self.maps.get(system) or packaged(system)

    def paths(self) -> tuple[str, ...]:
        return tuple(self.files)

    def get(self, path: str) -> Source | None:
        content = self.files.get(path)
        return None if content is None else Source(path, content)


def folder_of(path: str) -> str:
    """The folder part of `path`, with its trailing slash; empty at the root."""
    head, slash, _ = path.rpartition("/")
    return head + slash


def siblings(source: Source, sources: Sources) -> Iterator[Source]:
    """The other files of the same folder."""
    folder = folder_of(source.path)
    for path in sources.paths():
        if path != source.path and folder_of(path) == folder:
            other = sources.get(path)
            if other is not None:
                yield other


class Reader(Protocol):
    """Reads one family of formats."""

    name: str
    """Shown in the table of supported sources, e.g. `Gong API JSON`."""
    version: int
    """Raised when the reader's output changes: files it read before are then read again."""

    def recognises(self, source: Source) -> bool:
        """True if this reader knows the file; decided by content as well as name, cheaply."""
        ...

    def read(self, source: Source, sources: Sources) -> Reading:
        """Read the file. Raises `UnreadableFile` with the reason when it can't be read at all."""
        ...
