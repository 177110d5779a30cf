"""Asks an Ollama server what it is and has: is it there, which models, what they can do, how much they read.

Health, model list and capabilities through the `ollama` client; nothing is ever pulled.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.llm.faults import ModelFault, fault_of_status
from agent.llm.settings import ModelSettings, check_host
from indexer.models import Frozen

if TYPE_CHECKING:
    import ollama

PROBE_S = 0.25
"""A server on this machine takes a connection at once or is not there."""
ASK_S = 10.0


class ServedModel(Frozen):
    """A model that the server has: what it can do, and the context to ask it for."""

    name: str
    tools: bool
    thinks: bool
    context: int
    memory: str = ""


def listens(settings: ModelSettings) -> bool:
    """True if something takes connections where the settings say; costs milliseconds if not."""
    check_host(settings.host, settings.allow_host)
    return takes_connections(settings.host, 11434)


def takes_connections(url: str, port: int | None = None) -> bool:
    """True if something listens at an address; `port` is taken where it names none."""
    parts = urlsplit(url)
    usual = port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or usual), timeout=PROBE_S
        ):
            return True
    except OSError:
        return False


@contextmanager
def _client(settings: ModelSettings) -> Iterator[ollama.Client]:
    """The client, with its faults as ours: no redirects, no proxies, no key from the environment."""
    import httpx
    import ollama

    check_host(settings.host, settings.allow_host)

    # The client's own types drop the fields that tell a remote model, so the response itself is read.
    def refuse_remote(response: httpx.Response) -> None:
        if response.is_success and response.request.url.path == "/api/show":
            shown = json.loads(response.read())
            if isinstance(shown, dict) and (shown.get("remote_host") or shown.get("remote_model")):
                raise _remote(settings.name)

    limits = httpx.Timeout(ASK_S, connect=settings.limits.connect_s)
    with ollama.Client(
        settings.host, verify=settings.host.startswith("https:"), follow_redirects=False, trust_env=False, timeout=limits,
        event_hooks={"response": [refuse_remote]},
    ) as client:  # fmt: skip
        try:
            yield client
        except ollama.ResponseError as error:
            raise fault_of_status(error.status_code, error.error, settings.name) from error
        except (httpx.TransportError, ConnectionError) as error:
            raise ModelFault(
                "unreachable",
                f"No model server answers at {settings.host}. Start it (ollama serve), or use --engine extractive.",
            ) from error
        except ValueError as error:
            raise ModelFault(
                "bad_reply", f"What answers at {settings.host} is no Ollama server."
            ) from error


def models(settings: ModelSettings) -> list[str]:
    """The names of the models that are on the server."""
    with _client(settings) as client:
        return [m.model for m in client.list().models if m.model]


def inspect(settings: ModelSettings) -> ServedModel:
    """What the server knows of the model of the settings.

    Raises ModelFault: no server, no such model, or a model that runs on another machine.
    """
    name = settings.name
    if name.endswith((":cloud", "-cloud")):
        raise _remote(name)
    with _client(settings) as client:
        shown = client.show(name)
    able = shown.capabilities or []
    if able and "completion" not in able:
        raise ModelFault("not_allowed", f"The model {name} can't write text. Choose another one.")
    trained = [int(v) for k, v in (shown.modelinfo or {}).items() if k.endswith(".context_length")]
    context = min([settings.context(), *trained])
    size = shown.details.parameter_size if shown.details else None
    return ServedModel(
        name=name,
        tools="tools" in able,
        thinks="thinking" in able,
        context=context,
        memory=size or "",
    )


def loaded_context(settings: ModelSettings) -> int | None:
    """The context with which the server has loaded the model; None if it has not, or does not say."""
    with _client(settings) as client:
        running = client.ps().models
    return next((m.context_length for m in running if settings.name in (m.model, m.name)), None)


def _remote(name: str) -> ModelFault:
    return ModelFault(
        "remote_model",
        f"{name} runs on another machine, through the local server. Baton uses models on this machine only.",
    )
