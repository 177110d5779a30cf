"""`doctor`, `check` and `eval`: what is installed and wrong, what is damaged, how good the results are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import DEFAULT_HOME, Format, FormatOption, Home, open_session
from app.commands.printing import print_json
from indexer.errors import InputError


def doctor(format: FormatOption = Format.text, home: Home = DEFAULT_HOME) -> None:
    """Check what is installed, reachable and wrong."""
    from app.doctor import examine

    findings = examine(home)
    if format is Format.json:
        print_json({"checks": findings})
    else:
        for check in findings:
            typer.echo(f"{'ok  ' if check['ok'] else 'WRONG'} {check['name']}: {check['said']}")
    if not all(c["ok"] for c in findings if c["required"]):
        raise typer.Exit(1)


def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Write what is damaged anew; nothing is embedded.")
    ] = False,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Compare the search caches of every account with the record, byte by byte."""
    from app.progress import index_progress
    from indexer.caches import damaged_caches, write_caches
    from indexer.lock import index_lock

    session = open_session(home)
    store, vectors = session.store, session.vectors
    with index_progress("check") as told:
        found = damaged_caches(store, home, vectors, lambda n, of: told("reading", n, of))
        for n, slug in enumerate(found if repair else ()):
            told(f"writing {slug}", n, len(found))
            with index_lock(home):
                write_caches(store, home, slug, vectors)
    if format is Format.json:
        print_json({"damaged": found, "repaired": repair})
    elif found:
        typer.echo(f"{len(found)} accounts with missing or damaged caches: {', '.join(found[:20])}")
        typer.echo("Written anew from the record." if repair else "Run `baton check --repair`.")
    else:
        typer.echo("All caches are as the record says.")
    if found and not repair:
        raise typer.Exit(1)


def evaluate(
    cases: Annotated[Path, typer.Option(help="A folder of gold files NAME.yaml.")] = Path(
        "eval/cases"
    ),
    data: Annotated[Path, typer.Option(help="The folder with a deal folder NAME for each.")] = Path(
        "data"
    ),
    gold_json: Annotated[
        bool, typer.Option("--deals", help="DATA holds NAME/gold.json and NAME/artifacts instead.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Append a row to eval/RESULTS.md.")
    ] = False,
    note: Annotated[str, typer.Option(help="What changed, for the row.")] = "",
    benchmark: Annotated[
        tuple[str, Path] | None,
        typer.Option(
            "--benchmark", metavar="NAME PATH", help="Score a public benchmark's folder instead."
        ),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="Of a benchmark, only so many sources of each part."),
    ] = None,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Score briefs and answers against the gold cases, or claims against a public benchmark."""
    from app.evaluation import run_evaluation

    if benchmark is not None:
        _benchmark(*benchmark, format, home, record, note, sample)
        return

    pairs = (
        sorted((p.parent / "artifacts", p) for p in data.glob("*/gold.json"))
        if gold_json
        else sorted((data / p.stem, p) for p in cases.glob("*.yaml"))
    )
    if not pairs:
        raise InputError(
            "No gold files were found. Name their folder with --cases, or --deals --data FOLDER."
        )
    report, text = run_evaluation(open_session(home), pairs, record, note)
    if format is Format.json:
        print_json(report.model_dump(mode="json"))
    else:
        typer.echo(text)


def _benchmark(
    name: str, folder: Path, format: Format, home: Path, record: bool, note: str, sample: int | None
) -> None:
    from app.benchmarks import run_public_set
    from app.progress import index_progress

    session = open_session(home)
    with index_progress(name) as told:
        found, text = run_public_set(
            session, name, folder, lambda n, of: told("", n, of), record, note, sample
        )
    if format is Format.json:
        print_json(found)
    else:
        typer.echo(text)
