"""Passages, quotes and gists: nothing of a text is lost, nothing is reworded, and quotes stay short."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.quoting import TARGET_WORDS, best_run, run_around
from indexer.passages import PASSAGE_WORDS, passage_spans
from indexer.sentences import sentence_spans
from review.render.gist import GIST_WORDS, gist

WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "we",
        "ship",
        "on",
        "Tuesday",
        "from",
        "three",
        "sites",
        "since",
        "May",
        "2019",
        "honestly",
    ]
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=40).map(lambda ws: " ".join(ws).capitalize() + ".")
TEXT = st.lists(SENTENCE, min_size=1, max_size=12).map(" ".join)
RULES = settings(max_examples=150, deadline=None, database=None)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@RULES
@given(TEXT)
def test_passages_hold_every_word_once_in_order(text: str) -> None:
    spans = passage_spans(text)
    assert squeezed("".join(text[a:b] for a, b in spans)) == squeezed(text)
    assert all(a < b for a, b in spans)
    assert all(spans[i][1] <= spans[i + 1][0] for i in range(len(spans) - 1))


@RULES
@given(TEXT)
def test_a_passage_is_short_or_hardly_more_than_one_sentence(text: str) -> None:
    longest = max(len(text[a:b].split()) for a, b in sentence_spans(text))
    for a, b in passage_spans(text):
        assert len(text[a:b].split()) <= max(PASSAGE_WORDS, longest + 3)


def test_a_text_without_words_has_no_passage() -> None:
    assert passage_spans(" \n ") == []


@RULES
@given(TEXT, st.data())
def test_a_quote_holds_its_passage_and_stays_short(text: str, data: st.DataObject) -> None:
    spans = passage_spans(text)
    worth = data.draw(st.lists(st.floats(0, 1), min_size=len(spans), max_size=len(spans)))
    span = data.draw(st.sampled_from(spans))
    first, last = run_around(text, spans, worth, span)
    sentences = sentence_spans(text)
    start, end = (
        (0, len(text))
        if first is None or last is None
        else (sentences[first][0], sentences[last][1])
    )
    assert start <= span[0]
    assert span[1] <= end
    alone = len(text[span[0] : span[1]].split())
    assert len(text[start:end].split()) <= max(TARGET_WORDS, alone)


def test_the_quote_is_taken_where_the_worth_is() -> None:
    filler = (
        "My brother in law has a boat that he never takes out on the lake any more these days. " * 5
    )
    answer = "We lost the Halden account in May because of eleven missed pickups."
    text = filler + answer + " " + filler
    spans = passage_spans(text)
    worth = [0.9 if answer in text[a:b] else 0.01 for a, b in spans]
    first, last = best_run(text, spans, worth)
    assert first is not None
    assert last is not None
    sentences = sentence_spans(text)
    quote = text[sentences[first][0] : sentences[last][1]]
    assert answer in quote
    assert len(quote.split()) < 50


def test_nothing_to_choose_from_is_the_whole_text() -> None:
    assert best_run("Yes.", [], []) == (None, None)
    assert best_run("Yes we do.", [(0, 10)], [0.5]) == (None, None)


@RULES
@given(TEXT, st.integers(6, 30))
def test_a_gist_is_verbatim_and_short(text: str, limit: int) -> None:
    said = gist(text, "anything", limit)
    plain = said.removeprefix("… ").removesuffix("…").rstrip()
    assert " ".join(plain.split()) in " ".join(text.split())
    assert len(plain.split()) <= limit + 4
    assert (said == text) or "…" in said


@pytest.mark.parametrize("inside", [(0, 60), (61, 200)])
def test_a_gist_comes_from_the_core(inside: tuple[int, int]) -> None:
    text = (
        "We count the pallets by hand and it takes until four o'clock. "
        + "And then the van comes late again, and the drivers wait in the yard with the engine on until somebody finds the sheet for them."
    )
    said = gist(text, "", GIST_WORDS, (inside[0], min(inside[1], len(text))))
    assert ("count the pallets" in said) == (inside[0] == 0)
