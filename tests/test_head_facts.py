"""The account's head is filled from invites and titles only where they are of one voice."""

from __future__ import annotations

from datetime import UTC, datetime

from indexer.head_facts import noticed
from indexer.models import Artifact, Person


def invite(title: str, day: int, **meta: str) -> Artifact:
    return Artifact(
        id=f"i{day}", path=f"{day}.ics", kind="invite", system="calendar", title=title, text=title,
        date=datetime(2026, 3, day, 9, tzinfo=UTC), authority=11, meta=meta,
    )  # fmt: skip


def test_the_earliest_kickoff_that_stands() -> None:
    invites = [
        invite("Kick-off, second try", 11),
        invite("Project kickoff", 4, cancelled="true"),
        invite("Kickoff for the rest", 18),
        invite("Dentist", 2),
    ]
    assert noticed(invites, []) == {"kickoff_date": "2026-03-11"}


def test_one_csm_on_our_side_or_none() -> None:
    ours = Person(name="Imke Rau", side="vendor", title="Senior CSM")
    theirs = Person(name="Jo Hall", side="customer", title="Customer Success Lead")
    other = Person(name="Lee Park", side="vendor", title="Customer Success Manager")
    assert noticed([], [ours, theirs]) == {"csm": "Imke Rau"}
    assert noticed([], [ours, other]) == {}
    assert noticed([], []) == {}
