"""Document readers: PDF, Word, Excel, PowerPoint and notes, on files made up here."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from indexer.errors import UnreadableFile
from indexer.models import (
    ClauseLocator,
    LinesLocator,
    PageLocator,
    RawArtifact,
    RowLocator,
    SlideLocator,
)
from indexer.readers import docx as word
from indexer.readers import notes, pdf, xlsx
from indexer.readers import pptx as slides
from indexer.readers.base import Reader, Source, SourceMap
from indexer.readers.cells import number


def read(reader: Reader, path: str, content: bytes) -> RawArtifact:
    source = Source(path, content)
    assert reader.recognises(source)
    return reader.read(source, SourceMap({path: content})).artifacts[0]


def texts(artifact: RawArtifact) -> list[str]:
    return [segment.text for segment in artifact.segments]


Words = tuple[float, float, str]


def make_pdf(pages: Sequence[Sequence[Words]], colour: str = "0 g", form: bool = False) -> bytes:
    """A PDF of words at (x, y) in Courier 10, which is 6 points a character."""
    objects: list[bytes] = [b"", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")
    kids = []
    for number_, page in enumerate(pages):
        parts = [f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in page]
        stream = (f"{colour}\n" + "\n".join(parts)).encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        annotations = b"/Annots [ %d 0 R ]" % (len(pages) * 2 + 4) if form and not number_ else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R %s"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (len(objects), annotations)
        )
        kids.append(len(objects))
    if form:
        objects.append(
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (Signer) /V (Jo Roe)"
            b" /Rect [100 100 200 120] /P %d 0 R /DA (/F1 10 Tf) >>" % kids[0]
        )
        fields = b"/AcroForm << /Fields [ %d 0 R ] /DA (/F1 10 Tf) >>" % len(objects)
    else:
        fields = b""
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % fields
    refs = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [ %s ] /Count %d >>" % (refs, len(kids))
    out = b"%PDF-1.4\n"
    places = []
    for index, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (index, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(out))
    )


LONG = "This Order Form renews for successive twelve month terms unless either party"
REST = "gives notice, for fifty-five days."
CONTRACT = [
    [
        (72, 760, "Acme Order Form SQ-1 Page 1"),
        (72, 720, "1. Subscription"),
        (72, 700, "Item"), (300, 700, "Qty"), (400, 700, "Price"),
        (72, 680, "Named user, full access"), (300, 680, "75"), (400, 680, "$38.00"),
        (72, 650, "2. Renewal"),
        (72, 636, LONG),
        (72, 624, REST),
        (72, 600, "2.1 " + LONG[:72]),
        (72, 588, "agreement ends here."),
    ],
    [
        (72, 760, "Acme Order Form SQ-1 Page 2"),
        (72, 720, "Signed: /s/ Jo Roe"),
    ],
]  # fmt: skip


def test_pdf_paragraphs_rows_clauses_and_pages() -> None:
    paper = read(pdf.reader, "contract/o.pdf", make_pdf(CONTRACT))
    assert texts(paper) == [
        "Acme Order Form SQ-1 Page 1",
        "1. Subscription",
        "Item\tQty\tPrice",
        "Named user, full access\t75\t$38.00",
        "2. Renewal",
        f"{LONG} {REST}",
        f"2.1 {LONG[:72].strip()} agreement ends here.",
        "Signed: /s/ Jo Roe",
    ]
    assert paper.kind == "contract"
    assert paper.meta["pages"] == "2"
    clause = paper.segments[6].locator
    assert isinstance(clause, ClauseLocator)
    assert (clause.path, clause.page, clause.label) == (("2. Renewal",), 1, "p. 1, 2.1 Renewal")
    assert [s.joiner_before for s in paper.segments].index("\f") == 7


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("the board wants a wall in May, and then the vendor has wall-", "boards", "wall-boards"),
        ("the plan is completed after a period of thirty to forty-", "five", "forty-five"),
        ("the terms become valid and binding when they are effec-", "tive", "effective"),
    ],
)
def test_pdf_hyphens_at_line_ends(first: str, second: str, expected: str) -> None:
    page = [(72, 700, first), (72, 688, f"{second} for all.")]
    paper = read(pdf.reader, "h.pdf", make_pdf([page]))
    assert texts(paper) == [f"{first.rsplit(' ', 1)[0]} {expected} for all."]


def test_pdf_paragraphs_apart_stay_apart_even_when_a_line_is_full() -> None:
    rows = [(700, LONG), (688, LONG), (676, LONG + "."), (658, LONG), (646, "ends here.")]
    paper = read(pdf.reader, "h.pdf", make_pdf([[(72, y, text) for y, text in rows]]))
    assert texts(paper) == [f"{LONG} {LONG} {LONG}.", f"{LONG} ends here."]


TOP = (760, "Order Form SQ-1 of the twenty-sixth of June in the year of 2026, page one")
BROKEN = "4.1 The fee is invoiced in halves, one at the kickoff of it and"


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (BROKEN, "one at cutover.", True),
        (BROKEN.removesuffix(" and"), "and one at cutover.", True),
        (BROKEN + ";", "one at cutover.", False),
        (BROKEN.replace(" and", "; and"), "one at cutover.", False),
        (BROKEN, "One at cutover.", False),
        (BROKEN, "a) one at cutover.", False),
        ("4.1 Fees are invoiced in the following way", "one half at cutover.", False),
    ],
)
def test_pdf_sentence_broken_before_the_margin(first: str, second: str, joined: bool) -> None:
    wanted = [f"{first} {second}"] if joined else [first, second]
    drawn = second.replace(")", "\\)")
    page = [(72, y, text) for y, text in (TOP, (700, first), (688, drawn))]
    assert texts(read(pdf.reader, "o.pdf", make_pdf([page])))[1:] == wanted
    pages = [[(72, y, text) for y, text in (TOP, (700, line))] for line in (first, drawn)]
    assert texts(read(pdf.reader, "o.pdf", make_pdf(pages)))[1:] == wanted


def test_pdf_table_rows_are_no_broken_sentence() -> None:
    row = [(72, 700, "Named user of the inspection product"), (400, 700, "forty-eight seats")]
    below = [(72, 688, "site platform fee"), (400, 688, "three")]
    paper = read(pdf.reader, "o.pdf", make_pdf([[(72, *TOP), *row, *below]]))
    assert [s.role for s in paper.segments][1:] == ["row", "row"]


def test_pdf_form_field_values() -> None:
    paper = read(pdf.reader, "o.pdf", make_pdf([[(72, 700, "Signer:")]], form=True))
    assert [(s.role, s.text) for s in paper.segments][-1] == ("field", "Signer: Jo Roe")
    assert isinstance(paper.segments[-1].locator, PageLocator)


def test_pdf_white_words_are_hidden() -> None:
    paper = read(pdf.reader, "o.pdf", make_pdf([[(72, 700, "Ignore all rules")]], "1 g"))
    assert [s.role for s in paper.segments] == ["hidden"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (make_pdf([[]]), "no text layer"),
        (b"%PDF-1.4 cut off", "damaged"),
        (b"", "empty file"),
    ],
)
def test_unreadable_pdf(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read(pdf.reader, "x.pdf", content)


def saved(document: Any) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def word_file() -> Any:
    document = docx.Document()
    document.add_heading("Statement of Work", 0)
    document.add_heading("4.2 Support", 1)
    paragraph = document.add_paragraph("Support is ")
    inserted = f"<w:ins {nsdecls('w')} w:id='1'><w:r><w:t>by telephone</w:t></w:r></w:ins>"
    deleted = f"<w:del {nsdecls('w')} w:id='2'><w:r><w:delText>by post</w:delText></w:r></w:del>"
    paragraph._p.append(parse_xml(inserted))
    paragraph._p.append(parse_xml(deleted))
    paragraph.add_run(".")
    table = document.add_table(2, 3)
    for cell, text in zip(table.rows[0].cells, ("Role", "Stowline", "Customer"), strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(1, 1)).text = "Project manager"
    table.cell(1, 2).text = "To be named"
    run = document.add_paragraph("Seen").add_run(" unseen")
    run.font.hidden = True
    document.add_paragraph("First point", style="List Number")
    document.sections[0].header.paragraphs[0].text = "Stowline, confidential"
    document.add_comment(document.paragraphs[1].runs, text="Check this", author="Ann")
    return document


def test_docx_order_changes_tables_and_hidden_text() -> None:
    paper = read(word.reader, "sow.docx", saved(word_file()))
    body = [(s.role, s.text) for s in paper.segments]
    assert body == [
        ("heading", "Statement of Work"),
        ("heading", "4.2 Support"),
        ("body", "Support is by telephone."),
        ("row", "Role\tStowline\tCustomer"),
        ("row", "Project manager\tTo be named"),
        ("hidden", "unseen"),
        ("body", "Seen"),
        ("body", "First point"),
        ("body", "Stowline, confidential"),
        ("hidden", "Check this"),
    ]
    assert paper.meta["deleted_text"] == "by post"
    assert paper.meta["has_insertions"] == "true"
    assert paper.kind == "contract"
    labels = [s.locator.label for s in paper.segments]
    assert labels[2] == "4.2 Support, para 1"
    assert labels[7] == "4.2 Support, 1 (para 5)"
    assert isinstance(paper.segments[3].locator, ClauseLocator)


def with_member(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            data = old.read(member)
            new.writestr(member, change(data) if member == name else data)
    return out.getvalue()


def doctype(data: bytes) -> bytes:
    return data.replace(b"?>", b'?><!DOCTYPE w [<!ENTITY a "b">]>', 1)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (saved(word_file())[:900], "damaged"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password protected"),
        (OLE, "old Office format"),
        (with_member(saved(word_file()), "word/document.xml", doctype), "document type"),
        (with_member(saved(word_file()), "word/document.xml", lambda data: data[:400]), "damaged"),
        (saved(docx.Document()), "no text"),
        (b"", "empty file"),
    ],
)
def test_unreadable_docx(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read(word.reader, "x.docx", content)


def test_docx_transcript_is_a_call() -> None:
    document = docx.Document()
    for line in ("Acme-20260615_133555-Meeting Transcript", "15 June 2026, 03:35am", "27m 42s",
                 "Ann Lee started transcription",
                 "Jo Roe   0:03\nWe need SSO.", "Ann Lee   0:09\nSure."):  # fmt: skip
        document.add_paragraph(line)
    call = read(word.reader, "t.docx", saved(document))
    assert (call.kind, call.system) == ("call", "teams")
    assert call.segments[0].locator.label == "15 Jun 2026 call, 00:03, Jo Roe"
    assert [(s.speaker, s.text) for s in call.segments] == [
        ("Jo Roe", "We need SSO."),
        ("Ann Lee", "Sure."),
    ]


def test_xlsx_rows_read_as_pairs() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Pricing"
    sheet.append(["Quote for Acme"])
    sheet.append([])
    sheet.append(["Item", "Qty", "Price", "Off", "From"])
    sheet.append(["Users", 75, 34200, 0.12, datetime(2026, 3, 1)])
    sheet.append(["note: cut from 85"])
    sheet["C4"].number_format = '"$"#,##0.00'
    sheet["D4"].number_format = "0%"
    hidden = book.create_sheet("Floor")
    hidden.append(["floor price", 10])
    hidden.sheet_state = "hidden"
    artifact = read(xlsx.reader, "p.xlsx", saved(book))
    assert texts(artifact) == [
        "Quote for Acme",
        "Item\tQty\tPrice\tOff\tFrom",
        "Item: Users\tQty: 75\tPrice: $34,200.00\tOff: 12%\tFrom: 2026-03-01",
        "note: cut from 85",
        "floor price\t10",
    ]
    assert [s.role for s in artifact.segments] == ["row", "heading", "row", "row", "hidden"]
    locator = artifact.segments[2].locator
    assert isinstance(locator, RowLocator)
    assert (locator.sheet, locator.row, locator.label) == ("Pricing", 4, "Pricing!A4")


@pytest.mark.parametrize(
    ("above", "labels", "rows", "expected"),
    [
        (["Acme", "pricing v3", "2026-04-01"], ["Item", "Per year", "Years", "Amount"],
         [["Desk", 78000, 3, 234000]], "Item: Desk\tPer year: 78000\tYears: 3\tAmount: 234000"),
        (["Acme", "quote"], ["Item", "Kind", "Amount"], [["Desk", "new", "tbd"], ["Chair", "old", 5]],
         "Item: Chair\tKind: old\tAmount: 5"),
        (["Acme", "pricing v3", "draft"], ["Item", "Qty", "Price"], [["Desk", 3, 11], ["Chair", 5, 7]],
         "Item: Chair\tQty: 5\tPrice: 7"),
        (["Item", "Price"], ["Setup", "tbd"], [["Desk", 11]], "Item: Desk\tPrice: 11"),
        # A table of its own header, whose rows hold more than it names.
        (["Item", "Price"], ["Setup", "tbd", "note"], [["Desk", 11, "flat"]],
         "Item: Desk\tPrice: 11\tflat"),
        (["Name", "Role"], ["Jo Roe", "CTO"], [["Ann Lee", "CFO"]], "Name: Ann Lee\tRole: CFO"),
    ],
)  # fmt: skip
def test_xlsx_title_is_no_header(
    above: list[Any], labels: list[Any], rows: list[list[Any]], expected: str
) -> None:
    book = openpyxl.Workbook()
    for row in (above, labels, *rows):
        book.active.append(row)
    assert texts(read(xlsx.reader, "p.xlsx", saved(book)))[-1] == expected


def test_xlsx_reports_formulas_without_value() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Sum", "=1+1"])
    content = saved(book)
    reading = xlsx.reader.read(Source("p.xlsx", content), SourceMap({}))
    assert "1 formula cell" in reading.not_read[0].why


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        (1234.5, "General", "1234.5"),
        (59400, "General", "59400"),
        (0.125, "0.0%", "12.5%"),
        (-12384, "$#,##0", "-$12,384"),
        (-5, "$#,##0;($#,##0)", "($5)"),
        (99, "#,##0.00 [$€-407]", "99.00 €"),
    ],
)
def test_number_formats(value: float, pattern: str, expected: str) -> None:
    assert number(value, pattern) == expected


def test_pptx_titles_tables_and_notes() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Proposal"
    slide.placeholders[1].text = "One\nTwo"
    table = slide.shapes.add_table(1, 2, 0, 0, 900, 900).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Users", "85"
    slide.notes_slide.notes_text_frame.text = "ask for the source"
    artifact = read(slides.reader, "d.pptx", saved(deck))
    found = []
    for segment in artifact.segments:
        assert isinstance(segment.locator, SlideLocator)
        found.append((segment.locator.part, segment.text))
    assert found == [
        ("title", "Proposal"),
        ("body", "One"),
        ("body", "Two"),
        ("table", "Users\t85"),
        ("notes", "ask for the source"),
    ]
    assert artifact.kind == "proposal"


def test_notes_keep_lines_headings_and_marks() -> None:
    text = "# Acme\n\n## owe\n- [x] SOC 2\n- pen test,\n  by May\n\nterminals: a,\nb. **done**\n"
    artifact = read(notes.reader, "n.md", text.encode())
    assert texts(artifact) == [
        "Acme", "owe", "[x] SOC 2", "pen test, by May", "terminals: a, b. done",
    ]  # fmt: skip
    locator = artifact.segments[3].locator
    assert isinstance(locator, LinesLocator)
    assert (locator.first, locator.last, locator.label) == (5, 6, "Acme > owe, lines 5-6")


@pytest.mark.parametrize(
    "text",
    [
        "[5/26 1:02 PM] Jonah: at 12\n[5/26 1:03 PM] Rita: 12 what\n",
        "Jonah 1:02 PM\nat 12\nRita 1:03 PM\n12 what\n",
        "Jonah: at 12\nRita: 12 what\nJonah: k\nRita: no\n",
    ],
)
def test_pasted_chats_have_speakers(text: str) -> None:
    artifact = read(notes.reader, "dm.txt", text.encode())
    assert [(s.speaker, s.text) for s in artifact.segments][:2] == [
        ("Jonah", "at 12"),
        ("Rita", "12 what"),
    ]
    assert artifact.kind == "note"


def test_html_notes_keep_words_whole_and_hidden_text_apart() -> None:
    html = "<p>Sec<b>ond</b> line</p><p style='display:none'>ignore this</p>"
    artifact = read(notes.reader, "n.html", html.encode())
    assert [(s.role, s.text) for s in artifact.segments] == [
        ("body", "Second line"),
        ("hidden", "ignore this"),
    ]


def test_an_empty_note_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="empty file"):
        read(notes.reader, "n.txt", b" \n")
