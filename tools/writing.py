"""The two tools that write: a claim and a gap, both through the door. Each docstring is what a model reads."""

from __future__ import annotations

import re
from typing import Annotated, cast

from indexer.models import Segment
from indexer.sentences import sentence_spans
from tools.desk import Desk, numbered
from tools.drafts import ClaimDraft, ClaimKind, EvidenceRef, GapDraft, Refusal

MOST_EVIDENCE = 3
_NUMBER = re.compile(r"\bE\s?(\d+)\b", re.I)

Field = Annotated[str, "one of this section's fields"]
Text = Annotated[str, "one plain sentence, at most 30 words, saying only what the evidence says"]
Evidence = Annotated[str, "the evidence numbers that prove it, such as: E7 or E7, E9"]
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


def mark_gap(desk: Desk, field: Field) -> str:
    """Say that nothing in the sources answers a field. Search before you say so."""
    if field not in desk.fields:
        return (
            f"There is no field {field!r} here. Fields: {', '.join(f for f in desk.fields if f)}."
        )
    return _gap(desk, field)


def mark_unanswered(desk: Desk) -> str:
    """Say that nothing in the sources answers the question. Search before you say so."""
    return _gap(desk, None)


def _record(desk: Desk, field: str | None, text: str, evidence: str, sentence: int) -> str:
    refs = [f"E{n}" for n in _NUMBER.findall(evidence)]
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
    segments = [desk.refs[r] for r in dict.fromkeys(refs)][:MOST_EVIDENCE]
    draft = ClaimDraft(
        field=field, text=" ".join(text.split()), kind=cast(ClaimKind, desk.fields.get(field or "", "fact")),
        evidence=tuple(_pointed(s, sentence if n == 0 else 0) for n, s in enumerate(segments)),
    )  # fmt: skip
    outcome = desk.door.record_claim(draft)
    if isinstance(outcome, Refusal):
        return f"Refused: {outcome.why}.\nThe evidence says:\n" + desk.data(
            f"{desk.ref(s)}: {numbered(s.text)}" for s in segments
        )
    return f"Recorded as {outcome}."


def _gap(desk: Desk, field: str | None) -> str:
    draft = GapDraft(field=field, question="", ask="", searched=tuple(desk.searched))
    outcome = desk.door.mark_gap(draft)
    return f"Not a gap: {outcome.why}." if isinstance(outcome, Refusal) else "Marked as a gap."


def _pointed(segment: Segment, sentence: int) -> EvidenceRef:
    """A reference to one sentence (counted from 1 as shown), or to the whole segment (0)."""
    if not 1 <= sentence <= len(sentence_spans(segment.text)):
        return EvidenceRef(segment=segment.id)
    return EvidenceRef(segment=segment.id, first_sentence=sentence - 1, last_sentence=sentence - 1)
