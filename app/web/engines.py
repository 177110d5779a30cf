"""Owns which engine a page's brief or answer is written by: the same choice as `--engine` and `--model`, made for each job."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from app.engines import EngineChoice, EngineName, choose_engine
from app.web.site import Site
from indexer.errors import BatonError

NAMES: dict[EngineName, str] = {
    "auto": "The best at hand", "extractive": "Without a model", "ollama": "Ollama's model", "llm": "The model in the settings",
}  # fmt: skip
"""The engines as the pages name them."""


class EngineOrder(BaseModel):
    """Who is to write; `model` is one that Ollama has, in place of the settings' one."""

    engine: EngineName = "auto"
    model: str | None = Field(None, max_length=200)


def chosen(site: Site, order: EngineOrder) -> EngineChoice:
    """The engine that the order names. Raises InputError or ModelFault where it can't be followed."""
    return choose_engine(site.session.home, order.engine, order.model or None)


def at_hand(site: Site) -> dict[str, Any]:
    """What each engine would say now, and the models that Ollama has: `{"engines": [{id, name, ready, said}], "models": []}`."""
    from agent.llm.faults import ModelFault
    from agent.llm.server import listens, models

    rows = []
    for name, title in NAMES.items():
        try:
            choice = choose_engine(site.session.home, name)
            ready = choice.fallback is None
            said = choice.said
        except BatonError as error:
            ready, said = False, str(error)
        rows.append({"id": name, "name": title, "ready": ready, "said": said})
    settings = choose_engine(site.session.home, "extractive").settings
    try:
        known = models(settings) if listens(settings) else []
    except ModelFault:
        known = []
    return {"engines": rows, "models": known}
