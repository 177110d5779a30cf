"""What stands around every citation of a brief, as its renderings show it."""

from __future__ import annotations

from agent.models import Citation
from indexer.search import AccountIndex
from review.models import Brief
from review.render.context import CitationContext, citation_key

AROUND = 320
"""Letters before and behind a quote."""


def contexts(index: AccountIndex, brief: Brief) -> dict[str, CitationContext]:
    """The surroundings of all that a brief quotes, by `citation_key`."""
    citations = [c for claim in brief.claims for c in claim.citations]
    citations += [c for x in brief.conflicts for side in x.sides for c in side.citations]
    citations += [c for p in brief.commitments for c in p.scope_citations]
    citations += [c for p in brief.people for c in p.citations]
    return {citation_key(c): _context(index, c) for c in citations}


def _context(index: AccountIndex, c: Citation) -> CitationContext:
    artifact = index.artifacts[c.artifact]
    return CitationContext(
        before=artifact.text[max(0, c.start - AROUND) : c.start],
        after=artifact.text[c.end : c.end + AROUND], title=artifact.title or artifact.path,
        where=c.locator.label or artifact.path, speaker=c.speaker, when=str(c.at)[:10] if c.at else None,
    )  # fmt: skip
