"""`index`, `accounts`, `forget`: what is read and known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import one_line, print_json, print_table
from indexer.errors import InputError


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
    reports = []
    for folder in folders:
        with index_progress(folder.name) as progress:
            reports.append(session.index_deal(folder, account, rebuild, replace, progress))
    if format is Format.json:
        dumps = [r.model_dump(mode="json") for r in reports]
        print_json(dumps[0] if len(folders) == 1 and not each else {"reports": dumps})
        return
    for report in reports:
        typer.echo(
            f"{report.account}: {len(report.read)} read, {len(report.unchanged)} unchanged, {len(report.removed)} removed, "
            f"{len(report.duplicates)} duplicates, {len(report.not_read)} not read"
        )
        for copy, original in report.duplicates:
            typer.echo(one_line(f"  duplicate  {copy}  (of {original})"))
        for failure in report.not_read:
            typer.echo(one_line(f"  not read   {failure.path}: {failure.why}"))


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


def forget(account: AccountArg, home: Home = DEFAULT_HOME) -> None:
    """Remove an account completely: record, vectors, briefs."""
    from indexer.build import forget_account

    forget_account(open_session(home).store, home, account)
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
