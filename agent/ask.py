"""Answers a CSM's question from evidence, or says what was searched and whom to ask.

Whether a question is answered is decided from support: what the question asks for (a person, a number,
a date, a yes or no) must stand in a segment that speaks of the question's own subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from agent.brief import provenance
from agent.door import BriefDoor
from agent.models import Answer
from agent.quoting import best_sentences
from agent.ranking import looks_like_instruction
from agent.values import values_of
from indexer.lexical import query_words
from indexer.models import Segment
from indexer.search import AccountIndex
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft, Refusal

CANDIDATES = 12
MAX_CLAIMS = 4
COSINE_AT = 0.38
COVERAGE_AT = 0.34
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


def _coverage(words: Sequence[str], text: str) -> float:
    """Share of the question's content words whose stem is in the text."""
    low = text.lower()
    return sum(w[: max(4, len(w) - 2)] in low for w in words) / len(words) if words else 0.0


def _is_question(segment: Segment) -> bool:
    text = segment.text.rstrip()
    return text.endswith("?") and text.count(".") == 0


def answer(index: AccountIndex, question: str, fingerprint: str) -> Answer:
    """Claims that answer `question` with their citations, or a gap with what was searched."""
    door = BriefDoor(index)
    vector = index.embedder.embed([question])[0]
    scores = index.score(question, vector)
    singles = index.single_vectors() @ vector
    names = frozenset(
        p.lower() for s in index.segments if s.person for p in s.person.split() if len(p) > 2
    )
    words = [w for w in query_words(question) if w not in names] or query_words(question)
    kind = wanted(question)
    context = _context_cosine(index, vector)
    chosen: list[int] = []
    order = [int(i) for i in np.argsort(-scores, kind="stable") if _usable(index, int(i))][
        :CANDIDATES
    ]
    for position in order:
        segment = index.segments[position]
        around = " ".join(s.text for s in index.segments[max(0, position - 1) : position + 2])
        close = max(float(singles[position]), 0.9 * float(context[position]))
        coverage = _coverage(words, around)
        if _is_question(segment) or not _has(kind, segment, names):
            continue
        if (close >= COSINE_AT and coverage >= COVERAGE_AT) or close >= 0.55 or coverage >= 0.75:
            chosen.append(position)
    for position in chosen[:MAX_CLAIMS]:
        _record(index, door, question, index.segments[position])
    if not door.claims:
        door.mark_gap(
            GapDraft(
                field=None,
                question=question,
                ask="AE",
                searched=(question, " ".join(words)),
                nearest=tuple(index.segments[i].id for i in order[:2]),
            )
        )
    return Answer(
        question=question, status="answered" if door.claims else "needs_clarification",
        claims=tuple(door.claims.values()), gaps=tuple(door.gaps.values()),
        provenance=provenance(index, fingerprint, {}),
    )  # fmt: skip


def _usable(index: AccountIndex, position: int) -> bool:
    segment = index.segments[position]
    artifact = index.artifacts[segment.artifact]
    if (
        segment.role in ("event", "quoted", "signature", "hidden", "heading")
        or artifact.meta.get("bulk") == "true"
    ):
        return False
    return len(segment.text.split()) >= 3 and not looks_like_instruction(segment.text)


def _context_cosine(index: AccountIndex, vector: np.ndarray) -> np.ndarray:
    """Per segment the best cosine of a short window that holds it."""
    best = np.zeros(len(index.segments), np.float32)
    rows = np.flatnonzero(index.windows == 60)
    for c, value in zip(rows, index.vectors[rows] @ vector, strict=True):
        span = slice(index.first[c], index.last[c] + 1)
        np.maximum(best[span], value, out=best[span])
    return best


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
