"""What stands beside a value or a date and so tells what it is of."""

from __future__ import annotations

from collections.abc import Sequence

from agent.verification.dates import When
from agent.verification.quantity import Quantity
from agent.verification.statements import Statement
from agent.verification.support import MANY, Grounds, Part
from agent.verification.words import is_content, stem

_REACH = 30
"""Characters on either side of a value that tell what it counts, within its clause."""
_HALF = 18.0
"""At so many characters' distance a word counts half."""
_NEIGHBOUR = 0.3
"""What a word in the statement before or after counts."""


def words_beside(q: Quantity | When, within: Part | Statement) -> frozenset[str]:
    """The content words around a value or date."""
    low = max(within.text.rfind(sign, 0, q.start) for sign in ",;:(")
    high = min(
        (at for at in (within.text.find(sign, q.end) for sign in ",;:(") if at >= 0),
        default=q.end + _REACH,
    )
    low, high = max(low, q.start - _REACH), min(high, q.end + _REACH)
    near = [t for t in within.tokens if low <= t.start < high and not q.start <= t.start < q.end]
    return frozenset(stem(t.text) for t in near if is_content(t))


def closeness(value: Quantity | When, at: int, grounds: Grounds, mine: Quantity | When) -> float:
    """How near the claim's words stand to a value of statement `at`: each by its distance there and in the claim."""
    here, part = grounds.all[at], grounds.part
    there: dict[str, float] = {}
    for step in (-1, 1):
        if 0 <= at + step < len(grounds.all) and grounds.all[at + step].source == here.source:
            there |= dict.fromkeys(grounds.all[at + step].stems, _NEIGHBOUR)
    there |= _weights(value, here)
    own = _weights(mine, part)
    return sum(weight * own[word] for word, weight in there.items() if word in own)


def _weights(value: Quantity | When, within: Part | Statement) -> dict[str, float]:
    found: dict[str, float] = {}
    for token in within.tokens:
        if not is_content(token) or value.start <= token.start < value.end:
            continue
        apart = max(0, token.start - value.end, value.start - token.end)
        word = stem(token.text)
        found[word] = max(found.get(word, 0.0), 1 / (1 + apart / _HALF))
    return found


def better_placed(
    mine: Quantity | When, grounds: Grounds, carrying: Sequence[tuple[Quantity | When, int]], others: Sequence[tuple[Quantity | When, int]], margin: float,
) -> Quantity | When | None:  # fmt: skip
    """Another value that the claim's words stand nearer to than to any that carries the claim's, by `margin`; else None."""
    if not carrying or not others or len(grounds.all) > MANY:
        return None
    best = max(closeness(v, at, grounds, mine) for v, at in carrying)
    rival, score = max(
        ((v, closeness(v, at, grounds, mine)) for v, at in others), key=lambda pair: pair[1]
    )
    return rival if score > best + margin else None
