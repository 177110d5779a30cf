"""Deals written as files: how one text becomes files, and what scope and ledger make of one that is in no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.filed import load_filed, read_filed, write_files
from eval.papers import figures, judged_files
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Source, SourceMap

DEAL = """= climbing wall, inspection
@ deal.yaml
account: Steep Hall
vendor: Ropewise
own_domains: [ropewise.example]
own_people: [Ina Falk]
customer_people: [Rob Tully]
@ calls/walk.vtt
WEBVTT

00:00:01.000 --> 00:00:06.000
<v Rob Tully>Mind the chalk. How often are you here?

00:00:07.000 --> 00:00:14.000
<v Ina Falk>We'll inspect every anchor on the wall twice a year.

00:00:15.000 --> 00:00:22.000
<v Ina Falk>And you'll have new holds for the children's corner, forty of them, no charge.
@ contract/order.xlsx
[Order]
Order form\tRW-118
Inspection of all anchors\ttwice a year\tEUR 2,400
Holds, children's corner\t0\tnot ordered
Accepted by customer\tRob Tully\t04/05/2026
Accepted by supplier\tIna Falk\t05/05/2026
@ contract/annex (old).docx
# Annex
Item\tQuantity
Ropes\t12
@ contract/letter.pdf
Dear Mr Tully (Steep Hall),
thank you.
@ gold
=> covered | anchors | We'll inspect every anchor on the wall twice a year.
=> contradicted | holds | And you'll have new holds for the children's corner, forty of them, no charge.
"""


def test_the_written_deals_name_their_files_and_promises() -> None:
    deals = load_filed()
    assert sum(len(d.promises) for d in deals) > 50
    assert all(d.promises and "deal.yaml" in d.files and d.held_out for d in deals)
    assert {Path(f).suffix for d in deals for f in d.files} >= {".pdf", ".docx", ".xlsx", ".html"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("contract/order.xlsx", "Holds, children's corner"),
        ("contract/annex (old).docx", "Ropes"),
        ("contract/letter.pdf", "Dear Mr Tully (Steep Hall),"),
    ],
)
def test_each_file_is_written_as_its_ending_says(tmp_path: Path, name: str, words: str) -> None:
    (deal,) = read_filed(DEAL)
    write_files(deal, tmp_path)
    source = Source(name, (tmp_path / name).read_bytes())
    reader = reader_for(source, load_readers())
    assert reader is not None
    (artifact,) = reader.read(source, SourceMap({})).artifacts
    assert any(words in s.text for s in artifact.segments)


def test_a_spreadsheet_that_both_accepted_is_the_signed_scope(tmp_path: Path) -> None:
    (outcome,) = judged_files(read_filed(DEAL), tmp_path)
    assert [v.status for v in outcome.verdicts] == ["covered", "contradicted"]
    assert all(v.cited for v in outcome.verdicts)
    assert figures([outcome]).startswith("scope 2/2")


def test_a_promise_that_no_source_says_is_told(tmp_path: Path) -> None:
    wrong = DEAL.replace("| We'll inspect every anchor", "| We'll inspect each anchor")
    with pytest.raises(LookupError, match="no source says"):
        next(judged_files(read_filed(wrong), tmp_path))
