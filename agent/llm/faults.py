"""What a model or its server can do wrong, as one typed error.

A fault never ends a brief: its section keeps the extractive result and the fault's words are shown on it.
"""

from __future__ import annotations

from typing import Literal

from indexer.errors import BatonError

FaultKind = Literal[
    "unreachable", "redirected", "other_host", "remote_model", "model_missing", "busy", "out_of_memory",
    "bad_tool_call", "server_error", "cut_off", "stalled", "too_slow", "too_long", "bad_reply",
    "context_cut", "context_full", "nothing_said", "going_round", "not_allowed", "interrupted",
]  # fmt: skip


class ModelFault(BatonError):
    """A model or its server failed. `kind` is for code, the text for people: what happened, what to do."""

    def __init__(self, kind: FaultKind, said: str) -> None:
        super().__init__(said)
        self.kind: FaultKind = kind


_MEMORY = ("out of memory", "more system memory", "cudamalloc", "failed to allocate", "insufficient memory",
           "unable to allocate", "oom", "not enough memory")  # fmt: skip
_TOOL_CALL = ("parsing tool call", "invalid tool call", "tool call")


def fault_of_status(status: int, said: str, model: str) -> ModelFault:
    """The fault that a status other than 2xx stands for; `said` is the server's own error text."""
    low, words = said.lower(), " ".join(said.split())[:200]
    if 300 <= status < 400:
        return ModelFault(
            "redirected",
            "The model server sent the request on to another address; that is never followed.",
        )
    if status == 404:
        return ModelFault(
            "model_missing",
            f"The model {model} is not on this machine. Get it with: ollama pull {model}",
        )
    if status in (429, 503):
        return ModelFault(
            "busy", "The model server is busy and stayed so over three tries. Try again later."
        )
    if any(phrase in low for phrase in _MEMORY):
        return ModelFault(
            "out_of_memory",
            f"The model {model} does not fit into memory. Use a smaller model, or a smaller num_ctx in settings.yaml.",
        )
    if "context" in low and ("exceed" in low or "length" in low or "too long" in low):
        return ModelFault("context_full", f"The prompt did not fit the model's context: {words}")
    if any(phrase in low for phrase in _TOOL_CALL):
        return ModelFault(
            "bad_tool_call", f"The model wrote a tool call that can't be read: {words}"
        )
    return ModelFault(
        "server_error",
        f"The model server answered with status {status}: {words or 'no reason given'}",
    )
