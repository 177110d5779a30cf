"""What every test lives under: no network beyond this machine, no model hub; models exported once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import pytest_socket

pytest_plugins = ["tests.web_fixtures"]

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false",
}

# At import too: libraries read these once, while tests are being collected.
os.environ.update(OFFLINE)


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses every connection that leaves the machine; pytest-socket lifts it after the test."""
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported models, made once in a test run."""
    from app.session import Session

    home = tmp_path_factory.getbasetemp() / "exported"
    session = Session(home)
    session.embedder.embed(["warm"])
    session.heads.reading.read([("", "warm")])
    session.heads.answers.vectors([("", "warm")])
    return home / "models"
