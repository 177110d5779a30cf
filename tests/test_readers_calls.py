"""Call readers: captions, Gong, Fireflies, Zoom chat and transcripts as text."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, MomentLocator, RawArtifact, Reading
from indexer.readers import fireflies, gong, transcript_text, vtt, zoom_chat
from indexer.readers.base import Reader, Source, SourceMap
from indexer.readers.transcripts import Piece, seconds, turns


def read(reader: Reader, path: str, text: str | object, **others: str) -> Reading:
    content = (text if isinstance(text, str) else json.dumps(text)).encode()
    source = Source(path, content)
    assert reader.recognises(source)
    files = {path: content} | {name: value.encode() for name, value in others.items()}
    return reader.read(source, SourceMap(files))


def words(artifact: RawArtifact) -> list[tuple[str | None, str]]:
    return [(segment.speaker, segment.text) for segment in artifact.segments]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("1:02:03.5", 3723.5), ("00:03,250", 3.25), ("12", 12.0), (4.5, 4.5), ("x", None)],
)
def test_clock_forms(clock: object, expected: float | None) -> None:
    assert seconds(clock) == expected


def test_a_long_turn_is_cut_at_a_sentence_end() -> None:
    pieces = [Piece("one two three four five six seven eight nine ten.", n, n + 1, "Jo")
              for n in range(30)]  # fmt: skip
    parts = list(turns(pieces))
    assert [len(part.text.split()) for part in parts] == [120, 120, 60]
    assert (parts[1].start, parts[1].end) == (12, 24)


ZOOM = """WEBVTT\r
\r
1\r
00:00:01.000 --> 00:00:02.000\r
Jo Roe (Acme): We need it &amp; soon.\r
\r
2\r
00:00:02.500 --> 00:00:03.000\r
Before one thing: the freeze.\r
\r
3\r
00:xx:04.000 --> 00:00:05.000\r
Ann Lee: lost words\r
\r
4\r
00:00:06.000 --> 00:00:07.000\r
Ann Lee: Fine.\r
"""


def test_zoom_captions_become_turns_and_the_broken_cue_is_reported() -> None:
    path = "calls/GMT20260217-103000_Recording.transcript.vtt"
    reading = read(vtt.reader, path, ZOOM)
    call = reading.artifacts[0]
    assert words(call) == [
        ("Jo Roe (Acme)", "We need it & soon. Before one thing: the freeze."),
        ("Ann Lee", "Fine."),
    ]
    assert call.date == datetime(2026, 2, 17, 10, 30, tzinfo=UTC)
    assert call.segments[1].at == datetime(2026, 2, 17, 10, 30, 6, tzinfo=UTC)
    assert call.segments[1].locator.label == "17 Feb 2026 call, 00:06, Ann Lee"
    assert [entry.why for entry in reading.not_read] == ["1 cue without readable times was skipped"]


def test_teams_captions_keep_every_voice_and_join_utterances() -> None:
    text = """WEBVTT

NOTE duration:"00:10"

abc/1-0
00:00:01.000 --> 00:00:02.000
<v Ann Lee>OK,
we start</v>

abc/2-0
00:00:01.500 --> 00:00:01.900
<v Jo Roe>Yes.</v>

abc/1-1
00:00:02.000 --> 00:00:03.000
now.

00:04.000 --> 00:05.000 align:start
<v.loud Jo Roe>Why?</v> <v Ann Lee>So.</v>
"""
    call = read(vtt.reader, "call.vtt", text).artifacts[0]
    assert words(call) == [
        ("Ann Lee", "OK, we start now."),
        ("Jo Roe", "Yes. Why?"),
        ("Ann Lee", "So."),
    ]
    assert call.system == "teams"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nAnn Lee: Hello.\n\n2\n"
                  "00:00:02,000 --> 00:00:03,000\nAgain.\n"),
        ("a.sbv", "0:00:01.000,0:00:02.000\nAnn Lee: Hello.\n\n0:00:02.000,0:00:03.000\nAgain.\n"),
    ],
)  # fmt: skip
def test_srt_and_sbv(name: str, text: str) -> None:
    call = read(vtt.reader, name, text).artifacts[0]
    assert words(call) == [("Ann Lee", "Hello. Again.")]
    locator = call.segments[0].locator
    assert isinstance(locator, MomentLocator)
    assert (locator.seconds, locator.end) == (1.0, 3.0)


def test_captions_without_any_cue_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="no cue"):
        read(vtt.reader, "a.vtt", "WEBVTT\n\nNOTE nothing\n")


GONG_CALLS = {
    "calls": [
        {
            "metaData": {"id": "7782342274025937895", "title": "Acme demo", "duration": 60,
                         "started": "2026-02-17T02:30:00-08:00"},
            "parties": [
                {"id": "1", "speakerId": "91", "name": "Jo Roe", "affiliation": "External",
                 "emailAddress": "jo@acme.example", "title": "CTO"},
                {"id": "2", "speakerId": "92", "name": "Ann Lee", "affiliation": "Internal",
                 "emailAddress": "ann@us.example"},
                {"id": "3", "speakerId": "93", "name": "Room 4", "affiliation": "Unknown"},
            ],
            "context": [{"objects": [{"objectType": "Opportunity", "timing": "Now",
                         "fields": [{"name": "StageName", "value": "Closed Won"}]}]}],
            "content": {"brief": "They want SSO.", "keyPoints": [{"text": "SSO first."}]},
        },
        {"id": "55", "title": "Silent call", "started": "2026-02-18T10:00:00Z"},
    ]
}  # fmt: skip
GONG_WORDS = {
    "callTranscripts": [
        {
            "callId": "7782342274025937895",
            "transcript": [
                {"speakerId": "91", "topic": "A", "sentences": [
                    {"start": 14000, "end": 15000, "text": "We need SSO."},
                    {"start": 15500, "end": 16000, "text": "Before go-live."}]},
                {"speakerId": "93", "topic": None, "sentences": [
                    {"start": 17000, "end": 18000, "text": "Yes."}]},
                {"speakerId": "404", "topic": None, "sentences": [
                    {"start": 19000, "end": 20000, "text": "Who?"}]},
            ],
        }
    ]
}  # fmt: skip


def test_gong_transcript_takes_people_from_the_calls_file() -> None:
    reading = read(gong.reader, "x/t.json", GONG_WORDS, **{"y/c.json": json.dumps(GONG_CALLS)})
    call = reading.artifacts[0]
    assert (call.path, call.title) == ("x/t.json!/7782342274025937895", "Acme demo")
    assert words(call) == [
        ("Jo Roe", "We need SSO. Before go-live."),
        ("Room 4", "Yes."),
        ("Unknown speaker 1", "Who?"),
    ]
    first, room, stranger = call.segments
    assert (first.side, room.side, stranger.side) == ("customer", None, None)
    assert first.speaker_id == "jo@acme.example"
    assert isinstance(first.locator, MomentLocator)
    assert (first.locator.seconds, first.locator.end) == (14.0, 16.0)
    assert first.locator.label == "17 Feb 2026 call, 00:14, Jo Roe"


def test_gong_calls_file_gives_summary_facts_and_the_missing_transcript() -> None:
    reading = read(gong.reader, "c.json", GONG_CALLS, **{"t.json": json.dumps(GONG_WORDS)})
    summary = reading.artifacts[0]
    assert {segment.role for segment in summary.segments} == {"summary"}
    assert summary.meta["summary"] == "true"
    assert reading.facts == {"stage": "Closed Won", "vendor_domain": "us.example"}
    assert [person.name for person in reading.people] == ["Jo Roe", "Ann Lee", "Room 4"]
    assert [entry.path for entry in reading.not_read] == ["c.json!/55"]


def test_gong_comments_are_colleagues_words_about_the_call() -> None:
    comment = {"commenterUserId": "20", "audioStartTime": 26.0, "comment": "@[Al Po](21) note this",
               "posted": "2026-02-18T09:00:00Z"}  # fmt: skip
    answer = {
        **comment,
        "commenterUserId": "21",
        "audioStartTime": None,
        "comment": "did",
        "posted": None,
    }
    ann = {
        "name": "Ann Lee",
        "userId": "20",
        "affiliation": "Internal",
        "emailAddress": "ann@us.example",
    }
    first = {**GONG_CALLS["calls"][0], "collaboration": {"publicComments": [comment, answer]}}
    first["parties"] = [ann]
    bare = {
        "id": "55",
        "collaboration": {"publicComments": [{"comment": "odd one", "commenterUserId": "9"}]},
    }
    both, alone = read(gong.reader, "c.json", {"calls": [first, bare]}).artifacts
    assert [(s.role, s.speaker, s.side, s.text) for s in both.segments] == [
        ("summary", None, None, "They want SSO."),
        ("summary", None, None, "SSO first."),
        ("body", "Ann Lee", "vendor", "@Al Po note this"),
        ("body", "Al Po", "vendor", "did"),
    ]
    note = both.segments[2]
    assert (both.kind, note.speaker_id) == ("call", "ann@us.example")
    assert note.locator.label == "17 Feb 2026 call, internal comment at 00:26, Ann Lee"
    assert note.at == datetime(2026, 2, 18, 9, tzinfo=UTC)
    assert words(alone) == [("Gong user 9", "odd one")]
    assert "summary" not in alone.meta


def test_gong_without_a_calls_file_still_reads_the_words() -> None:
    call = read(gong.reader, "t.json", GONG_WORDS).artifacts[0]
    assert call.date is None
    assert words(call)[0] == ("Unknown speaker 1", "We need SSO. Before go-live.")


def test_damaged_json_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        read(gong.reader, "t.json", '{"callTranscripts": [')


FIREFLIES = {
    "id": "F1", "title": "Kickoff", "date": 1782438732000, "duration": 32.5,
    "host_email": "ann@us.example",
    "meeting_attendees": [{"displayName": "Jo Roe", "email": "jo@acme.example"}],
    "speakers": [{"id": 1, "name": "Ann Lee"}],
    "summary": {"overview": "**All:** fine", "action_items": "**Ann**\nSend SOW (02:10)"},
    "sentences": [
        {"speaker_name": "Jo Roe", "text": "Hi.", "start_time": "0.5", "end_time": "1.5"},
        {"speaker_name": "Jo Roe", "text": "Ready?", "start_time": 2, "end_time": 3},
        {"speaker_name": None, "speaker_id": 1, "text": "Yes.", "start_time": 4, "end_time": 5},
    ],
}  # fmt: skip


@pytest.mark.parametrize("wrapped", [FIREFLIES, {"data": {"transcript": FIREFLIES}}, [FIREFLIES]])
def test_fireflies_shapes(wrapped: object) -> None:
    call, summary = read(fireflies.reader, "f.json", wrapped).artifacts
    assert words(call) == [("Jo Roe", "Hi. Ready?"), ("Ann Lee", "Yes.")]
    assert call.segments[0].speaker_id == "jo@acme.example"
    assert call.date == datetime(2026, 6, 26, 1, 52, 12, tzinfo=UTC)
    assert summary.path == "f.json!/summary"
    assert [s.text for s in summary.segments] == ["All: fine", "Ann: Send SOW (02:10)"]


def test_fireflies_download_spelling() -> None:
    lines = [{"sentence": "Hi.", "startTime": "00:00:05", "endTime": "00:00:06",
              "speaker_name": "Jo Roe"}]  # fmt: skip
    call = read(fireflies.reader, "acme_2026-02-19.json", lines).artifacts[0]
    assert words(call) == [("Jo Roe", "Hi.")]
    assert call.segments[0].at == date(2026, 2, 19)


@pytest.mark.parametrize(
    "text",
    [
        '00:12:11\tJo Roe:\tReplying to "Was there a dec…"\n\nYes, in May\r\n'
        '00:12:20\tAnn Lee:\tReacted to "Yes" with 👍\r\n00:12:30\tAnn Lee:\tGood\nnews\r\n',
        '10:02:33 From Jo Roe to Everyone:\r\n\tReplying to "Was there a dec…"\r\n\t\r\n'
        "\tYes, in May\r\n10:03:00 From Ann Lee to Everyone:\r\n\tGood\r\n\tnews\r\n"
        "10:04:00 From Ann Lee to Jo Roe (Direct Message):\r\n\tsecret\r\n",
        "10:02:33\t From Jo Roe : Yes, in May\r\n10:03:00\t From Ann Lee : Good\nnews\r\n",
    ],
)
def test_zoom_chat_shapes(text: str) -> None:
    reading = read(zoom_chat.reader, "chat.txt", text)
    said = [(s.speaker, s.text) for s in reading.artifacts[0].segments if s.role == "body"]
    assert said == [("Jo Roe", "Yes, in May"), ("Ann Lee", "Good\nnews")]
    assert isinstance(reading.artifacts[0].segments[0].locator, MessageLocator)
    private = [a for a in reading.artifacts if a.meta.get("private") == "true"]
    assert [s.text for a in private for s in a.segments] == (["secret"] if "secret" in text else [])


OTTER = """Acme intro
Tue, May 5, 2026 10:02AM - 41:12

Jo Roe  0:03
We need SSO.

Ann Lee  1:02:03
Sure.

Transcribed by https://otter.ai
"""


def test_otter_text() -> None:
    call = read(transcript_text.reader, "notes/acme.txt", OTTER).artifacts[0]
    assert words(call) == [("Jo Roe", "We need SSO."), ("Ann Lee", "Sure.")]
    assert (call.title, call.system) == ("Acme intro", "otter")
    assert call.date == datetime(2026, 5, 5, 10, 2)


MEET = """## Acme weekly (2026-02-17 16:04 GMT+1) - Transcript
### Attendees
Ann Lee, Jo Roe, Jo Roe's Presentation, Fireflies.ai Notetaker Ann
# Transcript
This editable transcript was computer generated and might contain errors.
**Ann Lee:** We start on Monday.
00:05:00
Jo Roe:  Good.
And then?
Meeting ended after 00:34:04 👋
"""


def test_google_meet_gives_ranges_not_seconds() -> None:
    call = read(transcript_text.reader, "m.md", MEET).artifacts[0]
    assert words(call) == [("Ann Lee", "We start on Monday."), ("Jo Roe", "Good. And then?")]
    assert [person.name for person in call.participants] == ["Ann Lee", "Jo Roe"]
    spans = [(s.locator.seconds, s.locator.end) for s in call.segments
             if isinstance(s.locator, MomentLocator)]  # fmt: skip
    assert spans == [(0.0, 300.0), (300.0, 2044.0)]
    assert call.date is not None
    assert call.date.isoformat() == "2026-02-17T16:04:00+01:00"


FATHOM = """Acme kickoff - January 29
VIEW RECORDING - 31 mins (No highlights): https://fathom.video/calls/123

---

0:00 - Jo Roe (Acme)
  Hello.  All here.
ACTION ITEM: Send SOW - WATCH: https://fathom.video/x
0:09 - Ann Lee
  Yes.
"""


def test_fathom_text() -> None:
    call = read(transcript_text.reader, "f.txt", FATHOM).artifacts[0]
    said = [(s.speaker, s.text) for s in call.segments if s.role == "body"]
    assert said == [("Jo Roe (Acme)", "Hello. All here."), ("Ann Lee", "Yes.")]
    assert [s.role for s in call.segments].count("summary") == 1
    assert call.system == "fathom"


@pytest.mark.parametrize(
    ("path", "text", "taken"),
    [
        ("x.txt", "[0:05] Jo Roe: Hi.\n[0:09] Ann Lee: Yes.\n", True),
        ("calls/x.txt", "Jo Roe: Hi.\nAnn Lee: Yes.\n" * 4, True),
        ("dm.txt", "Jo: Hi.\nAnn: Yes.\n" * 4, False),
        ("dm.txt", "[5/26 1:02 PM] Jo: Hi.\n[5/26 1:03 PM] Ann: Yes.\n", False),
        ("todo.md", "- send it: today\n- call Jo\n", False),
    ],
)
def test_a_text_is_a_transcript_only_when_most_lines_fit(path: str, text: str, taken: bool) -> None:
    assert transcript_text.reader.recognises(Source(path, text.encode())) is taken


def test_what_is_said_after_a_long_pause_has_its_own_time() -> None:
    """One speaker's neighbouring cues are one turn; after half a minute of silence another begins, with its own label."""
    cues = "".join(
        f"00:{at // 60:02d}:{at % 60:02d}.000 --> 00:{(at + 3) // 60:02d}:{(at + 3) % 60:02d}.000\nInes Vogt: {words}\n\n"
        for at, words in ((1, "Good morning."), (5, "Shall we start?"), (600, "They are here now."))
    )
    call = read(vtt.reader, "call.vtt", f"WEBVTT\n\n{cues}").artifacts[0]
    assert [s.text for s in call.segments] == [
        "Good morning. Shall we start?",
        "They are here now.",
    ]
    assert [(s.locator.seconds, s.locator.end) for s in call.segments] == [
        (1.0, 8.0),
        (600.0, 603.0),
    ]
    assert "10:00" in call.segments[1].locator.label


@pytest.mark.parametrize(("words", "made"), [(5, 2), (100, 1)])
def test_without_ends_a_pause_is_what_no_speech_fills(words: int, made: int) -> None:
    first = Piece(" ".join(["word"] * words), 0.0, None, "Ana")
    assert len(list(turns([first, Piece("Next.", 60.0, None, "Ana")]))) == made
