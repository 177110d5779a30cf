"""Opens the deals that a fit is told to learn from: `ACCOUNT=GOLD.json`, each an account of one home, indexed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.embed import OnnxEmbedder, packaged_encoder
from indexer.errors import InputError
from indexer.heads import Heads
from indexer.search import AccountIndex
from indexer.store import Store


@dataclass(frozen=True)
class OpenDeal:
    """An indexed account with the file of its gold."""

    slug: str
    gold: Path
    index: AccountIndex
    heads: Heads


def open_deals(home: Path, deals: Sequence[str]) -> Iterator[OpenDeal]:
    """The named accounts of a home, in their order. InputError for one that names no gold file."""
    encoder = packaged_encoder(home / "models")
    store, heads = Store(home), Heads.over(encoder)
    embedder = OnnxEmbedder(encoder.folder, home / "models", encoder)
    for deal in deals:
        slug, _, gold = deal.partition("=")
        if not Path(gold).is_file():
            raise InputError(f"{deal} names no gold file. Write ACCOUNT=GOLD.json.")
        yield OpenDeal(slug, Path(gold), AccountIndex(store, home, slug, embedder), heads)
