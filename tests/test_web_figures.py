"""What readers say of a brief and what the logs add up to: flags with their cause, ratings, time, acceptance, the notice."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
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


def test_outcomes_are_noted_weeks_later_and_counted(client: httpx.Client) -> None:
    wrong = client.post(f"/api/accounts/{SLUG}/review", json={"act": "outcome", "what": "sunshine", "name": "Bea"})  # fmt: skip
    assert wrong.status_code == 400
    for what, value, on in (("nps_30", "7", ""), ("nps_30", "9", ""), ("first_value_reached", "", "2026-04-19")):  # fmt: skip
        assert _form(client, act="outcome", what=what, value=value, on=on, name="Bea Kron").status_code == 200  # fmt: skip
    found = client.get("/api/figures").json()
    assert found["outcomes"]["nps_30"] == {"accounts": 1, "mean": 9.0}
    assert found["days_to_first_value"] == 30
    assert "What came of it" in client.get("/figures").text


def test_the_notice_says_what_is_missing_until_the_brief_is_accepted(served: Served) -> None:
    brief = served.site.session.desk(SLUG).page().brief
    waiting = notice(brief)
    assert "not be scheduled yet" in waiting
    assert all(g.id in waiting for g in brief.gates if not g.passed)
    accepted = notice(brief.model_copy(update={"status": "accepted"}))
    assert "the kickoff can be scheduled" in accepted
    assert brief.review.hash in accepted


def _form(client: httpx.Client, **fields: Any) -> httpx.Response:
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    return client.post(f"/accounts/{SLUG}/review", data=fields, headers=own)


def test_a_csm_returns_a_brief_with_reasons_and_the_page_says_them(client: httpx.Client, served: Served) -> None:  # fmt: skip
    page = client.get(f"/api/accounts/{SLUG}/review").json()
    for point in page["checklist"]:
        assert _form(client, act="tick", point=point["id"], done="true", name="Ann Lee").status_code == 200  # fmt: skip
    shown = client.get(f"/api/accounts/{SLUG}/review").json()["hash"]
    assert _form(client, act="sign", role="ae", shown=shown, name="Ann Lee").status_code == 200
    assert _form(client, act="return", name="Bea Kron").status_code == 400
    back = _form(client, act="return", reasons=["wrong_fact", "no_owner"], note="The date", name="Bea Kron")  # fmt: skip
    assert (back.status_code, back.json()["status"]) == (200, "returned")
    text = client.get(f"/accounts/{SLUG}/review").text
    assert "Returned by Bea Kron" in text
    assert "Something is wrong" in text
    figured = client.get("/api/figures").json()
    assert (figured["cs_handoff_acceptance_rate"], figured["returns"]["wrong_fact"]) == (0.0, 1)
    assert "What people changed" in client.get(f"/accounts/{SLUG}/changes").text


def test_what_a_new_source_changed_is_shown_for_approval(client: httpx.Client, served: Served) -> None:  # fmt: skip
    folder = Path(served.site.session.store.account(SLUG).folder)
    (folder / "calls/handoff.vtt").write_text(
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:09.000\n"
        "Ines Vogt (Tarn Robotics): We will judge it by our cycle counts: six percent error today, under two percent error by June.\n"
    )
    sent = client.post(f"/accounts/{SLUG}/read-again", headers={"Sec-Fetch-Site": "same-origin"})
    job = sent.headers["location"].rsplit("/", 1)[-1]
    deadline = time.monotonic() + 120
    while (view := client.get(f"/api/jobs/{job}").json())["state"] != "done":
        assert time.monotonic() < deadline, view
        time.sleep(0.1)
    assert "calls/handoff.vtt" in view["result"]["report"]["read"]
    text = client.get(f"/accounts/{SLUG}/changes").text
    assert "Since brief" in text
    assert "<ins>" in text
    assert "two percent error" in text
