"""The evidence a section or an answer starts with: what the extractive engine would read, cut to the room there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.llm.budget import tokens_of
from agent.quoting import Sentences
from agent.ranking import Ranking
from indexer.models import Segment
from indexer.sentences import sentence_spans
from prompts.template import FieldSpec
from tools.desk import Desk

A_FIELD = 9
"""Pieces of evidence for one field at most."""
LIKENESS = 0.9
"""Two pieces as like as this say the same; the lower one is left out."""


@dataclass(frozen=True)
class Pack:
    """Evidence as a model reads it."""

    text: str
    shown: int
    left_out: int
    """Pieces that had no room. The text says so too."""


@dataclass(frozen=True)
class Piece:
    """A segment, and of a long one the sentences that speak."""

    segment: Segment
    sentences: tuple[int, int] | None = None


def field_pieces(ranking: Ranking, fields: Sequence[str]) -> dict[str, list[Piece]]:
    """For every field its best segments, best first, by the same scores as the extractive engine's."""
    index, vectors = ranking.index, ranking.index.single_vectors()
    pieces: dict[str, list[Piece]] = {}
    for name in fields:
        scores, worth = ranking.score(name), ranking.passages(name)
        kept: list[int] = []
        for i in np.argsort(-scores, kind="stable"):
            position = int(i)
            if scores[position] <= 0 or len(kept) == A_FIELD:
                break
            if all(float(vectors[position] @ vectors[k]) <= LIKENESS for k in kept):
                kept.append(position)
        pieces[name] = [Piece(index.segments[p], whole(ranking.quote(p, worth))) for p in kept]
    return pieces


def whole(sentences: Sentences) -> tuple[int, int] | None:
    """Sentences to show, or None for the whole text."""
    first, last = sentences
    return None if first is None or last is None else (first, last)


def pack(desk: Desk, pieces: Sequence[Piece], room: int) -> Pack:
    """Pieces, best first, as many as fit `room` tokens; then in reading order, between the marks."""
    chosen: list[tuple[Piece, str]] = []
    taken = tokens_of(desk.data([])) + 30
    for piece in pieces:
        entry = desk.entry(piece.segment, piece.sentences)
        cost = tokens_of(entry) + 1
        if taken + cost > room:
            break
        taken += cost
        chosen.append((piece, entry))
    left = len(pieces) - len(chosen)
    text = desk.data(entry for _, entry in chosen)
    if left:
        text += f"\n({left} weaker pieces were left out for room; search_evidence finds them.)"
    return Pack(text, len(chosen), left)


def merged(by_field: dict[str, list[Piece]]) -> list[Piece]:
    """All fields' pieces in turns, the best of each first, every segment once."""
    out: dict[str, Piece] = {}
    for rank in range(A_FIELD):
        for pieces in by_field.values():
            if rank < len(pieces):
                out.setdefault(pieces[rank].segment.id, pieces[rank])
    return list(out.values())


def field_lines(specs: dict[str, FieldSpec]) -> str:
    """The fields of a section as a model reads them: id, title, what is asked."""
    return "\n".join(f"- {name}: {spec.title}. {spec.questions[0]}" for name, spec in specs.items())


def quoted_pieces(quotes: Sequence[tuple[Segment, str]]) -> list[Piece]:
    """Segments with the sentences that a quote of theirs covers."""
    return [Piece(s, _sentences_of(s, quote)) for s, quote in quotes]


def _sentences_of(segment: Segment, quote: str) -> tuple[int, int] | None:
    start = segment.text.find(quote)
    spans = sentence_spans(segment.text)
    inside = [n for n, (a, b) in enumerate(spans) if a >= start and b <= start + len(quote)]
    return (inside[0], inside[-1]) if start >= 0 and inside and len(inside) < len(spans) else None
