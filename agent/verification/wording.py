"""A claim in the evidence's own words but for one or two: what stands in their place must say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from agent.verification.fault import Fault
from agent.verification.plain import Token
from agent.verification.support import Grounds
from agent.verification.words import is_content, opposites, stem

MIN_WORDS = 8
MIN_SHARE = 0.85
"""So many of a claim's words, and this share of them, must stand in a sentence in the same order."""
_NOT = re.compile(r"(?:not|never|no|none|nobody|nothing|cannot|nicht|kein\w*|nie)|.*n't")

_DO = frozenset("do does did".split())


def reworded(grounds: Grounds, about: frozenset[str]) -> Fault | None:
    """A word of the evidence's own sentence that the claim has put another in place of, or a no put in or left out."""
    claim = grounds.part.tokens
    fault: Fault | None = None
    counted = frozenset(t.start for t in claim for q in grounds.part.quantities if q.start <= t.start < q.end)  # fmt: skip
    for i in grounds.near[:4]:
        if grounds.all[i].answer == "no":
            continue
        said = grounds.all[i].tokens
        match = SequenceMatcher(None, [t.text for t in claim], [t.text for t in said], False)
        if _bare(claim) == _bare(said) and _noes(claim) != _noes(said):
            fault = _differ(claim, said)
            continue
        same = sum(block.size for block in match.get_matching_blocks())
        if same < MIN_WORDS or same < MIN_SHARE * len(claim):
            continue
        known = about | {w for j in grounds.around for w in grounds.all[j].stems}
        fault = _first_fault(claim, said, match.get_opcodes(), known, counted)
        if fault is None:
            return None
    return fault


def _first_fault(
    claim: Sequence[Token], said: Sequence[Token], changes: Sequence[tuple[str, int, int, int, int]], known: frozenset[str],
    counted: frozenset[int],
) -> Fault | None:  # fmt: skip
    for kind, a, b, c, d in changes:
        mine, theirs = claim[a:b], said[c:d]
        if kind == "equal":
            continue
        if _noes(mine) != _noes(theirs):
            return _differ(claim[max(0, a - 3) : b + 3], said[max(0, c - 3) : d + 3])
        new = [
            t
            for t in mine
            if is_content(t) and stem(t.text) not in known and t.start not in counted
        ]
        gone = [t for t in theirs if is_content(t)]
        if kind == "replace" and new and gone and len(mine) == len(theirs) == 1 and a:
            return Fault("altered", f"the evidence says {_text(theirs)}, the claim says {_text(mine)}")  # fmt: skip
        table = opposites()
        if any(table.get(stem(t.text), frozenset()) & {stem(g.text) for g in gone} for t in mine):
            return Fault("contradicted", f"the evidence says {_text(theirs)}, the claim says {_text(mine)}")  # fmt: skip
    return None


def _bare(words: Sequence[Token]) -> list[str]:
    """The words without `not` and the `do` that it brings along."""
    held = [t.text for t in words if t.text not in _DO and not _NOT.fullmatch(t.text)]
    return [stem(w) for w in held]


def _differ(mine: Sequence[Token], theirs: Sequence[Token]) -> Fault:
    return Fault("contradicted", f"the claim and the evidence differ in a yes or no: “{_text(mine[:14])}” against “{_text(theirs[:14])}”")  # fmt: skip


def _noes(words: Sequence[Token]) -> bool:
    return sum(bool(_NOT.fullmatch(t.text)) for t in words) % 2 == 1


def _text(words: Sequence[Token]) -> str:
    return " ".join(t.raw for t in words)
