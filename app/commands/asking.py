"""`ask` and `search`: questions about one account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import (
    DEFAULT_HOME,
    AccountArg,
    Engine,
    EngineOption,
    Format,
    FormatOption,
    Home,
    ModelOption,
    choose_engine,
    open_session,
)
from app.commands.printing import one_line, print_answer, print_json
from app.progress import step_printer
from indexer.errors import InputError

if TYPE_CHECKING:
    from agent.conversation import Turn
    from indexer.search import AccountIndex


def ask(
    account: AccountArg,
    question: Annotated[str | None, typer.Argument(help="As you would ask a colleague.")] = None,
    questions: Annotated[
        Path | None,
        typer.Option(
            "--questions", help='JSON Lines: {"question", "history"?: [{"role", "text"}]} a line.'
        ),
    ] = None,
    engine: EngineOption = Engine.auto,
    model: ModelOption = None,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Answer a question with citations, or say NEEDS CLARIFICATION and whom to ask."""
    session = open_session(home)
    session.store.account(account)
    choose_engine(session, engine, model)
    if questions is not None:
        for line in _json_lines(questions, "question"):
            answer = session.answer(account, str(line["question"]), _history(line))
            print_json(answer.model_dump(mode="json"))
        return
    if not question:
        raise InputError(
            "There is no question. Give one after the account, or a file with --questions."
        )
    answer = session.answer(account, question, on_step=step_printer())
    if format is Format.json:
        print_json(answer.model_dump(mode="json"))
    else:
        print_answer(answer)


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
    index = open_session(home).account_index(account)
    if queries is not None:
        for line in _json_lines(queries, "query"):
            results = search_results(index, str(line["query"]), limit)
            print_json({"id": line.get("id"), "results": results})
        return
    if not query:
        raise InputError("There is no query. Give one after the account, or a file with --queries.")
    found = search_results(index, query, limit)
    if format is Format.json:
        print_json({"query": query, "results": found})
        return
    for one in found:
        typer.echo(
            f"{one['score']:.3f}  {one_line(one['text'])}\n       {one['locator']['label']} · {one['artifact']} · {one['segment']}"
        )


def search_results(index: AccountIndex, query: str, limit: int) -> list[dict[str, Any]]:
    """What `search` prints and the API answers: disjoint segments, best first."""
    return [
        {
            "artifact": e.segment.artifact, "segment": e.segment.id, "start": e.segment.start, "end": e.segment.end,
            "text": e.segment.text, "score": e.score, "locator": e.segment.locator.model_dump(mode="json"),
        }
        for e in index.search(query, limit)
    ]  # fmt: skip


def _history(line: dict[str, Any]) -> list[Turn]:
    """The conversation before a question of a file."""
    from agent.conversation import Turn

    try:
        return [Turn.model_validate(turn) for turn in line.get("history") or ()]
    except ValueError as error:
        raise InputError(
            'A history is no list of {"role": "user" or "assistant", "text"}. Correct the line.'
        ) from error


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
