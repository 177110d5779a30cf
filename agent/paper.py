"""What the signed papers oblige to, clause by clause with its number; and the security checklist, point by point."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.door import BriefDoor
from agent.found import Proposer, flags_of
from agent.models import ChecklistItem, Clause
from agent.ranking import Ranking, looks_like_instruction
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.models import Segment
from indexer.search import AccountIndex
from indexer.sentences import sentence_spans
from prompts.cues import cues
from prompts.template import FieldSpec
from tools.drafts import EvidenceRef

SECURITY = "technical.security_compliance"
MAX_CLAUSES = 80
_OBLIGES = re.compile(
    r"\b(?:shall|will|must|may not|agrees? to|is (?:responsible|required|entitled|included|limited)|renews?|terminat\w+|invoiced?|"
    r"provides?|includes?|payable|due|warrants?|verpflichtet|wird|werden|hat zu|ist zu|kündig\w+)\b|[$€£]\s?\d|\d\s?%",
    re.I,
)
_NUMBER = re.compile(r"^\W{0,2}(?:§\s*)?(\d+(?:\.\d+)*(?:\([a-z]\))?|[A-Z]\.\d+)(?=[.)\s])")
_SAYS_NOTHING = ("question", "other_customer", "smalltalk")
_WEIGHT = {"contract": 3, "mail": 2, "call": 2, "document": 2, "note": 1, "crm": 1}


def clauses_of(index: AccountIndex, door: BriefDoor) -> tuple[Clause, ...]:
    """The clauses of executed papers that oblige, give or limit, in reading order; `id` is number or heading."""
    found = []
    for segment in index.segments:
        artifact = index.artifacts[segment.artifact]
        if artifact.authority not in (ORDER_FORM, AGREEMENT) or segment.role not in ("body", "row"):
            continue
        if len(segment.text.split()) < 4 or not _OBLIGES.search(segment.text):
            continue
        cited = door.cite(EvidenceRef(segment=segment.id))
        if cited is not None:
            found.append(Clause(id=_clause_id(segment), citation=cited))
    return tuple(found[:MAX_CLAUSES])


def _clause_id(segment: Segment) -> str:
    """The clause's number, else the last heading above it, else where it stands."""
    number = _NUMBER.match(segment.text)
    if number is not None:
        return number.group(1)
    path = getattr(segment.locator, "path", ())
    return (path[-1] if path else segment.locator.label) or segment.artifact


def checklist_of(
    index: AccountIndex, ranking: Ranking, specs: Mapping[str, FieldSpec], door: BriefDoor
) -> tuple[ChecklistItem, ...]:
    """Each point of the security checklist with the words that speak of it best, or with none.

    A question is no answer; a signed paper comes before talk, whoever talks.
    """
    if SECURITY not in specs:
        return ()
    proposer, readings = Proposer(index, door), ranking.readings
    silent = readings.by_segment(readings.act(*_SAYS_NOTHING))
    field = readings.by_segment(readings.field(SECURITY))
    items = []
    for item, pattern in cues("checklist").items():
        held = [
            (_WEIGHT.get(index.artifacts[s.artifact].kind, 0) + float(field[i]), i)
            for i, s in enumerate(index.segments)
            if pattern.search(s.text) and silent[i] < 0.5 and _states(index, s)
        ]
        claim = None
        for _, position in sorted(held, key=lambda pair: (-pair[0], pair[1])):
            claim = _claim(proposer, index, specs[SECURITY], position, pattern)
            if claim is not None:
                break
        items.append(ChecklistItem(item=item, claim=claim))
    return tuple(items)


def _states(index: AccountIndex, segment: Segment) -> bool:
    artifact = index.artifacts[segment.artifact]
    if artifact.meta.get("bulk") == "true" or looks_like_instruction(segment.text):
        return False
    return segment.role in ("body", "row", "field")


def _claim(
    proposer: Proposer,
    index: AccountIndex,
    spec: FieldSpec,
    position: int,
    pattern: re.Pattern[str],
) -> str | None:
    """The claim that quotes the sentence of a segment that speaks of a point."""
    segment = index.segments[position]
    spans = sentence_spans(segment.text) or [(0, len(segment.text))]
    at = next((n for n, (a, b) in enumerate(spans) if pattern.search(segment.text[a:b])), 0)
    if segment.text[slice(*spans[at])].rstrip().endswith("?"):
        return None
    flags = flags_of(index, segment)
    return proposer.propose(SECURITY, spec, position, (at, at), flags, core=spans[at])
