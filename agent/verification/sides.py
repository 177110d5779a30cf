"""Words of two sides: glad or fed up, kept or dropped, put off or brought forward. A claim must not change sides.

What lies on one side says the opposite of what lies on the other, whichever of its words is used, and a no before it puts it
on the other side. A claim is held against the statements that share most with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from agent.verification.agreement import agrees
from agent.verification.fault import Fault
from agent.verification.plain import Token
from agent.verification.statements import Statement
from agent.verification.support import Grounds
from agent.verification.words import stem
from prompts.lexicon import lexicon

_NO = re.compile(
    r"(?:not?|never|none|nobody|nothing|without|neither|nor|cannot|nicht|kein\w*|nie)|.*n't"
)
_NO_REACH = 4
"""So many tokens before a word a no may stand that denies it."""
_MOVES, _TO_VALUES = ("up", "down"), frozenset("from by vs versus against".split())
_GAP = 6
"""So many tokens may stand inside a phrase: `turned the supplier's last offer down`."""


@dataclass(frozen=True)
class _Hit:
    """A word of a side: of which pair, on which side once its no is counted, and the stems it takes."""

    pair: int
    side: int
    denied: bool
    text: str
    stems: frozenset[str]


@cache
def _table() -> dict[str, tuple[tuple[int, int, tuple[str, ...]], ...]]:
    """By the first word in all its forms: the pair, the side and the words that must follow."""
    found: dict[str, list[tuple[int, int, tuple[str, ...]]]] = {}
    for number, line in enumerate(lexicon("sides")):
        for side, half in enumerate(" ".join(line).split(" | ")):
            for phrase in half.split(", "):
                first, *rest = phrase.split()
                for form in _forms(first):
                    found.setdefault(form, []).append((number, side, tuple(rest)))
    return {k: tuple(sorted(v, key=lambda e: -len(e[2]))) for k, v in found.items()}


def _forms(word: str) -> set[str]:
    """A word with the endings of a verb; some of these are no words and so meet nothing."""
    bare = word.removesuffix("e")
    last = word[-1] if re.search(r"[^aeiou][aeiou][bdglmnprt]$", word) else ""
    forms = {word, f"{word}s", f"{bare}ed", f"{bare}ing"}
    if word.endswith(("s", "sh", "ch", "x")):
        forms.add(f"{word}es")
    if word.endswith("y"):
        forms |= {f"{word[:-1]}ies", f"{word[:-1]}ied"}
    return forms | ({f"{word}{last}ed", f"{word}{last}ing"} if last else set())


def changed_side(grounds: Grounds) -> Fault | None:
    """A word of the claim whose pair stands in the evidence of the same thing only on the other side."""
    part = grounds.part
    mine = list(_hits(part.tokens))
    if not mine:
        return None
    reach = [grounds.all[i] for i in dict.fromkeys([*grounds.near, *grounds.chosen])]
    said = [(s, list(_hits(s.tokens))) for s in reach if s.mood != "asks" and s.answer != "no"]
    held = {(h.pair, h.side) for i in grounds.around for h in _hits(grounds.all[i].tokens)}
    sides = {(h.pair, h.side) for h in mine}
    for hit in mine:
        if hit.denied or (hit.pair, 1 - hit.side) in sides or (hit.pair, hit.side) in held:
            continue
        words = part.stems - hit.stems
        for statement, there in said:
            other = next(
                (h for h in there if h.pair == hit.pair and h.side != hit.side and not h.denied),
                None,
            )
            if other is not None and _of_the_same(words - other.stems, statement, grounds):
                return Fault("contradicted", f"the evidence says “{other.text}” where the claim says “{hit.text}”")  # fmt: skip
    return None


def _of_the_same(words: frozenset[str], statement: Statement, grounds: Grounds) -> bool:
    """Whether a statement shares a word or a value with the claim, beside those of the sides."""
    values = (agrees(q, o) for q in grounds.part.quantities for o in statement.quantities)
    return bool(words & statement.stems) or any(values)


def _hits(found: Sequence[Token]) -> Iterator[_Hit]:
    """The words of sides among the tokens; a longer phrase goes before the word that begins it."""
    table = _table()
    for at, token in enumerate(found):
        for pair, side, rest in table.get(token.text, ()):
            end = _phrase_end(found, at, rest)
            if end is None or (token.text in _MOVES and not _moves(found[at + 1 : at + 3])):
                continue
            denied = any(_NO.fullmatch(t.text) for t in found[max(0, at - _NO_REACH) : at])
            said = " ".join(t.raw for t in found[at:end])
            own = frozenset(map(stem, (token.text, *rest)))
            yield _Hit(pair, side ^ denied, denied, said, own)
            if rest:
                break


def _moves(after: Sequence[Token]) -> bool:
    """Whether `up` or `down` tells how a value moves: `up 18 %`, `down from 40`."""
    return any(t.is_number or t.text in _TO_VALUES for t in after[:1])


def _phrase_end(found: Sequence[Token], at: int, rest: Sequence[str]) -> int | None:
    """Where a phrase ends whose first word stands at `at`; None if its other words do not follow."""
    here = at + 1
    for n, word in enumerate(rest):
        stop = here + (_GAP if n == 0 else 0) + 1
        here = next(
            (i + 1 for i in range(here, min(stop, len(found))) if found[i].text == word), -1
        )
        if here < 0:
            return None
    return here
