"""A promise is listed, marked when it is taken back, and nothing said among ourselves is one."""

from __future__ import annotations

from pathlib import Path

from app.session import Session

MAIL = """From: {who}
To: {to}
Date: {day} Mar 2026 10:00:00 +0000
Subject: {subject}
Message-ID: <{day}@example>
Content-Type: text/plain; charset=utf-8

{words}
"""
US, THEM = "Ana Roth <ana@brightware.example>", "Sam Lind <sam@oakmill.example>"


def test_a_promise_is_marked_when_it_is_taken_back(tmp_path: Path) -> None:
    deal = tmp_path / "oakmill"
    deal.mkdir()
    mails = [
        ("02", US, THEM, "After our call", "We will write the bookings back into your warehouse system, that's included, no extra charge."),
        ("05", THEM, US, "Re: After our call", "Thank you, that is good to hear. Sam"),
        ("09", US, THEM, "Correction", "I misspoke about writing the bookings back into your warehouse system. We only read from it."),
    ]  # fmt: skip
    for day, who, to, subject, words in mails:
        text = MAIL.format(day=day, who=who, to=to, subject=subject, words=words)
        (deal / f"{day}.eml").write_text(text, encoding="utf-8")
    (deal / "deal.yaml").write_text("account: Oakmill\nown_domains: [brightware.example]\n")
    (deal / "note.md").write_text("# Us\n\nWe'll have them live in two weeks and waive the fee.\n")
    session = Session(tmp_path / "home")
    slug = session.index_deal(deal, None, False, False, lambda *_: None).account
    brief = session.make_brief(slug, "sales-to-cs", "csm")
    claims = {c.id: c for c in brief.claims}
    promised = [claims[c.claim] for c in brief.commitments]
    quotes = [c.citations[0].quote for c in promised]
    assert any("write the bookings back" in q for q in quotes)
    assert not any("two weeks" in q for q in quotes), "a note of ours is no promise to the customer"
    taken_back = next(c for c in promised if "write the bookings back" in c.citations[0].quote)
    (flag,) = [f for f in taken_back.flags if f.startswith("superseded_by:")]
    assert "I misspoke" in claims[flag.split(":")[1]].citations[0].quote
    others = [i for s in brief.sections for f in s.fields for i in f.shown if i != taken_back.id]
    assert not any(
        claims[i].citations[0].segment == taken_back.citations[0].segment for i in others
    ), "what was taken back is history, not an answer"
