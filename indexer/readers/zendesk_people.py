"""Who is who in Zendesk: users, organisations and the labels of custom fields, by id.

Format: `users[]` with `role` end-user, agent or admin; `organizations[]`; `ticket_fields[]`. The full
JSON export has the persons themselves (`requester`, `assignee`, a comment's `author`) instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from indexer.models import Side
from indexer.readers.exported import record, records
from indexer.readers.tickets import Author, text_of, with_side

SIDES: dict[str, Side] = {"end-user": "customer", "agent": "vendor", "admin": "vendor"}
USER_KEYS = frozenset({"email", "time_zone", "organization_id", "verified", "url", "active"})


def fits_user(value: Any) -> bool:
    """True for a user as Zendesk's API describes one."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("role"), str)
        and value["role"] in SIDES
        and {"id", "name"} <= set(value)
        and len(USER_KEYS & set(value)) >= 2
    )


@dataclass
class Directory:
    """What the answers say of people, organisations and fields."""

    people: dict[str, Author] = field(default_factory=dict)
    organizations: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)

    def add(self, answer: dict[str, Any]) -> None:
        """Take what an answer lists beside its tickets."""
        for row in records(answer.get("users"), "users"):
            known = _person(row)
            self.people.setdefault(known.id, known)
        for row in records(answer.get("organizations"), "organizations"):
            name = text_of(row.get("name"), "name of an organization")
            self.organizations.setdefault(text_of(row.get("id"), "organization id"), name)
        for row in records(answer.get("ticket_fields"), "ticket_fields"):
            title = text_of(row.get("title"), "title of a ticket field")
            self.fields.setdefault(text_of(row.get("id"), "ticket field id"), title)

    def author(self, row: dict[str, Any], who: str, ticket: dict[str, Any]) -> Author:
        """The `requester`, `assignee` or `author` of a row, with the side the ticket gives them."""
        own = _person(record(row.get(who), who) if isinstance(row.get(who), dict) else {})
        own_id = own.id or text_of(row.get(f"{who}_id"), f"{who}_id")
        found = self.people.get(own_id, own)
        if not found.name and not own.name:
            found = self._through_mail(row, own_id)
            if own_id and who == "author":
                self.unnamed.add(own_id)
        return with_side(found, self._side(found.id, ticket))

    def _through_mail(self, row: dict[str, Any], own_id: str) -> Author:
        """The sender of the mail that a ticket or comment came by, if that is its author."""
        via = row.get("via")
        source = via.get("source") if isinstance(via, dict) else None
        sender = source.get("from") if isinstance(source, dict) else None
        if not isinstance(sender, dict) or not isinstance(sender.get("address"), str):
            return Author(id=own_id)
        name = text_of(sender.get("name"), "name of a sender") or sender["address"]
        return Author(name, own_id, text_of(sender["address"], "address").lower())

    def _side(self, own_id: str, ticket: dict[str, Any]) -> Side | None:
        """Requester and assignee, where they are two people."""
        requester, assignee = _id(ticket, "requester"), _id(ticket, "assignee")
        if not own_id or requester == assignee:
            return None
        return {requester: "customer", assignee: "vendor"}.get(own_id)  # type: ignore[return-value]

    def organization(self, row: dict[str, Any]) -> str:
        """The name of a ticket's organisation; empty where only its id is known."""
        held = row.get("organization")
        if isinstance(held, dict):
            return text_of(held.get("name"), "name of an organization")
        if held is not None:
            return text_of(held, "organization")
        return self.organizations.get(text_of(row.get("organization_id"), "organization_id"), "")


def _id(ticket: dict[str, Any], who: str) -> str:
    held = ticket.get(who)
    own = held.get("id") if isinstance(held, dict) else None
    return text_of(own if own is not None else ticket.get(f"{who}_id"), f"{who}_id")


def _person(row: dict[str, Any]) -> Author:
    role = text_of(row.get("role"), "role of a user")
    return Author(
        name=text_of(row.get("name"), "name of a user"),
        id=text_of(row.get("id"), "user id"),
        email=text_of(row.get("email"), "email of a user").lower(),
        side=SIDES.get(role),
        role=role,
    )
