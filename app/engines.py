"""Which engine writes: decides from what was asked for, the settings and what answers; says which way it went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agent.llm.faults import ModelFault
from agent.llm.settings import ModelSettings
from app.settings import load_settings

if TYPE_CHECKING:
    from agent.llm.connect import Talker

EngineName = Literal["auto", "extractive", "ollama", "llm"]
_USERS_TO_SETTLE = ("other_host", "remote_model", "not_allowed")
"""Faults that lie in what the user asked for: said at once instead of falling back."""


@dataclass(frozen=True)
class EngineChoice:
    """The engine that writes. Without a talker it is the extractive one."""

    settings: ModelSettings
    talker: Talker | None
    said: str
    """Which way it went, in one line."""
    fallback: str | None = None
    """Why the engine that was asked for does not write."""


def extractive(home: Path) -> EngineChoice:
    """The engine that needs no model."""
    return EngineChoice(load_settings(home).model, None, "extractive")


def choose_engine(home: Path, engine: EngineName, model: str | None = None) -> EngineChoice:
    """The engine for this run. `auto` takes a configured LLM, else Ollama if it answers and has the model.

    Raises InputError or ModelFault where the settings or the options can't be followed.
    """
    settings = load_settings(home).model
    if model is not None:
        settings = settings.model_copy(update={"name": model})
    if engine == "extractive":
        return EngineChoice(settings, None, "extractive")
    if engine == "llm" or (engine == "auto" and settings.llm is not None):
        return _custom(settings, model, asked=engine == "llm")
    return _ollama(settings, asked=engine == "ollama")


def _custom(settings: ModelSettings, model: str | None, asked: bool) -> EngineChoice:
    """The model of settings.yaml, if its server answers; else the extractive engine."""
    from agent.llm.connect import custom_talker, urls_of
    from agent.llm.server import takes_connections

    if settings.llm is not None and model is not None:
        named = settings.llm.model_copy(update={"model": model})
        settings = settings.model_copy(update={"llm": named})
    silent = next((u for u in urls_of(settings) if not takes_connections(u)), None)
    if silent is None:
        return _told(settings, custom_talker(settings))
    why = f"no model server answers at {silent}"
    return EngineChoice(
        settings, None, f"extractive: {why}", f"{why}; start it, or correct settings.yaml" if asked else None
    )  # fmt: skip


def _ollama(settings: ModelSettings, asked: bool) -> EngineChoice:
    from agent.llm.server import listens

    try:
        if not listens(settings):
            why = f"no model server answers at {settings.host}"
            return EngineChoice(
                settings,
                None,
                f"extractive: {why}",
                f"{why}; start it with: ollama serve" if asked else None,
            )
        from agent.llm.connect import ollama_talker

        return _told(settings, ollama_talker(settings))
    except ModelFault as fault:
        if asked and fault.kind in _USERS_TO_SETTLE:
            raise
        return EngineChoice(settings, None, f"extractive: {fault}", str(fault) if asked else None)


def _told(settings: ModelSettings, talker: Talker) -> EngineChoice:
    way = "with tools" if talker.tools else "no tools: one structured request a section"
    said = f"{talker.engine}: {talker.name}, {way}, {talker.context} tokens of context"
    return EngineChoice(settings, talker, said)
