"""What comes back from a model server, checked line by line: status 200 is not success.

A reply counts only with its last line; errors, remote answers, cut prompts and calls that can't be read are faults.
Protocols: Ollama's API documentation, `/api/chat`; OpenAI's chat completions as event streams.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from agent.llm.budget import was_cut
from agent.llm.faults import ModelFault, fault_of_status
from agent.llm.steps import ModelCall

MOST_BYTES = 4_000_000
"""A reply beyond this is no reply to us."""
BROKEN_OFF = "broken off"


class Reading:
    """Checks one reply, line by line; a checker returns True once the reply is complete."""

    def __init__(self, calls: list[ModelCall], body: dict[str, Any], estimate: int) -> None:
        """`calls` is where the request is kept once it has ended."""
        self._calls, self._body, self._estimate, self._kept = calls, body, estimate, False
        self._started = time.monotonic()
        self._reason: str | None = None
        self._usage: dict[str, Any] = {}

    def close(self, ended: str | None, prompt: int | None = None, reply: int | None = None) -> None:
        """Keep the request with how it ended; the first word on it stands."""
        if self._kept:
            return
        self._kept = True
        seconds = round(time.monotonic() - self._started, 3)
        call = ModelCall(
            estimate=self._estimate, prompt_tokens=prompt, reply_tokens=reply, seconds=seconds, ended=ended,
        )  # fmt: skip
        self._calls.append(call)

    def ollama_line(self, line: bytes) -> bool:
        """One NDJSON line: an error, a piece of a message, or the last one with `done`."""
        part = _object(line)
        if part.get("error"):
            raise fault_of_status(500, str(part["error"]), str(self._body.get("model")))
        if part.get("remote_host"):
            raise ModelFault(
                "remote_model",
                "The server had another machine answer. Use a model that runs on this one.",
            )
        message = part.get("message")
        if not isinstance(message, dict) or not isinstance(message.get("content", ""), str):
            raise _unreadable(line)
        _check_calls(message.get("tool_calls"), line)
        if part.get("done") is not True:
            return False
        self._finish(part.get("done_reason"), part.get("prompt_eval_count"), part.get("eval_count"))
        return True

    def whole_line(self, line: bytes) -> bool:
        """The one object of a reply that is not streamed."""
        if not self.ollama_line(line):
            raise _not_done()
        return True

    def event_line(self, line: bytes) -> bool:
        """One line of an OpenAI-compatible event stream. It needs a finish reason; what was used may come after it."""
        if not line.startswith(b"data:"):
            return False
        data = line[5:].strip()
        if data != b"[DONE]":
            return self._choices(_object(data), line)
        self.end()
        return self._reason is not None

    def whole_completion(self, line: bytes) -> bool:
        """The one object of a reply that is not streamed."""
        return self._choices(_object(line), line)

    def end(self) -> None:
        """The stream is over: what is known of it by now is all there is."""
        if self._reason is not None and not self._kept:
            used = self._usage
            self._finish(self._reason, used.get("prompt_tokens"), used.get("completion_tokens"))

    def _choices(self, part: dict[str, Any], line: bytes) -> bool:
        if part.get("error"):
            raise fault_of_status(500, str(part["error"]), str(self._body.get("model")))
        choices = part.get("choices") or []
        if not isinstance(choices, list) or any(not isinstance(c, dict) for c in choices):
            raise _unreadable(line)
        reasons = (c["finish_reason"] for c in choices if c.get("finish_reason"))
        self._reason = next(reasons, self._reason)
        self._usage = part.get("usage") or self._usage
        return self._reason is not None

    def _finish(self, reason: str | None, prompt: int | None, replied: int | None) -> None:
        self.close(reason, prompt, replied)
        if was_cut(self._body, prompt):
            raise ModelFault(
                "context_cut",
                f"The model server read only {prompt} tokens of about {self._estimate}: it left out the rest unsaid. "
                "Lower num_ctx in settings.yaml to what the server allows.",
            )
        if reason == "length":
            raise ModelFault("too_long", "The model wrote on until its limit and did not finish.")


class Lines(httpx.AsyncByteStream):
    """A response's body, handed on line by line after each was checked."""

    def __init__(
        self,
        response: httpx.Response,
        complete: Callable[[bytes], bool],
        reading: Reading,
        first_s: float,
        pause_s: float,
    ) -> None:
        self._response, self._complete, self._reading = response, complete, reading
        self._first_s, self._pause_s = first_s, pause_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for line in self._checked():
                yield line
        except ModelFault as fault:
            self._reading.close(fault.kind)
            raise
        finally:
            self._reading.close(BROKEN_OFF)

    async def _checked(self) -> AsyncIterator[bytes]:
        done = False
        async for line in self._split():
            if line.strip():
                done = self._complete(line) or done
            yield line + b"\n"
        if not done:
            raise _not_done()
        self._reading.end()

    async def _split(self) -> AsyncIterator[bytes]:
        """Lines as they become whole; a line counts, not a byte, or a dripping server would pass for alive."""
        chunks, held, taken = self._response.aiter_raw(), b"", 0
        loop = asyncio.get_running_loop()
        limit = self._first_s
        deadline = loop.time() + limit
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(chunks, None)
            except TimeoutError as error:
                raise stalled(limit) from error
            except (httpx.TransportError, httpx.StreamError) as error:
                raise ModelFault(
                    "cut_off", "The model server broke off in the middle of its answer."
                ) from error
            if chunk is None:
                break
            taken += len(chunk)
            if taken > MOST_BYTES:
                raise ModelFault("too_long", f"The model server sent more than {MOST_BYTES} bytes.")
            *lines, held = (held + chunk).split(b"\n")
            if lines:
                limit = self._pause_s
                deadline = loop.time() + limit
            for line in lines:
                yield line
        if held:
            yield held

    async def aclose(self) -> None:
        await self._response.aclose()


def _object(line: bytes) -> dict[str, Any]:
    try:
        part = json.loads(line)
    except ValueError as error:
        raise _unreadable(line) from error
    if not isinstance(part, dict):
        raise _unreadable(line)
    return part


def _check_calls(calls: Any, line: bytes) -> None:
    """Tool calls must have a name and an object of arguments."""
    for call in calls or ():
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("arguments"), dict):
            raise ModelFault(
                "bad_tool_call", f"The model wrote a tool call that can't be read: {_start(line)}"
            )


def _start(line: bytes) -> str:
    return line[:120].decode("utf-8", "replace")


def _unreadable(line: bytes) -> ModelFault:
    return ModelFault(
        "bad_reply", f"The model server sent something that is no answer: {_start(line)}"
    )


def _not_done() -> ModelFault:
    return ModelFault(
        "cut_off", "The model's answer ended without its last line; a part is not an answer."
    )


def stalled(seconds: float) -> ModelFault:
    return ModelFault("stalled", f"The model server said nothing for {seconds:g} seconds.")
