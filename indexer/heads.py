"""The trained heads that read a deal's passages when it is indexed, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.answer_head import AnswerHead
from indexer.reading_head import ReadingHead


@dataclass(frozen=True)
class Heads:
    """The reading head and the answer head."""

    reading: ReadingHead
    answers: AnswerHead

    @property
    def names(self) -> tuple[str, str]:
        """Under which the record keeps what they make of passages."""
        return self.reading.name, self.answers.name

    @property
    def name(self) -> str:
        """Both names, part of an index's fingerprint."""
        return "+".join(self.names)
