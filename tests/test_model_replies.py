"""What comes back from servers that speak OpenAI's API, read line by line; and how such a server is named in the settings."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from agent.llm.faults import ModelFault
from agent.llm.reading import Reading
from agent.llm.settings import OPENAI_LIKE, CustomModel, ModelSettings
from agent.llm.steps import ModelCall
from app.engines import choose_engine
from app.settings import load_settings
from indexer.errors import InputError

BODY = {"model": "m", "messages": [{"role": "user", "content": "How much is it?"}]}


def line(**part: Any) -> bytes:
    return b"data: " + json.dumps(part).encode()


def choice(content: str = "", reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": content}, "finish_reason": reason}]}


def read(*lines: bytes) -> tuple[bool, list[ModelCall]]:
    calls: list[ModelCall] = []
    reading = Reading(calls, BODY, 20)
    done = False
    for one in lines:
        done = reading.event_line(one) or done
    return done, calls


def test_a_stream_with_a_finish_reason_is_whole_and_its_usage_is_kept_wherever_it_comes() -> None:
    used = {"usage": {"prompt_tokens": 18, "completion_tokens": 4}}
    for lines in (
        (line(**choice("It is")), line(**choice(reason="stop"), **used), b"data: [DONE]"),
        (line(**choice("It is")), line(**choice(reason="stop")), line(choices=[], **used), b"data: [DONE]"),
    ):  # fmt: skip
        done, calls = read(*lines)
        assert done
        assert [(c.ended, c.prompt_tokens, c.reply_tokens) for c in calls] == [("stop", 18, 4)]


def test_a_stream_that_only_says_done_is_not_whole() -> None:
    done, calls = read(line(**choice("It is")), b"data: [DONE]")
    assert not done
    assert calls == []


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ((line(**choice("and so on", "length")), b"data: [DONE]"), "too_long"),
        ((line(error={"message": "CUDA out of memory"}),), "out_of_memory"),
        ((b"data: {broken",), "bad_reply"),
        ((line(choices=["x"]),), "bad_reply"),
    ],
)
def test_faults_in_a_stream_are_told_apart(lines: tuple[bytes, ...], kind: str) -> None:
    with pytest.raises(ModelFault) as told:
        read(*lines)
    assert told.value.kind == kind


def test_a_request_that_fails_is_kept_once_with_how_it_ended() -> None:
    calls: list[ModelCall] = []
    reading = Reading(calls, BODY, 20)
    reading.close("cut_off")
    reading.close("broken off")
    assert [c.ended for c in calls] == ["cut_off"]


def test_of_an_openai_compatible_server_address_and_name_are_enough() -> None:
    made = CustomModel.model_validate({"url": "http://127.0.0.1:8080/v1", "model": "mine"})
    assert made.cls == OPENAI_LIKE
    arguments = made.made_of(8192, 768)
    assert arguments["api_base"] == "http://127.0.0.1:8080/v1"
    assert arguments["model"] == "mine"
    assert arguments["context_window"] == 8192
    assert arguments["is_function_calling_model"] is True
    for wrong in ({"url": "http://127.0.0.1:1/v1"}, {"class": "a.B", "url": "http://127.0.0.1:1"}):
        with pytest.raises(ValueError, match="url"):
            CustomModel.model_validate(wrong)
    assert ModelSettings.model_validate({"llm": {"class": "a.B", "arguments": {"x": 1}}}).llm


def test_a_model_server_that_is_not_there_leaves_the_extractive_engine(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
    file = tmp_path / "settings.yaml"
    file.write_text(f"model: {{llm: {{url: '{url}', model: mine}}}}")
    auto = choose_engine(tmp_path, "auto")
    assert auto.talker is None
    assert auto.said == f"extractive: no model server answers at {url}"
    asked = choose_engine(tmp_path, "llm", "another")
    assert asked.fallback
    assert asked.settings.llm
    assert asked.settings.llm.model == "another"
    file.write_text("model: {llm: {url: 'http://198.51.100.7/v1', model: mine}}")
    with pytest.raises(ModelFault, match="allow_host"):
        choose_engine(tmp_path, "auto")
    file.write_text("model: {llm: {model: mine}}")
    with pytest.raises(InputError, match="url"):
        load_settings(tmp_path)
