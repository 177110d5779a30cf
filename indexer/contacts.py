"""The resolved people with what was counted of them: calls, mails, messages, when last seen, and whether that is long ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from indexer.days import day_of
from indexer.manifest import Manifest
from indexer.models import Artifact, Person, Segment
from indexer.people import People


@dataclass
class _Seen:
    """Where one person was heard or met."""

    places: dict[str, set[str]] = field(default_factory=dict)
    last: date | None = None
    last_contact: date | None = None
    """In a mail or call, as speaker, sender, recipient or attendee."""

    def at(self, day: date | None, contact: bool) -> None:
        if day is None:
            return
        self.last = max(day, self.last or day)
        if contact:
            self.last_contact = max(day, self.last_contact or day)


def outdated_before(
    manifest: Manifest, close_date: date | None, artifacts: Sequence[Artifact]
) -> date | None:
    """The day since which a contact must have been seen; None where nothing tells one.

    deal.yaml's day, else so many days before the deal closed, else before the newest mail or call.
    """
    if manifest.outdated_before:
        return manifest.outdated_before
    days = [d for a in artifacts if a.kind in ("mail", "call") and (d := day_of(a.date))]
    if not days:
        return None
    return (close_date or max(days)) - timedelta(days=manifest.outdated_after_days)


def _sightings(
    people: People, artifacts: Sequence[Artifact], segments: Sequence[Segment]
) -> dict[str, _Seen]:
    by_path = {a.path: a for a in artifacts}
    seen: dict[str, _Seen] = {}
    for s in segments:
        if s.person and s.role not in ("quoted", "event"):
            artifact = by_path[s.artifact]
            held = seen.setdefault(s.person, _Seen())
            place = s.id if artifact.kind == "chat" else s.artifact
            held.places.setdefault(artifact.kind, set()).add(place)
            held.at(day_of(s.at), artifact.kind in ("mail", "call"))
    for artifact in artifacts:
        if artifact.kind in ("mail", "call"):
            for p in artifact.participants:
                human = people.find(p.name, p.email or p.system_id, artifact.path, artifact.system)
                if human is not None:
                    seen.setdefault(human.name, _Seen()).at(day_of(artifact.date), True)
    return seen


def people_of(
    people: People,
    artifacts: Sequence[Artifact],
    segments: Sequence[Segment],
    seen_since: date | None,
) -> list[Person]:
    """The resolved people with what was counted of them.

    A CRM contact of the customer who was in no mail and no call since `seen_since` is outdated.
    """
    seen = _sightings(people, artifacts, segments)
    found = []
    for human in people.humans:
        here = seen.get(human.name, _Seen())
        if "@" in human.name or not (here.places or human.roles or human.emails):
            continue
        late = here.last_contact is None or (
            seen_since is not None and here.last_contact < seen_since
        )
        count = {kind: len(places) for kind, places in here.places.items()}
        found.append(
            Person(
                name=human.name, side=human.side, title=human.title,
                emails=tuple(sorted(human.emails)), aliases=tuple(sorted(human.aliases - {human.name})),
                roles=tuple(sorted(human.roles)), calls=count.get("call", 0), mails=count.get("mail", 0),
                messages=count.get("chat", 0), last_seen=here.last,
                outdated=bool(human.contact and human.side != "vendor" and seen_since and late),
            )
        )  # fmt: skip
    return found
