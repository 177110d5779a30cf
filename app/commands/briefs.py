"""`brief`: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import (
    DEFAULT_HOME,
    AccountArg,
    BriefFormat,
    Engine,
    EngineOption,
    Home,
    ModelOption,
    choose_engine,
    open_session,
)
from app.progress import step_printer
from indexer.errors import InputError

if TYPE_CHECKING:
    from app.session import Session


def brief(
    account: AccountArg,
    template: Annotated[str, typer.Option(help="The handoff template.")] = "sales-to-cs",
    view: Annotated[
        str, typer.Option(help="Whose view: csm, implementation or leadership.")
    ] = "csm",
    engine: EngineOption = Engine.auto,
    model: ModelOption = None,
    format: Annotated[
        BriefFormat | None,
        typer.Option("--format", help="md, html, json or docx; else by --output's suffix."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")] = None,
    latest: Annotated[
        bool, typer.Option("--latest", help="Write the latest brief as reviewed; make no new one.")
    ] = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Write the handoff brief of an account."""
    from prompts.role_views import role_views
    from prompts.template import template_names
    from review.views import viewed

    if template not in template_names():
        raise InputError(
            f"There is no template {template!r}. Choose one of: {', '.join(template_names())}."
        )
    if view not in role_views():
        raise InputError(f"There is no view {view!r}. Choose one of: {', '.join(role_views())}.")
    suffix = output.suffix.lstrip(".") if output else ""
    chosen = format or (
        BriefFormat(suffix) if suffix in BriefFormat.__members__ else BriefFormat.md
    )
    if chosen is BriefFormat.docx and output is None:
        raise InputError(
            "A Word document is not for the terminal. Name a file with --output FILE.docx"
        )
    session = open_session(home)
    session.store.account(account)
    if output is not None:
        from app.files import make_place

        make_place(output)
    choose_engine(session, engine, model)
    made = (
        viewed(session.desk(account).page().brief, view)
        if latest
        else session.make_brief(account, template, view, step_printer())
    )
    if chosen is BriefFormat.docx and output is not None:
        from app.files import write_whole_bytes
        from review.export.docx import to_docx

        write_whole_bytes(output, to_docx(made))
        typer.echo(f"Wrote {output}", err=True)
        return
    text = _render(session, account, made, chosen)
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    from app.files import write_whole

    write_whole(output, text)
    typer.echo(f"Wrote {output}", err=True)


def _render(session: Session, account: str, made: Any, chosen: BriefFormat) -> str:
    if chosen is BriefFormat.json:
        return str(made.model_dump_json())
    contexts = session.contexts(account, made)
    if chosen is BriefFormat.html:
        from review.render.html import to_html

        return to_html(made, contexts)
    from review.render.md import to_markdown

    return to_markdown(made, contexts)
