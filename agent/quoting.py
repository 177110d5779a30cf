"""Chooses which sentences of a segment a claim quotes: whole sentences, few words, what answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.sentences import sentence_spans
from agent.values import values_of
from indexer.lexical import STOP

TARGET_WORDS = 42


def _content(text: str) -> set[str]:
    return {w[:6] for w in re.findall(r"[^\W\d_]{3,}", text.lower()) if w not in STOP}


def best_sentences(text: str, questions: Sequence[str]) -> tuple[int | None, int | None]:
    """First and last sentence index to quote; (None, None) means the whole text.

    A text of at most `TARGET_WORDS` is quoted whole. Of a longer one the run of sentences is taken that
    shares most words with the questions and holds most typed values.
    """
    if len(text.split()) <= TARGET_WORDS:
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
            if words > TARGET_WORDS and last > first:
                break
            total += worth[last]
            if total > best:
                best, choice = total, (first, last)
    return choice
