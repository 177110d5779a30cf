"""How surely words are a promise: what binds, what answers, what gives; not errands, questions or small talk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agent.promising import FIELDS, PROMISED, promising, signs
from app.session import Session

ACTS = ("statement", "question", "hypothetical", "retraction", "hearsay", "other_customer", "promise", "unanswered", "smalltalk")  # fmt: skip
NAMES = (*FIELDS, "goals.problem")


def head(act: str, field: str | None, rows: int) -> np.ndarray:
    """What a head would make of `rows` passages: one act, one field."""
    signals = np.full((rows, len(NAMES) + len(ACTS)), 0.02, np.float32)
    signals[:, len(NAMES) + ACTS.index(act)] = 0.8
    if field:
        signals[:, NAMES.index(field)] = 0.8
    return signals


def sure(
    *passages: tuple[str, str], act: str = "statement", field: str | None = None
) -> list[float]:
    return promising(ACTS, NAMES, head(act, field, len(passages)), list(passages)).tolist()


@pytest.mark.parametrize(
    ("promise", "plain"),
    [
        ("We'll load two years of orders for you.", "They load two years of orders somewhere."),
        ("Yes, that's included, at no charge.", "The weather was bad on Sunday."),
        ("You get a sandbox, that's part of it.", "They were in another building."),
        ("I'll do fifteen percent off.", "I think maybe I have to check."),
    ],
)
def test_how_words_are_put_tells_a_promise(promise: str, plain: str) -> None:
    bound, other = sure(("", promise), ("", plain))
    assert bound > other + 0.15


def test_yes_to_a_question_counts_for_more_than_yes() -> None:
    asked, unasked = sure(
        ("Does it talk to Xero?", "Yes, it does."), ("It rains.", "Yes, it does.")
    )
    assert asked > unasked


def test_the_head_counts_too() -> None:
    words = ("", "We set it up in your building.")
    (promised,) = sure(words, act="promise", field=FIELDS[0])
    (elsewhere,) = sure(words, act="smalltalk", field="goals.problem")
    assert promised > 2 * elsewhere


def test_every_sign_is_one_number_a_passage() -> None:
    found = signs(
        ACTS, NAMES, head("promise", FIELDS[0], 2), [("", "We will."), ("", "Six weeks.")]
    )
    assert {len(v) for v in found.values()} == {2}
    assert found["value"].tolist() == [0.0, 1.0]
    assert len(FIELDS) > PROMISED


def slack(deal: Path, channel: str, said: list[tuple[str, str]]) -> None:
    """One day of one channel of a Slack export."""
    (deal / channel).mkdir(parents=True)
    rows = [
        {"type": "message", "user": user, "text": text, "ts": f"17725{n:05d}.000100"}
        for n, (user, text) in enumerate(said)
    ]
    (deal / channel / "2026-03-03.json").write_text(json.dumps(rows))


def test_a_shared_chat_promises_and_an_internal_one_does_not(tmp_path: Path) -> None:
    deal = tmp_path / "oakmill"
    slack(deal, "shared-oakmill", [
        ("U3", "Can you load our old orders for us?"),
        ("U1", "Yes, we'll load two years of orders for you, that's included at no charge."),
    ])  # fmt: skip
    slack(deal, "deal-oakmill", [
        ("U2", "What do they get from us?"),
        ("U1", "We'll give them thirty percent off and a second tablet at no charge."),
    ])  # fmt: skip
    people = [("U1", "Ana Roth", "brightware"), ("U2", "Bo Kern", "brightware"), ("U3", "Sam Lind", "oakmill")]  # fmt: skip
    users = [
        {"id": i, "name": n, "real_name": n, "is_restricted": firm == "oakmill",
         "profile": {"real_name": n, "email": f"{n.split()[0].lower()}@{firm}.example"}}
        for i, n, firm in people
    ]  # fmt: skip
    (deal / "users.json").write_text(json.dumps(users))
    channels = [{"id": "C1", "name": "shared-oakmill"}, {"id": "C2", "name": "deal-oakmill"}]
    (deal / "channels.json").write_text(json.dumps(channels))
    (deal / "deal.yaml").write_text(
        "account: Oakmill\nown_domains: [brightware.example]\ncustomer_domains: [oakmill.example]\n"
    )
    session = Session(tmp_path / "home")
    slug = session.index_deal(deal, None, False, False, lambda *_: None).account
    brief = session.make_brief(slug, "sales-to-cs", "csm")
    promised = {p.claim for p in brief.commitments}
    quotes = [c.citations[0].quote for c in brief.claims if c.id in promised]
    assert any("two years of orders" in q for q in quotes)
    assert not any("thirty percent" in q for q in quotes)
