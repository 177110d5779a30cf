"""A learned opinion on a claim: each of its word pieces beside the likest pieces of the evidence.

The packaged encoder gives the vectors; a small head (`eval/train/judge.py`) compares, pools and decides. Method:
decomposable attention, Parikh et al. 2016, arXiv:1606.01933, with the attention kept to the likest pieces. No torch here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.sentences import sentence_spans
from indexer.token_vectors import Pieces, TokenEncoder

WEIGHTS = Path(__file__).parent / "weights" / "judge.npz"
LIKEST = 8
HALF = 384
PASSAGE_CHARS = 600
MAX_PASSAGES = 60
"""Longer evidence is narrowed to the passages that share most words with the claim."""

Array = NDArray[np.float32]


def passages(text: str) -> list[str]:
    """The text in runs of whole sentences of at most about 600 characters, as the encoder reads it."""
    runs: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        while end - start > PASSAGE_CHARS:
            runs.append((start, start + PASSAGE_CHARS))
            start += PASSAGE_CHARS
        if runs and end - runs[-1][0] <= PASSAGE_CHARS:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [text[a:b] for a, b in runs]


def narrowed(claim: str, found: Sequence[str]) -> list[str]:
    """At most 60 passages, those that share most words with the claim, in their order."""
    if len(found) <= MAX_PASSAGES:
        return list(found)
    words = set(claim.lower().split())
    order = sorted(range(len(found)), key=lambda i: -len(words & set(found[i].lower().split())))
    return [found[i] for i in sorted(order[:MAX_PASSAGES])]


def likest(
    claim: Pieces, source_ids: NDArray[np.int32], source: NDArray[np.float16]
) -> tuple[NDArray[np.int64], Array]:
    """For each piece of the claim the source's likest pieces and how like they are.

    Returns their positions (pieces, 8) and (pieces, 8, 3): likeness at both depths, and whether the piece is the same.
    """
    c, s = claim.vectors.astype(np.float32), source.astype(np.float32)
    low, high = c[:, :HALF] @ s[:, :HALF].T, c[:, HALF:] @ s[:, HALF:].T
    both = low + high
    k = min(LIKEST, both.shape[1])
    picked = np.argpartition(-both, k - 1, axis=1)[:, :k]
    if k < LIKEST:
        picked = np.concatenate([picked, np.repeat(picked[:, :1], LIKEST - k, axis=1)], axis=1)
    same = (claim.ids[:, None] == source_ids[picked]).astype(np.float32)
    signs = np.stack(
        [np.take_along_axis(low, picked, 1), np.take_along_axis(high, picked, 1), same], axis=2
    )
    return picked, signs.astype(np.float32)


class TokenJudge:
    """The trained head over the packaged encoder's word pieces."""

    def __init__(self, encoder: TokenEncoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        with np.load(weights) as arrays:
            self._w = {k: arrays[k].astype(np.float32) for k in arrays.files}
        self.threshold = float(self._w["threshold"])
        self._source = lru_cache(maxsize=8)(self._read)

    def _read(self, texts: tuple[str, ...]) -> tuple[NDArray[np.int32], NDArray[np.float16]]:
        read = self._encoder.encode(texts)
        return np.concatenate([p.ids for p in read]), np.concatenate([p.vectors for p in read])

    def score(self, claim: str, sources: Sequence[str]) -> float:
        """How surely the sources support the claim, 0..1."""
        found = narrowed(claim, [p for s in sources for p in passages(s)])
        pieces = self._encoder.encode([claim])[0]
        if not found or not len(pieces.ids):
            return 0.0
        ids, vectors = self._source(tuple(found))
        if not len(ids):
            return 0.0
        picked, signs = likest(pieces, ids, vectors)
        return float(
            self._decide(
                pieces.vectors.astype(np.float32), vectors[picked].astype(np.float32), signs
            )
        )

    def _decide(self, claim: Array, near: Array, signs: Array) -> float:
        w = self._w
        c = np.maximum(claim @ w["project.weight"].T + w["project.bias"], 0)
        s = np.maximum(near @ w["project.weight"].T + w["project.bias"], 0)
        attention = signs @ w["attend.weight"][0] + (c[:, None] * s).sum(2) * w["scale"]
        attention = np.exp(attention - attention.max(1, keepdims=True))
        share = (attention / attention.sum(1, keepdims=True))[:, :, None]
        a = (share * s).sum(1)
        seen = np.concatenate(
            [c, a, np.abs(c - a), c * a, signs.max(1), (share * signs).sum(1)], axis=1
        )
        v = np.maximum(seen @ w["compare.weight"].T + w["compare.bias"], 0)
        pooled = np.concatenate([v.max(0), v.mean(0)])
        hidden = np.maximum(w["hidden.weight"] @ pooled + w["hidden.bias"], 0)
        logit = float((w["decide.weight"] @ hidden + w["decide.bias"])[0])
        return float(1 / (1 + np.exp(-logit)))
