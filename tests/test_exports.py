"""What a brief is taken along as: whole, harmless, and always with the hash and who approved it."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import Any
from xml.etree import ElementTree
from zlib import crc32

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models import (
    Citation,
    Claim,
    Commitment,
    Conflict,
    ConflictSide,
    FieldResult,
    Gap,
    PersonRow,
    Provenance,
    Risk,
    SectionResult,
)
from indexer.errors import InputError
from indexer.models import LinesLocator
from prompts.role_views import role_views
from prompts.template import load_template
from review.export import EXPORTS
from review.export.docx import to_docx
from review.export.questions import questions_for
from review.export.tasks import COLUMNS, safe_cell, tasks_csv
from review.models import AccountHead, Brief, Decision, ReviewRecord, SignOff, Sources
from review.render import to_html, to_markdown
from review.reviewed import Surroundings, as_reviewed
from review.scores import scores
from review.state import Review
from review.views import viewed

FORMULA = '=HYPERLINK("http://evil.example","x")'
HASH = "ab" * 32
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def cite(quote: str, side: Any = "customer") -> Citation:
    return Citation(
        artifact="mail/a.eml", segment=f"s-{quote}", start=(at := crc32(quote.encode())), end=at + len(quote), quote=quote,
        locator=LinesLocator(first=1, last=1, label="mail, line 1"), speaker="Ines Vogt", side=side,
    )  # fmt: skip


def claim(id_: str, field: str, quote: str, kind: Any = "fact", side: Any = "customer") -> Claim:
    return Claim(
        id=id_, key=f"key-{id_}", field=field, kind=kind, text="Ines Vogt said so", citations=(cite(quote, side),)
    )  # fmt: skip


def brief(**changes: Any) -> Brief:
    """A brief with one of everything, some of it hostile."""
    claims = (
        claim("c1", "goals.problem", "Counts were wrong <b>twice</b>.\x0b\x1b[31m"),
        claim("c2", "goals.first_value", "Forty right counts by June."),
        claim("c3", "commitments.promised_features", FORMULA, "commitment", "vendor"),
        claim("c4", "risks.open_risks", "@SUM(A1) Nobody maintains the scanner.", "risk"),
        claim("c5", "next_steps.first_30_days", "-2+3 Send the plan."),
    )
    names = ("goals.problem", "goals.first_value", "goals.success_metrics", "commitments.promised_features",
             "risks.open_risks", "next_steps.first_30_days", "stakeholders.champion", "relationship.communication")  # fmt: skip
    by_field = {c.field: c.id for c in claims}
    fields = [
        FieldResult(
            id=n, status="answered" if n in by_field else "needs_clarification",
            claims=(by_field[n],) if n in by_field else (), shown=(by_field[n],) if n in by_field else (),
            gaps=() if n in by_field else ("g1",),
        )
        for n in names
    ]  # fmt: skip
    sections = tuple(
        SectionResult(id=s, title=s.title(), fields=tuple(f for f in fields if f.id.startswith(f"{s}.")))
        for s in ("goals", "stakeholders", "commitments", "risks", "relationship", "next_steps")
    )  # fmt: skip
    said, signed = cite("Four weeks.", "vendor"), cite("Ten weeks.", "unknown")
    whole = {
        "account": AccountHead(slug="tarn", name="=Tarn", ae="Paul Okoro", csm="Mia Brandt", kickoff_date=date(2026, 4, 14)),
        "template": "sales-to-cs", "provenance": Provenance(created_at="2026-04-01T00:00:00Z", index="i", version="0"),
        "sections": sections, "claims": claims,
        "commitments": (Commitment(claim="c3", type="feature", by="+Paul", to="Ines", scope="silent", scope_citations=(signed,)),),
        "conflicts": (Conflict(id="x1", key="key-x1", topic="go-live", why="four weeks or ten", sides=(
            ConflictSide(text="4", authority="seller on a call", citations=(said,)),
            ConflictSide(text="10", authority="executed order form", citations=(signed,)),
        )),),
        "gaps": (
            Gap(id="g1", key="key-g1", field="goals.success_metrics", question="How is it measured?", ask="AE"),
            Gap(id="g2", key="key-g2", field=None, question="Who uses it?", ask="customer"),
        ),
        "risks": (Risk(claim="c4", severity="high", owner="Mia Brandt"),),
        "people": (PersonRow(name="Ines Vogt", side="customer", engagement={"calls": 2}), PersonRow(name="Bo", side="customer")),
        "sources": Sources(read=3),
        "status": "accepted",
        "review": ReviewRecord(hash=HASH, sign_offs=(
            SignOff(role="ae", name="Paul Okoro", at="2026-04-02T10:00:00+00:00", hash=HASH, event="e1"),
            SignOff(role="csm", name="Mia Brandt", at="2026-04-03T10:00:00+00:00", hash=HASH, event="e2"),
        )),
    }  # fmt: skip
    return Brief.model_validate({**whole, **changes})


@pytest.mark.parametrize("what", EXPORTS)
def test_every_export_carries_the_hash_and_both_names(what: str) -> None:
    text = EXPORTS[what][1](brief())
    for word in (HASH, "Paul Okoro", "Mia Brandt", "Accepted"):
        assert word in text, word


def test_the_brief_itself_carries_them_in_every_format() -> None:
    made = brief()
    parts = zipfile.ZipFile(io.BytesIO(to_docx(made))).read("word/document.xml").decode()
    for text in (to_markdown(made, {}), to_html(made, {}), made.model_dump_json(), parts):
        assert HASH in text
        assert "Mia Brandt" in text


def test_the_agenda_puts_what_is_open_first() -> None:
    text = EXPORTS["agenda"][1](brief())
    order = [
        "four weeks or ten",
        "How is it measured?",
        "HYPERLINK",
        "scanner",
        "Forty right counts",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    waived = Decision(key="key-g1", decision="rejected", by="A", at="t")
    decided = brief(review=ReviewRecord(decisions=(waived,)))
    assert "How is it measured?" not in EXPORTS["agenda"][1](decided)


def test_the_answered_sheet_holds_answers_and_no_open_question() -> None:
    text = EXPORTS["answered"][1](brief())
    assert load_template("sales-to-cs").fields()["goals.first_value"].gap in text
    assert "Forty right counts by June." in text
    assert load_template("sales-to-cs").fields()["goals.success_metrics"].gap not in text


def test_the_ae_is_asked_what_only_the_ae_can_know() -> None:
    draft = questions_for(brief(), "AE")
    assert draft.name == "Paul Okoro"
    assert [q.key for q in draft.questions] == ["key-x1", "key-g1"]
    assert draft.body.startswith("Hello Paul,")
    assert "14 Apr 2026" in draft.body
    assert "“Ten weeks.”" in draft.body
    assert [q.key for q in questions_for(brief(), "Customer").questions] == ["key-g2"]
    assert questions_for(brief(), "SE").questions == ()


def test_a_promise_is_ticked_once_somebody_reviewed_it() -> None:
    assert "- [ ] “\\=HYPERLINK" in EXPORTS["promises"][1](brief())
    reviewed = brief().commitments[0].model_copy(update={"reviewed_by": "Paul Okoro"})
    assert "- [x] “\\=HYPERLINK" in EXPORTS["promises"][1](brief(commitments=(reviewed,)))
    assert "“Ten weeks.”" in EXPORTS["promises"][1](brief())


def test_no_task_is_a_formula_and_every_open_item_is_one() -> None:
    rows = list(csv.reader(io.StringIO(tasks_csv(brief()))))
    assert tuple(rows[0]) == COLUMNS
    assert {r[6] for r in rows[1:]} == {"key-x1", "key-g1", "key-g2", "key-c4", "key-c3", "key-c5"}
    for row in rows[1:]:
        assert len(row) == len(COLUMNS)
        assert [c for c in row if c.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert [r[0] for r in rows if r[6] == "key-c5"] == ["'-2+3 Send the plan."]
    assert [r[3] for r in rows if r[6] == "key-c3"] == ["'+Paul"]


@given(
    lead=st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\0", "＝", " =", "\n@", "\u200b="]),
    rest=st.text(max_size=20),
)
def test_no_text_becomes_a_live_cell(lead: str, rest: str) -> None:
    cell = safe_cell(lead + rest)
    assert not cell.lstrip("\ufffd ").startswith(("=", "+", "-", "@")) or cell.startswith(
        ("'", "\ufffd")
    )
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([cell, "next"])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [cell, "next"]


def test_the_word_document_has_headings_tables_and_a_footnote_for_every_citation() -> None:
    made = brief()
    content = to_docx(made)
    document = docx.Document(io.BytesIO(content))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading 1")]
    assert headings[:3] == ["Goals", "Stakeholders", "Commitments"]
    assert len(document.tables) >= 4
    archive = zipfile.ZipFile(io.BytesIO(content))
    text = ElementTree.fromstring(archive.read("word/document.xml"))
    notes = ElementTree.fromstring(archive.read("word/footnotes.xml"))
    used = [e.get(f"{W}id") for e in text.iter(f"{W}footnoteReference")]
    known = {e.get(f"{W}id"): "".join(e.itertext()) for e in notes.iter(f"{W}footnote")}
    assert len(used) == len(set(used))
    assert set(known) == {"-1", "0", *used}
    for one in (*made.claims[1:],):
        assert any(one.citations[0].quote in words for words in known.values()), one.id
    assert any("Ten weeks." in words for words in known.values())
    settings = archive.read("word/settings.xml").decode()
    assert settings.index("<w:footnotePr>") < settings.index("<w:compat>")
    assert "/word/footnotes.xml" in archive.read("[Content_Types].xml").decode()
    assert "footnotes.xml" in archive.read("word/_rels/document.xml.rels").decode()
    styles = ElementTree.fromstring(archive.read("word/styles.xml"))
    ids = {e.get(f"{W}styleId") for e in styles.iter(f"{W}style")}
    assert {"FootnoteText", "FootnoteReference"} <= ids


# Views and scores.


def test_views_show_the_same_claims_in_the_role_s_order() -> None:
    whole = brief()
    for name in role_views():
        seen = viewed(whole, name)
        assert seen.view == name
        assert {c.id for c in seen.claims} <= {c.id for c in whole.claims}
        listed = {i for s in seen.sections for f in s.fields for i in f.claims}
        assert listed <= {c.id for c in seen.claims}
        assert (seen.gates, seen.scores, seen.review) == (whole.gates, whole.scores, whole.review)
        to_html(seen, {})
    assert [s.id for s in viewed(whole, "leadership").sections][:2] == ["risks", "commitments"]
    assert "relationship" not in {s.id for s in viewed(whole, "leadership").sections}
    assert viewed(whole, "csm").sections == whole.sections
    with pytest.raises(InputError, match="leadership"):
        viewed(whole, "janitor")


def test_every_view_names_only_fields_of_the_template() -> None:
    sections = {s.id: {f.id for f in s.fields} for s in load_template("sales-to-cs").sections}
    for view in role_views().values():
        assert set(view.sections) <= set(sections)
        for section, fields in view.fields.items():
            assert set(fields) <= sections[section]
    assert set(role_views()["csm"].sections) == set(sections)


def test_each_score_is_what_its_items_say() -> None:
    found, reasons = scores(brief())
    assert found == {
        "completeness": 0.62, "promise_risk": 0.5, "implementation_complexity": 0.07,
        "stakeholder_coverage": 0.25, "first_value_clarity": 0.75,
    }  # fmt: skip
    assert reasons["completeness"].missing == (
        "goals.success_metrics", "stakeholders.champion", "relationship.communication",
    )  # fmt: skip
    assert reasons["stakeholder_coverage"].missing == ("stakeholders.champion", "Bo: never heard")
    assert reasons["first_value_clarity"].missing == ("a measure of success is answered",)
    reviewed = brief().commitments[0].model_copy(update={"reviewed_by": "A"})
    assert scores(brief(commitments=(reviewed,)))[0]["promise_risk"] == 0.25
    assert scores(brief(commitments=()))[0]["promise_risk"] == 0


def test_the_hash_is_of_the_text_and_of_nothing_else() -> None:
    made = brief()
    plain = as_reviewed(made, Review(), Surroundings()).review.hash
    later = made.provenance.model_copy(update={"created_at": "2027-01-01T00:00:00Z"})
    for same in ({"provenance": later}, {"view": "leadership"}, {"status": "draft"}):
        assert as_reviewed(brief(**same), Review(), Surroundings()).review.hash == plain
    other = made.gaps[0].model_copy(update={"question": "How is it measured??"})
    assert (
        as_reviewed(brief(gaps=(other, made.gaps[1])), Review(), Surroundings()).review.hash
        != plain
    )
