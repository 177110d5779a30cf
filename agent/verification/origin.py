"""Does the claim name the right side (customer or vendor) and the right kind of paper?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.verification.fault import Fault
from agent.verification.statements import Source
from agent.verification.support import Grounds

_CLAIMED_SIDE = re.compile(
    r"^\W*(?:the |our |der |die )?(?:(?P<customer>customer|client|prospect|buyer|kunde|kundin)|(?P<vendor>vendor|seller|supplier|sales rep|rep|account executive|ae|anbieter|verkäufer))"
    r"(?:'s \w+)?,? (?:\w+ )?(?:says?|said|states?|stated|promise[sd]?|commit(?:s|ted)?|claims?|claimed|asks?|asked|requests?|requested|confirms?|confirmed|insists?|insisted|"
    r"expects?|expected|wants?|wanted|demands?|demanded|agree[sd]?|offers?|offered|guarantee[sd]?|worries|worried|fears?|prefers?|preferred|sagte?|verspricht|versprach|möchte|will|zugesagt|assure[sd]?)\b",
    re.I,
)
_YOU = re.compile(r"\b(?:you|your|sie|ihr|ihnen|they|customer|client)\b", re.I)


def wrong_side(grounds: Grounds) -> Fault | None:
    """The claim puts one side's words into the other side's mouth."""
    match = _CLAIMED_SIDE.match(grounds.part.text)
    if match is None:
        return None
    claimed, other = ("customer", "vendor") if match.group("customer") else ("vendor", "customer")
    near = [grounds.all[i] for i in grounds.near]
    if not near or any(s.side != other for s in near):
        return None
    if (
        claimed == "customer"
        and any(_YOU.search(s.text) for s in near)
        and "want" in match.group().lower()
    ):
        return None
    return Fault("misattributed", f"the {other} says this in the evidence, not the {claimed}")


_ORIGIN = re.compile(
    r"\b(?:the|an?|der|die|das|according to the|per the|in the) (?:(?:signed|unsigned|executed) )?(?P<kind>order form|sow|statement of work|signed paper|unsigned paper|crm|e-?mail|mail|call|chat|ticket)\b"
    r"(?= (?:says?|states?|on|shows?|lists?|commits?|requires?|sets?|gives?|names?|records?|mentions?|specif|confirm|has)\b)",
    re.I,
)  # fmt: skip


def wrong_origin(grounds: Grounds, sources: Sequence[Source]) -> Fault | None:
    """The claim says that another kind of paper holds the words."""
    match = _ORIGIN.match(grounds.part.text)
    if match is None or any(not s.origin for s in sources):
        return None
    kind = match.group("kind").lower().replace("e-mail", "mail").replace("email", "mail")
    if any(kind in s.origin for s in sources):
        return None
    found = sorted(sources[0].origin)[0]
    return Fault("misattributed", f"the cited words stand in the {found}, not in the {kind}")
