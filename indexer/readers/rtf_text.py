"""Owns Rich Text (RTF) as text: what is shown, what is hidden, what track changes deleted.

Format: Microsoft's RTF specification 1.9.1; the packed RTF inside Outlook mails: [MS-OXRTFCP].
striprtf turns RTF into text but knows neither hidden nor deleted words, and its patterns for fonts
and links take time without bound on files made for it. So the file is first cut down here, in one
pass, to what striprtf is good at.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from striprtf.striprtf import rtf_to_text

from indexer.errors import UnreadableFile

MAX_RTF = 60_000_000
MAX_DEPTH = 2000
MAX_TEXT = 20_000_000
START = b"{\\rtf"
State = Literal["visible", "hidden", "deleted", "footnote", "margin", "comment"]

_PICTURE = re.compile(r"(?<![0-9a-fA-F\r\n])[0-9a-fA-F\r\n]{2000,}")
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'[0-9a-fA-F]{2}|\\.|[{}]|[^\\{}]+|\\", re.S
)
_WRITTEN = frozenset(
    {"par", "line", "tab", "cell", "row", "sect", "page", "emdash", "endash", "bullet", "lquote",
     "rquote", "ldblquote", "rdblquote", "nestcell", "u", "emspace", "enspace", "qmspace"}
)  # fmt: skip
_ASIDES: dict[str, State] = {
    "footnote": "footnote", "annotation": "comment",
    "header": "margin", "headerl": "margin", "headerr": "margin", "headerf": "margin",
    "footer": "margin", "footerl": "margin", "footerr": "margin", "footerf": "margin",
}  # fmt: skip
_COMMENT = re.compile(r"\\\*\s?(?=\\annotation\b)")
_LINK = re.compile(r"(\\fldinst)(?=[\s{])", re.I)
_FONTS = re.compile(r"\{[^{}]*\\fonttbl")
_FONT = re.compile(r"\\f(\d{1,5})(?!\d)|\\fcharset(\d{1,3})(?!\d)")
_PACKED_HEADER = 16
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""The text every packed body starts from, given by the format."""


@dataclass(frozen=True)
class RichText:
    parts: dict[State, str]
    """The words in each state they can be in; `margin` is headers and footers."""
    revised: bool
    """Holds words that track changes marks as inserted; they are part of `visible`."""

    @property
    def visible(self) -> str:
        return self.parts.get("visible", "")


def rtf_text(content: bytes) -> RichText:
    """The words of an RTF file. Raises `UnreadableFile`."""
    if not content.lstrip().startswith(START):
        raise UnreadableFile("not an RTF file, whatever its name says")
    if len(content) > MAX_RTF:
        raise UnreadableFile("the RTF file is larger than 60 MB")
    rtf = _PICTURE.sub("", content.lstrip().decode("latin-1"))
    tokens = list(_states(_COMMENT.sub("", rtf)))
    parts = {state: _plain(tokens, state) for state in {state for state, _, _ in tokens}}
    revised = any(token.startswith("\\revised") for _, _, token in tokens)
    return RichText(parts, revised)


def _plain(tokens: list[tuple[State, bool, str]], wanted: State) -> str:
    rtf = "".join(token for state, text, token in tokens if state == wanted or not text)
    rtf = _LINK.sub(r"\1\n", _with_simple_fonts(rtf))
    try:
        plain = str(rtf_to_text(rtf, errors="replace"))
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise UnreadableFile("the RTF file is damaged") from error
    # Characters beyond the first plane are written as two halves.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True)
class _At:
    """What the words at a place in the file are."""

    aside: State = "visible"
    hidden: bool = False
    deleted: bool = False

    @property
    def state(self) -> State:
        return "deleted" if self.deleted else "hidden" if self.hidden else self.aside

    def after(self, word: str, off: bool) -> _At:
        """The state behind a control word."""
        if word in _ASIDES:
            return replace(self, aside=_ASIDES[word])
        if word == "plain":
            return _At(self.aside)
        if word == "v":
            return replace(self, hidden=not off)
        return replace(self, deleted=not off) if word == "deleted" else self


def _states(rtf: str) -> Iterator[tuple[State, bool, str]]:
    """Each token with the state it stands in, and whether it is text; pictures' bytes left out."""
    stack: list[_At] = []
    at = _At()
    place = 0
    while match := _TOKEN.match(rtf, place):
        token, word, place = match[0], match[1] or "", match.end()
        if token == "{":
            stack.append(at)
            if len(stack) > MAX_DEPTH:
                raise UnreadableFile("the RTF file is nested too deep")
        elif token == "}" and stack:
            if stack[-1].aside != at.aside:
                yield at.aside, True, "\\par "
            at = stack.pop()
        elif word == "bin":
            place += max(int(match[2] or 0), 0)
            continue
        at = at.after(word, match[2] == "0")
        if word in _ASIDES:
            continue
        text = word in _WRITTEN if word else token not in ("{", "}", "\\*")
        if text and not word and not token.startswith("\\"):
            token = "".join(c if c < "\x80" else f"\\'{ord(c):02x}" for c in token)
        yield at.state, text, token


def _with_simple_fonts(rtf: str) -> str:
    """`rtf` with its font table reduced to numbers and character sets, a line each."""
    begin = _FONTS.search(rtf)
    if not begin:
        return rtf
    depth, end = 1, len(rtf)
    for brace in re.finditer(r"[{}]", rtf[begin.end() :]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            end = begin.end() + brace.end()
            break
    fonts: dict[str, str] = {}
    font = ""
    for match in _FONT.finditer(rtf, begin.end(), end):
        font = match[1] or font
        if match[2] and font:
            fonts.setdefault(font, match[2])
    table = "\n".join(f"{{\\f{number}\\fcharset{code} x;}}" for number, code in fonts.items())
    return f"{rtf[: begin.start()]}{{\\fonttbl\n{table}\n}}{rtf[end:]}"


def uncompressed(packed: bytes) -> bytes:
    """The RTF of an Outlook body, which is stored packed. Raises `UnreadableFile`."""
    if len(packed) < _PACKED_HEADER:
        raise UnreadableFile("the mail's RTF body is damaged")
    _, size, kind = struct.unpack_from("<III", packed)
    if kind == 0x414C454D:
        return packed[_PACKED_HEADER : _PACKED_HEADER + size]
    if kind != 0x75465A4C:
        raise UnreadableFile("the mail's RTF body is packed in an unknown way")
    if size > MAX_TEXT:
        raise UnreadableFile("the mail's RTF body is too large when unpacked")
    return bytes(_unpacked(packed, size))


def _unpacked(packed: bytes, size: int) -> bytearray:
    window = bytearray(_DICTIONARY) + bytearray(4096 - len(_DICTIONARY))
    write, place = len(_DICTIONARY), _PACKED_HEADER
    out = bytearray()
    while place < len(packed) and len(out) < size:
        control, place = packed[place], place + 1
        for bit in range(8):
            if control >> bit & 1:
                if place + 1 >= len(packed):
                    return out
                offset, length = packed[place] << 4 | packed[place + 1] >> 4, packed[place + 1] & 15
                place += 2
                if offset == write:
                    return out
                run = range(offset, offset + length + 2)
            elif place < len(packed):
                window[write] = packed[place]
                run, place = range(write, write + 1), place + 1
            else:
                return out
            for source in run:
                byte = window[source & 4095]
                out.append(byte)
                window[write] = byte
                write = write + 1 & 4095
    return out
