"""The trained heads on plain speech, and the sides of unnamed speakers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from indexer.answer_head import unpack
from indexer.embed import packaged_encoder
from indexer.encoder import Pair
from indexer.heads import Heads
from indexer.models import Artifact, LinesLocator, Segment, Side
from indexer.reading_head import ReadingHead, passages
from indexer.side_guess import MIN_PASSAGES, guess_sides


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Heads:
    cache = tmp_path_factory.mktemp("models")
    return Heads.over(packaged_encoder(cache))


def test_readings_are_probabilities(heads: Heads) -> None:
    pairs = [
        ("How many of you?", "customer call: Forty, give or take."),
        ("", "vendor call: Nice weather."),
    ]
    read = heads.reading.read(pairs)
    assert read.shape == (2, len(heads.reading.fields) + len(heads.reading.acts))
    assert ((read >= 0) & (read <= 1)).all()
    assert read[:, len(heads.reading.fields) :].sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert heads.reading.read(pairs[:1]) == pytest.approx(read[:1], abs=1e-4), "alone or in a batch"


def test_the_reading_head_knows_an_answer_from_a_digression(heads: Heads) -> None:
    field = heads.reading.fields.index("relationship.sensitive_topics")
    told, idle = heads.reading.read(
        [
            ("", "customer call: Please never mention the audit when my chief is in the room."),
            ("", "customer call: My neighbour sold his boat to a man who never came to fetch it."),
        ]
    )[:, field]
    assert told > 0.5 > idle


def test_answers_lie_near_their_questions(heads: Heads) -> None:
    said: list[Pair] = [
        (
            "",
            "customer call: Anything beyond twenty grand goes to the trustees, and they meet every second month.",
        ),
        ("", "customer call: The van broke down outside the bakery again."),
        ("", "vendor call: I will send you the slides tonight."),
    ]
    vectors = unpack([row.tobytes() for row in heads.answers.vectors(said)])
    assert np.linalg.norm(vectors.whole, axis=1) == pytest.approx(1, abs=1e-3)
    support = heads.answers.support("Who has to approve a bigger purchase?", vectors)
    assert support.shape == (3,)
    assert ((support >= 0) & (support <= 1)).all()
    assert support.argmax() == 0
    idle = heads.answers.support("Which colour is the chief's bicycle?", vectors)
    assert idle.max() < support.max()


def test_what_the_record_lacks_supports_nothing_and_shifts_nothing(heads: Heads) -> None:
    said: list[Pair] = [
        ("", "customer call: The trustees approve anything beyond twenty grand."),
        ("", "vendor call: Fine."),
    ]
    kept = [row.tobytes() for row in heads.answers.vectors(said)]
    asked = "Who approves a bigger purchase?"
    both = heads.answers.support(asked, unpack(kept))
    holed = heads.answers.support(asked, unpack([None, kept[0], None, kept[1]]))
    assert holed[[1, 3]] == pytest.approx(both)
    assert max(holed[0], holed[2]) < holed[1]
    assert heads.answers.support(asked, unpack([])).shape == (0,)


def call(turns: Sequence[tuple[str, str, Side]]) -> tuple[Artifact, list[Segment]]:
    text = "\n".join(words for _, words, _ in turns)
    artifact = Artifact(
        id="c", path="c.txt", kind="call", system="text", title="Call", text=text, authority=8
    )
    segments = [
        Segment(
            id=f"s{n}", artifact="c.txt", ordinal=n, start=0, end=len(words), text=words, speaker=speaker,
            side=side, locator=LinesLocator(first=n + 1, last=n + 1, label="line"),
        )
        for n, (speaker, words, side) in enumerate(turns)
    ]  # fmt: skip
    return artifact, segments


class Ear:
    """Hears the seller where `we offer` is said, the customer where `we need` is, and is unsure otherwise."""

    def seller_logits(self, pairs: Sequence[Pair]) -> Any:
        return np.array(
            [2.0 * ("we offer" in t) - 2.0 * ("we need" in t) for _, t in pairs], np.float32
        )


def guessed(turns: Sequence[tuple[str, str, Side]]) -> dict[str, str]:
    artifact, segments = call(turns)
    return {
        s.speaker or "": s.side for s in guess_sides([artifact], segments, cast(ReadingHead, Ear()))
    }


def test_unnamed_speakers_get_the_side_that_all_their_words_speak_for() -> None:
    turns: list[tuple[str, str, Side]] = []
    for _ in range(MIN_PASSAGES):
        turns += [
            ("Speaker 1", "Well we offer that.", "unknown"),
            ("Speaker 2", "So we need it.", "unknown"),
        ]
    turns += [("Speaker 2", "And we offer biscuits.", "unknown")]
    assert guessed(turns) == {"Speaker 1": "vendor", "Speaker 2": "customer"}


def test_a_guess_needs_enough_words_and_touches_nobody_known() -> None:
    turns: list[tuple[str, str, Side]] = [("Speaker 1", "Well we offer that.", "unknown")] * (
        MIN_PASSAGES - 1
    )
    turns += [("Ada", "So we offer that.", "customer")] * MIN_PASSAGES
    turns += [("Speaker 3", "The rain again.", "unknown")] * MIN_PASSAGES
    assert guessed(turns) == {"Speaker 1": "unknown", "Ada": "customer", "Speaker 3": "unknown"}


def test_passages_know_what_came_before() -> None:
    artifact, segments = call(
        [("A", "How many people work the dock?", "vendor"), ("B", "Fifty.", "customer")]
    )
    pairs = [p.pair for p in passages(artifact, segments)]
    assert pairs == [
        ("", "vendor call: How many people work the dock?"),
        ("How many people work the dock?", "customer call: Fifty."),
    ]
