"""Answers a CSM's question from evidence, or says what was searched and whom to ask.

Whether a question is answered is decided from support: what the question asks for (a person, a number,
a date, a yes or no) must stand in a segment that speaks of the question's own subject.
"""

from __future__ import annotations

import re

import numpy as np

from agent.brief import provenance
from agent.door import BriefDoor
from agent.models import Answer
from agent.quoting import best_sentences
from agent.ranking import looks_like_instruction
from agent.values import values_of
from indexer.embed import Vectors
from indexer.lexical import query_words
from indexer.models import Segment
from indexer.reading_head import ReadingHead, Signals
from indexer.search import AccountIndex
from prompts.template import Template
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft, Refusal

CANDIDATES = 12
MAX_CLAIMS = 5
ANSWER_AT = 0.3
RETRIEVAL_SHARE = 0.55
FIELD_AT = 0.34
COSINE_AT = 0.4
ABOUT_AT = 0.2
COVERAGE_AT = 0.6
COVERAGE_WHEN_ASKED = 0.8
"""Somebody asked the same in the evidence: then only words that repeat the question answer it."""
SAME_QUESTION_AT = 0.6
_MONTH = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|monday|tuesday|wednesday|thursday|friday|week|month|tomorrow|\d{1,2}[./]\d{1,2}|\b20\d\d\b"
_WANTS = (
    ("person", re.compile(r"^\W*(?:who|whose|whom|wer)\b|\bwhich (?:person|people|executive|colleague)|\bname of the\b", re.I)),
    ("date", re.compile(r"\b(?:when|by when|what date|how soon|wann|since when|until when|deadline)\b", re.I)),
    ("number", re.compile(r"\bhow (?:many|much|often|long|big|large)\b|\bwhat (?:price|percentage|discount|number|amount|share)|\bwie ?viele?", re.I)),
)  # fmt: skip


def wanted(question: str) -> str | None:
    """What kind of thing a question asks for, or None if any words may answer."""
    return next((kind for kind, pattern in _WANTS if pattern.search(question)), None)


def _has(kind: str | None, segment: Segment, names: frozenset[str]) -> bool:
    text = segment.text
    if kind == "person":
        low = text.lower()
        return any(n in low for n in names) or bool(re.search(r"\b(?:I|me|my|I'll|we)\b", text))
    if kind == "date":
        return bool(re.search(_MONTH, text, re.I)) or any(
            v.kind == "duration" for v in values_of(text)
        )
    if kind == "number":
        return bool(values_of(text)) or bool(
            re.search(
                r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|hundred|thousand|every|daily|weekly)\b",
                text,
                re.I,
            )
        )
    return True


def _is_question(segment: Segment) -> bool:
    text = segment.text.rstrip()
    return text.endswith("?") and text.count(".") == 0


def answer(
    index: AccountIndex, question: str, fingerprint: str, head: ReadingHead, template: Template
) -> Answer:
    """Claims that answer `question` with their citations, or a gap with what was searched."""
    door = BriefDoor(index)
    vector = index.embedder.embed([question])[0]
    singles = index.single_vectors() @ vector
    names = frozenset(
        p.lower() for s in index.segments if s.person for p in s.person.split() if len(p) > 2
    )
    words = [w for w in query_words(question) if w not in names] or query_words(question)
    signals = index.signals(head)
    about = _about(index, vector, signals, head, template)
    scores = _scores(index, question, vector, about)
    asked = signals[:, len(head.fields) + head.acts.index("question")]
    open_question = _asked_before(index, singles, asked)
    kind = wanted(question)
    order = [int(i) for i in np.argsort(-scores, kind="stable") if _usable(index, int(i))]
    chosen: list[int] = []
    for position in order[:CANDIDATES]:
        segment = index.segments[position]
        if _is_question(segment) or asked[position] > 0.6 or not _has(kind, segment, names):
            continue
        near = " ".join(s.text for s in index.segments[max(0, position - 1) : position + 2])
        supported = (
            singles[position] >= COSINE_AT
            or about[position] >= ABOUT_AT
            or _coverage(words, near) >= COVERAGE_AT
        )
        if (
            supported
            and scores[position] >= ANSWER_AT
            and scores[position] >= 0.6 * scores[order[0]]
        ):
            chosen.append(position)
    if open_question is not None:
        chosen = [
            i for i in chosen if _coverage(words, index.segments[i].text) >= COVERAGE_WHEN_ASKED
        ]
    for position in chosen[:MAX_CLAIMS]:
        _record(index, door, question, index.segments[position])
    if not door.claims:
        nearest = ([open_question] if open_question is not None else []) + order[:2]
        door.mark_gap(
            GapDraft(
                field=None,
                question=question,
                ask="AE",
                searched=(question, " ".join(words)),
                nearest=tuple(index.segments[i].id for i in nearest[:2]),
            )
        )
    return Answer(
        question=question,
        status="answered" if door.claims else "needs_clarification",
        claims=tuple(door.claims.values()),
        gaps=tuple(door.gaps.values()),
        provenance=provenance(index, fingerprint, {}),
    )


def _coverage(words: list[str], text: str) -> float:
    """Share of the question's content words whose stem is in the text."""
    low = text.lower()
    return sum(w[: max(4, len(w) - 2)] in low for w in words) / len(words) if words else 0.0


def _about(
    index: AccountIndex, vector: Vectors, signals: Signals, head: ReadingHead, template: Template
) -> Vectors:
    """What the reading head says of every segment for the fields that the question is about."""
    about = np.zeros(len(signals), np.float32)
    specs = {n: s for n, s in template.fields().items() if n in head.fields}
    vectors = index.embedder.embed([q for s in specs.values() for q in s.questions])
    at = 0
    for name, spec in specs.items():
        likeness = float((vectors[at : at + len(spec.questions)] @ vector).max())
        at += len(spec.questions)
        if likeness >= FIELD_AT:
            share = min(1.0, (likeness - FIELD_AT) / 0.25 + 0.4)
            np.maximum(about, share * signals[:, head.fields.index(name)], out=about)
    return about


def _scores(index: AccountIndex, question: str, vector: Vectors, about: Vectors) -> Vectors:
    """Retrieval, what the segment is about, and whether it comes from a person the question names."""
    found = index.score(question, vector)
    low, high = float(np.median(found)), float(found.max(initial=1e-6))
    retrieved = np.clip((found - low) / max(high - low, 1e-6), 0, 1)
    lowered = question.lower()
    named = np.array(
        [
            any(p in lowered for p in (s.person or "").lower().split() if len(p) > 2)
            for s in index.segments
        ],
        np.float32,
    )
    scores = RETRIEVAL_SHARE * retrieved + (1 - RETRIEVAL_SHARE) * about + 0.08 * named
    return np.asarray(scores, dtype=np.float32)


def _asked_before(index: AccountIndex, singles: Vectors, asked: Vectors) -> int | None:
    """A question in the evidence that is this question, if nothing there is nearer to it."""
    nearest = int(np.argmax(singles)) if len(singles) else -1
    if nearest < 0 or singles[nearest] < SAME_QUESTION_AT:
        return None
    segment = index.segments[nearest]
    return nearest if segment.text.rstrip().endswith("?") or asked[nearest] > 0.5 else None


def _usable(index: AccountIndex, position: int) -> bool:
    segment = index.segments[position]
    artifact = index.artifacts[segment.artifact]
    if (
        segment.role in ("event", "quoted", "signature", "hidden", "heading")
        or artifact.meta.get("bulk") == "true"
    ):
        return False
    return len(segment.text.split()) >= 3 and not looks_like_instruction(segment.text)


def _record(index: AccountIndex, door: BriefDoor, question: str, segment: Segment) -> None:
    artifact = index.artifacts[segment.artifact]
    who = (
        segment.person
        or segment.speaker
        or {"contract": "The contract", "crm": "The CRM", "note": "A note"}.get(
            artifact.kind, f"The {artifact.kind}"
        )
    )
    first, last = best_sentences(segment.text, [question])
    draft = ClaimDraft(
        field=None, text=f"{who} says", kind="fact",
        evidence=(EvidenceRef(segment=segment.id, first_sentence=first, last_sentence=last),),
    )  # fmt: skip
    outcome = door.record_claim(draft)
    if isinstance(outcome, Refusal):
        return
