"""Written papers with promises: how they are read, and what scope and ledger make of one that is in no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.papers import Outcome, figures, judged, load_deals, misses, read_deals

DEAL = """= ski school, lesson booking
@ call 2026-02-03
C Ueli: And when it snows in? Who do we reach?
V Nora: There's somebody on the phone on Sundays as well, real people.
=> contradicted | Monday to Friday
V Nora: We bring over your guest list, all eleven thousand of them.
=> covered | guest
V Nora: The wage export goes to Abacus by itself every night.
=> contradicted | downloaded
V Nora: I'll have a banner printed for your school race in March.
=> silent
V Nora: Is the pass open already?
@ agreement 2026-02-20
# 1 Service
The Supplier provides the booking service for one ski school with 60 instructors.
Guest data: the existing guest list is imported once by the Supplier.
Wages: hours are downloaded manually as a CSV file.
# 2 Support
Telephone support is available Monday to Friday from 8 to 17. It is closed on Sundays.
# 3 Price
The annual fee is CHF 4,900, payable within 30 days.
# 4 Term
Two years, thereafter terminable with three months' notice.
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return next(judged(read_deals(DEAL), tmp_path_factory.mktemp("papers")))


def test_the_files_are_read_and_every_clause_stands_in_a_paper() -> None:
    deals = load_deals()
    promises = [p for d in deals for p in d.promises]
    assert len(promises) > 200
    assert {p.status for p in promises} == {"covered", "contradicted", "silent"}
    assert {d.held_out for d in deals} == {True, False}
    assert not {d.scene.name for d in deals if d.held_out} & {
        d.scene.name for d in deals if not d.held_out
    }


def test_each_promise_gets_what_the_paper_says_with_the_clause_that_says_so(
    outcome: Outcome,
) -> None:
    for verdict in outcome.verdicts:
        assert verdict.status == verdict.gold.status, verdict
        assert verdict.cited, verdict


def test_a_question_is_no_promise_and_the_figures_count(outcome: Outcome) -> None:
    assert not any(words.startswith("Is the pass") for words in outcome.idle)
    assert figures([outcome]).startswith("scope 4/4 (contradicted 2/2, covered 1/1, silent 1/1)")
    assert misses(outcome).startswith("= ski school")


def test_without_a_clause_on_it_the_paper_is_silent(tmp_path: Path) -> None:
    bare = DEAL.split("# 2 Support", maxsplit=1)[0]
    found = next(judged(read_deals(bare), tmp_path))
    assert found.verdicts[0].status == "silent"


@pytest.mark.parametrize(
    ("file", "right", "listed", "idle"), [("seen_5", 34, 36, 5), ("held_out_4", 28, 31, 11)]
)
def test_written_deals_hold_their_ground(
    file: str, right: int, listed: int, idle: int, tmp_path: Path
) -> None:
    """Every other deal of a file that tunes and of one that is only counted: totals, never lines."""
    deals = [d for d in load_deals() if d.file == file][::2]
    outcomes = list(judged(deals, tmp_path))
    verdicts = [v for o in outcomes for v in o.verdicts]
    assert len(verdicts) > 40
    assert sum(v.right for v in verdicts) >= right
    assert sum(v.listed is not None for v in verdicts) >= listed
    assert sum(len(o.idle) for o in outcomes) <= idle
