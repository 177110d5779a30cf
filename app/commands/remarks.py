"""`review ACCOUNT flag` and `rate`: what a reader says about a brief, which changes nothing in it."""

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
