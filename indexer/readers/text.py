"""Bytes to text and HTML to text, for every reader.

Owns the order in which an encoding is decided (byte order mark, declared charset, strict UTF-8,
guess, cp1252) and where HTML breaks into lines: at block elements and `<br>` only, as a browser
shows it. Text that a browser would not show is kept apart and marked hidden.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass, field
from typing import Any

from charset_normalizer import from_bytes
from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.errors import UnreadableFile

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(
    rb"""<(?:\?xml[^>]{0,200}encoding|meta[^>]{0,200}charset)\s*=\s*["']?([\w.:-]+)""", re.I
)
HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
GUESS_NEEDS = 40
"""Bytes beyond ASCII below which a guess is wrong too often (it takes cp1252 for cp1250)."""

# fmt: off
NEW_PARAGRAPH = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "hr",
    "section", "article", "header", "footer",
})
NEW_LINE = frozenset({
    "div", "li", "tr", "br", "dt", "dd", "address", "fieldset", "form", "caption", "thead", "tbody",
    "tfoot", "figure", "aside", "main", "nav", "body", "center", "option", "title",
})
SILENT = frozenset({
    "script", "style", "head", "template", "noscript", "svg", "object", "iframe", "textarea",
})
CLOSED_ALONE = frozenset({
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "img", "input", "meta", "link", "hr", "col", "wbr",
    "area", "base", "embed", "source", "track", "param", "tbody", "thead", "tfoot",
})
# fmt: on
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
MAX_NESTING = 20_000
UNSEEN_STYLE = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|opacity:0(?:\.0+)?(?:;|$)"
    r"|font-size:[01](?:\.\d+)?(?:px|pt)?(?:;|$)"
    r"|(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?:;|!|$)"
)
BACKGROUND = re.compile(r"background(?:-color)?:(?!#fff|white|transparent|none)")
SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f"))


def decode(content: bytes) -> str:
    """`content` as text, whatever its encoding; line ends become a plain line feed."""
    return storable(_decode(content)).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def storable(text: str) -> str:
    """`text` with U+FFFD for each half of a character that stands alone: no file or database
    can hold it. JSON can escape it (`\\ud800`)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def parse_json(content: bytes) -> Any:
    """`content` as JSON; ids stay strings or exact integers. Raises `UnreadableFile`."""
    return json_value(decode(content))


def json_value(text: str) -> Any:
    """`text` as JSON, see `parse_json`."""
    try:
        data = json.loads(text)
        if HALF_CHARACTER.search(text):
            data = json.loads(storable(json.dumps(data, ensure_ascii=False)))
        return data
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"not valid JSON: {error}") from error


def _decode(content: bytes) -> str:
    for bom, name in BOMS:
        if content.startswith(bom):
            return content.decode(name, errors="replace")
    for name in (*_declared(content), *_wide(content), "utf-8"):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    if sum(byte > 127 for byte in content[:20000]) >= GUESS_NEEDS:
        best = from_bytes(content[:200_000]).best()
        if best is not None:
            return content.decode(best.encoding, errors="replace")
    return content.decode("cp1252", errors="replace")


def _declared(content: bytes) -> list[str]:
    match = DECLARED.search(content[:2048])
    name = match.group(1).decode("ascii").lower() if match else ""
    # A byte-wise match on a declaration of two-byte units shows that the declaration is wrong.
    return [name] if name and not name.startswith(("utf-16", "utf-32", "ucs")) else []


def _wide(content: bytes) -> list[str]:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    head = content[:400]
    if len(head) < 4 or len(content) % 2:
        return []
    if head[1::2].count(0) > len(head) * 0.4:
        return ["utf-16-le"]
    if head[0::2].count(0) > len(head) * 0.4:
        return ["utf-16-be"]
    return []


@dataclass(frozen=True)
class HtmlLine:
    """A line as a browser shows it; an empty one separates paragraphs."""

    text: str
    hidden: bool = False
    marks: frozenset[str] = frozenset()
    """Marks the caller gave to enclosing elements, see `html_lines`."""


@dataclass
class _Lines:
    """Collects lines while the tree is walked."""

    done: list[HtmlLine] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    state: tuple[bool, frozenset[str]] = (False, frozenset())

    def add(self, text: str, hidden: bool, marks: frozenset[str]) -> None:
        if (hidden, marks) != self.state:
            self.end()
            self.state = (hidden, marks)
        self.parts.append(text)

    def end(self, paragraph: bool = False) -> None:
        joined = "".join(self.parts).translate(ZERO_WIDTH)
        lines = joined.split("\n") if "\n" in joined else [joined]
        cleaned = [_cells(line) for line in lines]
        self.parts = []
        self.done.extend(HtmlLine(line, *self.state) for line in cleaned if line)
        if paragraph and self.done and self.done[-1].text:
            self.done.append(HtmlLine("", *self.state))


def _cells(line: str) -> str:
    """Cells of a table row side by side, white space collapsed, empty cells left out."""
    cells = (SPACES.sub(" ", cell).strip() for cell in line.split("\v"))
    return " | ".join(cell for cell in cells if cell)


def parse_html(html: str) -> LexborHTMLParser:
    """The tree of `html`. Raises `UnreadableFile` for elements in elements without end.

    A parser's time grows with the square of the depth (it looks for what is open at every tag);
    elements that a parser closes by itself, such as paragraphs and cells, don't count.
    """
    depth = 0
    for closing, tag in TAG.findall(html):
        if tag.lower() not in CLOSED_ALONE:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > MAX_NESTING:
                raise UnreadableFile(f"its elements are nested deeper than {MAX_NESTING:,}")
    return LexborHTMLParser(html)


def html_lines(html: str, marker: dict[str, str] | None = None) -> list[HtmlLine]:
    """The lines of `html`. `marker` maps a CSS selector to a mark that the lines inside get."""
    tree = parse_html(html)
    root = tree.body or tree.root
    if root is None:
        return []
    marked: dict[int, frozenset[str]] = {}
    for selector, mark in (marker or {}).items():
        for found in tree.css(selector):
            marked[found.mem_id] = marked.get(found.mem_id, frozenset()) | {mark}
    lines = _Lines()
    # A stack instead of recursion: nesting depth is the sender's choice.
    stack: list[tuple[LexborNode | None, str, bool, frozenset[str]]] = [
        (root, "", False, frozenset())
    ]
    while stack:
        node, closing, hidden, marks = stack.pop()
        if node is None:
            _close(closing, lines)
        elif node.tag == "-text":
            lines.add(_visible_text(node), hidden, marks)
        elif (tag := node.tag or "") not in SILENT and not tag.startswith(("-", "_", "!")):
            hidden = hidden or _unseen(node)
            marks = marks | marked.get(node.mem_id, frozenset())
            _open(tag, lines)
            stack.append((None, tag, hidden, marks))
            stack.extend((child, "", hidden, marks) for child in _children(node))
    lines.end()
    while lines.done and not lines.done[-1].text:
        lines.done.pop()
    return lines.done


def _children(node: LexborNode) -> list[LexborNode]:
    return list(node.iter(include_text=True))[::-1]


def _visible_text(node: LexborNode) -> str:
    text = node.text(deep=False) or ""
    parent = node.parent
    if parent is not None and parent.tag == "pre":
        return text
    return SPACES.sub(" ", text)


def _open(tag: str, lines: _Lines) -> None:
    if tag == "br":
        # Two in a row are how mail programs make a paragraph.
        lines.end(paragraph=not "".join(lines.parts).strip())
    elif tag in NEW_PARAGRAPH:
        lines.end(paragraph=True)
    elif tag in NEW_LINE:
        lines.end()


def _close(tag: str, lines: _Lines) -> None:
    if tag in NEW_PARAGRAPH:
        lines.end(paragraph=True)
    elif tag in NEW_LINE and tag != "br":
        lines.end()
    elif tag in ("td", "th"):
        lines.parts.append("\v")


def _unseen(node: LexborNode) -> bool:
    attributes = node.attributes
    if "hidden" in attributes:
        return True
    style = re.sub(r"\s+", "", attributes.get("style") or "").lower()
    if not style or not UNSEEN_STYLE.search(style):
        return False
    return "color:" not in style or not BACKGROUND.search(style)


def html_to_text(html: str) -> str:
    """The text of `html` that a browser shows; paragraphs are separated by an empty line."""
    return "\n".join(line.text for line in html_lines(html) if not line.hidden)
