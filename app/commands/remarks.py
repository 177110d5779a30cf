"""`review ACCOUNT flag`, `rate`, `outcome`: what people say about a handoff, which changes nothing in its brief."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.reviewing import ActFormat, ActHome, By, do


def flag(
    context: typer.Context,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="A field of the template, such as goals.first_value.")],
    text: Annotated[str, typer.Option("--text", help="What should stand there.")],
    wrong: Annotated[bool, typer.Option("--wrong", help="It stands there wrongly; else it is missing.")] = False,
    name: By = None, format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Flag what is missing or wrong; the evidence is searched again for the cause."""
    what = "wrong" if wrong else "missed"
    do(context, format, home, name, act="flag", field=field, text=text, what=what)


def rate(
    context: typer.Context, stars: Annotated[int, typer.Argument(min=1, max=5, help="One to five.")],
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    name: By = None, format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Rate the handoff from one to five."""
    do(context, format, home, name, act="rate", stars=stars, note=note)


def outcome(
    context: typer.Context, what: Annotated[str, typer.Argument(metavar="WHAT", help="Such as first_value_reached; `review/rules.yaml` lists them.")],
    value: Annotated[str, typer.Option("--value", help="A number or a word, where it has one.")] = "",
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="When it was so, as 2026-06-30; else today.")] = None,
    name: By = None, format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Note what came of the handoff: first value, satisfaction, renewal."""
    do(context, format, home, name, act="outcome", what=what, value=value, on=on)
