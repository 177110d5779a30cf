"""How surely two passages of an account speak of the same thing: what was promised, and what was signed.

Three likenesses that the record already holds are added up: of the packaged encoder's vectors, of the answer head's, and of
the fields that the reading head sees in both. The weights come from `python -m eval.train.relatedness`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.answer_head import unpack
from indexer.embed import Vectors
from indexer.heads import Heads
from indexer.reading_head import Passage
from indexer.search import AccountIndex, Readings

Indices = NDArray[np.int64]
BIAS, WORDS, ANSWERS, FIELDS = -6.04, 4.07, 5.94, 2.57


@dataclass(frozen=True)
class Said:
    """What encoder and heads make of some words."""

    words: Vectors
    """The encoder's vector of the words: (d,)."""
    answers: Vectors
    """The answer head's vectors of their passages: (passages, 384)."""
    fields: Vectors
    """The fields that the reading head sees in the passages: (passages, fields)."""


def read_anew(heads: Heads, words: Vectors, passages: Sequence[Passage]) -> Said:
    """The same for words that the record doesn't hold yet."""
    pairs = [p.pair for p in passages]
    fields = heads.reading.read(pairs)[:, : len(heads.reading.fields)]
    answers = unpack([row.tobytes() for row in heads.answers.vectors(pairs)])
    return Said(words, answers.whole, np.asarray(fields, np.float32))


def relatedness(index: AccountIndex, heads: Heads) -> Relatedness:
    """Over an account as the record holds it."""
    readings = index.readings(heads.reading)
    return Relatedness(index.single_vectors(), index.answer_vectors(heads.answers).whole, readings)


class Relatedness:
    """Over one account's segments and their passages."""

    def __init__(self, vectors: Vectors, answers: Vectors, readings: Readings) -> None:
        """`vectors` are the segments' (segments, d), `answers` the passages' by the answer head (passages, 384)."""
        self._vectors, self._answers, self.readings = vectors, answers, readings
        self._fields = np.stack([readings.field(f) for f in readings.fields], axis=1)

    def said(self, passages: Sequence[int], words: Vectors) -> Said:
        """Passages of the account, by their rows, and the encoder's vector of the words meant."""
        rows = np.asarray(passages, np.int64)
        return Said(words, self._answers[rows], self._fields[rows])

    def likenesses(self, said: Said) -> tuple[Vectors, Vectors, Vectors]:
        """Of the words to every segment; of the answer head's vectors and of the fields to every passage."""
        if not len(said.answers):
            none = np.zeros(len(self._answers), np.float32)
            return self._vectors @ said.words, none, none
        answers = (self._answers @ said.answers.T).max(axis=1)
        return self._vectors @ said.words, answers, (self._fields @ said.fields.T).max(axis=1)

    def of(self, said: Said, segments: Sequence[int]) -> tuple[Vectors, list[tuple[int, int]]]:
        """0..1 for each of `segments` by its best passage, and where in the segment's text that passage stands."""
        if not len(said.answers) or not len(segments):
            return np.zeros(len(segments), np.float32), [(0, 0)] * len(segments)
        meaning = ANSWERS * (self._answers @ said.answers.T).max(axis=1)
        meaning += FIELDS * (self._fields @ said.fields.T).max(axis=1)
        rows = [self.readings.of(i) for i in segments]
        best = [max(some, key=lambda r: meaning[r], default=-1) for some in rows]
        held = np.array([meaning[r] if r >= 0 else -np.inf for r in best], np.float32)
        likeness = self._vectors[np.asarray(segments, np.int64)] @ said.words
        chances = 1 / (1 + np.exp(-(BIAS + WORDS * likeness + held)))
        spans = [self.readings.spans[r] if r >= 0 else (0, 0) for r in best]
        return np.asarray(chances, dtype=np.float32), spans

    def between(
        self, ones: Sequence[int], others: Sequence[int]
    ) -> tuple[Vectors, Vectors, Vectors]:
        """Likenesses of every one of `ones` to every one of `others`, of the words, of answers and of fields; by the best passages."""
        vectors = self._vectors
        words = vectors[np.asarray(ones, np.int64)] @ vectors[np.asarray(others, np.int64)].T
        answers, fields = (self._best(v, ones, others) for v in (self._answers, self._fields))
        return words, answers, fields

    def _best(self, vectors: Vectors, ones: Sequence[int], others: Sequence[int]) -> Vectors:
        """Likeness by the best passages; 0 where a segment has none."""
        out = np.zeros((len(ones), len(others)), np.float32)
        (kept, mine, starts), (held, theirs, stops) = self._flat(ones), self._flat(others)
        if len(kept) and len(held):
            alike = vectors[mine] @ vectors[theirs].T
            best = np.maximum.reduceat(np.maximum.reduceat(alike, starts, axis=0), stops, axis=1)
            out[np.ix_(kept, held)] = best
        return out

    def _flat(self, segments: Sequence[int]) -> tuple[list[int], Indices, Indices]:
        """Which of some segments have passages, the rows of all of these, and where each one's begin."""
        rows = [self.readings.of(i) for i in segments]
        kept = [n for n, some in enumerate(rows) if len(some)]
        flat = np.array([r for n in kept for r in rows[n]], np.int64)
        return kept, flat, np.cumsum([0, *(len(rows[n]) for n in kept)])[:-1]

    def among(self, segments: Sequence[int]) -> Vectors:
        """0..1 for every two of `segments`, each by its best passages: (segments, segments)."""
        rows = [self.readings.of(i) for i in segments]
        kept = [n for n, some in enumerate(rows) if len(some)]
        out = np.zeros((len(segments), len(segments)), np.float32)
        if not kept:
            return out
        flat = np.array([r for n in kept for r in rows[n]], np.int64)
        first = np.cumsum([0, *(len(rows[n]) for n in kept)])[:-1]
        meaning = ANSWERS * (self._answers[flat] @ self._answers[flat].T)
        meaning += FIELDS * (self._fields[flat] @ self._fields[flat].T)
        best = np.maximum.reduceat(np.maximum.reduceat(meaning, first, axis=0), first, axis=1)
        words = self._vectors[np.asarray([segments[n] for n in kept], np.int64)]
        chances = 1 / (1 + np.exp(-(BIAS + WORDS * (words @ words.T) + best)))
        out[np.ix_(kept, kept)] = chances
        return out
