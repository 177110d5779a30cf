"""What was promised and what was signed: related by their best passages, and by nothing else."""

from __future__ import annotations

import numpy as np

from agent.relatedness import Relatedness, Said
from indexer.search import Readings


def made() -> Relatedness:
    """Three segments: a promise of one passage, a clause of two passages, a clause about something else."""
    eye = np.eye(4, dtype=np.float32)
    signals = np.array([[0.9, 0, 1], [0, 0, 1], [0.8, 0, 1], [0, 0.9, 1]], np.float32)
    readings = Readings(
        ("training", "price"), ("statement",), signals, np.array([0, 1, 1, 2]),
        ((0, 9), (0, 20), (20, 44), (0, 12)), 3,
    )  # fmt: skip
    answers = np.stack([eye[0], eye[1], eye[0], eye[2]])
    return Relatedness(np.stack([eye[0], eye[0], eye[3]]), answers, readings)


def said(*passages: int) -> Said:
    return made().said(passages, np.eye(4, dtype=np.float32)[0])


def test_a_long_clause_is_judged_by_its_best_passage_and_says_which() -> None:
    chances, spans = made().of(said(0), [1, 2])
    assert chances[0] > 0.9 > 0.1 > chances[1]
    assert spans == [(20, 44), (0, 12)]


def test_nothing_said_is_related_to_nothing() -> None:
    chances, spans = made().of(said(), [1, 2])
    assert chances.tolist() == [0, 0]
    assert spans == [(0, 0), (0, 0)]
    assert made().of(said(0), [])[1] == []
