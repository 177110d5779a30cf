"""Tools that look: they read one account's evidence and change nothing. Each docstring is what a model reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.models import Segment
from indexer.search import AccountIndex
from tools.desk import Desk

RESULTS = 5
LINES = 30
_UNSHOWN = ("event", "quoted", "signature")

Query = Annotated[str, "a few words, or a question"]
Ref = Annotated[str, "an evidence number such as E7"]


def search_evidence(desk: Desk, query: Query) -> str:
    """Search all sources of this deal. Gives numbered evidence, best first."""
    desk.watch("searching", query)
    desk.searched.append(query)
    found = [e.segment for e in desk.index.search(query, 4 * RESULTS) if desk.allows(e.segment)]
    return _shown(desk, found[:RESULTS], "Nothing was found.")


def read_around(desk: Desk, ref: Ref) -> str:
    """Read a piece of evidence whole, with what stands before and after it."""
    segment = desk.refs.get(ref.strip().upper())
    if segment is None:
        return f"There is no evidence {ref!r}. Numbers so far: E1 to E{len(desk.refs)}."
    desk.watch("reading", f"{segment.artifact}, {segment.locator.label}")
    run = [s for s in desk.index.around(segment) if desk.allows(s)]
    return _shown(desk, run, "Nothing stands around it.")


def crm_record(
    desk: Desk, about: Annotated[str, "what to look for, such as: amount, close date, owner"]
) -> str:
    """Look up fields of the CRM record of this deal."""
    desk.watch("searching", f"CRM: {about}")
    return _shown(
        desk,
        _of_kind(desk, about, lambda index, s: index.artifacts[s.artifact].kind == "crm"),
        "The CRM record says nothing of it.",
    )


def scope_clauses(
    desk: Desk, about: Annotated[str, "the topic, such as: renewal, training, price"]
) -> str:
    """Find clauses of the signed documents on a topic."""
    desk.watch("searching", f"signed scope: {about}")

    def signed(index: AccountIndex, segment: Segment) -> bool:
        return index.artifacts[segment.artifact].authority in (ORDER_FORM, AGREEMENT)

    return _shown(desk, _of_kind(desk, about, signed), "No signed document speaks of it.")


def list_artifacts(desk: Desk) -> str:
    """List the sources of this deal: kind, date, title."""
    desk.watch("reading", "list of sources")
    rows = sorted((a.kind, str(a.date or "")[:10], a.title) for a in desk.index.artifacts.values())
    return desk.data(_few([" | ".join(row) for row in rows]))


def timeline(desk: Desk) -> str:
    """List what happened when: calls, mails, meetings and papers by date."""
    desk.watch("reading", "timeline")
    dated = [(str(a.date)[:10], a.kind, a.title) for a in desk.index.artifacts.values() if a.date]
    return desk.data(_few([" | ".join(row) for row in sorted(dated)]))


def people(desk: Desk) -> str:
    """List the people of this deal: name, side, title, roles."""
    desk.watch("reading", "people")
    rows = [
        f"{p.name} | {p.side} | {p.title or '-'} | {', '.join(p.roles) or '-'}" for p in desk.people
    ]
    return desk.data(_few(rows))


def _of_kind(
    desk: Desk, about: str, wanted: Callable[[AccountIndex, Segment], bool]
) -> list[Segment]:
    scores = desk.index.score(about)
    order = sorted(range(len(scores)), key=lambda i: -float(scores[i]))
    segments = (desk.index.segments[i] for i in order)
    found = [
        s
        for s in segments
        if wanted(desk.index, s) and s.role not in (*_UNSHOWN, "heading") and desk.allows(s)
    ]
    return found[:RESULTS]


def _shown(desk: Desk, segments: list[Segment], nothing: str) -> str:
    if not segments:
        return nothing
    return desk.data(desk.entry(s) for s in segments if s.role not in _UNSHOWN)


def _few(rows: list[str]) -> list[str]:
    cut = [row[:110] for row in rows[:LINES]]
    return cut if len(rows) <= LINES else [*cut, f"and {len(rows) - LINES} more"]


__all__ = [
    "crm_record", "list_artifacts", "people", "read_around", "scope_clauses", "search_evidence", "timeline",
]  # fmt: skip
