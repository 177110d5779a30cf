"""Owns the calls side of Gong: parties, CRM context, machine summaries and colleagues' comments.

Accepts `/v2/calls/extensive`, the flat `/v2/calls`, and flat calls saved with their parties.
`speakerId` (not `id`) joins a party to the transcript; an affiliation other than Internal or
External says nothing about the side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexer.models import MomentLocator, Participant, RawArtifact, RawSegment, Side
from indexer.readers.exported import dicts
from indexer.readers.transcripts import Piece, clock, day, seconds, segments

_SIDES: dict[str, Side] = {"Internal": "vendor", "External": "customer"}
_FACTS = {
    ("Opportunity", "StageName"): "stage",
    ("Opportunity", "CloseDate"): "close_date",
    ("Opportunity", "Amount"): "amount",
    ("Account", "Name"): "account_name",
    ("Account", "Website"): "account_domain",
}
_MENTION = re.compile(r"@\[([^\]]{1,200})\]\((\d{1,30})\)")


@dataclass(frozen=True)
class Call:
    """One call as a calls file describes it."""

    id: str
    title: str
    started: datetime | None = None
    duration: float | None = None
    url: str | None = None
    participants: tuple[Participant, ...] = ()
    parties: tuple[Mapping[str, Any], ...] = ()
    content: Mapping[str, Any] | None = None
    context: tuple[Mapping[str, Any], ...] = ()
    comments: tuple[Mapping[str, Any], ...] = ()

    def speaker(self, speaker_id: str) -> Participant | None:
        """The party who speaks under this id."""
        for party, participant in zip(self.parties, self.participants, strict=True):
            if speaker_id and str(party.get("speakerId") or "") == speaker_id:
                return participant
        return None


def calls_in(rows: Sequence[Mapping[str, Any]]) -> tuple[Call, ...]:
    """The calls of a calls file."""
    return tuple(map(_call, rows))


def _call(item: Mapping[str, Any]) -> Call:
    inner = item.get("metaData")
    facts = inner if isinstance(inner, dict) else item
    parties = tuple(dicts(item.get("parties")))
    content = item.get("content")
    collaboration = item.get("collaboration")
    duration = facts.get("duration")
    call_id = str(facts.get("id") or facts.get("callId") or "")
    return Call(
        id=call_id,
        title=str(facts.get("title") or f"Gong call {call_id}"),
        started=_time(facts.get("started") or facts.get("scheduled")),
        duration=float(duration) if isinstance(duration, int | float) else None,
        url=str(facts["url"]) if facts.get("url") else None,
        participants=tuple(_participant(party) for party in parties),
        parties=parties,
        content=content if isinstance(content, dict) else None,
        context=tuple(dicts(item.get("context"))),
        comments=tuple(dicts(collaboration.get("publicComments")))
        if isinstance(collaboration, dict)
        else (),
    )


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _participant(party: Mapping[str, Any]) -> Participant:
    email = party.get("emailAddress") or None
    name = party.get("name") or email or "Unknown speaker"
    methods = party.get("methods")
    return Participant(
        name=str(name),
        email=str(email) if email else None,
        system_id=str(party["userId"]) if party.get("userId") else None,
        title=str(party["title"]) if party.get("title") else None,
        side=_SIDES.get(str(party.get("affiliation"))),
        role=str(methods[-1]).lower() if isinstance(methods, list) and methods else None,
    )


def people(calls: Sequence[Call]) -> tuple[Participant, ...]:
    """Everyone of all calls, once; a role on one call says nothing about the deal."""
    found: dict[str, Participant] = {}
    for call in calls:
        for person in call.participants:
            found.setdefault(person.email or person.name, person.model_copy(update={"role": None}))
    return tuple(found.values())


def facts(calls: Sequence[Call]) -> dict[str, str]:
    """Account facts of the CRM context; what is true now beats what was true at the call."""
    found: dict[str, str] = {}
    current: set[str] = set()
    for call in calls:
        for kind, name, value, timing in _fields(call):
            fact = _FACTS.get((kind, name))
            if fact and value and (fact not in current or timing != "TimeOfCall"):
                found[fact] = value
                if timing != "TimeOfCall":
                    current.add(fact)
    domains = [
        person.email.rsplit("@", 1)[-1].lower()
        for call in calls
        for person in call.participants
        if person.side == "vendor" and person.email
    ]
    if domains:
        found["vendor_domain"] = max(set(domains), key=domains.count)
    return found


def _fields(call: Call) -> Iterator[tuple[str, str, str, str]]:
    for system in call.context:
        for thing in dicts(system.get("objects")):
            for field in dicts(thing.get("fields")):
                value = field.get("value")
                yield (
                    str(thing.get("objectType")),
                    str(field.get("name")),
                    "" if value is None else str(value),
                    str(thing.get("timing")),
                )


def users(calls: Sequence[Call]) -> dict[str, Participant]:
    """Gong's users (the vendor's people) by id, as parties and mentions name them."""
    texts = (str(comment.get("comment")) for call in calls for comment in call.comments)
    mentions = (found for text in texts for found in _MENTION.finditer(text))
    named = {m[2]: Participant(name=m[1], system_id=m[2], side="vendor") for m in mentions}
    parties = (person for call in calls for person in call.participants)
    return named | {person.system_id: person for person in parties if person.system_id}


def summary(path: str, call: Call, known: Mapping[str, Participant]) -> tuple[RawArtifact, ...]:
    """What is written of a call, as an artifact of its own: the machine summary, then comments."""
    pieces = list(_summary_pieces(call)) if call.content else []
    machine = segments(pieces, call.started, role="summary")
    written = tuple(_comments(call, known))
    if not machine and not written:
        return ()
    artifact = RawArtifact(
        path=path,
        kind="call",
        system="gong",
        title=f"{call.title} (Gong {'summary' if machine else 'comments'})",
        date=call.started,
        participants=call.participants,
        segments=(*machine, *written),
        meta={"call_id": call.id} | ({"summary": "true"} if machine else {}),
    )
    return (artifact,)


def _comments(call: Call, known: Mapping[str, Participant]) -> Iterator[RawSegment]:
    """Notes on the recording: only users of Gong, the vendor's people, can write and see them."""
    for comment in call.comments:
        text = _MENTION.sub(r"@\1", str(comment.get("comment") or "")).strip()
        if not text:
            continue
        own = str(comment.get("commenterUserId") or "")
        writer = known.get(own) or Participant(name=f"Gong user {own}".strip(), system_id=own)
        start = _number(comment, "audioStartTime")
        place = f"internal comment at {clock(start)}" if start is not None else "internal comment"
        label = ", ".join((f"{day(call.started)} call".strip(), place, writer.name))
        yield RawSegment(
            text=text,
            locator=MomentLocator(
                seconds=start,
                end=_number(comment, "audioEndTime"),
                speaker=writer.name,
                label=label,
            ),
            speaker=writer.name,
            speaker_id=writer.email or own or None,
            side="vendor",
            at=_time(comment.get("posted")) or call.started,
        )


def _summary_pieces(call: Call) -> Iterator[Piece]:
    content = call.content or {}
    if content.get("brief"):
        yield Piece(str(content["brief"]).strip())
    for point in dicts(content.get("keyPoints")):
        if point.get("text"):
            yield Piece(str(point["text"]).strip())
    for block in dicts(content.get("highlights")):
        for item in dicts(block.get("items")):
            if item.get("text"):
                yield Piece(f"{block.get('title') or 'Highlight'}: {item['text']}".strip())
    outcome = content.get("callOutcome")
    outcome = outcome.get("name") if isinstance(outcome, dict) else outcome
    if outcome:
        yield Piece(f"Call outcome: {outcome}")
    for part in dicts(content.get("outline")):
        items = [str(item["text"]) for item in dicts(part.get("items")) if item.get("text")]
        if items:
            yield Piece(f"{part.get('section')}: " + " ".join(items), _number(part, "startTime"))
    yield from _action_items(call, content)


def _action_items(call: Call, content: Mapping[str, Any]) -> Iterator[Piece]:
    points = content.get("pointsOfInterest")
    names = {str(p.get("id")): str(p.get("name")) for p in call.parties if p.get("name")}
    for item in dicts(points.get("actionItems")) if isinstance(points, dict) else ():
        if item.get("snippet"):
            start, end = _number(item, "snippetStartTime"), _number(item, "snippetEndTime")
            speaker = names.get(str(item.get("speakerID")))
            yield Piece(f"Action item: {item['snippet']}", start, end, speaker)


def _number(item: Mapping[str, Any], key: str) -> float | None:
    return seconds(item.get(key))
