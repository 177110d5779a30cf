"""The two tools that write: a claim and a gap, both through the door. Each docstring is what a model reads."""

from __future__ import annotations

import re
from typing import Annotated, cast

from indexer.models import Segment
from indexer.sentences import sentence_spans
from tools.desk import Desk, numbered
from tools.drafts import ClaimDraft, ClaimKind, EvidenceRef, GapDraft, Refusal

MOST_EVIDENCE = 3
_NUMBER = re.compile(r"\bE\s?(\d+)(?:\s?\((\d+)\)|\.(\d+))?(?!\w)", re.I)
"""`E7`, and `E7(2)` or `E7.2` for one of its sentences."""

Field = Annotated[str, "one of this section's fields"]
Text = Annotated[str, "one plain sentence, at most 30 words, saying only what the evidence says"]
Evidence = Annotated[str, "the evidence numbers that prove it, such as: E7 or E7, E9"]
Missing = Annotated[
    str,
    "only if a claim answers the field but for one thing: that thing, such as: the date of the training",
]
Sentence = Annotated[int, "the number of the one sentence that says it, if sentences are numbered"]


def record_claim(
    desk: Desk, field: Field, text: Text, evidence: Evidence, sentence: Sentence = 0
) -> str:
    """Record one claim. Name the evidence that proves it; the quote is copied for you."""
    if field not in desk.fields:
        return (
            f"There is no field {field!r} here. Fields: {', '.join(f for f in desk.fields if f)}."
        )
    return _record(desk, field, text, evidence, sentence)


def record_answer(desk: Desk, text: Text, evidence: Evidence, sentence: Sentence = 0) -> str:
    """Record one claim that answers the question. Name the evidence that proves it; the quote is copied for you."""
    return _record(desk, None, text, evidence, sentence)


def mark_gap(desk: Desk, field: Field, missing: Missing = "") -> str:
    """Say that nothing in the sources answers a field, or which one thing is missing from its answer. Search before you say so."""
    if field not in desk.fields:
        return (
            f"There is no field {field!r} here. Fields: {', '.join(f for f in desk.fields if f)}."
        )
    return _gap(desk, field, " ".join(missing.split()))


def mark_unanswered(desk: Desk) -> str:
    """Say that nothing in the sources answers the question. Search before you say so."""
    return _gap(desk, None)


def _record(desk: Desk, field: str | None, text: str, evidence: str, sentence: int) -> str:
    named = {f"E{n}": int(one or other or 0) for n, one, other in _NUMBER.findall(evidence)}
    refs = list(named)
    unknown = [r for r in refs if r not in desk.refs]
    if not refs or unknown:
        known = f"E1 to E{len(desk.refs)}" if desk.refs else "none yet; search first"
        wrong = (
            f"there is no evidence {', '.join(unknown)}"
            if unknown
            else f"{evidence!r} names no evidence"
        )
        desk.door.refuse(Refusal(field=field, text=text, verdict="unsupported", why=wrong))
        return f"Refused: {wrong}. Numbers so far: {known}."
    chosen = refs[:MOST_EVIDENCE]
    segments = [desk.refs[r] for r in chosen]
    named[refs[0]] = named[refs[0]] or sentence
    draft = ClaimDraft(
        field=field, text=" ".join(text.split()), kind=cast(ClaimKind, desk.fields.get(field or "", "fact")),
        evidence=tuple(_pointed(desk.refs[r], named[r]) for r in chosen),
    )  # fmt: skip
    outcome = desk.door.record_claim(draft)
    if isinstance(outcome, Refusal):
        return f"Refused: {outcome.why}.\nThe evidence says:\n" + desk.data(
            f"{desk.ref(s)}: {numbered(s.text)}" for s in segments
        )
    return f"Recorded as {outcome}."


def _gap(desk: Desk, field: str | None, missing: str = "") -> str:
    draft = GapDraft(
        field=field, question="", ask="", scope="detail" if missing else "field",
        about=missing or None, searched=tuple(desk.searched),
    )  # fmt: skip
    outcome = desk.door.mark_gap(draft)
    if not isinstance(outcome, Refusal):
        return "Marked as a gap."
    if not outcome.text:
        return f"Not a gap: {outcome.why}."
    return f"Not a gap: {outcome.why}:\n" + desk.data([numbered(outcome.text)])


def _pointed(segment: Segment, sentence: int) -> EvidenceRef:
    """A reference to one sentence (counted from 1 as shown), or to the whole segment (0)."""
    if not 1 <= sentence <= len(sentence_spans(segment.text)):
        return EvidenceRef(segment=segment.id)
    return EvidenceRef(segment=segment.id, first_sentence=sentence - 1, last_sentence=sentence - 1)
