"""What a command that people wait for may load: no torch, no LlamaIndex, no Chroma, no server."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.session import Session
from indexer.embed import packaged_model_folder
from indexer.errors import ModelMissing

SLUG = "dock"
CALL = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:09.000\n<v Ines Vogt>Fifty people work the dock, and the audit is in May.\n\n"
    "00:00:10.000 --> 00:00:19.000\n<v Paul Okoro>We will have both sites live in four weeks.\n"
)
HEAVY = (
    "torch", "llama_index", "chromadb", "fastapi", "sentence_transformers", "transformers", "onnx", "safetensors",
    "pypdfium2", "openpyxl", "docx", "numpy.ma", "httpx", "ollama", "sklearn", "uvicorn",
)  # fmt: skip
RUN = """
import json, sys
from app.cli import main
sys.argv = ["baton", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
sys.stderr.write("\\n" + json.dumps([m for m in %r if m in sys.modules]))
"""


@pytest.fixture(scope="module")
def home(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("cold")
    (base / "home").mkdir()
    (base / "home" / "models").symlink_to(models)
    (base / "deal").mkdir()
    (base / "deal" / "call.vtt").write_text(CALL, encoding="utf-8")
    session = Session(base / "home")
    session.index_deal(base / "deal", SLUG, False, False, lambda *_: None)
    session.answer(SLUG, "Who?")
    return base / "home"


def run(home: Path, *args: str, heavy: tuple[str, ...] = HEAVY) -> tuple[str, list[str]]:
    """What a command of a fresh process prints, and which heavy modules it loaded."""
    env = {**os.environ, "BATON_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", RUN % (heavy,), *args],
        capture_output=True, text=True, env=env, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    return done.stdout, json.loads(done.stderr.splitlines()[-1])


def test_ask_loads_nothing_heavy(home: Path) -> None:
    said, loaded = run(home, "ask", SLUG, "How many people work the dock?")
    assert "Fifty people" in said
    assert loaded == []


def test_search_and_show_load_nothing_heavy(home: Path) -> None:
    said, loaded = run(home, "search", SLUG, "going live", "--format", "json")
    found = json.loads(said)["results"][0]
    assert "four weeks" in found["text"]
    assert loaded == []
    said, loaded = run(home, "show", found["segment"], heavy=(*HEAVY, "onnxruntime", "tokenizers"))
    assert "four weeks" in said
    assert loaded == [], "a segment is shown without any model"


def test_help_loads_not_even_numpy(home: Path) -> None:
    _, loaded = run(home, "--help", heavy=(*HEAVY, "numpy", "onnxruntime", "tokenizers", "yaml"))
    assert loaded == []


def test_another_embedding_model_is_refused_with_the_command_that_rebuilds(
    home: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home"
    shutil.copytree(home, own, symlinks=True)
    other = tmp_path / "other-model"
    other.mkdir()
    for file in packaged_model_folder().iterdir():
        (other / file.name).symlink_to(file)
    monkeypatch.setenv("BATON_MODEL", str(other))
    with pytest.raises(ModelMissing) as refused:
        Session(own).answer(SLUG, "How many people work the dock?")
    said = str(refused.value)
    assert "all-MiniLM-L6-v2" in said
    assert "other-model" in said
    command = shlex.split(said[said.index("`baton ") + 1 : said.rindex("`")])
    monkeypatch.setenv("BATON_HOME", str(own))
    done = CliRunner().invoke(app, command[1:])
    assert done.exit_code == 0, done.output
    found = Session(own).account_index(SLUG).search("dock workers", 1)
    assert "Fifty people" in found[0].segment.text
    monkeypatch.delenv("BATON_MODEL")
    with pytest.raises(ModelMissing, match="other-model"):
        Session(own).account_index(SLUG)
