"""Owns what a renderer shows around a citation; where the words come from it does not know."""

from __future__ import annotations

from collections.abc import Mapping

from agent.models import Citation
from indexer.models import Frozen
from review.render.text import day


class CitationContext(Frozen):
    """The text before and after a quote, and how a person would name the place."""

    before: str
    after: str
    title: str
    where: str
    speaker: str | None = None
    when: str | None = None


def citation_key(citation: Citation) -> str:
    """What a citation is known by: its artifact and offsets."""
    return f"{citation.artifact}:{citation.start}-{citation.end}"


def context_of(citation: Citation, context: Mapping[str, CitationContext]) -> CitationContext:
    """The caller's context, or what the citation itself says where none was supplied."""
    found = context.get(citation_key(citation))
    if found is not None:
        return found
    return CitationContext(
        before="",
        after="",
        title=citation.artifact.rsplit("!/", 1)[-1].rsplit("/", 1)[-1],
        where=citation.locator.label,
        speaker=citation.speaker,
        when=day(citation.at) if citation.at else None,
    )
