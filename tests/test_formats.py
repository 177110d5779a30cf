"""Every format in one table: a small file made here, what it gives, and what holds for every text whatever its format.

One row a format, read by the child process as a deal is. Quirks of single formats have tests of their own
(`test_readers_*.py`; Outlook's .msg and scanned pages are there too, their files take more to make).
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.assemble import assemble
from indexer.gather import gather_people
from indexer.manifest import Manifest
from indexer.models import Artifact, RawArtifact, Reading, Segment
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Source, SourceMap
from indexer.reading import DealReading, read_deal
from indexer.walk import walk_deal


@dataclass(frozen=True)
class Row:
    """A format: its file (and others it needs), and what the file gives."""

    path: str
    content: bytes
    segments: int
    first: str
    last: str
    locator: str
    label: str
    speakers: tuple[str, ...] = ()
    sides: tuple[str, ...] = ("unknown",)
    beside: tuple[tuple[str, bytes], ...] = ()


def j(value: Any) -> bytes:
    return json.dumps(value).encode()


def word(transcript: bool = False) -> bytes:
    document = docx.Document()
    if transcript:
        for text in (
            "Acme call",
            "Ann Lee   0:03\nHello.",
            "Jo Roe   0:09\nWe need SSO.",
            "Ann Lee   0:20\nFine.",
        ):
            document.add_paragraph(text)  # fmt: skip
    else:
        document.add_heading("Scope", 1)
        document.add_paragraph("We deliver SSO.")
        table = document.add_table(rows=1, cols=2)
        table.cell(0, 0).text, table.cell(0, 1).text = "Users", "75"
        document.sections[0].footer.paragraphs[0].text = "Acme and Trellis"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def slides() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Pricing"
    slide.notes_slide.notes_text_frame.text = "They asked for ten percent."
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Item", "Price"])
    book.active.append(["Users", 38])
    hidden = book.create_sheet("Costs")
    hidden.append(["secret margin"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(*lines: str) -> bytes:
    shown = "\n".join(f"BT /F1 10 Tf 72 {700 - 30 * n} Td ({t}) Tj ET" for n, t in enumerate(lines))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R"
        " /Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    ]  # fmt: skip
    body = "".join(f"{n} 0 obj\n{each}\nendobj\n" for n, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R /Size 6 >>\n%%EOF".encode()


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


SSO = "We need SSO before go-live."
OPPORTUNITY = {"attributes": {"type": "Opportunity", "url": "/services/data/v61.0/sobjects/Opportunity/006"},
               "Id": "006XX0000012345YAA", "Name": "Acme", "StageName": "Closed Won", "Motive__c": SSO}  # fmt: skip
NOTE = {
    "id": "5",
    "properties": {"hs_note_body": f"<p>{SSO}</p>", "hs_timestamp": "2026-02-03T10:00:00Z"},
}
GONG = {"callTranscripts": [{"callId": "7782342274025937895", "transcript": [
    {"speakerId": "64", "sentences": [{"start": 460230, "end": 462343, "text": SSO}]}]}]}  # fmt: skip
CALLS = {"calls": [{"metaData": {"id": "7782342274025937895", "title": "Demo", "started": "2026-02-17T02:30:00-08:00"},
    "parties": [{"id": "1", "speakerId": "64", "name": "Jo Roe", "affiliation": "External"}]}]}  # fmt: skip
CHORUS = {"data": {"id": "S1", "type": "conversation", "attributes": {"name": "QBR", "recording": {"utterances": [
    {"id": "u1", "index": 0, "snippet_time": 4.2, "snippet_length": 6, "speaker_name": "Jo Roe",
     "speaker_type": "customer", "snippet": SSO}]}}}}  # fmt: skip
FIREFLIES = {"data": {"transcript": {"id": "1", "title": "Kickoff", "date": 1782438732000, "sentences": [
    {"speaker_name": "Jo Roe", "text": SSO, "start_time": 65.2, "end_time": 66}]}}}  # fmt: skip
FATHOM = {"items": [{"title": "Kickoff", "recording_id": 1, "recording_start_time": "2026-01-29T10:00:00Z",
    "calendar_invitees": [], "transcript": [{"speaker": {"display_name": "Jo Roe"}, "text": SSO, "timestamp": "00:05:32"}]}]}  # fmt: skip
TLDV = {
    "id": "t",
    "meetingId": "m",
    "data": [{"speaker": "Jo Roe", "text": SSO, "startTime": 12, "endTime": 15}],
}
TICKET = {"id": 7, "subject": "SSO fails", "description": SSO, "status": "open", "requester_id": 1,
          "created_at": "2026-02-03T10:00:00Z", "via": {"channel": "email"}}  # fmt: skip
INTERCOM = {"type": "conversation", "id": "9", "created_at": 1770113520, "source": {"body": f"<p>{SSO}</p>",
    "author": {"type": "user", "id": "1", "name": "Jo Roe"}}, "conversation_parts": {"conversation_parts": []}}  # fmt: skip
JIRA = {"issues": [{"key": "AB-1", "fields": {"summary": "SSO", "status": {"name": "Open"}, "issuetype": {"name": "Bug"},
    "description": SSO, "created": "2026-02-03T10:00:00.000+0000", "reporter": {"displayName": "Jo Roe", "name": "jo"}}}]}  # fmt: skip
TEAMS = {"value": [{"id": "1", "messageType": "message", "createdDateTime": "2026-02-03T10:00:00Z",
    "from": {"user": {"id": "u", "displayName": "Jo Roe"}}, "body": {"contentType": "html", "content": f"<p>{SSO}</p>"}}]}  # fmt: skip
SLACK = [
    {
        "type": "message",
        "user": "U0ANN0000",
        "ts": "1770113520.953659",
        "text": "<@U0ANN0000> see <https://x.example|the plan>",
    }
]
USERS = [{"id": "U0ANN0000", "team_id": "T1", "name": "ann", "profile": {"real_name": "Ann Lee"}}]
EML = f"From: Jo Roe <jo@acme.example>\r\nTo: ann@v.example\r\nSubject: =?utf-8?q?SSO_f=C3=BCr_uns?=\r\nMessage-ID: <m1@acme>\r\nDate: Tue, 3 Feb 2026 10:00:00 +0000\r\n\r\n{SSO}\r\n\r\nOn Mon, 2 Feb 2026, Ann Lee wrote:\r\n> What do you need?\r\n".encode()
MBOX = (
    b"From a@b Mon Feb 02 10:00:00 2026\n" + EML.replace(b"\r\n", b"\n") + b"\nFrom here we go.\n"
)
PAGE = f"<html><body><div>From: Jo Roe &lt;jo@acme.example&gt;<br>Sent: Tuesday, February 3, 2026 10:00 AM<br>To: ann@v.example<br>Subject: SSO</div><p>{SSO}</p></body></html>".encode()
ICS = b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:k1\r\nSUMMARY:Kickoff\r\nDTSTART;VALUE=DATE:20260401\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
VTT = f"WEBVTT\r\n\r\n1\r\n00:05:31.760 --> 00:05:34.100\r\nJo Roe (Acme): {SSO}\r\n\r\n2\r\n00:05:35.000 --> 00:05:36.000\r\nAnn Lee: Yes.\r\n".encode()
VOICE = f"WEBVTT\n\n62357a1d/1-0\n00:00:04.963 --> 00:00:08.571\n<v Jo Roe>We need</v>\n\n62357a1d/1-1\n00:00:08.600 --> 00:00:09.000\n<v Jo Roe>{SSO[8:]}</v>\n".encode()
MEET = f"Acme weekly (2026-02-17 16:04 GMT+1) - Transcript\nAttendees\nAnn Lee, Jo Roe\nTranscript\n00:05:00\nAnn Lee: Hello.\nJo Roe: {SSO}\nMeeting ended after 00:34:04\n".encode()
TURNS = f"[00:01] Ann Lee: Hello.\n[00:05] Jo Roe: {SSO}\n[00:09] Ann Lee: Fine.\n".encode()
NAMES = "".join(f"Ann: {n}?\nJo: {SSO}\n" for n in ("One", "Two", "Three")).encode()
REPORT = f'"Name der Opportunity";"Phase";"Schlusstermin";"Motiv"\r\n"Acme";"Closed Won";"31.03.2026";"{SSO}"\r\n\r\n\r\n"Copyright (c) 2026 salesforce.com, inc."\r\n'.encode(
    "cp1252"
)
USAGE = b"date,user,event,count\n2026-02-03,jo,login,3\n"
ROWS = (
    Row("sf/Opportunity.json", j({"totalSize": 1, "done": True, "records": [OPPORTUNITY]}), 3, "Name: Acme", f"Motive__c: {SSO}", "field", "Opportunity.Motive"),
    Row("sf-loader/Opportunity.csv", b'"ID","NAME","STAGENAME","OWNERID"\r\n"006XX0000012345YAA","Acme","Won","005XX0000012345YAA"\r\n', 2, "Name: Acme", "StageName: Won", "field", "Opportunity.Stage Name"),
    Row("sf-report/report1.csv", REPORT, 4, "Name: Acme", f"Motiv: {SSO}", "field", "Opportunity.Motiv"),
    Row("sf-history/H.csv", b"Id,OpportunityId,CreatedDate,Field,OldValue,NewValue\n1,006,2026-01-02T10:00:00.000Z,StageName,A,B\n", 1, "2026-01-02 StageName: A -> B", "B", "row", "OpportunityFieldHistory row 2"),
    Row("hs/notes.json", j({"results": [NOTE]}), 2, "hs_timestamp: 2026-02-03T10:00:00Z", SSO, "message", "note 3 Feb 2026", (), ("vendor",)),
    Row("hs-csv/deals.csv", f"Datensatz-ID,Dealname,Deal-Phase,Motiv\n901,Acme,Gewonnen,{SSO}\n".encode(), 3, "Dealname: Acme", f"Motiv: {SSO}", "field", "deal.Motiv"),
    Row("hs-old/e.json", j({"engagement": {"id": 1, "type": "NOTE", "timestamp": 1770113520000}, "metadata": {"body": SSO}}), 1, SSO, SSO, "message", "note 3 Feb 2026", (), ("vendor",)),
    Row("csv/any.csv", b"Thing;Worth\nSSO;5\n", 1, "Thing: SSO, Worth: 5", "Worth: 5", "row", "row 2"),
    Row("gong/t.json", j(GONG), 1, SSO, SSO, "moment", "17 Feb 2026 call, 07:40, Jo Roe", ("Jo Roe",), ("customer",), (("gong/calls.json", j(CALLS)),)),
    Row("chorus/c.json", j(CHORUS), 1, SSO, SSO, "moment", "call, 00:04, Jo Roe", ("Jo Roe",), ("customer",)),
    Row("fireflies/f.json", j(FIREFLIES), 1, SSO, SSO, "moment", "26 Jun 2026 call, 01:05, Jo Roe", ("Jo Roe",)),
    Row("fathom/f.json", j(FATHOM), 1, SSO, SSO, "moment", "29 Jan 2026 call, 05:32, Jo Roe", ("Jo Roe",)),
    Row("tldv/t.json", j(TLDV), 1, SSO, SSO, "moment", "call, 00:12, Jo Roe", ("Jo Roe",)),
    Row("zoom/GMT20260217-103000_Recording.transcript.vtt", VTT, 2, SSO, "Yes.", "moment", "17 Feb 2026 call, 05:35, Ann Lee", ("Ann Lee", "Jo Roe (Acme)")),
    Row("zoom-chat/GMT20260217-103000_Recording.chat.txt", f"00:12:11\tJo Roe:\t{SSO}\r\n00:12:20\tAnn Lee:\tok\r\n".encode(), 2, SSO, "ok", "message", "Ann Lee", ("Ann Lee", "Jo Roe")),
    Row("teams/t.vtt", VOICE, 1, SSO, SSO, "moment", "call, 00:04, Jo Roe", ("Jo Roe",)),
    Row("teams-docx/t.docx", word(transcript=True), 3, "Hello.", "Fine.", "moment", "call, 00:20, Ann Lee", ("Ann Lee", "Jo Roe")),
    Row("meet/m.txt", MEET, 2, "Hello.", SSO, "moment", "17 Feb 2026 call, 05:00, Jo Roe", ("Ann Lee", "Jo Roe")),
    Row("meet-sbv/m.sbv", f"0:00:01.000,0:00:04.000\n{SSO}\n".encode(), 1, SSO, SSO, "moment", "call, 00:01"),
    Row("srt/f.srt", f"1\r\n00:00:01,000 --> 00:00:02,000\r\nJo Roe: {SSO}\r\n".encode(), 1, SSO, SSO, "moment", "call, 00:01, Jo Roe", ("Jo Roe",)),
    Row("otter/o.txt", f"Jo Roe  0:03  \n{SSO}\n\nAnn Lee  0:10  \nSure.\n\nTranscribed by https://otter.ai\n".encode(), 2, SSO, "Sure.", "moment", "call, 00:10, Ann Lee", ("Ann Lee", "Jo Roe")),
    Row("timed/x.txt", TURNS, 3, "Hello.", "Fine.", "moment", "call, 00:09, Ann Lee", ("Ann Lee", "Jo Roe")),
    Row("gong-text/g.txt", f"0:01 | Ann Lee\nHello.\n\n0:05 | Jo Roe\n{SSO}\n\n0:09 | Ann Lee\nFine.\n".encode(), 3, "Hello.", "Fine.", "moment", "call, 00:09, Ann Lee", ("Ann Lee", "Jo Roe")),
    Row("names/call transcript.txt", NAMES, 6, "One?", SSO, "moment", "call, Jo", ("Ann", "Jo")),
    Row("spoken-csv/t.csv", f"Sentence,Start Time,End Time,Speaker Name\n{SSO},00:01,00:02,Jo Roe\n".encode(), 1, SSO, SSO, "moment", "call, 00:01, Jo Roe", ("Jo Roe",)),
    Row("mail/a.eml", EML, 3, "Subject: SSO für uns", "What do you need?", "message", "mail 3 Feb 2026, Jo Roe", ("Ann Lee", "Jo Roe")),
    Row("mbox/a.mbox", MBOX.replace(b"m1@acme", b"m2@acme"), 4, "Subject: SSO für uns", "From here we go.", "message", "mail 3 Feb 2026, Jo Roe", ("Ann Lee", "Jo Roe")),
    Row("page/m.html", PAGE, 2, "Subject: SSO", SSO, "message", "mail 3 Feb 2026, Jo Roe", ("Jo Roe",)),
    Row("slack/deal/2026-02-03.json", j(SLACK), 1, "@Ann Lee see the plan", "the plan", "message", "#deal, 3 Feb 2026 10:12, Ann Lee", ("Ann Lee",), ("vendor",), (("slack/users.json", j(USERS)),)),
    Row("slackzip/export.zip!/top/deal/2026-02-03.json", b"", 1, "@U0BOB0000 hi", "hi", "message", "#deal, 3 Feb 2026 10:12, Bo", ("Bo",), ("unknown",), (
        ("slackzip/export.zip", packed({"__MACOSX/._x": b"x", "top/deal/2026-02-03.json": j([SLACK[0] | {"user": "U0X", "text": "<@U0BOB0000> hi", "user_profile": {"real_name": "Bo"}}])})),)),
    Row("teams-chat/c.json", j(TEAMS), 1, SSO, SSO, "message", "3 Feb 2026 Jo Roe", ("Jo Roe",)),
    Row("pdf/o.pdf", pdf("Statement of Work", f"1. {SSO}"), 2, "Statement of Work", f"1. {SSO}", "clause", "p. 1, 1."),
    Row("docx/s.docx", word(), 4, "Scope", "Acme and Trellis", "clause", "footer"),
    Row("pptx/p.pptx", slides(), 2, "Pricing", "They asked for ten percent.", "slide", "slide 1, speaker notes"),
    Row("xlsx/x.xlsx", workbook(), 3, "Item\tPrice", "secret margin", "row", "Costs!A1"),
    Row("html/n.html", f"<h1>Notes</h1><p>{SSO}</p>".encode(), 2, "Notes", SSO, "lines", "line 3", (), ("vendor",)),
    Row("md/n.md", f"Terms\n=====\n\n1. **Users**\n    1. <b>{SSO}</b>\n".encode(), 3, "Terms", f"1. {SSO}", "lines", "Terms > 1.1, line 5", (), ("vendor",)),
    Row("txt/n.txt", f"Notes\n\n{SSO}\n".encode("utf-16"), 2, "Notes", SSO, "lines", "line 3", (), ("vendor",)),
    Row("rtf/n.rtf", rb"{\rtf1\ansi Hello \b world\b0\par We need SSO.}", 2, "Hello world", "We need SSO.", "clause", "para 2"),
    Row("zendesk/t.json", j({"tickets": [TICKET]}), 5, "subject: SSO fails", SSO, "message", "ticket 7, comment 3 Feb 2026", ("1",), ("customer", "unknown")),
    Row("intercom/c.json", j(INTERCOM), 2, "created_at: 2026-02-03T10:12:00+00:00", SSO, "message", "ticket 9, message 3 Feb 2026 Jo Roe", ("Jo Roe",), ("customer", "unknown")),
    Row("jira/i.json", j(JIRA), 6, "summary: SSO", SSO, "message", "ticket AB-1, description 3 Feb 2026 Jo Roe", ("Jo Roe",)),
    Row("ics/k.ics", ICS, 3, "Kickoff", "When: 2026-04-01, all day", "message", "invite 1 Apr 2026"),
    Row("usage/u.csv", USAGE, 1, "date: 2026-02-03", "count: 3", "row", "row 2"),
    Row("json/any.json", j({"product": "SSO", "steps": [{"who": "us", "what": SSO}]}), 2, "product: SSO", f"what: {SSO}", "row", "steps 1"),
    Row("json-talk/any.jsonl", b"\n".join(j({"speaker": s, "text": t, "start": n}) for n, (s, t) in enumerate([("Ann", "Hi."), ("Jo", SSO)])), 2, "Hi.", SSO, "moment", "call, 00:01, Jo", ("Ann", "Jo")),
    Row("gz/a.csv.gz!/a.csv", b"", 1, "Thing: SSO", "Worth: 6", "row", "row 2", beside=(("gz/a.csv.gz", gzip.compress(b"Thing,Worth\nSSO,6\n")),)),
)  # fmt: skip
NOISE = {
    "noise/~$plan.docx": b"x" * 80,
    "noise/.DS_Store": b"x" * 80,
    "noise/desktop.ini": b"[x]" * 40,
}
REASONS = {
    "other/SOW.gdoc": (b'{"url": "https://docs.example"}', "a link without content"),
    "other/old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Office format"),
    "dm/D0ANN0000/2026-02-03.json": (
        j([SLACK[0] | {"text": "between us"}]),
        "private direct messages",
    ),
    "cut/c.json": (j(CHORUS)[:-20], "not valid JSON"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("deal")
    files = {r.path: r.content for r in ROWS if "!/" not in r.path} | dict(NOISE)
    files |= {path: content for row in ROWS for path, content in row.beside}
    files |= {path: content for path, (content, _) in REASONS.items()}
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


@pytest.fixture(scope="module")
def deal(folder: Path) -> DealReading:
    return read_deal(walk_deal(folder), Manifest())


Assembled = list[tuple[Artifact, list[Segment]]]


@pytest.fixture(scope="module")
def found(deal: DealReading) -> Assembled:
    return put_together(deal)


def put_together(deal: DealReading) -> Assembled:
    """The artifacts with sides, each row's folder by itself: its people are not those of the others."""
    made: Assembled = []
    for top in dict.fromkeys(path.split("/")[0] for path, _ in deal.readings):
        own = [reading for path, reading in deal.readings if path.split("/")[0] == top]
        people = gather_people(("", one) for one in own)
        made += [assemble(raw, people, Manifest(), ()) for one in own for raw in one.artifacts]
    return made


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.path)
def test_a_format_gives_what_its_file_holds(found: Assembled, row: Row) -> None:
    own = [(a, s) for a, s in found if a.path == row.path or a.path.startswith(f"{row.path}!/")]
    segments = [segment for _, segments in own for segment in segments]
    assert len(segments) == row.segments
    assert segments[0].text.startswith(row.first)
    assert segments[-1].text.endswith(row.last)
    assert segments[-1].locator.type == row.locator
    assert segments[-1].locator.label.endswith(row.label)
    assert {s.speaker for s in segments if s.speaker} == {
        name.partition(" (")[0] for name in row.speakers
    }
    assert {s.side for s in segments} == set(row.sides)


@pytest.mark.parametrize("path", REASONS)
def test_what_gives_no_text_has_its_reason(deal: DealReading, path: str) -> None:
    assert next(n.why for n in deal.not_read if n.path == path).startswith(REASONS[path][1])


def test_other_programs_leavings_are_no_files_of_the_deal(deal: DealReading) -> None:
    named = {a.path for a in deal.artifacts} | {n.path for n in deal.not_read}
    assert not any(path.startswith("noise/") for path in named)


def test_an_attachment_names_its_mail() -> None:
    people = gather_people([])
    mail = read_here("a/m.eml", EML).artifacts[0]
    note = read_here("a/m.eml!/terms.txt", b"Three percent at most.").artifacts[0]
    assert assemble(note, people, Manifest(), (mail,))[0].meta["attachment_of"] == "a/m.eml"
    assert "attachment_of" not in assemble(mail, people, Manifest(), (mail,))[0].meta


def test_a_day_without_a_time_stays_a_day(found: Assembled) -> None:
    (invite,) = (artifact for artifact, _ in found if artifact.path == "ics/k.ics")
    assert Artifact.model_validate_json(invite.model_dump_json()).date == invite.date
    assert invite.model_dump(mode="json")["date"] == "2026-04-01"


# --- what holds for every text


def check(assembled: Iterable[tuple[Artifact, list[Segment]]]) -> None:
    """Segments are disjoint slices of their text, in order, with ids of their own and lines that exist."""
    for artifact, segments in assembled:
        assert all(s.text == artifact.text[s.start : s.end] and s.text.strip() for s in segments)
        assert all(one.end < two.start for one, two in pairwise(segments))
        assert [s.ordinal for s in segments] == list(range(len(segments)))
        assert len({s.id for s in segments}) == len(segments)
        joined = "".join(artifact.text[one.end : two.start] for one, two in pairwise(segments))
        assert set(joined) <= {"\n", "\f"}


def test_segments_are_slices_of_their_text(found: Assembled) -> None:
    check(found)


def test_reading_twice_gives_the_same_ids(folder: Path, found: Assembled) -> None:
    second = put_together(read_deal(walk_deal(folder), Manifest()))
    assert [(a.id, [s.id for s in s_]) for a, s_ in second] == [
        (a.id, [s.id for s in s_]) for a, s_ in found
    ]


def read_here(path: str, content: bytes) -> Reading:
    source = Source(path, content)
    reader = reader_for(source, load_readers())
    assert reader is not None
    return reader.read(source, SourceMap({path: content}))


def inside(raw: RawArtifact, lines: int) -> None:
    """Locators lie inside a file of so many lines."""
    for segment in raw.segments:
        place = segment.locator
        if place.type == "lines":
            assert 1 <= place.first <= place.last <= lines
        elif place.type == "row":
            assert 1 <= place.row <= lines
        elif place.type == "moment" and place.seconds is not None:
            assert 0 <= place.seconds <= (place.end or place.seconds)


LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60),
    min_size=1,
    max_size=12,
)
SAID = st.lists(
    st.tuples(
        st.sampled_from(["Ann Lee", "Jo Roe"]),
        st.text("abc de.,?", min_size=3, max_size=40).filter(str.strip),
    ),
    min_size=4,
    max_size=12,
)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(
    LINES,
    st.sampled_from(["n.md", "n.txt", "n.html", "n.csv"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_lines_are_read_in_place(lines: list[str], path: str, encoding: str) -> None:
    content = "\r\n".join(["Head,Second", *lines, "last words,here"]).encode(encoding)
    for raw in read_here(path, content).artifacts:
        inside(raw, len(lines) + 40)
        check([assemble(raw, gather_people([]), Manifest(), ())])


@FEW
@given(SAID, st.sampled_from(["json", "jsonl", "csv", "txt"]))
def test_all_words_of_any_talk_are_kept_with_their_speakers(
    said: list[tuple[str, str]], form: str
) -> None:
    entries = [
        {"speaker": who, "text": text.strip(), "start": n * 5, "end": n * 5 + 4}
        for n, (who, text) in enumerate(said)
    ]
    forms = {
        "json": j({"status": "ok", "data": {"items": entries}}),
        "jsonl": b"\n".join(map(j, entries)),
        "csv": ("speaker,text,start,end\n" + "".join(f'{e["speaker"]},"{e["text"]}",{e["start"]},{e["end"]}\n' for e in entries)).encode(),
        "txt": "".join(f"[0{e['start'] // 60}:{e['start'] % 60:02d}] {e['speaker']}: {e['text']}\n" for e in entries).encode(),
    }  # fmt: skip
    (raw, *_) = read_here(f"call.{form}", forms[form]).artifacts
    inside(raw, 0)
    check([assemble(raw, gather_people([]), Manifest(), ())])
    spoken = " ".join(f"{e['speaker']} {e['text']}" for e in entries)
    kept = " ".join(f"{s.speaker} {s.text}" for s in raw.segments)
    assert [w for w in kept.split() if w not in ("Ann", "Lee", "Jo", "Roe")] == [
        w for w in spoken.split() if w not in ("Ann", "Lee", "Jo", "Roe")
    ]
