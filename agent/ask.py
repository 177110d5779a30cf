"""Answers a CSM's question from evidence, or says what was searched and whom to ask.

Whether a question is answered is decided by the surest segment: see `agent/answering.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.asking import Asking, Judged, judge
from agent.clashes.clash import Clash
from agent.clashes.voices import executed
from agent.door import BriefDoor
from agent.models import Answer, Citation, Conflict, ConflictSide
from agent.provenance import provenance
from agent.quoting import Sentences, best_run
from agent.ranking import Scores
from indexer.authority import NAMES, segment_rung
from indexer.lexical import query_words
from indexer.models import Segment
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft, Refusal

if TYPE_CHECKING:
    from agent.llm.answer import AnswerWriter

CANDIDATES = 12
MAX_CLAIMS = 5
ANSWER_AT = 0.9
"""How surely anything must answer for a question to count as answered; chosen on written deals held out."""
FURTHER_AT = 0.6
"""How sure every further one must be."""


def _extract(asking: Asking, door: BriefDoor, judged: Judged) -> list[int]:
    """Record the segments that answer; returns their positions."""
    chosen: list[int] = []
    if judged.sure < ANSWER_AT:
        return chosen
    for position in judged.ranked[:CANDIDATES]:
        if len(door.claims) == MAX_CLAIMS or judged.scores[position] < FURTHER_AT:
            break
        _record(asking, door, asking.index.segments[position], position, judged.support)
        chosen.append(position)
    return chosen


def answer(
    asking: Asking,
    question: str,
    fingerprint: str,
    read_as: str | None = None,
    writer: AnswerWriter | None = None,
    fallback: str | None = None,
) -> Answer:
    """Claims that answer `question` with their citations, or a gap with what was searched.

    `read_as` is the question with what it refers to put in words; `writer` has a model answer too, beside the
    extractive engine; `fallback` says why the engine that was asked for does not.
    """
    index, people = asking.index, writer.people if writer else ()
    door = BriefDoor(index, None, index.account, people, asking.reader)
    judged = judge(asking, read_as or question)
    chosen = _extract(asking, door, judged)
    conflicts = _contradictions(asking, door, asking.clashes(judged.question, chosen))
    made_by = provenance(fingerprint, {})
    if fallback:
        made_by = made_by.model_copy(update={"degraded": (f"Answer: {fallback}",)})
    order, searched = list(door.claims), [judged.question, " ".join(query_words(judged.question))]
    if writer is not None:
        written = writer.write(asking, judged, door, fingerprint)
        order, made_by = written.order, made_by.model_copy(update=written.provenance)
        searched += written.searched
    if not door.claims:
        door.mark_gap(
            GapDraft(
                field=None,
                question=judged.question,
                ask="AE",
                searched=tuple(dict.fromkeys(searched)),
                nearest=tuple(index.segments[i].id for i in judged.ranked[:2]),
            )
        )
    return Answer(
        question=question,
        read_as=read_as,
        status="conflict" if conflicts else "answered" if door.claims else "needs_clarification",
        claims=tuple(door.claims[c] for c in order),
        gaps=tuple(door.gaps.values()),
        conflicts=tuple(conflicts),
        provenance=made_by,
    )


def ask_back(asking: Asking, question: str, what: str, fingerprint: str) -> Answer:
    """The answer to a question that can't be read yet: what the one who asks must say first."""
    door = BriefDoor(asking.index)
    door.mark_gap(GapDraft(field=None, question=what, ask="you"))
    return Answer(
        question=question, status="needs_clarification", gaps=tuple(door.gaps.values()),
        provenance=provenance(fingerprint, {}),
    )  # fmt: skip


def _contradictions(asking: Asking, door: BriefDoor, clashes: Sequence[Clash]) -> list[Conflict]:
    """Both sides of every clash, recorded as claims too, so that the answer says both."""
    found: list[Conflict] = []
    for clash in clashes[:2]:
        sides = []
        for statement in (clash.said, clash.signed):
            segment = asking.index.segments[statement.position]
            cited = _cited_once(asking, door, segment, statement.sentence)
            if cited is not None:
                artifact = asking.index.artifacts[segment.artifact]
                rung = segment_rung(artifact.authority, artifact.kind, segment.side, False)
                text = statement.value.text
                sides.append(ConflictSide(text=text, authority=NAMES[rung], citations=(cited,)))
        if len(sides) == 2:
            found.append(
                Conflict(
                    id=f"x{len(found) + 1}", key="-".join(s.citations[0].segment for s in sides),
                    topic=clash.topic,
                    why=clash.why(executed(asking.index, clash.signed.position)),
                    sides=tuple(sides), fields=(),
                )
            )  # fmt: skip
    return found


def _cited_once(
    asking: Asking, door: BriefDoor, segment: Segment, sentence: int
) -> Citation | None:
    """The sentence as a citation; recorded as a claim unless one says it already. None if the door refused it."""
    ref = EvidenceRef(segment=segment.id, first_sentence=sentence, last_sentence=sentence)
    cited = door.cite(ref)
    said = [c for claim in door.claims.values() for c in claim.citations if c.segment == segment.id]
    if cited and any(c.start <= cited.start and cited.end <= c.end for c in said):
        return cited
    claim = _claim(asking, door, segment, (sentence, sentence))
    return door.claims[claim].citations[0] if claim is not None else None


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
