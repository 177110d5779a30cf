"""Owns the checks every Office package (DOCX, XLSX, PPTX) passes before a library opens it.

OLE containers are encrypted files or files of the old formats; a document type declaration has no
place in these packages and can make a parser expand entities without end.
"""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from io import BytesIO

from indexer.errors import UnreadableFile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError,
           ValueError, OSError)  # fmt: skip
"""What zipfile raises for a damaged package, or one packed in a way no Office program uses."""
MALFORMED = (
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    SyntaxError,
    AssertionError,
    OSError,
)
"""What python-docx, python-pptx and openpyxl raise for XML they do not expect: they have no error
of their own for it, and lxml's parse errors are SyntaxErrors."""
MAX_UNPACKED = 300_000_000
MAX_MEMBERS = 20_000
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>([^<]+)<")
_TEMPLATE_STAMPS = ("2013-12-23T23:15", "2013-01-27T09:15")
"""Times in the templates of python-docx and python-pptx: a program that kept them says nothing."""
_DECLARATIONS = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))


def member_names(content: bytes) -> frozenset[str]:
    """Names inside a package; empty if it is none. For recognising only."""
    if not content.startswith(b"PK"):
        return frozenset()
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return frozenset(package.namelist())
    except DAMAGED:
        return frozenset()


def check_package(content: bytes) -> None:
    """Raise `UnreadableFile` unless the package is whole, open and harmless."""
    if not content:
        raise UnreadableFile("empty file")
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableFile("password protected")
        raise UnreadableFile("an old Office format; save it in the present one (docx, xlsx, pptx)")
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            _check_members(package)
    except DAMAGED as error:
        raise UnreadableFile("the file is damaged") from error
    except RuntimeError as error:
        # zipfile's word for a member that is encrypted itself.
        raise UnreadableFile("password protected") from error


def _check_members(package: zipfile.ZipFile) -> None:
    members = package.infolist()
    if len(members) > MAX_MEMBERS or sum(one.file_size for one in members) > MAX_UNPACKED:
        raise UnreadableFile("too large when unpacked")
    for member in members:
        # Every member is read, so that a damaged one is found here and not inside a library.
        text = package.read(member)
        if member.filename.endswith((".xml", ".rels", ".vml")) and any(
            mark in text for mark in _DECLARATIONS
        ):
            raise UnreadableFile("holds a document type declaration, which is not safe to read")


def modified(content: bytes) -> dict[str, str]:
    """`modified` for an artifact's meta as the package itself states it, if it does."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            found = _MODIFIED.search(package.read("docProps/core.xml"))
    except KeyError:
        return {}
    stamp = found[1].decode("ascii", "replace") if found else ""
    return {"modified": stamp} if stamp and not stamp.startswith(_TEMPLATE_STAMPS) else {}
