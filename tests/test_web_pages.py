"""The pages and the API over HTTP, against a real server: reading, asking, uploading, jobs, review, exports."""

from __future__ import annotations

import concurrent.futures
import io
import json
import os
import time
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from agent.models import Conflict, ConflictSide
from app.session import Session
from app.web.jobs import Jobs, Told
from app.web.pages.accounts import due
from app.web.pages.exports import EXPORTS
from app.web.pages.source import cited_in
from app.web.uploads import sweep
from indexer.errors import InputError
from indexer.forget import forget_account
from review.schema import brief_schema
from tests.web_fixtures import HOSTILE, QUOTES, SLUG, Served, deal_files


@pytest.fixture
def client(served: Served) -> Any:
    with httpx.Client(base_url=served.url, headers=served.bearer, timeout=120) as client:
        yield client


def wait(client: httpx.Client, job: str) -> dict[str, Any]:
    """The job at its end."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        view: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if view["state"] in ("done", "failed", "cancelled"):
            return view
        time.sleep(0.1)
    raise AssertionError("the job did not end")


def test_every_page_opens_and_shows_markup_as_text(client: httpx.Client) -> None:
    pages = ["/", f"/accounts/{SLUG}", *(f"/accounts/{SLUG}?view={v}" for v in ("csm", "implementation", "leadership")),
             *(f"/accounts/{SLUG}/{p}" for p in ("ask", "review", "sources", "exports")), "/docs"]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, (page, answer.text)
        assert "<img src=x" not in answer.text, page
        assert "<script>document" not in answer.text, page
        assert " style=" not in answer.text, page
        assert " onclick" not in answer.text, page


@pytest.mark.parametrize("path", QUOTES)
def test_the_pane_of_each_kind_marks_the_words(client: httpx.Client, path: str) -> None:
    brief = client.get(f"/api/accounts/{SLUG}/briefs/latest").json()
    cited = next(c for claim in brief["claims"] for c in claim["citations"] if c["artifact"] == path)  # fmt: skip
    query = {"artifact": path, "start": cited["start"], "end": cited["end"]}
    answer = client.get(f"/accounts/{SLUG}/pane", params=query)
    assert answer.status_code == 200
    assert "<mark>" in answer.text
    assert "<img src=x" not in answer.text
    whole = client.get(f"/accounts/{SLUG}/source", params=query)
    assert whole.status_code == 200
    assert "<mark>" in whole.text


def test_the_pane_shows_every_segment_of_a_source_with_several_kinds_of_places(
    client: httpx.Client, served: Served, tmp_path: Path
) -> None:
    crm = tmp_path / "mixed/crm"
    crm.mkdir(parents=True)
    (crm / "activities_export.csv").write_text(
        "Date,Type,Owner,Account,Subject,Body\n"
        '2026-05-05,Call,Ann Lee,Mixed Mills,intro,"They count by hand. Signs below 15k."\n'
        '2026-05-07,Note,Ann Lee,Mixed Mills,budget,"Approved by the board."\n'
    )
    session = served.site.session
    session.index_deal(tmp_path / "mixed", "mixed", False, False, lambda *_: None)
    segments = session.account_index("mixed").segments
    assert len({s.locator.type for s in segments}) > 1
    for segment in segments:
        query = {"artifact": segment.artifact, "start": segment.start, "end": segment.end}
        for page in ("pane", "source"):
            assert client.get(f"/accounts/mixed/{page}", params=query).status_code == 200, segment
    session.forget("mixed")


def test_a_place_that_is_gone_says_so(client: httpx.Client) -> None:
    query = {"artifact": "calls/gone.vtt", "start": 0, "end": 5}
    assert client.get(f"/accounts/{SLUG}/pane", params=query).status_code == 404
    query = {"artifact": "calls/kickoff.vtt", "start": 0, "end": 10**9}
    assert client.get(f"/accounts/{SLUG}/pane", params=query).status_code == 404
    assert client.get("/accounts/nobody").status_code == 404
    assert "no account" in client.get("/api/accounts/nobody/search?q=x").json()["error"]


def test_the_api_has_the_command_lines_shapes(client: httpx.Client, web_session: Session) -> None:
    assert client.get("/api/accounts").json()["accounts"][0]["slug"] == SLUG
    found = client.get(f"/api/accounts/{SLUG}/search", params={"q": "scanner", "limit": 3}).json()
    assert found["query"] == "scanner"
    assert len(found["results"]) == 3
    assert set(found["results"][0]) == {"artifact", "segment", "start", "end", "text", "score", "locator"}  # fmt: skip
    brief = client.get(f"/api/accounts/{SLUG}/briefs/latest").json()
    jsonschema.validate(brief, brief_schema())
    assert brief["view"] == "csm"
    path = "crm/Opportunity.json!/0065g00000AbcdeAAE"
    text = client.get(f"/api/accounts/{SLUG}/artifacts/{path}/text")
    artifact = web_session.store.artifact(SLUG, path)
    assert artifact is not None
    assert text.content == artifact.text.encode()
    answer = client.post(f"/api/accounts/{SLUG}/ask", json={"question": "What is the worry about the scanner?"}).json()  # fmt: skip
    assert set(answer) >= {"question", "status", "claims", "gaps", "conflicts", "provenance"}
    assert client.post(f"/api/accounts/{SLUG}/ask", json={"question": ""}).status_code == 422


def test_the_description_names_every_operation_and_no_other_host(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"]
    page = client.get("/docs").text
    assert "/api/accounts/{slug}/briefs" in described
    assert all(path.startswith("/api/") for path in described)
    assert all(path in page for path in described)
    assert "https://" not in page


def test_questions_are_answered_in_steps_and_logged(client: httpx.Client) -> None:
    question = "What is the worry about the old scanner interface?"
    said = client.post(f"/accounts/{SLUG}/ask", json={"question": question})
    lines = [json.loads(line) for line in said.text.splitlines()]
    assert [set(line) for line in lines[:-1]] == [{"step"}] * (len(lines) - 1)
    assert len(lines) >= 4
    assert "scanner interface" in lines[-1]["html"]
    assert "<script>document" not in lines[-1]["html"]
    log = client.get(f"/accounts/{SLUG}/ask").text
    assert question in log
    assert "already in the brief" in log


def test_a_gap_is_said_and_who_to_ask(client: httpx.Client) -> None:
    said = client.post(f"/accounts/{SLUG}/ask", json={"question": "What colour are the curtains in Lisbon?"})  # fmt: skip
    last = json.loads(said.text.splitlines()[-1])
    assert last["status"] == "needs_clarification"
    assert "NEEDS CLARIFICATION" in last["html"]


def test_an_upload_is_read_in_a_job_reported_and_forgotten(
    client: httpx.Client, served: Served
) -> None:
    files = deal_files()
    wanted = ["calls/kickoff.vtt", "mail/plan.eml", "notes/broken.pdf"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for path in wanted:
            out.writestr(path, files[path])
    sent = client.post(
        "/api/accounts", files={"files": ("deal.zip", archive.getvalue())}, data={"account": "Uploaded"}
    )  # fmt: skip
    assert sent.status_code == 202
    job = sent.json()["job"]
    with client.stream("GET", f"/api/jobs/{job}/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        told = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")]
    assert told[-1]["state"] == "done", told[-1]
    assert any(t["what"].startswith("reading ") for t in told)
    report = told[-1]["result"]["report"]
    assert set(report["read"]) == {"calls/kickoff.vtt", "mail/plan.eml"}
    assert [n["path"] for n in report["not_read"]] == ["notes/broken.pdf"]
    page = client.get(f"/jobs/{job}").text
    assert "notes/broken.pdf" in page
    assert client.get("/api/accounts/uploaded/briefs/latest").json()["claims"]
    again = client.post("/api/accounts", files={"files": ("deal.zip", archive.getvalue())}, data={"account": "uploaded"})  # fmt: skip
    assert "another folder" in wait(client, again.json()["job"])["error"]
    uploads = served.site.session.home / "uploads"
    assert len(list(uploads.iterdir())) == 1
    served.site.session.forget("uploaded")
    assert list(uploads.iterdir()) == []
    assert client.get("/accounts/uploaded").status_code == 404


def test_an_empty_upload_and_a_missing_folder_are_refused_in_words(client: httpx.Client) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    missing = client.post("/accounts/folder", data={"folder": "/nowhere/at/all"}, headers=own)
    assert missing.status_code == 400
    assert "not there" in missing.json()["error"]
    assert client.post("/api/jobs/none").status_code in (404, 405)
    assert client.get("/api/jobs/none").status_code == 404


def test_a_job_can_be_cancelled_and_keeps_nothing(client: httpx.Client, served: Served) -> None:
    def endless(told: Told) -> dict[str, Any]:
        while True:
            told.progress("turning", 1, 2)
            time.sleep(0.01)

    job = served.site.jobs.start("brief", SLUG, endless).job
    before = served.site.session.store.latest_brief(SLUG)
    queued = client.post(f"/api/accounts/{SLUG}/briefs").json()["job"]
    assert client.delete(f"/api/jobs/{queued}").status_code == 202
    started = time.monotonic()
    assert client.delete(f"/api/jobs/{job}").status_code == 202
    assert wait(client, job)["state"] == "cancelled"
    assert time.monotonic() - started < 5
    assert wait(client, queued)["state"] == "cancelled"
    assert served.site.session.store.latest_brief(SLUG) == before


def test_a_job_that_fails_says_so_and_the_next_one_runs() -> None:
    jobs = Jobs()

    def wrong(_: Told) -> dict[str, Any]:
        raise InputError("There is nothing. Do it again.")

    def broken(_: Told) -> dict[str, Any]:
        raise RuntimeError("secret detail")

    ran = [jobs.start("x", None, work) for work in (wrong, broken, lambda _: {"ok": True})]
    deadline = time.monotonic() + 5
    while not all((v := jobs.view(r.job)) and v.over for r in ran) and time.monotonic() < deadline:
        time.sleep(0.01)
    views = [v for r in ran if (v := jobs.view(r.job))]
    assert [v.state for v in views] == ["failed", "failed", "done"]
    assert views[0].error == "There is nothing. Do it again."
    assert "secret" not in (views[1].error or "")
    jobs.close()


def test_the_due_clock() -> None:
    now = datetime(2026, 5, 1, 9, tzinfo=UTC)
    soon = due(date(2026, 5, 6), now, False)
    late = due(date(2026, 5, 2), now, False)
    assert soon is not None
    assert (soon.words, soon.overdue) == ("due in 3 days", False)
    assert late is not None
    assert (late.words, late.overdue) == ("overdue by 24 hours", True)
    assert due(None, now, False) is None
    assert due(date(2026, 5, 2), now, True) is None


def _act(client: httpx.Client, **act: Any) -> httpx.Response:
    return client.post(f"/api/accounts/{SLUG}/review", json=act)


def test_of_a_hundred_acts_at_once_on_one_item_exactly_one_wins(client: httpx.Client) -> None:
    queue = client.get(f"/api/accounts/{SLUG}/review").json()["queue"]
    item = next(i for i in queue if i["kind"] == "claim" and not i["done"])
    acts = [
        {"act": ("accept", "reject", "correct")[n % 3], "key": item["key"], "shown": item["version"], "name": f"P {n}",
         **({"text": "The item said otherwise."} if n % 3 == 2 else {})}
        for n in range(100)
    ]  # fmt: skip
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        statuses = [r.status_code for r in pool.map(lambda a: _act(client, **a), acts)]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}


def test_who_was_shown_an_item_that_was_corrected_since_is_refused(client: httpx.Client) -> None:
    queue = client.get(f"/api/accounts/{SLUG}/review").json()["queue"]
    item = next(i for i in queue if i["kind"] == "claim" and not i["done"])
    shown = {"key": item["key"], "shown": item["version"]}
    first = _act(client, act="correct", text="The item said otherwise.", name="Ann", **shown)
    assert first.status_code == 200
    late = _act(client, act="accept", name="Bo", **shown)
    assert late.status_code == 409
    assert "since you" in late.json()["error"]


def test_an_act_on_a_text_that_changed_since_is_refused(client: httpx.Client) -> None:
    queue = client.get(f"/api/accounts/{SLUG}/review").json()["queue"]
    item = next(i for i in queue if i["kind"] == "gap")
    assert _act(client, act="own", key=item["key"], shown=item["version"], owner="Ann", name="Bo").status_code == 200  # fmt: skip
    late = _act(client, act="accept", key=item["key"], shown=item["version"], name="Cy")
    assert late.status_code == 409
    assert "changed" in late.json()["error"]
    page = client.get(f"/api/accounts/{SLUG}/review").json()
    signed = _act(client, act="sign", role="csm", shown="0" * 64, name="Cy")
    assert signed.status_code == 409
    assert page["status"] != "accepted"


def test_an_answers_claim_is_added_to_the_brief_through_the_door(client: httpx.Client) -> None:
    question = "What is used for stock counts today?"
    answer = client.post(f"/api/accounts/{SLUG}/ask", json={"question": question}).json()
    claim = answer["claims"][0]
    form = {"question": question, "claim": claim["key"], "field": "technical.configuration"}
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    assert client.post(f"/accounts/{SLUG}/review/found", data=form, headers=own).status_code == 400
    own["Cookie"] = "baton_name=Ann%20Lee"
    added = client.post(f"/accounts/{SLUG}/review/found", data=form, headers=own)
    assert added.status_code == 200, added.text
    brief = client.get(f"/api/accounts/{SLUG}/briefs/latest").json()
    found = [c for c in brief["claims"] if c["field"] == "technical.configuration"]
    assert found
    assert found[0]["citations"][0]["quote"] == claim["citations"][0]["quote"]


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_are_files_with_their_hash_that_do_nothing(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/accounts/{SLUG}/exports/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    if name == "brief-docx":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as document:
            text = document.read("word/document.xml").decode()
    else:
        text = answer.text
        assert client.get(f"/api/accounts/{SLUG}/briefs/latest").json()["review"]["hash"] in text
    assert text
    if name in ("brief-html", "brief-docx"):
        assert HOSTILE not in text


def test_a_mail_is_shown_as_it_was_sent_under_a_policy_of_its_own(client: httpx.Client) -> None:
    text = client.get(f"/api/accounts/{SLUG}/artifacts/mail/training.eml/text").text
    start = text.index("both shifts")
    at = {"artifact": "mail/training.eml", "start": start, "end": start + len("both shifts")}
    assert "/mail?artifact=mail%2Ftraining.eml" in client.get(f"/accounts/{SLUG}/pane", params=at).text  # fmt: skip
    frame = client.get(f"/accounts/{SLUG}/mail", params=at)
    assert "<b><mark>both shifts</mark></b>" in frame.text
    assert "198.51.100.7" not in frame.text
    assert "onerror" not in frame.text.replace("&lt;img src=x onerror", "")
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "script-src" not in frame.headers["content-security-policy"]
    plain = client.get(f"/accounts/{SLUG}/mail", params={"artifact": "mail/plan.eml"})
    assert "plain text" in plain.text
    assert "no mail" in client.get(f"/accounts/{SLUG}/mail", params={"artifact": "notes/discovery.md"}).text  # fmt: skip


def test_a_source_names_all_that_cites_it_not_only_claims(web_session: Session) -> None:
    brief = web_session.latest_brief(SLUG)
    cited = brief.claims[0].citations[0]
    sides = (ConflictSide(text="six weeks", authority="seller on a call", citations=(cited,)),) * 2
    conflict = Conflict(id="x1", key="k", topic="go-live", why="both can't hold", sides=sides)
    promise = brief.commitments[0].model_copy(update={"scope_citations": (cited,)})
    more = brief.model_copy(update={"conflicts": (conflict,), "commitments": (promise,)})
    said = [text for _, _, text in cited_in(more, cited.artifact)]
    assert any("go-live" in text for text in said)
    assert any(text.startswith("Signed scope for") for text in said)
    assert brief.claims[0].text in said


def test_the_engines_at_hand_are_told_and_one_that_is_not_there_degrades_in_words(client: httpx.Client) -> None:  # fmt: skip
    told = client.get("/api/engines").json()
    by_id = {e["id"]: e for e in told["engines"]}
    assert set(by_id) == {"auto", "extractive", "ollama", "llm"}
    assert by_id["extractive"]["ready"]
    assert by_id["auto"]["ready"]
    assert not by_id["llm"]["ready"]
    question = {"question": "What is the worry about the scanner?", "engine": "extractive"}
    answer = client.post(f"/api/accounts/{SLUG}/ask", json=question).json()
    assert answer["provenance"]["engine"] == "extractive"
    wrong = client.post(f"/api/accounts/{SLUG}/briefs", json={"engine": "llm"})
    assert wrong.status_code == 400
    assert "settings.yaml" in wrong.json()["error"]
    assert client.post(f"/api/accounts/{SLUG}/briefs", json={"engine": "cloud"}).status_code == 422
    page = client.post(f"/accounts/{SLUG}/ask", json={"question": "Who worries?", "engine": "llm"})
    assert "settings.yaml" in json.loads(page.text.splitlines()[-1])["error"]


def test_an_upload_that_is_replaced_leaves_nothing_behind(client: httpx.Client, served: Served) -> None:  # fmt: skip
    home = served.site.session.home
    for n in (1, 2):
        sent = client.post(
            "/api/accounts", files={"files": (f"note-{n}.md", f"# Note {n}\n\nThe kickoff is in May {n}.\n".encode())},
            data={"account": "Again", "replace": "true"},
        )  # fmt: skip
        assert wait(client, sent.json()["job"])["state"] == "done"
    assert len(list((home / "uploads").iterdir())) == 1
    left = home / "uploads" / "left-behind"
    left.mkdir()
    sweep(home, [a.folder for a in served.site.session.store.accounts()])
    assert left.exists(), "it may be another job's"
    os.utime(left, (0, 0))
    sweep(home, [a.folder for a in served.site.session.store.accounts()])
    assert len(list((home / "uploads").iterdir())) == 1
    forget_account(served.site.session.store, home, "again")


def test_every_error_is_a_sentence_also_of_a_page_that_is_not_there(client: httpx.Client) -> None:
    page = client.get("/nowhere")
    assert (page.status_code, "no such page" in page.text) == (404, True)
    assert "no such page" in client.get("/api/nowhere").json()["error"]
    unfit = client.get(f"/accounts/{SLUG}/pane", params={"artifact": "x", "start": "<b>"})
    assert (unfit.status_code, "start" in unfit.text, "<b>" in unfit.text) == (422, True, False)
    assert "question" in client.post(f"/api/accounts/{SLUG}/ask", json={}).json()["error"]


def test_the_rules_are_a_file_that_anybody_can_read(client: httpx.Client) -> None:
    assert "id: G1" in client.get("/rules").text


def test_an_export_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.get(f"/accounts/{SLUG}/exports/passwords").status_code == 404


def test_a_follow_up_knows_the_question_before_it(client: httpx.Client) -> None:
    first = client.post(f"/accounts/{SLUG}/ask", json={"question": "What did Ines Vogt say about the scanner?"})  # fmt: skip
    number = json.loads(first.text.splitlines()[-1])["number"]
    again = {"question": "And what did she say about lost customers?", "after": [number]}
    lines = [json.loads(line) for line in client.post(f"/accounts/{SLUG}/ask", json=again).text.splitlines()]  # fmt: skip
    assert any("Ines Vogt" in line.get("step", "") for line in lines), lines
