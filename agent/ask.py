"""Answers a CSM's question from evidence, or says what was searched and whom to ask.

Whether a question is answered is decided from support: the answer head has learned where answers stand
and how near one must be, and what the question asks for (a person, a number, a date) must stand there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from agent.brief import provenance
from agent.conflicts import ASKED, Clash, find_clashes
from agent.door import BriefDoor
from agent.models import Answer, Conflict, ConflictSide
from agent.quoting import Sentences, best_run
from agent.ranking import Scores, looks_like_instruction
from agent.values import values_of
from indexer.authority import NAMES, segment_rung
from indexer.embed import Vectors
from indexer.heads import Heads
from indexer.lexical import query_words
from indexer.models import Segment
from indexer.search import AccountIndex, Readings
from prompts.template import Template
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft, Refusal

CANDIDATES = 12
MAX_CLAIMS = 5
ANSWER_AT = 0.55
FURTHER_AT = 0.45
RETRIEVAL_SHARE = 0.45
ABOUT_SHARE = 0.45
FIELD_AT = 0.34
NAMED_SHARE = 0.3
MIN_WORDS = 3
COVERED_AT = 0.67
"""Share of at least three content words of a question that a passage holds to be support by itself."""
UNSAID_AT = 0.5
"""A passage that asks, defers or supposes answers nothing."""
_BOTH = re.compile(r"\b(?:promis|said|told|tell|signed?|contract|order form|agree)", re.I)
"""The question asks what was said, or what was signed."""
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


class Asking:
    """One account's evidence, made ready to be asked about."""

    def __init__(self, index: AccountIndex, heads: Heads, template: Template) -> None:
        self.index, self.template, self._answers = index, template, heads.answers
        self.readings = index.readings(heads.reading)
        self._vectors = index.answer_vectors(heads.answers)
        self._clashes = find_clashes(index, self.readings)
        unsaid = self.readings.act("question", "unanswered", "hypothetical")
        self._said = np.where(unsaid > UNSAID_AT, 0.0, 1 - 0.7 * self.readings.act("smalltalk"))

    def clashes(self, question: str, positions: Collection[int]) -> list[Clash]:
        """What was said and signed differently: on the question's topic, or in words that answer it."""
        return [
            c
            for c in self._clashes
            if ASKED[c.said.topic].search(question)
            and (
                not positions
                or {c.said.position, c.signed.position} & set(positions)
                or _BOTH.search(question)
            )
        ]

    def support(self, question: str) -> Scores:
        """How surely each passage answers the question, 0..1: (passages,).

        A passage that holds most of the question's own words counts as support too, if it states something.
        """
        learned = self._answers.support(question, self._vectors)
        words = {w[: max(4, len(w) - 2)] for w in query_words(question)}
        if len(words) >= MIN_WORDS:
            texts = (p.pair[1].lower() for p in self.index.passages())
            held = np.array([sum(w in t for w in words) / len(words) for t in texts], np.float32)
            learned = np.maximum(learned, np.where(held >= COVERED_AT, held, 0))
        return np.asarray(learned * self._said, np.float32)


def answer(asking: Asking, question: str, fingerprint: str) -> Answer:
    """Claims that answer `question` with their citations, or a gap with what was searched."""
    index, door = asking.index, BriefDoor(asking.index)
    vector = index.embedder.embed([question])[0]
    about = _about(index, vector, asking.readings, asking.template)
    names = frozenset(
        p.lower() for s in index.segments if s.person for p in s.person.split() if len(p) > 2
    )
    scores = _scores(index, question, vector, about, names)
    support = asking.support(question)
    supported = asking.readings.by_segment(support)
    judged = (1 - RETRIEVAL_SHARE) * supported + RETRIEVAL_SHARE * scores
    ranked = [int(i) for i in np.argsort(-judged, kind="stable") if _usable(index, int(i))]
    kind = wanted(question)
    chosen: list[int] = []
    for position in ranked[:CANDIDATES]:
        segment = index.segments[position]
        if len(door.claims) == MAX_CLAIMS or judged[position] < FURTHER_AT * judged[ranked[0]]:
            break
        if supported[position] < ANSWER_AT or _is_question(segment):
            continue
        if _has(kind, segment, names):
            _record(asking, door, segment, position, support)
            chosen.append(position)
    conflicts = _contradictions(asking, door, asking.clashes(question, chosen))
    if not door.claims:
        door.mark_gap(
            GapDraft(
                field=None,
                question=question,
                ask="AE",
                searched=(question, " ".join(query_words(question))),
                nearest=tuple(index.segments[i].id for i in ranked[:2]),
            )
        )
    return Answer(
        question=question,
        status="conflict" if conflicts else "answered" if door.claims else "needs_clarification",
        claims=tuple(door.claims.values()),
        gaps=tuple(door.gaps.values()),
        conflicts=tuple(conflicts),
        provenance=provenance(index, fingerprint, {}),
    )


def _contradictions(asking: Asking, door: BriefDoor, clashes: Sequence[Clash]) -> list[Conflict]:
    """Both sides of every clash, recorded as claims too, so that the answer says both."""
    found: list[Conflict] = []
    for clash in clashes[:2]:
        sides = []
        for statement in (clash.said, clash.signed):
            segment = asking.index.segments[statement.position]
            claim = _claim(asking, door, segment, (statement.sentence, statement.sentence))
            if claim is not None:
                artifact = asking.index.artifacts[segment.artifact]
                rung = segment_rung(artifact.authority, artifact.kind, segment.side, False)
                cited = door.claims[claim].citations
                text = statement.value.text
                sides.append(ConflictSide(text=text, authority=NAMES[rung], citations=cited))
        if len(sides) == 2:
            found.append(
                Conflict(
                    id=f"x{len(found) + 1}", key="-".join(s.citations[0].segment for s in sides),
                    topic=clash.said.topic, why=f"said {sides[0].text}, signed {sides[1].text}",
                    sides=tuple(sides), fields=(),
                )
            )  # fmt: skip
    return found


def _about(index: AccountIndex, vector: Vectors, readings: Readings, template: Template) -> Vectors:
    """What the reading head says of every segment for the fields that the question is about."""
    about = np.zeros(readings.segments, np.float32)
    specs = {n: s for n, s in template.fields().items() if n in readings.fields}
    vectors = index.embedder.embed([q for s in specs.values() for q in s.questions])
    at = 0
    for name, spec in specs.items():
        likeness = float((vectors[at : at + len(spec.questions)] @ vector).max())
        at += len(spec.questions)
        if likeness >= FIELD_AT:
            share = min(1.0, (likeness - FIELD_AT) / 0.25 + 0.4)
            np.maximum(about, share * readings.by_segment(readings.field(name)), out=about)
    return about


def _scores(
    index: AccountIndex, question: str, vector: Vectors, about: Vectors, names: frozenset[str]
) -> Vectors:
    """Retrieval, what the segment is about, and whether it comes from a person the question names."""
    found = index.score(question, vector)
    low, high = float(np.median(found)), float(found.max(initial=1e-6))
    retrieved = np.clip((found - low) / max(high - low, 1e-6), 0, 1)
    asked = set(re.findall(r"\w{3,}", question.lower()))
    named = np.array(
        [
            any(p in asked for p in (s.person or "").lower().split())
            or any(n in s.text.lower() for n in asked & names)
            for s in index.segments
        ],
        np.float32,
    )
    scores = (1 - ABOUT_SHARE) * retrieved + ABOUT_SHARE * about + NAMED_SHARE * named
    return np.asarray(scores, dtype=np.float32)


def _usable(index: AccountIndex, position: int) -> bool:
    segment = index.segments[position]
    artifact = index.artifacts[segment.artifact]
    if (
        segment.role in ("event", "quoted", "signature", "hidden", "heading")
        or artifact.meta.get("bulk") == "true"
    ):
        return False
    return len(segment.text.split()) >= 3 and not looks_like_instruction(segment.text)


def _record(
    asking: Asking, door: BriefDoor, segment: Segment, position: int, support: Scores
) -> None:
    rows = asking.readings.of(position)
    spans = [asking.readings.spans[r] for r in rows]
    _claim(asking, door, segment, best_run(segment.text, spans, [float(support[r]) for r in rows]))


def _claim(asking: Asking, door: BriefDoor, segment: Segment, sentences: Sentences) -> str | None:
    """The id of a claim that says who says it and quotes these sentences, or None if it was refused."""
    artifact = asking.index.artifacts[segment.artifact]
    who = (
        segment.person
        or segment.speaker
        or {"contract": "The contract", "crm": "The CRM", "note": "A note"}.get(
            artifact.kind, f"The {artifact.kind}"
        )
    )
    ref = EvidenceRef(segment=segment.id, first_sentence=sentences[0], last_sentence=sentences[1])
    draft = ClaimDraft(field=None, text=f"{who} says", kind="fact", evidence=(ref,))
    outcome = door.record_claim(draft)
    return None if isinstance(outcome, Refusal) else outcome
