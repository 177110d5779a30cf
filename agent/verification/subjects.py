"""Whom a sentence is about: the name that it makes say or do what follows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.verification.names import Name, is_everyday
from agent.verification.plain import Token

_SUBJECT_BEFORE = re.compile(
    r"(?:according to|as per|(?:\w+ed|written|led|run|given|known|taken|chosen|built|made) by|laut|quoting)\s+(?:mr\.?|ms\.?|mrs\.?|dr\.?|frau|herr)?\s*$",
    re.I,
)
_SAYS_AFTER = re.compile(
    r"^,? (?:says?|said|told|confirm\w*|report\w*|stat(?:es|ed)|warns?|warned|wrote|sagt\w*|explain\w*|add(?:s|ed)|argue[sd]?|mention\w*|note[sd]|admit\w*|"
    r"claim(?:s|ed)|think(?:s|ing)?|thought|believe[sd]?|insist\w*|promise[sd]|assure[sd]|announce[sd]|recall\w*|complain\w*|estimate[sd]|suggest\w*|point(?:s|ed) out|erklärt\w*|meint\w*)\s*\W*$"
)


def parts_of(label: str) -> frozenset[str]:
    """The words of a speaker's label, in lower case."""
    return frozenset(re.findall(r"[^\W\d_]{2,}", label.lower()))


def subject_of(part_text: str, mentioned: Sequence[Name]) -> Name | None:
    """The name that a sentence makes say or do what follows, if it begins with one or ends in `by` one."""
    for name in mentioned:
        if _SAYS_AFTER.match(part_text[name.end :]):
            return name
    for name in mentioned:
        before = part_text[: name.start]
        if part_text[name.end : name.end + 1].isdigit():
            continue
        if (
            not before.strip(" \"'(")
            or _SUBJECT_BEFORE.search(before)
            or before.strip().lower()
            in ("mr", "ms", "mrs", "dr", "dr.", "mr.", "ms.", "frau", "herr")
        ):
            return name
    return None


_LEAST = 3
"""Letters of a name: shorter ones are cut words (`St.`)."""


def says_after(text: str) -> bool:
    """Whether what follows a name makes it the one who says the rest."""
    return bool(_SAYS_AFTER.match(text))


def first_name(
    found: Sequence[Token], speakers: frozenset[str], raw: frozenset[str]
) -> Name | None:
    """The first word of a claim, where the evidence writes it as a name only: `Magnus to send the list`."""
    if (
        not found
        or not found[0].raw[0].isupper()
        or len(found[0].raw) < _LEAST
        or is_everyday(found[0].raw)
    ):
        return None
    token = found[0]
    word = token.text.removesuffix("'s")
    if word in speakers or (token.raw in raw and word not in raw):
        return Name(token.raw, token.start, token.end)
    return None
