"""`status`: the health of an account's sources, as a report in the terminal or complete as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import typer

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import one_line, print_json, print_table

if TYPE_CHECKING:
    from indexer.health import SourceHealth

LINES = 12
"""Entries of one list that the terminal shows; JSON has all."""


def status(
    account: AccountArg, format: FormatOption = Format.text, home: Home = DEFAULT_HOME
) -> None:
    """Show the health of the sources: read, missing and unread, signed scope, sides and why, what stays open."""
    from indexer.health import source_health

    session = open_session(home)
    health = source_health(session.store, account)
    if format is Format.json:
        artifacts = session.store.artifacts(account)
        print_json(as_json(health, [
            {"path": a.path, "kind": a.kind, "system": a.system, "date": a.date, "execution": a.execution} for a in artifacts
        ]))  # fmt: skip
        return
    _print(health)


def as_json(health: SourceHealth, artifacts: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole report as one JSON object."""
    held = health.model_dump(mode="json")
    held["executed"] = list(health.executed)
    held["artifacts"] = artifacts
    for key in ("duplicates", "forwarded"):
        held[key] = [{"artifact": a, "of": b} for a, b in held[key]]
    return held


def _print(health: SourceHealth) -> None:
    head = health.account
    typer.secho(one_line(f"{head.name} ({head.slug})"), bold=True)
    typer.echo(
        one_line(
            f"vendor {head.vendor or 'unknown'}, stage {head.stage or 'unknown'}, closed {head.close_date or 'unknown'}, "
            f"AE {head.ae or 'unknown'}, CSM {head.csm or 'unknown'}"
        )
    )
    typer.echo("read: " + ", ".join(f"{n} {k}" for k, n in health.kinds.items()))
    typer.echo()
    rows = [
        [
            s.system,
            str(s.artifacts),
            str(s.segments),
            str(s.newest or "")[:10],
            s.newest_artifact or "",
        ]
        for s in health.systems
    ]
    print_table(["system", "artifacts", "segments", "newest", "newest evidence"], rows, "Systems")
    papers = [[_scope(p.in_scope, p.execution), p.artifact, _why(p)] for p in health.contracts]
    if papers:
        print_table(["counts as", "paper", "why"], papers, "Signed scope")
    else:
        typer.echo("signed scope: none found")
    rows = sorted([k, v] for k, v in health.sides.items())
    print_table(["who", "side and why"], rows, "Sides inferred")
    for title, lines in _findings(health):
        _list(title, list(lines))


def _scope(in_scope: bool, execution: str) -> str:
    return (
        "signed scope"
        if in_scope
        else "superseded"
        if execution == "executed"
        else execution.replace("_", " ")
    )


def _why(paper: Any) -> str:
    more = [f"superseded by {paper.superseded_by}"] if paper.superseded_by else []
    more += [f"amends {paper.amends}"] if paper.amends else []
    return "; ".join([paper.why, *more])


def _findings(health: SourceHealth) -> Iterator[tuple[str, Iterable[str]]]:
    """Every list of the report: its title and its lines."""
    from review.render.text import plural

    yield "missing", health.missing.values()
    yield (
        "empty CRM fields",
        (f"{e.field}" + (f"  ({e.record})" if e.record else "") for e in health.empty_fields),
    )
    yield (
        "calls without a transcript",
        (
            f"{c.day or 'no date'}  {c.title}  ({c.by}: {c.artifact})"
            for c in health.calls_without_transcript
        ),
    )
    yield "not read", (f"{n.path}: {n.why}" for n in health.not_read)
    yield "kind unknown", health.kind_unknown
    yield "date unknown", health.date_unknown
    yield (
        "dates that could be two days",
        (f"{a.artifact}: {', '.join(a.what)}" for a in health.ambiguous_dates),
    )
    yield (
        "unresolved speakers",
        (
            f"{u.label}  ({plural(u.segments, 'segment')} in {plural(len(u.artifacts), 'artifact')}): {u.why}"
            for u in health.unresolved_speakers
        ),
    )
    speaking = {u.label for u in health.unresolved_speakers}
    yield (
        "people and labels left open",
        (
            f"{who}: {why}"
            for who, why in sorted(health.undecided_people.items())
            if who not in speaking
        ),
    )
    yield (
        "outdated contacts",
        (
            f"{p.name}"
            + (f", {p.title}" if p.title else "")
            + (f": last seen {p.last_seen}" if p.last_seen else ": never seen in a mail or a call")
            for p in health.outdated_contacts
        ),
    )
    yield (
        "unmapped custom fields",
        (f"{a.artifact}: {', '.join(a.what)}" for a in health.unmapped_fields),
    )
    yield (
        "duplicates, cited once",
        (f"{copy}  (of {original})" for copy, original in health.duplicates),
    )
    yield "forwarded", (f"{mail}  (repeats {original})" for mail, original in health.forwarded)


def _list(title: str, lines: list[str]) -> None:
    if not lines:
        return
    typer.secho(f"\n{title} ({len(lines)})", bold=True)
    for line in lines[:LINES]:
        typer.echo("  " + one_line(line))
    if len(lines) > LINES:
        typer.echo(f"  and {len(lines) - LINES} more; --format json lists all")
