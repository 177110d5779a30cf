"""What may answer a field at all: somebody's words, not what a paper prints around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model_deal import FILES, SLUG, index_deal

PAPER = """ORDER FORM TR-118

Tarn Robotics orders 40 users of the stock service from Hollis Ltd for 36 months from 1 May 2026.

The yearly price is $48,000, billed in advance.

{furniture}

Accepted by Maria Lund, COO, 20 March 2026
"""


@pytest.mark.parametrize(
    "furniture", ["Order Form TR-118 Page 1 of 2", "Envelope 7C1E-22A9 Page 1"]
)
def test_a_papers_page_marks_prove_nothing(furniture: str, tmp_path: Path, models: Path) -> None:
    files = FILES | {"contract/order-form.txt": PAPER.format(furniture=furniture)}
    session = index_deal(tmp_path / "home", tmp_path / "deal", models, files)
    assert any(furniture in s.text for s in session.store.segments(SLUG))
    session.use_engine("extractive")
    brief = session.make_brief(SLUG, "sales-to-cs", "csm")
    quotes = [c.quote for claim in brief.claims for c in claim.citations]
    assert not [q for q in quotes if furniture in q]
    assert [q for q in quotes if "36 months" in q]
