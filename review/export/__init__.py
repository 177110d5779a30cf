"""What a reviewed brief is taken along as: a document, an agenda, sheets, checklists, tasks; all with the approval record."""

from __future__ import annotations

from collections.abc import Callable

from review.export.agenda import agenda
from review.export.answered import answered
from review.export.flags import flags_page
from review.export.promises import promise_checklist
from review.export.questions import questions_text
from review.export.tasks import tasks_csv
from review.models import Brief

EXPORTS: dict[str, tuple[str, Callable[[Brief], str]]] = {
    "agenda": ("md", agenda),
    "answered": ("md", answered),
    "questions": ("txt", lambda brief: questions_text(brief, "AE")),
    "promises": ("md", promise_checklist),
    "tasks": ("csv", tasks_csv),
    "flags": ("md", flags_page),
}
"""What can be exported as text: its usual suffix, and what makes it of a brief as reviewed."""

__all__ = ["EXPORTS"]
