"""Slack's message markup (mrkdwn and blocks) to the text that a person sees.

Format: `<@U…>`, `<#C…|name>`, `<!here>`, `<url|label>` and the entities `&amp; &lt; &gt;` in the
`text` field; `*bold*`, `_italic_`, `~strike~` and code marks; rich text blocks. Entities are undone
last: an escaped `&lt;` is text, not the beginning of a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

FORM = re.compile(r"<([^<>\n]+)>")
STYLES = (
    re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"),
    re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"),
    re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"),
)
CODE = re.compile(r"```\n?(.*?)\n?```|`([^`\n]+)`", re.S)
MAX_DEPTH = 12


def plain_text(text: str, name_of: Callable[[str], str]) -> str:
    """`text` without markup. `name_of` gives the name for a user id."""
    kept: list[str] = []

    def keep(shown: str) -> str:
        # Links and code hold `_` and `*` that are no styles.
        kept.append(shown)
        return f"\x00{len(kept) - 1}\x00"

    text = text.replace("\x00", "")
    text = CODE.sub(lambda m: keep(_forms(m[1] or m[2] or "", name_of)), text)
    text = FORM.sub(lambda m: keep(_form(m[1], name_of)), text)
    for style in STYLES:
        text = style.sub(r"\1", text)
    text = re.sub(r"^(?:&gt;){1,3} ?", "", text, flags=re.M)
    for _ in range(2):
        text = re.sub(r"\x00(\d+)\x00", lambda m: kept[int(m[1])], text)
    return _unescape(text).strip()


def _forms(text: str, name_of: Callable[[str], str]) -> str:
    return FORM.sub(lambda m: _form(m[1], name_of), text)


def _form(inner: str, name_of: Callable[[str], str]) -> str:
    target, bar, label = inner.partition("|")
    if target.startswith("@"):
        # The label is the handle of the day; the directory's name comes first.
        known = name_of(target[1:])
        return "@" + (known if known != target[1:] else label.lstrip("@") or known)
    if target.startswith("#"):
        return "#" + (label or target[1:])
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return label or "@" + target[1:].split("^", 1)[0]
    return label if bar and label else _without_secret(target.removeprefix("mailto:"))


def _without_secret(url: str) -> str:
    """A link to a Slack file carries an access token."""
    return re.sub(r"([?&])t=xox[^&\s]*&?", r"\1", url).rstrip("?&")


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def blocks_text(blocks: Any, name_of: Callable[[str], str]) -> str:
    """The text of a message that has blocks only."""
    parts = [_block(block, name_of, 0) for block in blocks or [] if isinstance(block, dict)]
    return "\n".join(part for part in parts if part.strip()).strip()


def _block(node: dict[str, Any], name_of: Callable[[str], str], depth: int) -> str:
    kind = str(node.get("type") or "")
    if depth > MAX_DEPTH:
        return ""
    if kind.startswith("rich_text"):
        inner = [
            _block(each, name_of, depth + 1)
            for each in node.get("elements") or []
            if isinstance(each, dict)
        ]
        return ("\n" if kind in ("rich_text", "rich_text_list") else "").join(inner)
    if kind in ("section", "header", "context"):
        texts = [node.get("text"), *(node.get("fields") or []), *(node.get("elements") or [])]
        shown = (_text_object(each, name_of) for each in texts)
        return "\n".join(filter(None, shown))
    return _element(kind, node, name_of)


def _text_object(node: Any, name_of: Callable[[str], str]) -> str:
    if not isinstance(node, dict):
        return ""
    text = str(node.get("text") or "")
    return plain_text(text, name_of) if node.get("type") == "mrkdwn" else text


def _element(kind: str, node: dict[str, Any], name_of: Callable[[str], str]) -> str:
    if kind == "text":
        return str(node.get("text") or "")
    if kind == "user":
        return "@" + name_of(str(node.get("user_id") or ""))
    if kind == "link":
        return str(node.get("text") or _without_secret(str(node.get("url") or "")))
    if kind == "emoji":
        return f":{node.get('name')}:"
    if kind == "broadcast":
        return f"@{node.get('range')}"
    if kind == "channel":
        return f"#{node.get('channel_id')}"
    return ""
