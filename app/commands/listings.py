"""`promises`, `conflicts`, `gaps`, `people`, `timeline` and their like: one array of the latest brief each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import print_json, print_table

if TYPE_CHECKING:
    from agent.models import PersonRow
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


def _flags(brief: Brief, claim_id: str) -> list[str]:
    flags = next(c for c in brief.claims if c.id == claim_id).flags
    return [f.partition(":")[0].replace("_", " ") for f in flags]


def _note(brief: Brief, person: PersonRow) -> str:
    """What a CSM should know of a person at sight."""
    notes = ["outdated contact"] if person.outdated else []
    if person.influence:
        notes.append(f"has a say: {_quote(brief, person.influence)}")
    notes += [f"prefers: {_quote(brief, c)}" for c in person.preferences[:1]]
    notes += [f"worries: {_quote(brief, c)}" for c in person.concerns[:1]]
    return "; ".join(notes)


LISTINGS = {
    "promises": Listing(
        "commitments",
        ("by", "to", "said", "due", "type", "scope", "flags", "words"),
        lambda b: [
            [
                c.by or "",
                c.to or "",
                c.said or "",
                c.due or "",
                c.type,
                c.scope,
                ", ".join(_flags(b, c.claim)),
                _quote(b, c.claim),
            ]
            for c in b.commitments
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
        ("name", "title", "side", "roles", "calls", "mails", "in calls", "last seen", "note"),
        lambda b: [
            [
                p.name,
                p.title or "",
                p.side,
                ", ".join(p.roles),
                str(p.engagement.get("calls", 0)),
                str(p.engagement.get("mails", 0)),
                f"{p.attended}/{p.of_calls}",
                p.last_seen or "",
                _note(b, p),
            ]
            for p in b.people
        ],
    ),
    "timeline": Listing(
        "timeline",
        ("date", "kind", "what", "words"),
        lambda b: [[t.date, t.kind, t.text, _quote(b, t.claim)] for t in b.timeline],
    ),
    "objections": Listing(
        "objections",
        ("state", "kind", "by", "when", "objection", "answer"),
        lambda b: [
            [
                o.state,
                o.kind or "",
                o.by or "",
                o.at or "",
                _quote(b, o.claim),
                _quote(b, o.answered_by) if o.answered_by else "",
            ]
            for o in b.objections
        ],
    ),
    "risks": Listing(
        "risks",
        ("severity", "kinds", "owner", "words"),
        lambda b: [
            [r.severity, ", ".join(r.kinds), r.owner or "", _quote(b, r.claim)] for r in b.risks
        ],
    ),
    "expansion": Listing(
        "expansion",
        ("kind", "words"),
        lambda b: [[e.kind, _quote(b, e.claim)] for e in b.expansion],
    ),
    "clauses": Listing(
        "clauses",
        ("clause", "words", "where"),
        lambda b: [[c.id, c.citation.quote, c.citation.artifact] for c in b.clauses],
    ),
    "checklist": Listing(
        "checklist",
        ("item", "words"),
        lambda b: [
            [i.item, _quote(b, i.claim) if i.claim else "nobody spoke of it"] for i in b.checklist
        ],
    ),
}
