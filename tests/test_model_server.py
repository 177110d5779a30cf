"""A real model server with a real, random model: whatever it babbles, nothing is lost and nothing false gets in.

`make test-server`. The server is transformers' own, over an OpenAI-compatible address on loopback.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from agent.llm.steps import Run
from app.session import Session
from tests.model_deal import SLUG, copy_home, index_deal
from tests.ollama_server import wait_until
from tests.tiny_model import CONTEXT, make_tiny_model

pytestmark = pytest.mark.server
SERVE = "import sys; sys.argv=['transformers','serve',*sys.argv[1:]]; from transformers.cli.transformers import main; main()"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address, model name) of the running server."""
    model = str(make_tiny_model(tmp_path_factory.mktemp("tiny") / "model"))
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, model, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    try:
        assert wait_until(answers, 180), "the model server did not start"
        yield f"http://127.0.0.1:{port}/v1", model
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Session:
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    return index_deal(
        tmp_path_factory.mktemp("home") / "h", tmp_path_factory.mktemp("deal"), exported
    )


@pytest.mark.parametrize("tools", [True, False], ids=["tools", "no tools"])
def test_babble_changes_nothing(
    made: Session, server: tuple[str, str], tmp_path: Path, tools: bool
) -> None:
    url, model = server
    home = copy_home(made.home, tmp_path / "h")
    arguments = {
        "model": model, "api_base": url, "api_key": "none", "is_chat_model": True, "max_tokens": 40,
        "is_function_calling_model": tools, "context_window": CONTEXT,
    }  # fmt: skip
    custom = {"class": "llama_index.llms.openai_like.OpenAILike", "arguments": arguments}
    limits = {"num_ctx": CONTEXT, "num_predict": 64, "section_s": 120}
    (home / "settings.yaml").write_text(
        yaml.safe_dump({"model": {"llm": custom, "limits": limits}})
    )
    made.use_engine("extractive")
    floor = made.make_brief(SLUG, "sales-to-cs", "csm")
    session = Session(home)
    assert session.use_engine("llm").said.startswith("llm: ")
    brief = session.make_brief(SLUG, "sales-to-cs", "csm")
    assert brief.provenance.engine == "llm"
    assert [c.key for c in brief.claims] == [c.key for c in floor.claims]
    assert [g.key for g in brief.gaps] == [g.key for g in floor.gaps]
    assert len(brief.provenance.degraded) == len(brief.sections)
    run = Run.model_validate_json(session.store.runs(SLUG)[0])
    assert any(s.calls for s in run.sections), run.sections[0].fault
    for question in ("What is the yearly price?", "Who signs the budget?"):
        answer = session.answer(SLUG, question)
        assert [c.key for c in answer.claims] == [c.key for c in made.answer(SLUG, question).claims]
        assert answer.provenance.degraded
