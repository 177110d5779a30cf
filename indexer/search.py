"""Finds segments for a question: dense and lexical scores at three window sizes, fused, smoothed.

Every segment gets the scores of itself and of the windows that it stands in; neighbours lend each
other a part, because talk about one thing stands together.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.answer_head import AnswerHead, AnswerVectors, unpack
from indexer.chunking import WINDOWS, chunk_texts, text_hash
from indexer.embed import Embedder, Vectors
from indexer.lexical import Lexical
from indexer.models import Artifact, Evidence, Segment
from indexer.reading_head import Passage, ReadingHead, Signals, passages
from indexer.store import Store
from indexer.vectors import VectorStore, exact_scan, rows_mark

DENSE_WEIGHT = (0.35, 0.4, 0.25)
LEXICAL_WEIGHT = (0.35, 0.4, 0.25)
LEXICAL_SHARE = 0.35
SMOOTHING = (0.12, 0.3)
"""Share lent by neighbours at distance 2 and 1."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Readings:
    """The reading head's probabilities for an account's passages, and where these stand."""

    fields: tuple[str, ...]
    acts: tuple[str, ...]
    signals: Signals
    owner: NDArray[np.int64]
    """Position of the segment that each passage stands in; ascending."""
    spans: tuple[tuple[int, int], ...]
    """Offsets of each passage in its segment's text."""
    segments: int
    """How many segments there are, also those without a passage."""

    def field(self, name: str) -> Scores:
        """Probability that each passage answers a field; zeros for a field the head doesn't know."""
        if name not in self.fields:
            return np.zeros(len(self.signals), np.float32)
        return self.signals[:, self.fields.index(name)]

    def act(self, *names: str) -> Scores:
        """Probability that each passage is one of these acts."""
        columns = [len(self.fields) + self.acts.index(n) for n in names]
        return np.asarray(self.signals[:, columns].sum(axis=1), dtype=np.float32)

    def by_segment(self, scores: Scores) -> Scores:
        """Scores of passages as scores of segments: each segment's best passage."""
        out = np.zeros(self.segments, np.float32)
        np.maximum.at(out, self.owner, scores)
        return out

    def of(self, segment: int) -> range:
        """The rows of a segment's passages."""
        first, stop = np.searchsorted(self.owner, (segment, segment + 1))
        return range(int(first), int(stop))


class AccountIndex:
    """One account's segments, vectors and lexical index in memory, for searching and reading."""

    def __init__(
        self, store: Store, home: Path, slug: str, embedder: Embedder, vectors: VectorStore | None = None
    ) -> None:  # fmt: skip
        self.account = store.account(slug)
        self._store = store
        self.embedder = embedder
        self.segments: list[Segment] = store.segments(slug)
        self.artifacts: dict[str, Artifact] = {a.path: a for a in store.artifacts(slug)}
        rows = store.chunk_rows(slug)
        position = {(s.artifact, s.ordinal): i for i, s in enumerate(self.segments)}
        self.windows = np.array([r[1] for r in rows], np.int32)
        self.first = np.array([position[r[0], r[2]] for r in rows], np.int32)
        self.last = np.array([position[r[0], r[3]] for r in rows], np.int32)
        self.vectors = self._matrix(store.vectors(slug, embedder.name), [r[4] for r in rows])
        mark = rows_mark(embedder.name, [r[4] for r in rows])
        self._asked = vectors.cosines(slug, mark) if vectors else None
        self._lexical = Lexical(home, slug)
        if not self._lexical.ready(len(rows)):
            self._lexical.rebuild(chunk_texts(rows, self.segments))
        breaks = [
            i
            for i in range(1, len(self.segments))
            if self.segments[i].artifact != self.segments[i - 1].artifact
        ]
        self._breaks = np.array(breaks, np.int32)
        self._passages: list[Passage] | None = None

    def _matrix(self, by_hash: dict[str, bytes], hashes: Sequence[str]) -> Vectors:
        if not hashes:
            return np.zeros((0, self.embedder.size), np.float32)
        return np.stack([np.frombuffer(by_hash[h], np.float32) for h in hashes])

    def _cosines(self, vector: Vectors) -> Vectors:
        """Cosine of every chunk to `vector`: the named server's, or exact from the record's vectors."""
        found = self._asked(vector) if self._asked else None
        return exact_scan(self.vectors, vector) if found is None else found

    def _spread(self, scores: Scores) -> Scores:
        """Chunk scores (chunks,) to segment scores (segments,): best of each window size, weighted."""
        total = np.zeros(len(self.segments), np.float32)
        for size, weight in zip(WINDOWS, DENSE_WEIGHT, strict=True):
            best = np.zeros(len(self.segments), np.float32)
            for c in np.flatnonzero(self.windows == size):
                span = slice(self.first[c], self.last[c] + 1)
                np.maximum(best[span], scores[c], out=best[span])
            total += weight * best
        return total

    def _smooth(self, scores: Scores) -> Scores:
        """Each segment keeps its score and takes a share of its neighbours' in the same artifact."""
        out = scores.copy()
        for distance, share in ((1, SMOOTHING[1]), (2, SMOOTHING[0])):
            for shift in (distance, -distance):
                moved = np.roll(scores, shift)
                if shift > 0:
                    moved[:shift] = 0
                    for k in range(shift):
                        moved[np.minimum(self._breaks + k, len(moved) - 1)] = 0
                else:
                    moved[shift:] = 0
                    for k in range(1, -shift + 1):
                        moved[np.maximum(self._breaks - k, 0)] = 0
                out += share * moved
        return out

    def score(self, query: str, vector: Vectors | None = None) -> Scores:
        """A score for every segment (shape: segments), comparable within one query only."""
        if not self.segments:
            return np.zeros(0, np.float32)
        vector = self.embedder.embed([query])[0] if vector is None else vector
        dense = np.clip(self._cosines(vector), 0, None)
        lexical = np.zeros(len(self.windows), np.float32)
        for row, score in self._lexical.search(query):
            lexical[row] = score
        for size in WINDOWS:
            rows = self.windows == size
            top = lexical[rows].max(initial=0.0)
            if top > 0:
                lexical[rows] /= top
        fused = (1 - LEXICAL_SHARE) * self._spread(dense) + LEXICAL_SHARE * self._spread(lexical)
        return self._smooth(fused)

    def search(self, query: str, limit: int = 10) -> list[Evidence]:
        """The best segments for `query`, disjoint, best first; headings and events left out."""
        scores = self.score(query)
        found: list[Evidence] = []
        for i in np.argsort(-scores, kind="stable"):
            segment = self.segments[int(i)]
            if segment.role in ("event", "quoted") or not segment.text.strip():
                continue
            found.append(
                Evidence(
                    segment=segment, score=round(float(scores[i]), 5), found_by=("dense", "lexical")
                )
            )
            if len(found) == limit:
                break
        return found

    def around(self, segment: Segment, before: int = 2, after: int = 2) -> list[Segment]:
        """The segment with its neighbours in the same artifact, in reading order."""
        at = next(i for i, s in enumerate(self.segments) if s.id == segment.id)
        run = self.segments[max(0, at - before) : at + after + 1]
        return [s for s in run if s.artifact == segment.artifact]

    def readings(self, head: ReadingHead) -> Readings:
        """What the reading head makes of every passage; zeros where the record has none."""
        by_hash = self._store.vectors(self.account.slug, head.name, "signal")
        signals = np.zeros((len(self.passages()), len(head.fields) + len(head.acts)), np.float32)
        for row, passage in enumerate(self.passages()):
            value = by_hash.get(text_hash("\0".join(passage.pair)))
            if value is not None:
                signals[row] = np.frombuffer(value, np.float32)
        owners = np.array([p.segment for p in self.passages()], np.int64)
        spans = tuple((p.start, p.end) for p in self.passages())
        return Readings(head.fields, head.acts, signals, owners, spans, len(self.segments))

    def answer_vectors(self, head: AnswerHead) -> AnswerVectors:
        """What the answer head made of all passages, in their order."""
        by_hash = self._store.vectors(self.account.slug, head.name, "signal")
        return unpack([by_hash.get(text_hash("\0".join(p.pair))) for p in self.passages()])

    def passages(self) -> list[Passage]:
        """The account's passages, in the order of its segments, `segment` being a position in `segments`."""
        if self._passages is None:
            bounds = [0, *self._breaks.tolist(), len(self.segments)]
            self._passages = [
                replace(p, segment=first + p.segment)
                for first, stop in itertools.pairwise(bounds)
                if stop > first
                for p in passages(
                    self.artifacts[self.segments[first].artifact], self.segments[first:stop]
                )
            ]
        return self._passages

    def single_vectors(self) -> Vectors:
        """The single-segment vectors (segments, d); zero rows where a segment was too short."""
        out = np.zeros((len(self.segments), self.embedder.size), np.float32)
        for c in np.flatnonzero(self.windows == 0):
            out[self.first[c]] = self.vectors[c]
        return out
