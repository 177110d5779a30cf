"""What readers say of a brief and what the logs add up to: flags with their cause, ratings, time, acceptance, the notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from indexer.journal import Event
from review.export.notice import notice
from review.figures import figures, review_minutes
from tests.web_fixtures import SLUG, Served

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def event(act: str, minute: float = 0.0, **payload: Any) -> Event:
    at = (START + timedelta(minutes=minute)).isoformat()
    return Event(seq=1, at=at, actor="Ann", act=act, payload=payload, prev="", hash="")


@pytest.fixture
def client(served: Served) -> Any:
    with httpx.Client(base_url=served.url, headers=served.bearer, timeout=120) as client:
        yield client


def test_a_pause_counts_five_minutes_and_what_comes_after_the_signature_nothing() -> None:
    log = [
        event("brief", -600), event("accept", 0), event("accept", 2), event("reject", 60),
        event("sign", 61, role="ae"), event("sign", 900, role="csm"),
    ]  # fmt: skip
    assert review_minutes(log) == pytest.approx(2 + 5 + 1)
    assert review_minutes(log[:1]) is None


def test_the_acceptance_rate_counts_what_was_accepted_and_never_returned() -> None:
    accepted = [event("sign", role="ae"), event("sign", role="csm")]
    back = [event("sign", role="ae"), event("return", reasons=["wrong_fact"]), *accepted]
    waiting = [event("sign", role="ae")]
    found = figures({"a": accepted, "b": back, "c": waiting, "d": accepted, "e": []})
    assert (found.decided, found.accepted, found.cs_handoff_acceptance_rate) == (3, 2, 0.67)
    assert found.returns == {"wrong_fact": 1}
    nothing = figures({"a": waiting})
    assert (nothing.cs_handoff_acceptance_rate, nothing.rating) == (None, None)


def test_the_last_rating_of_an_account_counts() -> None:
    found = figures({"a": [event("rate", stars=1), event("rate", stars=4)], "b": [event("rate", stars=5)]})  # fmt: skip
    assert (found.rating, found.rated) == (4.5, 2)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("The night shift asked twice to count offline.", "in_brief"),
        ("Everything else is a change request with its own price.", "not_picked"),
        ("Training for both shifts takes two days.", "odd_place"),
        ("The customer runs three submarines near Lisbon.", "never_captured"),
    ],
)  # fmt: skip
def test_a_flag_says_why_the_brief_lacks_it_and_changes_nothing(
    client: httpx.Client, served: Served, text: str, cause: str
) -> None:
    before = served.site.session.desk(SLUG).page()
    act = {"act": "flag", "what": "missed", "field": "goals.problem", "text": text, "name": "Bea Kron"}  # fmt: skip
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    said = client.post(f"/accounts/{SLUG}/review", data=act, headers=own)
    assert said.status_code == 200, said.text
    last = served.site.session.desk(SLUG).events()[-1]
    assert (last.act, last.actor, last.payload["cause"]["kind"]) == ("flag", "Bea Kron", cause)
    assert said.json()["cause"] == last.payload["cause"]["said"]
    after = served.site.session.desk(SLUG).page()
    assert (after.hash, after.brief.status) == (before.hash, before.brief.status)
    assert text in client.get(f"/accounts/{SLUG}/review").text
    figured = client.get("/api/figures").json()
    assert figured["flags"][cause] >= 1


def test_a_rating_is_kept_with_its_name_and_shown(client: httpx.Client, served: Served) -> None:
    wrong = client.post(f"/api/accounts/{SLUG}/review", json={"act": "rate", "stars": 6, "name": "Bea"})  # fmt: skip
    assert wrong.status_code == 422
    given = client.post(f"/api/accounts/{SLUG}/review", json={"act": "rate", "stars": 4, "name": "Bea"})  # fmt: skip
    assert given.status_code == 200
    assert "4 of 5" in client.get(f"/accounts/{SLUG}/review").text
    assert "4 of 5" in client.get("/figures").text.replace("4.0", "4")


def test_the_notice_says_what_is_missing_until_the_brief_is_accepted(served: Served) -> None:
    brief = served.site.session.desk(SLUG).page().brief
    waiting = notice(brief)
    assert "not be scheduled yet" in waiting
    assert all(g.id in waiting for g in brief.gates if not g.passed)
    accepted = notice(brief.model_copy(update={"status": "accepted"}))
    assert "the kickoff can be scheduled" in accepted
    assert brief.review.hash in accepted
