"""Reader for calendar invites (`.ics`): one artifact per event.

Format: iCalendar (RFC 5545), read by the icalendar package. Series are not expanded: the rule is
shown as it is. An answer (METHOD:REPLY) is kept as an event line, not as a meeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import icalendar
from icalendar.error import BrokenCalendarProperty

from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, Participant, RawArtifact, RawSegment, Reading, Role
from indexer.readers.base import Source, Sources
from indexer.readers.crm import MARKUP
from indexer.readers.text import decode, html_to_text

MAX_EVENTS = 2000


class CalendarReader:
    """Calendar invites and exports."""

    name = "Calendar invite (.ics)"
    version = 1

    def recognises(self, source: Source) -> bool:
        return source.suffix in (".ics", ".ical") or source.content.lstrip().startswith(
            b"BEGIN:VCALENDAR"
        )

    def read(self, source: Source, sources: Sources) -> Reading:
        try:
            calendars = icalendar.Calendar.from_ical(decode(source.content), multiple=True)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise UnreadableFile(f"not a readable calendar file: {error}") from error
        found = [
            (event, str(calendar.get("METHOD") or "").upper())
            for calendar in calendars
            for event in calendar.walk("VEVENT")
        ]
        if not found:
            raise UnreadableFile("holds no event")
        newest = _newest(found[:MAX_EVENTS])
        many = len(newest) > 1
        return Reading(
            artifacts=tuple(
                _artifact(f"{source.path}!/{key}" if many else source.path, event, method)
                for key, (event, method) in newest.items()
            )
        )


def _newest(found: list[tuple[Any, str]]) -> dict[str, tuple[Any, str]]:
    """Of the same event (and the same occurrence of a series) the highest SEQUENCE."""
    newest: dict[str, tuple[Any, str]] = {}
    for number, (event, method) in enumerate(found, 1):
        own_id = str(event.get("UID") or f"event-{number}").replace("/", "_")
        occurrence = _moment(event, "RECURRENCE-ID")
        key = f"{own_id}~{occurrence:%Y%m%d}" if occurrence else own_id
        held = newest.get(key)
        if held is None or _sequence(event) >= _sequence(held[0]):
            newest[key] = (event, method)
    return newest


def _sequence(event: Any) -> int:
    text = str(event.get("SEQUENCE") or "0")
    return int(text) if text.isdigit() else 0


def _moment(event: Any, name: str) -> datetime | date | None:
    """A time of the event: UTC where its zone is known, the local time where it is not, a date for
    an event that lasts all day."""
    held = event.get(name)
    try:
        value = getattr(held, "dt", None)
    except BrokenCalendarProperty:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    return value if isinstance(value, date) else None


def _artifact(path: str, event: Any, method: str) -> RawArtifact:
    own_id = str(event.get("UID") or "")
    start = _moment(event, "DTSTART")
    # A naive time can't be ordered among aware ones; the shown text keeps the hour.
    at = start.date() if isinstance(start, datetime) and start.tzinfo is None else start
    summary = str(event.get("SUMMARY") or "").strip()
    label = f"invite {start.day} {start:%b %Y}" if start else "invite"
    people = tuple(_people(event))
    organiser = next((person for person in people if person.role == "organiser"), None)
    segments = tuple(
        RawSegment(
            text=text,
            locator=MessageLocator(
                id=own_id, time=start.isoformat() if start else None, paragraph=number, label=label
            ),
            speaker=organiser.name if organiser and role == "body" else None,
            speaker_id=organiser.email if organiser and role == "body" else None,
            at=at,
            role=role,
        )
        for number, (text, role) in enumerate(_texts(event, method, people))
    )
    status = str(event.get("STATUS") or "").upper()
    cancelled = method == "CANCEL" or status == "CANCELLED"
    meta = {
        "uid": own_id,
        "method": method,
        "status": status,
        "cancelled": "true" if cancelled else "",
    }
    return RawArtifact(
        path=path,
        kind="invite",
        system="calendar",
        title=summary or "(no subject)",
        date=at,
        participants=people,
        segments=segments,
        meta={name: value for name, value in meta.items() if value},
    )


def _texts(event: Any, method: str, people: tuple[Participant, ...]) -> Iterator[tuple[str, Role]]:
    yield str(event.get("SUMMARY") or "(no subject)").strip(), "heading"
    if method == "CANCEL" or str(event.get("STATUS") or "").upper() == "CANCELLED":
        yield "Cancelled", "event"
    if method == "REPLY":
        answers = (f"{p.name}: {p.role}" for p in people if p.role != "organiser")
        yield "Answer to the invite: " + ", ".join(answers), "event"
    if when := _when(event):
        yield f"When: {when}", "field"
    if isinstance(rule := event.get("RRULE"), icalendar.vRecur):
        yield f"Repeats: {rule.to_ical().decode()}", "field"
    for paragraph in _paragraphs(event):
        yield paragraph, "body"
    if location := str(event.get("LOCATION") or "").strip():
        yield f"Location: {location}", "field"
    for person in people:
        if person.role == "organiser":
            yield f"Organiser: {person.name}", "field"


def _when(event: Any) -> str:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    if start is None:
        return ""
    if not isinstance(start, datetime):
        return f"{start:%Y-%m-%d}, all day"
    zone = " UTC" if start.tzinfo else " (time zone unknown)"
    until = f" to {end:%H:%M}" if isinstance(end, datetime) and end.date() == start.date() else ""
    return f"{start:%Y-%m-%d %H:%M}{until}{zone}"


def _paragraphs(event: Any) -> list[str]:
    text = str(event.get("DESCRIPTION") or "")
    if not text.strip():
        text = str(event.get("X-ALT-DESC") or "")
    if MARKUP.search(text):
        text = html_to_text(text.replace("\n", "<br>"))
    text = text.replace("\r\n", "\n").replace("\u00a0", " ")
    blocks = re.split(r"\n\s*\n", text)
    return [
        "\n".join(row.strip() for row in block.split("\n")).strip()
        for block in blocks
        if block.strip()
    ]


def _people(event: Any) -> Iterator[Participant]:
    """Organiser and attendees; rooms and other resources are no people."""
    for name, default in (("ORGANIZER", "organiser"), ("ATTENDEE", "attendee")):
        held = event.get(name)
        for each in held if isinstance(held, list) else [held] if held is not None else []:
            params = getattr(each, "params", {})
            if str(params.get("CUTYPE") or "").upper() in ("RESOURCE", "ROOM"):
                continue
            address = re.sub(r"^mailto:", "", str(each).strip(), flags=re.I)
            mail = address.lower() if "@" in address else None
            shown = str(params.get("CN") or "").strip('" ') or address
            answer = str(params.get("PARTSTAT") or "").lower()
            role = f"attendee: {answer}" if default == "attendee" and answer else default
            if shown:
                yield Participant(name=shown, email=mail, role=role)


reader = CalendarReader()
