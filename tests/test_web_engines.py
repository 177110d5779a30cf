"""The pages with a model: chosen for one brief or question, its steps told as they happen, cancelled on the way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.characters import honest
from tests.model_deal import SLUG, STEADY, copy_home, index_deal, open_home, settings
from tests.ollama_server import MODEL, OllamaServer, Reply
from tests.web_fixtures import serve


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    made = index_deal(tmp_path_factory.mktemp("home") / "h", tmp_path_factory.mktemp("deal"), exported)  # fmt: skip
    return made.home


@pytest.fixture
def client(home: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    session = open_home(copy_home(home, tmp_path / "h"))
    running = serve(session)
    served = next(running)
    with httpx.Client(base_url=served.url, headers=served.bearer, timeout=120) as client:
        client.home = session.home  # type: ignore[attr-defined]
        yield client
    next(running, None)


def events(client: httpx.Client, job: str) -> list[dict[str, Any]]:
    with client.stream("GET", f"/api/jobs/{job}/events") as stream:
        return [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]


def test_a_model_writes_one_brief_and_one_answer_where_it_is_chosen(client: httpx.Client) -> None:
    with OllamaServer(honest) as server:
        settings(client.home, server, STEADY)  # type: ignore[attr-defined]
        at_hand = client.get("/api/engines").json()
        assert MODEL in at_hand["models"]
        assert {e["id"]: e["ready"] for e in at_hand["engines"]}["ollama"]
        job = client.post(f"/api/accounts/{SLUG}/briefs", json={"engine": "ollama"}).json()["job"]
        told = events(client, job)
        assert told[-1]["state"] == "done", told[-1]
        assert len({t["what"] for t in told}) > 3
        brief = client.get(f"/api/accounts/{SLUG}/briefs/latest").json()
        assert (brief["provenance"]["engine"], brief["provenance"]["model"]) == ("ollama", MODEL)
        asked = client.post(f"/accounts/{SLUG}/ask", json={"question": "Who worries about the scanner?", "engine": "ollama"})  # fmt: skip
        lines = [json.loads(line) for line in asked.text.splitlines()]
        assert f"Asking {MODEL}" in [line.get("step") for line in lines]
        assert "html" in lines[-1]
        without = client.post(f"/api/accounts/{SLUG}/ask", json={"question": "Who worries?", "engine": "extractive"})  # fmt: skip
        assert without.json()["provenance"]["engine"] == "extractive"


def test_a_brief_by_a_model_is_cancelled_while_it_is_written(client: httpx.Client) -> None:
    begun = threading.Event()

    def slow(body: dict[str, Any]) -> Reply:
        begun.set()
        time.sleep(0.2)
        return honest(body)

    with OllamaServer(slow) as server:
        settings(client.home, server, STEADY)  # type: ignore[attr-defined]
        job = client.post(f"/api/accounts/{SLUG}/briefs", json={"engine": "ollama"}).json()["job"]
        assert begun.wait(60)
        assert client.delete(f"/api/jobs/{job}").status_code == 202
        assert events(client, job)[-1]["state"] == "cancelled"
        asked = len(server.requests)
        time.sleep(0.5)
        assert len(server.requests) == asked
    assert client.get(f"/api/accounts/{SLUG}/briefs/latest").status_code == 404
