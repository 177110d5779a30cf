"""A brief written by a model: what each kind of model can and can't do to it. Real client, real agent, real door."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agent.llm.steps import OnStep, Run, Step
from app import cli
from app.session import Session
from app.streaming import Done, stream
from indexer.errors import InputError
from prompts.template import load_template
from review.models import Brief
from tests.characters import Hallucinating, claim, honest, lazy, looping, short, words_of, wordy
from tests.model_deal import SLUG, STEADY, copy_home, index_deal, open_home, settings
from tests.ollama_server import MODEL, OllamaServer, Reply, Script, calls, says, seen, wait_until

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = [s.id for s in load_template("sales-to-cs").sections]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Session:
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    return index_deal(
        tmp_path_factory.mktemp("home") / "h", tmp_path_factory.mktemp("deal"), exported
    )


@dataclass
class Written:
    """A brief by the honest model, with all that led to it."""

    brief: Brief
    server: OllamaServer
    home: Path
    steps: list[Step]


@pytest.fixture(scope="module")
def written(made: Session, tmp_path_factory: pytest.TempPathFactory) -> Written:
    home = copy_home(made.home, tmp_path_factory.mktemp("written") / "h")
    steps: list[Step] = []
    brief, server = write(home, honest, steps)
    return Written(brief, server, home, steps)


@pytest.fixture
def home(made: Session, tmp_path: Path) -> Path:
    return copy_home(made.home, tmp_path / "h")


@pytest.fixture(scope="module")
def floor(made: Session) -> Brief:
    """The brief without a model."""
    made.use_engine("extractive")
    return made.make_brief(SLUG, "sales-to-cs", "csm")


def write(
    home: Path, script: Script, steps: list[Step] | None = None, **server: Any
) -> tuple[Brief, OllamaServer]:
    with OllamaServer(script, **server) as running:
        settings(home, running, STEADY)
        session = open_home(home)
        session.use_engine("ollama")
        brief = session.make_brief(
            SLUG, "sales-to-cs", "csm", steps.append if steps is not None else None
        )
    return brief, running


def run(home: Path, *args: str) -> Result:
    return CliRunner().invoke(
        cli.app, list(args), env={"BATON_HOME": str(home)}, catch_exceptions=False
    )


def latest(home: Path) -> Run:
    return Run.model_validate_json(Session(home).store.runs(SLUG)[0])


def fields(brief: Brief) -> dict[str, Any]:
    return {f.id: f for s in brief.sections for f in s.fields}


def keys(brief: Brief, field: str) -> set[str]:
    by_id = {c.id: c.key for c in brief.claims}
    return {by_id[c] for c in fields(brief)[field].claims}


def assert_no_worse(brief: Brief, floor: Brief) -> None:
    """Every claim of the extractive brief is in its field, and every quote is the source's."""
    for name, field in fields(floor).items():
        assert keys(floor, name) <= keys(brief, name), name
        assert field.status == "needs_clarification" or fields(brief)[name].status == field.status
        assert bool(fields(brief)[name].claims) != (
            fields(brief)[name].status == "needs_clarification"
        )


def assert_quotes(brief: Brief, home: Path) -> None:
    texts = {a.path: a.text for a in Session(home).store.artifacts(SLUG)}
    for one in brief.claims:
        assert one.verdict == "supported"
        for c in one.citations:
            assert texts[c.artifact][c.start : c.end] == c.quote


def test_a_model_writes_claims_that_stand_first_and_cite_the_source(
    written: Written, floor: Brief
) -> None:
    brief = written.brief
    assert brief.provenance.engine == "ollama"
    assert brief.provenance.model == MODEL
    assert brief.provenance.degraded == ()
    assert {"section", "tools", "sales-to-cs"} <= set(brief.provenance.prompts)
    assert_no_worse(brief, floor)
    assert_quotes(brief, written.home)
    recorded = [s for s in written.steps if s.kind == "claim_recorded"]
    assert len(recorded) >= 8
    first = fields(brief)["goals.problem"].shown[0]
    by_id = {c.id: c for c in brief.claims}
    assert by_id[first].text in {s.text for s in recorded}
    assert [s.section for s in written.steps if s.kind == "section"] == [*SECTIONS[1:], SECTIONS[0]]


def test_a_claim_fills_what_the_extractive_engine_left_open(written: Written, floor: Brief) -> None:
    brief = written.brief
    open_fields = [n for n, f in fields(floor).items() if f.status == "needs_clarification"]
    filled = [n for n in open_fields if fields(brief)[n].status == "answered"]
    assert filled
    for name in filled:
        assert not [g for g in brief.gaps if g.field == name and g.scope == "field"]
    assert len({g.id for g in brief.gaps}) == len(brief.gaps)


def test_the_model_gets_the_evidence_between_marks_that_change(written: Written) -> None:
    requests = written.server.requests
    tasks = [b["messages"][1]["content"] for b in requests if len(b["messages"]) == 2]
    marks = [re.search(r"\[data (\w+)\]", t) for t in tasks]
    assert len({m.group(1) for m in marks if m}) == len(tasks) == len(SECTIONS)
    for body in requests:
        mark = re.search(r"\[data (\w+)\]", body["messages"][0]["content"])
        assert mark
        assert f"[end {mark.group(1)}]" in body["messages"][1]["content"]


def test_the_summary_is_written_last_from_what_was_verified(written: Written) -> None:
    first = [b for b in written.server.requests if len(b["messages"]) == 2][-1]
    s = seen(first)
    assert s.fields == ("summary.why_bought", "summary.success")
    assert [t["function"]["name"] for t in first["tools"]] == ["record_claim", "mark_gap"]
    quotes = " ".join(
        " ".join(c.quote.split()) for one in written.brief.claims for c in one.citations
    )
    assert s.evidence
    for line in s.evidence.values():
        assert words_of(line).split(" (...)")[0][:30] in quotes


def test_a_hallucinating_model_gets_nothing_in(home: Path, floor: Brief) -> None:
    liar = Hallucinating()
    brief, _ = write(home, liar)
    assert len(liar.said) > 40
    told = {c.text for c in brief.claims} & set(liar.said)
    assert told == set()
    assert_no_worse(brief, floor)
    refusals = [r for s in latest(home).sections for r in s.refusals]
    assert len({r.text for r in refusals}) >= len(set(liar.said)) * 0.9
    assert all(r.why for r in refusals)
    assert "8713" not in brief.model_dump_json()
    assert "Oakmoor" not in brief.model_dump_json()


def test_a_lazy_model_can_not_empty_a_brief(home: Path, floor: Brief) -> None:
    brief, _ = write(home, lazy)
    assert_no_worse(brief, floor)
    assert [g.key for g in brief.gaps] == [g.key for g in floor.gaps]
    answered = {n for n, f in fields(floor).items() if f.claims}
    assert not answered & {g for s in latest(home).sections for g in s.gaps}


def test_a_looping_model_is_stopped_and_every_section_says_so(home: Path, floor: Brief) -> None:
    brief, server = write(home, looping)
    assert len(brief.provenance.degraded) == len(SECTIONS)
    assert_no_worse(brief, floor)
    assert len(server.requests) <= 4 * len(SECTIONS)


def test_a_model_without_tools_is_asked_for_one_structured_reply(home: Path, floor: Brief) -> None:
    def script(body: dict[str, Any]) -> Reply:
        s = seen(body)
        rows = list(s.evidence.items())
        made = [
            {"field": f, "text": short(words_of(line)), "evidence": ref}
            for f, (ref, line) in zip(s.fields, rows, strict=False)
        ]
        return says(json.dumps({"claims": made, "gaps": []}))

    brief, server = write(home, script, capabilities=("completion",))
    assert len(server.requests) == len(SECTIONS)
    for body in server.requests:
        assert not body.get("tools")
        assert body["format"]["properties"]["claims"]["type"] == "array"
    assert brief.provenance.degraded == ()
    assert {s.way for s in latest(home).sections} == {"structured"}
    assert_no_worse(brief, floor)
    assert any(s.claims for s in latest(home).sections)


def test_broken_json_is_asked_for_once_more(home: Path, floor: Brief) -> None:
    brief, server = write(home, lambda _b: says('{"claims": [{"fie'), capabilities=("completion",))
    assert len(server.requests) == 2 * len(SECTIONS)
    assert "could not be used" in server.requests[1]["messages"][1]["content"]
    assert len(brief.provenance.degraded) == len(SECTIONS)
    assert_no_worse(brief, floor)


def test_prose_in_place_of_tools_ends_in_the_extractive_brief(home: Path, floor: Brief) -> None:
    brief, _ = write(home, wordy)
    assert len(brief.provenance.degraded) == len(SECTIONS)
    assert [c.key for c in brief.claims] == [c.key for c in floor.claims]
    assert "nine million" not in brief.model_dump_json()


def test_one_failing_section_degrades_alone(home: Path, floor: Brief) -> None:
    def script(body: dict[str, Any]) -> Reply:
        return (
            Reply(content="x", done=False)
            if "goals.problem" in body["messages"][1]["content"]
            else honest(body)
        )

    brief, _ = write(home, script)
    assert len(brief.provenance.degraded) == 1
    assert brief.provenance.degraded[0].startswith("Goals: ")
    assert_no_worse(brief, floor)
    assert sum(bool(s.claims) for s in latest(home).sections) >= 8


def test_only_the_section_that_fell_back_is_written_again(home: Path) -> None:
    failing = [True]

    def script(body: dict[str, Any]) -> Reply:
        broken = failing[0] and "goals.problem" in body["messages"][1]["content"]
        return Reply(content="x", done=False) if broken else honest(body)

    first, _ = write(home, script)
    kept = latest(home)
    assert not kept.complete
    failing[0] = False
    second, server = write(home, script)
    assert len([b for b in server.requests if len(b["messages"]) == 2]) == 1
    assert second.provenance.run == first.provenance.run
    assert second.provenance.degraded == ()
    assert latest(home).complete
    assert {c.key for c in first.claims} <= {c.key for c in second.claims}


def test_a_model_that_is_gone_is_not_asked_eleven_times(home: Path, floor: Brief) -> None:
    brief, server = write(
        home, lambda _b: Reply(status=500, error="cudaMalloc failed: out of memory")
    )
    assert len(server.requests) == 1
    assert len(brief.provenance.degraded) == len(SECTIONS)
    assert all("smaller model" in d for d in brief.provenance.degraded)


def test_a_server_that_loads_less_context_than_asked_is_found_out(home: Path) -> None:
    brief, server = write(home, honest, loaded_context=4096)
    assert any("4096 tokens of context" in d for d in brief.provenance.degraded)
    assert server.requests[-1]["options"]["num_ctx"] == 4096


@pytest.mark.parametrize("context", [4096, 8192])
def test_the_whole_brief_fits_a_small_context(home: Path, context: int) -> None:
    with OllamaServer(honest) as server:
        settings(home, server, STEADY | {"num_ctx": context})
        session = open_home(home)
        session.use_engine("ollama")
        brief = session.make_brief(SLUG, "sales-to-cs", "csm")
    assert brief.provenance.degraded == ()
    for section in latest(home).sections:
        assert section.calls
        assert all(c.estimate + 768 <= context for c in section.calls)


def test_tool_results_that_no_longer_fit_are_left_out_not_cut_by_the_server(home: Path) -> None:
    def greedy(body: dict[str, Any]) -> Reply:
        s = seen(body)
        if s.turns < 5:
            return calls(
                ("list_artifacts", {}),
                ("timeline", {}),
                *((("read_around", {"ref": f"E{n + 6 * s.turns}"})) for n in range(1, 7)),
            )
        return honest({**body, "messages": body["messages"][:2]})

    with OllamaServer(greedy) as server:
        settings(home, server, STEADY | {"num_ctx": 4096, "max_steps": 12})
        session = open_home(home)
        session.use_engine("ollama")
        session.make_brief(SLUG, "sales-to-cs", "csm")
    kinds = {s.fault_kind for s in latest(home).sections}
    assert kinds <= {None, "going_round", "nothing_said"}
    assert any(
        "left out for room" in str(m.get("content")) for b in server.requests for m in b["messages"]
    )


def test_a_gap_that_the_sources_fill_is_refused_with_their_words(home: Path, floor: Brief) -> None:
    told: list[str] = []
    answered = next(n for n, f in fields(floor).items() if f.claims and not n.startswith("summary"))

    def script(body: dict[str, Any]) -> Reply:
        s = seen(body)
        if s.turns == 0 and answered in s.fields:
            return calls(("mark_gap", {"field": answered}))
        told.append(s.last)
        return says("done")

    write(home, script)
    by_id = {c.id: c for c in floor.claims}
    quote = by_id[fields(floor)[answered].claims[0]].citations[0].quote
    assert any(t.startswith("Not a gap") and quote[:40] in t for t in told)


def test_a_refusal_says_what_is_wrong_and_what_the_evidence_says(home: Path) -> None:
    told: list[str] = []

    def script(body: dict[str, Any]) -> Reply:
        s = seen(body)
        if "commitments.pricing" not in s.fields:
            return says("done")
        ref = next(r for r, t in s.evidence.items() if "48,000" in t)
        if s.turns == 0:
            return calls(
                claim("commitments.pricing", "The yearly price is $84,000 for 40 users.", ref)
            )
        told.append(s.last)
        if s.turns == 1:
            return calls(
                claim("commitments.pricing", "The yearly price is $48,000 for 40 users.", ref)
            )
        return says("done")

    brief, _ = write(home, script)
    assert "84000" in told[0].replace(",", "")
    assert "48,000" in told[0]
    assert told[1].startswith("Recorded as c")
    texts = [c.text for c in brief.claims]
    assert "The yearly price is $48,000 for 40 users." in texts
    assert "The yearly price is $84,000 for 40 users." not in texts


def test_steps_can_be_streamed_while_the_model_writes(home: Path) -> None:
    with OllamaServer(honest) as server:
        settings(home, server, STEADY)

        def work(on_step: OnStep) -> Brief:
            session = open_home(home)
            session.use_engine("ollama")
            return session.make_brief(SLUG, "sales-to-cs", "csm", on_step)

        steps = list(stream(work))
    assert isinstance(steps[-1], Done)
    assert steps[-1].result.provenance.engine == "ollama"
    kinds = {s.kind for s in steps if isinstance(s, Step)}
    assert {"section", "claim_recorded"} <= kinds

    def fails(_on_step: OnStep) -> Brief:
        raise InputError("no")

    with pytest.raises(InputError):
        list(stream(fails))


def test_a_run_can_be_shown(home: Path) -> None:
    brief, _ = write(home, Hallucinating())
    assert brief.provenance.run
    shown = run(home, "show", brief.provenance.run).stdout
    assert "REFUSED" in shown
    assert "8713" in shown
    assert MODEL in shown
    assert "tokens read" in shown
    assert "s beside the model" in shown
    assert re.search(r"record_claim \d+ × \d+ ms \(at most \d+\)", shown)
    assert re.search(r"prompts: first \d+ tokens, largest \d+ of 8192", shown)
    assert "You write one section" not in shown
    assert "You write one section" in run(home, "show", brief.provenance.run, "--prompts").stdout


def test_the_command_says_which_engine_it_took(home: Path) -> None:
    with OllamaServer(honest) as server:
        settings(home, server, STEADY)
        auto = run(home, "brief", SLUG, "--format", "json")
    assert f"engine: ollama: {MODEL}, with tools" in auto.stderr
    assert json.loads(auto.stdout)["provenance"]["engine"] == "ollama"
    gone = run(home, "brief", SLUG, "--format", "json")
    assert "engine: extractive: no model server" in gone.stderr
    assert json.loads(gone.stdout)["provenance"]["engine"] == "extractive"
    asked = run(home, "brief", SLUG, "--engine", "ollama")
    assert "ollama serve" in asked.stdout


def test_without_a_server_no_model_library_is_loaded(home: Path) -> None:
    settings(home, "http://127.0.0.1:9")
    code = (
        "import sys; from typer.testing import CliRunner; from app import cli\n"
        f"result = CliRunner().invoke(cli.app, ['ask', {SLUG!r}, 'What is the yearly price?', '--home', {str(home)!r}])\n"
        "assert result.exit_code == 0, result.output\n"
        "print([m for m in ('llama_index', 'torch', 'ollama', 'openai', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip().splitlines()[-1] == "[]", done.stdout + done.stderr


def start(home: Path) -> subprocess.Popen[str]:
    code = "import sys; from app.cli import main; sys.argv[0] = 'baton'; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "brief", SLUG, "--home", str(home), "--format", "json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A suite that runs in the background was started with interrupts ignored, and so would this be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def held_from(section: int, reached: Callable[[], None]) -> Script:
    """Honest until the nth section, then says nothing any more."""
    state = {"sections": 0}

    def script(body: dict[str, Any]) -> Reply:
        if seen(body).turns == 0:
            state["sections"] += 1
        if state["sections"] >= section:
            reached()
            return Reply(before_s=60)
        return honest(body)

    return script


LONG = STEADY | {"first_token_s": 60, "between_tokens_s": 60, "section_s": 90}


def test_a_killed_run_is_carried_on_at_the_first_unfinished_section(home: Path) -> None:
    hits: list[float] = []
    with OllamaServer(held_from(4, lambda: hits.append(time.monotonic()))) as server:
        settings(home, server, LONG)
        process = start(home)
        assert wait_until(lambda: bool(hits), 60), process.stderr and process.stderr.read()
        process.kill()
        process.wait(10)
        server.script = honest
        kept = latest(home)
        assert not kept.complete
        assert len(kept.sections) == 3
        before = len(server.requests)
        session = open_home(home)
        session.use_engine("ollama")
        brief = session.make_brief(SLUG, "sales-to-cs", "csm")
        again = [b for b in server.requests[before:] if len(b["messages"]) == 2]
    assert brief.provenance.run == kept.id
    assert len(again) == len(SECTIONS) - 3
    done = latest(home)
    assert done.complete
    assert len(done.sections) == len(SECTIONS)
    texts = {c.text for c in brief.claims}
    assert all(c.text in texts for s in kept.sections for c in s.claims)


def test_stopping_keeps_what_is_verified_and_stops_the_model(home: Path) -> None:
    hits: list[float] = []
    with OllamaServer(held_from(4, lambda: hits.append(time.monotonic()))) as server:
        settings(home, server, LONG)
        process = start(home)
        assert wait_until(lambda: bool(hits), 60)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    brief = json.loads(out)
    assert len(brief["provenance"]["degraded"]) == len(SECTIONS) - 3
    assert all("You stopped the run" in d for d in brief["provenance"]["degraded"])
    assert brief["claims"]
    kept = latest(home)
    assert not kept.complete
    texts = {c["text"] for c in brief["claims"]}
    assert [c.text for s in kept.sections for c in s.claims if c.text in texts]
