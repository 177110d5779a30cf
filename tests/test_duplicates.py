"""What stands in a deal twice is cited once; nothing is dropped that says more than its twin."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.duplicates import drop_duplicates, mark_forwarded
from indexer.models import (
    FieldLocator,
    Kind,
    MessageLocator,
    MomentLocator,
    RawArtifact,
    RawSegment,
)

TALK = [
    ("Ines Vogt", "We lost two warehouse customers last autumn because the counts were wrong."),
    ("Ines Vogt", "Success for us means cycle counts under two percent error by the end of June."),
    ("Paul Okoro", "We will have the first two sites live in six weeks and I will send the plan on Friday."),
    ("Ines Vogt", "My worry is the old scanner interface because nobody here can maintain it any more."),
    ("Paul Okoro", "We will build the scanner connector at no extra charge and that is a promise."),
    ("Ines Vogt", "Then let us talk about the training for the people on the floor next Tuesday."),
]  # fmt: skip


def call(
    path: str, talk: list[tuple[str, str]], day: date | None = None, **meta: str
) -> RawArtifact:
    segments = tuple(
        RawSegment(text=t, speaker=who, locator=MomentLocator(seconds=None)) for who, t in talk
    )
    return RawArtifact(
        path=path, kind="call", system="zoom", title=path, date=day, segments=segments, meta=meta
    )


def record(path: str, *fields: str, kind: Kind = "crm", **meta: str) -> RawArtifact:
    segments = tuple(
        RawSegment(text=f, locator=FieldLocator(object="Deal", name=f.split(":")[0]))
        for f in fields
    )
    return RawArtifact(
        path=path, kind=kind, system="salesforce", title=path, segments=segments, meta=meta
    )


def mail(
    path: str, title: str, *paragraphs: str, quoted: tuple[str, ...] = (), **meta: str
) -> RawArtifact:
    segments = tuple(RawSegment(text=p, locator=MessageLocator(id=path)) for p in paragraphs)
    segments += tuple(
        RawSegment(text=p, locator=MessageLocator(id=path), role="quoted") for p in quoted
    )
    return RawArtifact(
        path=path, kind="mail", system="mail", title=title, segments=segments, meta=meta
    )


def outcome(*artifacts: RawArtifact) -> tuple[list[str], list[tuple[str, str]]]:
    kept, copies = drop_duplicates(artifacts)
    return [a.path for a in kept], copies


def test_same_content_is_cited_by_its_first_path() -> None:
    fields = [
        "Name: Acme",
        "Stage: Won",
        "Next step: call the board about the plan for the second site next week",
    ]
    spaced = [f.replace(" ", "  ") + "\r" for f in fields]
    assert outcome(record("b.json!/1", *fields), record("a.json!/1", *spaced)) == (
        ["a.json!/1"],
        [("b.json!/1", "a.json!/1")],
    )


def test_a_record_exported_again_with_more_fields_replaces_the_first() -> None:
    old = record(
        "a.json!/1", "Name: Acme", "Stage: Won", record_type="Opportunity", record_id="006"
    )
    more = record(
        "b.json!/1",
        "Stage: Won",
        "Name: Acme",
        "Amount: 5",
        record_type="Opportunity",
        record_id="006",
    )
    changed = record(
        "c.json!/1", "Name: Acme", "Stage: Lost", record_type="Opportunity", record_id="006"
    )
    assert outcome(old, more) == (["b.json!/1"], [("a.json!/1", "b.json!/1")])
    assert outcome(old, changed) == (["a.json!/1", "c.json!/1"], [])
    other = record(
        "d.json!/1", "Name: Acme", "Stage: Won", record_type="Opportunity", record_id="007"
    )
    assert outcome(old, other) == (["a.json!/1", "d.json!/1"], [])


def test_one_mail_in_mbox_and_eml() -> None:
    words = ("Hello Ines, here is the plan.", "The price is 48,000 a year.")
    boxed = mail("box.mbox!/1@x", "Plan", " ".join(words), message_id="1@x")
    single = mail("a/1.eml", "Plan", *words, message_id="1@x")
    footer = mail("z/1.eml", "Plan", *words, "Also: the discount ends on Friday.", message_id="1@x")
    assert outcome(boxed, single) == (["a/1.eml"], [("box.mbox!/1@x", "a/1.eml")])
    assert outcome(single, footer) == (["z/1.eml"], [("a/1.eml", "z/1.eml")])
    assert outcome(single, mail("b/2.eml", "Plan", *words[:1], message_id="2@x"))[1] == []


def test_the_same_transcript_in_two_formats() -> None:
    heard = [(w, t.replace("because", "cause").replace(".", "").lower()) for w, t in TALK]
    vtt, docx = call("calls/a.vtt", TALK), call("calls/b.docx", heard)
    assert outcome(docx, vtt) == (["calls/a.vtt"], [("calls/b.docx", "calls/a.vtt")])
    nameless = call("calls/0.srt", [("Speaker 1", t) for _, t in TALK])
    assert outcome(nameless, vtt) == (["calls/a.vtt"], [("calls/0.srt", "calls/a.vtt")]), (
        "names say more"
    )
    assert (
        outcome(
            call("a", TALK, date(2026, 3, 1)),
            call("b", [*TALK[:-1], ("X Y", "And one more.")], date(2026, 3, 9)),
        )[1]
        == []
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("six weeks", "nine weeks"), ("no extra charge", "some extra charge"), ("last autumn", "last autumn and also in spring before the big move"),
     ("two percent", "2.5 percent"), ("nobody here can", "nobody here can't")],
)  # fmt: skip
def test_a_transcript_that_says_something_else_stays(old: str, new: str) -> None:
    changed = [(w, t.replace(old, new)) for w, t in TALK]
    assert changed != TALK
    assert outcome(call("a.vtt", TALK), call("b.vtt", changed))[1] in ([], [("a.vtt", "b.vtt")])
    assert "b.vtt" in outcome(call("a.vtt", TALK), call("b.vtt", changed))[0]


def test_a_longer_transcript_holds_the_shorter_one() -> None:
    assert outcome(call("a.vtt", TALK[:-1]), call("b.vtt", TALK)) == (
        ["b.vtt"],
        [("a.vtt", "b.vtt")],
    )


def test_short_words_of_two_people_are_no_duplicates() -> None:
    assert outcome(mail("a", "Re", "Thanks a lot!"), mail("b", "Re", "Thanks a lot!"))[1] == []


def test_what_a_forward_repeats_counts_as_quoted() -> None:
    original = mail(
        "1.eml",
        "Plan",
        "The yearly price is 48,000 for 40 users.",
        "Maria signs the budget and wants a report.",
    )
    forward = mail(
        "2.eml", "Fwd: Plan", "Please look at the second paragraph, it is new to me.", "The yearly price is 48,000 for 40 users.",
        "Maria signs the budget and wants two reports.",
    )  # fmt: skip
    first, second = mark_forwarded([original, forward])
    assert [s.role for s in first.segments] == ["body", "body"]
    assert [s.role for s in second.segments] == ["body", "quoted", "body"]
    assert second.meta["forwards"] == "1.eml"
    alone = mark_forwarded([forward])[0]
    assert [s.role for s in alone.segments] == ["body"] * 3
    answer = mail("3.eml", "Re: Plan", "The yearly price is 48,000 for 40 users.")
    assert mark_forwarded([original, answer])[1].segments[0].role == "body"
