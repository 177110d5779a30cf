"""What people say to Baton itself, kept as artifacts like any other: `statements/<time>-<name>`.

A statement belongs to the account, not to the deal's folder: indexing the folder again keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from indexer.account import slugify
from indexer.assemble import assemble
from indexer.chunking import Chunk, chunk_artifact, text_hash
from indexer.embed import Embedder, Vectors
from indexer.errors import InputError
from indexer.heads import Heads
from indexer.manifest import Manifest
from indexer.models import (
    Artifact,
    Frozen,
    LinesLocator,
    Participant,
    RawArtifact,
    RawSegment,
    Segment,
    Side,
)
from indexer.people import People
from indexer.reading_head import passages

FOLDER = "statements/"
MAX_CHARS = 2000
SYSTEM = "baton"


class Statement(Frozen):
    """The words of one person to Baton, at one moment; `about` says what they answer or correct."""

    author: str
    side: Side
    at: datetime
    text: str
    about: str


class StatementParts(Frozen):
    """A statement as the record holds it: the artifact, its one segment, its chunks."""

    artifact: Artifact
    segments: tuple[Segment, ...]
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True)
class Read:
    """A statement with what embedder and heads make of it: (model, hash, vector) rows."""

    parts: StatementParts
    vectors: Sequence[tuple[str, str, Vectors]]
    signals: Sequence[tuple[str, str, Vectors]]


def is_statement(path: str) -> bool:
    """True for the path of an artifact that a person wrote into Baton."""
    return path.startswith(FOLDER)


def statement_parts(statement: Statement) -> StatementParts:
    """The artifact of a statement. Raises InputError for one that is empty or too long."""
    text = " ".join(statement.text.split())
    if not text or not statement.author.strip():
        raise InputError("A statement needs words and a name. Give both.")
    if len(text) > MAX_CHARS:
        raise InputError(
            f"A statement has at most {MAX_CHARS} characters. Say it shorter, or put a note into the deal's folder."
        )
    stamp = statement.at.strftime("%Y%m%dT%H%M%S%fZ")
    day = f"{statement.at.day} {statement.at:%b %Y}"
    raw = RawArtifact(
        path=f"{FOLDER}{stamp}-{slugify(statement.author)}", kind="statement", system=SYSTEM,
        title=f"Statement about {statement.about}", date=statement.at,
        participants=(Participant(name=statement.author, side=statement.side, role="author"),),
        segments=(
            RawSegment(
                text=text, speaker=statement.author, side=statement.side, at=statement.at,
                locator=LinesLocator(first=1, last=1, label=f"statement of {day}, {statement.author}"),
            ),
        ),
    )  # fmt: skip
    artifact, segments = assemble(raw, People(), Manifest(), ())
    return StatementParts(
        artifact=artifact, segments=tuple(segments), chunks=tuple(chunk_artifact(segments))
    )


def read_statement(parts: StatementParts, embedder: Embedder, heads: Heads) -> Read:
    """What search and the engines need of a statement, so that it is evidence at once."""
    texts = {c.hash: c.text for c in parts.chunks}
    vectors = embedder.embed(list(texts.values())) if texts else np.zeros((0, 1), np.float32)
    pairs = {text_hash("\0".join(p.pair)): p.pair for p in passages(parts.artifact, parts.segments)}
    signals = []
    if pairs:
        runs = (
            (heads.reading.name, heads.reading.read),
            (heads.answers.name, heads.answers.vectors),
        )
        for name, run in runs:
            found = run(list(pairs.values()))
            signals += [(name, h, v) for h, v in zip(pairs, found, strict=True)]
    return Read(
        parts, [(embedder.name, h, v) for h, v in zip(texts, vectors, strict=True)], signals
    )  # fmt: skip
