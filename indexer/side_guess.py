"""Tells which side an unnamed speaker of a call is on, from all that they say in it.

Recorders often export "Speaker 1". One turn says little about its speaker's side, a whole call says enough: the
reading head's log-odds are summed over a speaker's passages. Only speakers whose side nothing else told are guessed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.models import Artifact, Segment, Side
from indexer.reading_head import ReadingHead, passages

MIN_PASSAGES = 4
SURE_AT = 0.4
"""Mean log-odds from which a speaker's side is set."""


def guess_sides(
    artifacts: Sequence[Artifact], segments: Sequence[Segment], head: ReadingHead
) -> tuple[Segment, ...]:
    """The segments, with the side set for calls' speakers that were unknown and can be told."""
    by_artifact: dict[str, list[int]] = {}
    for i, s in enumerate(segments):
        by_artifact.setdefault(s.artifact, []).append(i)
    out = list(segments)
    for artifact in artifacts:
        rows = by_artifact.get(artifact.path, [])
        if artifact.kind != "call":
            continue
        for speaker, side in _sides(artifact, [segments[i] for i in rows], head).items():
            for i in rows:
                if segments[i].speaker == speaker and segments[i].side == "unknown":
                    out[i] = segments[i].model_copy(update={"side": side})
    return tuple(out)


def _sides(artifact: Artifact, run: Sequence[Segment], head: ReadingHead) -> dict[str, Side]:
    """The side of every speaker of one call who has none, where it can be told."""
    odds: dict[str, list[float]] = {}
    open_ = [
        p
        for p in passages(artifact, run)
        if run[p.segment].speaker and run[p.segment].side == "unknown"
    ]
    if not open_:
        return {}
    for passage, logit in zip(open_, head.seller_logits([p.pair for p in open_]), strict=True):
        odds.setdefault(run[passage.segment].speaker or "", []).append(float(logit))
    told: dict[str, Side] = {}
    for speaker, values in odds.items():
        mean = float(np.mean(values))
        if len(values) >= MIN_PASSAGES and abs(mean) >= SURE_AT:
            told[speaker] = "vendor" if mean > 0 else "customer"
    return told
