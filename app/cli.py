"""The command line. Parses, calls, prints; decides nothing."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer.errors import BatonError, InputError

if TYPE_CHECKING:
    from app.session import Session

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Turns what a closed deal left behind into a handoff brief in which every claim cites its proof.",
)  # fmt: skip

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


class Engine(StrEnum):
    """Which engine writes; the agent's engines come with a later version."""

    auto = "auto"
    extractive = "extractive"


FormatOption = Annotated[
    Format, typer.Option("--format", help="`json` prints one JSON object and nothing else.")
]
EngineOption = Annotated[
    Engine, typer.Option("--engine", help="`auto` takes the extractive engine.")
]


def _session(home: Path) -> Session:
    from app.session import Session

    return Session(home)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def _table(columns: list[str], rows: list[list[str]], title: str = "") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*[_plain(cell) for cell in row])
    Console().print(table)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape("".join(c for c in text if c.isprintable() or c == "\n"))


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


@app.command()
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

    session = _session(home)
    folders = _deal_folders(path, each)
    reports = []
    for folder in folders:
        with index_progress(folder.name) as progress:
            reports.append(session.index_deal(folder, account, rebuild, replace, progress))
    if format is Format.json:
        dumps = [r.model_dump(mode="json") for r in reports]
        _print_json(dumps[0] if len(folders) == 1 and not each else {"reports": dumps})
        return
    for report in reports:
        typer.echo(
            f"{report.account}: {len(report.read)} read, {len(report.unchanged)} unchanged, {len(report.removed)} removed, "
            f"{len(report.duplicates)} duplicates, {len(report.not_read)} not read"
        )
        for copy, original in report.duplicates:
            typer.echo(f"  duplicate  {copy}  (of {original})")
        for failure in report.not_read:
            typer.echo(f"  not read   {failure.path}: {failure.why}")


@app.command()
def accounts(format: FormatOption = Format.text, home: Home = DEFAULT_HOME) -> None:
    """List the accounts that are indexed."""
    found = _session(home).store.accounts()
    if format is Format.json:
        _print_json({"accounts": [a.model_dump(mode="json") for a in found]})
        return
    _table(
        ["account", "name", "vendor", "stage", "closed"],
        [[a.slug, a.name, a.vendor or "", a.stage or "", str(a.close_date or "")] for a in found],
    )


@app.command()
def status(
    account: AccountArg, format: FormatOption = Format.text, home: Home = DEFAULT_HOME
) -> None:
    """Show what was read and not, the sides that were inferred and why, and the health of the sources."""
    session = _session(home)
    head = session.store.account(account)
    artifacts = session.store.artifacts(account)
    people, duplicates, not_read, sides = session.store.extra(account)
    kinds: dict[str, int] = {}
    for artifact in artifacts:
        kinds[artifact.kind] = kinds.get(artifact.kind, 0) + 1
    executed = [a.path for a in artifacts if a.execution == "executed"]
    missing = [k for k in ("crm", "call", "mail", "contract") if not kinds.get(k)]
    if format is Format.json:
        _print_json({
            "account": head.model_dump(mode="json"), "kinds": kinds, "executed": executed, "missing_kinds": missing,
            "artifacts": [{"path": a.path, "kind": a.kind, "execution": a.execution} for a in artifacts],
            "people": [p.model_dump(mode="json") for p in people], "sides": sides,
            "duplicates": [{"artifact": a, "of": b} for a, b in duplicates],
            "not_read": [n.model_dump() for n in not_read],
        })  # fmt: skip
        return
    typer.echo(
        f"{head.name} ({head.slug}), vendor {head.vendor or 'unknown'}, stage {head.stage or 'unknown'}"
    )
    typer.echo("read: " + ", ".join(f"{n} {k}" for k, n in sorted(kinds.items())))
    typer.echo("signed scope: " + (", ".join(executed) or "none found"))
    if missing:
        typer.echo("no source of this kind: " + ", ".join(missing))
    _table(["who", "side and why"], sorted([k, v] for k, v in sides.items()), "Sides inferred")
    for failure in not_read:
        typer.echo(f"not read   {failure.path}: {failure.why}")
    for copy, original in duplicates:
        typer.echo(f"duplicate  {copy}  (of {original})")


@app.command()
def forget(account: AccountArg, home: Home = DEFAULT_HOME) -> None:
    """Remove an account completely: record, vectors, briefs."""
    from indexer.build import forget_account

    forget_account(_session(home).store, home, account)
    typer.echo(f"{account} is forgotten.")


@app.command()
def brief(
    account: AccountArg,
    template: Annotated[str, typer.Option(help="The handoff template.")] = "sales-to-cs",
    view: Annotated[str, typer.Option(help="Whose view.")] = "csm",
    engine: EngineOption = Engine.auto,
    format: Annotated[
        BriefFormat | None,
        typer.Option("--format", help="md, html or json; else by --output's suffix."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")] = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Write the handoff brief of an account."""
    from prompts.template import template_names

    if template not in template_names():
        raise InputError(
            f"There is no template {template!r}. Choose one of: {', '.join(template_names())}."
        )
    session = _session(home)
    made = session.make_brief(account, template, view)
    suffix = output.suffix.lstrip(".") if output else ""
    chosen = format or (
        BriefFormat(suffix) if suffix in BriefFormat.__members__ else BriefFormat.md
    )
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


@app.command()
def ask(
    account: AccountArg,
    question: Annotated[str | None, typer.Argument(help="As you would ask a colleague.")] = None,
    questions: Annotated[
        Path | None, typer.Option("--questions", help='JSON Lines: {"question": ...} a line.')
    ] = None,
    engine: EngineOption = Engine.auto,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Answer a question with citations, or say NEEDS CLARIFICATION and whom to ask."""
    session = _session(home)
    if questions is not None:
        for line in _json_lines(questions, "question"):
            _print_json(session.answer(account, str(line["question"])).model_dump(mode="json"))
        return
    if not question:
        raise InputError(
            "There is no question. Give one after the account, or a file with --questions."
        )
    answer = session.answer(account, question)
    if format is Format.json:
        _print_json(answer.model_dump(mode="json"))
        return
    for conflict in answer.conflicts:
        typer.echo(f"CONFLICT: {conflict.topic}: {conflict.why}\n")
    for claim in answer.claims:
        c = claim.citations[0]
        said_by = "" if (c.speaker or "") in c.locator.label else c.speaker
        place = " · ".join(part for part in (said_by, c.locator.label, c.artifact) if part)
        typer.echo(f"“{_plain_line(c.quote)}”\n    {_plain_line(place)}\n")
    for gap in answer.gaps:
        typer.echo(
            f"NEEDS CLARIFICATION: {gap.question}\n    searched: {'; '.join(gap.searched)}\n    ask: {gap.ask}"
        )
        for near in gap.nearest:
            typer.echo(f"    nearest: “{_plain_line(near.quote)}” ({near.label})")


def _plain_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _json_lines(path: Path, key: str) -> list[dict[str, Any]]:
    try:
        lines = [
            json.loads(line)
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip()
        ]
    except OSError as error:
        raise InputError(
            f"{path} can't be read: {error.strerror}. Name an existing file."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path} is not JSON Lines ({error}). Write one JSON object a line."
        ) from error
    if any(not isinstance(line, dict) or key not in line for line in lines):
        raise InputError(f"{path} has a line without {key!r}. Every line needs one.")
    return lines


@app.command()
def search(
    account: AccountArg,
    query: Annotated[str | None, typer.Argument(help="Words or a question.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many segments.")] = 10,
    queries: Annotated[
        Path | None, typer.Option("--queries", help='JSON Lines: {"id", "query"} a line.')
    ] = None,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Find evidence: disjoint segments, best first."""
    session = _session(home)
    index = session.account_index(account)

    def results(text: str) -> list[dict[str, Any]]:
        return [
            {
                "artifact": e.segment.artifact, "segment": e.segment.id, "start": e.segment.start, "end": e.segment.end,
                "text": e.segment.text, "score": e.score, "locator": e.segment.locator.model_dump(mode="json"),
            }
            for e in index.search(text, limit)
        ]  # fmt: skip

    if queries is not None:
        for line in _json_lines(queries, "query"):
            _print_json({"id": line.get("id"), "results": results(str(line["query"]))})
        return
    if not query:
        raise InputError("There is no query. Give one after the account, or a file with --queries.")
    found = results(query)
    if format is Format.json:
        _print_json({"query": query, "results": found})
        return
    for one in found:
        typer.echo(
            f"{one['score']:.3f}  {_plain_line(one['text'])}\n       {one['locator']['label']} · {one['artifact']} · {one['segment']}"
        )


@app.command()
def show(
    ref: Annotated[
        str,
        typer.Argument(
            metavar="REF",
            help="A segment's id, a claim, gap or conflict of the latest brief, or an artifact's path.",
        ),
    ],
    account: Annotated[
        str | None,
        typer.Option("--account", help="The account (for artifacts, claims, gaps, conflicts)."),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="An artifact's extracted text, exactly.")
    ] = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Show a segment, claim, gap or conflict with its surroundings, or an artifact's extracted text."""
    session = _session(home)
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
        typer.echo(f"{mark} {s.speaker + ': ' if s.speaker else ''}{_plain_line(s.text)}")


def _listing(name: str, columns: list[str], row: Any) -> None:
    """Register `baton NAME ACCOUNT`: that array of the latest brief as a table or JSON."""

    def command(
        account: AccountArg, format: FormatOption = Format.text, home: Home = DEFAULT_HOME
    ) -> None:
        latest = _session(home).latest_brief(account)
        if format is Format.json:
            _print_json(
                {
                    name if name != "promises" else "commitments": latest.model_dump(mode="json")[
                        "commitments" if name == "promises" else name
                    ]
                }
            )
            return
        _table(columns, row(latest), f"{latest.account.name}: {name}")

    command.__doc__ = f"List the {name} of the latest brief."
    app.command(name=name)(command)


def _quote(brief: Any, claim_id: str) -> str:
    claim = next(c for c in brief.claims if c.id == claim_id)
    return str(claim.citations[0].quote)


_listing(
    "promises",
    ["by", "to", "type", "scope", "words"],
    lambda b: [
        [c.by or "", c.to or "", c.type, c.scope, _quote(b, c.claim)] for c in b.commitments
    ],
)
_listing(
    "conflicts",
    ["topic", "why", "one side", "other side"],
    lambda b: [
        [x.topic, x.why, x.sides[0].citations[0].quote, x.sides[1].citations[0].quote]
        for x in b.conflicts
    ],
)
_listing(
    "gaps",
    ["field", "ask", "question"],
    lambda b: [[g.field or "", g.ask, g.question] for g in b.gaps],
)
_listing(
    "people",
    ["name", "title", "side", "roles", "calls", "mails"],
    lambda b: [
        [
            p.name,
            p.title or "",
            p.side,
            ", ".join(p.roles),
            str(p.engagement.get("calls", 0)),
            str(p.engagement.get("mails", 0)),
        ]
        for p in b.people
    ],
)
_listing(
    "timeline",
    ["date", "what", "words"],
    lambda b: [[t.date, t.text, _quote(b, t.claim)] for t in b.timeline],
)


@app.command()
def doctor(format: FormatOption = Format.text, home: Home = DEFAULT_HOME) -> None:
    """Check what is installed, reachable and wrong."""
    from app.doctor import examine

    findings = examine(home)
    if format is Format.json:
        _print_json({"checks": findings})
    else:
        for check in findings:
            typer.echo(f"{'ok  ' if check['ok'] else 'WRONG'} {check['name']}: {check['said']}")
    if not all(c["ok"] for c in findings if c["required"]):
        raise typer.Exit(1)


@app.command(name="eval")
def evaluate_command(
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
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Score briefs and answers against the gold cases."""
    from app.evaluation import run_evaluation

    pairs = (
        sorted((p.parent / "artifacts", p) for p in data.glob("*/gold.json"))
        if gold_json
        else sorted((data / p.stem, p) for p in cases.glob("*.yaml"))
    )
    if not pairs:
        raise InputError(
            "No gold files were found. Name their folder with --cases, or --deals --data FOLDER."
        )
    report, text = run_evaluation(_session(home), pairs, record, note)
    if format is Format.json:
        _print_json(report.model_dump(mode="json"))
    else:
        typer.echo(text)


def main() -> None:
    """Run the command line; a BatonError becomes one line and exit code 1."""
    try:
        app()
    except BatonError as error:
        sys.stderr.write(f"baton: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
