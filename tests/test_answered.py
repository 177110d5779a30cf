"""Answered or open: the field's best passage weighed against how often deals leave the field open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.answered import is_answered
from prompts.template import FieldSpec, load_template

chances = st.floats(0, 1)


def field(stays_open: float) -> FieldSpec:
    return FieldSpec(
        id="x", title="X", kind="fact", speaks="any", ask="AE", questions=("What is it?",), gap="?",
        stays_open=stays_open,
    )  # fmt: skip


def test_nothing_said_is_open_and_a_plain_answer_is_none_whatever_the_field() -> None:
    for spec in load_template("sales-to-cs").fields().values():
        assert not is_answered(spec, 0.02, 0.05), spec.id
        assert is_answered(spec, 0.995, 0.95), spec.id


def test_a_lukewarm_passage_answers_only_what_deals_usually_answer() -> None:
    assert is_answered(field(0.04), 0.5, 0.5)
    assert not is_answered(field(0.6), 0.5, 0.5)


@given(chances, chances, chances, chances)
def test_more_evidence_never_opens_a_field(a: float, b: float, score: float, rate: float) -> None:
    low, high = sorted((a, b))
    assert is_answered(field(rate), low, score) <= is_answered(field(rate), high, score)
    assert is_answered(field(rate), score, low) <= is_answered(field(rate), score, high)


@given(chances, chances, chances, chances)
def test_a_field_that_stays_open_more_often_needs_no_less(
    a: float, b: float, stated: float, score: float
) -> None:
    seldom, often = sorted((a, b))
    assert is_answered(field(often), stated, score) <= is_answered(field(seldom), stated, score)
