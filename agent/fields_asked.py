"""Which fields of the template a question asks about: `How do I reach her?` asks how people want to be reached.

Multinomial logistic regression over the answer head's vector of the question, learned from the questions of written deals and
the fields that their answers were labelled with (`python -m eval.train.fields_asked`). What a passage says of those fields
tells answers that share no word with the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from indexer.embed import Vectors
from indexer.search import Readings

WEIGHTS = Path(__file__).parent / "fields_asked.npz"


@dataclass(frozen=True)
class FieldsAsked:
    """What was learned."""

    head: str
    """The answer head whose vectors it reads."""
    fields: tuple[str, ...]
    weights: Vectors
    """(fields, d)"""
    bias: Vectors
    """(fields,)"""

    def chances(self, question: Vectors) -> Vectors:
        """How surely a question, by its vector (d,), asks about each field; all sum up to 1: (fields,)."""
        odds = self.weights @ question + self.bias
        raised = np.exp(odds - odds.max())
        return np.asarray(raised / raised.sum(), np.float32)

    def spoken_of(self, chances: Vectors, readings: Readings) -> Vectors:
        """How surely each segment says something of the fields asked about, 0..1: (segments,)."""
        told = np.stack([readings.field(f) for f in self.fields], axis=1)
        return readings.by_segment(np.asarray(told @ chances, np.float32))


@cache
def learned() -> FieldsAsked:
    """The weights that ship."""
    with np.load(WEIGHTS) as held:
        return FieldsAsked(
            str(held["head"]), tuple(str(f) for f in held["fields"]),
            held["weights"].astype(np.float32), held["bias"].astype(np.float32),
        )  # fmt: skip
