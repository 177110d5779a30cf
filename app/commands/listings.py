"""`promises`, `conflicts`, `gaps`, `people`, `timeline`: one array of the latest brief each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import print_json, print_table

if TYPE_CHECKING:
    from review.models import Brief


class Listing(NamedTuple):
    """One array of a brief as a table: its key in the brief's JSON, its columns, a row for each item."""

    key: str
    columns: tuple[str, ...]
    rows: Callable[[Brief], list[list[str]]]


def listing_command(name: str, listing: Listing) -> Callable[..., None]:
    """The function behind `baton NAME ACCOUNT`."""

    def command(
        account: AccountArg, format: FormatOption = Format.text, home: Home = DEFAULT_HOME
    ) -> None:
        latest = open_session(home).latest_brief(account)
        if format is Format.json:
            print_json({listing.key: latest.model_dump(mode="json")[listing.key]})
            return
        print_table(listing.columns, listing.rows(latest), f"{latest.account.name}: {name}")

    command.__doc__ = f"List the {name} of the latest brief."
    return command


def _quote(brief: Brief, claim_id: str) -> str:
    return next(c for c in brief.claims if c.id == claim_id).citations[0].quote


LISTINGS = {
    "promises": Listing(
        "commitments",
        ("by", "to", "type", "scope", "words"),
        lambda b: [
            [c.by or "", c.to or "", c.type, c.scope, _quote(b, c.claim)] for c in b.commitments
        ],
    ),
    "conflicts": Listing(
        "conflicts",
        ("topic", "why", "one side", "other side"),
        lambda b: [
            [x.topic, x.why, x.sides[0].citations[0].quote, x.sides[1].citations[0].quote]
            for x in b.conflicts
        ],
    ),
    "gaps": Listing(
        "gaps",
        ("field", "ask", "question"),
        lambda b: [[g.field or "", g.ask, g.question] for g in b.gaps],
    ),
    "people": Listing(
        "people",
        ("name", "title", "side", "roles", "calls", "mails"),
        lambda b: [
            [
                p.name,
                p.title or "",
                p.side,
                ", ".join(p.roles),
                str(p.engagement.get("calls", 0)),
                str(p.engagement.get("mails", 0)),
            ]
            for p in b.people
        ],
    ),
    "timeline": Listing(
        "timeline",
        ("date", "what", "words"),
        lambda b: [[t.date, t.text, _quote(b, t.claim)] for t in b.timeline],
    ),
}
