"""What an answered field still lacks is asked by name, and only where no source says it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cast import Cast
from agent.changed import changed
from agent.details import phrase
from agent.models import Citation, Claim, Commitment
from agent.owed import commits, due_of, is_errand, review_flags
from app.cli import app
from app.session import Session
from indexer.models import LinesLocator, Person
from prompts.details import detail_specs
from review.models import Brief

OURS, THEIRS = "Paul Okoro <paul@ledgerline.example>", "Marta Lund <marta@tarn.example>"
MAIL = """From: {who}
To: {to}
Date: {day} Mar 2026 10:00:00 +0000
Subject: {subject}
Message-ID: <{n}@example>
Content-Type: text/plain; charset=utf-8

{words}
"""
TURNS = (
    ("Marta Lund (Tarn Robotics)", "What success looks like for us, honestly, is a faster month-end close, that is what I would call success."),
    ("Paul Okoro (Ledgerline)", "That makes sense, thank you for saying it so plainly."),
    ("Marta Lund (Tarn Robotics)", "Ines Vogt, our COO, is the executive sponsor, she is fully behind this and wants it to happen."),
    ("Paul Okoro (Ledgerline)", "Good to know, I have not met her yet."),
    ("Marta Lund (Tarn Robotics)", "My worry is simple, it is too expensive, the last time we bought one of these we wrote it off."),
    ("Paul Okoro (Ledgerline)", "We will waive the setup fee, so the first year costs you less than what you pay today."),
    ("Marta Lund (Tarn Robotics)", "Okay, that works for me."),
    ("Paul Okoro (Ledgerline)", "Is there anything else that could go wrong?"),
    ("Marta Lund (Tarn Robotics)", "Tom Reyes is leaving in June, he carries the whole thing, and nobody has been named to replace him."),
    ("Paul Okoro (Ledgerline)", "Which systems must it connect to?"),
    ("Marta Lund (Tarn Robotics)", "It has to sync with NetSuite through the API, every order must land in there, that integration is a must for us."),
    ("Paul Okoro (Ledgerline)", "We will have you live by April 30, that is a promise, and I will send you the invite later today."),
)  # fmt: skip
CALL = "WEBVTT\n\n" + "\n".join(
    f"{n}\n00:{n:02}:01.000 --> 00:{n:02}:29.000\n{who}: {words}\n"
    for n, (who, words) in enumerate(TURNS, 1)
)
MANIFEST = """account: Tarn Robotics
vendor: Ledgerline
own_domains: [ledgerline.example]
close_date: 2026-03-12
ae: Paul Okoro
"""
CONTACTS = {
    "totalSize": 2, "done": True,
    "records": [
        {
            "attributes": {"type": "Contact", "url": f"/services/data/v61.0/sobjects/Contact/0035g00000Abcd{n}AAE"},
            "Id": f"0035g00000Abcd{n}AAE", "AccountId": "0015g00000AbcdeAAG", "Account": {"Name": "Tarn Robotics"},
            "Name": name, "Email": mail, "Title": title,
        }
        for n, name, mail, title in (
            (1, "Ines Vogt", "ines@tarn.example", "COO"), (2, "Tom Reyes", "tom@tarn.example", "Warehouse Manager"),
        )
    ],
}  # fmt: skip
ANSWER = "About the faster month-end close: it takes nine days today, it has to be four days by September, and finance measures it in the close calendar."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    home = tmp_path_factory.mktemp("details") / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    return home


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deal") / "tarn"
    folder.mkdir()
    (folder / "2026-03-10_call.vtt").write_text(CALL, encoding="utf-8")
    (folder / "deal.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "Contact.json").write_text(json.dumps(CONTACTS), encoding="utf-8")
    _mail(folder, 1, OURS, THEIRS, "Recap", "Hello Marta, thank you for the call today. Paul")
    return folder


def _mail(folder: Path, n: int, who: str, to: str, subject: str, words: str) -> None:
    text = MAIL.format(who=who, to=to, day=f"{10 + n}", subject=subject, n=n, words=words)
    (folder / f"{n}.eml").write_text(text, encoding="utf-8")


def _brief(home: Path, deal: Path) -> Brief:
    session = Session(home)
    slug = session.index_deal(deal, None, False, False, lambda *_: None).account
    return session.make_brief(slug, "sales-to-cs", "csm")


@pytest.fixture(scope="module")
def brief(home: Path, deal: Path) -> Brief:
    return _brief(home, deal)


def _quote(brief: Brief, claim: str | None) -> str:
    return next((c.citations[0].quote for c in brief.claims if c.id == claim), "")


def test_a_vague_goal_asks_by_how_much_and_names_it(brief: Brief) -> None:
    (gap,) = [
        g for g in brief.gaps if g.scope == "detail" and "how will it be measured" in g.question
    ]
    assert gap.question.startswith("Marta Lund said “")
    assert "month-end close" in gap.question
    assert gap.field == "summary.success"
    assert gap.searched
    assert gap.ask == "customer"


def test_an_answer_that_comes_later_closes_the_gap(home: Path, deal: Path) -> None:
    before = _brief(home, deal)
    assert any("month-end close" in g.question for g in before.gaps)
    _mail(deal, 5, THEIRS, OURS, "Re: Recap", ANSWER)
    after = _brief(home, deal)
    assert not any("how will it be measured" in g.question for g in after.gaps)
    (deal / "5.eml").unlink()


def test_a_sponsor_who_was_in_no_call_is_asked_for(brief: Brief) -> None:
    ines = next(p for p in brief.people if p.name == "Ines Vogt")
    assert "executive_sponsor" in ines.roles
    assert ines.attended == 0
    assert ines.of_calls == 1
    assert "fully behind this" in _quote(brief, ines.proofs["executive_sponsor"])
    assert any(
        "Ines Vogt" in g.question and "was not in the one call" in g.question for g in brief.gaps
    )


def test_a_person_leaving_is_a_high_risk_without_an_owner(brief: Brief) -> None:
    risk = next(r for r in brief.risks if "Tom Reyes is leaving in June" in _quote(brief, r.claim))
    assert risk.severity == "high"
    assert "people" in risk.kinds
    assert risk.owner is None


def test_an_objection_has_who_when_answer_and_outcome(brief: Brief) -> None:
    row = next(o for o in brief.objections if "too expensive" in _quote(brief, o.claim))
    assert (row.by, row.at, row.kind, row.state) == (
        "Marta Lund",
        "2026-03-10",
        "pricing",
        "resolved",
    )
    assert "waive the setup fee" in _quote(brief, row.answered_by)


def test_an_integration_without_a_version_is_asked_by_its_name(brief: Brief) -> None:
    (gap,) = [g for g in brief.gaps if g.scope == "detail" and g.field == "technical.integrations"]
    assert gap.about == "version of NetSuite"
    assert "NetSuite" in gap.question
    assert gap.ask == "SE"


def test_the_ledger_has_days_flags_and_no_errands(brief: Brief) -> None:
    rows = {_quote(brief, p.claim): p for p in brief.commitments}
    live = next(p for q, p in rows.items() if "live by April 30" in q)
    assert live.due == "2026-04-30"
    assert live.said == "2026-03-10"
    assert live.by == "Paul Okoro"
    flags = next(c.flags for c in brief.claims if c.id == live.claim)
    assert {"verbal", "custom_promise", "custom_timeline", "last_push"} <= set(flags)


def test_the_timeline_holds_calls_mails_and_days_named(brief: Brief) -> None:
    kinds = {(t.date, t.kind) for t in brief.timeline}
    assert ("2026-03-10", "call") in kinds
    assert ("2026-03-11", "mail") in kinds
    assert [t.date for t in brief.timeline] == sorted(t.date for t in brief.timeline)
    claims = {c.id for c in brief.claims}
    assert all(t.claim in claims for t in brief.timeline)


def test_details_are_few_and_never_about_an_open_field(brief: Brief) -> None:
    details = [g for g in brief.gaps if g.scope == "detail" and g.about != "kickoff date"]
    open_fields = {g.field for g in brief.gaps if g.scope == "field"}
    assert len(details) <= 6
    assert not open_fields & {g.field for g in details}


def test_the_mail_draft_greets_numbers_and_quotes(home: Path, brief: Brief) -> None:
    run = CliRunner().invoke(
        app, ["gaps", brief.account.slug, "--questions-for", "AE", "--home", str(home)]
    )
    assert run.exit_code == 0, run.output
    assert run.output.startswith("To: Paul Okoro (AE)\nSubject: Tarn Robotics: ")
    assert "Hello Paul," in run.output
    assert "\n1. " in run.output
    assert "Ines Vogt is named as the executive sponsor" in run.output
    customer = CliRunner().invoke(
        app, ["gaps", brief.account.slug, "--questions-for", "customer", "--home", str(home)]
    )
    assert "month-end close" in customer.output
    assert "Ines Vogt is named" not in customer.output


def test_flags_list_what_the_owner_must_look_at(home: Path, brief: Brief) -> None:
    run = CliRunner().invoke(
        app, ["flags", brief.account.slug, "--format", "json", "--home", str(home)]
    )
    assert run.exit_code == 0, run.output
    kinds = {flag["kind"] for flag in json.loads(run.output)["flags"]}
    assert {"custom_timeline", "last_push", "risk", "absent"} <= kinds
    late = CliRunner().invoke(
        app,
        [
            "promises",
            brief.account.slug,
            "--last-days",
            "1",
            "--format",
            "json",
            "--home",
            str(home),
        ],
    )
    assert late.exit_code == 0
    assert "April 30" not in late.output


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("We will have it done by March 6.", "2026-03-06"),
        ("You get it on 2026-04-01.", "2026-04-01"),
        ("That is live by the end of April.", "end of April"),
        ("We'll have you live in six weeks.", "six weeks"),
        ("We do that for twenty users.", None),
        ("We lost them on January 5, never again.", None),
    ],
)
def test_by_when_a_promise_is_due(words: str, due: str | None) -> None:
    assert due_of(words, date(2026, 2, 20)) == due


@pytest.mark.parametrize(
    ("words", "errand", "binds"),
    [
        ("I'll send you the invite after this.", True, True),
        ("Let me get back to you on that.", True, True),
        ("We'll waive the setup fee.", False, True),
        ("I'll send you 20 users for the pilot, free of charge.", False, True),
        ("Most people do it by hand.", False, False),
    ],
)
def test_an_errand_is_no_promise(words: str, errand: bool, binds: bool) -> None:
    assert is_errand(words) == errand
    assert commits(words) == binds


def test_flags_for_review_follow_type_scope_and_days() -> None:
    closed = date(2026, 3, 12)
    assert review_flags("price", "15% off", "covered", date(2026, 3, 11), closed) == (
        "discount",
        "last_push",
    )
    assert "scope_note" in review_flags("feature", "x", "excluded", None, closed)
    assert review_flags("integration", "we connect it", "silent", date(2026, 1, 1), closed) == (
        "custom_promise",
        "integration",
    )


def test_a_later_promise_of_another_value_changes_an_earlier_one() -> None:
    def promise(n: int, day: str, words: str) -> tuple[Commitment, Claim]:
        cited = Citation(
            artifact="a", segment=f"s{n}", start=0, end=len(words), quote=words,
            locator=LinesLocator(first=n, last=n),
        )  # fmt: skip
        claim = Claim(
            id=f"c{n}", key=f"k{n}", field=None, kind="commitment", text="x", citations=(cited,)
        )
        return Commitment(claim=f"c{n}", type="date", said=day), claim

    rows = (
        promise(1, "2026-03-01", "We will have you live in six weeks."),
        promise(2, "2026-03-05", "You get a 15% discount."),
        promise(3, "2026-03-09", "We will have you live in ten weeks."),
        promise(4, "2026-03-09", "You get a discount of 15 percent."),
    )
    claims = {claim.id: claim for _, claim in rows}
    assert list(changed([p for p, _ in rows], claims)) == [("c1", "c3")]


PEOPLE = (
    Person(name="Deb Rusk", side="customer"), Person(name="Kyle Amund", side="customer"),
    Person(name="Paul Okoro", side="vendor"), Person(name="Ann Lee", side="customer"), Person(name="Ann Poe", side="customer"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "speaker", "about"),
    [
        ("It is my budget and I sign it.", "Deb Rusk", "Deb Rusk"),
        ("I've been after Deb for two years.", "Kyle Amund", "Kyle Amund"),
        ("Deb signs it, I only ask.", "Kyle Amund", "Deb Rusk"),
        ("My boss Deb pays for it.", "Kyle Amund", "Deb Rusk"),
        ("Paul, I can sign it.", "Deb Rusk", "Deb Rusk"),
        ("Ann is against it.", "Kyle Amund", None),
        ("It works fine.", "Kyle Amund", None),
        ("Deb, our VP, signs it.", "Kyle Amund", "Deb Rusk"),
        ("It is never my budget, Deb.", "Kyle Amund", "Kyle Amund"),
    ],
)
def test_who_is_the_subject(words: str, speaker: str, about: str | None) -> None:
    cast = Cast(PEOPLE)
    found = cast.subject(words, cast.known(speaker))
    assert (found.name if found else None) == about


def test_a_phrase_is_verbatim_and_short() -> None:
    text = "Well, you know, what we want is a faster month-end close, and then some more of the same for everybody."
    found = phrase(text, re.compile("faster"))
    assert found == "what we want is a faster month-end close"
    assert found in text
    assert all(spec.question.count("$") for spec in detail_specs().values())
