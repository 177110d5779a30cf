"""Typed values, the verifier and the door: no altered number and no unproven word gets through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.door import MAX_CLAIM_WORDS, BriefDoor
from agent.values import numbers_of, values_of
from agent.verify import verify
from indexer.chunking import chunk_artifact
from indexer.embed import Vectors
from indexer.models import Account, Artifact, LinesLocator, Segment
from indexer.search import AccountIndex
from indexer.store import Contents, Store
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft, Refusal


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("twelve thousand even for the year", "money", 12000),
        ("$12,000", "money", 12000),
        ("€1.2k a month", "money", 1200),
        ("£1.250,50 net", "money", 1250.5),
        ("forty-eight thousand dollars", "money", 48000),
        ("five hundred bucks", "money", 500),
        ("15% off", "percent", 15),
        ("fifteen percent off", "percent", 15),
        ("vier Wochen", "duration", 28),
        ("four weeks", "duration", 28),
        ("a ten-week rollout", "duration", 70),
        ("a 10-week rollout", "duration", 70),
        ("ten business days", "duration", 10),
        ("zwölf Monate", "duration", 360),
        ("live by the third month", "duration", 90),
        ("24/7", "hours", 168),
        ("support around the clock", "hours", 168),
        ("Monday to Friday", "hours", 60),
        ("forty users", "count", 40),
        ("40 seats", "count", 40),
        ("one hundred and twenty employees", "count", 120),
    ],
)
def test_values(text: str, kind: str, number: float) -> None:
    assert (kind, number) in [(v.kind, v.number) for v in values_of(text)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("thirty to forty-five", {30, 45}),
        ("twenty twenty-six", {20, 26}),
        ("two hundred and five", {205}),
        ("one million two hundred thousand", {1_200_000}),
        ("1,250 and 3.5", {1250, 3.5}),
        ("no figures here", set()),
    ],
)
def test_numbers(text: str, numbers: set[float]) -> None:
    assert numbers_of(text) == numbers


def test_a_range_keeps_both_ends() -> None:
    values = values_of("thirty to forty-five days")
    assert 45 in [v.number for v in values]


def test_plain_numbers_are_no_values() -> None:
    assert values_of("In 2026 we met 3 times, room 12.") == []


# --- the verifier ---

QUOTE = "The yearly price is $48,250 for 40 users, invoiced 15 days in advance from 2026."


@pytest.mark.parametrize(
    ("claim", "evidence", "verdict"),
    [
        (QUOTE, QUOTE, "supported"),
        ("The price is $48,250 for forty users", QUOTE, "supported"),
        ("The yearly price is $48,000 for 40 users", QUOTE, "altered"),
        ("The yearly price for users was agreed with Marta Kowal", QUOTE, "altered"),
        ("Penguins enjoy swimming across frozen oceans", QUOTE, "unsupported"),
        ("The connector is included", "The connector is not included.", "contradicted"),
        ("Go-live takes ten weeks", "Go-live takes 10 weeks.", "supported"),
    ],
)
def test_verdicts(claim: str, evidence: str, verdict: str) -> None:
    finding = verify(claim, [evidence])
    assert finding.verdict == verdict, finding.why
    assert finding.why
    assert 0 <= finding.score <= 1


DIGITS = [i for i, c in enumerate(QUOTE) if c.isdigit()]


@settings(max_examples=120, deadline=None, database=None)
@given(place=st.sampled_from(DIGITS), digit=st.sampled_from("0123456789"))
def test_no_altered_digit_is_supported(place: int, digit: str) -> None:
    claim = QUOTE[:place] + digit + QUOTE[place + 1 :]
    assert (verify(claim, [QUOTE]).verdict == "supported") == (claim == QUOTE)


@settings(max_examples=120, deadline=None, database=None)
@given(number=st.integers(1, 10**7), data=st.data())
def test_no_altered_digit_of_any_number_is_supported(number: int, data: st.DataObject) -> None:
    quote = f"The customer agreed to pay ${number:,} when the project starts"
    place = data.draw(st.sampled_from([i for i, c in enumerate(quote) if c.isdigit()]))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != quote[place]]))
    claim = quote[:place] + other + quote[place + 1 :]
    assert verify(quote, [quote]).verdict == "supported"
    assert verify(claim, [quote]).verdict != "supported"


# --- the door ---

SENTENCES = (
    "We lost two warehouse customers last autumn. The counts were wrong in 14 percent of orders.",
    "Maria Lund signs the budget of 48,000 dollars.",
    " ".join(f"This is sentence number {n} of a long speech about stock." for n in range(1, 13)),
)


class NoEmbedder:
    """Vectors that say nothing: the door does not search."""

    name = "none"
    size = 2

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return np.ones((len(texts), 2), np.float32)


@pytest.fixture
def index(tmp_path: Path) -> AccountIndex:
    text = "\n".join(SENTENCES)
    segments, start = [], 0
    for n, words in enumerate(SENTENCES):
        segments.append(
            Segment(
                id=f"s{n}", artifact="call.txt", ordinal=n, start=start, end=start + len(words),
                text=words, speaker="Ines Vogt", side="customer", locator=LinesLocator(first=n + 1, last=n + 1, label="line"),
            )
        )  # fmt: skip
        start += len(words) + 1
    artifact = Artifact(
        id="a", path="call.txt", kind="call", system="text", title="Call", text=text, authority=5
    )
    store = Store(tmp_path)
    embedder = NoEmbedder()
    chunks = chunk_artifact(segments)
    hashes = sorted({c.hash for c in chunks})
    store.add_vectors("tarn", "none", hashes, embedder.embed(hashes))
    contents = Contents(Account(slug="tarn", name="Tarn"), [artifact], segments, chunks)
    store.write(contents, "f", "none", "2026-01-01")
    return AccountIndex(store, tmp_path, "tarn", embedder)


def draft(text: str, segment: str = "s0", **places: int) -> ClaimDraft:
    evidence = (EvidenceRef(segment=segment, **places),)
    return ClaimDraft(field="summary.why_bought", text=text, kind="fact", evidence=evidence)


@pytest.mark.parametrize(
    ("text", "segment", "why"),
    [
        ("We lost two warehouse customers", "s99", "does not exist"),
        (" ".join(["customers"] * (MAX_CLAIM_WORDS + 1)), "s0", "longer than"),
        ("The counts were wrong in 15 percent of orders", "s0", "says 15 percent"),
        ("Maria Lund signs the budget of 49,000 dollars", "s1", "says 49,000 dollars"),
        ("The budget is signed by Oskar Brandt", "s1", "Oskar"),
        ("Penguins enjoy swimming across frozen oceans", "s0", "not in the cited words"),
    ],
)
def test_the_door_refuses(index: AccountIndex, text: str, segment: str, why: str) -> None:
    door = BriefDoor(index)
    outcome = door.record_claim(draft(text, segment))
    assert isinstance(outcome, Refusal)
    assert why in outcome.why
    assert outcome.verdict != "supported"
    assert door.refusals == [outcome]
    assert door.claims == {}


def test_a_claim_without_evidence_is_refused(index: AccountIndex) -> None:
    bare = ClaimDraft(field=None, text="We lost customers", kind="fact", evidence=())
    assert isinstance(BriefDoor(index).record_claim(bare), Refusal)


def test_one_unknown_reference_is_enough(index: AccountIndex) -> None:
    refs = (EvidenceRef(segment="s0"), EvidenceRef(segment="s99"))
    half = ClaimDraft(field=None, text="We lost two customers", kind="fact", evidence=refs)
    assert isinstance(BriefDoor(index).record_claim(half), Refusal)


@pytest.mark.parametrize("first", [None, 0, 1, 7, -3])
@pytest.mark.parametrize("segment", ["s0", "s1", "s2"])
def test_quotes_are_verbatim_slices(index: AccountIndex, segment: str, first: int | None) -> None:
    ref = EvidenceRef(segment=segment, first_sentence=first, last_sentence=first)
    citation = BriefDoor(index).cite(ref)
    assert citation is not None
    text = index.artifacts["call.txt"].text
    assert citation.quote == text[citation.start : citation.end]
    assert 0 < len(citation.quote.split()) <= 60
    assert citation.speaker == "Ines Vogt"


def test_a_claim_is_taken_once(index: AccountIndex) -> None:
    door = BriefDoor(index)
    said = draft("We lost two warehouse customers", first_sentence=0, last_sentence=0)
    first = door.record_claim(said)
    assert isinstance(first, str)
    assert door.record_claim(said) == first
    assert list(door.claims) == [first]
    assert door.claims[first].citations[0].quote == "We lost two warehouse customers last autumn."
    door.flag(first, "old", "old")
    assert door.claims[first].flags == ("old",)
    assert door.refusals == []


def test_gaps_carry_near_misses(index: AccountIndex) -> None:
    door = BriefDoor(index)
    wanted = GapDraft(field=None, question="Who?", ask="AE", nearest=("s1", "s99"))
    gap = door.gaps[door.mark_gap(wanted)]
    assert [n.quote for n in gap.nearest] == [SENTENCES[1]]
    assert gap.label == "NEEDS CLARIFICATION"
