"""How a contradiction is named for its reader: by the measure that both sides tell, else by the words they share."""

from __future__ import annotations

from agent.clashes.stated import Stated
from agent.clashes.things import measures_by_rank
from agent.verification.numbers import SCALES, small
from agent.verification.plain import Token, make_plain, tokens
from agent.verification.words import is_content, stem

_BY_KIND = {
    "money": "price", "percent": "percentage", "duration": "duration", "date": "date", "count": "number", "hours": "hours",
    "period": "how often", "given": "scope", "who": "who is in charge", "where": "place", "choice": "which one",
}  # fmt: skip
_DATED = {"go-live": "go-live date"}


def topic_of(one: Stated, other: Stated) -> str:
    """A short name of what both sides are about."""
    a, b = one.thing, other.thing
    both = a.measures & b.measures or (a.measures | a.measures_under) & (
        b.measures | b.measures_under
    )
    if one.value.kind in ("given", "who", "where", "choice") and one.value.unit:
        return one.value.unit
    for name in measures_by_rank():
        if name in both:
            return _DATED.get(name, name) if one.value.kind == "date" else name
    common = (set(a.near) | set(a.under)) & (set(b.near) | set(b.under))
    words = [
        t.raw.lower()
        for t in tokens(make_plain(other.words).text)
        if is_content(t) and stem(t.text) in common and not _is_number(t)
    ]
    return " ".join(dict.fromkeys(words[:2])) or _BY_KIND[one.value.kind]


def _is_number(token: Token) -> bool:
    """True for `twelve` and `12`: what two places give a thing is no name of it."""
    return token.is_number or token.text in SCALES or small(token.text) is not None
