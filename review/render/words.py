"""Owns the word budget: how many words a reader meets before unfolding, and how long that takes."""

from __future__ import annotations

import re

from review.models import Brief
from review.render.md_body import body
from review.render.outline import outline

WORDS_A_MINUTE = 238
"""Silent reading of English non-fiction: the mean of 190 studies, Brysbaert (2019), doi 10.1016/j.jml.2019.104047."""

_WORD = re.compile(r"\w[\w'’.,:/@%€$-]*")


def shown_words(brief: Brief) -> int:
    """Words outside folds: titles, claims, questions, conflicts and rows, not the sources."""
    return count_words("\n".join(body(outline(brief), brief)))


def reading_minutes(words: int) -> int:
    """Minutes for reading so many words, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def count_words(text: str) -> int:
    """Words as a person counts them: numbers and addresses are one, markup is none."""
    return len(_WORD.findall(text))
