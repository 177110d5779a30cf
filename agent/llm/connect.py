"""Makes the model that the settings name: Ollama's, or any LlamaIndex model by its dotted name."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from agent.llm import server
from agent.llm.faults import ModelFault
from agent.llm.server import ServedModel, loaded_context
from agent.llm.settings import CustomModel, ModelSettings, check_host
from agent.llm.wire import GuardedTransport
from indexer.errors import InputError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Engine = Literal["ollama", "llm"]
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True)
class Talker:
    """A model ready to be talked with. Each conversation gets a client of its own: an event loop is never shared."""

    engine: Engine
    name: str
    tools: bool
    context: int
    takes_schema: bool
    open: Callable[[int], tuple[LLM, GuardedTransport | None]]
    """Makes the model with a context of so many tokens."""
    loaded: Callable[[], int | None] = lambda: None
    """The context that the server really gave the model, where it tells."""


def ollama_talker(settings: ModelSettings) -> Talker:
    """The Ollama model of the settings. Raises ModelFault if it can't be used."""
    served = server.inspect(settings)
    return Talker(
        "ollama", served.name, served.tools, served.context, True, lambda context: _ollama(settings, served, context),
        lambda: loaded_context(settings),
    )  # fmt: skip


def _ollama(
    settings: ModelSettings, served: ServedModel, context: int
) -> tuple[LLM, GuardedTransport]:
    import ollama
    from llama_index.llms.ollama import Ollama

    wire = GuardedTransport(settings, context, tls=settings.host.startswith("https:"))
    client = ollama.AsyncClient(
        settings.host, transport=wire, follow_redirects=False, trust_env=False, timeout=None
    )
    llm = Ollama(
        model=served.name, base_url=settings.host, async_client=client, context_window=context,
        temperature=settings.temperature, keep_alive=settings.keep_alive, request_timeout=settings.limits.section_s,
        is_function_calling_model=served.tools, thinking=False if served.thinks else None,
        additional_kwargs={"num_predict": settings.limits.num_predict},
    )  # fmt: skip
    return llm, wire


def custom_talker(settings: ModelSettings) -> Talker:
    """The LlamaIndex model of the settings. Raises InputError if it can't be made as they say."""
    custom = settings.llm
    if custom is None:
        raise InputError(
            "No other model is set. Name one in settings.yaml under model, llm: its class and arguments; see the README."
        )
    llm, _ = _custom(custom, settings)
    context = min(settings.context(), llm.metadata.context_window)
    return Talker(
        "llm", llm.metadata.model_name or custom.cls, llm.metadata.is_function_calling_model, context, False,
        lambda _context: _custom(custom, settings),
    )  # fmt: skip


def urls_of(settings: ModelSettings) -> list[str]:
    """The addresses that the custom model is made with. Raises ModelFault where one may not be used."""
    custom = settings.llm
    given = custom.made_of(settings.context(), settings.limits.num_predict) if custom else {}
    urls = [str(v) for v in given.values() if re.match(r"\w+://", str(v))]
    for url in urls:
        check_host(url, settings.allow_host)
    return urls


def _custom(custom: CustomModel, settings: ModelSettings) -> tuple[LLM, GuardedTransport | None]:
    from llama_index.core.llms import LLM

    module, _, name = custom.cls.rpartition(".")
    try:
        made = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"{custom.cls} can't be imported ({error}). Correct the class in settings.yaml."
        ) from error
    if not (inspect.isclass(made) and issubclass(made, LLM)):
        raise InputError(f"{custom.cls} is no LlamaIndex LLM. Correct the class in settings.yaml.")
    arguments, wire = custom.made_of(settings.context(), settings.limits.num_predict), None
    if urls_of(settings):
        wire = _guard_client(made, arguments, settings)
    try:
        return made(**arguments), wire
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{custom.cls} can't be made with these arguments: {str(error)[:200]}. Correct settings.yaml."
        ) from error


def _guard_client(
    made: type[Any], arguments: dict[str, Any], settings: ModelSettings
) -> GuardedTransport | None:
    """Give a model that speaks HTTP our guarded client, where its class takes one."""
    import httpx

    if "async_http_client" in inspect.signature(
        made.__init__
    ).parameters or "async_http_client" in getattr(made, "model_fields", {}):
        context = int(arguments.get("context_window", 0)) or settings.context()
        wire = GuardedTransport(settings, min(context, settings.context()))
        arguments.setdefault("max_retries", 0)  # the wire tries again by itself
        arguments["async_http_client"] = httpx.AsyncClient(
            transport=wire, follow_redirects=False, trust_env=False, timeout=None
        )
        return wire
    if any(os.environ.get(p) or os.environ.get(p.upper()) for p in _PROXIES):
        raise ModelFault(
            "not_allowed",
            f"{made.__name__} takes no client of ours, and a proxy is set: its words could leave this machine. Unset the proxy variables.",
        )
    return None
