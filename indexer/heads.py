"""The trained heads that read a deal's passages when it is indexed, as one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.adapted import MAX_TOKENS
from indexer.answer_head import AnswerHead, Packed
from indexer.encoder import Encoder, Pair
from indexer.entailment import Entailment
from indexer.reading_head import ReadingHead, Signals


@dataclass(frozen=True)
class Heads:
    """The reading head and the answer head, over one encoder."""

    reading: ReadingHead
    answers: AnswerHead
    entailment: Entailment | None = None
    """A second reader of claims, where one is configured; the record keeps nothing of it."""

    @classmethod
    def over(cls, encoder: Encoder, entailment: Entailment | None = None) -> Heads:
        """Both heads as they come with Baton."""
        return cls(ReadingHead(encoder), AnswerHead(encoder), entailment)

    @property
    def names(self) -> tuple[str, str]:
        """Under which the record keeps what they make of passages."""
        return self.reading.name, self.answers.name

    @property
    def name(self) -> str:
        """Both names, part of an index's fingerprint."""
        return "+".join(self.names)

    def read(self, pairs: Sequence[Pair]) -> tuple[Signals, list[Packed]]:
        """What both heads make of passages; the layers that they share are run once."""
        encoder = self.reading.encoder
        signals = np.zeros((len(pairs), len(self.reading.fields) + len(self.reading.acts)), np.float32)  # fmt: skip
        packed: dict[int, Packed] = {}
        for batch, half in encoder.lower(encoder.tokens(pairs, MAX_TOKENS)):
            signals[batch.rows] = self.reading.signals(batch, half)
            packed.update(zip(batch.rows, self.answers.packed(batch, half), strict=True))
        return signals, [packed[i] for i in range(len(pairs))]
