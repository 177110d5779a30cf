"""Whether anything answers a field at all: what is made of its best passage, and how often deals leave the field open.

The same lukewarm passage is an answer where nearly every deal has one (what went wrong before) and small talk where
hardly any has (what the first proof of value would be). So a field's own rate stands beside the passage's signs, as a prior
stands beside evidence. The weights come from `python -m eval.train.answered`, the rates from the template.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

from prompts.template import FieldSpec

WEIGHTS = Path(__file__).parent / "answered.json"
SIGNS = ("stated", "score", "answered elsewhere")
"""Log-odds of the reading head's chance, of the score that retrieval has a part in, of the field's rate in other deals."""
EDGE = 1e-3
"""Chances are kept this far from 0 and 1, whose log-odds have no end."""


def signs(spec: FieldSpec, stated: float, score: float) -> tuple[float, float, float]:
    """The signs of a field, in the order of SIGNS; all three arguments are chances, 0..1."""
    return log_odds(stated), log_odds(score), log_odds(1 - spec.stays_open)


def log_odds(chance: float) -> float:
    """ln(p / (1 - p)), of a chance kept off its ends."""
    kept = min(max(chance, EDGE), 1 - EDGE)
    return math.log(kept / (1 - kept))


@cache
def _weights() -> tuple[tuple[float, ...], float]:
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return tuple(held["weights"][s] for s in SIGNS), float(held["bias"])


def is_answered(spec: FieldSpec, stated: float, score: float) -> bool:
    """Whether the field's best passage answers it: `stated` is the reading head's chance, `score` the ranking's."""
    weights, bias = _weights()
    return sum(w * s for w, s in zip(weights, signs(spec, stated, score), strict=True)) + bias > 0
