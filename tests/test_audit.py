"""`baton audit`: each statement of somebody's handoff document held against the evidence, and what it leaves out."""

from __future__ import annotations

import io
import json
import textwrap
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.session import Session
from indexer.errors import InputError
from indexer.models import LinesLocator, RawArtifact, RawSegment
from indexer.single import read_file
from review.audit.document import statements_of
from tests.test_model_injection import pdf_of

MAIL = """From: {who}
To: {to}
Date: {day} Mar 2026 10:00:00 +0000
Subject: {subject}
Message-ID: <{day}@example>
Content-Type: text/plain; charset=utf-8

{words}
"""
OURS, THEIRS = "Ana Roth <ana@brightware.example>", "Sam Lind <sam@oakmill.example>"
MAILS = (
    ("02", THEIRS, OURS, "About us", "Oakmill runs twelve bakeries with about 300 employees. We lost our biggest customer in January because deliveries came late."),
    ("03", OURS, THEIRS, "After our call", "We will write the bookings back into your warehouse system, that's included, no extra charge."),
    ("04", OURS, THEIRS, "Timing", "You would be live in four weeks, that is what I promise you."),
    ("05", THEIRS, OURS, "Who pays", "It is my budget and my signature. My deputy Eva Holm looks after the data."),
)  # fmt: skip
ORDER = """# Order form 2026-17

Brightware Ltd. and Oakmill Bakeries

The annual subscription is for up to 40 users at $24,000.00 a year.

Implementation: the planned duration is nine weeks from kickoff, then the system is live.

Integration with a warehouse system is not included.

Signed: /s/ Ana Roth, Brightware Ltd.
Date: 2026-03-09

Signed: /s/ Sam Lind, Oakmill Bakeries
Date: 2026-03-10
"""
HANDOFF = """# Oakmill: handoff

## The company
- Oakmill runs twelve bakeries with about 300 employees.
- They lost their biggest customer in January because deliveries came late.

## Deal
- The subscription is for up to 60 users.
- They go live in four weeks.
- Oakmill has a second warehouse in Lisbon with robots from Kuka.

Who is the champion?
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, models: Path) -> tuple[Path, str]:
    root = tmp_path_factory.mktemp("audit")
    home, deal = root / "home", root / "oakmill"
    home.mkdir()
    deal.mkdir()
    (home / "models").symlink_to(models)
    for day, who, to, subject, words in MAILS:
        text = MAIL.format(day=day, who=who, to=to, subject=subject, words=words)
        (deal / f"{day}.eml").write_text(text, encoding="utf-8")
    (deal / "order form.md").write_text(ORDER, encoding="utf-8")
    (deal / "deal.yaml").write_text(
        "account: Oakmill\nvendor: Brightware\nown_domains: [brightware.example]\n"
        "close_date: 2026-03-10\nkinds:\n  order form.md: contract\n",
        encoding="utf-8",
    )
    slug = Session(home).index_deal(deal, None, False, False, lambda *_: None).account
    return home, slug


@pytest.fixture(scope="module")
def audited(place: tuple[Path, str]) -> dict[str, Any]:
    home, slug = place
    file = home.parent / "handoff.md"
    file.write_text(HANDOFF, encoding="utf-8")
    before = Session(home).fingerprint(slug)
    run = CliRunner().invoke(
        app, ["audit", slug, str(file), "--format", "json", "--home", str(home)]
    )
    assert run.exit_code == 0, run.output
    assert Session(home).fingerprint(slug) == before, "nothing of the file becomes evidence"
    assert not any("handoff" in p for p in Session(home).account_index(slug).artifacts)
    found: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return found


def _verdict(audited: dict[str, Any], words: str) -> dict[str, Any]:
    return next(s for s in audited["statements"] if words in s["text"])


def test_what_the_evidence_says_is_supported_with_its_words(audited: dict[str, Any]) -> None:
    one = _verdict(audited, "twelve bakeries")
    assert one["verdict"] == "supported"
    assert "twelve bakeries" in one["citations"][0]["quote"]


def test_what_is_signed_otherwise_is_contradicted_with_the_clause(audited: dict[str, Any]) -> None:
    for words, signed in (("60 users", "40 users"), ("four weeks", "nine weeks")):
        one = _verdict(audited, words)
        assert one["verdict"] == "contradicted", one
        assert signed in one["citations"][0]["quote"]
        assert one["citations"][0]["artifact"] == "order form.md"


def test_what_no_source_says_is_not_supported(audited: dict[str, Any]) -> None:
    assert _verdict(audited, "robots from Kuka")["verdict"] in ("not_found", "altered")


def test_a_question_is_no_statement(audited: dict[str, Any]) -> None:
    assert not any("champion" in s["text"] for s in audited["statements"])
    assert audited["counts"]["statements"] == len(audited["statements"]) == 5


def test_promises_conflicts_and_gaps_left_out_are_named(audited: dict[str, Any]) -> None:
    kinds = {x["kind"] for x in audited["left_out"]}
    assert {"promise", "gap"} <= kinds
    promised = [x for x in audited["left_out"] if x["kind"] == "promise"]
    assert any("write the bookings back" in c["quote"] for x in promised for c in x["citations"])
    assert audited["counts"]["gaps"] == sum(x["kind"] == "gap" for x in audited["left_out"])
    assert 0 < audited["answered"] < audited["asked"] == 36


def test_the_text_says_verdicts_and_what_is_missing(place: tuple[Path, str]) -> None:
    home, slug = place
    file = home.parent / "short.txt"
    file.write_text("The subscription is for up to 60 users.\n", encoding="utf-8")
    run = CliRunner().invoke(app, ["audit", slug, str(file), "--home", str(home)])
    assert run.exit_code == 0, run.output
    assert "CONTRADICTED: The subscription is for up to 60 users." in run.output
    assert "Promises it does not mention:" in run.output


def test_a_file_that_is_none_is_one_line(place: tuple[Path, str], tmp_path: Path) -> None:
    home, slug = place
    with pytest.raises(InputError, match="is no file"):
        Session(home).audit(slug, tmp_path / "nothing.md")
    (tmp_path / "empty.md").write_text("\n")
    with pytest.raises(InputError, match="can't be read"):
        read_file(tmp_path / "empty.md")


TITLE, LIST, TABLE, ASKED = (
    "The company",
    ("Oakmill runs twelve bakeries with about 300 employees.", "They lost their biggest customer in January because deliveries came late."),
    (("Term", "Value"), ("Users", "The subscription is for up to 60 users"), ("Go-live", "They go live in four weeks.")),
    "Who is the champion?",
)  # fmt: skip
STATED = [*LIST, *(": ".join(row) for row in TABLE[1:])]


def _html() -> str:
    points = "".join(f"<li>{p}</li>" for p in LIST)
    rows = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in TABLE)
    body = f"<h1>Oakmill</h1><h2>{TITLE}</h2><ul>{points}</ul><p>Deal</p><table>{rows}</table><p>{ASKED}</p>"
    return f"<!doctype html><html><body>{body}</body></html>"


def _docx() -> bytes:
    import docx

    document, out = docx.Document(), io.BytesIO()
    document.add_heading("Oakmill", 0)
    document.add_heading(TITLE, 1)
    for point in LIST:
        document.add_paragraph(point, style="List Bullet")
    document.add_paragraph("Deal")
    table = document.add_table(rows=0, cols=2)
    for row in TABLE:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.add_paragraph(ASKED)
    document.save(out)
    return out.getvalue()


def _mail(**parts: bytes) -> bytes:
    """The document as a mail's own words, wrapped as mail programs do; or in an attachment."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = OURS, "Jo <jo@brightware.example>", "Fwd: Oakmill"
    mail["Date"], mail["Message-ID"] = "Thu, 12 Mar 2026 10:00:00 +0000", "<handoff@example>"
    points = "\n".join(textwrap.fill(f"- {p}", 60, subsequent_indent="  ") for p in LIST)
    rows = "\n".join(f"- {': '.join(row)}" for row in TABLE[1:])
    text = f"Hi Jo,\n\n{TITLE}\n{points}\n\nDeal:\n{rows}\n\n{ASKED}\n\nBest\nAna\n\nOn 9 Mar 2026, Jo wrote:\n> Where do I find the handoff of Oakmill?\n"
    mail.set_content("Hi Jo,\n\nAna\n" if parts else text)
    for name, content in parts.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def _pdf() -> bytes:
    lines = ["Oakmill", "", TITLE, *(f"- {p}" for p in LIST), "", "Deal:"]
    lines += [*(f"- {': '.join(row)}" for row in TABLE[1:]), "", ASKED]
    return pdf_of(lines)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("handoff.html", _html().encode()),
        ("handoff.docx", _docx()),
        ("handoff.eml", _mail()),
        ("attached.eml", _mail(**{"handoff.docx": _docx()})),
        ("handoff.pdf", _pdf()),
    ],
)
def test_the_same_document_in_another_format_says_the_same(
    place: tuple[Path, str], audited: dict[str, Any], tmp_path: Path, name: str, content: bytes
) -> None:
    """Nothing that belongs to a format is taken for a statement: no header row, no greeting, no quoted mail."""
    home, slug = place
    file = tmp_path / name
    file.write_bytes(content)
    found = Session(home).audit(slug, file)
    assert [s.text for s in found.statements] == STATED
    assert {s.heading for s in found.statements} == {TITLE, "Deal"}
    said = {s["text"]: s["verdict"] for s in audited["statements"]}
    verdicts = [said.get(s.text.split(": ", 1)[-1].rstrip(".") + ".", "") for s in found.statements]
    assert [s.verdict for s in found.statements] == verdicts
    assert all(s.place for s in found.statements)


def test_a_document_is_cut_into_statements() -> None:
    texts = (
        "The team is large. It grows.", "Budget:", "- **Champion:** Ines Vogt, COO", "Region\tNorth", "Is it signed yet?",
    )  # fmt: skip
    segments = tuple(
        RawSegment(text=t, locator=LinesLocator(first=n, last=n, label=f"line {n}"))
        for n, t in enumerate(texts, 1)
    )
    document = RawArtifact(path="x.md", kind="note", system="file", title="x", segments=segments)
    found = statements_of([document])
    assert [s.text for s in found] == [
        "The team is large.",
        "Champion: Ines Vogt, COO",
        "Is it signed yet?",
    ]
    assert [s.asks for s in found] == [False, False, True]
    assert found[1].heading == "Budget"
