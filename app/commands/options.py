"""Options and arguments that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.session import Session

Home = Annotated[
    Path, typer.Option("--home", envvar="BATON_HOME", help="Holds record, caches and briefs.")
]
AccountArg = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="The account's slug, see `baton accounts`.")
]
DEFAULT_HOME = Path(".baton")


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"


class BriefFormat(StrEnum):
    """How a brief is written."""

    md = "md"
    html = "html"
    json = "json"
    docx = "docx"


class Engine(StrEnum):
    """Which engine writes."""

    auto = "auto"
    extractive = "extractive"
    ollama = "ollama"
    llm = "llm"


FormatOption = Annotated[
    Format, typer.Option("--format", help="`json` prints one JSON object and nothing else.")
]
EngineOption = Annotated[
    Engine,
    typer.Option(
        "--engine",
        help="`auto` takes the model of settings.yaml or Ollama's if one answers, else `extractive`, which needs none.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="A model that Ollama has, in place of the settings' one."),
]


def choose_engine(session: Session, engine: Engine, model: str | None) -> None:
    """Choose who writes, and say on stderr which way it went, unless it is the engine that needs no model."""
    choice = session.use_engine(engine.value, model)
    if choice.talker is not None or choice.fallback or engine is not Engine.extractive:
        typer.echo(f"engine: {choice.said}", err=True)


def open_session(home: Path) -> Session:
    """The session over a home folder; imported late, so that `--help` stays quick."""
    from app.session import Session

    return Session(home)
