"""Owns the Markdown of a brief: head, body, the sources of its claims, what was not read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from review.models import Brief
from review.render import titles
from review.render.approval import approval_lines
from review.render.context import CitationContext, context_of
from review.render.md_body import body, spoken_by
from review.render.outline import outline
from review.render.text import day, plural
from review.render.text import escape_markdown as esc
from review.render.views import Outline
from review.render.words import count_words, reading_minutes

_REF = re.compile(r"(?<!\\)\[(\d+)\]")


def to_markdown(brief: Brief, context: Mapping[str, CitationContext]) -> str:
    """The brief as Markdown; what the page folds is counted here, not printed.

    Args:
        brief: what to render.
        context: where citations stand, by `citation_key`.
    """
    view = outline(brief)
    said = "\n".join(body(view, brief))
    lines = [
        *_head(brief, view, reading_minutes(count_words(said))),
        said,
        *_citations(view, context, {int(number) for number in _REF.findall(said)}),
        *_sources(brief),
        *_provenance(brief),
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _head(brief: Brief, view: Outline, minutes: int) -> Iterator[str]:
    account = brief.account
    facts = {
        "Vendor": account.vendor,
        "Stage": account.stage,
        "Closed": day(account.close_date),
        "Kickoff": day(account.kickoff_date),
        "AE": account.ae,
        "CSM": account.csm,
    }
    yield f"# {esc(account.name)}: handoff brief"
    yield ""
    yield " · ".join(f"{name}: **{esc(fact or 'not known')}**" for name, fact in facts.items())
    yield ""
    status = titles.STATUSES[brief.status]
    yield f"{status} · {minutes} min read · {view.answered} of {view.asked} fields answered"
    yield ""
    yield "_“+2 more” and what is folded stand in the HTML and the JSON._"
    for note in brief.provenance.degraded:
        yield from ["", f"> **Degraded:** {esc(note)}"]
    for note in brief.review.notes:
        yield from ["", f"> **Note:** {esc(note)}"]


def _citations(
    view: Outline, context: Mapping[str, CitationContext], used: set[int]
) -> Iterator[str]:
    if not used:
        return
    yield from ["", "## Sources of the claims", ""]
    for cited in view.cited:
        if cited.number in used:
            found = context_of(cited.citation, context)
            place = [esc(found.title), esc(found.where), spoken_by(cited.citation)]
            yield f"- [{cited.number}] “{esc(cited.citation.quote)}”"
            yield f"  {', '.join(part for part in place if part)}"


def _sources(brief: Brief) -> Iterator[str]:
    sources = brief.sources
    yield from ["", "## Sources read and not read", ""]
    yield f"- {plural(sources.read, 'source')} read"
    for unread in sources.not_read:
        yield f"- Not read: {esc(unread.artifact)}: {esc(unread.why)}"
    for duplicate in sources.duplicates:
        yield f"- Duplicate: {esc(duplicate.artifact)} is the same as {esc(duplicate.of)}"


def _provenance(brief: Brief) -> Iterator[str]:
    made = brief.provenance
    model = f" ({esc(made.model)})" if made.model else ""
    prompts = ", ".join(f"{esc(name)} {esc(hash_)}" for name, hash_ in made.prompts.items())
    parts = [
        f"Baton {esc(made.version)}",
        f"engine {made.engine}{model}",
        f"index {esc(made.index)}",
        f"prompts {prompts}" if prompts else "no prompts",
        f"template {esc(brief.template)}, view {esc(brief.view)}",
        esc(day(made.created_at)),
    ]
    yield from ["", "---", "", " · ".join(parts)]
    if brief.review.hash:
        yield from ["", " · ".join(esc(line) for line in approval_lines(brief))]
