"""What every test lives under: no network beyond this machine, no model hub; models exported once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_socket

if TYPE_CHECKING:
    from tests.databases import Databases
    from tests.postgres_server import Cluster

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
    monkeypatch.delenv("BATON_DATABASE_URL", raising=False)
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


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this run's own."""
    from tests.postgres_server import Cluster, programs

    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (apt install postgresql, brew install postgresql)")
    running = Cluster(binaries)
    yield running
    running.remove()


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Where records are kept: what uses this runs over both."""
    from tests.databases import Databases

    return Databases(request.getfixturevalue("cluster") if request.param == "postgres" else None)
