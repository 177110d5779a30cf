"""Readers of recorders' exports: Chorus, Fathom, tl;dv, transcripts in Word, captions of each tool."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import docx
import pytest

from indexer.errors import UnreadableFile
from indexer.models import MomentLocator, RawArtifact, Reading
from indexer.readers import (
    chorus,
    docx_transcript,
    fathom,
    fireflies,
    gong,
    load_readers,
    reader_for,
    tldv,
    transcript_text,
    vtt,
)
from indexer.readers.base import Reader, Source, SourceMap

NEW: tuple[Reader, ...] = (chorus.reader, fathom.reader, tldv.reader, docx_transcript.reader)
ANY_NAME = "x/0001"
"""No reader here needs a suffix or a telling name."""


def content_of(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def read(
    reader: Reader, value: object, others: Mapping[str, object] | None = None, path: str = ANY_NAME
) -> Reading:
    files = {path: content_of(value)}
    files |= {name: content_of(other) for name, other in (others or {}).items()}
    source = Source(path, files[path])
    found = reader_for(source, load_readers())
    assert found is reader, found
    return reader.read(source, SourceMap(files))


def words(artifact: RawArtifact) -> list[tuple[str | None, str]]:
    return [(segment.speaker, segment.text) for segment in artifact.segments]


def spans(artifact: RawArtifact) -> list[tuple[float | None, float | None]]:
    """Start and end of each segment; all must be moments."""
    locators = [segment.locator for segment in artifact.segments]
    assert all(isinstance(one, MomentLocator) for one in locators)
    return [(one.seconds, one.end) for one in locators if isinstance(one, MomentLocator)]


CHORUS: dict[str, Any] = {
    "data": {"id": "SYN01", "type": "recording", "attributes": {
        "name": "Acme QBR", "summary": "They want <b>SSO</b>.<br>Soon.", "status": "done",
        "action_items": ["Send the SOW"],
        "participants": [
            {"name": "Jo Roe", "email": "jo@acme.example", "person_id": 77, "type": "cust",
             "title": "CTO", "zi_person_id": None},
            {"name": "Ann Lee", "email": "ann@us.example", "person_id": 78, "type": "rep"}],
        "recording": {"start_time": "2026-02-17T10:30:00Z", "duration": 60.5, "utterances": [
            {"id": "u2", "index": 1, "snippet_time": 12.0, "snippet_length": 2.0, "snippet": "Yes.",
             "date_time": "2026-02-17T10:30:12Z", "speaker_id": 78, "speaker_name": "Ann Lee",
             "speaker_type": "rep", "engaging": False},
            {"id": "u1", "index": 0, "snippet_time": 4.2, "snippet_length": 6.1,
             "snippet": "We need\nSSO.", "date_time": "2026-02-17T10:30:04Z", "speaker_id": 77,
             "speaker_name": None, "speaker_type": None},
            {"id": "u3", "index": 2, "snippet_time": 15, "snippet_length": 1, "snippet": "Who?",
             "date_time": "2026-02-17T10:30:15Z", "speaker_id": None}]}}}}  # fmt: skip
ENGAGEMENTS: dict[str, Any] = {
    "continuation_key": "159 20C", "engagements": [
        {"engagement_id": "SYN01", "subject": "Acme QBR", "engagement_type": "meeting",
         "date_time": 1771324200, "participants": [{"name": "Jo Roe", "type": "cust"}],
         "meeting_summary": "They want SSO.", "action_items": None, "tracker_matches": []},
        {"engagement_id": "SYN02", "subject": "Follow-up", "engagement_type": "dialer",
         "date_time": 1771410600, "participants": []}]}  # fmt: skip


def test_chorus_conversation() -> None:
    call, summary = read(chorus.reader, CHORUS).artifacts
    assert words(call) == [
        ("Jo Roe", "We need SSO."), ("Ann Lee", "Yes."), ("Unknown speaker", "Who?")
    ]  # fmt: skip
    assert spans(call)[0] == (4.2, pytest.approx(10.3))
    assert [segment.side for segment in call.segments] == ["customer", "vendor", None]
    assert call.segments[0].speaker_id == "jo@acme.example"
    assert call.date == datetime(2026, 2, 17, 10, 30, tzinfo=UTC)
    assert call.segments[1].at == datetime(2026, 2, 17, 10, 30, 12, tzinfo=UTC)
    assert call.segments[0].locator.label == "17 Feb 2026 call, 00:04, Jo Roe"
    assert (call.system, call.title, call.meta["call_id"]) == ("chorus", "Acme QBR", "SYN01")
    assert [s.text for s in summary.segments] == ["They want SSO.", "Soon.", "Send the SOW"]
    assert {s.role for s in summary.segments} == {"summary"}


def test_chorus_conversation_without_a_start_takes_it_from_the_first_words() -> None:
    value = copy.deepcopy(CHORUS)
    del value["data"]["attributes"]["recording"]["start_time"]
    call = read(chorus.reader, value).artifacts[0]
    assert call.date == datetime(2026, 2, 17, 10, 29, 59, 800_000, tzinfo=UTC)


def test_chorus_engagements_give_summaries_and_say_what_is_missing() -> None:
    reading = read(chorus.reader, ENGAGEMENTS, {"c.json": CHORUS})
    assert [(a.path, words(a)) for a in reading.artifacts] == [
        (f"{ANY_NAME}!/SYN01!/summary", [(None, "They want SSO.")])
    ]
    assert [entry.path for entry in reading.not_read] == [ANY_NAME, f"{ANY_NAME}!/SYN02"]


FATHOM: dict[str, Any] = {
    "recording_id": 101, "title": "Acme kickoff", "meeting_title": "Kickoff",
    "share_url": "https://fathom.video/share/x", "created_at": "2026-03-01T17:01:30Z",
    "recording_start_time": "2026-03-01T16:01:12Z", "transcript_language": "en",
    "recorded_by": {"name": "Ann Lee", "email": "ann@us.example", "team": "Sales"},
    "calendar_invitees": [
        {"name": "Joanna Roe", "email": "jo@acme.example", "is_external": True,
         "matched_speaker_display_name": "Jo Roe"},
        {"name": "Ann Lee", "email": "ann@us.example", "is_external": False}],
    "default_summary": {"template_name": "general", "markdown_formatted":
        "## Purpose\n\n- [**SSO** first](https://fathom.video/share/x?timestamp=332.5)\n"},
    "action_items": [{"description": "Send the SOW", "completed": False, "user_generated": False,
                      "recording_timestamp": "00:10:45", "assignee": {"name": "Ann Lee"}}],
    "crm_matches": None,
    "transcript": [
        {"speaker": {"display_name": "Jo Roe", "matched_calendar_invitee_email": "jo@acme.example"},
         "text": "Hi.", "timestamp": "00:05:32"},
        {"speaker": {"display_name": "Ann Lee"}, "text": "Hello.", "timestamp": "00:05:40"}],
}  # fmt: skip


@pytest.mark.parametrize("value", [FATHOM, [FATHOM], {"items": [FATHOM], "next_cursor": None}])
def test_fathom_meeting(value: object) -> None:
    call, summary = read(fathom.reader, value).artifacts
    assert words(call) == [("Jo Roe", "Hi."), ("Ann Lee", "Hello.")]
    assert spans(call)[0] == (332.0, None)
    assert call.date == datetime(2026, 3, 1, 16, 1, 12, tzinfo=UTC)
    assert call.segments[0].speaker_id == "jo@acme.example"
    assert [(p.name, p.role) for p in call.participants] == [
        ("Ann Lee", "organizer"), ("Jo Roe", "invitee")
    ]  # fmt: skip
    assert [s.text for s in summary.segments] == ["Purpose", "SSO first", "Ann Lee: Send the SOW"]
    assert [at for at, _ in spans(summary)] == [None, 332.5, 645.0]
    assert {s.role for s in summary.segments} == {"summary"}


def test_fathom_pages_and_a_meeting_without_its_transcript() -> None:
    bare = {k: v for k, v in FATHOM.items() if k != "transcript"} | {"recording_id": 102}
    reading = read(fathom.reader, {"items": [FATHOM, bare], "next_cursor": "abc"})
    paths = [f"{ANY_NAME}!/{rest}" for rest in ("101", "101!/summary", "102!/summary")]
    assert [artifact.path for artifact in reading.artifacts] == paths
    assert [entry.path for entry in reading.not_read] == [ANY_NAME, f"{ANY_NAME}!/102"]


def test_fathom_transcript_answer_alone() -> None:
    call = read(fathom.reader, {"transcript": FATHOM["transcript"]}).artifacts[0]
    assert words(call) == [("Jo Roe", "Hi."), ("Ann Lee", "Hello.")]


def test_fathom_summary_as_markdown_is_a_machines() -> None:
    text = (
        "## Meeting Purpose\n\n[Plan the rollout](https://fathom.video/calls/1?timestamp=12.9)\n\n"
        "## Key Takeaways\n  - [**Go-live** in May](https://fathom.video/calls/1?timestamp=75)\n"
    )
    summary = read(fathom.reader, text).artifacts[0]
    assert summary.path == ANY_NAME
    said = ["Meeting Purpose", "Plan the rollout", "Key Takeaways", "Go-live in May"]
    assert [s.text for s in summary.segments] == said
    assert {s.role for s in summary.segments} == {"summary"}
    assert spans(summary)[3] == (75.0, None)


TLDV: dict[str, Any] = {
    "id": "t1", "meetingId": "m1", "data": [
        {"speaker": "Jo Roe", "text": "We need SSO.", "startTime": 12, "endTime": 15},
        {"speaker": "Ann Lee", "text": "Sure.", "startTime": 15.5, "endTime": 16},
        {"speaker": None, "text": "Who?", "startTime": 17, "endTime": None}]}  # fmt: skip
TLDV_MEETING: dict[str, Any] = {
    "id": "m1", "name": "Brand call", "happenedAt": "2026-04-15T15:00:00Z", "duration": 1800,
    "url": "https://tldv.io/app/meetings/m1", "template": {"id": "x"},
    "organizer": {"name": "Ann Lee", "email": "ann@us.example"},
    "invitees": [{"name": "Jo Roe", "email": "jo@acme.example"}]}  # fmt: skip
TLDV_PAGE = {"page": 1, "pages": 1, "results": [TLDV_MEETING, TLDV_MEETING | {"id": "m2"}]}


@pytest.mark.parametrize("meeting", [TLDV_MEETING, TLDV_PAGE])
@pytest.mark.parametrize(
    "happened",
    ["2026-04-15T15:00:00Z", "Wed Apr 15 2026 15:00:00 GMT+0000 (Coordinated Universal Time)"],
)
def test_tldv_transcript_takes_title_date_and_people_from_the_meeting(
    meeting: object, happened: str
) -> None:
    described = json.dumps(meeting).replace("2026-04-15T15:00:00Z", happened)
    call = read(tldv.reader, TLDV, {"m.json": described}).artifacts[0]
    said = [("Jo Roe", "We need SSO."), ("Ann Lee", "Sure."), ("Unknown speaker", "Who?")]
    assert words(call) == said
    assert spans(call) == [(12.0, 15.0), (15.5, 16.0), (17.0, None)]
    assert (call.title, call.date) == ("Brand call", datetime(2026, 4, 15, 15, tzinfo=UTC))
    assert call.segments[0].at == datetime(2026, 4, 15, 15, 0, 12, tzinfo=UTC)
    assert [person.role for person in call.participants[:2]] == ["organizer", "invitee"]


def test_tldv_meetings_say_which_transcripts_are_missing() -> None:
    reading = read(tldv.reader, TLDV_PAGE, {"t.json": TLDV})
    assert reading.artifacts == ()
    assert [entry.path for entry in reading.not_read] == [f"{ANY_NAME}!/m2"]
    assert {person.email for person in reading.people} == {"ann@us.example", "jo@acme.example"}


def test_tldv_notes_and_highlights_are_a_machines() -> None:
    value = {"meeting": TLDV_MEETING, "transcript": TLDV,
             "highlights": {"meetingId": "m1", "data": [{"text": "SSO.", "startTime": 12}]},
             "notes": {"markdownContent": "# Notes\n- SSO\n", "structuredNotes": []}}  # fmt: skip
    call, summary = read(tldv.reader, value).artifacts
    assert len(call.segments) == 3
    assert [s.text for s in summary.segments] == ["SSO.", "Notes", "SSO"]
    assert {s.role for s in summary.segments} == {"summary"}


def test_tldv_milliseconds_are_seen() -> None:
    late = {"speaker": "Ann Lee", "text": "Bye.", "startTime": 1_754_000, "endTime": 1_755_000}
    call = read(tldv.reader, TLDV | {"data": [late]}).artifacts[0]
    assert spans(call) == [(1754.0, 1755.0)]


def wrong_shapes() -> Iterator[Any]:
    """A reader, an export with one value of the wrong kind, and what the error must name."""
    calls = "data attributes recording utterances"
    for reader, base, where, value, said in (
        (chorus.reader, CHORUS, f"{calls} 1", "x", "utterance 2 is a text, not an object"),
        (chorus.reader, CHORUS, f"{calls} 2", None, "utterance 3 is null"),
        (chorus.reader, CHORUS, f"{calls} 1 snippet", ["x"], "utterance u1 is a list"),
        (chorus.reader, CHORUS, f"{calls} 1 snippet_time", "soon", "snippet_time.*no time"),
        (chorus.reader, CHORUS, f"{calls} 1 snippet_time", 1e400, "no time"),
        (chorus.reader, CHORUS, calls, {"a": 1}, "utterance is an object, not a list"),
        (chorus.reader, CHORUS, "data attributes recording start_time", "today", "no date"),
        (chorus.reader, CHORUS, "data attributes participants", "Jo", "participant is a text"),
        (chorus.reader, CHORUS, "data attributes summary", 7, "`summary` is a number"),
        (chorus.reader, ENGAGEMENTS, "engagements 1", 7, "entry 2 is no Chorus"),
        (fathom.reader, FATHOM, "transcript 1", 7, "transcript entry 2 is a number"),
        (fathom.reader, FATHOM, "transcript 1 text", 7, "transcript entry 2 is a number"),
        (fathom.reader, FATHOM, "transcript 1 speaker", "Ann", "transcript entry 2 is a text"),
        (fathom.reader, FATHOM, "transcript 1 timestamp", "later", "no time"),
        (fathom.reader, FATHOM, "transcript", "Ann: Hi", "transcript entry is a text"),
        (fathom.reader, FATHOM, "recording_start_time", "9999-01-01", "no date of a meeting"),
        (fathom.reader, FATHOM, "action_items 0 assignee", "Ann", "assignee is a text"),
        (tldv.reader, TLDV, "data 1", [], "transcript entry 2 is a list"),
        (tldv.reader, TLDV, "data 1 text", 5, "transcript entry 2 is a number"),
        (tldv.reader, TLDV, "data 1 startTime", True, "startTime.*no time"),
        (tldv.reader, TLDV, "data 1 speaker", {"name": "Jo"}, "transcript entry 2 is an object"),
        (tldv.reader, TLDV_MEETING, "happenedAt", [2026], "happenedAt.*no date"),
    ):
        yield pytest.param(reader, base, where, value, said, id=f"{reader.name} {where}")


@pytest.mark.parametrize(("reader", "base", "where", "value", "said"), list(wrong_shapes()))
def test_a_wrong_shape_is_refused_and_never_half_read(
    reader: Reader, base: Any, where: str, value: object, said: str
) -> None:
    broken = copy.deepcopy(base)
    *steps, last = (int(step) if step.isdigit() else step for step in where.split())
    inner = broken
    for step in steps:
        inner = inner[step]
    inner[last] = value
    with pytest.raises(UnreadableFile, match=said):
        read(reader, broken)


@pytest.mark.parametrize(
    ("reader", "value"), [(chorus.reader, CHORUS), (fathom.reader, FATHOM), (tldv.reader, TLDV)]
)
def test_a_file_that_is_cut_off_and_one_that_nests_without_end(
    reader: Reader, value: object
) -> None:
    text = json.dumps(value)
    with pytest.raises(UnreadableFile, match="not valid JSON"):
        read(reader, text[:-2])
    with pytest.raises(UnreadableFile, match="not valid JSON"):
        read(reader, text[:-1] + ', "deep": ' + "[" * 200_000)


@pytest.mark.parametrize(
    ("reader", "value"), [(chorus.reader, CHORUS), (fathom.reader, FATHOM), (tldv.reader, TLDV)]
)
def test_unknown_keys_and_half_characters_do_no_harm(reader: Reader, value: object) -> None:
    text = json.dumps(value).replace('"Ann Lee"', '"Ann Lee\\ud800"')
    grown = text.replace("{", '{"new_key": [{"a": null}], ', 3)
    before, after = read(reader, value), read(reader, grown)
    assert after.model_dump_json().replace("\ufffd", "") == before.model_dump_json()


def word_file(*paragraphs: str, comment: str = "", hidden: str = "") -> bytes:
    """A Word document; a line feed in a paragraph is a line break."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if hidden:
        run = document.add_paragraph().add_run(hidden)
        run.font.hidden = True
    if comment:
        document.sections[0].header.paragraphs[0].text = comment
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


TEAMS = (
    "Acme weekly-20260615_133555-Meeting Transcript", "15 June 2026, 03:35am", "27m 42s",
    "Ann Lee started transcription", "Ann Lee   0:03\nWe start on Monday.", "Jo Roe   0:09",
    "Good. We need SSO: now.", "Ann Lee   1:02:03\nBye.", "Ann Lee stopped transcription",
)  # fmt: skip


def test_teams_in_word() -> None:
    call = read(docx_transcript.reader, word_file(*TEAMS)).artifacts[0]
    said = [("Ann Lee", "We start on Monday."), ("Jo Roe", "Good. We need SSO: now."),
            ("Ann Lee", "Bye.")]  # fmt: skip
    assert words(call) == said
    assert spans(call) == [(3.0, 9.0), (9.0, 3723.0), (3723.0, None)]
    assert (call.system, call.date) == ("teams", date(2026, 6, 15))
    assert call.segments[1].at == date(2026, 6, 15)


def test_teams_in_word_without_a_stamp_takes_the_day_from_its_opening() -> None:
    document = word_file("Acme weekly", *TEAMS[1:])
    assert read(docx_transcript.reader, document).artifacts[0].date == date(2026, 6, 15)


def test_what_stands_beside_the_words_in_word_is_no_speech() -> None:
    document = word_file(*TEAMS, comment="Confidential", hidden="Jo Roe agreed to all.")
    call = read(docx_transcript.reader, document).artifacts[0]
    beside = call.segments[3:]
    assert [(s.speaker, s.text, s.role) for s in beside] == [
        (None, "Jo Roe agreed to all.", "hidden"), (None, "Confidential", "body")
    ]  # fmt: skip
    assert not any("agreed" in s.text for s in call.segments[:3])


@pytest.mark.parametrize(
    ("opening", "when"),
    [
        (("Acme weekly (2026-02-17 16:04 GMT+1) - Transcript", "Attendees", "Ann Lee, Jo Roe",
          "Transcript"), "2026-02-17T16:04:00+01:00"),
        (("Notes by Gemini", "They talked: a lot.", "Attendees", "Feb 17, 2026",
          "Acme weekly - Transcript"), "2026-02-17"),
    ],
)  # fmt: skip
def test_google_meet_in_word(opening: tuple[str, ...], when: str) -> None:
    document = word_file(
        *opening, "00:00:00", "Ann Lee: We start on Monday.\nJo Roe: Good.", "00:05:00",
        "Jo Roe: And then?", "Transcription ended after 00:34:04",
        "This editable transcript was computer generated and might contain errors.")  # fmt: skip
    call = read(docx_transcript.reader, document).artifacts[0]
    said = [("Ann Lee", "We start on Monday."), ("Jo Roe", "Good. And then?")]
    assert words(call) == said
    assert spans(call) == [(0.0, 300.0), (0.0, 2044.0)]
    assert (call.title, call.system) == ("Acme weekly", "google meet")
    assert call.date is not None
    assert call.date.isoformat() == when


@pytest.mark.parametrize(
    ("lines", "when", "system"),
    [
        (("Acme intro", "Tue, May 5, 2026 10:02AM - 41:12", "Jo Roe  0:03", "We need SSO.",
          "Ann Lee  0:09  ", "Sure.", "Transcribed by https://otter.ai"),
         datetime(2026, 5, 5, 10, 2), "otter"),
        (("Acme intro 2026-05-05", "Jo Roe - 00:03", "We need SSO.", "Ann Lee - 00:09", "Sure.",
          "Jo Roe - 00:12", "Good."), date(2026, 5, 5), "transcript"),
        (("Acme intro 2026-05-05", "[00:03] Jo Roe", "We need SSO.", "[00:09] Ann Lee", "Sure.",
          "[00:12] Jo Roe", "Good.", "app.fireflies.ai/view/1"), date(2026, 5, 5), "fireflies"),
    ],
)  # fmt: skip
def test_otter_and_fireflies_in_word(lines: tuple[str, ...], when: object, system: str) -> None:
    call = read(docx_transcript.reader, word_file(*lines)).artifacts[0]
    assert words(call)[:2] == [("Jo Roe", "We need SSO."), ("Ann Lee", "Sure.")]
    assert spans(call)[0] == (3.0, 9.0)
    assert (call.date, call.system) == (when, system)


@pytest.mark.parametrize(
    "text",
    [
        "Jo Roe (00:03): We need SSO.\nAnn Lee (00:09): Sure.\nJo Roe (00:12): Good.\n",
        "**Jo Roe** [00:03] We need SSO.\n\n**Ann Lee** [00:09] Sure.\n\n**Jo Roe** [00:12] Good.\n",
        "[00:03] **Jo Roe:** We need SSO.\n[00:09] **Ann Lee:** Sure.\n[00:12] **Jo Roe:** Good.\n",
        "Jo Roe (00:03)\nWe need SSO.\n\nAnn Lee (00:09)\nSure.\n\nJo Roe (00:12)\nGood.\n",
    ],
)
def test_text_downloads_with_other_signs(text: str) -> None:
    call = read(transcript_text.reader, text, path="tldv/a.md").artifacts[0]
    assert words(call) == [("Jo Roe", "We need SSO."), ("Ann Lee", "Sure."), ("Jo Roe", "Good.")]
    assert [at for at, _ in spans(call)] == [3.0, 9.0, 12.0]


@pytest.mark.parametrize(
    "text",
    [
        "Agenda\nIntroductions (0:05)\nWho is who\nDemo (0:20)\nThe product\n",
        "Goals - 0:05\nWhat we want\nPlan - 0:20\nHow we get there\n",
        "We met (10:30) and talked.\nThen lunch (12:30) with Ann.\n",
    ],
)
def test_an_agenda_is_no_transcript(text: str) -> None:
    assert not transcript_text.looks_like(text, "")


def test_srt_of_fireflies_and_otter_names_everyone() -> None:
    cues = ["Jo Roe: Hi.", "And more.", "Speaker 2: One thing: SSO.", "Dr. Kim: Yes.",
            "Craig D.: Fine.", "Unknown Speaker: Bye."]  # fmt: skip
    text = "\n".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{cue}\n" for n, cue in enumerate(cues, 1)
    )
    call = read(vtt.reader, text).artifacts[0]
    assert words(call) == [
        ("Jo Roe", "Hi. And more."), ("Speaker 2", "One thing: SSO."), ("Dr. Kim", "Yes."),
        ("Craig D.", "Fine."), ("Unknown Speaker", "Bye."),
    ]  # fmt: skip
    assert spans(call)[0] == (1.0, 2.9)


def test_teams_captions_name_people_as_the_tag_does() -> None:
    text = """WEBVTT

abc/1-0
00:00:01.000 --> 00:00:02.000
<v Roe, Jo (Acme Inc.)>We need it: now.</v>

abc/2-0
00:00:02.000 --> 00:00:03.000
<v Ann Lee><i>Fine &lt;3</i></v>
"""
    call = read(vtt.reader, text).artifacts[0]
    assert words(call) == [("Roe, Jo (Acme Inc.)", "We need it: now."), ("Ann Lee", "Fine <3")]


GONG = {"callTranscripts": [{"callId": "7", "transcript": [{"speakerId": "9", "sentences": [
    {"start": 1, "end": 2, "text": "Hi."}]}]}]}  # fmt: skip
FIREFLIES = {"id": "F1", "title": "Kickoff", "sentences": [
    {"speaker_name": "Jo Roe", "text": "Hi.", "start_time": 0.5, "end_time": 1.5}]}  # fmt: skip
BARE_FIREFLIES = [{"sentence": "Hi.", "startTime": 5, "endTime": 6, "speaker_name": "Jo Roe"}]
HUBSPOT = {"results": [{"id": "9", "createdAt": "2026-01-07T09:12:44Z", "archived": False,
                        "properties": {"hs_meeting_title": "QBR", "hs_timestamp": "1"}}]}  # fmt: skip
INTERCOM = {"type": "conversation", "id": "1", "conversation_parts": {"conversation_parts": []}}
SLACK = [{"type": "message", "user": "U1", "ts": "1.2", "text": '"utterances" "snippet"'}]


@pytest.mark.parametrize("other", [GONG, FIREFLIES, BARE_FIREFLIES, HUBSPOT, INTERCOM, SLACK,
                                   {"data": []}, {"engagements": []}, [], {"items": [1]}])  # fmt: skip
def test_other_systems_json_is_left_alone(other: object) -> None:
    source = Source("calls/chorus fathom tldv transcript.json", content_of(other))
    assert [reader.name for reader in NEW if reader.recognises(source)] == []


def test_gong_and_fireflies_still_go_to_their_readers() -> None:
    for value, wanted in ((GONG, gong.reader), (FIREFLIES, fireflies.reader)):
        assert reader_for(Source("a.json", content_of(value)), load_readers()) is wanted


def test_documents_that_are_no_transcripts_are_left_alone() -> None:
    for paragraphs in (
        ("Order form", "Term: 12 months", "Fees: 78,000", "Support: 9:00 to 17:00"),
        ("Meeting minutes", "Ann Lee: to send the SOW by 10:30", "Jo Roe: to sign it"),
        ("Agenda", "Introductions   10:00", "Who is who", "Demo   10:20", "Lunch   12:00"),
    ):
        source = Source("call transcript.docx", word_file(*paragraphs))
        assert not docx_transcript.reader.recognises(source), paragraphs
    for content in (b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        assert not docx_transcript.reader.recognises(Source("a.docx", content))


DATA = Path(__file__).resolve().parent.parent / "data"


def test_no_file_of_the_demo_deals_is_claimed() -> None:
    claimed = [
        (reader.name, str(path))
        for path in sorted(DATA.rglob("*"))
        if path.is_file() and path.suffix not in (".pdf", ".zip")
        for reader in NEW
        if reader.recognises(Source("x", path.read_bytes()))
    ]
    assert claimed == []


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value as its holder and key."""
    stack = [value]
    while stack:
        holder = stack.pop()
        inner = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, item in list(inner):
            yield holder, key
            if isinstance(item, dict | list):
                stack.append(item)


@pytest.mark.parametrize(
    ("reader", "value"),
    [(chorus.reader, CHORUS), (chorus.reader, ENGAGEMENTS), (fathom.reader, FATHOM),
     (tldv.reader, {"meeting": TLDV_MEETING, "transcript": TLDV})],
)  # fmt: skip
def test_no_wrong_value_anywhere_does_more_than_refuse_the_file(
    reader: Reader, value: object
) -> None:
    tried = copy.deepcopy(value)
    refused = 0
    for holder, key in list(places(tried)):
        kept = holder[key]
        for wrong in (None, True, -1, 10**400, float("nan"), "\ud800", "x" * 5000, [], [[]], {}):
            holder[key] = wrong
            source = Source("a.json", content_of(tried))
            if reader.recognises(source):
                try:
                    reading = reader.read(source, SourceMap({"a.json": source.content}))
                    reading.model_dump_json()
                except UnreadableFile:
                    refused += 1
        holder[key] = kept
    assert refused > 50
