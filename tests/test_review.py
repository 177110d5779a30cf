"""The review of a brief: what people decide, who may do what when, what survives, and who wins where two act at once."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pg8000.exceptions import DatabaseError

from agent.door import BriefDoor, item_key
from agent.models import (
    Citation,
    Claim,
    Commitment,
    Conflict,
    ConflictSide,
    FieldResult,
    Provenance,
    Risk,
    SectionResult,
)
from app.session import Session
from indexer import journal
from indexer.adapted import VECTOR_SIZE
from indexer.answer_head import TOKEN_SIZE, AnswerHead, Packed
from indexer.assemble import assemble
from indexer.chunking import chunk_artifact
from indexer.embed import Vectors
from indexer.encoder import Pair
from indexer.errors import BatonError, InputError, Refused
from indexer.heads import Heads
from indexer.lexical import Lexical
from indexer.manifest import Manifest
from indexer.models import Account, LinesLocator, MomentLocator, RawArtifact, RawSegment
from indexer.reading_head import ReadingHead
from indexer.search import AccountIndex
from indexer.sides import People
from indexer.statements import Read, StatementParts
from indexer.store import Contents, Store
from review.acts import (
    ACT,
    Accept,
    Act,
    Add,
    AddFound,
    Correct,
    GiveBack,
    NameRole,
    Own,
    Reject,
    Reopen,
    Resolve,
    Sign,
    Tick,
)
from review.canonical import brief_hash
from review.desk import Desk, Page
from review.human import draft_of
from review.models import AccountHead, Brief, Sources
from review.rules import rules
from tests.databases import Databases, environment, open_store, rows, sound, tamper
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft

ROOT = Path(__file__).resolve().parent.parent
SLUG = "tarn"
CALL = "calls/discovery.vtt"
FORM = "contract/order-form.txt"
SAID = (
    ("Ines Vogt", "customer", "Counting errors lost us two warehouse customers last autumn."),
    ("Ines Vogt", "customer", "In the first 90 days both sites must count every week."),
    ("Ines Vogt", "customer", "We call it a win when 40 cycle counts are right by June."),
    ("Paul Okoro", "vendor", "We will have both sites live in four weeks."),
    ("Paul Okoro", "vendor", "We will build the scanner connector for free."),
    ("Ines Vogt", "customer", "Nobody here can maintain the old scanner interface any more."),
)
SIGNED = (
    "1 Fees. The annual fee is $48,000.",
    "2 Implementation takes ten weeks from the effective date.",
)


class WordEmbedder:
    """Hashes of words as vectors: what a model would say, without one."""

    name, size = "words", 16

    def embed(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.size), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                out[row, hashlib.sha256(word.encode()).digest()[0] % self.size] += 1
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return np.asarray(out / np.where(norms == 0, 1, norms), np.float32)


class NoHead:
    """A head that has learned nothing."""

    name, fields, acts = "none", ("training",), ("statement",)

    def read(self, passages: Sequence[Pair]) -> Vectors:
        return np.zeros((len(passages), 2), np.float32)

    def vectors(self, passages: Sequence[Pair]) -> list[Packed]:
        return [np.zeros(VECTOR_SIZE * 2 + TOKEN_SIZE, np.uint8) for _ in passages]


@dataclass(frozen=True)
class Bench:
    """The desk's bench with the embedder above and heads that know nothing."""

    store: Store
    home: Path

    @property
    def heads(self) -> Heads:
        return Heads(cast(ReadingHead, NoHead()), cast(AnswerHead, NoHead()))

    def read_statement(self, parts: StatementParts) -> Read:
        vectors = WordEmbedder().embed([c.text for c in parts.chunks])
        return Read(
            parts, [("words", c.hash, v) for c, v in zip(parts.chunks, vectors, strict=True)], []
        )

    def account_index(self, slug: str) -> AccountIndex:
        return AccountIndex(self.store, self.home, slug, WordEmbedder())


def deal() -> Contents:
    """One call and one order form, as the record holds them."""
    call = RawArtifact(
        path=CALL, kind="call", system="zoom", title="Discovery",
        segments=tuple(
            RawSegment(text=t, speaker=s, side=side, locator=MomentLocator(seconds=n * 10.0, label=f"call, 00:{n}0"))
            for n, (s, side, t) in enumerate(SAID)
        ),
    )  # fmt: skip
    form = RawArtifact(
        path=FORM, kind="contract", system="file", title="Order form",
        segments=tuple(
            RawSegment(text=t, locator=LinesLocator(first=n + 1, last=n + 1, label=f"clause {n + 1}"))
            for n, t in enumerate(SIGNED)
        ),
    )  # fmt: skip
    made = [assemble(raw, People(), Manifest(), ()) for raw in (call, form)]
    segments = [s for _, found in made for s in found]
    return Contents(
        account=Account(slug=SLUG, name="Tarn Robotics", vendor="Ledgerline", ae="Paul Okoro", csm="Mia Brandt"),
        artifacts=[a for a, _ in made], segments=segments,
        chunks=[c for _, found in made for c in chunk_artifact(found)],
    )  # fmt: skip


def write_deal(store: Store) -> Contents:
    contents = deal()
    vectors = WordEmbedder().embed([c.text for c in contents.chunks])
    store.add_vectors(SLUG, "words", [c.hash for c in contents.chunks], vectors)
    store.write(contents, "print", "words", "2026-04-01T00:00:00Z", len(store.statements(SLUG)))
    return contents


def machine_brief(store: Store, home: Path, gone: str = "") -> Brief:
    """A brief as an engine makes it: five claims through the door, a conflict, a gap. `gone` is left out."""
    index = AccountIndex(store, home, SLUG, WordEmbedder())
    door = BriefDoor(index)
    segment = {s.text: s for s in index.segments}

    def claim(field: str, kind: Any, text: str) -> str:
        said = segment[text]
        draft = ClaimDraft(
            field=field, text=f"{said.speaker} said so", kind=kind, evidence=(EvidenceRef(segment=said.id),)
        )  # fmt: skip
        return str(door.record_claim(draft))

    filled = {
        "goals.problem": ("goal", 0), "goals.first_90_days": ("goal", 1),
        "commitments.timeline_promises": ("commitment", 3), "commitments.promised_features": ("commitment", 4),
        "risks.open_risks": ("risk", 5),
    }  # fmt: skip
    ids = {f: claim(f, kind, SAID[n][2]) for f, (kind, n) in filled.items() if f != gone}
    door.mark_gap(
        GapDraft(field="goals.first_value", question="What counts as first value?", ask="AE")
    )
    late, clause = (
        door.cite(EvidenceRef(segment=segment[SAID[3][2]].id)),
        door.cite(EvidenceRef(segment=segment[SIGNED[1]].id)),
    )
    assert late is not None
    assert clause is not None
    conflict = Conflict(
        id="x1", key=item_key(None, "", "go-live"), topic="go-live", why="promised four weeks, signed ten weeks",
        sides=(
            ConflictSide(text="4 weeks", authority="seller on a call", citations=(late,)),
            ConflictSide(text="10 weeks", authority="executed order form", citations=(clause,)),
        ),
    )  # fmt: skip
    fields = [
        FieldResult(id=f, status="answered", claims=(i,), shown=(i,), conflicts=("x1",) if "timeline" in f else ())
        for f, i in ids.items()
    ]  # fmt: skip
    fields.append(FieldResult(id="goals.first_value", status="needs_clarification", gaps=("g1",)))
    promises = [
        Commitment(claim=ids[f], type="feature", by="Paul Okoro", scope="contradicted" if "time" in f else "silent")
        for f in ids if f.startswith("commitments.")
    ]  # fmt: skip
    return Brief(
        account=AccountHead(slug=SLUG, name="Tarn Robotics", ae="Paul Okoro", csm="Mia Brandt"),
        template="sales-to-cs", provenance=Provenance(created_at="2026-04-01T00:00:00Z", index="print", version="0"),
        sections=(SectionResult(id="all", title="All", fields=tuple(fields)),),
        claims=tuple(door.claims.values()), gaps=tuple(door.gaps.values()), conflicts=(conflict,),
        commitments=tuple(promises), sources=Sources(read=2),
        risks=tuple(Risk(claim=ids[f], severity="high") for f in ids if f.startswith("risks.")),
    )  # fmt: skip


@dataclass
class Table:
    """A home with a deal and a brief under review."""

    home: Path
    store: Store
    desk: Desk

    def key(self, kind: str, n: int = 0) -> str:
        return [i for i in self.desk.page().queue if i.kind == kind][n].key

    def field(self, name: str) -> FieldResult:
        return next(f for s in self.desk.page().brief.sections for f in s.fields if f.id == name)

    def claim(self, field: str) -> Claim:
        return next(c for c in self.desk.page().brief.claims if c.field == field)

    def again(self, gone: str = "") -> Page:
        """The brief made anew."""
        return self.desk.keep(machine_brief(self.store, self.home, gone))


@pytest.fixture
def table(databases: Databases, tmp_path: Path) -> Table:
    return set_table(databases.new(tmp_path / "home"))


def set_table(home: Path) -> Table:
    store = open_store(home)
    write_deal(store)
    desk = Desk(store, SLUG, Bench(store, home))
    desk.keep(machine_brief(store, home))
    return Table(home, store, desk)


def close_gates(table: Table) -> None:
    """Everything that the gates ask for, by the AE."""
    desk = table.desk
    desk.act(
        Correct(
            key=table.key("gap"), name="Paul Okoro", text="They call 40 right counts by June a win."
        )
    )
    desk.act(Own(key=table.key("risk"), name="Paul Okoro", owner="Mia Brandt"))
    desk.act(Resolve(key=table.key("conflict"), name="Lena Falk", text="Ten weeks, as signed"))
    for n in range(2):
        desk.act(Accept(key=table.key("commitment", n), name="Paul Okoro"))


def tick_all(desk: Desk) -> None:
    for point in rules().checklist:
        desk.act(Tick(point=point, name="Paul Okoro"))


def signed_by_ae(table: Table) -> Page:
    close_gates(table)
    tick_all(table.desk)
    return table.desk.act(Sign(role="ae", name="Paul Okoro", shown=table.desk.page().hash))


# States, gates and signatures.


def test_a_brief_goes_from_draft_to_accepted(table: Table) -> None:
    desk = table.desk
    assert desk.page().brief.status == "draft"
    desk.act(Accept(key=table.key("claim"), name="Paul Okoro"))
    assert desk.page().brief.status == "ae_review"
    page = signed_by_ae(table)
    assert page.brief.status == "csm_review"
    assert all(g.passed for g in page.brief.gates)
    page = desk.act(Sign(role="csm", name="Mia Brandt", shown=page.hash))
    assert page.brief.status == "accepted"
    assert {(s.role, s.name, s.stands, s.hash) for s in page.brief.review.sign_offs} == {
        ("ae", "Paul Okoro", True, page.hash), ("csm", "Mia Brandt", True, page.hash),
    }  # fmt: skip
    assert brief_hash(page.brief) == page.hash
    with pytest.raises(Refused, match="Reopen"):
        desk.act(Reject(key=table.key("claim"), name="Mia Brandt", shown=page.queue[-1].version))
    page = desk.act(Reopen(name="Mia Brandt"))
    assert page.brief.status == "ae_review"
    assert page.brief.review.sign_offs == ()


def gate(page: Page, id_: str) -> Any:
    return next(g for g in page.brief.gates if g.id == id_)


def test_every_open_gate_says_which_and_what_to_do_and_bars_acceptance(table: Table) -> None:
    page = table.desk.page()
    assert {g.id for g in page.brief.gates if not g.passed} == {"G1", "G2", "G3", "G5"}
    assert gate(page, "G1").items == (table.key("gap"),)
    assert gate(page, "G2").items == (table.key("risk"),)
    assert gate(page, "G3").items == (table.key("conflict"),)
    assert len(gate(page, "G5").items) == 2
    for one in page.brief.gates:
        assert one.passed or f"baton review {SLUG}" in one.todo
    tick_all(table.desk)
    page = table.desk.act(Sign(role="ae", name="Paul Okoro", shown=table.desk.page().hash))
    for _ in range(2):
        with pytest.raises(Refused, match=r"gate is open: G1 .*G2 .*G3 .*G5 "):
            table.desk.act(Sign(role="csm", name="Mia Brandt", shown=page.hash))
    assert table.desk.page().brief.status == "csm_review"


GATE_CLOSERS: dict[str, Callable[[Table], Act]] = {
    "G1": lambda t: Correct(key=t.key("gap"), name="A", text="The first 40 right counts."),
    "G2": lambda t: Own(key=t.key("risk"), name="A", owner="B"),
    "G3": lambda t: Resolve(key=t.key("conflict"), name="A", text="Ten weeks"),
}


@pytest.mark.parametrize("id_", GATE_CLOSERS)
def test_one_act_closes_its_gate_and_no_other(table: Table, id_: str) -> None:
    before = {g.id for g in table.desk.page().brief.gates if not g.passed}
    page = table.desk.act(GATE_CLOSERS[id_](table))
    assert before - {g.id for g in page.brief.gates if not g.passed} == {id_}


def test_accepting_a_gap_does_not_close_the_gate_that_waits_for_its_answer(table: Table) -> None:
    for decide in (Accept, Reject):
        item = next(i for i in table.desk.page().queue if i.kind == "gap")
        page = table.desk.act(decide(key=item.key, name="A", shown=item.version))
        assert not gate(page, "G1").passed


def test_gate_4_opens_when_the_words_are_no_longer_there(table: Table) -> None:
    with table.store.transaction() as db:
        db.execute("UPDATE artifact SET text = replace(text, 'lost us two', 'lost us ten')")
    page = table.desk.page()
    assert gate(page, "G4").items == (table.claim("goals.problem").key,)


def test_gate_6_wants_both_named(databases: Databases, tmp_path: Path) -> None:
    table = set_table(databases.new(tmp_path / "home"))
    nobody = machine_brief(table.store, table.home)
    head = nobody.account.model_copy(update={"ae": None, "csm": None})
    page = table.desk.keep(nobody.model_copy(update={"account": head}))
    assert gate(page, "G6").items == ("ae", "csm")
    table.desk.act(NameRole(role="ae", name="Ada Roe"))
    page = table.desk.act(NameRole(role="csm", name="Ben Poe"))
    assert gate(page, "G6").passed
    assert (page.brief.account.ae, page.brief.account.csm) == ("Ada Roe", "Ben Poe")


def test_gate_7_opens_when_the_log_was_touched(table: Table) -> None:
    table.desk.act(Accept(key=table.key("claim"), name="A"))
    assert gate(table.desk.page(), "G7").passed
    tamper(table.home, "UPDATE event SET actor = 'B' WHERE seq = 2")
    assert not gate(table.desk.page(), "G7").passed


def test_the_ae_signs_only_with_the_checklist_done(table: Table) -> None:
    table.desk.act(Tick(point="people", name="Paul Okoro"))
    with pytest.raises(Refused, match="commitments, context, unusual"):
        table.desk.act(Sign(role="ae", name="Paul Okoro", shown=table.desk.page().hash))
    with pytest.raises(InputError, match="no point"):
        table.desk.act(Tick(point="lunch", name="Paul Okoro"))


def test_a_text_that_changed_after_it_was_shown_is_not_approved(table: Table) -> None:
    tick_all(table.desk)
    seen = table.desk.page().hash
    table.desk.act(Own(key=table.key("risk"), name="Lena Falk", owner="Mia Brandt"))
    with pytest.raises(Refused, match="changed since it was shown"):
        table.desk.act(Sign(role="ae", name="Paul Okoro", shown=seen))


def test_what_is_changed_after_the_ae_signed_goes_back_to_the_ae(table: Table) -> None:
    page = signed_by_ae(table)
    seen = page.hash
    page = table.desk.act(Reject(key=table.claim("goals.first_90_days").key, name="Mia Brandt"))
    assert page.brief.status == "ae_review"
    assert [s.stands for s in page.brief.review.sign_offs] == [False]
    for shown in (seen, page.hash):
        with pytest.raises(Refused):
            table.desk.act(Sign(role="csm", name="Mia Brandt", shown=shown))


def test_a_brief_made_anew_keeps_the_signature_only_if_it_says_the_same(table: Table) -> None:
    page = signed_by_ae(table)
    page = table.desk.act(Sign(role="csm", name="Mia Brandt", shown=page.hash))
    assert table.again().brief.status == "accepted"
    page = table.again(gone="goals.first_90_days")
    assert page.brief.status == "ae_review"
    assert any("does not stand" in note for note in page.brief.review.notes)
    assert table.again().brief.status == "accepted", "the very text that both signed"


def test_the_csm_returns_with_reasons_and_the_ae_signs_again(table: Table) -> None:
    signed_by_ae(table)
    with pytest.raises(InputError, match="missing_context"):
        table.desk.act(GiveBack(name="Mia Brandt", reasons=("bored",)))
    page = table.desk.act(
        GiveBack(name="Mia Brandt", reasons=("unclear_promise",), note="The connector?")
    )
    assert page.brief.status == "returned"
    assert page.brief.review.returned is not None
    assert page.brief.review.returned.reasons == ("unclear_promise",)
    with pytest.raises(Refused):
        table.desk.act(Sign(role="csm", name="Mia Brandt", shown=page.hash))
    page = table.desk.act(Sign(role="ae", name="Paul Okoro", shown=page.hash))
    assert page.brief.status == "csm_review"


def test_one_person_can_not_sign_for_both(table: Table) -> None:
    page = signed_by_ae(table)
    with pytest.raises(Refused, match="Somebody else"):
        table.desk.act(Sign(role="csm", name="paul  okoro", shown=page.hash))


ACTS = st.sampled_from(
    [
        "accept",
        "correct",
        "reject",
        "own",
        "resolve",
        "tick",
        "sign_ae",
        "sign_csm",
        "return",
        "reopen",
        "anew",
    ]
)


def do(table: Table, what: str, n: int, before: Page) -> Page:
    """One of the things that people may try, on the n-th item."""
    item = before.queue[n % len(before.queue)]
    on = {"key": item.key, "shown": item.version, "name": "A"}
    if what == "anew":
        return table.again(gone="goals.first_90_days" if n % 2 else "")
    acts: dict[str, dict[str, Any]] = {
        "accept": on, "correct": {**on, "text": "It is so."}, "reject": on, "own": {**on, "owner": "B"},
        "resolve": {**on, "text": "So"}, "tick": {"name": "A", "point": "people"},
        "sign_ae": {"act": "sign", "role": "ae", "name": "A", "shown": before.hash},
        "sign_csm": {"act": "sign", "role": "csm", "name": "C", "shown": before.hash},
        "return": {"name": "C", "reasons": ["no_owner"]}, "reopen": {"name": "C"},
    }  # fmt: skip
    return table.desk.act(ACT.validate_python({"act": what, **acts[what]}))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.lists(st.tuples(ACTS, st.integers(0, 8)), max_size=14), ready=st.booleans())
def test_whatever_people_do_accepted_means_gates_closed_and_two_standing_signatures(
    path: list[tuple[str, int]], ready: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = set_table(tmp_path_factory.mktemp("any") / "home")
    if ready:
        signed_by_ae(table)
    for what, n in path:
        before = table.desk.page()
        try:
            page = do(table, what, n, before)
        except BatonError:
            page = table.desk.page()
            assert page == before, "a refused act changes nothing"
        standing = {s.role for s in page.brief.review.sign_offs if s.stands}
        assert (page.brief.status == "accepted") <= (standing == {"ae", "csm"})
        assert (page.brief.status == "accepted") <= all(g.passed for g in page.brief.gates)
        assert (page.brief.status == "csm_review") <= ("ae" in standing)
        fields = [f for s in page.brief.sections for f in s.fields]
        assert [f.id for f in fields if not (f.claims or f.gaps or f.conflicts)] == []
        assert table.desk.faults() == []


# What is decided about items.


def test_a_correction_is_a_cited_claim_of_a_person_that_survives_the_next_brief(
    table: Table,
) -> None:
    key = table.claim("goals.problem").key
    table.desk.act(
        Correct(key=key, name="Paul Okoro", text="Counting errors lost them 3 customers.")
    )
    for _ in range(2):
        claim = table.claim("goals.problem")
        cited = claim.citations[0]
        assert claim.key == key
        assert claim.text == "Counting errors lost them 3 customers."
        assert "human" in claim.flags
        assert cited.artifact.startswith("statements/")
        assert cited.artifact.endswith("-paul-okoro")
        assert (cited.speaker, cited.side) == ("Paul Okoro", "vendor")
        artifact = table.store.artifact(SLUG, cited.artifact)
        assert artifact is not None
        assert artifact.kind == "statement"
        assert artifact.text[cited.start : cited.end] == cited.quote
        table.again()
    gone = table.again(gone="goals.problem").brief
    assert [c.text for c in gone.claims if c.key == key] == [
        "Counting errors lost them 3 customers."
    ]
    decision = next(d for d in gone.review.decisions if d.key == key)
    assert (decision.decision, decision.by, decision.was) == ("corrected", "Paul Okoro", SAID[0][2])


def test_indexing_the_folder_again_keeps_what_people_said(table: Table) -> None:
    page = table.desk.act(
        Correct(key=table.key("gap"), name="Ada Roe", text="Forty right counts by June.")
    )
    write_deal_again = deal()
    parts = table.store.statements(SLUG)
    assert len(parts) == 1
    assert not table.store.write(write_deal_again, "print", "words", "now", 0), (
        "it would lose the statement"
    )
    assert table.store.artifact(SLUG, parts[0].artifact.path) is not None
    from indexer.build import _with_statements

    whole = _with_statements(write_deal_again, parts)
    assert table.store.write(whole, "print", "words", "now", 1)
    assert table.desk.page() == page


def test_the_answer_to_a_gap_is_evidence_and_fills_its_field(table: Table) -> None:
    gap = table.key("gap")
    table.desk.act(
        Correct(key=gap, name="Ines Vogt", side="customer", text="Zebra counts right for 4 weeks.")
    )
    for _ in range(2):
        field = table.field("goals.first_value")
        assert (field.status, field.gaps) == ("answered", ())
        assert table.claim("goals.first_value").citations[0].side == "customer"
        assert gap not in {g.key for g in table.desk.page().brief.gaps}
        table.again()
    index = AccountIndex(table.store, table.home, SLUG, WordEmbedder())
    assert "Zebra counts right for 4 weeks." in {e.segment.text for e in index.search("zebra", 9)}
    assert len(Lexical(table.home, SLUG).search("zebra")) == 1
    item = next(i for i in table.desk.page().queue if i.key == gap)
    page = table.desk.act(Reject(key=gap, name="Paul Okoro", shown=item.version))
    assert gap in {g.key for g in page.brief.gaps}, "without its answer the gap is open again"


def test_a_long_answer_stands_beside_its_quote(table: Table) -> None:
    text = "They want " + "many more counts and " * 12 + "that is all."
    table.desk.act(Correct(key=table.key("gap"), name="Ada Roe", text=text))
    claim = table.claim("goals.first_value")
    assert claim.text == "Ada Roe on first value"
    assert claim.citations[0].quote in text


def test_what_is_rejected_leaves_the_brief_and_its_field_asks_again(table: Table) -> None:
    key = table.claim("goals.problem").key
    table.desk.act(Reject(key=key, name="Paul Okoro", reason="not their words"))
    for _ in range(2):
        brief = table.desk.page().brief
        assert key not in {c.key for c in brief.claims}
        field = table.field("goals.problem")
        assert field.status == "needs_clarification"
        assert [g.field for g in brief.gaps if g.id in field.gaps] == ["goals.problem"]
        assert not gate(table.desk.page(), "G1").passed
        table.again()


def test_a_rejected_promise_leaves_the_ledger_and_a_reviewed_one_names_who(table: Table) -> None:
    first, second = table.key("commitment", 0), table.key("commitment", 1)
    table.desk.act(Reject(key=first, name="Ada Roe"))
    page = table.desk.act(Accept(key=second, name="Ada Roe"))
    assert [p.reviewed_by for p in page.brief.commitments] == ["Ada Roe"]


def test_a_resolution_names_who_decided(table: Table) -> None:
    page = table.desk.act(Resolve(key=table.key("conflict"), name="Lena Falk", text="Ten weeks"))
    assert page.brief.conflicts[0].resolution == "Ten weeks (decided by Lena Falk)"
    assert table.field("commitments.timeline_promises").status == "answered"
    assert table.again().brief.conflicts[0].resolution == "Ten weeks (decided by Lena Falk)"


def test_a_promise_that_no_source_holds_is_added_to_the_ledger(table: Table) -> None:
    page = table.desk.act(
        Add(
            field="commitments.promised_features",
            kind="commitment",
            name="Paul Okoro",
            text="We train both sites in person.",
        )
    )
    claim = next(c for c in page.brief.claims if c.text == "We train both sites in person.")
    promise = next(p for p in page.brief.commitments if p.claim == claim.id)
    assert (promise.by, promise.reviewed_by) == ("Paul Okoro", "Paul Okoro")
    assert promise.scope == "silent"
    with pytest.raises(InputError, match="no field"):
        table.desk.act(Add(field="goals.lunch", name="A", text="Pasta."))


def test_a_claim_of_an_answer_enters_through_the_door(table: Table) -> None:
    index = AccountIndex(table.store, table.home, SLUG, WordEmbedder())
    segment = next(s for s in index.segments if s.text == SAID[2][2])
    cited = BriefDoor(index).cite(EvidenceRef(segment=segment.id))
    assert isinstance(cited, Citation)
    found = Claim(
        id="c1",
        key="k",
        field=None,
        kind="goal",
        text="Ines Vogt on first value",
        citations=(cited,),
    )
    draft = draft_of(found, "goals.first_value", {segment.id: segment.text})
    page = table.desk.act(AddFound(name="Mia Brandt", draft=draft))
    claim = table.claim("goals.first_value")
    assert claim.citations == (cited,)
    assert "human" not in claim.flags
    assert gate(page, "G1").passed
    assert page.brief.gaps == ()
    wrong = draft.model_copy(update={"text": "Ines Vogt wants 900 counts"})
    with pytest.raises(Refused, match="900"):
        table.desk.act(AddFound(name="Mia Brandt", draft=wrong))


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_statement_without_words_or_without_end_is_refused(table: Table, text: str) -> None:
    with pytest.raises(InputError):
        table.desk.act(Correct(key=table.key("gap"), name="A", text=text))
    assert table.store.statements(SLUG) == []


def test_an_unknown_key_is_named_and_a_beginning_is_enough(table: Table) -> None:
    with pytest.raises(InputError, match="nowhere"):
        table.desk.act(Accept(key="nowhere", name="A"))
    key = table.key("claim")
    page = table.desk.act(Accept(key=key[:8], name="A"))
    assert [d.key for d in page.brief.review.decisions] == [key]


def test_what_was_decided_is_changed_only_by_who_saw_it(table: Table) -> None:
    key = table.key("claim")
    page = table.desk.act(Accept(key=key, name="A"))
    with pytest.raises(Refused, match="already decided: accepted by A"):
        table.desk.act(Reject(key=key, name="B"))
    version = next(i.version for i in page.queue if i.key == key)
    table.desk.act(Correct(key=key, name="B", text="It is so.", shown=version))
    with pytest.raises(Refused, match="changed since you saw it"):
        table.desk.act(Reject(key=key, name="C", shown=version))


def test_the_queue_is_sorted_by_risk_and_holds_every_item_once(table: Table) -> None:
    page = table.desk.page()
    assert [i.kind for i in page.queue] == [
        "conflict",
        "commitment",
        "gap",
        "risk",
        "commitment",
        "claim",
        "claim",
    ]
    items = (*page.brief.claims, *page.brief.gaps, *page.brief.conflicts)
    assert sorted(i.key for i in page.queue) == sorted(i.key for i in items)


def test_forgetting_an_account_takes_its_log_and_statements_too(table: Table) -> None:
    table.desk.act(Correct(key=table.key("gap"), name="A", text="Forty counts."))
    table.store.forget(SLUG)
    for name in ("event", "event_head", "statement", "brief", "artifact", "shown"):
        assert rows(table.home, f"SELECT count(*) FROM {name}") == [(0,)], name


# The living brief.


def test_the_diff_says_what_came_went_and_changed(table: Table) -> None:
    assert table.desk.diff().changes == ()
    table.desk.act(Correct(key=table.key("gap"), name="A", text="Forty counts."))
    assert {(c.kind, c.what) for c in table.desk.diff().changes} == {
        ("gone", "gap"),
        ("added", "claim"),
    }
    table.again(gone="risks.open_risks")
    table.desk.act(Accept(key=table.key("commitment"), name="A"))
    changes = {(c.kind, c.what, c.field) for c in table.desk.diff().changes}
    assert ("gone", "claim", "risks.open_risks") in changes
    assert ("changed", "promise", "commitments.timeline_promises") in changes
    assert ("added", "claim", "goals.first_value") not in changes, "that was before the last brief"
    with pytest.raises(InputError, match="no brief 99"):
        table.desk.diff(99)


# The log.


def log(tmp: Path, count: int) -> Path:
    """A home whose account has `count` events."""
    store = open_store(tmp)
    write_deal(store)
    with store.transaction() as db:
        for n in range(count):
            journal.append(
                db, SLUG, f"2026-04-01T00:00:{n:02d}", f"p{n}", "accept", {"key": f"k{n}"}
            )
    store.close()
    return tmp


def faults(home: Path) -> list[str]:
    store = open_store(home)
    with store.reading() as db:
        found = [f.why for f in journal.faults(db, SLUG)]
    store.close()
    return found


@settings(max_examples=15, deadline=None)
@given(
    count=st.integers(2, 8), row=st.integers(0, 7), shift=st.integers(1, 255), at=st.integers(0, 10_000),
    column=st.sampled_from(["at", "actor", "act", "payload", "prev", "hash"]),
)  # fmt: skip
def test_a_flipped_byte_anywhere_in_the_log_is_found(
    count: int, row: int, shift: int, at: int, column: str, databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    home = log(databases.new(tmp_path_factory.mktemp("log")), count)
    assert faults(home) == []
    seq = row % count + 1
    old = rows(home, f"SELECT {column} FROM event WHERE seq=?", seq)[0][0]
    raw = bytearray(old.encode() or b"\0")
    raw[at % len(raw)] ^= shift
    if databases.cluster:
        # This one keeps no text that is none, so the nearest there is.
        raw = bytearray(raw.replace(b"\0", b"?").decode(errors="replace").encode())
        text = f"convert_from('\\x{raw.hex()}', 'UTF8')"
    else:
        text = f"CAST(X'{raw.hex()}' AS TEXT)"
    tamper(home, f"UPDATE event SET {column} = {text} WHERE seq = {seq}")
    assert faults(home), (column, old, bytes(raw))


@settings(max_examples=10, deadline=None)
@given(count=st.integers(2, 8), row=st.integers(0, 7))
def test_a_cut_row_is_found_the_last_one_too(
    count: int, row: int, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = log(databases.new(tmp_path_factory.mktemp("log")), count)
    seq = row % count + 1
    tamper(home, f"DELETE FROM event WHERE seq = {seq}")
    assert faults(home)
    tamper(home, f"UPDATE event SET seq = seq - 1 WHERE seq > {seq}")
    assert faults(home), "closing the gap does not hide it"


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(1, 6)))
def test_events_in_another_order_are_found(
    order: list[int], databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = log(databases.new(tmp_path_factory.mktemp("log")), 5)
    moves = [f"UPDATE event SET seq = {-new} WHERE seq = {old}" for old, new in enumerate(order, 1)]
    tamper(home, *moves, "UPDATE event SET seq = -seq")
    assert bool(faults(home)) == (order != sorted(order))


_OVER = "ON CONFLICT(account, seq) DO UPDATE SET actor='x'"
REWRITES = (
    "UPDATE event SET actor='x' WHERE seq=1",
    "DELETE FROM event WHERE seq=2",
    "DELETE FROM event",
    f"INSERT INTO event SELECT account, 1, at, 'x', act, payload, '', hash FROM event WHERE seq=1 {_OVER}",
    "INSERT INTO event SELECT account, 9, at, actor, act, payload, hash, 'x' FROM event WHERE seq=2",
    "UPDATE event_head SET count=1",
    "DELETE FROM event_head",
    "INSERT INTO event_head VALUES('tarn', 1, 'x') ON CONFLICT(account) DO UPDATE SET count=1",
)
OWN_REWRITES = {
    "sqlite": (
        "INSERT OR REPLACE INTO event SELECT account, 1, at, 'x', act, payload, '', hash FROM event WHERE seq=1",
        "INSERT OR REPLACE INTO event_head VALUES('tarn', 1, 'x')",
    ),
    "postgres": ("TRUNCATE event", "TRUNCATE event_head", "TRUNCATE account, event, event_head"),
}


def test_sql_can_not_rewrite_the_log(databases: Databases, tmp_path: Path) -> None:
    home = log(databases.new(tmp_path), 2)
    own = OWN_REWRITES["postgres" if databases.cluster else "sqlite"]
    for statement in (*REWRITES, *own):
        with pytest.raises((sqlite3.IntegrityError, DatabaseError), match=r"append-only|follows"):
            rows(home, statement)
        assert faults(home) == [], statement


def test_a_changed_brief_and_a_missing_witness_are_found(table: Table) -> None:
    last = table.desk.events()[-1].hash
    assert table.desk.faults(last[:12]) == []
    assert table.desk.faults("0" * 12) != []
    with table.store.transaction() as db:
        db.execute("UPDATE brief SET json = replace(json, 'four weeks', 'five weeks')")
    assert [f.why for f in table.desk.faults()] == ["brief 1 was changed after it was made"]


# Several processes at once.

RACER = """
import json, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[4])
import importlib.util
spec = importlib.util.spec_from_file_location("tested", sys.argv[3]); tested = importlib.util.module_from_spec(spec)
sys.modules["tested"] = tested; spec.loader.exec_module(tested)
from indexer.errors import Refused
home, me = Path(sys.argv[1]), int(sys.argv[2])
store = tested.open_store(home)
desk = tested.Desk(store, tested.SLUG, tested.Bench(store, home))
print("ready", flush=True)
for line in sys.stdin:
    acts = json.loads(line)
    try:
        desk.act(tested.ACT.validate_python(acts[me % len(acts)] | {"name": f"p{me}"}))
        print("won", flush=True)
    except Refused as error:
        print("lost", flush=True)
"""


class Racers:
    """Real processes that wait for a round of acts and say who won."""

    def __init__(self, home: Path, count: int) -> None:
        self._all = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, str(home), str(n), __file__, str(ROOT)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            )
            for n in range(count)
        ]  # fmt: skip
        for one in self._all:
            assert self._line(one) == "ready"

    @staticmethod
    def _line(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()

    def race(self, acts: list[dict[str, Any]]) -> list[str]:
        for one in self._all:
            assert one.stdin is not None
            one.stdin.write(json.dumps(acts) + "\n")
            one.stdin.flush()
        return [self._line(one) for one in self._all]

    def stop(self) -> None:
        for one in self._all:
            assert one.stdin is not None
            one.stdin.close()
            one.wait(30)


ITEM_RACES, SIGN_RACES = 60, 40


def test_of_acts_at_once_exactly_one_wins_and_no_changed_text_is_signed(table: Table) -> None:
    racers = Racers(table.home, 4)
    wins = []
    key = table.key("claim")
    for round_ in range(ITEM_RACES):
        version = next(i.version for i in table.desk.page().queue if i.key == key)
        item = {"key": key, "shown": version}
        # Accepting is quicker than correcting: in every other round there is nothing to be quicker than.
        first = (
            {"act": "correct", "text": f"It was so, {version}."}
            if round_ % 2
            else {"act": "accept"}
        )
        acts = [
            {**first, **item}, {"act": "correct", "text": f"It is so, {version}.", **item},
            {"act": "own", "owner": "B", **item} | {"key": table.key("gap"), "shown": "stale"},
            {"act": "correct", "text": f"It is not so, {version}.", **item},
        ]  # fmt: skip
        wins.append(racers.race(acts).count("won"))
    assert wins == [1] * ITEM_RACES
    tick_all(table.desk)
    changed = 0
    for n in range(SIGN_RACES):
        before = table.desk.page()
        risk = next(i for i in before.queue if i.kind == "risk")
        sign = {"act": "sign", "role": "ae", "shown": before.hash}
        edit = {"act": "own", "key": risk.key, "shown": risk.version, "owner": f"Owner {n}"}
        results = racers.race([sign, edit, sign, edit])
        signed, edited = (
            [results[i] for i in (0, 2)].count("won"),
            [results[i] for i in (1, 3)].count("won"),
        )
        assert (signed, edited) in ((1, 1), (0, 1)), results
        changed += not signed
        assert table.desk.page().brief.status == "ae_review", "the owner's act came last, or alone"
    assert changed > 0
    racers.stop()
    for event in (e for e in table.desk.events() if e.act == "sign"):
        assert signed_text(table, event.seq) == event.payload["shown"]
    assert table.desk.faults() == []
    assert table.store.statements(SLUG) != []


def signed_text(table: Table, seq: int) -> str:
    """The hash of the brief as it stood just before an event."""
    from review.reviewed import Surroundings, as_reviewed
    from review.state import fold

    raw = Brief.model_validate_json(table.store.briefs(SLUG, 1)[0][1])
    review = fold([e for e in table.desk.events() if e.seq < seq], raw.template)
    paths = frozenset(table.store.statement_paths(SLUG))
    return as_reviewed(raw, review, Surroundings(statements=paths)).review.hash


ACTOR = (
    RACER.split("print(", 1)[0]
    + """
print("ready", flush=True)
for n in range(100000):
    gap = next(i for i in desk.page().queue if i.kind in ("gap", "claim"))
    desk.act(tested.Correct(key=gap.key, name="K", text=f"Answer {n} of {me}.", shown=gap.version))
    print("acted", flush=True)
"""
)
KILLS = 8


def test_a_killed_act_is_done_whole_or_not_at_all(table: Table) -> None:
    for n in range(KILLS):
        actor = subprocess.Popen(
            [sys.executable, "-c", ACTOR, str(table.home), str(n), __file__, str(ROOT)],
            stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ},
        )  # fmt: skip
        assert actor.stdout is not None
        for _ in range(1 + n % 2):
            actor.stdout.readline()
        time.sleep(0.01 + 0.035 * n)
        actor.send_signal(signal.SIGKILL)
        actor.wait(10)
        store = open_store(table.home)
        desk = Desk(store, SLUG, Bench(store, table.home))
        made = [e for e in desk.events() if e.act == "correct"]
        said = store.statements(SLUG)
        assert [e.payload["claim"]["citations"][0]["artifact"] for e in made] == [
            p.artifact.path for p in said
        ]
        assert desk.faults() == []
        assert gate(desk.page(), "G4").passed
        AccountIndex(store, table.home, SLUG, WordEmbedder()).search("answer", 1)
        store.close()
    assert sound(table.home)
    assert made, "no act was ever done: the kills came too early"


def test_acts_are_read_from_json() -> None:
    assert ACT.validate_json('{"act":"tick","name":"A","point":"people"}') == Tick(
        point="people", name="A"
    )
    for wrong in (
        '{"act":"tick","name":"","point":"people"}',
        '{"act":"dance","name":"A"}',
        '{"act":"return","name":"A","reasons":[]}',
    ):
        with pytest.raises(ValueError):
            ACT.validate_json(wrong)


def test_the_session_reads_evidence_anew_after_an_act(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(table.home).items():
        monkeypatch.setenv(name, value)
    session = Session(table.home)
    assert session.desk(SLUG).page().brief == table.desk.page().brief
