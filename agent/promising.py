"""How surely a passage is a promise of the seller's: what the reading head makes of it, and how it is put.

A promise binds (`we'll`, `you'd have`, `included`), answers what was asked (`yes, that's in`) or gives a value; a hedge, a story
about others, an errand or a question does not. The weights come from `python -m eval.train.promises`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from agent.owed import is_errand
from agent.values import values_of
from indexer.embed import Vectors
from prompts.cues import cues

Scores = Vectors
WEIGHTS = Path(__file__).parent / "promising.json"
FIELDS = (
    "commitments.promised_features", "commitments.timeline_promises", "commitments.pricing", "timeline.last_push",
    "commitments.contract_terms", "technical.integrations", "technical.security_compliance", "timeline.implementation",
    "technical.configuration", "objections.raised_and_handled",
)  # fmt: skip
PROMISED = 5
"""So many of the fields hold what is promised; the others are talk about the same things."""
KINDS = ("money", "percent", "duration", "date", "count", "hours")


@cache
def _weights() -> tuple[dict[str, float], float]:
    """Weight of each sign by name, and what none of them weighs."""
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return held["weights"], float(held["bias"])


def _logit(chance: Scores) -> Vectors:
    sure = np.clip(chance, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(sure / (1 - sure)), dtype=np.float32)


def signs(
    acts: Sequence[str],
    fields: Sequence[str],
    signals: Vectors,
    passages: Sequence[tuple[str, str]],
) -> dict[str, Vectors]:
    """Every sign by name, one number a passage. `signals` are the reading head's probabilities, fields first;
    `passages` what was said just before and the words themselves."""
    found = {f"act {a}": _logit(signals[:, len(fields) + n]) for n, a in enumerate(acts)}
    at = [fields.index(f) for f in FIELDS]
    found |= {f: _logit(signals[:, i]) for f, i in zip(FIELDS, at, strict=True)}
    found["promised"] = _logit(signals[:, at[:PROMISED]].max(axis=1))
    others = [i for i in range(len(fields)) if i not in at]
    found["elsewhere"] = _logit(signals[:, others].max(axis=1))
    put = [_put(before, words) for before, words in passages]
    names = sorted({name for row in put for name in row})
    return found | {n: np.array([row.get(n, 0.0) for row in put], np.float32) for n in names}


def _put(before: str, words: str) -> dict[str, float]:
    """How some words are put: which cues they hold, which values, what they answer."""
    found = {f"cue {name}": 1.0 for name, p in cues("promising").items() if p.search(words)}
    if before.rstrip().endswith("?"):
        found["asked"] = 1.0
        if "cue yes" in found:
            found["yes to a question"] = 1.0
    if is_errand(words):
        found["errand"] = 1.0
    if any(v.kind in KINDS for v in values_of(words)):
        found["value"] = 1.0
    return found | {"length": float(np.log1p(len(words.split())))}


def promising(
    acts: Sequence[str],
    fields: Sequence[str],
    signals: Vectors,
    passages: Sequence[tuple[str, str]],
) -> Scores:
    """0..1 for each passage, the seller's words being given."""
    weights, bias = _weights()
    found = signs(acts, fields, signals, passages)
    total = np.full(len(passages), bias, np.float32)
    for name, weight in weights.items():
        if name in found:
            total += weight * found[name]
    return np.asarray(1 / (1 + np.exp(-total)), dtype=np.float32)
