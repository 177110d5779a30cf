"""Follow-up questions: who is meant, what is meant, and what has to be asked back; the conversation is kept and forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.conversation import Turn, understand
from app import cli
from app.session import Session
from indexer.models import Person
from tests.characters import honest
from tests.model_deal import SLUG, STEADY, copy_home, index_deal, settings
from tests.ollama_server import OllamaServer

PEOPLE = [Person(name="Ines Vogt", side="customer"), Person(name="Paul Okoro", side="vendor"), Person(name="Maria Lund", side="customer")]  # fmt: skip


def said(text: str, *items: str, people: tuple[str, ...] = (), back: bool = False) -> Turn:
    return Turn(role="assistant", text=text, items=items, people=people, asks_back=back)


def asked(text: str) -> Turn:
    return Turn(role="user", text=text)


ABOUT_INES = (
    asked("How does Ines Vogt want to be contacted?"),
    said("Never on Mondays.", "Never on Mondays."),
)
POINTS = (
    asked("What was promised?"),
    said("x", "Live in six weeks.", "The connector is free.", people=("Paul Okoro",)),
)


@pytest.mark.parametrize(
    ("turns", "question", "read"),
    [
        ((), "What does she worry about?", "What does she worry about?"),
        (ABOUT_INES, "What does she worry about?", "What does Ines Vogt worry about?"),
        (ABOUT_INES, "What is her main worry?", "What is Ines Vogt's main worry?"),
        (ABOUT_INES, "Who reports to her?", "Who reports to Ines Vogt?"),
        (ABOUT_INES, "Did Paul say that he sends the plan?", "Did Paul say that he sends the plan?"),
        (ABOUT_INES, "What about Maria?", "How does Maria Lund want to be contacted?"),
        (ABOUT_INES, "Which systems must be connected before go-live?", "Which systems must be connected before go-live?"),
        (POINTS, "Is the second one in the contract?", "Is the second one (“The connector is free.”) in the contract?"),
        (POINTS, "Did he promise anything else?", "Did Paul Okoro promise anything else?"),
        ((asked("When is go-live?"), said("x", "Go-live is 14 June 2026.")), "Who agreed to that date?", "Who agreed to that date (14 June 2026)?"),
        ((asked("What do they pay?"), said("x", "The price is $48,000 a year.")), "Who approved that amount?", "Who approved that amount ($48,000)?"),
        ((asked("When is go-live?"), said("June.", "June.")), "And why?", "When is go-live? And why?"),
        ((asked("When is go-live?"), said("June.", "June.")), "And who pays for training?", "And who pays for training?"),
        ((asked("What about Ines?"), said("x", back=True), asked("Who pays?"), said("Maria Lund signs.", "Maria Lund signs.")), "What else does she sign?", "What else does Maria Lund sign?"),
        ((asked("What is his worry?"), said("Whom?", back=True)), "Paul", "What is Paul Okoro's worry?"),
    ],
)  # fmt: skip
def test_a_follow_up_is_read_in_its_conversation(
    turns: tuple[Turn, ...], question: str, read: str
) -> None:
    understood = understand(question, turns, PEOPLE)
    assert understood.ask_back is None
    assert understood.question == read


@pytest.mark.parametrize(
    ("turns", "question", "names"),
    [
        (
            (asked("What do Ines and Paul think?"), said("x")),
            "What does she want?",
            ("Ines Vogt", "Paul Okoro"),
        ),
        (
            (asked("Who was there?"), said("x", "Maria Lund and Ines Vogt came.")),
            "What did he say?",
            (),
        ),
        (POINTS, "Is the third one signed?", ("2 points",)),
        (
            (asked("What was signed?"), said("An order form.")),
            "Did she sign it?",
            ("Nobody was named",),
        ),
    ],
)
def test_what_stays_open_is_asked_back(
    turns: tuple[Turn, ...], question: str, names: tuple[str, ...]
) -> None:
    if names:
        back = understand(question, turns, PEOPLE).ask_back or ""
        assert back
        assert all(n in back for n in names)
    else:
        turns = (*turns[:-1], said("Maria Lund and Ines Vogt came."))
        assert "Maria Lund or Ines Vogt" in (understand(question, turns, PEOPLE).ask_back or "")


def test_only_the_last_three_exchanges_count() -> None:
    old = (asked("What does Ines want?"), said("x"))
    between = tuple(t for n in range(3) for t in (asked(f"What is number {n}?"), said("A figure.")))
    assert understand("What does she fear?", (*old, *between), PEOPLE).ask_back


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Session:
    exported = tmp_path_factory.getbasetemp() / "exported" / "models"
    return index_deal(
        tmp_path_factory.mktemp("home") / "h", tmp_path_factory.mktemp("deal"), exported
    )


def run(home: Path, *args: str, stdin: str = "") -> Result:
    result = CliRunner().invoke(
        cli.app, list(args), input=stdin, env={"BATON_HOME": str(home)}, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result


def test_a_piped_conversation_is_kept_listed_and_forgotten(made: Session, tmp_path: Path) -> None:
    home = copy_home(made.home, tmp_path / "h")
    lines = "When may Ines Vogt not be called?\nWhat is her worry?\n\n"
    out = run(home, "chat", SLUG, "--engine", "extractive", "--format", "json", stdin=lines).stdout
    first, second = [json.loads(line) for line in out.splitlines()]
    assert first["read_as"] is None
    assert second["question"] == "What is her worry?"
    assert second["read_as"] == "What is Ines Vogt's worry?"
    assert second["status"] in ("answered", "needs_clarification")
    listed = run(home, "chat", SLUG, "--history").stdout.splitlines()
    assert len(listed) == 4
    assert "user: What is her worry?" in listed[2]
    again = run(
        home, "chat", SLUG, "--engine", "extractive", stdin="What else does she want?\n"
    ).stdout
    assert "Ines Vogt" in again
    assert "6 turns" in run(home, "chat", SLUG, "--forget").stdout
    assert run(home, "chat", SLUG, "--history").stdout == ""


def test_two_people_are_asked_back_and_nothing_is_guessed(made: Session, tmp_path: Path) -> None:
    home = copy_home(made.home, tmp_path / "h")
    lines = "What do Ines Vogt and Maria Lund want?\nWhat does she sign?\n"
    out = run(home, "chat", SLUG, "--engine", "extractive", "--format", "json", stdin=lines).stdout
    second = json.loads(out.splitlines()[1])
    assert second["status"] == "needs_clarification"
    assert second["claims"] == []
    assert "Ines Vogt or Maria Lund" in second["gaps"][0]["question"]
    assert second["gaps"][0]["ask"] == "you"


def test_a_history_may_come_with_each_question(made: Session, tmp_path: Path) -> None:
    home = copy_home(made.home, tmp_path / "h")
    file = tmp_path / "q.jsonl"
    history = [
        {"role": "user", "text": "Who is Ines Vogt?"},
        {"role": "assistant", "text": "A lead."},
    ]
    file.write_text(
        json.dumps({"question": "When may she not be called?", "history": history}) + "\n"
    )
    out = json.loads(
        run(home, "ask", SLUG, "--questions", str(file), "--engine", "extractive").stdout
    )
    assert out["read_as"] == "When may Ines Vogt not be called?"
    file.write_text(json.dumps({"question": "x", "history": [{"role": "nobody"}]}) + "\n")
    bad = CliRunner().invoke(cli.app, ["ask", SLUG, "--questions", str(file), "--home", str(home)])
    assert "history" in str(bad.exception)


def test_a_model_is_given_the_conversation_as_data(made: Session, tmp_path: Path) -> None:
    home = copy_home(made.home, tmp_path / "h")
    with OllamaServer(honest) as server:
        settings(home, server, STEADY)
        run(home, "chat", SLUG, stdin="When may Ines Vogt not be called?\nWhat is her worry?\n")
    last = next(b for b in reversed(server.requests) if len(b["messages"]) == 2)
    task = last["messages"][1]["content"]
    assert "Question: What is Ines Vogt's worry?" in task
    assert "user: When may Ines Vogt not be called?" in task
    assert task.index("[data ") < task.index("user: When may")


def test_forgetting_an_account_forgets_its_conversation(made: Session, tmp_path: Path) -> None:
    home = copy_home(made.home, tmp_path / "h")
    run(home, "chat", SLUG, "--engine", "extractive", stdin="Who pays?\n")
    run(home, "forget", SLUG)
    assert Session(home).store.turns(SLUG) == []
