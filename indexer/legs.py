"""What the legs of a search share: scores of chunks become scores of segments, and neighbours lend each other a part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Positions = NDArray[np.int32]


class Spread:
    """Scores of runs of segments (chunks, passages) to scores of segments: each segment takes its best run's."""

    def __init__(self, first: Positions, last: Positions, segments: int) -> None:
        """Run n covers the segments `first[n]` to `last[n]`, both included."""
        lengths = last - first + 1
        run = np.repeat(np.arange(len(first)), lengths)
        within = np.arange(len(run)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        segment = np.repeat(first, lengths) + within
        order = np.argsort(segment, kind="stable")
        self._run, self._segments = run[order], segments
        self._covered, self._starts = np.unique(segment[order], return_index=True)

    def __call__(self, scores: Scores) -> Scores:
        """Scores (runs,) to scores (segments,); a segment in no run has zero."""
        out = np.zeros(self._segments, np.float32)
        if len(self._run):
            out[self._covered] = np.maximum.reduceat(scores[self._run], self._starts)
        return out


class Neighbours:
    """Who stands beside whom: segments of one artifact, in reading order."""

    def __init__(self, artifact: Sequence[str]) -> None:
        """`artifact` names each segment's artifact; segments of one stand together."""
        names = np.unique(np.array(artifact, dtype=object).astype(str), return_inverse=True)[1]
        self._artifact = np.asarray(names, np.int64)

    def lend(self, scores: Scores, shares: Sequence[float]) -> Scores:
        """Each segment keeps its score and takes `shares[d - 1]` of its neighbours' at distance d, both ways."""
        out = scores.copy()
        for distance, share in enumerate(shares, 1):
            if distance >= len(scores):
                break
            same = self._artifact[distance:] == self._artifact[:-distance]
            out[distance:] += share * np.where(same, scores[:-distance], 0)
            out[:-distance] += share * np.where(same, scores[distance:], 0)
        return out
