"""What goes over the wire to a model server, guarded: a transport for httpx's asynchronous client.

It adds the fields that the `ollama` client has no argument for, counts tokens before sending, keeps apart the
times to connect, to the first token and between tokens, and checks every line that comes back: status 200 is
not success. Knows nothing of prompts or tools. Protocol: Ollama's API documentation, `/api/chat`.
"""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import httpx

from agent.llm.budget import prompt_tokens
from agent.llm.faults import ModelFault, fault_of_status
from agent.llm.reading import BROKEN_OFF, Lines, Reading, stalled
from agent.llm.settings import ModelSettings, check_host
from agent.llm.steps import ModelCall

TRIES = 3


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
        reading = Reading(self.calls, body, estimate)
        try:
            response = await self._answered(request, str(body.get("model", self._settings.name)))
        except (ModelFault, asyncio.CancelledError) as error:
            reading.close(error.kind if isinstance(error, ModelFault) else BROKEN_OFF)
            raise
        lines = reading.ollama_line if ollama else reading.event_line
        if not body.get("stream"):
            lines = reading.whole_line if ollama else reading.whole_completion
        limits = self._settings.limits
        stream = Lines(response, lines, reading, limits.first_token_s, limits.between_tokens_s)
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
            raise stalled(limits.first_token_s) from error
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
