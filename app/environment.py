"""What the environment sets, read when it is asked for: the only place that knows these variables of a session."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.entailment import Entailment

CACHE_MB = 512
"""Memory for accounts that were opened, unless BATON_CACHE_MB says otherwise: about seventy deals."""


def database_url() -> str | None:
    """The PostgreSQL database that holds the record; None: a file in the home."""
    return os.environ.get("BATON_DATABASE_URL")


def model() -> str | None:
    """The embedder's folder; None: the packaged one."""
    return os.environ.get("BATON_MODEL")


def chroma() -> tuple[str | None, str | None]:
    """Address and token of a Chroma server; without an address Chroma is a folder in the home."""
    return os.environ.get("BATON_CHROMA_URL"), os.environ.get("BATON_CHROMA_TOKEN")


def own_domains() -> list[str]:
    """The vendor's mail domains."""
    return [d for d in os.environ.get("BATON_OWN_DOMAINS", "").split(",") if d]


def entailment() -> Entailment | None:
    """The model that BATON_NLI_MODEL names. Raises ModelMissing where its folder holds none."""
    folder = os.environ.get("BATON_NLI_MODEL")
    if not folder:
        return None
    from indexer.entailment import Entailment

    return Entailment(Path(folder).expanduser())


def cache_bytes() -> int:
    """What accounts that were opened may take up. Raises InputError where BATON_CACHE_MB is no number."""
    from indexer.errors import InputError

    given = os.environ.get("BATON_CACHE_MB") or str(CACHE_MB)
    if not given.isdecimal():
        raise InputError(f"BATON_CACHE_MB is {given!r}. Give a whole number of megabytes.")
    return int(given) << 20
