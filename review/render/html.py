"""Owns the HTML of a brief: one file with nothing to fetch, every word of a source escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from review.models import Brief
from review.render import titles
from review.render.approval import approval_lines
from review.render.context import CitationContext, context_of
from review.render.outline import outline
from review.render.text import day, plural, visible
from review.render.words import reading_minutes, shown_words


def to_html(brief: Brief, context: Mapping[str, CitationContext]) -> str:
    """The brief as one self-contained page.

    Args:
        brief: what to render.
        context: the text around citations by `citation_key`; a citation without one shows its
            quote alone.
    """
    view = outline(brief)
    environment = page_environment()
    return environment.get_template("brief.html.j2").render(
        brief=brief,
        view=view,
        approval=approval_lines(brief) if brief.review.hash else (),
        minutes=reading_minutes(shown_words(brief)),
        sources=[(cited, context_of(cited.citation, context)) for cited in view.cited],
        css=_inline("brief.css"),
        js=_inline("brief.js"),
    )


@cache
def page_environment(*packages: str) -> Environment:
    """The templates of these packages, then those of briefs: every value escaped, every name known.

    `served` pages show a promise's clause in full; the file keeps to its words and shows it behind a number.
    """
    loaders = [PackageLoader(package, "templates") for package in (*packages, "review.render")]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(day=day, words=titles.words_of)
    environment.globals.update(titles=titles, plural=plural, served=bool(packages))
    return environment


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _inline(name: str) -> Markup:
    """A file of the package that goes into the page as it is; ours, so not escaped."""
    environment = page_environment()
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])
