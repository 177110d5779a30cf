"""What speaks for a signed sentence bearing on a promise, and for its saying otherwise: signs of fresh examples."""

from __future__ import annotations

from datetime import date

import pytest

from agent.against import against
from agent.bearing import near, put, silence
from agent.otherwise import leaves_out

LIKENESS = {"words": 0.4, "answers": 0.4, "fields": 0.4}


@pytest.mark.parametrize(
    ("promise", "clause", "sign"),
    [
        ("Somebody sits with your cooks in every kitchen for a day.", "Training is held online in two sessions.", "other facet"),
        ("The stock levels go over both ways.", "Stock is sent in one direction, to the warehouse.", "other facet"),
        ("There's somebody on Sundays.", "The desk is staffed Monday to Saturday.", "other facet"),
        ("We'd be open by mid May.", "Opening of the first hall: 30 September 2026", "later"),
        ("You're live in four weeks.", "Go-live on 1 December 2026", "later"),
        ("The valves are ten years under guarantee.", "Valves are warranted for 24 months.", "other value"),
        ("Samples cost you nothing, they're free.", "Samples are charged at €4.00 each.", "free but priced"),
        ("We take your old boilers away.", "Removal of the old boilers is carried out by the Customer.", "their task for ours"),
        ("It's ready in the spring.", "Completion is expected in spring and not guaranteed.", "hedges only there"),
        ("The trunk lines are watched too.", "Monitoring covers branch lines only.", "only only there"),
        ("The app runs on your iPhones.", "The app is supplied for Android devices.", "other facet"),
        ("It hooks straight into the till.", "Takings are exchanged as a file.", "other facet"),
        ("You pay once it's running.", "Invoiced yearly in advance.", "other facet"),
        ("We print all the labels.", "The first 200 labels are printed by the Supplier.", "all but some"),
        ("The price stays fixed.", "Prices increase by 3 % each year.", "other choice"),
        ("It holds three percent.", "The fee follows the consumer price index.", "indexed only there"),
    ],
)  # fmt: skip
def test_a_sign_that_a_clause_says_otherwise(promise: str, clause: str, sign: str) -> None:
    said, signed = date(2026, 3, 2), date(2026, 3, 20)
    assert against(put(promise, "", said), put(clause, "", signed))[sign] > 0


@pytest.mark.parametrize(
    ("promise", "clause", "sign"),
    [
        ("There's somebody on Saturdays.", "The desk is staffed Monday to Saturday.", "other facet"),
        ("The setup is on us.", "Setup fee, waived: €0.00", "free but priced"),
        ("No fee for leaving.", "No exit fee applies.", "denies only there"),
        ("The valves are two years under guarantee.", "Valves are warranted for 24 months.", "other value"),
    ],
)  # fmt: skip
def test_no_sign_where_the_clause_says_the_same(promise: str, clause: str, sign: str) -> None:
    assert against(put(promise), put(clause))[sign] == 0


def test_what_both_measure_brings_other_words_together() -> None:
    promise = put("You'd have it up and running before the harvest.")
    live, fee = put("Cut-over takes place in week 40."), put("Late payments bear interest of 8%.")
    assert near(promise, live, LIKENESS)["measures"] > near(promise, fee, LIKENESS)["measures"]


@pytest.mark.parametrize("heading", ["2 Not owed", "Not ordered", "What is not covered", "Nicht enthalten", "4. Outside the scope of supply"])  # fmt: skip
def test_under_a_heading_that_begins_with_not_all_is_left_out(heading: str) -> None:
    assert leaves_out("Dismantling of the old scaffold", heading)


@pytest.mark.parametrize("heading", ["Notice", "Notes", "Scope of supply", "Notifications"])
def test_other_headings_leave_nothing_out(heading: str) -> None:
    assert not leaves_out("Dismantling of the old scaffold", heading)


def test_a_favour_of_ones_own_is_likelier_to_stand_nowhere() -> None:
    favour = silence(put("I'll introduce you to the keeper in Oban."), 20)
    thing = silence(put("We load the passenger lists."), 20)
    assert (favour["favour"], favour["mine"]) == (1.0, 1.0)
    assert (thing["favour"], thing["mine"]) == (0.0, 0.0)
    assert silence(put("done", "boss wants a second ladder"), 20)["leans"] > thing["leans"]
