"""Every way in which a model server can fail, against the real client and the real agent: told, kept short, kept safe."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from agent.llm.budget import prompt_tokens, was_cut
from agent.llm.faults import ModelFault
from agent.llm.settings import ModelSettings, check_host, is_loopback
from agent.llm.steps import Run
from agent.models import Answer
from app.session import Session
from tests.characters import honest
from tests.model_deal import FAST, SLUG, STEADY, index_deal, settings
from tests.model_faults import FAULTS, Fault
from tests.ollama_server import MODEL, OllamaServer, Reply, wait_until

QUESTION = "What is the yearly price?"
CAP_S = 2 * FAST["section_s"] + 20
"""Two conversations at most, and a machine that may be busy."""


def room(fault: Fault) -> dict[str, float]:
    """Short limits where time is the fault; else a busy machine must not pass for a slow model."""
    if "stalled" in fault.kinds:
        return FAST
    return STEADY | {"section_s": FAST["section_s"]} if "too_slow" in fault.kinds else STEADY


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    return index_deal(
        tmp_path_factory.mktemp("home") / "h", tmp_path_factory.mktemp("deal"), exported
    )


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every host that anything in this process connects to."""
    seen: list[str] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        seen.append(str(address[0]) if isinstance(address, tuple) else "unix")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


def ask(session: Session, server: OllamaServer | str, **more: object) -> Answer:
    settings(session.home, server, **more)
    session.use_engine("ollama")
    return session.answer(SLUG, QUESTION)


def last_run(session: Session) -> Run:
    return Run.model_validate_json(session.store.runs(SLUG)[0])


def extractive(session: Session) -> Answer:
    session.use_engine("extractive")
    return session.answer(SLUG, QUESTION)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_a_fault_ends_in_the_extractive_answer_and_says_so(
    session: Session, fault: Fault, dialled: list[str]
) -> None:
    before = extractive(session)
    started = time.monotonic()
    with OllamaServer(fault.script) as server:
        answer = ask(session, server, limits=room(fault))
    assert time.monotonic() - started < CAP_S
    section = last_run(session).sections[0]
    assert section.fault_kind in fault.kinds, section.fault
    assert section.fault
    assert answer.provenance.degraded == (f"Answer: {section.fault}",)
    assert [c.key for c in answer.claims] == [c.key for c in before.claims]
    assert set(dialled) <= {"127.0.0.1", "unix"}


def test_without_a_fault_nothing_is_degraded(session: Session) -> None:
    with OllamaServer(honest) as server:
        answer = ask(session, server)
    assert answer.provenance.degraded == ()
    assert answer.provenance.engine == "ollama"
    assert answer.provenance.model == MODEL
    assert last_run(session).sections[0].claims


def test_no_server_is_said_and_costs_no_time(session: Session) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    started = time.monotonic()
    answer = ask(session, f"http://127.0.0.1:{port}")
    assert time.monotonic() - started < 2
    assert answer.provenance.engine == "extractive"
    assert "ollama serve" in answer.provenance.degraded[0]
    assert session.use_engine("auto").said.startswith("extractive: no model server")


def test_a_missing_model_is_named_with_the_command_that_gets_it(session: Session) -> None:
    with OllamaServer(honest, names=("other:7b",)) as server:
        answer = ask(session, server)
    assert f"ollama pull {MODEL}" in answer.provenance.degraded[0]


@pytest.mark.parametrize("name", ["big:120b-cloud", "big:cloud"])
def test_cloud_models_are_refused_by_name(session: Session, name: str) -> None:
    with OllamaServer(honest, names=(name,)) as server:
        settings(session.home, server)
        with pytest.raises(ModelFault, match="another machine"):
            session.use_engine("ollama", name)
        assert server.requests == []


def test_a_model_that_the_server_runs_elsewhere_is_refused(session: Session) -> None:
    with OllamaServer(honest, remote_host="https://ollama.example:443") as server:
        settings(session.home, server)
        with pytest.raises(ModelFault, match="another machine"):
            session.use_engine("ollama")
        assert session.use_engine("auto").talker is None
        assert server.requests == []


@pytest.mark.parametrize(
    "host",
    ["http://198.51.100.7:11434", "http://models.example", "http://127.0.0.1.models.example"],
)
def test_other_hosts_are_refused_unless_named(session: Session, host: str) -> None:
    settings(session.home, host)
    with pytest.raises(ModelFault, match="allow_host"):
        session.use_engine("ollama")
    check_host(host, host.split("//")[1].split(":")[0])


def test_what_counts_as_this_machine() -> None:
    assert all(is_loopback(h) for h in ("localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"))
    assert not any(
        is_loopback(h) for h in ("0.0.0.0", "10.0.0.1", "localhost.example", "", "169.254.0.1")
    )


def test_proxies_and_keys_of_the_environment_are_not_used(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OLLAMA_API_KEY", "secret")
    monkeypatch.setenv("OLLAMA_HOST", "http://198.51.100.7")
    with OllamaServer(honest) as server:
        answer = ask(session, server)
    assert answer.provenance.degraded == ()


def test_every_request_says_how_much_context_it_needs_and_forbids_cutting(session: Session) -> None:
    with OllamaServer(honest) as server:
        ask(session, server)
    assert server.requests
    for body in server.requests:
        assert body["truncate"] is False
        assert body["shift"] is False
        assert body["options"]["num_ctx"] == FAST["num_ctx"]
        assert body["options"]["num_predict"] == 768
        assert body["keep_alive"] == "10m"
        assert body["stream"] is True
        assert prompt_tokens(body) + 768 <= body["options"]["num_ctx"]


def test_a_model_that_was_trained_on_less_context_is_asked_for_less(session: Session) -> None:
    with OllamaServer(honest, context_length=4096) as server:
        answer = ask(session, server)
    assert {b["options"]["num_ctx"] for b in server.requests} == {4096}
    assert answer.provenance.degraded == ()


def test_thinking_models_are_told_not_to_and_what_they_think_is_not_kept(session: Session) -> None:
    def thinks(body: dict[str, object]) -> Reply:
        reply = honest(body)  # type: ignore[arg-type]
        return Reply(
            content=reply.content, calls=reply.calls, thinking="A secret train of thought."
        )

    with OllamaServer(thinks, capabilities=("completion", "tools", "thinking")) as server:
        answer = ask(session, server)
    assert server.requests[0]["think"] is False
    assert "secret train" not in answer.model_dump_json() + last_run(session).model_dump_json()


def test_a_busy_server_is_asked_again(session: Session) -> None:
    left = [Reply(status=503, error="server busy"), Reply(status=503, error="server busy")]

    def script(body: dict[str, object]) -> Reply:
        return left.pop() if left else honest(body)  # type: ignore[arg-type]

    with OllamaServer(script) as server:
        assert ask(session, server).provenance.degraded == ()


def test_going_away_stops_the_model(session: Session) -> None:
    with OllamaServer(
        lambda _b: Reply(content="and so on ", endless=True, between_s=0.01)
    ) as server:
        ask(session, server, limits=FAST)
        assert wait_until(server.broken_off.is_set, 5.0)


def test_a_cut_prompt_is_noticed_fifty_times_of_fifty() -> None:
    prose = "Ines said on Tuesday that the two warehouses count by hand and that 40 users need the new system by June. "
    body = {"messages": [{"role": "user", "content": prose * 120}]}
    whole = int(len(prose) * 120 / 4.4)
    assert not was_cut(body, whole)
    assert not was_cut(body, None)
    assert sum(was_cut(body, limit) for limit in range(256, 2256, 40)) == 50


def test_the_count_before_sending_is_never_too_low_for_plain_text() -> None:
    body = {
        "messages": [{"role": "user", "content": "The yearly price is $48,000 for 40 users. " * 50}]
    }
    assert prompt_tokens(body) >= len("The yearly price is $48,000 for 40 users. " * 50) / 4


def test_settings_are_checked(session: Session, tmp_path: Path) -> None:
    from app.settings import load_settings
    from indexer.errors import InputError

    (tmp_path / "settings.yaml").write_text("model: {nmae: x}")
    with pytest.raises(InputError, match="nmae"):
        load_settings(tmp_path)
    (tmp_path / "settings.yaml").write_text("model: [")
    with pytest.raises(InputError, match="no YAML"):
        load_settings(tmp_path)
    assert load_settings(tmp_path / "none").model == ModelSettings()  # type: ignore[call-arg]
