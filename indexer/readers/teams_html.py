"""Teams conversations as an HTML page: the saved web client, and pages made by export scripts.

Format: none is official. Known are the web client's `data-tid` marks (`message-author-name`, `time`,
`content-…` ids) and the scripts' blocks of a message with two spans (name, time) over the text, under
the title `Exported chat: …`. A page without these is somebody's note and left to its reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from selectolax.lexbor import LexborNode

from indexer.errors import UnreadableFile
from indexer.readers.base import Source
from indexer.readers.exported import MAX_ENTRIES
from indexer.readers.text import decode, parse_html
from indexer.readers.tickets import Author, Message, clean, moment

CLIENT = '[data-tid="chat-pane-message"], [data-tid="channel-pane-message"]'
SCRIPT = "div[data-deleted][data-me]"
_CLIENT_NAME = b'data-tid="message-author-name"'
_TITLE = re.compile(r"^(?:Exported chat:\s*)?(.*?)(?:\s*\|\s*Microsoft Teams)?$")
_MARKS = (b'data-tid="chat-pane-message"', b'data-tid="channel-pane-message"')


def is_page(source: Source) -> bool:
    """True for a page of Teams messages."""
    content = source.content
    if content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        return False
    if _CLIENT_NAME in content and any(mark in content for mark in _MARKS):
        return True
    return b"data-deleted=" in content and b"data-me=" in content and b"Exported chat:" in content


def page_chat(source: Source) -> tuple[str, list[Message]]:
    """The page's title and its messages."""
    tree = parse_html(decode(source.content))
    title = tree.css_first("title")
    named = _TITLE.match(" ".join((title.text() if title else "").split()))
    blocks = tree.css(CLIENT)
    found = list(_client(blocks) if blocks else _script(tree.css(SCRIPT)))
    if not found:
        raise UnreadableFile("a Teams page without messages")
    return (named[1] if named else ""), found


def _client(blocks: list[LexborNode]) -> Iterator[Message]:
    """The web client: a message under the same name as the one before has no name of its own."""
    name = ""
    for number, block in _numbered(blocks):
        who = block.css_first('[data-tid="message-author-name"]')
        name = _line(who) if who else name
        body = block.css_first(
            '[id^="content-"], [data-tid="message-body"], [data-tid="message-content"]'
        )
        if body is None:
            raise UnreadableFile(f"message {number} of the page has no text block")
        time = block.css_first("time")
        own = (body.attributes.get("id") or f"message {number}").removeprefix("content-")
        yield Message(own, Author(name), _at(time), html=_html(body), what="")


def _script(blocks: list[LexborNode]) -> Iterator[Message]:
    """An export script's page: name and time in spans, then the text."""
    for number, block in _numbered(blocks):
        spans = block.css("span")
        if len(spans) < 2:
            raise UnreadableFile(f"message {number} of the page has no name and time")
        author, at = Author(_line(spans[0])), _at(spans[1])
        own = f"message {number}"
        if (block.attributes.get("data-deleted") or "").lower() == "true":
            yield Message(own, author, at, "message deleted", what="", role="event")
            continue
        body = block.css_first("div.break-words")
        if body is None:
            raise UnreadableFile(f"message {number} of the page has no text block")
        yield Message(own, author, at, html=_html(body), what="")


def _numbered(blocks: list[LexborNode]) -> Iterator[tuple[int, LexborNode]]:
    if len(blocks) > MAX_ENTRIES:
        raise UnreadableFile(f"the page has more than {MAX_ENTRIES} messages")
    return iter(enumerate(blocks, 1))


def _html(node: LexborNode) -> str:
    return clean(node.html or "", "a message of the page")


def _line(node: LexborNode) -> str:
    return clean(" ".join(node.text().split()), "a name of the page")


def _at(node: LexborNode | None) -> datetime | date | None:
    """The machine's time of a `<time>`, else what stands there if it is unambiguous."""
    if node is None:
        return None
    return moment(node.attributes.get("datetime") or _line(node))
