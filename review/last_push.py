"""What was promised in the last days before a deal closed."""

from __future__ import annotations

from datetime import date

from indexer.errors import InputError
from review.models import Brief


def promised_late(brief: Brief, days: int) -> Brief:
    """The brief with only the promises of the last `days` days before its close date.

    Raises InputError where nobody knows when the deal closed.
    """
    closed = brief.account.close_date
    if closed is None:
        raise InputError(
            f"Nobody knows when {brief.account.name} closed. Add `close_date` to deal.yaml and index again."
        )
    late = tuple(
        p
        for p in brief.commitments
        if p.said and 0 <= (closed - date.fromisoformat(p.said)).days <= days
    )
    return brief.model_copy(update={"commitments": late})
