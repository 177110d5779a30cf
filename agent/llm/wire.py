"""What goes over the wire to a model server, guarded: a transport for httpx's asynchronous client.

It adds the fields that the `ollama` client has no argument for, counts tokens before sending, keeps apart the
times to connect, to the first token and between tokens, and checks every line that comes back: status 200 is
not success. Knows nothing of prompts or tools. Protocol: Ollama's API documentation, `/api/chat`.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from agent.llm.budget import prompt_tokens, was_cut
from agent.llm.faults import ModelFault, fault_of_status
from agent.llm.settings import ModelSettings, check_host
from agent.llm.steps import ModelCall

TRIES = 3
MOST_BYTES = 4_000_000
"""A reply beyond this is no reply to us."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """One conversation's way to the server; `calls` are the requests made so far."""

    def __init__(self, settings: ModelSettings, context: int, tls: bool = True) -> None:
        """`tls` False where the address has none: reading the certificates takes a tenth of a second."""
        self._settings, self._context = settings, context
        self._inner = httpx.AsyncHTTPTransport(retries=0, verify=tls)
        self.calls: list[ModelCall] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises ModelFault for whatever is no good answer."""
        check_host(str(request.url), self._settings.allow_host)
        body: dict[str, Any] = json.loads(await request.aread() or b"{}")
        ollama = request.url.path.endswith("/api/chat")
        if ollama:
            request.headers.pop(
                "authorization", None
            )  # the client takes a key from the environment
            body |= {"truncate": False, "shift": False}
            request = _with_body(request, body)
        estimate = prompt_tokens(body)
        if estimate + self._settings.limits.num_predict > self._context:
            raise ModelFault(
                "context_full",
                f"The conversation grew to about {estimate} tokens, more than the model's context of {self._context} leaves room for.",
            )
        started = time.monotonic()
        response = await self._answered(request, str(body.get("model", self._settings.name)))
        reading = _Reading(self, body, estimate, started)
        lines = reading.ollama_line if ollama else reading.event_line
        if not body.get("stream"):
            lines = reading.whole_line if ollama else reading.whole_completion
        limits = self._settings.limits
        stream = _Lines(response, lines, limits.first_token_s, limits.between_tokens_s)
        return httpx.Response(response.status_code, headers=_plain(response.headers), stream=stream)

    async def _answered(self, request: httpx.Request, model: str) -> httpx.Response:
        """The first response that is no 'busy'; a few tries with jitter between them."""
        for attempt in range(1, TRIES + 1):
            response = await self._sent(request)
            if response.status_code == 200:
                return response
            said = await _error_text(response)
            fault = fault_of_status(response.status_code, said, model)
            if fault.kind != "busy" or attempt == TRIES:
                raise fault
            # Jitter, so that several clients do not come back at once; nothing secret hangs on it.
            wait = self._settings.limits.backoff_s * 2 ** (attempt - 1)
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
        raise AssertionError("the last try returns or raises")

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        limits = self._settings.limits
        request.extensions["timeout"] = {
            "connect": limits.connect_s, "read": None, "write": limits.first_token_s, "pool": limits.connect_s,
        }  # fmt: skip
        try:
            async with asyncio.timeout(limits.first_token_s):
                return await self._inner.handle_async_request(request)
        except TimeoutError as error:
            raise _stalled(limits.first_token_s) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ModelFault(
                "unreachable",
                f"No model server answers at {self._settings.host}. Start it (ollama serve), or use --engine extractive.",
            ) from error
        except httpx.TransportError as error:
            raise ModelFault(
                "cut_off",
                f"The model server broke off before it answered ({type(error).__name__}).",
            ) from error

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Reading:
    """Checks one reply, line by line; a checker returns True once the reply is complete."""

    def __init__(
        self, wire: GuardedTransport, body: dict[str, Any], estimate: int, started: float
    ) -> None:
        self._wire, self._body, self._estimate, self._started = wire, body, estimate, started

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
        """One line of an OpenAI-compatible event stream; its end is `[DONE]` or a finish reason."""
        if not line.startswith(b"data:"):
            return False
        data = line[5:].strip()
        if data == b"[DONE]":
            return True
        return self._choices(_object(data), line)

    def whole_completion(self, line: bytes) -> bool:
        return self._choices(_object(line), line)

    def _choices(self, part: dict[str, Any], line: bytes) -> bool:
        if part.get("error"):
            raise fault_of_status(500, str(part["error"]), str(self._body.get("model")))
        choices = part.get("choices") or []
        if not isinstance(choices, list) or any(not isinstance(c, dict) for c in choices):
            raise _unreadable(line)
        reason = next((c["finish_reason"] for c in choices if c.get("finish_reason")), None)
        if reason:
            usage = part.get("usage") or {}
            self._finish(reason, usage.get("prompt_tokens"), usage.get("completion_tokens"))
        return bool(reason)

    def _finish(self, reason: str | None, prompt: int | None, replied: int | None) -> None:
        seconds = round(time.monotonic() - self._started, 3)
        self._wire.calls.append(
            ModelCall(estimate=self._estimate, prompt_tokens=prompt, reply_tokens=replied, seconds=seconds, ended=reason)
        )  # fmt: skip
        if was_cut(self._body, prompt):
            raise ModelFault(
                "context_cut",
                f"The model server read only {prompt} tokens of about {self._estimate}: it left out the rest unsaid. "
                "Lower num_ctx in settings.yaml to what the server allows.",
            )
        if reason == "length":
            raise ModelFault("too_long", "The model wrote on until its limit and did not finish.")


class _Lines(httpx.AsyncByteStream):
    """A response's body, handed on line by line after each was checked."""

    def __init__(
        self,
        response: httpx.Response,
        complete: Callable[[bytes], bool],
        first_s: float,
        pause_s: float,
    ) -> None:
        self._response, self._complete = response, complete
        self._first_s, self._pause_s = first_s, pause_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        done = False
        async for line in self._split():
            if line.strip():
                done = self._complete(line) or done
            yield line + b"\n"
        if not done:
            raise _not_done()

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
                raise _stalled(limit) from error
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


def _with_body(request: httpx.Request, body: dict[str, Any]) -> httpx.Request:
    headers = {
        k: v for k, v in request.headers.items() if k not in ("content-length", "transfer-encoding")
    }
    return httpx.Request(request.method, request.url, headers=headers, content=json.dumps(body).encode(), extensions=request.extensions)  # fmt: skip


def _plain(headers: httpx.Headers) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k not in ("content-length", "transfer-encoding")}


async def _error_text(response: httpx.Response) -> str:
    """The server's error text, at most a few thousand characters of it."""
    taken = b""
    try:
        async with asyncio.timeout(5):
            async for chunk in response.aiter_raw():
                taken += chunk
                if len(taken) > 4000:
                    break
    except (TimeoutError, httpx.TransportError):
        pass  # the status alone tells enough
    finally:
        await response.aclose()
    text = taken.decode("utf-8", "replace")
    try:
        said = json.loads(text).get("error", text)
    except (ValueError, AttributeError):
        return text
    return str(said)


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


def _stalled(seconds: float) -> ModelFault:
    return ModelFault("stalled", f"The model server said nothing for {seconds:g} seconds.")
