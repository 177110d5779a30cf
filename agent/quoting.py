"""Chooses which sentences of a segment a claim quotes: whole sentences, few words, what answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.values import values_of
from indexer.lexical import STOP
from indexer.sentences import sentence_spans

TARGET_WORDS = 56

Sentences = tuple[int | None, int | None]
"""First and last sentence of a text, both included; (None, None) is the whole text."""


def _content(text: str) -> set[str]:
    return {w[:6] for w in re.findall(r"[^\W\d_]{3,}", text.lower()) if w not in STOP}


def best_sentences(
    text: str, questions: Sequence[str], target: int = TARGET_WORDS
) -> tuple[int | None, int | None]:
    """First and last sentence index to quote; (None, None) means the whole text.

    A text of at most `target` words is quoted whole. Of a longer one the run of sentences is taken that
    shares most words with the questions and holds most typed values.
    """
    if len(text.split()) <= target:
        return None, None
    spans = sentence_spans(text)
    if len(spans) < 2:
        return None, None
    wanted = set().union(*(_content(q) for q in questions))
    sentences = [text[a:b] for a, b in spans]
    worth = [
        len(_content(s) & wanted) + 1.5 * len(values_of(s)) + 0.04 * len(_content(s))
        for s in sentences
    ]
    best, choice = -1.0, (0, 0)
    for first in range(len(spans)):
        words, total = 0, 0.0
        for last in range(first, len(spans)):
            words += len(sentences[last].split())
            if words > target and last > first:
                break
            total += worth[last]
            if total > best:
                best, choice = total, (first, last)
    return choice


def best_run(text: str, spans: Sequence[tuple[int, int]], worth: Sequence[float]) -> Sentences:
    """The sentences to quote of a text cut into passages: around the passage of most worth."""
    if not spans:
        return None, None
    return run_around(text, spans, worth, spans[max(range(len(spans)), key=lambda i: worth[i])])


def run_around(
    text: str, spans: Sequence[tuple[int, int]], worth: Sequence[float], span: tuple[int, int]
) -> Sentences:
    """The sentences of the passage `span`, with its neighbours as long as they are worth a third of it.

    A text of at most `TARGET_WORDS` is quoted whole; no quote grows beyond them by neighbours.
    """
    if len(text.split()) <= TARGET_WORDS or len(spans) < 2:
        return None, None
    first = last = spans.index(span)
    best = worth[first]
    while True:
        options = [i for i in (first - 1, last + 1) if 0 <= i < len(spans)]
        options = [i for i in options if worth[i] >= best / 3 and worth[i] > 0]
        options = [
            i for i in options if _words(text, spans, min(first, i), max(last, i)) <= TARGET_WORDS
        ]
        if not options:
            break
        taken = max(options, key=lambda i: worth[i])
        first, last = min(first, taken), max(last, taken)
    return within(text, (spans[first][0], spans[last][1]))


def within(text: str, span: tuple[int, int]) -> Sentences:
    """The sentences of a text that stand inside a span of it; (None, None) where none does."""
    start, end = span
    inside = [n for n, (a, b) in enumerate(sentence_spans(text)) if a >= start and b <= end]
    return (inside[0], inside[-1]) if inside else (None, None)


def _words(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> int:
    return len(text[spans[first][0] : spans[last][1]].split())
