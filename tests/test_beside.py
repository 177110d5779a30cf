"""A claim cites what stands beside its passage: the next rows of a paper, never the same words in two claims of a field."""

from __future__ import annotations

from pathlib import Path

from app.session import Session

FORM = """<html><body><h1>Order Form BW-1001</h1><p>Brightware Inc. and Oakmill LLC</p>
<p>Subscription term: 24 months, from 1 April 2026 to 31 March 2028.</p>
<p>The subscription renews for twelve months at a time unless either party gives notice.</p>
<p>Notice of non-renewal is given in writing ninety days before the end of the term.</p>
<p>Subscription fee: $84,000.00 per year for 45 named users.</p>
<p>Onboarding fee: $13,800.00, one time, due at signature.</p>
<p>By: /s/ Ana Roth</p><p>Date: 3 March 2026</p><p>By: /s/ Sam Lind</p><p>Date: 3 March 2026</p></body></html>"""


def test_clauses_of_one_matter_are_cited_together_and_once(tmp_path: Path) -> None:
    deal = tmp_path / "oakmill"
    deal.mkdir()
    (deal / "order_form.html").write_text(FORM, encoding="utf-8")
    (deal / "deal.yaml").write_text(
        "account: Oakmill\nown_domains: [brightware.example]\nkinds: {order_form.html: contract}\n"
    )
    session = Session(tmp_path / "home")
    slug = session.index_deal(deal, None, False, False, lambda *_: None).account
    brief = session.make_brief(slug, "sales-to-cs", "csm")
    claims = {c.id: c for c in brief.claims}
    fields = [f for s in brief.sections for f in s.fields]
    terms = next(f for f in fields if f.id == "commitments.contract_terms")
    together = max(
        ([c.quote for c in claims[i].citations] for i in terms.claims), key=len, default=[]
    )
    assert len(together) > 1, "the clauses of the term stand in one claim"
    assert any("renews" in quote for quote in together)
    for field in fields:
        cited = [c.segment for i in field.claims for c in claims[i].citations]
        assert len(cited) == len(set(cited)), f"{field.id} cites the same words twice"
