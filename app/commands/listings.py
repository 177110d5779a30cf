"""`promises`, `conflicts`, `gaps`, `people`, `timeline` and their like: one array of the latest brief each, an entry an item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import Entry, print_entries, print_json, quoted

if TYPE_CHECKING:
    from agent.models import Citation, PersonRow
    from review.models import Brief

NEAREST = 2
"""Near misses that are shown beside a gap."""


class Listing(NamedTuple):
    """One array of a brief: its key in the brief's JSON, and an entry for each item."""

    key: str
    entries: Callable[[Brief], Iterator[Entry]]


def listing_command(name: str, listing: Listing) -> Callable[..., None]:
    """The function behind `baton NAME ACCOUNT`."""

    def command(
        account: AccountArg, format: FormatOption = Format.text, home: Home = DEFAULT_HOME
    ) -> None:
        latest = open_session(home).latest_brief(account)
        if format is Format.json:
            print_json({listing.key: latest.model_dump(mode="json")[listing.key]})
            return
        print_entries(f"{latest.account.name}: {name}", listing.entries(latest))

    command.__doc__ = f"List the {name} of the latest brief."
    return command


def _cited(brief: Brief, claim_id: str) -> Citation:
    return next(c for c in brief.claims if c.id == claim_id).citations[0]


def _words(brief: Brief, claim_id: str | None) -> str:
    """The words that prove a claim, with who said them where; nothing without a claim."""
    return quoted(_cited(brief, claim_id)) if claim_id else ""


def _plain(codes: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(c.partition(":")[0].replace("_", " ") for c in codes))


def _promises(brief: Brief) -> Iterator[Entry]:
    flags = {c.id: c.flags for c in brief.claims}
    for c in brief.commitments:
        said = f"{c.by or 'somebody'}{f' to {c.to}' if c.to else ''}"
        yield Entry(
            f"{c.said or 'undated'}  {said}: {c.type}, signed scope {c.scope}",
            _words(brief, c.claim),
            f"due: {c.due}" if c.due else "",
            f"flags: {_plain(flags[c.claim])}" if flags[c.claim] else "",
            *(f"signed: {quoted(clause)}" for clause in c.scope_citations),
            f"reviewed by {c.reviewed_by}" if c.reviewed_by else "",
        )


def _conflicts(brief: Brief) -> Iterator[Entry]:
    for x in brief.conflicts:
        yield Entry(
            f"{x.topic}: {x.why}",
            *(f"{side.authority}: {quoted(side.citations[0])}" for side in x.sides),
            f"resolved: {x.resolution}" if x.resolution else f"owner: {x.owner or 'nobody yet'}",
        )


def _gaps(brief: Brief) -> Iterator[Entry]:
    for g in brief.gaps:
        kind = f"detail of {g.field}" if g.scope == "detail" else g.field or "question"
        yield Entry(
            f"{kind}, ask {g.ask}: {g.question}",
            *(f"nearest: “{n.quote}” ({n.label})" for n in g.nearest[:NEAREST]),
            f"searched: {'; '.join(g.searched)}" if g.searched else "",
            f"owner: {g.owner}" if g.owner else "",
        )


def _people(brief: Brief) -> Iterator[Entry]:
    for p in brief.people:
        title = f", {p.title}" if p.title else ""
        roles = f": {_plain(p.roles)}" if p.roles else ""
        yield Entry(
            f"{p.name}{title} ({p.side}){roles}",
            _heard(p),
            "outdated contact" if p.outdated else "",
            *(f"{role.replace('_', ' ')}: {_words(brief, c)}" for role, c in p.proofs.items()),
            f"has a say: {_words(brief, p.influence)}" if p.influence else "",
            *(f"prefers: {_words(brief, c)}" for c in p.preferences[:1]),
            *(f"worries: {_words(brief, c)}" for c in p.concerns[:1]),
        )


def _heard(person: PersonRow) -> str:
    calls, mails = (person.engagement.get(k, 0) for k in ("calls", "mails"))
    seen = f", last seen {person.last_seen}" if person.last_seen else ""
    present = f"in {person.attended} of {person.of_calls} calls"
    return f"{present}, spoke in {calls}, wrote {mails} {'mail' if mails == 1 else 'mails'}{seen}"


def _timeline(brief: Brief) -> Iterator[Entry]:
    """A source's own day needs no words: they would be its first, which say nothing."""
    for t in brief.timeline:
        head = f"{t.date}  {t.kind:<8} {t.text}"
        yield Entry(head, _words(brief, t.claim) if t.kind in ("named", "told") else "")


def _objections(brief: Brief) -> Iterator[Entry]:
    for o in brief.objections:
        head = " · ".join(part for part in (o.state, o.kind, o.by, o.at) if part)
        answer = f"answer: {_words(brief, o.answered_by)}" if o.answered_by else "no answer found"
        yield Entry(head, _words(brief, o.claim), answer)


def _risks(brief: Brief) -> Iterator[Entry]:
    for r in brief.risks:
        head = f"{r.severity} · {', '.join(r.kinds) or 'risk'} · owner: {r.owner or 'nobody yet'}"
        yield Entry(head, _words(brief, r.claim))


LISTINGS = {
    "promises": Listing("commitments", _promises),
    "conflicts": Listing("conflicts", _conflicts),
    "gaps": Listing("gaps", _gaps),
    "people": Listing("people", _people),
    "timeline": Listing("timeline", _timeline),
    "objections": Listing("objections", _objections),
    "risks": Listing("risks", _risks),
    "expansion": Listing(
        "expansion", lambda b: (Entry(e.kind, _words(b, e.claim)) for e in b.expansion)
    ),
    "clauses": Listing("clauses", lambda b: (Entry(c.id, quoted(c.citation)) for c in b.clauses)),
    "checklist": Listing(
        "checklist",
        lambda b: (Entry(i.item, _words(b, i.claim) or "nobody spoke of it") for i in b.checklist),
    ),
}
