"""What the sheets share: a claim's words with their source on one line, and the fields of a brief in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.models import Citation, Claim, FieldResult
from prompts.template import FieldSpec, load_template, template_names
from review.models import Brief
from review.render.gist import gist
from review.render.text import escape_markdown as esc
from review.render.titles import SIDES


def fields(brief: Brief) -> Iterator[FieldResult]:
    """Every field of the brief, in reading order."""
    return (f for s in brief.sections for f in s.fields)


def specs(brief: Brief) -> Mapping[str, FieldSpec]:
    """What the template says of its fields; nothing for a template that isn't here."""
    return load_template(brief.template).fields() if brief.template in template_names() else {}


def source(cited: Citation) -> str:
    """Who said it and where, as a person would write it."""
    side = f" ({SIDES[cited.side]})" if cited.speaker and cited.side != "unknown" else ""
    place = cited.locator.label or cited.artifact
    who = f"{cited.speaker}{side}, " if cited.speaker and cited.speaker not in place else ""
    return f"{who}{place}"


def quoted(claim: Claim, about: str = "") -> str:
    """A claim's telling words with their source, as Markdown."""
    first = claim.citations[0]
    return f"“{esc(gist(first.quote, about, core=claim.core))}” {esc(source(first))}"
