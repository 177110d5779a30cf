"""What a person can do in a review, as values: the same for the terminal, the pages and the API.

An act on an item says what it was decided on (`shown`: the item's version). Without it an act counts only for an
item that nobody has decided yet, so that of two people who act at once exactly one wins.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from indexer.models import Frozen, Side
from review.models import Role
from tools.drafts import ClaimDraft, ClaimKind


class _Act(Frozen):
    name: Annotated[str, Field(min_length=1, max_length=120)]
    """Who acts."""


class _ItemAct(_Act):
    key: str
    shown: str | None = None
    """The version of the item that was decided on."""


class Accept(_ItemAct):
    """The item is right: a claim or promise as it stands, a conflict or gap as truly open."""

    act: Literal["accept"] = "accept"


class Correct(_ItemAct):
    """The item in a person's own words; for a gap, the answer."""

    act: Literal["correct"] = "correct"
    text: str
    side: Side = "vendor"


class Reject(_ItemAct):
    """The item is wrong, or not one: a claim leaves the brief, a conflict is none, a gap needs no answer."""

    act: Literal["reject"] = "reject"
    reason: str = ""


class Own(_ItemAct):
    """Who looks after a risk, a conflict or a gap."""

    act: Literal["own"] = "own"
    owner: Annotated[str, Field(min_length=1, max_length=120)]


class Resolve(_ItemAct):
    """A conflict is decided; `name` is who decided."""

    act: Literal["resolve"] = "resolve"
    text: str


class Add(_Act):
    """Something that no source holds, in a person's own words."""

    act: Literal["add"] = "add"
    field: str
    text: str
    kind: ClaimKind = "fact"
    side: Side = "vendor"


class AddFound(_Act):
    """A claim of an answer, to stand in a field of the brief; it passes the door again."""

    act: Literal["add_found"] = "add_found"
    draft: ClaimDraft


class Tick(_Act):
    """A point of the AE's checklist is done (or not, after all)."""

    act: Literal["tick"] = "tick"
    point: str
    done: bool = True


class NameRole(_Act):
    """Who the account's AE or CSM is: `name`."""

    act: Literal["name"] = "name"
    role: Role


class Sign(_Act):
    """A named approval of exactly the text whose hash was shown."""

    act: Literal["sign"] = "sign"
    role: Role
    shown: str


class GiveBack(_Act):
    """The CSM gives the brief back, with reasons."""

    act: Literal["return"] = "return"
    reasons: Annotated[tuple[str, ...], Field(min_length=1)]
    note: str = ""


class Reopen(_Act):
    """An accepted brief is to be changed."""

    act: Literal["reopen"] = "reopen"


class Flag(_Act):
    """What a reader finds missing or wrong; it changes nothing in the brief, its cause is looked for at once."""

    act: Literal["flag"] = "flag"
    what: Literal["missed", "wrong"]
    field: str
    text: Annotated[str, Field(min_length=3, max_length=400)]


class Rate(_Act):
    """How good the handoff was, from one to five."""

    act: Literal["rate"] = "rate"
    stars: Annotated[int, Field(ge=1, le=5)]
    note: str = ""


class Outcome(_Act):
    """What came of the handoff, as `rules.yaml` lists it: noted by a person, weeks later too."""

    act: Literal["outcome"] = "outcome"
    what: str
    value: Annotated[str, Field(max_length=80)] = ""
    """A number or a word, where the outcome has one."""
    on: date | None = None
    """When it was so; None: when it was noted."""


Act = Annotated[
    Accept | Correct | Reject | Own | Resolve | Add | AddFound | Tick | NameRole | Sign | GiveBack | Reopen | Flag | Rate | Outcome,
    Field(discriminator="act"),
]  # fmt: skip
ACT: TypeAdapter[Act] = TypeAdapter(Act)
"""Reads an act from JSON."""
