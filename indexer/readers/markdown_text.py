"""Markdown's marks, taken away as a page shows them: of whole lines, and around words.

Bullets, numbers and `#` headings are lines that `notes` knows; the other spellings become these. Struck-out
words keep their `~~`: without it they would say what somebody took back.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

_QUOTED = re.compile(r"^(\s*)(?:> ?)+")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
_NO_TITLE = re.compile(r"^\s*(?:[-*+>|#]|\d{1,3}[.)]\s|```|$)")
_COMMENT = re.compile(r"<!--.*?-->")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,12}(?:\s[^<>]*)?/?>")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s]+)>")
_PICTURE = re.compile(r"!\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\(((?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"(`+)(.+?)\1")
_STRONG = re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])(.+?)(?<=[^\s*\\])\1(?![\w*])")
_UNDERLINED = re.compile(r"(?<![\w_\\])(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_\\])\1(?![\w_])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPACES = re.compile(r"[ \u00a0]{2,}")


def plain_lines(lines: Sequence[str]) -> list[str]:
    """As many lines as given, each with the marks of its line in the one spelling that `notes` knows."""
    return list(_spelt([_QUOTED.sub(r"\1", line) for line in lines]))


def _spelt(lines: Sequence[str]) -> Iterator[str]:
    """Underlined titles as `#` lines; a backslash at the end as two blanks, which also break a line."""
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        after = lines[number + 1] if number + 1 < len(lines) else ""
        alone = number == 0 or not before.strip()
        mark = _UNDERLINE.match(after)
        if mark and alone and not _NO_TITLE.match(line):
            yield f"{'#' if mark[1][0] == '=' else '##'} {line.strip()}"
        elif line.endswith("\\"):
            yield line[:-1] + "  "
        else:
            yield line


def plain_line(text: str) -> str:
    """A line or paragraph of Markdown as a page shows it; a link keeps its address behind its words."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        # Code and addresses hold `_` and `*` that are no marks.
        kept.append(found[2] if found.re is _CODE else found[1])
        return f"\x00{len(kept) - 1}\x00"

    text = _CODE.sub(keep, text.replace("\x00", ""))
    text = _ADDRESS.sub(keep, text)
    text = _TAG.sub("", _COMMENT.sub("", text))
    text = _LINK.sub(_linked, _PICTURE.sub(r"\1", text))
    for style in (_STRONG, _STRONG, _UNDERLINED):
        text = style.sub(r"\2", text)
    text = html.unescape(_ESCAPE.sub(r"\1", text))
    for number, shown in enumerate(kept):
        text = text.replace(f"\x00{number}\x00", shown)
    return _SPACES.sub(" ", text).strip()


def _linked(found: re.Match[str]) -> str:
    words, target = found[1], found[2]
    shown = target.removeprefix("mailto:")
    if not target.startswith(("http://", "https://", "mailto:")) or shown in words:
        return words
    return f"{words} ({shown})"
