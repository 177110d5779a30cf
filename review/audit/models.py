"""What an audit says: a verdict on each statement of a document, and what the document leaves out."""

from __future__ import annotations

from typing import Literal

from agent.models import Citation
from indexer.models import Frozen

Verdict = Literal["supported", "contradicted", "altered", "misattributed", "not_found"]
VERDICTS: tuple[Verdict, ...] = (
    "contradicted",
    "altered",
    "misattributed",
    "not_found",
    "supported",
)


class Audited(Frozen):
    """A statement of the document: where it stands in it, and what the account's evidence says to it."""

    text: str
    place: str
    heading: str = ""
    verdict: Verdict
    why: str
    citations: tuple[Citation, ...] = ()
    """The words that support it, or that say otherwise; none where nothing was found."""


class LeftOut(Frozen):
    """Something the evidence has and the document does not say: its key, words, and where they stand."""

    kind: Literal["promise", "conflict", "gap", "field"]
    key: str
    field: str | None = None
    text: str
    citations: tuple[Citation, ...] = ()


class Counts(Frozen):
    """How many statements of each verdict, and how many things are left out."""

    statements: int = 0
    supported: int = 0
    contradicted: int = 0
    altered: int = 0
    misattributed: int = 0
    not_found: int = 0
    promises: int = 0
    conflicts: int = 0
    gaps: int = 0
    fields: int = 0


class Audit(Frozen):
    """The audit of one document. `answered` of `asked` fields of the template does it speak to."""

    schema_version: Literal[1] = 1
    account: str
    file: str
    template: str
    index: str
    statements: tuple[Audited, ...]
    left_out: tuple[LeftOut, ...]
    answered: int
    asked: int
    counts: Counts
