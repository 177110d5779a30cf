"""The hash of what people are shown: SHA-256 over the canonical JSON of the brief as reviewed.

Left out is what is no part of the text: the view it is read in, when it was made, what follows from the rest
(scores, gates, notes), and the sign-offs themselves with the state they lead to.
"""

from __future__ import annotations

import hashlib
from typing import Any

from indexer.journal import canonical
from review.models import Brief

_NOT_TEXT: dict[str, Any] = {
    "status": True, "view": True, "scores": True, "score_reasons": True, "gates": True,
    "coverage": True, "first_page": True,
    "provenance": {"created_at"},
    "review": {"hash", "sign_offs", "returned", "log", "notes"},
}  # fmt: skip


def digest(value: Any) -> str:
    """SHA-256 of a JSON value's canonical text."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def brief_hash(brief: Brief) -> str:
    """What a sign-off is bound to."""
    return digest(brief.model_dump(mode="json", exclude=_NOT_TEXT))
