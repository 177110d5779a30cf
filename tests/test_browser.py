"""The pages in a real browser: reading, sources, asking, reviewing, by keyboard, small, dark, hostile words.

Not part of `make test`: `make test-browser` runs it with the Chromium of the system (BATON_CHROMIUM names another).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from agent.door import BriefDoor
from agent.models import Answer
from agent.provenance import provenance
from app.session import Session
from tests.browser_payloads import HIT, REMOTE, payloads
from tests.web_fixtures import QUOTES, SLUG, Served, keep_brief, serve, write_deal
from tools.drafts import GapDraft

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("BATON_CHROMIUM") or shutil.which("chromium") or "chromium"
pytestmark = pytest.mark.browser

IN_VIEW = """(selector) => {
  const pane = document.querySelector("#pane [data-pane-body]").getBoundingClientRect();
  const box = document.querySelector(selector).getBoundingClientRect();
  return box.height > 0 && box.bottom > pane.top && box.top < pane.bottom && box.top < innerHeight;
}"""


SHOW_PANE = """async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(url);
  const place = document.body.appendChild(document.createElement("div"));
  document.dispatchEvent(new CustomEvent("baton:fill", { detail: [place, await answer.text()] }));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Tab:
    """A signed-in tab that remembers every request and every error."""

    def __init__(self, browser: Any, served: Served, **settings: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})  # fmt: skip
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("dialog", lambda d: (self.errors.append(f"dialog {d.message}"), d.dismiss()))
        self.url, self.served = served.url, served
        self.page.goto(served.sign_in)

    def open(self, path: str) -> Any:
        self.page.goto(self.url + path)
        return self.page

    def strangers(self) -> list[str]:
        """Requests that left this server."""
        own = urlsplit(self.url).netloc
        return [r for r in self.requests if urlsplit(r).netloc not in (own, "") and not r.startswith("data:")]  # fmt: skip


@pytest.fixture
def tab(browser: Any, served: Served) -> Iterator[Tab]:
    one = Tab(browser, served)
    yield one
    one.context.close()
    assert one.errors == []
    assert one.strangers() == []


def _number(page: Any, path: str) -> int:
    """The number of the citation of a source."""
    found = page.evaluate(
        "(path) => [...document.querySelectorAll('[data-cite]')].filter(e => new URL(e.dataset.pane, location).searchParams.get('artifact') === path).map(e => +e.dataset.cite)",
        path,
    )
    return int(found[0])


def _unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true; })")


@pytest.mark.parametrize("path", QUOTES)
def test_a_click_on_a_citation_shows_the_words_highlighted_in_view(tab: Tab, path: str) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    _unfold(page)
    number = _number(page, path)
    page.locator(f"a.cite[href='#cite-{number}']:visible").first.click()
    selector = "#pane rect.quoted" if path.endswith(".pdf") else "#pane mark"
    page.wait_for_selector(selector)
    page.wait_for_timeout(150)
    assert page.evaluate(IN_VIEW, selector)
    said = page.locator("#pane [data-copied]").text_content()
    assert said.startswith(f"“{QUOTES[path]}”")
    assert path in said
    if not path.endswith(".pdf"):
        marked = "".join(page.locator("#pane mark").all_text_contents())
        assert marked
        assert marked.replace(" ", "") in QUOTES[path].replace(" ", "").replace("\t", "").replace(
            "Item:", ""
        ) or all(m in QUOTES[path] for m in page.locator("#pane mark").all_text_contents())
    else:
        box = page.locator("#pane rect.quoted").first.bounding_box()
        assert box["width"] > 50
        assert page.evaluate("document.querySelector('#pane image').getBoundingClientRect().width") > 200  # fmt: skip


def test_citations_are_walked_and_copied_by_keyboard_alone(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    shown = []
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
        page.wait_for_selector("#pane [data-copied]", state="attached")
        page.wait_for_timeout(250)
        shown.append(page.locator("[data-pane-count]").text_content())
    assert [s.split()[1] for s in shown] == ["1", "2", "3", "2"]
    page.keyboard.press("c")
    page.wait_for_selector(".toast:not([hidden])")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#pane [data-copied]").text_content()
    page.keyboard.press("Escape")
    assert page.locator("#pane").is_hidden()


def test_tab_alone_reaches_a_citation_and_opens_it(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('cite')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline not in ("none", "")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pane mark, #pane rect.quoted")
    assert page.evaluate("document.activeElement.id") == "pane"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('cite')")


def test_a_question_is_answered_beside_the_brief_with_its_source(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    page.keyboard.press("a")
    page.keyboard.type("What is the worry about the old scanner interface?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer")
    assert QUOTES["calls/kickoff.vtt"] in page.locator(".answer").first.inner_text()
    page.locator(".answer a.cite").first.click()
    page.wait_for_selector("#pane mark")
    page.keyboard.press("Escape")
    page.locator("#q").fill("And what colour are the curtains?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer.is-needs_clarification")
    assert page.locator(".answer").count() == 2


def test_a_follow_up_is_read_with_the_question_before_it(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}/ask")
    for question in (
        "What did Ines Vogt say about the scanner?",
        "And what did she say about lost customers?",
    ):
        page.locator("#q").fill(question)
        page.keyboard.press("Enter")
        page.locator(".answers > .answer", has_text=question).wait_for()
    second = page.locator(".answers > .answer").last
    assert "Ines Vogt" in second.locator("p.meta").first.inner_text()


def test_a_usual_question_is_one_click_and_the_engine_can_be_chosen(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}/ask")
    page.wait_for_function("document.querySelector('[data-engines] option[value=llm]').disabled")
    assert page.locator("[data-engines] option[value=extractive]").is_enabled()
    page.locator("[data-engines]").select_option("extractive")
    first = page.locator("[data-starter]").first
    question = first.inner_text()
    first.click()
    page.locator(".answers > .answer", has_text=question).wait_for()


def test_a_good_answer_is_added_to_the_brief_by_a_button(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    page.keyboard.press("a")
    page.keyboard.type("What is used for stock counts today?")
    page.keyboard.press("Enter")
    page.locator("#ask-pane .answer").first.wait_for()
    page.locator("#ask-pane summary", has_text="Add to the brief").first.click()
    form = page.locator("#ask-pane form[data-add]").first
    form.locator("select").select_option("technical.configuration")
    form.locator("input[name=name]").fill("Ann Lee")
    form.get_by_role("button", name="Add").click()
    link = page.locator("#ask-pane .added a").first
    link.wait_for()
    brief = tab.served.site.session.desk(SLUG).page().brief
    added = [c for c in brief.claims if c.field == "technical.configuration"]
    assert any(QUOTES["notes/discovery.md"] in c.citations[0].quote for c in added)
    assert tab.served.site.session.desk(SLUG).events()[-1].actor == "Ann Lee"


def test_a_mail_is_seen_as_it_was_sent_and_can_do_nothing(tab: Tab) -> None:
    text = tab.served.site.session.store.artifact(SLUG, "mail/training.eml").text
    start = text.index("both shifts")
    at = urlencode({"artifact": "mail/training.eml", "start": start, "end": start + 11})
    page = tab.open(f"/accounts/{SLUG}/source?{at}")
    page.locator(".as-sent summary").click()
    frame = page.frame_locator(".as-sent iframe")
    frame.locator("mark").wait_for()
    assert frame.locator("b mark").inner_text() == "both shifts"
    assert frame.locator("script, img[src], a[href], form").count() == 0
    page.wait_for_timeout(300)
    assert page.title() != "pwned"
    assert not any("198.51.100.7" in url for url in tab.requests)


def test_a_promise_stands_beside_what_was_signed(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    row = page.locator("#promises .promise").first
    assert "Contradicted" in row.inner_text()
    assert QUOTES["mail/plan.eml"] in row.locator("q.said").inner_text()
    assert QUOTES["contract/sow.docx"] in row.locator(".signed q").inner_text()


def test_the_people_map_draws_who_stands_to_whom_without_crossing_a_name(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    assert page.locator(".drawing .edge").count() == 2
    crossed = page.evaluate("""() => {
      const boxes = [...document.querySelectorAll('.drawing .node text:not(.initials)')].map(e => e.getBoundingClientRect());
      const lines = [...document.querySelectorAll('.drawing .edge, .drawing .edge-how')].map(e => e.getBoundingClientRect());
      return lines.filter(l => boxes.some(b => l.left < b.right - 1 && b.left < l.right - 1 && l.top < b.bottom - 1 && b.top < l.bottom - 1)).length;
    }""")
    assert crossed == 0


def test_a_gap_is_copied_as_a_mail(tab: Tab) -> None:
    page = tab.open(f"/accounts/{SLUG}")
    page.get_by_role("button", name="Copy as mail").first.click()
    page.wait_for_selector(".toast:not([hidden])")
    mail = page.evaluate("navigator.clipboard.readText()")
    assert mail.startswith("Subject: Tarn Robotics")
    assert "What is the first result that counts?" in mail


@pytest.mark.parametrize("view", ["csm", "implementation", "leadership"])
def test_each_role_has_its_view(tab: Tab, view: str) -> None:
    page = tab.open(f"/accounts/{SLUG}?view={view}")
    assert page.locator(".reader a[aria-current]").count() == 1


PAGES = ("", "/ask", "/review", "/sources", "/exports", "/changes")


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_is_wider_than_the_screen(browser: Any, served: Served, width: int) -> None:
    small = Tab(browser, served, viewport={"width": width, "height": 740})
    for path in ("/", *(f"/accounts/{SLUG}{p}" for p in PAGES), "/figures", "/docs"):
        page = small.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page = small.open(f"/accounts/{SLUG}")
    page.locator("main a.cite:visible").first.click()
    page.wait_for_selector("#pane mark, #pane rect.quoted")
    page.wait_for_timeout(200)
    assert page.evaluate(IN_VIEW, "#pane mark, #pane rect.quoted")
    small.context.close()
    assert small.errors == []


def _faults(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {n['target']} {n.get('failureSummary', '')[:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_fault(browser: Any, served: Served, scheme: str) -> None:
    # axe is put into the page by the test itself, past the page's own policy.
    one = Tab(browser, served, color_scheme=scheme, bypass_csp=True)
    for path in ("/", *(f"/accounts/{SLUG}{p}" for p in PAGES), "/figures", "/docs"):
        page = one.open(path)
        _unfold(page)
        assert _faults(page) == [], path
    page = one.open(f"/accounts/{SLUG}")
    _unfold(page)
    for path in QUOTES:
        page.locator(f"a.cite[href='#cite-{_number(page, path)}']:visible").first.click()
        page.wait_for_selector("#pane mark, #pane rect.quoted")
        page.wait_for_timeout(100)
        assert _faults(page) == [], path
    one.context.close()


def test_the_dark_page_is_dark_and_the_printed_one_bare(browser: Any, served: Served) -> None:
    dark = Tab(browser, served, color_scheme="dark")
    page = dark.open(f"/accounts/{SLUG}")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(c) for c in colour.removeprefix("rgb(").removesuffix(")").split(",")) < 150
    page.emulate_media(media="print")
    assert page.locator(".bar").is_hidden()
    assert page.locator("h1").is_visible()
    dark.context.close()


def test_a_deal_is_uploaded_read_and_opened(browser: Any, served: Served, tmp_path: Path) -> None:
    one = Tab(browser, served)
    page = one.open("/")
    folder = write_deal(tmp_path / "dropped")
    page.locator("input[name=files]").set_input_files(
        [str(folder / "calls/kickoff.vtt"), str(folder / "mail/plan.eml"), str(folder / "notes/broken.pdf")]
    )  # fmt: skip
    assert "3 files" in page.locator("[data-chosen]").inner_text()
    page.locator("input[name=account]").first.fill("Dropped deal")
    page.get_by_role("button", name="Read it").first.click()
    page.get_by_role("link", name="Open the brief").click(timeout=120_000)
    assert page.url.endswith("/accounts/dropped-deal")
    assert page.locator("main a.cite").count() > 0
    one.context.close()
    assert (one.errors, one.strangers()) == ([], [])


def test_a_folder_is_chosen_with_its_paths_and_its_deal_is_overdue(
    browser: Any, served: Served, tmp_path: Path
) -> None:
    one = Tab(browser, served)
    page = one.open("/")
    folder = tmp_path / "late-deal"
    (folder / "notes").mkdir(parents=True)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    (folder / "deal.yaml").write_text(
        f"account: Late Deal\nstage: Verbal commit\nkickoff_date: {tomorrow}\n"
    )
    (folder / "notes/call.md").write_text(
        "# Call\n\nThe customer wants to go live before summer.\n"
    )
    page.locator("[data-choose-folder]").set_input_files(str(folder))
    assert "late-deal/notes/call.md" in page.locator("[data-chosen]").inner_text()
    page.get_by_role("button", name="Read it").first.click()
    page.get_by_role("link", name="Open the brief").wait_for(timeout=120_000)
    page = one.open("/")
    row = page.locator(".account", has_text="Late Deal")
    assert "overdue by" in row.locator(".chip.alarm").inner_text()
    assert "not signed yet" in row.inner_text()
    page.get_by_role("link", name="Verbal commit").click()
    assert page.locator(".account").count() == 1
    one.context.close()
    assert (one.errors, one.strangers()) == ([], [])


def test_a_review_is_done_by_keyboard_refused_while_a_gate_is_open_and_survives_a_new_brief(
    browser: Any, web_models: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(web_models)
    session = Session(home)
    session.index_deal(write_deal(tmp_path / "tarn"), SLUG, False, False, lambda *_: None)
    keep_brief(session)
    server = serve(session)
    served = next(server)
    one = Tab(browser, served)
    page = one.open(f"/accounts/{SLUG}/review")

    def settle() -> None:
        """Wait until the server has answered and the page is filled anew: then it says so."""
        page.wait_for_selector(".toast:not([hidden])")
        page.evaluate("document.querySelector('.toast').hidden = true")

    page.locator("input[name=who]").fill("Ann Lee")
    page.get_by_role("button", name="Use this name").click()
    page.get_by_role("button", name="Change").wait_for()
    for box in range(4):
        page.locator(".tick-button").nth(box).click()
        settle()
    for field, name in (("AE", "Ann Lee"), ("CSM", "Bea Kron")):
        form = page.locator("form", has_text=f"Who is the {field}?")
        if form.count():
            form.locator("input[name=name]").fill(name)
            form.get_by_role("button").click()
            settle()
    page.locator(".sign-card").nth(0).locator("input[name=name]").fill("Ann Lee")
    page.get_by_role("button", name="Sign and hand over").click()
    settle()
    assert session.desk(SLUG).page().brief.status == "csm_review"
    page.locator(".sign-card").nth(1).locator("input[name=name]").fill("Bea Kron")
    page.get_by_role("button", name="Accept the handoff").click()
    settle()
    assert session.desk(SLUG).page().brief.status == "csm_review"
    assert "gate is open" in (page.locator(".toast").text_content() or "")

    page.mouse.click(5, 400)
    for _ in range(30):
        waiting = page.locator(".queue").first.locator("[data-item]:not(.done)")
        if not waiting.count() or page.locator("h1").inner_text().startswith("0 "):
            break
        page.evaluate("document.activeElement.blur()")
        item = waiting.first
        kind = item.get_attribute("class") or ""
        page.evaluate("document.querySelector('.toast').hidden = true")
        item.focus()
        if "is-gap" in kind:
            page.keyboard.press("e")
            page.locator("input:focus").wait_for()
            page.keyboard.type("The first cycle count under two percent error counts.")
            page.keyboard.press("Enter")
        elif "is-risk" in kind and not item.locator(".chip", has_text="owner").count():
            page.keyboard.press("o")
            page.locator("input:focus").wait_for()
            page.keyboard.type("Bea Kron")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("y")
        settle()
    assert page.locator("h1").inner_text() == "0 to decide"
    assert all(g.passed for g in session.desk(SLUG).page().brief.gates)

    keep_brief(session)
    page.reload()
    brief = session.desk(SLUG).page().brief
    assert any("two percent" in c.citations[0].quote for c in brief.claims), "the edit is lost"
    for role, name, button in ((0, "Ann Lee", "Sign and hand over"), (1, "Bea Kron", "Accept the handoff")):  # fmt: skip
        card = page.locator(".sign-card").nth(role)
        if card.locator("form").count():
            card.locator("input[name=name]").fill(name)
            page.get_by_role("button", name=button).click()
            settle()
    assert session.desk(SLUG).page().brief.status == "accepted"
    assert page.locator(".status").first.inner_text() == "Accepted"
    one.context.close()
    next(server, None)
    assert one.errors == []


def _hostile(session: Session, folder: Path) -> None:
    """A deal in which mails, names, chat and file names carry all payloads."""
    every = payloads()
    for path in ("mail", "slack/deal"):
        (folder / path).mkdir(parents=True)
    for n, payload in enumerate(every):
        line = payload.replace("\n", " ").replace("\r", " ")
        mail = (
            f"Date: Thu, 12 Mar 2026 09:00:00 +0000\nFrom: {n} {line.replace('<', '').replace('>', '')} <p{n}@l.example>\n"
            f"To: Ines <ines@tarn.example>\nSubject: {line}\nMessage-ID: <m{n}@l.example>\n\nWe promise payload {n} goes live in six weeks: {payload}\n"
        )  # fmt: skip
        (folder / "mail" / f"{n}.eml").write_bytes(mail.encode())
    rich = EmailMessage()
    rich["From"], rich["Subject"], rich["Date"] = "p@l.example", "All of them", "Thu, 12 Mar 2026 09:00:00 +0000"  # fmt: skip
    rich.set_content("".join(f"<div>{p}</div>" for p in every), subtype="html")
    (folder / "mail/rich.eml").write_bytes(rich.as_bytes())
    users = [{"id": f"U{n}", "team_id": "T1", "name": f"u{n}", "profile": {"real_name": p}} for n, p in enumerate(every)]  # fmt: skip
    (folder / "slack/users.json").write_text(json.dumps(users))
    chat = [{"type": "message", "user": f"U{n}", "ts": f"17731335{n:03}.95", "text": f"We promise {n}: {p}"} for n, p in enumerate(every)]  # fmt: skip
    (folder / "slack/deal/2026-03-10.json").write_text(json.dumps(chat))
    session.index_deal(folder, "hostile", False, False, lambda *_: None)


def test_two_hundred_hostile_payloads_run_no_script_and_reach_no_other_host(
    browser: Any, web_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(web_models)
    session = Session(home)
    _hostile(session, tmp_path / "deal")
    assert len(set(payloads())) == 200
    index = session.account_index("hostile")
    door = BriefDoor(index)
    for payload in payloads():
        door.mark_gap(GapDraft(field=None, question=f"What of {payload}", ask=payload[:60], searched=(payload,)))  # fmt: skip
    said = next(iter(session.make_brief("hostile", "sales-to-cs", "csm").claims))
    spoken = tuple(said.model_copy(update={"text": p, "key": f"k{n}"}) for n, p in enumerate(payloads()))  # fmt: skip
    made_by = provenance("x", {}).model_copy(
        update={"engine": "ollama", "model": payloads()[1], "degraded": tuple(payloads()[:9])}
    )
    answer = Answer(question=payloads()[0], status="answered", claims=spoken, gaps=tuple(door.gaps.values()), provenance=made_by)  # fmt: skip
    monkeypatch.setattr(Session, "answer", lambda *_, **__: answer)  # the model's mouth
    server = serve(session)
    served = next(server)
    one = Tab(browser, served)
    refused: list[str] = []
    one.page.on("console", lambda m: refused.append(m.text) if "Content Security" in m.text else None)  # fmt: skip
    opened = ["/", *(f"/accounts/hostile{p}" for p in ("", "/review", "/sources"))]
    sources = [a.path for a in session.store.artifacts("hostile")]
    assert len(sources) > 150
    for path in opened:
        page = one.open(path)
        _unfold(page)
        assert page.evaluate("window.__hit") is None, path
    for artifact in sources:
        page.evaluate(
            SHOW_PANE,
            f"/accounts/hostile/pane?{urlencode({'artifact': artifact, 'start': 0, 'end': 9})}",
        )
    page.wait_for_timeout(300)
    assert page.evaluate("window.__hit") is None
    page = one.open("/accounts/hostile/source?artifact=mail%2Frich.eml")
    page.locator(".as-sent summary").click()
    frame = page.frame_locator(".as-sent iframe")
    frame.locator("div").first.wait_for(state="attached")
    assert frame.locator("script, iframe, object, embed, form, input, [href], [src]").count() == 0
    page = one.open("/accounts/hostile")
    page.keyboard.press("a")
    page.keyboard.type(f"<img src=x onerror={HIT}>")
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer", timeout=20_000)
    assert page.locator(".answer .gap").count() == len(door.gaps)
    assert page.locator(".answer .answer-says").count() == 200
    page.wait_for_timeout(300)
    assert page.evaluate("window.__hit") is None
    log = one.open("/accounts/hostile/ask")
    assert log.evaluate("window.__hit") is None
    assert REMOTE in log.content()
    one.context.close()
    next(server, None)
    assert one.errors == []
    assert one.strangers() == []
    assert refused == []


def test_the_control_the_browser_would_run_a_payload_that_got_through(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(payloads()[0])
    assert page.evaluate("window.__hit") == 1
    page.close()
