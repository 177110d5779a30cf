"""A promise against the signed papers: what says otherwise, what leaves it out, what has it, what is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.otherwise import leaves_out, left_out, otherwise
from app.session import Session


@pytest.mark.parametrize(
    ("promise", "clause", "signed"),
    [
        ("You'd be live in six weeks.", "Onboarding takes fourteen weeks from kickoff.", "fourteen weeks"),
        ("We can do 39 SEK per employee.", "Price SEK 42.00 per employee and month", "SEK 42.00"),
        ("Text messages are in the price, you don't pay per message.", "SEK 0.55 per text message, invoiced monthly", "SEK 0.55"),
        ("It's unlimited users, everybody gets a login.", "Authorized users: 45 named users", "45 named users"),
        ("If it doesn't work you can walk.", "Fees are non-cancelable and non-refundable.", "non-cancelable"),
        ("There is a Swedish-speaking person for you.", "Support in English or Danish.", "Danish, English"),
        ("Our team cleans up the duplicate item codes.", "Customer cleans the item file, including duplicate item codes.", "Customer cleans"),
        ("The clock doesn't start until you're live.", "The term starts on this date whether or not onboarding is complete.", "whether or not"),
    ],
)  # fmt: skip
def test_a_clause_says_otherwise(promise: str, clause: str, signed: str) -> None:
    found = otherwise(promise, clause)
    assert found is not None
    assert found.signed.startswith(signed)


@pytest.mark.parametrize(
    ("promise", "clause"),
    [
        ("We load two years of invoices.", "Twenty-four months of invoice history are loaded once."),
        ("No index increase the first twenty-four months.", "No indexation applies during the first 24 months. Thereafter fees may be adjusted."),
        ("Training on site, two days in each hospital.", "Eight days of training on site, two in each hospital."),
        ("The setup fee is waived, no charge.", "Setup fee, waived: $0.00, charged once"),
        ("It prints labels in Welsh and English.", "Label output: bilingual English and Welsh"),
        ("You give us the export.", "The Customer provides the export."),
    ],
)  # fmt: skip
def test_a_clause_says_the_same(promise: str, clause: str) -> None:
    assert otherwise(promise, clause) is None


def test_exclusions_are_read_item_by_item() -> None:
    listed = "Calculation of on-call compensation for doctors, interfaces to public authorities, translation of the app."
    assert leaves_out(listed, "6. Not included")
    assert not leaves_out(listed, "6. Included")
    assert not leaves_out("Anything not listed is out of scope.", "")
    assert not leaves_out("Support Monday to Friday, excluding U.S. holidays.")
    assert (
        left_out("The on-call compensation for doctors is in the product by autumn.", listed) >= 0.5
    )
    assert left_out("We train the nurses on site.", listed) == 0


FORM = """<html><body><h1>Order Form BW-1001</h1><p>Brightware Inc. and Oakmill LLC</p>
<p>Onboarding takes fourteen weeks from kickoff to the first plant being live.</p>
<p>Twenty-four months of invoice history are loaded once.</p>
<p>Sending of price lists by WhatsApp or text message is not part of this work.</p>
<p>By: /s/ Ana Roth</p><p>Date: 3 March 2026</p><p>By: /s/ Sam Lind</p><p>Date: 3 March 2026</p></body></html>"""
MAIL = """From: Ana Roth <ana@brightware.example>
To: Sam Lind <sam@oakmill.example>
Date: {day} Feb 2026 10:00:00 +0000
Subject: What you asked
Message-ID: <{day}@example>
Content-Type: text/plain; charset=utf-8

{words}
"""
SAID = {
    "02": ("We'll have you live in six weeks from kickoff, I promise you that.", "contradicted"),
    "03": ("We'll load two years of invoice history for you, that's included.", "covered"),
    "04": ("Your reps will send the price lists by WhatsApp, that's included.", "contradicted"),
    "05": ("I'll get you a seat on our advisory board in Lisbon, at no charge.", "silent"),
}


@pytest.mark.parametrize("signed", [True, False])
def test_a_promise_has_the_status_that_the_signed_paper_gives_it(
    tmp_path: Path, signed: bool
) -> None:
    deal = tmp_path / "oakmill"
    deal.mkdir()
    for day, (words, _) in SAID.items():
        (deal / f"{day}.eml").write_text(MAIL.format(day=day, words=words), encoding="utf-8")
    form = FORM if signed else FORM.replace("/s/ Sam Lind", "").replace("/s/ Ana Roth", "")
    (deal / "order_form.html").write_text(form, encoding="utf-8")
    (deal / "deal.yaml").write_text(
        "account: Oakmill\nown_domains: [brightware.example]\nkinds: {order_form.html: contract}\n"
    )
    session = Session(tmp_path / "home")
    slug = session.index_deal(deal, None, False, False, lambda *_: None).account
    brief = session.make_brief(slug, "sales-to-cs", "csm")
    claims = {c.id: c.citations[0].quote for c in brief.claims}
    rows = {claims[p.claim]: p for p in brief.commitments}
    for words, status in SAID.values():
        row = next((p for quote, p in rows.items() if words[:40] in quote), None)
        assert row is not None, words
        assert row.scope == (status if signed else "silent"), words
        assert bool(row.scope_citations) == (row.scope != "silent")
