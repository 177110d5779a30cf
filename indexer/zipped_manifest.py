"""The child process that takes deal.yaml out of a ZIP: `python -P -m indexer.zipped_manifest`, what to look for on stdin.

A ZIP is a stranger's: the main process opens none. Writes one JSON object: `name` and `content` (its bytes as Latin-1), or
`why` it can't be read, or nothing where the ZIP holds none. A ZIP that can't be opened at all is reported when it is read.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from indexer.confine import confine
from indexer.readers.office import DAMAGED
from indexer.walk import open_regular


def manifest_in(path: Path, names: Sequence[str], limit: int) -> dict[str, str]:
    """The manifest at the top of the ZIP, or in its only top folder; at most `limit` bytes of it."""
    try:
        with open_regular(path) as stream, zipfile.ZipFile(stream) as archive:
            found = [
                name
                for name in archive.namelist()
                if name.count("/") <= 1 and name.rsplit("/", 1)[-1] in names
            ]
            if not found:
                return {}
            first = min(found, key=lambda name: (name.count("/"), name))
            return {"name": first.rsplit("/", 1)[-1], **_content(archive, first, limit)}
    except DAMAGED:
        return {}


def _content(archive: zipfile.ZipFile, name: str, limit: int) -> dict[str, str]:
    info = archive.getinfo(name)
    if info.flag_bits & 0x1:
        return {"why": "it is password protected"}
    try:
        with archive.open(info) as member:
            return {"content": member.read(limit).decode("latin-1")}
    except DAMAGED as error:
        return {"why": f"it is damaged ({error})"}


def main() -> None:
    """Answer what stdin asks for."""
    wanted = json.loads(sys.stdin.readline())
    confine()
    sys.stdout.write(json.dumps(manifest_in(Path(wanted["zip"]), wanted["names"], wanted["limit"])))
    sys.stdout.write("\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
