"""The figures: many faults, three demo deals, sixty answers, every gold fact. Minutes; `make test-model`."""

from __future__ import annotations

import json
import os
import socket
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.llm.steps import Run
from app.session import Session
from prompts.template import load_template
from tests.characters import Hallucinating, Perfect, honest
from tests.model_deal import FAST, SLUG, STEADY, copy_home, index_deal, settings
from tests.model_faults import FAULTS, Fault, after, from_section
from tests.ollama_server import OllamaServer

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parent.parent
CASES = sorted((ROOT / "eval" / "cases").glob("*.yaml"))
RUNS = 500
BRIEFS_AT = 5
"""The round over all faults that makes briefs."""
QUESTION = "What is the yearly price?"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Session:
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    return index_deal(
        tmp_path_factory.mktemp("home") / "h", tmp_path_factory.mktemp("deal"), exported
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Session, str]]:
    """The demo deals by gold file: session and slug. `BATON_DEMO_HOME` names a home that has them indexed already."""
    home = tmp_path_factory.mktemp("demo") / "h"
    if ready := os.environ.get("BATON_DEMO_HOME"):
        session = Session(copy_home(Path(ready), home))
        slugs = {a.slug for a in session.store.accounts()}
        found = {c.stem: next(s for s in slugs if s.startswith(c.stem)) for c in CASES}
        return {name: (session, slug) for name, slug in found.items()}
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    home.mkdir(parents=True)
    exported.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(exported)
    session = Session(home)
    for case in CASES:
        session.index_deal(
            ROOT / "data" / case.stem, case.stem, False, False, lambda _w, _d, _t: None
        )
    return {case.stem: (session, case.stem) for case in CASES}


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every host that anything in this process connects to."""
    seen: set[str] = set()
    real = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        seen.add(str(address[0]) if isinstance(address, tuple) else "unix")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


def kept_run(session: Session) -> Run:
    return Run.model_validate_json(session.store.runs(SLUG)[0])


def an_answer(session: Session, fault: Fault, late: bool, floor: list[str]) -> str:
    """What became of one answer: `told` if all is as it must be, else what is not."""
    script = after(honest, 1, fault.script) if late else fault.script
    with OllamaServer(script) as server:
        settings(session.home, server, FAST)
        session.use_engine("ollama")
        answer = session.answer(SLUG, QUESTION)
    run, keys = kept_run(session), [c.key for c in answer.claims]
    if not answer.provenance.degraded or run.complete or run.sections[0].fault is None:
        return "a fault that is not told"
    if not set(floor) <= set(keys) or (not late and keys != floor):
        return "not the extractive answer"
    recorded = {c.text for c in run.sections[0].claims}
    return "told, partly written" if recorded else "told, extractive"


def a_brief(session: Session, fault: Fault, floor: set[str]) -> str:
    """What became of one brief whose model fails from the fourth section on."""
    with OllamaServer(from_section(honest, 4, fault.script)) as server:
        settings(session.home, server, FAST)
        session.use_engine("ollama")
        brief = session.make_brief(SLUG, "sales-to-cs", "csm")
    run = kept_run(session)
    # So that the next brief begins anew instead of carrying this one on.
    over = run.model_copy(update={"complete": True})
    session.store.add_run(run.id, SLUG, run.started, over.model_dump_json())
    if run.complete or len(brief.provenance.degraded) < 8:
        return "a fault that is not told"
    if not floor <= {c.key for c in brief.claims}:
        return "a claim of the extractive brief is lost"
    return (
        "told, brief with three sections written"
        if run.sections[0].claims
        else "told, brief with nothing written in time"
    )


def test_five_hundred_faults(small: Session, dialled: set[str]) -> None:
    """Each fault in answers from the first word on and after some claims, and in briefs from the fourth section on."""
    small.use_engine("extractive")
    floor = [c.key for c in small.answer(SLUG, QUESTION).claims]
    whole = {c.key for c in small.make_brief(SLUG, "sales-to-cs", "csm").claims}
    ends: Counter[str] = Counter()
    longest = 0.0
    for number in range(RUNS):
        fault, turn = FAULTS[number % len(FAULTS)], number // len(FAULTS)
        started = time.monotonic()
        if turn == BRIEFS_AT:
            end = a_brief(small, fault, whole)
        else:
            end = an_answer(small, fault, bool(turn % 2) and not fault.ends, floor)
        longest = max(longest, time.monotonic() - started)
        ends[end if end.startswith("told") else f"{fault.name}: {end}"] += 1
        if number % 50 == 49:
            print(f"  {number + 1}: {dict(ends)}", flush=True)
    with OllamaServer(honest) as server:
        settings(small.home, server, STEADY)
        small.use_engine("ollama")
        sound = [small.answer(SLUG, QUESTION) for _ in range(10)]
    print(f"\n{RUNS} fault runs: {dict(ends)}; longest {longest:.1f} s; dialled {dialled}")
    assert all(end.startswith("told") for end in ends), ends
    assert sum(ends.values()) == RUNS
    assert dialled <= {"127.0.0.1", "unix"}
    assert all(a.provenance.degraded == () for a in sound)


def test_a_hallucinating_model_over_three_deals_and_sixty_answers(
    demo: dict[str, tuple[Session, str]],
) -> None:
    admitted: list[str] = []
    briefs = answers = told = refused = 0
    for case in CASES:
        (session, slug), gold = demo[case.stem], yaml.safe_load(case.read_text(encoding="utf-8"))
        fields = load_template("sales-to-cs").fields().values()
        questions = [q["q"] for q in gold["questions"]] + [f.questions[0] for f in fields]
        liar, before = Hallucinating(), set(session.store.runs(slug))
        with OllamaServer(liar) as server:
            settings(session.home, server, STEADY | {"section_s": 300})
            session.use_engine("ollama")
            brief = session.make_brief(slug, "sales-to-cs", "csm")
            admitted += [c.text for c in brief.claims if c.text in set(liar.said)]
            briefs += 1
            for question in questions[:20]:
                answer = session.answer(slug, question)
                admitted += [c.text for c in answer.claims if c.text in set(liar.said)]
                answers += 1
        told += len(liar.said)
        runs = [Run.model_validate_json(r) for r in session.store.runs(slug) if r not in before]
        refusals = [r for run in runs for s in run.sections for r in s.refusals]
        refused += len(refusals)
        assert all(r.why for r in refusals)
        print(f"  {case.stem}: {told} tried, {refused} refused, {admitted}", flush=True)
    print(
        f"\n{briefs} briefs, {answers} answers: {told} false claims tried, {refused} refused, {len(admitted)} admitted"
    )
    assert (briefs, answers) == (3, 60)
    assert not admitted


def test_a_perfect_model_is_seldom_refused(demo: dict[str, tuple[Session, str]]) -> None:
    """It states every gold fact in the gold's words; what its cited words don't hold is refused, and rightly."""
    stated = refused = 0
    reasons: list[str] = []
    for case in CASES:
        (session, slug), gold = demo[case.stem], yaml.safe_load(case.read_text(encoding="utf-8"))
        facts: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for fact in gold["facts"]:
            if len(fact["statement"].split()) <= 30:
                quotes = tuple(e["quote"] for e in fact["evidence"])[:4]
                facts.setdefault(fact["field"], []).append((fact["statement"], quotes))
        perfect = Perfect(facts)
        with OllamaServer(perfect) as server:
            settings(session.home, server, STEADY | {"section_s": 300})
            session.use_engine("ollama")
            session.make_brief(slug, "sales-to-cs", "csm")
        run = Run.model_validate_json(session.store.runs(slug)[0])
        stated += len(set(perfect.stated))
        for section in run.sections:
            taken = {c.text for c in section.claims}
            lost = {
                r.text: r.why
                for r in section.refusals
                if r.text in perfect.stated and r.text not in taken
            }
            refused += len(lost)
            reasons += [f"{why} | {text}" for text, why in lost.items()]
        print(f"  {case.stem}: {stated} stated, {refused} refused", flush=True)
    print(f"\n{stated} gold facts stated, {refused} refused ({refused / max(stated, 1):.1%})")
    for reason in reasons:
        print("  refused:", reason)
    assert stated > 30
    assert refused <= 0.45 * stated


def test_what_the_machinery_costs(demo: dict[str, tuple[Session, str]]) -> None:
    """Beside the model's own time, which the scripted server makes nearly nothing."""
    session, name = demo[CASES[0].stem]
    session.use_engine("extractive")
    plain = min(_seconds(session, name) for _ in range(2))
    with OllamaServer(honest) as server:
        settings(session.home, server, STEADY | {"section_s": 300})
        session.use_engine("ollama")
        _seconds(session, name)
        with_model = min(_seconds(session, name) for _ in range(2))
        requests = len(server.requests)
    run = Run.model_validate_json(session.store.runs(name)[0])
    tool_s = _tool_seconds(session, name)
    own = sum(s.own_seconds for s in run.sections)
    print(f"\nin the run's own record: {own:.2f} s beside the model")
    print(
        f"brief, processor seconds: {plain:.2f} extractive, {with_model:.2f} with a model that answers at once ({requests // 3} requests)"
    )
    print("tool calls, median ms:", {k: round(1000 * v, 1) for k, v in tool_s.items()})
    for section in run.sections:
        print(
            f"  {section.id:<14} first prompt {section.calls[0].estimate:>5} tokens, largest {max(c.estimate for c in section.calls):>5}, left out {section.left_out}"
        )
    assert with_model - plain < 10
    assert max(tool_s.values()) < 0.15
    assert all(c.estimate + 768 <= 8192 for s in run.sections for c in s.calls)


def _seconds(session: Session, name: str) -> float:
    """Processor time: a clock on the wall would measure what else the machine does."""
    started = time.process_time()
    session.make_brief(name, "sales-to-cs", "csm")
    return time.process_time() - started


def _tool_seconds(session: Session, name: str) -> dict[str, float]:
    from agent.door import BriefDoor
    from agent.llm.door import ModelDoor
    from tools.box import section_tools
    from tools.desk import Desk

    index = session.account_index(name)
    people, *_ = session.store.extra(name)
    door = ModelDoor(BriefDoor(index), index, lambda _f, _s: True, {}, lambda _k, _t, _w: None)
    desk = Desk(index, people, "m", door, {"goals.problem": "goal"})
    given: dict[str, Any] = {
        "query": "price",
        "ref": "E1",
        "about": "renewal",
        "field": "goals.problem",
        "text": "The price is what it is today.",
        "evidence": "E1",
    }
    taken: dict[str, float] = {}
    for tool in sorted(section_tools(), key=lambda t: t.name != "search_evidence"):
        times = []
        for _ in range(5):
            started = time.process_time()
            tool.call(desk, given)
            times.append(time.process_time() - started)
        taken[tool.name] = statistics.median(times)
    return taken


def test_a_run_is_the_same_twice(small: Session, tmp_path: Path) -> None:
    home = copy_home(small.home, tmp_path / "h")
    texts = []
    for _ in range(2):
        with OllamaServer(honest) as server:
            settings(home, server, STEADY)
            session = Session(home)
            session.use_engine("ollama")
            brief = json.loads(session.make_brief(SLUG, "sales-to-cs", "csm").model_dump_json())
        brief.pop("provenance")
        texts.append(json.dumps(brief, sort_keys=True))
    assert texts[0] == texts[1]
