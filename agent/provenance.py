"""What made a brief or an answer, and of which index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from agent.models import Provenance

VERSION = "0.1.0"


def provenance(fingerprint: str, prompts: Mapping[str, str]) -> Provenance:
    """The extractive engine at this moment; `prompts` are the hashes of what was asked with, by name."""
    return Provenance(
        engine="extractive", created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        index=fingerprint, prompts=dict(prompts), version=VERSION,
    )  # fmt: skip
