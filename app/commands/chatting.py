"""`chat`: a conversation about one account, in the terminal or through a pipe."""

from __future__ import annotations

import sys
from typing import Annotated

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


def chat(
    account: AccountArg,
    history: Annotated[
        bool, typer.Option("--history", help="List what was asked and answered.")
    ] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Forget the conversation.")] = False,
    engine: EngineOption = Engine.auto,
    model: ModelOption = None,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Ask and ask on: each answer is cited, and what came before is remembered."""
    from app.chat import Chat

    session = open_session(home)
    conversation = Chat(session, account)
    if history:
        for at, turn in conversation.history():
            typer.echo(f"{at[:16]} {turn.role}: {one_line(turn.text)}")
        return
    if forget:
        typer.echo(f"{conversation.forget()} turns of {account} are forgotten.")
        return
    session.store.account(account)
    choose_engine(session, engine, model)
    while (question := _next_question()) is not None:
        if not question.strip():
            continue
        answer = conversation.ask(question.strip(), step_printer())
        if format is Format.json:
            print_json(answer.model_dump(mode="json"))
        else:
            print_answer(answer)


def _next_question() -> str | None:
    """The next line of the terminal or the pipe; None at its end."""
    if not sys.stdin.isatty():
        return sys.stdin.readline() or None
    try:
        return input("> ")
    except EOFError:
        return None
