"""Whose task a signed clause makes of something, by its subject, by whom it is done and at whose cost."""

from __future__ import annotations

import pytest

from agent.against import against
from agent.bearing import put
from agent.whose import whose_task


@pytest.mark.parametrize(
    "clause",
    [
        "3.4 The Aquarium feeds the fish on public holidays.",
        "b) For each tank the Lessee shall fit the brackets.",
        "The Club's members shall read the gauges.",
        "Cleaning: the Yard's crew scrubs the hulls.",
        "Hulls are scrubbed and primed by the Yard.",
        "Ladders: to be purchased by the Customer from the list",
        "The cables are laid at the Tenant's expense.",
        "Customer obtains the permits.",
        "The licences come out of a pool that the Club buys in advance.",
    ],
)  # fmt: skip
def test_the_customers(clause: str) -> None:
    assert whose_task(clause) == "theirs"


@pytest.mark.parametrize(
    "clause",
    [
        "§ 4 (1) The Supplier feeds the fish in the Customer's own tanks.",
        "Within ten days the Contractor will fit the brackets.",
        "Hulls are scrubbed by the Provider in the yard chosen by the Customer.",
        "Keelwright reads the tide gauge and writes it to the format given by the Harbour.",
    ],
)
def test_ours(clause: str) -> None:
    assert whose_task(clause) == "ours"


@pytest.mark.parametrize(
    "clause",
    [
        "The Customer receives two ladders.",
        "The Customer may add boats at the same rate.",
        "Ladder, aluminium\t4\t€90.00",
        "Berths are lit at a place chosen by the Customer.",
        "The Lessee's logo is printed on each flag.",
        "Operator training is held in the boathouse.",
        "The Service sends a message when the tide turns.",
    ],
)
def test_nobodys(clause: str) -> None:
    assert whose_task(clause) is None


def test_what_we_take_on_and_they_shall_do_is_said_otherwise() -> None:
    clause = put("The Marina enters all boats and owners before the season.")
    taken, left = put("We key in the boats for you."), put("Every boat can be looked up.")
    assert against(taken, clause)["their task for ours"]
    assert not against(left, clause)["their task for ours"]
