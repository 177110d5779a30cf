"""Runs the evaluation: for every deal, makes the brief, asks the questions, scores both.

Pure orchestration; how a brief is made and a question answered is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eval.gold import Files, load_case
from eval.report import Report, Row
from eval.score import TextOf, score_answers, score_brief

MakeBrief = Callable[[Path], tuple[dict[str, Any], TextOf]]
"""From a deal folder to its brief as public JSON, and the extracted text of its artifacts."""

Answer = Callable[[Path, list[str]], list[dict[str, Any]]]
"""From a deal folder and questions to one answer each, as public JSON."""


def evaluate(cases: Sequence[tuple[Path, Path]], make_brief: MakeBrief, answer: Answer) -> Report:
    """Scores of all deals; `cases` are pairs of a deal folder and its gold file."""
    # All gold is read first: a broken case should be said before an hour of work, not after.
    loaded = [(folder, load_case(gold)) for folder, gold in cases]
    rows = []
    for folder, case in loaded:
        brief, text_of = make_brief(folder)
        answers = answer(folder, [q.q for q in case.questions]) if case.questions else []
        rows.append(
            Row(
                deal=case.account,
                brief=score_brief(case, brief, text_of),
                answers=score_answers(case, answers, Files.of_brief(brief)),
            )
        )
    return Report(rows=tuple(rows))
