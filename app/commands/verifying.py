"""`verify`: is each claim of a file supported by the texts beside it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import DEFAULT_HOME, Format, FormatOption, Home
from app.commands.printing import one_line, print_json
from indexer.errors import InputError

if TYPE_CHECKING:
    from agent.verify import Finding


def verify(
    claims: Annotated[
        Path,
        typer.Option(
            "--claims",
            help='JSON Lines: {"id", "claim", "sources": [text]} a line; `-` reads standard input.',
        ),
    ],
    prose: Annotated[
        bool,
        typer.Option(
            "--prose",
            help="The claims are sentences of free prose over passages: refuse only what scores low.",
        ),
    ] = False,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Check claims against the texts that are to prove them: a verdict, a score and the reason for each."""
    from agent.second_opinion import with_second_opinion
    from agent.verify import verify as judge_claim
    from app.environment import entailment

    reader = entailment()
    for row in _rows(claims):
        finding = judge_claim(row["claim"], row["sources"], prose)
        finding = with_second_opinion(finding, row["claim"], row["sources"], reader)
        if format is Format.json:
            print_json(
                {"id": row.get("id"), **finding.model_dump(mode="json", exclude={"coverage"})}
            )
        else:
            typer.echo(_said(row, finding))


def _said(row: dict[str, Any], finding: Finding) -> str:
    quotes = [
        f"    “{one_line(row['sources'][s.source][s.start : s.end])}”" for s in finding.support
    ]
    head = f"{finding.verdict} ({finding.score:.2f}): {one_line(row['claim'])}\n    {one_line(finding.why)}"
    return "\n".join([head, *quotes])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines as they come, so that the first verdict does not wait for the last line."""
    try:
        stream = (
            typer.get_text_stream("stdin", encoding="utf-8")
            if str(path) == "-"
            else path.open(encoding="utf-8")
        )
    except OSError as error:
        raise InputError(
            f"{path} can't be read: {error.strerror}. Name an existing file."
        ) from error
    with stream:
        try:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield _row(line, f"{path}, line {number}")
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8 text. Save it as UTF-8.") from error
        except OSError as error:
            raise InputError(
                f"{path} can't be read: {error.strerror}. Name an existing file."
            ) from error


def _row(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{place} is not JSON ({one_line(str(error))}). Write one JSON object a line."
        ) from error
    if not isinstance(row, dict) or not isinstance(row.get("claim"), str):
        raise InputError(
            f'{place} has no "claim". Every line needs {{"id", "claim", "sources": [text]}}.'
        )
    sources = row.get("sources")
    if not isinstance(sources, list) or not all(isinstance(s, str) for s in sources):
        raise InputError(f'{place}: "sources" is not a list of texts. Write "sources": ["..."].')
    return row
