"""What contradicts each other is looked for once for one state of the evidence, kept, and gone with that state."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import pytest

import agent.clashes.find
from agent.clashes import kept
from agent.clashes.clash import Clash
from agent.clashes.find import find_clashes
from agent.clashes.kept import clashes_of
from agent.relatedness import Relatedness, relatedness
from app.session import Session
from indexer.search import AccountIndex
from review.acts import Add
from tests.model_deal import FILES, SLUG, index_deal, mail

USERS = """ORDER FORM TR-118

Tarn Robotics orders the stock service from Ledgerline for 36 months from 1 May 2026.

Named users: 75

Accepted by Maria Lund, COO, 20 March 2026
"""


@pytest.fixture
def session(tmp_path: Path, models: Path) -> Session:
    """A deal whose mail and order form name different numbers of users."""
    later = mail(3, "paul", "Users", "Hello Ines,\n\nYou get 85 named users in the price.\n\nPaul")
    files = FILES | {"contract/order-form.txt": USERS, "email/3.eml": later}
    opened = index_deal(tmp_path / "home", tmp_path / "deal", models, files)
    opened.use_engine("extractive")
    return opened


def found(session: Session) -> list[Clash]:
    return clashes_of(session.account_index(SLUG), session.heads, lambda: related(session))


def related(session: Session) -> Relatedness:
    return relatedness(session.account_index(SLUG), session.heads)


def never(index: AccountIndex, related: Relatedness) -> list[Clash]:
    raise AssertionError("looked for again")


def held(session: Session) -> str:
    with sqlite3.connect(session.home / "baton.db") as db:
        return "\n".join(json for (json,) in db.execute("SELECT json FROM derived"))


def test_what_was_kept_is_what_was_found(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(session)
    assert first
    assert first == find_clashes(session.account_index(SLUG), related(session))
    monkeypatch.setattr(agent.clashes.find, "find_clashes", never)
    assert found(session) == first
    assert found(Session(session.home)) == first


def test_what_is_unlimited_is_kept_too(tmp_path: Path, models: Path) -> None:
    free = mail(
        3, "paul", "Users", "Hello Ines,\n\nYou get unlimited named users in the price.\n\nPaul"
    )
    files = FILES | {"contract/order-form.txt": USERS, "email/3.eml": free}
    session = index_deal(tmp_path / "home", tmp_path / "deal", models, files)
    first = found(session)
    assert any(math.inf in s.value.highs for clash in first for s in clash.sides)
    assert found(session) == first


def test_a_brief_leaves_a_question_nothing_to_look_for(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.make_brief(SLUG, "sales-to-cs", "csm")
    monkeypatch.setattr(agent.clashes.find, "find_clashes", never)
    answer = session.answer(SLUG, "How many named users were promised, and how many are signed?")
    assert answer.status == "conflict"


@pytest.mark.parametrize("changed", ["rules", "heads"])
def test_other_rules_or_heads_look_again(
    session: Session, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    found(session)
    monkeypatch.setattr(agent.clashes.find, "find_clashes", never)
    if changed == "rules":
        monkeypatch.setattr(kept, "rules_mark", lambda: "other rules")
    else:
        monkeypatch.setattr(session.heads.answers, "name", "another head")
    with pytest.raises(AssertionError, match="looked for again"):
        found(session)


def test_what_somebody_tells_baton_is_held_against_the_rest(session: Session) -> None:
    session.make_brief(SLUG, "sales-to-cs", "csm")
    before = {s.words for clash in found(session) for s in clash.sides}
    told = Add(
        name="Dana Kim", field="account.contract", text="They get 90 named users in the price."
    )
    session.act(SLUG, told)
    after = {s.words for clash in found(session) for s in clash.sides}
    assert after != before


def test_a_new_index_and_forgetting_leave_no_word_of_it(session: Session, tmp_path: Path) -> None:
    found(session)
    assert "85 named users" in held(session)
    (tmp_path / "deal" / "deal.yaml").write_text("redact:\n  - literal: 85 named users\n")
    session.index_deal(tmp_path / "deal", SLUG, False, False, lambda *_: None)
    assert "85 named users" not in held(session)
    found(session)
    session.forget(SLUG)
    assert held(session) == ""


def test_every_file_of_the_rules_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("agent", "indexer", "prompts"):
        (tmp_path / package).mkdir()
    rule = tmp_path / "agent" / "rule.py"
    rule.write_text("one = 1\n")
    monkeypatch.setattr(kept, "_ROOT", tmp_path)
    marks = [kept.rules_mark.__wrapped__()]
    rule.write_text("one = 11\n")
    marks.append(kept.rules_mark.__wrapped__())
    (tmp_path / "prompts" / "words.yaml").write_text("x: y\n")
    marks.append(kept.rules_mark.__wrapped__())
    assert len(set(marks)) == 3
