"""Values in everyday words, and what a signed clause says otherwise by signs a lawyer would look for."""

from __future__ import annotations

from datetime import date

import pytest

from agent.against import against
from agent.bearing import put
from agent.sayings import Open, hours_of, said_values


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("Somebody answers until nine at night.", Open(None, 21.0)),
        ("The counter opens at seven.", Open(7.0, None)),
        ("Desk 07:30-19:00 daily", Open(7.5, 19.0)),
        ("Hotline from 8 am to 6 pm", Open(8.0, 18.0)),
        ("We're there till midnight.", Open(None, 24.0)),
        ("It takes until two weeks after the order.", None),
        ("From three to five users are included.", None),
    ],
)
def test_hours_of_the_day(words: str, hours: Open | None) -> None:
    assert hours_of(words) == hours


@pytest.mark.parametrize(
    ("words", "kind", "value"),
    [
        ("A reading is taken every twenty seconds.", "period", 20 / 86400),
        ("taken at 20-second intervals", "period", 20 / 86400),
        ("You pay half for the first term.", "percent", 50.0),
        ("We take a quarter off.", "percent", 25.0),
        ("It stands a week after you call.", "duration", 7.0),
        ("The rate is good until 2031.", "date", float(date(2031, 12, 31).toordinal())),
    ],
)
def test_values_in_everyday_words(words: str, kind: str, value: float) -> None:
    assert any(v.kind == kind and v.lows[0] == pytest.approx(value) for v in said_values(words))


@pytest.mark.parametrize(
    ("sign", "promise", "clause", "there"),
    [
        ("their task", "We feed the fish on holidays.", "Feeding on holidays is carried out by the tenant.", True),
        ("their task", "We feed the fish on holidays.", "Feeding on holidays is carried out by the supplier.", False),
        ("their task", "The ladder's on us.", "Ladders are at the hirer's expense.", True),
        ("our task", "We bring the ladder.", "Ladders are provided by the contractor.", True),
        ("leaves out", "You get the aquarium camera.", "Aquarium camera [ ]", True),
        ("leaves out", "You get the aquarium camera.", "Aquarium camera [x]", False),
        ("leaves out", "You get the aquarium camera.", "Aquarium camera\t0\tEUR 90", True),
        ("better there", "A diver's with you within three days.", "A diver attends within 24 hours.", True),
        ("better there", "A diver's with you within three hours.", "A diver attends within 24 hours.", False),
        ("better there", "We keep the films for two years.", "Films are kept for four years.", True),
        ("better there", "It feeds itself for three days.", "The feeder runs for up to eight hours.", False),
        ("their task", "We label the tanks.", "The supplier labels tanks in the colours given by the tenant.", False),
        ("hours outside", "Somebody answers until nine at night.", "Desk 07:30 to 19:00", True),
        ("hours inside", "Somebody answers until six.", "Desk 07:30 to 19:00", True),
        ("surcharged", "Sundays are no extra.", "Sundays: surcharge of 30 %.", True),
        ("both deny", "No films are kept.", "Films are not stored.", True),
        ("other facet", "It's fixed in five working days.", "Repair within five working days.", False),
    ],
)  # fmt: skip
def test_signs_of_saying_otherwise(sign: str, promise: str, clause: str, there: bool) -> None:
    assert bool(against(put(promise), put(clause))[sign]) == there
