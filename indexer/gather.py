"""Gathers everybody whom a deal's sources name, the surest namings first, and the speakers of its calls and chats."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.models import Participant, Reading
from indexer.names import read_label, words_of
from indexer.people import Naming, People


def namings_of(readings: Iterable[tuple[str, Reading]]) -> list[Naming]:
    """Every naming of a person that directories and participant lists give, the surest first."""
    found: list[Naming] = []
    for path, reading in readings:
        system = next((a.system for a in reading.artifacts), "") or _system_of(path)
        found += [Naming(p, system) for p in reading.people]
        for artifact in reading.artifacts:
            found += [Naming(p, artifact.system, artifact.path) for p in artifact.participants]
    return sorted(
        found,
        key=lambda n: (
            n.participant.email is None,
            n.participant.system_id is None,
            n.place is not None,
            len(words_of(read_label(n.participant.name).name)) < 2,
        ),
    )


def _system_of(path: str) -> str:
    """The system of a file that holds people only, told by its folders."""
    low = path.lower()
    return next(
        (s for s in ("slack", "hubspot", "salesforce", "gong") if s in low),
        "slack" if low.endswith("users.json") else "",
    )


def gather_people(readings: Iterable[tuple[str, Reading]]) -> People:
    """All people any source names, merged; what stays open is in `doubts`."""
    people = People()
    held = list(readings)
    namings = namings_of(held)
    people.note_shared(namings)
    for n in namings:
        people.add(n.participant, n.system, n.place)
    for _, reading in held:
        for artifact in reading.artifacts:
            for s in artifact.segments:
                if not s.speaker:
                    continue
                known = people.find(s.speaker, s.speaker_id, artifact.path, artifact.system)
                if known is not None or s.speaker in people.doubts:
                    continue
                address = s.speaker_id if s.speaker_id and "@" in s.speaker_id else None
                own_id = None if address else s.speaker_id
                said = Participant(name=s.speaker, email=address, system_id=own_id, side=s.side)
                people.add(said, artifact.system, artifact.path)
    people.settle()
    return people
