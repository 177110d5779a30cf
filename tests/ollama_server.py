"""A server on loopback that speaks Ollama's native API, scripted by a test.

Paths and fields as Ollama's API documentation and the official client's types have them: `/api/chat` with tools,
`format` and streaming NDJSON, `/api/show`, `/api/tags`, `/api/ps`, `/api/version`. What the model says is a plain
function from the request's body to a `Reply`; everything between it and the code under test is real.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted:1b"
CHARS_PER_TOKEN = 4.3


@dataclass(frozen=True)
class Reply:
    """What the server sends for one chat request."""

    content: str = ""
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    thinking: str = ""
    status: int = 200
    error: str = ""
    """With a status other than 200: the error's text. With 200: an error line after the content."""
    raw: tuple[bytes, ...] | None = None
    """Lines as they are, in place of everything else."""
    done: bool = True
    done_reason: str = "stop"
    prompt_eval_count: int | None = None
    before_s: float = 0.0
    between_s: float = 0.0
    location: str = ""
    drop: bool = False
    """Close the connection without a word."""
    endless: bool = False
    """Go on with the content until the client has had enough."""
    drip: bool = False
    """One byte at a time, `between_s` apart."""
    headers_first: bool = False
    """Send the head at once, then wait `before_s`."""


Script = Callable[[dict[str, Any]], Reply]


@dataclass
class OllamaServer:
    """The server; use as a context manager. `requests` are the chat bodies it was sent."""

    script: Script
    capabilities: tuple[str, ...] = ("completion", "tools")
    context_length: int = 32768
    loaded_context: int | None = None
    remote_host: str = ""
    names: tuple[str, ...] = (MODEL,)
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    broken_off: threading.Event = field(default_factory=threading.Event)
    """Set when a client went away in the middle of an answer."""

    def __enter__(self) -> OllamaServer:
        owner = self

        class Handler(_Handler):
            server_owner = owner

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._closing = threading.Event()
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        return self._closing.is_set()


class _Handler(BaseHTTPRequestHandler):
    server_owner: OllamaServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        owner = self.server_owner
        owner.paths.append(self.path)
        rows = [
            {
                "name": n,
                "model": n,
                "digest": "0" * 64,
                "size": 10**9,
                "details": {"family": "scripted"},
            }
            for n in owner.names
        ]
        if self.path == "/api/version":
            self._json({"version": "0.12.0"})
        elif self.path == "/api/tags":
            self._json({"models": rows})
        elif self.path == "/api/ps":
            loaded = [
                {**r, "context_length": owner.loaded_context} for r in rows if owner.loaded_context
            ]
            self._json({"models": loaded})
        else:
            self._json({"error": "not found"}, 404)

    def do_POST(self) -> None:
        owner = self.server_owner
        owner.paths.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if body.get("model") not in owner.names:
            self._json(
                {"error": f"model '{body.get('model')}' not found, try pulling it first"}, 404
            )
        elif self.path == "/api/show":
            shown: dict[str, Any] = {
                "details": {"family": "scripted", "parameter_size": "1B"}, "capabilities": list(owner.capabilities),
                "model_info": {"general.architecture": "scripted", "scripted.context_length": owner.context_length},
            }  # fmt: skip
            self._json(shown | ({"remote_host": owner.remote_host} if owner.remote_host else {}))
        elif self.path == "/api/chat":
            owner.requests.append(body)
            self._chat(body, owner.script(body))
        else:
            self._json({"error": "not found"}, 404)

    def _json(self, value: Any, status: int = 200, location: str = "") -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(data)

    def _chat(self, body: dict[str, Any], reply: Reply) -> None:
        owner = self.server_owner
        try:
            if reply.headers_first:
                self._head()
            owner.sleep(reply.before_s)
            if reply.drop:
                self.close_connection = True
                self.connection.close()
                return
            if reply.status != 200:
                self._json({"error": reply.error}, reply.status, reply.location)
                return
            if not reply.headers_first:
                self._head()
            for line in self._lines(body, reply):
                for piece in [line[i : i + 1] for i in range(len(line))] if reply.drip else [line]:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                    owner.sleep(reply.between_s)
                    if owner.closing:
                        return
            if reply.raw is not None or reply.done or reply.error:
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.wfile.write(b"0\r\n\r\n" if reply.done_reason == "clean" else b"")
                self.close_connection = True
        except (BrokenPipeError, ConnectionResetError, ValueError, OSError):
            owner.broken_off.set()
            self.close_connection = True

    def _head(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/x-ndjson")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.flush()

    def _lines(self, body: dict[str, Any], reply: Reply) -> Any:
        if reply.raw is not None:
            yield from (line + b"\n" for line in reply.raw)
            return
        model = body["model"]

        def line(message: dict[str, Any], **more: Any) -> bytes:
            part = {
                "model": model,
                "created_at": "2026-01-01T00:00:00Z",
                "message": {"role": "assistant", "content": "", **message},
                "done": False,
            }
            return json.dumps(part | more).encode() + b"\n"

        if reply.thinking:
            yield line({"thinking": reply.thinking})
        words = re.findall(r"\S+\s*", reply.content)
        while True:
            for word in words:
                yield line({"content": word})
            if not reply.endless:
                break
        for name, arguments in reply.calls:
            yield line({"tool_calls": [{"function": {"name": name, "arguments": arguments}}]})
        if reply.error:
            yield json.dumps({"error": reply.error}).encode() + b"\n"
            return
        if reply.done:
            counted = reply.prompt_eval_count
            if counted is None:
                counted = int(
                    len(json.dumps([body.get("messages"), body.get("tools")])) / CHARS_PER_TOKEN
                )
            yield line(
                {},
                done=True,
                done_reason=reply.done_reason,
                prompt_eval_count=counted,
                eval_count=20,
                total_duration=10**6,
            )


def calls(*made: tuple[str, dict[str, Any]]) -> Reply:
    """A reply of tool calls."""
    return Reply(calls=tuple(made))


def says(text: str) -> Reply:
    """A reply of words only."""
    return Reply(content=text)


def in_turn(*replies: Reply) -> Script:
    """A script that goes through the replies, one a request, and repeats the last."""
    left = list(replies)

    def script(_body: dict[str, Any]) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


# --- what a scripted model can read in a prompt ---

_FIELD = re.compile(r"^- ([a-z_]+\.[a-z_0-9]+): ", re.M)
_ENTRY = re.compile(r"^(E\d+) (.*)$", re.M)


@dataclass(frozen=True)
class Seen:
    """A request as a model reads it."""

    fields: tuple[str, ...]
    evidence: dict[str, str]
    """By number: the line with who, where and the words."""
    turns: int
    """Replies of the model so far."""
    last: str
    """The newest message's words."""
    question: str


def seen(body: dict[str, Any]) -> Seen:
    """What stands in a chat request."""
    messages: Sequence[dict[str, Any]] = body["messages"]
    task = next(m["content"] for m in messages if m["role"] == "user")
    words = "\n".join(
        str(m.get("content") or "") for m in messages if m["role"] in ("user", "tool")
    )
    question = re.search(r"^Question: (.*)$", task, re.M)
    return Seen(
        fields=tuple(_FIELD.findall(task)), evidence=dict(_ENTRY.findall(words)),
        turns=sum(m["role"] == "assistant" for m in messages), last=str(messages[-1].get("content") or ""),
        question=question.group(1) if question else "",
    )  # fmt: skip


def wait_until(fact: Callable[[], bool], seconds: float) -> bool:
    """True once `fact` holds; False if it does not within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.01)
    return fact()
