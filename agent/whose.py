"""Whose task a signed clause makes of something: the supplier's, or the customer's, by whatever name the paper calls either.

A paper rarely says `responsible`. It says who does a thing by the subject of the sentence (`The Hospital writes the protocols`), by
whom it is done (`uploaded by the clerk`), or at whose cost.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agent.verification.rarity import is_word

OURS = (
    "supplier", "provider", "vendor", "licensor", "seller", "lessor", "contractor", "consultant", "bureau", "agency", "publisher", "integrator",
    "auftragnehmer", "lieferant", "anbieter", "leverantör(?:en)?", "prestataire", "proveedor",
)  # fmt: skip
"""What papers call the side that sells."""
THEIRS = (
    "customer", "client", "licensee", "subscriber", "buyer", "purchaser", "hirer", "lessee", "tenant", "principal", "employer", "member", "end user",
    "operator", "owner", "council", "city", "county", "municipality", "district", "borough", "authority", "ministry", "department", "hospital", "clinic",
    "practice", "surgery", "laborator(?:y|ie)", "pharmac(?:y|ie)", "school", "college", "university", "academy", "institute", "library", "museum", "theatre", "theater",
    "charity", "foundation", "trust", "association", "club", "parish", "church", "diocese", "union", "cooperative", "co-op", "hotel", "restaurant",
    "farm", "grower", "estate", "winery", "brewery", "bakery", "mill", "mine", "quarry", "foundry", "factory", "plant", "depot", "yard", "port", "airport",
    "airline", "carrier", "railway", "utility", "bank", "insurer", "broker", "retailer", "wholesaler", "dealer", "store", "shop", "studio", "station",
    "broadcaster", "network", "society", "zoo", "garage", "shipyard", "care home", "home", "hospice", "office", "court", "police", "brigade", "developer",
    "landlord", "manufacturer", "importer", "household", "kunde", "kunden", "auftraggeber", "käufer", "kund(?:en)?", "beställaren",
)  # fmt: skip
"""What papers call the side that buys."""
THINGS = (
    "service", "software", "system", "platform", "portal", "application", "app", "solution", "product", "equipment", "hardware", "device", "unit", "module", "tool", "interface",
    "agreement", "contract", "order", "schedule", "annex", "appendix", "exhibit", "statement", "term", "fee", "price", "charge", "licen[cs]e", "subscription", "data", "report",
    "part(?:y|ie)", "website", "documentation", "training", "project", "deliverable", "work", "date", "support", "warranty", "invoice", "payment",
)  # fmt: skip
"""What a paper may write with a capital that is neither side."""
_STAFF = r"(?:['’]s?)?(?: own)?(?: (?:staff|team|crew|personnel|employees|clerk|technicians?|engineers?|electricians?|administrators?|departments?|lead|IT|project (?:lead|manager)))?"
_THEM = rf"(?:{'|'.join(THEIRS)})(?:s|es)?\b{_STAFF}"
_TERM = rf"(?-i:(?!(?i:{'|'.join((*THINGS, *OURS))})(?:s|es)?\b)[A-Z][a-z]+)\b{_STAFF}"
"""A noun with a capital: a side by the name that this paper gives it."""
_US = rf"(?:{'|'.join(OURS)})s?\b{_STAFF}"
_START = r"^\W*(?:§\s*\d+\s*)?(?:\(?[A-Za-z]?[\d.]*\d[.)]*\s+|\(?[A-Za-z][.)]\s+)?(?:\(\d+\)\s*)?(?:[A-Z][\w &/,-]{1,40}[.:]\s+)?(?:(?:for|in|on|at|during|before|after|within|until|prior to|where|if|following)\b[^;:]{0,60}?,?\s+)??"
_DOES = (
    r"(?: (?:itself|themselves|also|alone|only|\d+ to \d+))*(?: and [\w ]{2,30}?)? "
    r"(?:shall|will|must|ha(?:s|ve) to|(?:is|are) to|(?:is|are|remains?) (?:solely |fully )?responsible|agrees? to|undertakes? to|"
    r"(?!receives\b|gets\b|is\b|has\b|was\b|owns\b|needs\b|uses\b|its\b|this\b|as\b|plus\b|us\b|licen[cs]es\b|users\b)[a-z-]+s\b)"
    r"(?! (?:not (?:be )?(?:pay|charged|billed)|have|receive|be (?:entitled|given|granted|provided|offered|supplied|trained|able|invited)|own)\b)"
)
_SUBJECT = re.compile(
    rf"{_START}(?:(?:the|each|every|der|die) (?:(?P<us>{_US})|(?P<them>{_THEM}|{_TERM}))|(?P<role>(?:customer|client|licensee|buyer|purchaser|practice)s?\b{_STAFF})|"
    rf"(?P<firm>(?:supplier|provider|vendor|licensor|seller|contractor)s?\b{_STAFF})){_DOES}", re.I
)  # fmt: skip
_NAMED = re.compile(
    rf"{_START}(?P<name>[A-Z][\w&-]+(?: [A-Z][\w&-]+)?) (?:will|shall|(?!is\b|was\b|has\b|as\b|days\b|hours\b)[a-z]+s)\b"
)
"""A name as the subject: the supplier's own, or its product's."""
_BY = re.compile(
    rf"\b(?:by|von|vom|durch) (?:(?:the |its |den |dem )?(?:own )?(?:(?P<us>{_US})|(?P<them>{_THEM}))|the (?P<term>{_TERM}))(?! (?:requests?|needs?|wishes|use|data)\b)", re.I
)  # fmt: skip
_DONE = re.compile(
    r"(?:\b(?:is|are|be|been|being|remains?)\b (?:[\w-]+ (?:and|or) )?(?:\w+ly )?|^(?:\W*[\d.()]*\W*)?(?:[\w ]+: )?(?:\S+ ){0,6})"
    r"(?!(?:chosen|request|approv|specif|select|design|nam|agree|accept|order|own|need|requir|us|giv|agreed)(?:i?ed|nated|en)?\b)"
    r"(?:[\w-]+(?:ed|en|ne|ught|de|lt|pt)|set up|put|set)(?: out| up| in)? $", re.I
)  # fmt: skip
_INSIDE = re.compile(
    rf"\b(?:that|which|and|while|;) (?:the )?(?P<them>{_THEM}) (?:shall |will |must |itself |then )?(?:buy|pay|purchase|procure|bear|upload|enter)(?:s|es)?\b"
    rf"|\bat (?:the )?(?P<cost>{_THEM})(?:['’]s?)? (?:own |sole )?(?:cost|expense|risk|charge|account)\b",
    re.I,
)


@lru_cache(maxsize=8192)
def whose_task(clause: str) -> str | None:
    """`ours`, `theirs`, or None where a clause doesn't say who does what it speaks of."""
    subject = None if "\t" in clause else _SUBJECT.search(clause)
    if subject:
        return "ours" if subject["us"] or subject["firm"] else "theirs"
    if _names_us(clause):
        return "ours"
    if _INSIDE.search(clause):
        return "theirs"
    for by in _BY.finditer(clause):
        if _DONE.search(clause[: by.start()]):
            return "ours" if by["us"] else "theirs"
    return None


def _names_us(clause: str) -> bool:
    """Whether its subject is a name that is no word of its own."""
    found = None if "\t" in clause else _NAMED.match(clause)
    if found is None or re.match(_THEM, found["name"], re.I):
        return False
    return not is_word(found["name"].split()[0].lower())
