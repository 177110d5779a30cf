"""Owns what people upload: files, a folder or a ZIP become one ZIP under the home, which is then a deal.

No name from outside ever names a file here: members keep theirs inside the ZIP, the ZIP gets one of ours.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from indexer.account import slugify
from indexer.errors import InputError

MAX_FILES = 2000
UPLOADS = "uploads"
LEFT_BEHIND_S = 86_400.0
_BLOCK = 1 << 20


class Sent(NamedTuple):
    """One uploaded file: its path within what was dropped, and its bytes."""

    path: str
    content: BinaryIO


def member_name(path: str) -> str:
    """The path as a member of our ZIP: relative, `/`, NFC, without `..`, control characters or `!/`.

    >>> member_name("../../etc/passwd")
    'etc/passwd'
    """
    clean = unicodedata.normalize("NFC", path.replace("\\", "/"))
    clean = "".join(c for c in clean if c.isprintable()).replace("!/", "/")
    parts = [p for p in PurePosixPath(clean).parts if p not in ("/", ".", "..")]
    parts = [re.sub(r"^[A-Za-z]:$", "", p) for p in parts]
    return "/".join(p for p in parts if p)[:400] or "unnamed"


def keep(home: Path, files: Sequence[Sent]) -> Path:
    """Keep what was uploaded as a ZIP that `index` can read. Raises InputError if there is nothing in it."""
    if not files:
        raise InputError("No files came. Choose the deal's files, its folder or a ZIP.")
    if len(files) > MAX_FILES:
        raise InputError(f"More than {MAX_FILES} files came. Put them into one ZIP and send that.")
    names = [member_name(f.path) for f in files]
    folder = home / UPLOADS / secrets.token_hex(8)
    folder.mkdir(parents=True)
    single_zip = len(files) == 1 and names[0].lower().endswith(".zip")
    if single_zip and zipfile.is_zipfile(files[0].content):
        target = folder / f"{_title(names[0][:-4])}.zip"
        files[0].content.seek(0)
        with target.open("wb") as out:
            shutil.copyfileobj(files[0].content, out, _BLOCK)
        return target
    shared = _shared_folder(names)
    target = folder / f"{_title(shared or 'uploaded-deal')}.zip"
    _zip(target, [n.removeprefix(f"{shared}/") if shared else n for n in names], files)
    return target


def discard(kept: Path) -> None:
    """Remove an upload that became no account."""
    shutil.rmtree(kept.parent, ignore_errors=True)


def discard_replaced(home: Path, folder: str, now: str) -> None:
    """Remove the upload that an account rested on before it was read anew from `now`; a folder of the user's own stays."""
    if folder != now and Path(folder).is_relative_to((home / UPLOADS).resolve()):
        discard(Path(folder))


def sweep(home: Path, folders: Collection[str]) -> None:
    """Remove uploads that no account rests on and that are a day old: what a killed server left behind."""
    for upload in (home / UPLOADS).glob("*/"):
        used = any(Path(f).is_relative_to(upload.resolve()) for f in folders)
        if not used and time.time() - upload.stat().st_mtime > LEFT_BEHIND_S:
            shutil.rmtree(upload, ignore_errors=True)


def _zip(target: Path, names: Sequence[str], files: Sequence[Sent]) -> None:
    taken: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, file in zip(names, files, strict=True):
            unique, count = name, 1
            while unique in taken:
                count += 1
                unique = f"{name}~{count}"
            taken.add(unique)
            file.content.seek(0)
            with archive.open(unique, "w", force_zip64=True) as out:
                shutil.copyfileobj(file.content, out, _BLOCK)


def _shared_folder(names: Sequence[str]) -> str:
    """The one folder that all lie in, as when a folder was dropped; empty if there is none."""
    first = {n.split("/", 1)[0] for n in names if "/" in n}
    return first.pop() if len(first) == 1 and all("/" in n for n in names) else ""


def _title(name: str) -> str:
    return slugify(name.rsplit("/", 1)[-1]) or "uploaded-deal"
