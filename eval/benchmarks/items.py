"""What the claim benchmarks share: an item judged alone, the split by source, the usual scores."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from indexer.errors import InputError
from indexer.models import Frozen

TUNED = 7
"""Of ten parts of the sources, by hash: those below are tuned on, the others reported."""


class Item(Frozen):
    """One claim with its sources and whether they support it."""

    id: str
    source: str
    claim: str
    texts: tuple[str, ...]
    supported: bool
    label: str
    group: str


class Judged(Frozen):
    """What came out for an item: the verdict and the score."""

    item: Item
    verdict: str
    score: float


class Line(Frozen):
    """One printed figure of a benchmark; `baseline` is word coverage on the same items."""

    name: str
    items: int
    value: float
    baseline: float | None = None


def is_tuned(source: str) -> bool:
    """Whether a source belongs to the part that may be tuned on."""
    return int(hashlib.sha256(source.encode()).hexdigest(), 16) % 10 < TUNED


def first_sources(sources: Iterable[str], a_part: int | None) -> list[str]:
    """The sources in their order, each once; with a number only so many of each part."""
    each = list(dict.fromkeys(sources))
    if a_part is None:
        return each
    parts = ([s for s in each if is_tuned(s) == tuned] for tuned in (True, False))
    return [s for part in parts for s in part[:a_part]]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file. Raises InputError where it isn't there or isn't JSON Lines."""
    try:
        with path.open(encoding="utf-8") as stream:
            return [json.loads(line) for line in stream if line.strip()]
    except OSError as error:
        raise InputError(
            f"{path} can't be read: {error.strerror}. Name the benchmark's folder."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path} is not JSON Lines ({error}). Name the benchmark's folder."
        ) from error


def word_coverage(item: Item) -> float:
    """Share of the claim's words that its sources have: the baseline of all verification sets."""
    words = re.findall(r"\w+", item.claim.lower())
    known = set(re.findall(r"\w+", " ".join(item.texts).lower()))
    return sum(w in known for w in words) / len(words) if words else 0.0


def balanced(kept: Iterable[tuple[bool, bool]]) -> float:
    """Mean of the share of supported items accepted and of unsupported ones refused; pairs (supported, accepted)."""
    rows = list(kept)
    good = [accepted for supported, accepted in rows if supported]
    bad = [not accepted for supported, accepted in rows if not supported]
    return (_mean(good) + _mean(bad)) / 2


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def auroc(rows: Iterable[tuple[bool, float]]) -> float:
    """Chance that a true item scores higher than a false one (ties count half); pairs (true, score)."""
    ordered = sorted(rows, key=lambda r: r[1])
    positives = sum(t for t, _ in ordered)
    negatives = len(ordered) - positives
    if not positives or not negatives:
        return 0.5
    rank_sum, at = 0.0, 0
    while at < len(ordered):
        stop = at
        while stop < len(ordered) and ordered[stop][1] == ordered[at][1]:
            stop += 1
        rank_sum += sum(t for t, _ in ordered[at:stop]) * (at + 1 + stop) / 2
        at = stop
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def best_cut(rows: Sequence[tuple[bool, float]]) -> float:
    """The threshold with the best balanced accuracy on these rows."""
    cuts = sorted({s for _, s in rows})
    return max(cuts, key=lambda c: balanced((t, s >= c) for t, s in rows), default=0.5)


def cut_keeping(rows: Sequence[tuple[bool, float]], share: float) -> float:
    """The highest threshold that keeps at least this share of the true items."""
    scores = sorted((s for t, s in rows if t), reverse=True)
    return scores[min(len(scores) - 1, int(share * len(scores)))] if scores else 0.0
