"""The health of a deal's sources: what is there and missing, what can't be resolved, what is signed and why.

Composed from the record alone, for `baton status`. Says facts about sources, never about the deal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from indexer.days import day_of
from indexer.models import Account, Artifact, Execution, Frozen, NotRead, Person, Segment, Side
from indexer.names import is_generic
from indexer.readers.fields import MATTER
from indexer.store import Store

EXPECTED = {
    "crm": "no CRM export",
    "call": "no call transcript",
    "mail": "no e-mail",
    "chat": "no chat",
    "contract": "no contract or order form",
    "invite": "no calendar invite",
}
"""Kinds that a deal leaves behind, and what it means that one is missing."""
ESSENTIAL = ("crm", "call", "mail", "contract")
NO_TRANSCRIPT = "no transcript"
_MEETING_RECORDS = ("event", "meeting", "call")


class SystemHealth(Frozen):
    """What one system gave."""

    system: str
    artifacts: int
    segments: int
    newest: datetime | date | None = None
    newest_artifact: str | None = None


class EmptyField(Frozen):
    """A CRM field that a handoff asks for and that is empty."""

    field: str
    record: str | None = None
    """Path of the deal's record; None if no record could hold it."""


class CallWithoutTranscript(Frozen):
    """A meeting that took place by a calendar, CRM or recorder, and of which there are no words."""

    title: str
    day: date | None
    artifact: str
    by: str


class UnresolvedSpeaker(Frozen):
    """Somebody who speaks and of whom name or side is not known."""

    label: str
    artifacts: tuple[str, ...]
    segments: int
    why: str


class SignedPaper(Frozen):
    """A contract, whether it counts as signed scope, and why."""

    artifact: str
    title: str
    execution: Execution
    why: str
    date: datetime | date | None = None
    in_scope: bool = False
    superseded_by: str | None = None
    amends: str | None = None


class Listed(Frozen):
    """Something about an artifact: dates, fields."""

    artifact: str
    what: tuple[str, ...]


class SourceHealth(Frozen):
    """Everything that `baton status` says of an account's sources."""

    account: Account
    systems: tuple[SystemHealth, ...]
    kinds: dict[str, int]
    missing_kinds: tuple[str, ...]
    missing: dict[str, str]
    """Kind of source -> what is missing."""
    empty_fields: tuple[EmptyField, ...]
    calls_without_transcript: tuple[CallWithoutTranscript, ...]
    kind_unknown: tuple[str, ...]
    date_unknown: tuple[str, ...]
    """CRM records apart: contacts and roles are of no day."""
    not_read: tuple[NotRead, ...]
    unresolved_speakers: tuple[UnresolvedSpeaker, ...]
    undecided_people: dict[str, str]
    """People and labels without a side or a person -> why."""
    ambiguous_dates: tuple[Listed, ...]
    outdated_contacts: tuple[Person, ...]
    unmapped_fields: tuple[Listed, ...]
    duplicates: tuple[tuple[str, str], ...]
    forwarded: tuple[tuple[str, str], ...]
    """Mails that repeat another mail, which stands in the record itself."""
    contracts: tuple[SignedPaper, ...]
    sides: dict[str, str]
    people: tuple[Person, ...]

    @property
    def executed(self) -> tuple[str, ...]:
        """Paths of the papers that are signed scope."""
        return tuple(p.artifact for p in self.contracts if p.in_scope)


def _systems(
    artifacts: Sequence[Artifact], segments: Sequence[Segment]
) -> tuple[SystemHealth, ...]:
    by_system: dict[str, list[Artifact]] = defaultdict(list)
    count: dict[str, int] = defaultdict(int)
    for artifact in artifacts:
        by_system[artifact.system].append(artifact)
    for segment in segments:
        count[segment.artifact] += 1
    found = []
    for system, held in sorted(by_system.items()):
        dated = [a for a in held if a.date is not None]
        newest = max(dated, key=lambda a: (day_of(a.date) or date.min, str(a.date)), default=None)
        found.append(
            SystemHealth(
                system=system, artifacts=len(held), segments=sum(count[a.path] for a in held),
                newest=newest.date if newest else None, newest_artifact=newest.path if newest else None,
            )
        )  # fmt: skip
    return tuple(found)


def _empty_fields(
    account: Account, artifacts: Sequence[Artifact], people: Sequence[Person]
) -> Iterable[EmptyField]:
    """CRM fields that matter and are empty on the deal's record; contact roles over all people."""
    deals = [
        a for a in artifacts
        if a.kind == "crm" and a.meta.get("record_type", "").lower() in ("opportunity", "deal")
    ]  # fmt: skip
    if not any(a.kind == "crm" for a in artifacts):
        return
    roles = {
        role.removeprefix("contact role: ").lower()
        for p in people
        for role in p.roles
        if role.startswith("contact role: ")
    }
    decides = any("decision" in r or "buyer" in r or "entscheid" in r for r in roles)
    for term, words in MATTER.items():
        filled = [a for a in deals if a.meta.get(term)]
        if filled or (term == "decision_maker" and decides):
            continue
        yield EmptyField(field=words, record=deals[0].path if deals else None)
    if not roles:
        yield EmptyField(field="contact roles", record=deals[0].path if deals else None)


def _took_place(artifact: Artifact, until: date) -> str | None:
    """Which system says that a meeting took place; None for anything else, and for what lies ahead."""
    day = day_of(artifact.date)
    if day is None or day > until or artifact.meta.get("cancelled"):
        return None
    if artifact.kind == "invite":
        return "calendar"
    if artifact.meta.get("record_type", "").lower() in _MEETING_RECORDS:
        return artifact.system
    return None


def _calls_without_transcript(
    artifacts: Sequence[Artifact], not_read: Sequence[NotRead]
) -> Iterable[CallWithoutTranscript]:
    """Meetings of whose day, the day before or after (time zones) included, there is no call."""
    spoken = {
        d
        for a in artifacts
        if a.kind == "call" and a.meta.get("summary") != "true" and (d := day_of(a.date))
    }
    said = [d for a in artifacts if a.kind not in ("invite", "contract") and (d := day_of(a.date))]
    until = max(said, default=date.min)
    seen: set[tuple[str, date | None]] = set()
    for artifact in artifacts:
        by, day = _took_place(artifact, until), day_of(artifact.date)
        if by is None or day is None or day in spoken or (artifact.title, day) in seen:
            continue
        near = {day - timedelta(days=1), day + timedelta(days=1)} & spoken
        if near and not (isinstance(artifact.date, datetime) and 3 <= artifact.date.hour <= 20):
            continue
        seen.add((artifact.title, day))
        yield CallWithoutTranscript(title=artifact.title, day=day, artifact=artifact.path, by=by)
    summaries = {a.path.removesuffix("/summary"): a for a in artifacts}
    for failure in not_read:
        if NO_TRANSCRIPT in failure.why:
            held = summaries.get(failure.path)
            day = day_of(held.date) if held else None
            title = held.title if held else failure.path
            yield CallWithoutTranscript(title=title, day=day, artifact=failure.path, by="recorder")


def _unresolved(
    segments: Sequence[Segment], doubts: dict[str, str]
) -> tuple[UnresolvedSpeaker, ...]:
    held: dict[str, list[Segment]] = defaultdict(list)
    for s in segments:
        if (
            s.speaker
            and s.role not in ("event", "quoted")
            and (s.person is None or s.side == "unknown")
        ):
            held[s.person or s.speaker].append(s)
    found = []
    for label, own in held.items():
        sides: set[Side] = {s.side for s in own}
        why = doubts.get(label) or ("a recorder's name for a voice" if is_generic(label) else "")
        why = why or (
            "no source knows this name" if own[0].person is None else "nothing tells the side"
        )
        if sides == {"customer"} or sides == {"vendor"}:
            why += f" (side {sides.pop()} by what they say)"
        paths = tuple(dict.fromkeys(s.artifact for s in own))
        found.append(UnresolvedSpeaker(label=label, artifacts=paths, segments=len(own), why=why))
    return tuple(sorted(found, key=lambda u: (-u.segments, u.label)))


def _contracts(artifacts: Sequence[Artifact]) -> tuple[SignedPaper, ...]:
    papers = [
        SignedPaper(
            artifact=a.path, title=a.title, execution=a.execution, why=a.meta.get("execution_why", ""), date=a.date,
            in_scope=a.execution == "executed" and "superseded_by" not in a.meta,
            superseded_by=a.meta.get("superseded_by"), amends=a.meta.get("amends"),
        )
        for a in artifacts if a.kind == "contract"
    ]  # fmt: skip
    return tuple(sorted(papers, key=lambda p: (not p.in_scope, p.artifact)))


def _listed(artifacts: Sequence[Artifact], key: str) -> tuple[Listed, ...]:
    return tuple(
        Listed(artifact=a.path, what=tuple(a.meta[key].split("; ")))
        for a in artifacts
        if a.meta.get(key)
    )


def source_health(store: Store, slug: str) -> SourceHealth:
    """The health of an account's sources. Raises UnknownAccount."""
    account = store.account(slug)
    artifacts, segments = store.artifacts(slug), store.segments(slug)
    people, duplicates, not_read, sides = store.extra(slug)
    doubts = store.doubts(slug)
    kinds: dict[str, int] = defaultdict(int)
    for artifact in artifacts:
        kinds[artifact.kind] += 1
    return SourceHealth(
        account=account,
        systems=_systems(artifacts, segments),
        kinds=dict(sorted(kinds.items())),
        missing_kinds=tuple(k for k in ESSENTIAL if not kinds.get(k)),
        missing={kind: words for kind, words in EXPECTED.items() if not kinds.get(kind)},
        empty_fields=tuple(_empty_fields(account, artifacts, people)),
        calls_without_transcript=tuple(_calls_without_transcript(artifacts, not_read)),
        kind_unknown=tuple(a.path for a in artifacts if a.kind == "document"),
        date_unknown=tuple(a.path for a in artifacts if a.date is None and a.kind != "crm"),
        not_read=tuple(not_read),
        unresolved_speakers=_unresolved(segments, doubts),
        undecided_people=doubts,
        ambiguous_dates=_listed(artifacts, "ambiguous_dates"),
        outdated_contacts=tuple(p for p in people if p.outdated),
        unmapped_fields=_listed(artifacts, "unmapped_fields"),
        duplicates=tuple(duplicates),
        forwarded=tuple((a.path, a.meta["forwards"]) for a in artifacts if a.meta.get("forwards")),
        contracts=_contracts(artifacts),
        sides=sides,
        people=tuple(people),
    )
