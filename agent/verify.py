"""Is a claim supported by the words it cites? Plain code, no model.

First working form: numbers, names, negation and content words. Verdicts and reasons are worded so that a
model or a person can act on them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.models import Verdict
from agent.values import numbers_of
from indexer.lexical import STOP
from indexer.models import Frozen

MIN_CONTENT = 0.5
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|cannot|can't|won't|isn't|doesn't|don't|without|excluded|nicht|kein\w*)\b|n't\b",
    re.I,
)
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-ZÄÖÜ][\w'’-]+(?:\s+[A-ZÄÖÜ][\w'’-]+)*")
_WORD = re.compile(r"[^\W\d_]+", re.U)


class Finding(Frozen):
    """A verdict with its score (share of the claim's content words found, 0..1) and the reason."""

    verdict: Verdict
    score: float
    why: str


def _stems(text: str) -> set[str]:
    return {w.lower()[:5] for w in _WORD.findall(text) if w.lower() not in STOP and len(w) > 2}


def _missing_names(claim: str, evidence: str) -> list[str]:
    low = evidence.lower()
    return [n for n in _NAME.findall(claim) if not any(part.lower() in low for part in n.split())]


def verify(claim: str, evidence: Sequence[str]) -> Finding:
    """Check `claim` against the quotes `evidence` (and what is known of who said them)."""
    text = " ".join(evidence)
    stems = _stems(claim)
    share = len(stems & _stems(text)) / len(stems) if stems else 1.0
    strangers = numbers_of(claim) - numbers_of(text)
    if strangers:
        number = ", ".join(f"{n:g}" for n in sorted(strangers))
        verdict: Verdict = "altered" if share >= MIN_CONTENT else "unsupported"
        return Finding(
            verdict=verdict, score=share, why=f"the number {number} is not in the cited words"
        )
    if missing := _missing_names(claim, text):
        return Finding(
            verdict="altered" if share >= MIN_CONTENT else "unsupported",
            score=share,
            why=f"the cited words do not name {missing[0]}",
        )
    if share < MIN_CONTENT:
        return Finding(
            verdict="unsupported",
            score=share,
            why="most of the claim's words are not in the cited words",
        )
    if bool(_NEGATION.search(claim)) != bool(_NEGATION.search(text)) and len(text.split()) < 40:
        return Finding(
            verdict="contradicted",
            score=share,
            why="the claim and the cited words differ in a negation",
        )
    return Finding(verdict="supported", score=share, why="the cited words carry it")
