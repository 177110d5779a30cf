"""The figures: many faults, three demo deals, sixty answers, every gold fact. Minutes; `make test-model`."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.llm.steps import Run
from app.session import Session
from tests.characters import Hallucinating, Perfect, honest
from tests.model_deal import FAST, SLUG, STEADY, copy_home, index_deal, settings
from tests.model_faults import FAULTS
from tests.ollama_server import OllamaServer

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parent.parent
CASES = sorted((ROOT / "eval" / "cases").glob("*.yaml"))
RUNS = 500


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Session:
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    return index_deal(
        tmp_path_factory.mktemp("home") / "h", tmp_path_factory.mktemp("deal"), exported
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Session]:
    """The three demo deals by gold file, in one home."""
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    home = tmp_path_factory.mktemp("demo") / "h"
    home.mkdir(parents=True)
    exported.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(exported)
    session = Session(home)
    for case in CASES:
        session.index_deal(
            ROOT / "data" / case.stem, case.stem, False, False, lambda _w, _d, _t: None
        )
    return {case.stem: session for case in CASES}


def test_five_hundred_faults(small: Session) -> None:
    ends: dict[str, int] = {}
    small.use_engine("extractive")
    floor = [c.key for c in small.answer(SLUG, "What is the yearly price?").claims]
    longest = 0.0
    for number in range(RUNS):
        fault = FAULTS[number % len(FAULTS)]
        with OllamaServer(fault.script) as server:
            settings(small.home, server, FAST)
            small.use_engine("ollama")
            started = time.monotonic()
            answer = small.answer(SLUG, "What is the yearly price?")
            longest = max(longest, time.monotonic() - started)
        section = Run.model_validate_json(small.store.runs(SLUG)[0]).sections[0]
        told = bool(section.fault) and len(answer.provenance.degraded) == 1
        ok = told and [c.key for c in answer.claims] == floor
        ends["told, floor kept" if ok else f"{fault.name}: {section.fault_kind}"] = (
            ends.get("told, floor kept" if ok else f"{fault.name}: {section.fault_kind}", 0) + 1
        )
    print(f"\n{RUNS} fault runs: {ends}; longest {longest:.1f} s")
    assert ends == {"told, floor kept": RUNS}


def test_a_hallucinating_model_over_three_deals_and_sixty_answers(demo: dict[str, Session]) -> None:
    admitted: list[str] = []
    briefs = answers = told = refused = 0
    for case in CASES:
        session, gold = demo[case.stem], yaml.safe_load(case.read_text(encoding="utf-8"))
        liar = Hallucinating()
        with OllamaServer(liar) as server:
            settings(session.home, server, STEADY | {"section_s": 300})
            session.use_engine("ollama")
            brief = session.make_brief(case.stem, "sales-to-cs", "csm")
            admitted += [c.text for c in brief.claims if c.text in set(liar.said)]
            briefs += 1
            questions = [q["q"] for q in gold["questions"]]
            for question in (questions * 20)[:20]:
                answer = session.answer(case.stem, question)
                admitted += [c.text for c in answer.claims if c.text in set(liar.said)]
                answers += 1
        told += len(liar.said)
        runs = [Run.model_validate_json(r) for r in session.store.runs(case.stem)]
        refusals = [r for run in runs for s in run.sections for r in s.refusals]
        refused += len(refusals)
        assert all(r.why for r in refusals)
    print(
        f"\n{briefs} briefs, {answers} answers: {told} false claims tried, {refused} refused, {len(admitted)} admitted"
    )
    for text in admitted[:10]:
        print("  ADMITTED:", text)
    assert not admitted


def test_a_perfect_model_is_not_refused(demo: dict[str, Session]) -> None:
    stated = refused = 0
    reasons: list[str] = []
    for case in CASES:
        session, gold = demo[case.stem], yaml.safe_load(case.read_text(encoding="utf-8"))
        facts: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for fact in gold["facts"]:
            if len(fact["statement"].split()) <= 30:
                quotes = tuple(e["quote"] for e in fact["evidence"])[:3]
                facts.setdefault(fact["field"], []).append((fact["statement"], quotes))
        perfect = Perfect(facts)
        with OllamaServer(perfect) as server:
            settings(session.home, server, STEADY | {"section_s": 300})
            session.use_engine("ollama")
            session.make_brief(case.stem, "sales-to-cs", "csm")
        run = Run.model_validate_json(session.store.runs(case.stem)[0])
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
    print(f"\n{stated} gold facts stated, {refused} refused ({refused / max(stated, 1):.1%})")
    for reason in reasons:
        print("  refused:", reason)
    assert stated > 30


def test_what_the_machinery_costs(demo: dict[str, Session], small: Session, tmp_path: Path) -> None:
    """Beside the model's own time, which the scripted server makes nearly nothing."""
    name = CASES[0].stem
    session = demo[name]
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
    print(
        f"\nbrief: {plain:.2f} s extractive, {with_model:.2f} s with a model that answers at once ({requests // 3} requests)"
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
    started = time.monotonic()
    session.make_brief(name, "sales-to-cs", "csm")
    return time.monotonic() - started


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
            started = time.monotonic()
            tool.call(desk, given)
            times.append(time.monotonic() - started)
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
