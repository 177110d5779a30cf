"""What a user may set about the language model; read from `settings.yaml` by the command line."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from agent.llm.faults import ModelFault
from indexer.models import Frozen

DEFAULT_MODEL = "qwen3:4b-instruct"
"""2.5 GB of weights and about 1.2 GB of context at 8,192 tokens; calls tools, does not think aloud."""
OPENAI_LIKE = "llama_index.llms.openai_like.OpenAILike"
SMALL_CONTEXT, USUAL_CONTEXT = 4096, 8192
_GIB = 1024**3


class Limits(Frozen):
    """How long and how much a model may take. Seconds and tokens."""

    connect_s: float = Field(2.0, gt=0)
    first_token_s: float = Field(300.0, gt=0)
    """Loading a model into memory counts here: minutes on a slow disk."""
    between_tokens_s: float = Field(60.0, gt=0)
    section_s: float = Field(900.0, gt=0)
    """Wall clock of one section or one answer, all its requests together."""
    backoff_s: float = Field(1.0, ge=0)
    num_ctx: int | None = Field(None, ge=2048)
    """None: sized to this machine's memory."""
    num_predict: int = Field(768, ge=64)
    max_steps: int = Field(16, ge=1)
    """Turns of the model in one section or answer."""


class CustomModel(Frozen):
    """Any LlamaIndex LLM: its class by dotted name, and the arguments it is made with.

    Of a server that speaks OpenAI's API the address and the model's name are enough.
    """

    cls: str = Field(OPENAI_LIKE, alias="class")
    url: str | None = None
    model: str | None = None
    tools: bool = True
    """Whether the model at `url` can call tools."""
    arguments: dict[str, object] = {}

    @model_validator(mode="after")
    def _enough(self) -> CustomModel:
        if self.cls == OPENAI_LIKE and not {"api_base", "api_url"} & set(self.arguments):
            if not self.url or not self.model:
                raise ValueError("name a `url` and a `model`, or a `class` and its `arguments`")
        elif self.url:
            raise ValueError("`url` goes with no `class`; give the class its own arguments")
        return self

    def made_of(self, context: int, num_predict: int) -> dict[str, object]:
        """The arguments to make the model with."""
        named = {"model": self.model} if self.model else {}
        if self.url is None:
            return {**self.arguments, **named}
        return {
            "api_base": self.url, "api_key": "none", "is_chat_model": True, "context_window": context,
            "is_function_calling_model": self.tools, "max_tokens": num_predict, **named, **self.arguments,
        }  # fmt: skip


class ModelSettings(Frozen):
    """Which model, where, within which limits."""

    name: str = DEFAULT_MODEL
    host: str = "http://127.0.0.1:11434"
    allow_host: str | None = None
    """A host beyond this machine that may be used. Naming it here is the purpose."""
    keep_alive: str = "10m"
    temperature: float = 0.0
    limits: Limits = Limits.model_validate({})
    llm: CustomModel | None = None

    @field_validator("host")
    @classmethod
    def _scheme(cls, host: str) -> str:
        return host if "://" in host else f"http://{host}"

    def context(self) -> int:
        """The context to ask for, in tokens: as set, else by this machine's memory."""
        if self.limits.num_ctx is not None:
            return self.limits.num_ctx
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return USUAL_CONTEXT if memory >= 7 * _GIB else SMALL_CONTEXT


def is_loopback(host: str) -> bool:
    """True for this machine's own addresses; a name other than `localhost` never is."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(url: str, allowed: str | None) -> None:
    """Refuse an address beyond this machine, unless `allowed` names its host. Raises ModelFault."""
    host = urlsplit(url).hostname or ""
    if not is_loopback(host) and host != allowed:
        raise ModelFault(
            "other_host",
            f"{host or url} is not this machine. Baton talks to models on loopback only; "
            "to use that host on purpose, name it as allow_host in settings.yaml.",
        )
