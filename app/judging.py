"""The learned judge over a home's caches, or None where its weights or its encoder are missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.verify import Judge


def make_judge(home: Path) -> Judge | None:
    """The judge that ships with Baton; it loads at its first question."""
    from agent.verification.judge import WEIGHTS, TokenJudge
    from indexer.embed import packaged_encoder
    from indexer.token_vectors import TokenEncoder

    if not WEIGHTS.is_file():
        return None
    return TokenJudge(TokenEncoder(packaged_encoder(home / "models")))
