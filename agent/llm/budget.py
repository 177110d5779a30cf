"""Counts tokens before they are sent, and tells from the server's own count whether something was cut."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

CHARS_PER_TOKEN = 3.4
"""English prose has 4 to 4.5 characters a token in the tokenizers of current models; ids and figures fewer."""
MESSAGE_OVERHEAD = 6
MOST_CHARS_PER_TOKEN = 5.5
"""Prose takes 4 to 5 characters a token; fewer tokens counted than this gives mean that words are missing."""
_FIGURES = re.compile(r"\d")


def tokens_of(text: str) -> int:
    """How many tokens a text takes at most, counted without the model's tokenizer: rather too many."""
    ascii_chars = sum(c < "\x80" for c in text)
    figures = len(_FIGURES.findall(text))
    return math.ceil(
        (ascii_chars - figures) / CHARS_PER_TOKEN + 0.7 * figures + 1.2 * (len(text) - ascii_chars)
    )


def prompt_text(body: Mapping[str, Any]) -> str:
    """All words of a chat request that the model will read: messages, calls, tool descriptions."""
    messages: Sequence[Mapping[str, Any]] = body.get("messages") or ()
    parts = []
    for message in messages:
        parts.append(str(message.get("content") or ""))
        if message.get("tool_calls"):
            parts.append(json.dumps(message["tool_calls"], ensure_ascii=False))
    for extra in ("tools", "format"):
        if body.get(extra):
            parts.append(json.dumps(body[extra], ensure_ascii=False))
    return "\n".join(parts)


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """Tokens that a chat request takes at most."""
    return tokens_of(prompt_text(body)) + MESSAGE_OVERHEAD * len(body.get("messages") or ())


def was_cut(body: Mapping[str, Any], counted: int | None) -> bool:
    """True if the server read fewer tokens than the messages must have: something was left out unsaid.

    Only the messages count, for how tools are worded is the model's own. A server that reports nothing (None or 0,
    as for a prompt wholly in its cache) proves nothing.
    """
    if not counted:
        return False
    words = sum(len(str(m.get("content") or "")) for m in body.get("messages") or ())
    return counted < words / MOST_CHARS_PER_TOKEN
