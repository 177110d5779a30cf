"""Little words that turn a claim round: before and after, above and below, first and last, all and some, rise and fall.

They are compared where they stand: two that exclude each other before the same word or value contradict, wherever else the
sentences agree. A rise from more to less contradicts itself.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.verification import dates
from agent.verification.agreement import agrees
from agent.verification.dates import When
from agent.verification.fault import Fault
from agent.verification.plain import Token
from agent.verification.quantities import quantities
from agent.verification.quantity import Quantity
from agent.verification.support import Grounds
from agent.verification.words import is_content, stem

_PAIRS = (
    ("before prior vor", "after following since nach seit"),
    ("by until till bis", "after since following nach seit"),
    ("above over exceeding über oberhalb", "below under beneath unter unterhalb"),
    ("first erste ersten erster", "last final letzte letzten letzter"),
    ("beginning start outset anfang", "end close ende"),
    ("all every each everyone both alle jeder jede jedes", "some few several none neither einige manche keine"),
    ("most", "few least none"),
    ("always immer", "never rarely seldom nie niemals"),
    ("more mehr", "less fewer weniger"),
    ("higher larger bigger höher", "lower smaller niedriger"),
    ("inside within innerhalb", "outside beyond außerhalb"),
    ("upper", "lower"),
    ("early", "late"),
    ("up", "down"),
    ("inbound incoming", "outbound outgoing"),
    ("old", "new"),
    ("with mit including", "without ohne excluding"),
)  # fmt: skip
_NO = re.compile(r"(?:not?|never|none|nobody|without|nicht|kein\w*)|.*n't")
_POINTING = frozenset("that this it which then these those".split())
_AHEAD = 4
"""Tokens behind such a word among which what it governs begins."""
_RISE = re.compile(r"\b(?:ris(?:e|es|en|ing)|rose|increas\w*|grow(?:s|n|ing)?|grew|climb\w*|rais\w+|gain\w*|jump\w*|(?:go(?:es|ing)?|went) up|up(?= from)|steigen|steigt|gestiegen)\b", re.I)  # fmt: skip
_FALL = re.compile(r"\b(?:fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|declin\w*|lower\w*|halv\w+|decreas\w*|reduc\w*|shrink\w*|shrank|(?:go(?:es|ing)?|went|come|came|bring|brought) down|down(?= from)|cut|sinken|sinkt|gesunken)\b", re.I)  # fmt: skip
_FROM = re.compile(r"\b(?:from|von)\W*(?:the )?(?:start of |end of |beginning of )?$")


_TO = re.compile(r"\b(?:to|auf)\b[^,.;]{0,14}$")
_BESIDE = 24
"""Characters between the value that something comes to and the `from` with the one it had."""
_LATER = re.compile(
    r"\b(?:delay\w*|postpon\w*|push\w* back|put off|defer\w*|slip\w*|mov\w+ back|verschoben)\b",
    re.I,
)
_SOONER = re.compile(
    r"\b(?:(?:bring|brings|brought|mov\w+|pull\w*) (?:\w+ )?(?:forward|up)|advanced?|vorgezogen)\b",
    re.I,
)


def _sides() -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for n, pair in enumerate(_PAIRS):
        for side, words in enumerate(pair):
            for word in words.split():
                found.setdefault(word, []).append((n, side))
    return found


_SIDES = _sides()


@dataclass(frozen=True)
class _Turn:
    """One such word: its pair and side, whether it is denied, and what it governs."""

    text: str
    pair: int
    side: int
    denied: bool
    governed: str | Quantity | When


def opposed(grounds: Grounds) -> Fault | None:
    """A word of the claim whose opposite stands before the same thing in the evidence, and it itself nowhere."""
    part = grounds.part
    if fault := _against_itself(part.text, part.quantities):
        return fault
    said = [t for i in grounds.around for t in _turns(grounds.all[i].tokens, grounds.all[i].quantities, grounds.all[i].whens)]  # fmt: skip
    for mine in _turns(part.tokens, part.quantities, part.whens):
        same = [t for t in said if t.pair == mine.pair and _governs(mine, t)]
        turned = [t for t in same if t.side != mine.side and not t.denied and not mine.denied]
        if turned and len(turned) == len(same):
            return Fault("contradicted", f"the evidence says “{turned[0].text}” where the claim says “{mine.text}”")  # fmt: skip
    return None


def _turns(
    found: Sequence[Token], values: Sequence[Quantity], whens: Sequence[When]
) -> Iterator[_Turn]:
    for at, token in enumerate(found):
        for pair, side in _SIDES.get(token.text, ()):
            governed = _governed(found, at, values, whens)
            if governed is not None:
                denied = any(_NO.fullmatch(t.text) for t in found[max(0, at - 2) : at])
                yield _Turn(token.text, pair, side, denied, governed)


def _governed(
    found: Sequence[Token], at: int, values: Sequence[Quantity], whens: Sequence[When]
) -> str | Quantity | When | None:
    """The value or date, else the word that says something, right behind a token."""
    for token in found[at + 1 : at + 1 + _AHEAD]:
        if token.text in _POINTING:
            return None
        for when in whens:
            if when.start <= token.start < when.end:
                return when
        for value in values:
            if value.start <= token.start < value.end:
                return value
        if is_content(token):
            return stem(token.text)
    return None


def _governs(mine: _Turn, theirs: _Turn) -> bool:
    """Whether both words stand before the same thing."""
    a, b = mine.governed, theirs.governed
    if isinstance(a, When) and isinstance(b, When):
        return dates.agrees(a, b)
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return a.kind == b.kind and agrees(a, b)
    return isinstance(a, str) and a == b


def _against_itself(text: str, values: Sequence[Quantity]) -> Fault | None:
    """`It is to rise from 72 to 25`, `it drops to 8 from 7`, `delayed from May to March`."""
    numbers = sorted((q for q in values or quantities(text) if q.values), key=lambda q: q.start)
    days = [w for w in dates.whens(text) if len(w.months) == 1 and w.minute is None]
    pairs: list[tuple[Quantity | When, Quantity | When, float, float, tuple[re.Pattern[str], re.Pattern[str]]]] = [
        *((q, p, max(q.values), max(p.values), (_RISE, _FALL)) for q, p in itertools.pairwise(numbers)),
        *((w, v, _day(w), _day(v), (_LATER, _SOONER)) for w, v in itertools.pairwise(days) if w.year == v.year),
    ]  # fmt: skip
    for one, other, first, second, (up, down) in pairs:
        before, between = text[: one.start], text[one.end : other.start]
        if _FROM.search(before) and _TO.search(text[one.start : other.start]):
            low, high = first, second
        elif _TO.search(before) and _FROM.search(between) and len(between) < _BESIDE:
            low, high = second, first
        else:
            continue
        verb = before[-60:]
        rises, falls = bool(up.search(verb)), bool(down.search(verb))
        if rises != falls and low != high and rises != (low < high):
            return Fault("contradicted", f"the claim says the opposite of its own {one.text} and {other.text}")  # fmt: skip
    return None


def _day(when: When) -> float:
    """Where in the year a day or month lies."""
    parts = {"start": 5, "mid": 15, "end": 25}
    return 32 * min(when.months) + (when.day or parts.get(when.part or "", 0))
