"""Jira's two ways of writing text, as a person sees them: the ADF tree and wiki markup.

Format: Atlassian Document Format (API v3) is a tree of `doc`, blocks and marked text; older answers
and CSV exports hold wiki markup (`h2.`, `{code}`, `[text|url]`, `[~accountid:…]`). Quoted lines get a
`>` as in a mail, so that they are not taken for the words of who quotes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from indexer.errors import UnreadableFile
from indexer.readers.tickets import text_of

MAX_NODES = 200_000
PARAGRAPHS = frozenset({
    "paragraph", "heading", "codeBlock", "blockquote", "panel", "bulletList", "orderedList",
    "table", "rule", "expand", "nestedExpand", "taskList", "decisionList",
})  # fmt: skip
LINES = frozenset({"listItem", "tableRow", "taskItem", "decisionItem", "hardBreak"})
CELLS = frozenset({"tableCell", "tableHeader"})
CARDS = frozenset({"inlineCard", "blockCard", "embedCard"})
SPOKEN = {"mention": "text", "emoji": "text", "status": "text", "inlineCard": "url",
          "blockCard": "url", "embedCard": "url", "expand": "title", "nestedExpand": "title"}  # fmt: skip

_QUOTE_BEGINS, _QUOTE_ENDS = "\x02", "\x03"
_MENTION = re.compile(r"\[~(?:accountid:)?([^\]\n]{1,128})\]")
_LINK = re.compile(r"\[([^\[\]|\n]{1,400})\|[^\[\]\n]{1,2000}\]")
_BARE_LINK = re.compile(r"\[((?:https?://|mailto:)[^\[\]|\n]{1,2000})\]")
_QUOTE = re.compile(r"\{quote\}(.*?)\{quote\}|^[ \t]*bq\.[ \t]+([^\n]+)", re.S | re.M)
_TAG = re.compile(r"\{(?:code|noformat|quote|color|panel|anchor)(?::[^}\n]{0,200})?\}")
_LINE_HEAD = re.compile(r"^[ \t]*(?:h[1-6]\.|[*#-]{1,6}(?=\s))[ \t]+", re.M)
_PICTURE = re.compile(r"(?<!\S)!([^!\s|]{1,200})(?:\|[^!\n]{0,200})?!(?!\S)")
_STRONG = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*(?![\w*])")


def is_adf(value: object) -> bool:
    """True for the root of a document tree."""
    return isinstance(value, dict) and value.get("type") == "doc" and "content" in value


def adf_text(document: dict[str, Any]) -> str:
    """The text of a document tree of any depth: paragraphs apart, a list item or row on a line."""
    parts: list[str] = []
    # A stack instead of recursion: nesting depth is the sender's choice.
    stack: list[tuple[Any, bool]] = [(document, False)]
    count = 0
    while stack:
        node, in_line = stack.pop()
        count += 1
        if count > MAX_NODES:
            raise UnreadableFile(f"a text has more than {MAX_NODES} parts")
        if isinstance(node, str):
            parts.append(node)
            continue
        if not isinstance(node, dict):
            raise UnreadableFile("a part of an ADF text is not an object")
        after, own = _around(node, in_line)
        content = node.get("content")
        if content is not None and not isinstance(content, list):
            raise UnreadableFile("the content of an ADF text is not a list")
        parts.append(own)
        stack.append((after, False))
        inside = node.get("type") in LINES or node.get("type") in CELLS
        inner: list[Any] = content or []
        stack.extend((each, inside) for each in reversed(inner))
    return _tidy("".join(parts))


def _around(node: dict[str, Any], in_line: bool) -> tuple[str, str]:
    """What follows a node's content, and the node's own words."""
    kind = node.get("type")
    own = text_of(node.get("text"), "text of an ADF part") if kind != "text" else _raw(node)
    if isinstance(kind, str) and kind in SPOKEN:
        own = _spoken(kind, node.get("attrs"))
    if kind in CELLS:
        return "\v", own
    if kind == "blockquote":
        return f"{_QUOTE_ENDS}\n\f", _QUOTE_BEGINS
    if kind in PARAGRAPHS and not in_line:
        return "\n\f", own
    return ("\n" if kind in LINES or kind in PARAGRAPHS else ""), own


def _raw(node: dict[str, Any]) -> str:
    """A text leaf with the blanks at its ends, which part it from its neighbours."""
    held = node.get("text")
    text = text_of(held, "text of an ADF part")
    if isinstance(held, str) and text:
        before = " " if held[:1].isspace() else ""
        return before + text + (" " if held[-1:].isspace() else "")
    return " " if isinstance(held, str) and held else ""


def _spoken(kind: str, attrs: object) -> str:
    if not isinstance(attrs, dict):
        return ""
    text = text_of(attrs.get(SPOKEN[kind]), f"{kind} of an ADF text")
    if kind == "mention":
        return "@" + text.lstrip("@") if text else ""
    if kind in CARDS and text:
        return f" {text} "
    return text + "\n\f" if kind in PARAGRAPHS and text else text


def _tidy(text: str) -> str:
    """Cells side by side; one empty line between paragraphs, none inside a list item or a cell."""
    text = re.sub(r"[\n\f]+(?=\v)", "", text)
    lines: list[str] = []
    quoted = 0
    for block in re.split(r"[\n\f]*\f[\n\f]*", text):
        for line in block.split("\n"):
            quoted += line.count(_QUOTE_BEGINS)
            bare = line.replace(_QUOTE_BEGINS, "").replace(_QUOTE_ENDS, "")
            cells = (" ".join(cell.split()) for cell in bare.split("\v"))
            if shown := " | ".join(filter(None, cells)):
                lines.append(f"> {shown}" if quoted else shown)
            quoted -= line.count(_QUOTE_ENDS)
        if lines and lines[-1]:
            lines.append("")
    return "\n".join(lines).strip()


def _as_in_a_mail(found: re.Match[str]) -> str:
    lines = (found[1] or found[2]).strip().split("\n")
    return "\n\n" + "\n".join(f"> {line.strip()}" for line in lines) + "\n\n"


def wiki_text(text: str, name: Callable[[str], str]) -> str:
    """Wiki markup as text; `name` gives the name of an account id."""
    text = _QUOTE.sub(_as_in_a_mail, text)
    text = _TAG.sub("", text)
    text = _MENTION.sub(lambda found: "@" + name(found[1]), text)
    text = _BARE_LINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _PICTURE.sub(r"[file: \1]", _LINE_HEAD.sub("", text))
    return re.sub(r"\n{3,}", "\n\n", _STRONG.sub(r"\1", text)).strip()
