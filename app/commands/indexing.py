"""`index`, `accounts`, `forget`: what is read and known."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import one_line, print_json, print_table
from indexer.errors import InputError

if TYPE_CHECKING:
    from app.session import Session
    from indexer.models import IndexReport


def index(
    path: Annotated[Path, typer.Argument(help="A deal's folder or ZIP.")],
    account: Annotated[str | None, typer.Option(help="The slug to use.")] = None,
    each: Annotated[bool, typer.Option("--each", help="Every subfolder is a deal.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read everything again.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take over a slug from another folder.")
    ] = False,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Read a deal folder or ZIP and report what was read, unchanged, duplicate, not read and why."""
    from app.progress import index_progress

    session = open_session(home)
    folders = _deal_folders(path, each)
    if each or len(folders) > 1:
        if account:
            raise InputError("--account names one deal. Leave it away to index several.")
        _index_many(session, folders, rebuild, replace, format)
        return
    with index_progress(path.name) as progress:
        report = session.index_deal(path, account, rebuild, replace, progress)
    if format is Format.json:
        print_json(report.model_dump(mode="json"))
        return
    for line in _report_lines(report):
        typer.echo(line)


def _index_many(
    session: Session, folders: list[Path], rebuild: bool, replace: bool, format: Format
) -> None:
    """Index every deal, saying what came of each as it is done. Exits with 1 if any failed."""
    from app.many import Done, deal_bytes, index_each, summary
    from app.progress import deals_progress

    began = time.monotonic()
    with deals_progress(sum(map(deal_bytes, folders)), len(folders)) as watch:

        def told(one: Done) -> None:
            if format is Format.json:
                return
            if one.report is None:
                watch.say(one_line(f"{one.folder.name}: FAILED: {one.why}"))
                return
            for line in _report_lines(one.report):
                watch.say(line)

        done = index_each(session, folders, rebuild, replace, watch, told)
    failed = [d for d in done if d.report is None]
    if format is Format.json:
        print_json({
            "reports": [d.report.model_dump(mode="json") for d in done if d.report],
            "failed": [{"folder": str(d.folder), "why": d.why} for d in failed],
        })  # fmt: skip
    else:
        typer.echo(summary(done, began))
        for one in failed:
            typer.echo(one_line(f"  failed     {one.folder.name}: {one.why}"))
    if failed:
        raise typer.Exit(1)


def _report_lines(report: IndexReport) -> Iterator[str]:
    yield (
        f"{report.account}: {len(report.read)} read, {len(report.unchanged)} unchanged, {len(report.removed)} removed, "
        f"{len(report.duplicates)} duplicates, {len(report.not_read)} not read"
    )
    for copy, original in report.duplicates:
        yield one_line(f"  duplicate  {copy}  (of {original})")
    for failure in report.not_read:
        yield one_line(f"  not read   {failure.path}: {failure.why}")
    for note in report.notes:
        yield one_line(f"  note       {note}")


def accounts(format: FormatOption = Format.text, home: Home = DEFAULT_HOME) -> None:
    """List the accounts that are indexed."""
    found = open_session(home).store.accounts()
    if format is Format.json:
        print_json({"accounts": [a.model_dump(mode="json") for a in found]})
        return
    print_table(
        ["account", "name", "vendor", "stage", "closed"],
        [[a.slug, a.name, a.vendor or "", a.stage or "", str(a.close_date or "")] for a in found],
    )


def forget(
    account: AccountArg,
    wipe: Annotated[
        bool, typer.Option("--wipe", help="Rewrite the record's file too: no byte is left.")
    ] = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Remove an account completely: record, vectors, briefs."""
    open_session(home).forget(account, wipe)
    typer.echo(f"{account} is forgotten.")


def _deal_folders(path: Path, each: bool) -> list[Path]:
    """The deals at `path`: itself, or its subfolders with --each or two deal.yaml files below."""
    if not path.is_dir():
        return [path]
    folders = [p for p in sorted(path.iterdir()) if p.is_dir() and not p.name.startswith(".")]
    if each or sum((p / "deal.yaml").is_file() for p in folders) >= 2:
        if not folders:
            raise InputError(
                f"{path} has no subfolders to index. Leave --each away to index it as one deal."
            )
        return folders
    return [path]
