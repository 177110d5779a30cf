"""Owns how words from artifacts become harmless text: control characters, Markdown, dates.

Artifacts are untrusted: no quote may become a link, an image, markup or a terminal escape.
"""

from __future__ import annotations

import re
from datetime import date, datetime

# Control characters drive terminals; bidirectional overrides make a quote read as other words.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# GitHub links bare addresses whatever is escaped in them; a code span is the one safe place.
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)[^\s`<>()\[\]|\"“”]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.I
)
_MARKUP = re.compile(r"[\\`*_\[\]<>|~]|!(?=\[)|!$|&(?=#?\w+;)|(?<!\w)[@#](?=\w)")
_LEADING = re.compile(r"^(?:([-+=>#:])|(\d+)([.)]))")


def visible(text: str) -> str:
    """The text with what a person can't see, but a machine would obey, made visible."""
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\f", "\n"))


def escape_markdown(text: str) -> str:
    """One line of Markdown that shows exactly these words and does nothing."""
    line = " ".join(visible(text).split())
    parts: list[str] = []
    at = 0
    for address in _ADDRESS.finditer(line):
        parts += [_MARKUP.sub(r"\\\g<0>", line[at : address.start()])]
        parts += ["`", address.group(), "`"]
        at = address.end()
    parts.append(_MARKUP.sub(r"\\\g<0>", line[at:]))
    escaped = "".join(parts)
    return _LEADING.sub(
        lambda m: f"\\{m.group(1)}" if m.group(1) else f"{m.group(2)}\\{m.group(3)}", escaped
    )


def day(value: date | datetime | str | None) -> str:
    """A date as a person writes it: `12 Mar 2026`; with the time of day where there is one."""
    if isinstance(value, str):
        return _day_of_words(value)
    if value is None:
        return ""
    words = f"{value.day} {value:%b %Y}"
    if isinstance(value, datetime) and (value.hour or value.minute):
        words += f", {value:%H:%M}"
    return words


def _day_of_words(words: str) -> str:
    try:
        return day(datetime.fromisoformat(words) if len(words) > 10 else date.fromisoformat(words))
    except ValueError:
        return words


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 call`, `3 calls`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
