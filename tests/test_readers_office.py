"""Outlook mails, saved pages, Rich Text, columns and scans in PDFs, marks in Office files.

All files are made here; an Outlook file is a small compound file (`compound`) of property streams.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from indexer.errors import UnreadableFile
from indexer.models import RawArtifact, Reading
from indexer.readers import docx as word
from indexer.readers import load_readers, mail, notes, pdf, reader_for, rtf, xlsx
from indexer.readers import pptx as slides
from indexer.readers.base import Reader, Source, SourceMap
from indexer.readers.mail_dates import written_date
from indexer.readers.rtf_text import uncompressed

END, FREE, FAT, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
Tree = Mapping[str, Any]


def reading(reader: Reader, path: str, content: bytes) -> Reading:
    source = Source(path, content)
    assert reader.recognises(source)
    assert reader_for(source, load_readers()) is reader
    return reader.read(source, SourceMap({path: content}))


def read(reader: Reader, path: str, content: bytes) -> RawArtifact:
    (artifact,) = reading(reader, path, content).artifacts
    return artifact


def pairs(artifact: RawArtifact) -> list[tuple[str, str]]:
    return [(segment.role, segment.text) for segment in artifact.segments]


def compound(tree: Tree) -> bytes:
    """A compound file of storages (mappings) and streams (bytes); one object is stored once."""
    entries: list[list[Any]] = [["Root Entry", 5, NONE, NONE, b""]]

    def add(parent: int, inside: Tree) -> None:
        before = parent
        for name, value in inside.items():
            entries.append([name, 2 if isinstance(value, bytes) else 1, NONE, NONE, value])
            here = len(entries) - 1
            entries[before][2 if before == parent else 3] = here
            if not isinstance(value, bytes):
                add(here, value)
            before = here

    add(0, tree)
    fat: list[int] = []
    body = bytearray()
    mini = bytearray()
    mini_fat: list[int] = []
    places: dict[int, int] = {}

    def chain(table: list[int], room: bytearray, content: bytes, size: int) -> int:
        start, count = len(table), -(-len(content) // size)
        table.extend([*range(start + 1, start + count), END])
        room.extend(content.ljust(count * size, b"\0"))
        return start

    for entry in entries:
        if entry[1] == 2 and entry[4] and id(entry[4]) not in places:
            small = len(entry[4]) < 4096
            where = (mini_fat, mini, entry[4], 64) if small else (fat, body, entry[4], 512)
            places[id(entry[4])] = chain(*where)
    root = chain(fat, body, bytes(mini), 512) if mini else END
    packed = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    packed = packed.ljust(-(-len(packed) // 512) * 512, b"\xff")
    first_mini = chain(fat, body, packed, 512) if packed else END
    listing = b""
    for name, kind, child, right, content in entries:
        raw = (name + "\0").encode("utf-16-le")
        streamed = kind == 2
        start = root if kind == 5 else places.get(id(content), END) if streamed else 0
        size = len(mini) if kind == 5 else len(content) if streamed else 0
        listing += struct.pack(
            "<64sHBBIII36xIQ", raw, len(raw), kind, 1, NONE, right, child, start, size
        )
    first_entry = chain(fat, body, listing.ljust(-(-len(listing) // 512) * 512, b"\0"), 512)
    count = next(n for n in range(1, 109) if n * 128 >= len(fat) + n)
    own = len(fat)
    fat += [FAT] * count
    body += struct.pack(f"<{count * 128}I", *fat, *[FREE] * (count * 128 - len(fat)))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
    )
    header += struct.pack("<6x4I", 0, count, first_entry, 0)
    header += struct.pack("<5I", 4096, first_mini, len(packed) // 512, END, 0)
    return header + struct.pack("<109I", *range(own, own + count), *[FREE] * (109 - count)) + body


def item(header: int, numbers: Mapping[int, int], **streams: Any) -> dict[str, Any]:
    """A storage: `t0037` is text in UTF-16, `a0037` in a code page, `b3701` bytes."""
    kinds = {"t": "001F", "a": "001E", "b": "0102"}
    out: dict[str, Any] = {
        "__properties_version1.0": bytes(header)
        + b"".join(struct.pack("<HHIq", 3, tag, 6, value) for tag, value in numbers.items())
    }
    for name, value in streams.items():
        content = value.encode("utf-16-le") if name[0] == "t" else value
        out[f"__substg1.0_{name[1:]}{kinds[name[0]]}"] = content
    return out


def person(role: int, name: str, **more: Any) -> dict[str, Any]:
    return item(8, {0x0C15: role}, t3001=name, **more)


SENT = 134_178_012_000_000_000
"""12 March 2026, 15:00 UTC, in Windows' count."""
BODY = "We go live on 4 May.\r\n\r\nJo\r\n\r\nFrom: Ann Lee <ann@v.example>\r\nSent: Monday\r\nTo: Jo Roe\r\nSubject: dates\r\n\r\nWhen do you go live?"
EXCHANGE = "/o=ExchangeLabs/ou=x/cn=jo"


def outlook(**more: Any) -> dict[str, Any]:
    inner = item(24, {}, t001A="IPM.Note", t0037="The plan", t1000="Inner words") | {
        "__attach_version1.0_#00000000": item(8, {0x3705: 1}, t3707="deep.txt", b3701=b"deep words")
    }
    return item(
        32, {0x0039: SENT, 0x3FFD: 1252},
        t001A="IPM.Note", a0037=b"RE: Gr\xf6\xdfe", t1000=BODY, t1035="<m1@a.example>",
        t1042="<m0@v.example>", t1039="<root@v.example> <m0@v.example>",
        t0C1A="Roe, Jo", t0C1F=EXCHANGE, t5D01="Jo@acme.example", **more,
    ) | {
        "__recip_version1.0_#00000000": person(1, "Ann Lee", t39FE="ann@v.example"),
        "__recip_version1.0_#00000001": person(2, "Ek, Bo", t3003=EXCHANGE),
        "__attach_version1.0_#00000000": item(8, {0x3705: 1}, t3707="a/terms.txt", b3701=b"terms"),
        "__attach_version1.0_#00000001": item(8, {0x3705: 7}, t3707="cloud.docx"),
        "__attach_version1.0_#00000002": item(8, {0x3705: 5}, t3001="The plan")
        | {"__substg1.0_3701000D": inner},
    }  # fmt: skip


def test_msg_is_read_as_a_mail() -> None:
    content = compound(outlook())
    found = reading(mail.reader, "mail/export.bin", content)
    (artifact,) = found.artifacts
    assert artifact.date == datetime(2026, 3, 12, 15, tzinfo=UTC)
    assert [(p.name, p.email, p.role) for p in artifact.participants] == [
        ("Roe, Jo", "jo@acme.example", "from"),
        ("Ann Lee", "ann@v.example", "to"),
        ("Ek, Bo", None, "cc"),
    ]
    assert artifact.meta["message_id"] == "m1@a.example"
    assert artifact.meta["thread"] == "root@v.example"
    assert pairs(artifact)[:2] == [
        ("heading", "Subject: RE: Größe"),
        ("body", "We go live on 4 May."),
    ]
    tail = artifact.segments[-1]
    assert (tail.role, tail.speaker, tail.text) == ("quoted", "Ann Lee", "When do you go live?")
    assert [(n.path, n.why) for n in found.not_read] == [
        ("mail/export.bin!/cloud.docx", "a link, not the file itself")
    ]


def test_msg_attachments_are_sources_of_their_own() -> None:
    plain, inner = mail.attachments(Source("m.msg", compound(outlook())))
    assert (plain.path, plain.content) == ("m.msg!/terms.txt", b"terms")
    assert inner.path == "m.msg!/The plan.eml"
    assert ("body", "Inner words") in pairs(read(mail.reader, inner.path, inner.content))
    (deep,) = mail.attachments(inner)
    assert (deep.path, deep.content) == ("m.msg!/The plan.eml!/deep.txt", b"deep words")


def test_msg_without_id_is_named_the_same_each_time() -> None:
    content = compound(item(32, {}, t0037="Price", t1000="It is 40."))
    first, second = (read(mail.reader, "m.msg", content).meta["message_id"] for _ in range(2))
    assert first == second


PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c0900206277"
    "05b06c647d0a800fa0"
)
"""The example of [MS-OXRTFCP]."""


def test_msg_with_nothing_but_packed_rich_text() -> None:
    assert uncompressed(PACKED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    content = compound(item(32, {}, t0037="Hi", b1009=PACKED))
    assert pairs(read(mail.reader, "m.msg", content)) == [
        ("heading", "Subject: Hi"),
        ("body", "hello world"),
    ]


SHARED = bytes(40_000)
OVERLAPPING = outlook() | {
    f"__attach_version1.0_#{n:08X}": item(8, {0x3705: 1}, t3707="x", b3701=SHARED)
    for n in range(200)
}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (compound(item(32, {}, t001A="IPM.Contact", t0037="Jo")), "class 'IPM.Contact'"),
        (compound(item(32, {}, t001A="IPM.Note.SMIME", t0037="Jo")), "encrypted or signed"),
        (compound(OVERLAPPING), "overlap"),
        (compound(item(32, {}, b1009=b"\0\0\0\0\xff\xff\xff\x7fLZFu\0\0\0\0", t0037="a")), "too large"),
        (compound({"WordDocument": b"x"}), "not an Outlook message"),
        (compound(outlook())[:2000], "damaged"),
        (b"", "not an Outlook message"),
    ],
)  # fmt: skip
def test_unreadable_msg(content: bytes, why: str) -> None:
    assert mail.attachments(Source("m.msg", content)) == []
    with pytest.raises(UnreadableFile, match=why):
        read(mail.reader, "m.msg", content)


OUTLOOK_PAGE = """<html><head><style>p{}</style></head><body><div class=WordSection1>
<p><b>From:</b> Roe, Jo &lt;jo@acme.example&gt;<br><b>Sent:</b> Thursday, March 12, 2026 9:00 PM<br>
<b>To:</b> Lee, Ann &lt;ann@v.example&gt;; Bo Ek<br><b>Subject:</b> RE: dates</p>
<p>We go live on 4 May.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>
<p><b>From:</b> Ann Lee &lt;ann@v.example&gt;<br><b>Sent:</b> Wed<br><b>To:</b> Jo</p></div>
<p>When do you go live?</p></div></body></html>"""
GERMAN_PAGE = """<html><body><table><tr><td>Von:</td><td>Jörg Rö &lt;j@a.example&gt;</td></tr>
<tr><td>Gesendet:</td><td>Donnerstag, 12. März 2026 21:00</td></tr><tr><td>An:</td><td>Ann</td></tr>
<tr><td>Betreff:</td><td>Größe</td></tr></table><p>Wir starten am 4. Mai.</p></body></html>"""


def gmail_mail(sender: str, hour: int, body: str) -> str:
    return (
        f'<table class="message"><tr><td><b>{sender}</b> &lt;{sender.lower()}@x.example&gt;</td>'
        f"<td>Thu, Mar 12, 2026 at {hour}:00 AM</td></tr><tr><td colspan=2><div>To: Ann</div></td></tr>"
        f"<tr><td colspan=2><table><tr><td>{body}</td></tr></table></td></tr></table>"
    )


def test_saved_outlook_page_is_a_mail() -> None:
    artifact = read(mail.reader, "saved/page.htm", OUTLOOK_PAGE.encode())
    assert (artifact.kind, artifact.title) == ("mail", "RE: dates")
    assert artifact.date == datetime(2026, 3, 12, 21, tzinfo=UTC)
    assert artifact.meta["time_zone"] == "not stated"
    assert [(p.name, p.email, p.role) for p in artifact.participants] == [
        ("Roe, Jo", "jo@acme.example", "from"),
        ("Lee, Ann", "ann@v.example", "to"),
        ("Bo Ek", None, "to"),
    ]
    assert [(s.role, s.speaker, s.text) for s in artifact.segments] == [
        ("heading", "Roe, Jo", "Subject: RE: dates"),
        ("body", "Roe, Jo", "We go live on 4 May."),
        ("quoted", "Ann Lee", "From: Ann Lee <ann@v.example>\nSent: Wed\nTo: Jo"),
        ("quoted", "Ann Lee", "When do you go live?"),
    ]


def test_saved_german_page_and_printed_gmail_conversation() -> None:
    german = read(mail.reader, "a.html", GERMAN_PAGE.encode())
    assert german.participants[0].name == "Jörg Rö"
    assert pairs(german) == [("heading", "Subject: Größe"), ("body", "Wir starten am 4. Mai.")]
    page = '<html><div class="maincontent"><b>Price</b></div>' + gmail_mail("Jo", 9, "What is it?")
    found = reading(mail.reader, "g.html", (page + gmail_mail("Ann", 10, "40 EUR.")).encode())
    assert [(a.path, a.title, a.segments[-1].text) for a in found.artifacts] == [
        ("g.html!/mail-1", "Price", "What is it?"),
        ("g.html!/mail-2", "Price", "40 EUR."),
    ]


def test_page_that_only_quotes_a_mail_stays_a_note() -> None:
    words = "<p>Notes of the week</p>" * 4
    page = OUTLOOK_PAGE.replace("<p><b>From", words + "<p><b>From", 1)
    assert read(notes.reader, "a.html", page.encode()).kind == "note"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jeudi 12 mars 2026 09:05", datetime(2026, 3, 12, 9, 5)),
        ("12.03.2026 09:05", datetime(2026, 3, 12, 9, 5)),
        ("jueves, 12 de marzo de 2026 9:05", datetime(2026, 3, 12, 9, 5)),
        ("Thu, 12 Mar 2026 09:05:00 +0000", datetime(2026, 3, 12, 9, 5, tzinfo=UTC)),
        ("Mar 12, 2026, 12:05 AM", datetime(2026, 3, 12, 0, 5)),
        ("03/04/2026 9:05", None),
        ("31 February 2026", None),
    ],
)
def test_dates_as_people_read_them(text: str, expected: datetime | None) -> None:
    assert written_date(text) == expected


RICH = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Calibri;}
{\f1\fnil\fcharset204 Arial;}}{\info{\author Nobody}}{\header Acme page}
\pard Order form \endash  Gr\'f6\'dfe \u8364?40\par
The term is {\deleted\revauthdel1 12}{\revised\revauth1 24} months.{\v unseen}\par
{\field{\*\fldinst{HYPERLINK "http://x.example"}}{\fldrslt{our site}}} {\f1 \'c4\'e0}\par
\trowd\cellx1000\cellx2000 Seats\cell 75\cell\row
\pard May 1{\footnote \pard\plain Not before May.}{\*\atnauthor Jo}{\*\annotation Ask Ann}\par}"""


def test_rtf_shows_what_a_person_sees() -> None:
    artifact = read(rtf.reader, "contract/order.doc", RICH)
    assert pairs(artifact) == [
        ("body", "Order form – Größe €40"),
        ("body", "The term is 24 months."),
        ("body", "our site Да"),
        ("row", "Seats\t75"),
        ("body", "May 1"),
        ("body", "Acme page"),
        ("body", "Not before May."),
        ("hidden", "Ask Ann"),
        ("hidden", "unseen"),
    ]
    assert artifact.kind == "contract"
    assert artifact.meta == {"has_insertions": "true", "deleted_text": "12"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty file"),
        (b"plain words", "not an RTF file"),
        (b"{\\rtf1 " + b"{" * 5000, "nested too deep"),
        (b"{\\rtf1 {\\pict\\bin99999 }}", "no text"),
        (b"{\\rtf1 \\u99999999 }", "damaged"),
    ],
)
def test_unreadable_rtf(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read(rtf.reader, "a.rtf", content)


def test_rtf_made_to_take_for_ever_does_not() -> None:
    fonts = b"{\\fonttbl" + b"\\f1\\fcharset1" * 20_000
    links = b"{\\field{\\*\\fldinst{ HYPERLINK }}} " * 5_000
    assert pairs(read(rtf.reader, "a.rtf", b"{\\rtf1 " + links + b" Hello\\par " + fonts)) == [
        ("body", "Hello")
    ]


Words = tuple[float, float, str]


def make_pdf(pages: Sequence[Sequence[Words]], trailer: bytes = b"") -> bytes:
    """A PDF of words at (x, y) in Courier 10, without a cross-reference table."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"
    kids = b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [ %s ] /Count %d >>" % (kids, len(pages)),
        font,
    ]
    for number, page in enumerate(pages):
        stream = "\n".join(f"BT /F1 10 Tf {x} {y} Td ({t}) Tj ET" for x, y, t in page).encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (4 + 2 * number)
        )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Root 1 0 R /Size 9 " + trailer + b">>\n%%EOF\n"


LEFT = (
    "The customer operates nine|warehouses and plans to move|all of them to the new system|"
    "in the course of the summer.||Each site keeps its own|scanners, label printers and|"
    "handhelds until the rollout|there has been accepted by|the local manager, who signs"
)
RIGHT = (
    "the form of Exhibit B on the|last day of the first week.|Support is given by phone in|"
    "the morning from eight until|the evening at six o'clock,|and by mail at all times that|"
    "are not named here by hours.||The vendor answers within|four hours on a working day."
)


def side_by_side(left: str, right: str) -> list[Words]:
    rows = zip(left.split("|"), right.split("|"), strict=True)
    return [
        (x, 690 - 12 * n, text)
        for n, row in enumerate(rows)
        for x, text in zip((72, 330), row, strict=True)
        if text
    ]


def test_pdf_columns_are_read_one_after_the_other() -> None:
    head = [
        (72, 760, "Acme Ltd"),
        (480, 760, "Page"),
        (72, 720, "Statement of Work for nine sites"),
    ]
    across = (72, 540, "This last line stands across the page and is in neither of the columns.")
    paper = read(pdf.reader, "a.pdf", make_pdf([[*head, *side_by_side(LEFT, RIGHT), across]]))
    found = [text for _, text in pairs(paper)]
    assert found[0] == "Acme Ltd\tPage"
    assert "\t" not in "".join(found[1:])
    assert found[2].startswith("The customer operates nine warehouses and plans to move all")
    assert "the local manager, who signs the form of Exhibit B on the last day" in found[3]
    assert found[-2] == "The vendor answers within four hours on a working day."
    assert found[-1] == across[2]


def test_pdf_table_of_long_cells_stays_a_table() -> None:
    left = (
        "The system must export all of|the orders to a CSV file.||Users sign in by the same|"
        "account as for their mail.||The data is kept in the EU at|all times, with no exception.||"
        "There is a named contact for|all of the nine sites, by day."
    )
    right = (
        "Yes, this is part of the base|product and needs no change.||Yes, by SAML with the mail|"
        "provider that the site names.||Yes, in Frankfurt and Dublin|and the backups stay there too.||"
        "A named person from the second|year on, for an extra fee."
    )
    paper = read(pdf.reader, "a.pdf", make_pdf([side_by_side(left, right)]))
    assert pairs(paper)[0] == (
        "row",
        "The system must export all of\tYes, this is part of the base",
    )
    assert {role for role, _ in pairs(paper)} == {"row"}


def test_pdf_with_a_password_is_reported_as_such() -> None:
    key = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]"
    content = make_pdf([[(72, 700, "secret")]], key % (b"11" * 32, b"22" * 32))
    with pytest.raises(UnreadableFile, match="password protected"):
        read(pdf.reader, "a.pdf", content)


SCANNED = make_pdf([[(72, 700, "Order Form of Acme")], [], [(72, 700, "Signed by Jo")], []])


def tesseract(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_scanned_pages_are_named_without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = reading(pdf.reader, "a.pdf", SCANNED)
    assert "ocr" not in found.artifacts[0].meta
    assert [n.why.split(";")[0] for n in found.not_read] == [
        "no text on page 2, 4 (a scan or a picture)"
    ]
    with pytest.raises(UnreadableFile, match=r"no text layer.*install tesseract"):
        read(pdf.reader, "a.pdf", make_pdf([[]]))


def test_scanned_pages_are_read_with_tesseract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tesseract(tmp_path, 'head -c 13; echo; echo; echo "line one"; echo "line two"', monkeypatch)
    found = reading(pdf.reader, "a.pdf", SCANNED)
    (paper,) = found.artifacts
    assert found.not_read == ()
    assert (paper.meta["ocr"], paper.meta["ocr_pages"]) == ("true", "2, 4")
    assert [(s.text, s.joiner_before) for s in paper.segments[:4]] == [
        ("Order Form of Acme", "\n"),
        ("P5 2550 3301", "\f"),
        ("line one line two", "\n"),
        ("Signed by Jo", "\f"),
    ]
    assert paper.segments[1].locator.label == "p. 2, read from a picture of the page"


def test_tesseract_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tesseract(tmp_path, "exit 1", monkeypatch)
    (why,) = reading(pdf.reader, "a.pdf", SCANNED).not_read
    assert why.why == "no text on page 2, 4 (a scan or a picture); tesseract failed"


def saved(document: Any) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_docx_says_who_inserted_and_deleted_what() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Term: ")
    who = f'w:author="Jo Roe" w:date="2026-03-12T09:00:00Z" {nsdecls("w")}'
    for tag, words in (("del", "<w:delText>12</w:delText>"), ("ins", "<w:t>24</w:t>")):
        change = f'<w:{tag} w:id="1" {who}><w:r>{words}</w:r></w:{tag}>'
        paragraph._p.append(parse_xml(change))
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>moved away</w:t></w:r>"
    paragraph._p.append(parse_xml(f'<w:moveFrom w:id="2" {who}>{hidden}</w:moveFrom>'))
    document.add_comment(paragraph.runs, text="Is it final?", author="Ann Lee")
    paper = read(word.reader, "a.docx", saved(document))
    assert pairs(paper) == [("body", "Term: 24"), ("hidden", "Is it final?")]
    assert (paper.segments[1].speaker, type(paper.segments[1].at)) == ("Ann Lee", date)
    assert paper.meta["inserted_text"] == "24"
    assert paper.meta["deleted_text"] == "12"
    assert paper.meta["changed_by"] == "Jo Roe 2026-03-12"


def test_pptx_hidden_slide_hides_its_tables_and_notes() -> None:
    deck = pptx.Presentation()
    for hidden in (False, True):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = "Price"
        slide.shapes.add_table(1, 1, 0, 0, 99, 99).table.cell(0, 0).text = "40 EUR"
        slide.notes_slide.notes_text_frame.text = "Offer 10% off"
        if hidden:
            slide.element.set("show", "0")
    artifact = read(slides.reader, "a.pptx", saved(deck))
    roles = ["heading", "row", "body", "hidden", "hidden", "hidden"]
    assert [role for role, _ in pairs(artifact)] == roles
    assert artifact.segments[2].locator.label == "slide 1, speaker notes"


def test_xlsx_hidden_sheets_and_columns_are_marked() -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Margins")):
        for row in (("Item", "Cost", "Price"), ("Seat", 12, 38)):
            sheet.append(row)
    book["Margins"].sheet_state = "veryHidden"
    book["Sheet"].column_dimensions["B"].hidden = True
    artifact = read(xlsx.reader, "a.xlsx", saved(book))
    assert artifact.meta["hidden_sheets"] == "Margins"
    assert pairs(artifact) == [
        ("heading", "Item\tPrice"),
        ("hidden", "Cost"),
        ("row", "Item: Seat\tPrice: 38"),
        ("hidden", "Cost: 12"),
        ("hidden", "Item\tCost\tPrice"),
        ("hidden", "Item: Seat\tCost: 12\tPrice: 38"),
    ]


def test_msg_whose_header_claims_more_than_the_file_holds_is_refused_at_once() -> None:
    content = bytearray(compound(outlook()))
    struct.pack_into("<I", content, 64, 0x7FFFFFFF)
    with pytest.raises(UnreadableFile, match="damaged"):
        read(mail.reader, "m.msg", bytes(content))
