"""A review in the terminal, from an indexed folder to an accepted brief, with the real models and the real command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import docx
import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.session import Session
from indexer.errors import BatonError

CALL = """WEBVTT

1
00:00:01.000 --> 00:00:09.000
Ines Vogt (Tarn Robotics): We lost two warehouse customers last autumn because counts were wrong.

2
00:00:10.000 --> 00:00:19.000
Paul Okoro (Ledgerline): We will have the first two sites live in six weeks, that is a promise.

3
00:00:20.000 --> 00:00:29.000
Ines Vogt (Tarn Robotics): My worry is the old scanner interface, nobody here can maintain it [red]any more[/red].
"""
NOTE = "# Notes\n\nTarn Robotics uses spreadsheets for stock counts today.\n"
DEAL = "account: Tarn Robotics\nvendor: Ledgerline\nown_people: [Paul Okoro]\nae: Paul Okoro\ncsm: Mia Brandt\n"
SLUG = "tarn-robotics"


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported models, made once in a test run."""
    home = tmp_path_factory.getbasetemp() / "exported"
    session = Session(home)
    session.embedder.embed(["warm"])
    session.heads.reading.read([("", "warm")])
    session.heads.answers.vectors([("", "warm")])
    return home / "models"


@pytest.fixture(scope="session")
def indexed(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a deal, `tarn`, and a `home` with its brief."""
    base = tmp_path_factory.mktemp("indexed")
    (base / "home").mkdir()
    (base / "home" / "models").symlink_to(models)
    (base / "tarn").mkdir()
    for name, text in (("call.vtt", CALL), ("note.md", NOTE), ("deal.yaml", DEAL)):
        (base / "tarn" / name).write_text(text, encoding="utf-8")
    run(base / "home", "index", base / "tarn")
    run(base / "home", "brief", SLUG, "--output", base / "brief.json")
    return base


@pytest.fixture
def home(indexed: Path, tmp_path: Path) -> Path:
    """A home of one's own."""
    shutil.copytree(indexed / "home", tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def run(home: Path, *args: str | Path) -> Result:
    result = CliRunner().invoke(
        cli.app, [str(a) for a in args], env={"BATON_HOME": str(home), "BATON_NAME": "Paul Okoro"},
        catch_exceptions=False,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return result


def refused(home: Path, *args: str | Path) -> str:
    with pytest.raises(BatonError) as error:
        run(home, *args)
    said = str(error.value)
    assert "\n" not in said
    return said


def review(home: Path, *args: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(home, "review", SLUG, *args, "--format", "json").stdout)
    return found


def decide_all(home: Path) -> None:
    """What the gates ask for, as a person reads it from `show`."""
    for _ in range(60):
        page = review(home, "show")
        open_ = [g for g in page["gates"] if not g["passed"]]
        if not open_:
            return
        key = open_[0]["items"][0]
        act: dict[str, tuple[str, ...]] = {
            "G1": ("correct", key, "--text", "They say forty right counts by June are a win."),
            "G2": ("owner", key, "Mia Brandt"), "G3": ("resolve", key, "--by", "Lena Falk"),
            "G5": ("accept", key),
        }  # fmt: skip
        run(home, "review", SLUG, *act[open_[0]["id"]])
    raise AssertionError("the gates never closed")


def test_a_brief_is_reviewed_to_accepted_in_the_terminal(home: Path, tmp_path: Path) -> None:
    page = review(home, "show")
    assert page["status"] == "draft"
    said = run(home, "review", SLUG, "show").stdout
    for words in ("Draft", "Gates", "checklist", "Queue", "G1", page["hash"][:12]):
        assert words in said
    decide_all(home)
    assert "checklist is not done" in refused(home, "review", SLUG, "sign", "--role", "ae")
    for point in ("people", "commitments", "context", "unusual"):
        run(home, "review", SLUG, "tick", point)
    assert "changed since it was shown" in refused(
        home, "review", SLUG, "sign", "--role", "ae", "--name", "Paul Okoro"
    )
    run(home, "review", SLUG, "show")
    run(home, "review", SLUG, "sign", "--role", "ae", "--name", "Paul Okoro")
    page = review(home, "show")
    assert page["status"] == "csm_review"
    accepted = review(
        home, "sign", "--role", "csm", "--name", "Mia Brandt", "--shown", page["hash"]
    )
    assert accepted["status"] == "accepted"
    assert (
        "the chain holds"
        in run(home, "review", SLUG, "verify", "--witness", accepted["log"]["hash"][:16]).stdout
    )
    assert (
        len(json.loads(run(home, "review", SLUG, "log", "--format", "json").stdout)["events"])
        == accepted["log"]["events"]
    )
    kept = json.loads(run(home, "brief", SLUG, "--latest", "--format", "json").stdout)
    assert (kept["status"], kept["review"]["hash"]) == ("accepted", accepted["hash"])
    run(home, "brief", SLUG, "--latest", "--output", tmp_path / "b.docx")
    assert any(
        accepted["hash"] in p.text for p in docx.Document(str(tmp_path / "b.docx")).paragraphs
    )
    run(home, "export", SLUG, "--what", "tasks", "--output", tmp_path / "t.csv")
    assert accepted["hash"] in (tmp_path / "t.csv").read_text(encoding="utf-8")
    changes = json.loads(run(home, "diff", SLUG, "--format", "json").stdout)
    assert {c["what"] for c in changes["changes"]} >= {"promise"}


def test_an_answer_survives_new_files_and_is_evidence(home: Path, indexed: Path) -> None:
    gap = next(i for i in review(home, "show")["queue"] if i["field"] == "goals.first_value")
    words = "First value is a zebra count without errors on 1 June."
    review(
        home, "correct", gap["key"], "--text", words, "--side", "customer", "--name", "Ines Vogt"
    )
    (indexed / "tarn" / "more.md").write_text(
        "# More\n\nThe plan was sent on Friday.\n", encoding="utf-8"
    )
    report = json.loads(run(home, "index", indexed / "tarn", "--format", "json").stdout)
    assert [p for p in report["unchanged"] if p.startswith("statements/")]
    assert report["removed"] == []
    brief = json.loads(run(home, "brief", SLUG, "--format", "json").stdout)
    claim = next(c for c in brief["claims"] if c["text"] == words)
    assert claim["field"] == "goals.first_value"
    assert "human" in claim["flags"]
    found = json.loads(run(home, "search", SLUG, "zebra count", "--format", "json").stdout)
    assert words in {r["text"] for r in found["results"]}
    changes = json.loads(run(home, "diff", SLUG, "--format", "json").stdout)
    assert changes["after"] == changes["before"] + 1


def test_words_of_sources_are_no_markup_in_the_terminal(home: Path) -> None:
    assert "[red]any more[/red]" in " ".join(
        run(home, "review", SLUG, "show", "--all").stdout.split()
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("review", SLUG, "accept", "nothing-here"), "nothing-here"),
        (("review", "nobody", "show"), "nobody"),
        (("review", SLUG, "sign", "--role", "boss", "--shown", "0" * 12), "role"),
        (("review", SLUG, "return", "--reason", "bored"), "can't be returned"),
        (("review", SLUG, "sign", "--role", "ae"), "not been shown"),
        (("brief", SLUG, "--view", "janitor"), "implementation"),
        (("brief", SLUG, "--format", "docx"), "--output"),
        (("diff", SLUG, "--since", "77"), "77"),
    ],
)
def test_a_wrong_word_is_one_line_that_says_what_to_do(
    indexed: Path, args: tuple[str, ...], words: str
) -> None:
    assert words in refused(indexed / "home", *args)
