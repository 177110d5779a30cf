"""Why a brief lacks what a reader flags: sorted by searching the evidence again and checking what is found.

never_captured  no source says it, as far as the checks of `agent/verify.py` can tell: people must record it
odd_place       a source says it that the brief draws on nowhere else: look there too
not_picked      a source says it that the brief cites for other things: the question or the ranking missed it
in_brief        the brief cites these very words already, perhaps under another field
"""

from __future__ import annotations

from typing import Literal

from agent.models import Citation
from agent.verification.statements import Source
from agent.verify import verify
from indexer.models import Frozen, Segment
from indexer.search import AccountIndex
from review.models import Brief

SOUGHT = 12
"""Pieces of evidence that are read again for one flag."""
Kind = Literal["never_captured", "odd_place", "not_picked", "in_brief"]
WORDS: dict[Kind, str] = {
    "never_captured": "No source says it: it was never captured.",
    "odd_place": "It was said in an odd place, in a source that the brief draws on nowhere else.",
    "not_picked": "It is in the evidence, and the brief did not pick it up.",
    "in_brief": "These words are in the brief already.",
}


class Cause(Frozen):
    """What the second search came to, and the words that say it, if any do."""

    kind: Kind
    said: str
    citation: Citation | None = None


def cause_of(text: str, index: AccountIndex, brief: Brief) -> Cause:
    """Why the brief lacks `text`, a statement in a reader's own words."""
    found = next((e.segment for e in index.search(text, SOUGHT) if _says(e.segment, text)), None)
    if found is None:
        return Cause(kind="never_captured", said=WORDS["never_captured"])
    cited = {c.segment for claim in brief.claims for c in claim.citations}
    drawn_on = {c.artifact for claim in brief.claims for c in claim.citations}
    kind: Kind = "not_picked" if found.artifact in drawn_on else "odd_place"
    kind = "in_brief" if found.id in cited else kind
    return Cause(kind=kind, said=WORDS[kind], citation=_citation(found))


def _says(segment: Segment, text: str) -> bool:
    source = Source(text=segment.text, speaker=segment.person or segment.speaker, side=segment.side)
    return verify(text, [source]).verdict == "supported"


def _citation(segment: Segment) -> Citation:
    return Citation(
        artifact=segment.artifact, segment=segment.id, start=segment.start, end=segment.end, quote=segment.text,
        locator=segment.locator, speaker=segment.person or segment.speaker, side=segment.side, at=segment.at,
    )  # fmt: skip
