"""Who a Salesforce record names, and joins by id over the files of one folder.

Owners and users are the vendor's people, contacts the customer's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.models import Participant, Side
from indexer.readers.salesforce_records import Found, Record, id15


@dataclass
class Folder:
    """What the files of one folder say together, for joins."""

    by_id: dict[str, Record] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    """Account ids that opportunities of this folder name."""

    def add(self, found: Found) -> None:
        for record in found.records:
            if record.id:
                self.by_id.setdefault(id15(record.id), record)
            if record.type == "Opportunity" and (account := record.get("AccountId")):
                self.accounts.add(id15(account))

    def record(self, reference: str) -> Record | None:
        return self.by_id.get(id15(reference.removeprefix("@"))) if reference else None

    def name(self, reference: str) -> str:
        record = self.record(reference)
        return name_of(record) if record else ""


def name_of(record: Record | None) -> str:
    if record is None:
        return ""
    full = " ".join(filter(None, (record.get("FirstName"), record.get("LastName"))))
    return record.get("Name") or full


def owner_of(record: Record, folder: Folder) -> str:
    return record.get("Owner.Name") or folder.name(record.get("OwnerId"))


def account_of(record: Record, folder: Folder) -> str:
    if record.type == "Account":
        return name_of(record)
    direct = record.get("Account.Name", "Opportunity.Account.Name")
    direct = direct or folder.name(record.get("AccountId"))
    if direct:
        return direct
    parent = folder.record(record.get("OpportunityId", "WhatId"))
    return (
        account_of(parent, folder) if parent and parent.type in ("Opportunity", "Account") else ""
    )


def _person(
    record: Record, prefix: str, side: Side | None, role: str | None, system_id: str
) -> Participant | None:
    def get(name: str) -> str:
        return record.get(prefix + name)

    full = " ".join(filter(None, (get("FirstName"), get("LastName"))))
    name = get("Name") or full or get("Email")
    if not name:
        return None
    return Participant(
        name=name,
        email=get("Email") or None,
        system_id=system_id or None,
        title=get("Title") or None,
        side=side,
        role=role,
    )


def participants(record: Record, folder: Folder) -> Iterator[Participant]:
    """The people a record names: its owner, its contact with the contact's role."""
    if record.type in ("Contact", "User"):
        side: Side | None = "vendor" if record.type == "User" else _side(record, folder)
        if person := _person(record, "", side, None, record.id):
            yield person
    user = folder.record(record.get("OwnerId"))
    role = "owner" if record.type == "Opportunity" else f"{record.type.lower()} owner"
    if user is not None and user.type == "User":
        owner = _person(user, "", "vendor", role, user.id)
    else:
        owner = _person(record, "Owner.", "vendor", role, record.get("OwnerId", "Owner.Id"))
    if owner:
        yield owner
    named = record.type.endswith("ContactRole") or record.get("Role", "Contact.Name")
    if named and (contact := _contact(record, folder)):
        yield contact


def _contact(record: Record, folder: Folder) -> Participant | None:
    given = record.get("Role")
    role = f"contact role: {given}" if given else None
    reference = record.get("ContactId", "Contact.Id")
    known = folder.record(reference)
    if known is not None and known.type == "Contact":
        return _person(known, "", _side(known, folder), role, known.id)
    return _person(record, "Contact.", "customer", role, reference)


def _side(contact: Record, folder: Folder) -> Side | None:
    """A contact is the customer's unless its account is another than the deal's."""
    account = id15(contact.get("AccountId"))
    other = bool(account and folder.accounts and account not in folder.accounts)
    return None if other else "customer"


def people(found: Found, folder: Folder) -> Iterator[Participant]:
    seen = set()
    for record in found.records:
        for person in participants(record, folder):
            if person not in seen:
                seen.add(person)
                yield person
