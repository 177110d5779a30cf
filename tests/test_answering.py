"""How surely a segment answers: what a question asks for, what a passage that only asks is worth, when nothing answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.answering import SIGNS, Asked, best_passages, only_asks, signs, surely, wants
from agent.asking import first_of_two
from agent.fields_asked import learned
from indexer.answer_head import AnswerHead, Likeness
from indexer.embed import packaged_encoder
from indexer.models import LinesLocator, Segment
from indexer.search import Readings

BAR = 0.4


def _segments(*texts: str) -> list[Segment]:
    return [
        Segment(
            id=f"s{n}", artifact="call.txt", ordinal=n, text=text, start=0, end=len(text),
            locator=LinesLocator(first=n + 1, last=n + 1, label="line"),
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip


def _sure(question: str, *said: tuple[str, float, str]) -> list[float]:
    """How surely each text answers, given its likeness and its act."""
    acts = ("question", "unanswered", "statement")
    signals = np.array([[0.6, *(float(a == act) for a in acts)] for _, _, act in said], np.float32)
    texts = [t for t, _, _ in said]
    readings = Readings(
        ("goals.problem",), acts, signals, np.arange(len(said)), tuple((0, len(t)) for t in texts), len(said)
    )  # fmt: skip
    near = np.array([n for _, n, _ in said], np.float32)
    asked = Asked(
        question,
        Likeness(near, near, np.zeros(384, np.float32)),
        BAR,
        np.full(len(said), 0.8, np.float32),
    )
    return surely(signs(asked, readings, _segments(*texts)), "decides").tolist()


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Why did the harbour office drop the old scheduler?", "reason"),
        ("Who signs off on the crane work?", "person"),
        ("By when must the kiln be certified?", "date"),
        ("In which month does the herd come down?", "date"),
        ("How many berths are leased?", "number"),
        ("What does the lab charge per sample?", "number"),
        ("Does the tannery export on Sundays?", None),
    ],
)
def test_what_a_question_asks_for(question: str, kind: str | None) -> None:
    assert wants(question) == kind


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Who signs for the quarry, and above what sum?", "Who signs for the quarry?"),
        (
            "When does the dye house close and may we visit before?",
            "When does the dye house close?",
        ),
        ("Which kiln is relined first, and by when?", "Which kiln is relined first?"),
        ("Wer unterschreibt im Werk, und bis wann?", "Wer unterschreibt im Werk?"),
        ("How do smiths and farriers log in?", None),
        ("Why, and since when?", None),
    ],
)
def test_the_first_of_two_things_asked(question: str, first: str | None) -> None:
    assert first_of_two(question) == ((first,) if first else ())


def test_a_question_alone_states_nothing() -> None:
    assert only_asks("Could the nursery staff see it in Welsh? ")
    assert not only_asks("It costs forty. Is that all right?")


def test_the_deal_asking_the_same_is_no_answer_and_neither_is_a_deferral() -> None:
    question = "Which grain does the mill refuse?"
    answer, asking, deferring = _sure(
        question,
        ("We send back any rye above fifteen per cent moisture, the stones gum up.", 0.6, "statement"),
        ("Which grain would the mill refuse?", 0.8, "question"),
        ("I would have to ask the miller which grain he refuses, honestly.", 0.7, "unanswered"),
    )  # fmt: skip
    assert answer > 0.8 > asking
    assert deferring < 0.1


def test_a_number_that_is_asked_for_must_stand_there() -> None:
    with_number, without = _sure(
        "How many looms are running?",
        ("The looms are running again, thirty of them since the strike ended.", 0.5, "statement"),
        ("The looms are running again, praise be, ever since the strike ended.", 0.5, "statement"),
    )
    assert with_number > without + 0.05


def test_nearer_and_better_found_is_surer_and_far_is_refused() -> None:
    near, far = _sure(
        "Where is the seed stored?",
        ("All seed goes to the dry barn behind the chapel.", 0.7, "statement"),
        ("The chapel choir meets on the first floor.", 0.1, "statement"),
    )
    assert near > 0.9 > far


def test_the_nearest_passage_of_each_segment_counts_and_one_without_passages_lies_far() -> None:
    readings = Readings(
        ("f",), ("question", "unanswered"), np.zeros((3, 3), np.float32), np.array([0, 0, 2]),
        ((0, 3), (4, 9), (0, 5)), 3,
    )  # fmt: skip
    near = np.array([0.1, 0.5, 0.3], np.float32)
    owners, rows = best_passages(readings, near)
    assert (owners.tolist(), rows.tolist()) == ([0, 2], [1, 2])
    asked = Asked(
        "Is it so?", Likeness(near, near, np.zeros(384, np.float32)), BAR, np.zeros(3, np.float32)
    )
    found = signs(asked, readings, _segments("One. Two of it.", "Hm.", "Three"))
    assert found.shape == (3, len(SIGNS))
    assert found[:, 0] == pytest.approx([0.1, -1.0, -0.1], abs=1e-6)


@pytest.fixture(scope="module")
def head(models: Path) -> AnswerHead:
    return AnswerHead(packaged_encoder(models))


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Is it better to ring the harbour master or to write?", "relationship.communication"),
        ("Which subject is best left alone when the abbot is in the room?", "relationship.sensitive_topics"),
        ("Who at the mill is against the whole thing?", "stakeholders.skeptics"),
        ("Which programs at the brewery must exchange data with ours?", "technical.integrations"),
        ("Whose money pays for it at the observatory?", "stakeholders.economic_buyer"),
    ],
)  # fmt: skip
def test_which_fields_a_question_asks_about(head: AnswerHead, question: str, field: str) -> None:
    fields = learned()
    assert fields.head == head.name, "run python -m eval.train.fields_asked, then .answering"
    row = head.vectors([("", question)])[0].tobytes()
    chances = fields.chances(np.frombuffer(row[:768], np.float16).astype(np.float32))
    assert chances.sum() == pytest.approx(1, abs=1e-4)
    best = [fields.fields[i] for i in np.argsort(-chances)[:3]]
    assert field in best


def test_what_speaks_of_the_field_asked_about_ranks_first() -> None:
    fields = learned()
    acts, names = ("question", "unanswered", "statement"), fields.fields
    signals = np.zeros((2, len(names) + 3), np.float32)
    signals[:, -1] = 1.0
    question = fields.weights[names.index("relationship.communication")]
    question = np.asarray(question / np.linalg.norm(question), np.float32)
    signals[1, names.index("relationship.communication")] = 0.9
    readings = Readings(names, acts, signals, np.arange(2), ((0, 20), (0, 20)), 2)
    near = np.array([0.45, 0.4], np.float32)
    asked = Asked(
        "How do I get hold of her?",
        Likeness(near, near, question),
        BAR,
        np.full(2, 0.5, np.float32),
    )
    table = signs(
        asked,
        readings,
        _segments("She is a good sort, you'll see.", "Ring, don't write, is my advice."),
    )
    nearer, about = surely(table, "ranks")
    assert about > nearer
    decided = surely(table, "decides")
    assert decided[0] >= decided[1] - 0.2, "what is asked about tells which answers, not whether"
