"""What every test lives under: no network beyond this machine, no model hub."""

from __future__ import annotations

import os

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
