"""Calendar reader on small invites made up here."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from indexer.errors import UnreadableFile
from indexer.models import RawArtifact
from indexer.readers import calendar
from indexer.readers.base import Source, SourceMap

EVENT = (
    "UID:e1\nSUMMARY:Kickoff\nDTSTART:20260311T150000Z\nDTEND:20260311T160000Z\n"
    "ORGANIZER;CN=Ann Lee:mailto:Ann@v.example\n"
)


def read(*events: str, method: str = "REQUEST") -> tuple[RawArtifact, ...]:
    body = "".join(f"BEGIN:VEVENT\n{event}END:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:{method}\n{body}END:VCALENDAR\n"
    source = Source("k.ics", text.replace("\n", "\r\n").encode())
    assert calendar.reader.recognises(source)
    return calendar.reader.read(source, SourceMap({})).artifacts


def texts(artifact: RawArtifact) -> list[str]:
    return [segment.text for segment in artifact.segments]


def test_invite() -> None:
    (artifact,) = read(
        EVENT
        + "DESCRIPTION:Hi all\\,\\n\\nAgenda:\\n1. Hellos\\n2. Plan\nLOCATION:Zoom\n"
        + "ATTENDEE;CN=Jo Roe;PARTSTAT=DECLINED:MAILTO:jo@acme.example\n"
        + "ATTENDEE;CUTYPE=RESOURCE;CN=Room 4:mailto:room4@v.example\n"
    )
    assert texts(artifact) == [
        "Kickoff",
        "When: 2026-03-11 15:00 to 16:00 UTC",
        "Hi all,",
        "Agenda:\n1. Hellos\n2. Plan",
        "Location: Zoom",
        "Organiser: Ann Lee",
    ]
    assert (artifact.path, artifact.kind, artifact.title) == ("k.ics", "invite", "Kickoff")
    assert artifact.date == datetime(2026, 3, 11, 15, tzinfo=UTC)
    assert [(p.name, p.email, p.role) for p in artifact.participants] == [
        ("Ann Lee", "ann@v.example", "organiser"),
        ("Jo Roe", "jo@acme.example", "attendee: declined"),
    ]
    assert artifact.segments[2].speaker_id == "ann@v.example"
    assert artifact.segments[2].locator.label == "invite 11 Mar 2026"


def test_cancelled() -> None:
    (artifact,) = read(EVENT, method="CANCEL")
    assert "Cancelled" in texts(artifact)
    assert artifact.meta["cancelled"] == "true"


def test_answer_is_an_event() -> None:
    (artifact,) = read(
        EVENT + "ATTENDEE;CN=Jo;PARTSTAT=ACCEPTED:mailto:jo@x.example\n", method="REPLY"
    )
    assert "Answer to the invite: Jo: attendee: accepted" in texts(artifact)


def test_all_day_stays_a_date() -> None:
    (artifact,) = read("UID:e\nSUMMARY:Freeze\nDTSTART;VALUE=DATE:20260406\n")
    assert artifact.segments[0].at == date(2026, 4, 6)
    assert "When: 2026-04-06, all day" in texts(artifact)


def test_unknown_zone_gives_the_day_only() -> None:
    (artifact,) = read("UID:e\nSUMMARY:x\nDTSTART;TZID=Nowhere/Land:20260406T100000\n")
    assert artifact.segments[0].at == date(2026, 4, 6)
    assert "When: 2026-04-06 10:00 (time zone unknown)" in texts(artifact)


def test_windows_zone_name() -> None:
    (artifact,) = read("UID:e\nSUMMARY:x\nDTSTART;TZID=Eastern Standard Time:20260106T100000\n")
    assert artifact.date == datetime(2026, 1, 6, 15, tzinfo=UTC)


def test_higher_sequence_replaces() -> None:
    (artifact,) = read(EVENT + "SEQUENCE:1\n", EVENT.replace("Kickoff", "Old") + "SEQUENCE:0\n")
    assert artifact.title == "Kickoff"


def test_series_is_not_expanded_and_occurrence_is_apart() -> None:
    series, changed = read(
        EVENT + "RRULE:FREQ=DAILY\n", EVENT + "RECURRENCE-ID:20260312T150000Z\nSEQUENCE:2\n"
    )
    assert "Repeats: FREQ=DAILY" in texts(series)
    assert (series.path, changed.path) == ("k.ics!/e1", "k.ics!/e1~20260312")


def test_html_description() -> None:
    (artifact,) = read(EVENT + "DESCRIPTION:<p>One</p><p>T<b>w</b>o</p>\n")
    assert texts(artifact)[2:4] == ["One", "Two"]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"])
def test_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        calendar.reader.read(Source("a.ics", content), SourceMap({}))
