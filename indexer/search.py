"""Finds segments for a question: vectors and words at three window sizes, the answer head word by word, who and when it names.

Every segment gets the scores of itself and of the windows that it stands in; neighbours lend each
other a part, because talk about one thing stands together.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.answer_head import AnswerHead, AnswerVectors, unpack
from indexer.chunking import WINDOWS, chunk_texts, text_hash
from indexer.dated import Moments
from indexer.embed import Embedder, Vectors
from indexer.legs import Neighbours, Scores, Spread
from indexer.lexical import Lexical, state_of
from indexer.models import Artifact, Evidence, Segment
from indexer.named import Speakers
from indexer.reading_head import Passage, ReadingHead, Signals, passages
from indexer.rerank import Reranker
from indexer.store import Store
from indexer.vectors import VectorStore, exact_scan, rows_mark

WINDOW_WEIGHT = (0.35, 0.4, 0.25)
LEXICAL_SHARE = 0.35
SMOOTHING = (0.3, 0.12)
"""Share lent by neighbours at distance 1 and 2."""

_TALK = re.compile(
    r"\b(?:summari[sz]e|sum up|recap|overview|discuss\w*|debate\w*|conversations?|presentations?|opinions?"
    r"|talk(?:ed)? (?:about|of|over)|(?:say|said|think|thought|feel|felt) (?:about|of|on))\b", re.I,
)  # fmt: skip
"""The query asks what was said of a matter, not for one fact."""
LATE_SHARE = 0.6
LENT = (0.1,)
"""As SMOOTHING, for `search`: what points must not be drowned by its neighbours."""
NAMED = 0.3
"""What a segment gains whose speaker the query names."""
DATED = 0.1
"""What it gains when the query names its day, month or side."""
STRETCH = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
"""As SMOOTHING, behind the first of a search for talk: what belongs to one matter stands together for long."""
POINTED = 10
RERANKED = 20


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
        self, store: Store, home: Path, slug: str, embedder: Embedder,
        answers: AnswerHead | None = None, reranker: Reranker | None = None,
        vectors: VectorStore | None = None,
    ) -> None:  # fmt: skip
        """Without `answers` (or without its vectors in the record) a search has two legs instead of three."""
        self.account, self.mark = store.account(slug), store.evidence_mark(slug)
        self._answers, self._reranker = answers, reranker
        self.home, self._store = home, store
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
        state = state_of(r[4] for r in rows)
        if not self._lexical.ready(len(rows), state):
            self._lexical.rebuild(chunk_texts(rows, self.segments), state)
        self._people = store.extra(slug)[0]
        breaks = [
            i
            for i in range(1, len(self.segments))
            if self.segments[i].artifact != self.segments[i - 1].artifact
        ]
        self._breaks = np.array(breaks, np.int32)
        self._passages: list[Passage] | None = None
        self._answer_vectors: dict[str, AnswerVectors] = {}

    def _matrix(self, by_hash: dict[str, bytes], hashes: Sequence[str]) -> Vectors:
        if not hashes:
            return np.zeros((0, self.embedder.size), np.float32)
        return np.stack([np.frombuffer(by_hash[h], np.float32) for h in hashes])

    def _cosines(self, vector: Vectors) -> Vectors:
        """Cosine of every chunk to `vector`: the named server's, or exact from the record's vectors."""
        found = self._asked(vector) if self._asked else None
        return exact_scan(self.vectors, vector) if found is None else found

    @cached_property
    def _spreads(self) -> list[tuple[NDArray[np.int64], Spread]]:
        """For every window size: its rows, and how they cover the segments."""
        sized = [np.flatnonzero(self.windows == size) for size in WINDOWS]
        return [(r, Spread(self.first[r], self.last[r], len(self.segments))) for r in sized]

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours([s.artifact for s in self.segments])

    @cached_property
    def _moments(self) -> Moments:
        return Moments(self.segments, self.artifacts)

    @cached_property
    def _speakers(self) -> Speakers:
        return Speakers(self.segments, self._people)

    def _spread(self, scores: Scores) -> Scores:
        """Chunk scores (chunks,) to segment scores (segments,): best of each window size, weighted."""
        found = zip(self._spreads, WINDOW_WEIGHT, strict=True)
        return np.asarray(sum(w * spread(scores[r]) for (r, spread), w in found), np.float32)

    def _dense(self, vector: Vectors) -> Scores:
        return np.clip(self._cosines(vector), 0, None)

    def _by_words(self, query: str) -> Scores:
        """BM25 of every chunk, the best of each window size being one: (chunks,)."""
        found = np.zeros(len(self.windows), np.float32)
        hits = self._lexical.search(query)
        if hits:
            rows, scores = zip(*hits, strict=True)
            found[list(rows)] = scores
        for rows_of_size, _ in self._spreads:
            top = found[rows_of_size].max(initial=0.0)
            if top > 0:
                found[rows_of_size] /= top
        return found

    def score(self, query: str, vector: Vectors | None = None) -> Scores:
        """A score for every segment (shape: segments), comparable within one query only."""
        if not self.segments:
            return np.zeros(0, np.float32)
        vector = self.embedder.embed([query])[0] if vector is None else vector
        return self._neighbours.lend(self._fused(query, vector), SMOOTHING)

    def _fused(self, query: str, vector: Vectors) -> Scores:
        dense, lexical = self._spread(self._dense(vector)), self._spread(self._by_words(query))
        return np.asarray((1 - LEXICAL_SHARE) * dense + LEXICAL_SHARE * lexical, np.float32)

    @cached_property
    def _late(self) -> tuple[AnswerVectors, Spread] | None:
        """What the answer head made of the passages, and the segments they stand in; None where it made nothing."""
        if self._answers is None:
            return None
        vectors = self.answer_vectors(self._answers)
        owner = np.array([p.segment for p in self.passages()], np.int32)
        return (vectors, Spread(owner, owner, len(self.segments))) if vectors.whole.any() else None

    def relevance(self, query: str) -> Scores:
        """How well every segment matches `query`, all legs together: vectors, words, word by word, who is named."""
        if not self.segments:
            return np.zeros(0, np.float32)
        found = self._fused(query, self.embedder.embed([query])[0])
        if self._answers is not None and self._late is not None:
            vectors, spread = self._late
            late = spread(np.clip(self._answers.likeness(query, vectors), 0, None))
            found = (1 - LATE_SHARE) * found + LATE_SHARE * late
        lent = self._neighbours.lend(found, LENT)
        named = NAMED * self._speakers.named(query) + DATED * self._moments.named(query)
        return np.asarray(lent * (1 + named), np.float32)

    def search(self, query: str, limit: int = 10) -> list[Evidence]:
        """The best segments for `query`, disjoint, best first; headings and events left out.

        Behind the first ten, a question about a discussion is given the stretches of talk around the best.
        """
        scores = self.relevance(query)
        order = [i for i in np.argsort(-scores, kind="stable") if self._shown[i]]
        legs = ("dense", "lexical", "late") if self._late else ("dense", "lexical")
        if self._reranker is not None:
            order[:RERANKED] = self._reranked(query, order[:RERANKED], scores)
        if min(limit, len(order)) > POINTED and _TALK.search(query):
            scores = self._behind(scores, order[:POINTED])
            order[POINTED:] = sorted(order[POINTED:], key=lambda i: -scores[i])
        return [
            Evidence(segment=self.segments[i], score=round(float(scores[i]), 5), found_by=legs)
            for i in order[:limit]
        ]

    def _reranked(self, query: str, first: list[Any], scores: Scores) -> list[Any]:
        """The first in the reranker's order; place by place they take over the scores that stood there."""
        assert self._reranker is not None
        said = self._reranker.score(query, [self.segments[i].text for i in first])
        again = [first[k] for k in np.argsort(-said, kind="stable")]
        scores[again] = scores[first]
        return again

    def _behind(self, scores: Scores, first: Sequence[int]) -> Scores:
        """The scores of `first`, and of all others how good a stretch they stand in, none above those."""
        wide = self._neighbours.lend(scores, STRETCH)
        wide *= scores[first[-1]] / max(float(wide.max()), 1e-6)
        wide[first] = scores[first]
        return wide

    @cached_property
    def _shown(self) -> list[bool]:
        return [s.role not in ("event", "quoted") and bool(s.text.strip()) for s in self.segments]

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
        """What the answer head made of all passages, in their order; read from the record once."""
        if head.name not in self._answer_vectors:
            by_hash = self._store.vectors(self.account.slug, head.name, "signal")
            rows = [by_hash.get(text_hash("\0".join(p.pair))) for p in self.passages()]
            self._answer_vectors[head.name] = unpack(rows)
        return self._answer_vectors[head.name]

    def derived(self, what: str, mark: str) -> str | None:
        """What was worked out from this evidence before, as JSON; None where the record has nothing under `mark`."""
        return self._store.derived(self.account.slug, what, mark)

    def keep_derived(self, what: str, mark: str, content: str) -> None:
        """Keep in the record what was worked out."""
        self._store.keep_derived(self.account.slug, what, mark, content)

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
