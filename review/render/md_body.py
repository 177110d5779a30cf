"""Owns the Markdown of what a brief says; its head and its sources are in `md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from agent.models import Citation
from review.models import Brief
from review.render import titles
from review.render.gist import GIST_WORDS, ROW_WORDS, SIDE_WORDS, gist
from review.render.numbering import Cited
from review.render.text import day, plural
from review.render.text import escape_markdown as esc
from review.render.views import (
    BasisView,
    Chip,
    ClaimView,
    ConflictView,
    FieldView,
    GapView,
    Outline,
    PersonView,
    PromiseRow,
    Rows,
    SectionView,
    Tables,
)

WHY_WORDS = 10
"""A longer reason for a conflict only repeats its quotes."""


def body(view: Outline, brief: Brief) -> Iterator[str]:
    """Lines of the brief from the summary to the suggestions, in reading order."""
    if view.summary:
        yield from ["", "## In short", "", esc(" ".join(view.opening)), ""]
        for field in view.summary.fields:
            yield from _field(field, titled=bool(field.gaps))
    yield from _first_page(view, brief)
    yield from _counters(view)
    for section in view.sections:
        yield from ["", f"## {esc(section.title)}"]
        for field in section.fields:
            yield from _field(field)
        yield from _tables(section)
    if view.loose_conflicts or view.loose_gaps:
        yield from ["", "## Also open", ""]
        for gap in view.loose_gaps:
            yield from _gap(gap)
        for conflict in view.loose_conflicts:
            yield from _conflict(conflict)
    if view.loose_claims:
        yield from ["", _more(len(view.loose_claims))]
    yield from _suggestions(view)
    yield from _gates(brief)


def _first_page(view: Outline, brief: Brief) -> Iterator[str]:
    """Whom the deal rests on and how much of the four transfers is known, in two lines."""
    players = [p for p in brief.people if p.side == "customer" and p.proofs]
    if players:
        parts = [
            f"{p.name} ({', '.join(titles.words_of(r).lower() for r in p.proofs)})" for p in players
        ]
        yield from ["", f"**Who matters:** {esc('; '.join(parts[:5]))}"]
    if brief.coverage:
        known = (f"{name} {c.answered}/{c.asked}" for name, c in brief.coverage.items())
        yield from ["", f"**Carried over:** {' · '.join(known)}"]


def refs(cited: Iterable[Cited]) -> str:
    """` [3] [4]`, to go behind a statement."""
    return "".join(f" [{one.number}]" for one in cited)


def spoken_by(citation: Citation) -> str:
    """Who said it, with the side."""
    if not citation.speaker:
        return ""
    side = f" ({titles.SIDES[citation.side]})" if citation.side != "unknown" else ""
    return f"{esc(citation.speaker)}{side}"


def _counters(view: Outline) -> Iterator[str]:
    counts = [f"**{c.count}** {c.label.lower()}" for c in view.counters]
    yield from ["", "**What needs you:** " + " · ".join(counts)]


def _field(field: FieldView, titled: bool = True) -> Iterator[str]:
    if field.elsewhere:
        return
    if titled:
        yield from ["", f"### {esc(field.title)}", ""]
    for claim in field.claims.shown:
        yield f"- {_claim(claim)}"
    if field.claims.folded:
        count = len(field.claims.folded)
        yield "- " + (_more(count) if field.claims.shown else f"_{plural(count, 'claim')}, folded_")
    for linked in field.conflict_links:
        yield f"- See the conflict about {esc(linked.topic)}"
    for conflict in field.conflicts:
        yield from ["", *_conflict(conflict)]
    for gap in field.gaps.shown:
        yield from ["", *_gap(gap)]
    if field.gaps.folded:
        yield f"- {_more(len(field.gaps.folded))}"


def _claim(view: ClaimView, words: int = GIST_WORDS) -> str:
    """The claim with its first quote: an attribution alone tells a reader nothing."""
    see = f" (see {esc(view.see)})" if view.see else ""
    quote = "" if see else view.said_within(words)
    said = f": “{esc(quote)}”" if quote else ""
    return f"{esc(view.lead)}{_chips(view.chips)}{said}{refs(view.cited)}{see}"


def _chips(chips: Iterable[Chip]) -> str:
    words = ", ".join(esc(chip.text) for chip in chips)
    return f" _({words})_" if words else ""


def _gap(view: GapView) -> Iterator[str]:
    gap = view.gap
    about = f" ({esc(gap.about)})" if gap.about else ""
    owner = f" Owner: {esc(gap.owner)}." if gap.owner else ""
    yield f"> **{gap.label}**{about} Ask {esc(titles.asked(gap.ask))}:{owner}"
    yield f"> {esc(gap.question)}"
    yield ""


def _conflict(view: ConflictView) -> Iterator[str]:
    conflict = view.conflict
    why = conflict.why if len(conflict.why.split()) <= WHY_WORDS else ""
    yield f"> **CONFLICT: {esc(conflict.topic)}** {esc(why)}".rstrip()
    yield ">"
    for side in view.shown:
        first = side.cited[0].citation
        said = f"“{esc(gist(first.quote, conflict.topic, SIDE_WORDS))}”"
        yield f"> - {said} {_voice(side.authority, first)}{refs(side.cited)}"
    if view.folded:
        yield f"> - also{refs(cited for side in view.folded for cited in side.cited)}"
    if conflict.owner or conflict.resolution:
        owner = f"Owner: {esc(conflict.owner)}. " if conflict.owner else ""
        resolved = f"Resolved: {esc(conflict.resolution)}" if conflict.resolution else ""
        yield from [">", f"> {owner}{resolved}"]
    yield ""


def _voice(authority: str, citation: Citation) -> str:
    """Whose word a side is and where it stands: `seller, 12 Mar 2026 call, 04:10, Ann Roe`; of a paper which one."""
    place = esc(citation.locator.label) if citation.speaker else ""
    return f"{esc(titles.voice(authority))}, {place}" if place else esc(authority)


def _tables(section: SectionView) -> Iterator[str]:
    tables = section.tables
    if tables.promises:
        yield from ["", "### The promises against the signed scope", ""]
        yield from _disputed(tables.promises.shown)
        for promise in tables.promises.shown:
            if promise.conflict is None:
                yield from _promise(promise)
        yield from _folded(tables.promises)
    yield from _risks(tables)
    yield from _objections(tables)
    if tables.people:
        yield from ["", "### People", ""]
        yield from [
            "| Name | Title | Side | Roles | Engagement |",
            "| --- | --- | --- | --- | --- |",
        ]
        for person in tables.people.shown:
            yield _person(person)
        yield from _folded(tables.people, "")
    yield from _counted(tables)
    if tables.timeline:
        yield from ["", "### The dates", ""]
        for event in tables.timeline.shown:
            cited = event.claim.cited if event.claim else ()
            home = f" ({esc(event.claim.home)})" if event.claim and event.claim.home else ""
            yield f"- **{esc(event.date)}** {esc(event.text)}{home}{refs(cited)}"
        yield from _folded(tables.timeline)


def _counted(tables: Tables) -> Iterator[str]:
    """What is only counted here and listed on the page: signs of growth, checklist, clauses."""
    if tables.expansion:
        kinds = ", ".join(dict.fromkeys(row.kind for row in tables.expansion.folded))
        yield from ["", f"Signs of growth: {len(tables.expansion.folded)} ({esc(kinds)})."]
    if tables.checklist:
        spoken = sum(row.claim is not None for row in tables.checklist)
        yield from ["", f"Security checklist: {spoken} of {len(tables.checklist)} spoken of."]
    if tables.clauses:
        yield from ["", f"Contractual commitments: {len(tables.clauses)} clauses, on the page."]


def _disputed(rows: Iterable[PromiseRow]) -> Iterator[str]:
    """One line for the promises that a conflict above shows with the clause against them."""
    found: dict[str, list[Cited]] = {}
    for row in rows:
        if row.conflict:
            found.setdefault(row.conflict.topic, []).extend(row.claim.cited)
    if found:
        about = "; ".join(f"{esc(topic)}{refs(cited)}" for topic, cited in found.items())
        yield f"- **{titles.SCOPE['contradicted']}**, see the conflicts: {about}"


def _promise(row: PromiseRow) -> Iterator[str]:
    promise = row.commitment
    facts = [
        promise.type,
        f"due {esc(day(promise.due))}" if promise.due else "",
        "said in the last push" if "last_push" in row.claim.claim.flags else "",
        f"reviewed by {esc(promise.reviewed_by)}" if promise.reviewed_by else "",
    ]
    against = f"clause{refs(row.clauses)}" if row.clauses else ""
    said = ", ".join(fact for fact in (*facts, against) if fact)
    yield f"- **{titles.SCOPE[promise.scope]}** {_claim(row.claim, ROW_WORDS)}: {said}"


def _risks(tables: Tables) -> Iterator[str]:
    if tables.risks:
        yield ""
        for row in tables.risks.shown:
            owner = f"owner {esc(row.risk.owner)}" if row.risk.owner else "no owner yet"
            kinds = f" ({esc(', '.join(row.risk.kinds))})" if row.risk.kinds else ""
            yield f"- **{row.risk.severity.capitalize()}**{kinds} {_claim(row.claim)}, {owner}"
        yield from _folded(tables.risks)


def _objections(tables: Tables) -> Iterator[str]:
    if tables.objections:
        yield ""
        for row in tables.objections.shown:
            about = ", ".join(part for part in (row.objection.kind, day(row.objection.at)) if part)
            kind = f" ({esc(about)})" if about else ""
            yield f"- **{row.objection.state.capitalize()}**{kind} {_claim(row.claim)}"
            if row.answer:
                yield f"  Answer: {_claim(row.answer)}"
        yield from _folded(tables.objections)


def _person(view: PersonView) -> str:
    person = view.person
    cells = [
        f"**{esc(person.name)}**{refs(view.cited)}",
        esc(person.title or ""),
        titles.SIDES[person.side],
        esc(", ".join(titles.words_of(role).lower() for role in person.roles)),
        esc(view.engagement),
    ]
    return f"| {' | '.join(cells)} |"


def _folded(rows: Rows[object], before: str = "- ") -> Iterator[str]:
    if rows.folded:
        yield from [*([] if before else [""]), before + _more(len(rows.folded))]


def _more(count: int) -> str:
    return f"_+{count} more_"


def _suggestions(view: Outline) -> Iterator[str]:
    if view.suggestions:
        yield from ["", "## Suggested by Baton, not found in the sources", ""]
        for suggestion in view.suggestions:
            basis = ", ".join(_basis(suggestion.basis))
            yield f"- {esc(suggestion.text)}{f' (rests on {basis})' if basis else ''}"


def _basis(basis: Iterable[BasisView]) -> Iterator[str]:
    """What a suggestion rests on: numbers of quotes; questions and conflicts stand above and are counted."""
    counted: Counter[str] = Counter()
    for one in basis:
        if one.cited:
            yield one.label
        else:
            counted[one.label.split(":")[0]] += 1
    for kind, count in counted.items():
        yield plural(count, esc(kind))


def _gates(brief: Brief) -> Iterator[str]:
    open_ = [gate for gate in brief.gates if not gate.passed]
    if open_:
        yield from ["", "## Before this can be accepted", ""]
        for gate in open_:
            yield f"- [ ] {esc(gate.id)}: {esc(gate.why)}"
