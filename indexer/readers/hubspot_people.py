"""Who a HubSpot record names: owners (the vendor's), contacts (the customer's), mail senders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.models import Participant, Side
from indexer.readers.hubspot_records import ENGAGEMENTS, Found, Record, mail_sender

ID_LENGTH = 5
"""Digits that an owner's id has at least; a shorter number may be any number."""


@dataclass
class Folder:
    """What the other files of the folder say, for joins."""

    owners: dict[str, dict[str, str]] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, Record] = field(default_factory=dict)

    def add(self, found: Found) -> None:
        self.owners |= found.owners
        self.stages |= found.stages
        self.contacts |= {r.id: r for r in found.records if r.type == "contact" and r.id}

    def owner(self, record: Record) -> tuple[str, str]:
        """Name and address of a record's owner; the id as name if no file tells."""
        own = record.get("hubspot_owner_id", "property_hubspot_owner_id")
        held = self.owners.get(own)
        if held is None:
            return (record.alias("owner") or "", "")
        return _name(held), held["email"].lower()

    def named(self, value: str) -> str:
        """The people whom a field names by their owner ids; empty if it holds anything else."""
        ids = value.split(";")
        if not all(len(own) >= ID_LENGTH and own in self.owners for own in ids):
            return ""
        return "; ".join(_name(self.owners[own]) for own in ids)


def _name(owner: dict[str, str]) -> str:
    return f"{owner['firstName']} {owner['lastName']}".strip() or owner["email"]


def activity_of(record: Record) -> str:
    return record.alias("activity").lower() if record.type == "activity" else record.type


def is_activity(record: Record) -> bool:
    return record.type == "activity" or record.type in ENGAGEMENTS


def contact_name(record: Record) -> str:
    if record.type != "contact":
        return ""
    full = " ".join(filter(None, (record.alias("first_name"), record.alias("last_name"))))
    return full or record.alias("contact") or record.alias("email")


def author_of(record: Record, folder: Folder) -> tuple[str, str, Side | None]:
    """Who wrote an activity: the sender of a mail that came in, else the owner."""
    direction = record.get("hs_email_direction") or record.alias("direction")
    name, address = mail_sender(record)
    if "INCOMING" in direction.upper():
        return name, address, None
    owner, owner_address = folder.owner(record)
    if owner:
        return owner, owner_address, "vendor"
    return name, address, None


def _contact(record: Record, role: str) -> Participant | None:
    name = contact_name(record)
    if not name:
        return None
    given = role or record.alias("role")
    return Participant(
        name=name,
        email=record.alias("email").lower() or None,
        system_id=record.id or None,
        title=record.alias("title") or None,
        side="customer",
        role=f"contact role: {given}" if given else None,
    )


def _owner(record: Record, folder: Folder) -> Participant | None:
    name, address = folder.owner(record)
    if not name:
        return None
    own = record.get("hubspot_owner_id")
    role = "owner" if record.type == "deal" else f"{record.type} owner"
    return Participant(
        name=name, email=address or None, system_id=own or None, side="vendor", role=role
    )


def participants(record: Record, folder: Folder) -> Iterator[Participant]:
    if record.type == "contact" and (person := _contact(record, "")):
        yield person
    if owner := _owner(record, folder):
        yield owner
    if record.type == "email" or record.get("hs_email_from_email"):
        name, address = mail_sender(record)
        if name:
            yield Participant(name=name, email=address or None, role="from")
    for own, label in record.contacts:
        held = folder.contacts.get(own)
        if held is not None and (associated := _contact(held, label)):
            yield associated
    pairs = record.get("Associated Contact")
    for shown, address in re.findall(r"([^;,()]+?)\s*\(([^()\s]+@[^()\s]+)\)", pairs):
        yield Participant(name=shown.strip(), email=address.lower(), side="customer")


def people(found: Found, folder: Folder) -> Iterator[Participant]:
    for own, owner in found.owners.items():
        mail = owner["email"].lower() or None
        yield Participant(name=_name(owner), email=mail, system_id=own, side="vendor")
    # An export of all accounts holds other customers' contacts too.
    several = len({record.alias("account") for record in found.records} - {""}) > 1
    seen = set()
    for record in found.records:
        if is_activity(record):
            continue
        for person in participants(record, folder):
            if several and person.side == "customer":
                person = person.model_copy(update={"side": None})
            if person not in seen:
                seen.add(person)
                yield person
