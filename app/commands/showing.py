"""`show`: one thing with its surroundings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import DEFAULT_HOME, Home, open_session
from app.commands.printing import one_line
from indexer.errors import InputError

if TYPE_CHECKING:
    from app.session import Session


def show(
    ref: Annotated[
        str,
        typer.Argument(
            metavar="REF",
            help="A segment's id, a claim, gap or conflict of the latest brief, a model's run, or an artifact's path.",
        ),
    ],
    account: Annotated[
        str | None,
        typer.Option("--account", help="The account (for artifacts, claims, gaps, conflicts)."),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="An artifact's extracted text, exactly.")
    ] = False,
    prompts: Annotated[
        bool, typer.Option("--prompts", help="Of a run: also the words the model was given.")
    ] = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Show a segment, claim, gap, conflict or run with its surroundings, or an artifact's extracted text."""
    session = open_session(home)
    if account is not None:
        session.store.account(account)
        artifact = session.store.artifact(account, ref)
        if artifact is not None:
            if text:
                sys.stdout.buffer.write(artifact.text.encode())
                return
            typer.echo(
                f"{artifact.path}: {artifact.title} ({artifact.kind}, {artifact.system}, {artifact.date or 'undated'})\n"
            )
            typer.echo(artifact.text)
            return
    if account is not None and not text:
        latest = session.latest_brief(account)
        items: tuple[Any, ...] = (*latest.claims, *latest.gaps, *latest.conflicts)
        for one in items:
            if ref in (one.id, one.key):
                typer.echo(one.model_dump_json(indent=2))
                return
    run = session.store.run(ref)
    if run is not None:
        from app.runs import run_text

        typer.echo(run_text(run, prompts=prompts))
        return
    found = session.store.find_segment(ref)
    if found is None:
        raise InputError(
            f"Nothing here is called {ref!r}. Give a segment's id, or an artifact's path with --account."
        )
    _show_segment(session, *found)


def _show_segment(session: Session, slug: str, segment: Any) -> None:
    run = [s for s in session.store.segments(slug) if s.artifact == segment.artifact]
    typer.echo(f"{segment.artifact} · {segment.locator.label}\n")
    for s in run[max(0, segment.ordinal - 3) : segment.ordinal + 4]:
        mark = ">" if s.id == segment.id else " "
        typer.echo(f"{mark} {s.speaker + ': ' if s.speaker else ''}{one_line(s.text)}")
