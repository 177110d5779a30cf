"""Rendering of a finished brief: Markdown for reading anywhere, HTML for working with it."""

from review.render.context import CitationContext, citation_key
from review.render.html import to_html
from review.render.md import to_markdown
from review.render.words import reading_minutes, shown_words

__all__ = [
    "CitationContext", "citation_key", "reading_minutes", "shown_words", "to_html", "to_markdown",
]  # fmt: skip
