"""What can go wrong at a model's end, as scripts: each a name, what the server does, and how the run may end."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import Any

from tests.characters import restless
from tests.ollama_server import Reply, Script, calls, in_turn, says, seen


@dataclass(frozen=True)
class Fault:
    """A fault; `kinds` are the ends that say it rightly."""

    name: str
    script: Script
    kinds: tuple[str, ...]
    ends: bool = False
    """True where the same behaviour after some claims is no fault, but an end like any other."""


def _always(**reply: Any) -> Script:
    return lambda _body: Reply(**reply)


def _line(**more: Any) -> bytes:
    return json.dumps(
        {"model": "m", "message": {"role": "assistant", "content": "The "}, "done": False} | more
    ).encode()


def _other_words() -> Script:
    number = itertools.count()
    return lambda _body: calls(("no_such_tool", {"n": next(number)}))


def after(works: Script, turns: int, fault: Script) -> Script:
    """A model that works for some turns of every conversation, and then fails."""

    def script(body: dict[str, Any]) -> Reply:
        return works(body) if seen(body).turns < turns else fault(body)

    return script


def from_section(works: Script, section: int, fault: Script) -> Script:
    """A model that works until its nth conversation, and then fails."""
    begun = itertools.count(1)
    state = {"at": 0}

    def script(body: dict[str, Any]) -> Reply:
        if seen(body).turns == 0:
            state["at"] = next(begun)
        return works(body) if state["at"] < section else fault(body)

    return script


FAULTS = (
    Fault("gone before the first token", _always(drop=True), ("cut_off",)),
    Fault("cut in the middle of a token", _always(raw=(_line(), b'{"model":"m","message":{"role":"assis')), ("bad_reply", "cut_off")),
    Fault("cut after some tokens", _always(content="The price", done=False), ("cut_off",)),
    Fault("clean end without done", _always(content="The price", done=False, done_reason="clean"), ("cut_off",)),
    Fault("error line in the stream", _always(content="The", error="an unknown error was encountered"), ("server_error",)),
    Fault("model missing", _always(status=404, error="model 'x' not found, try pulling it first"), ("model_missing",)),
    Fault("too many requests", _always(status=429, error="slow down"), ("busy",)),
    Fault("out of memory", _always(status=500, error="model requires more system memory (9.1 GiB) than is available"), ("out_of_memory",)),
    Fault("cuda out of memory", _always(status=500, error="llama runner: cudaMalloc failed: out of memory"), ("out_of_memory",)),
    Fault("server error", _always(status=500, error="unexpected EOF"), ("server_error",)),
    Fault("busy", _always(status=503, error="server busy, please try again. maximum pending requests exceeded"), ("busy",)),
    Fault("loads for ever", _always(before_s=30), ("stalled",)),
    Fault("head, then silence", _always(before_s=30, headers_first=True), ("stalled",)),
    Fault("stops between tokens", _always(content="The price is", between_s=30), ("stalled",)),
    Fault("one byte a moment", _always(content="The price is forty", drip=True, between_s=0.02), ("stalled", "too_slow")),
    Fault("no JSON", _always(raw=(b"<html>nginx</html>",)), ("bad_reply",)),
    Fault("JSON of another shape", _always(raw=(b"[1, 2]",)), ("bad_reply",)),
    Fault("a message that is none", _always(raw=(b'{"message": "hello", "done": true}',)), ("bad_reply",)),
    Fault("tool call that can't be parsed", _always(status=500, error="error parsing tool call: raw='{\"a\"' err=unexpected end"), ("bad_tool_call",)),
    Fault("arguments that are no object", _always(raw=(_line(message={"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "people", "arguments": "x"}}]}),)), ("bad_tool_call",)),
    Fault("unknown tool", _other_words(), ("bad_tool_call", "nothing_said", "bad_reply")),
    Fault("same call for ever", _always(calls=(("people", {}),)), ("going_round",)),
    Fault("other calls for ever", restless, ("going_round",)),
    Fault("wrong arguments for ever", in_turn(*(calls(("search_evidence", {"wrong": n})) for n in range(40))), ("going_round",)),
    Fault("endless text", _always(content="and so on ", endless=True), ("too_slow", "too_long")),
    Fault("stopped at its limit", _always(content="The price", done_reason="length"), ("too_long",)),
    Fault("empty answer", _always(content=""), ("nothing_said",), ends=True),
    Fault("thinking only", _always(thinking="The price might be nine million."), ("nothing_said",), ends=True),
    Fault("text instead of tools", lambda _body: says("It costs nine million dollars."), ("bad_reply",), ends=True),
    Fault("prompt cut by the server", _always(content="ok", prompt_eval_count=60), ("context_cut",)),
    Fault("sent on to another host", _always(status=307, error="", location="http://198.51.100.7/api/chat"), ("redirected",)),
    Fault("prompt refused as too long", _always(status=400, error="input length exceeds maximum context length"), ("context_full",)),
)  # fmt: skip
