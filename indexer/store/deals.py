"""What a deal was read into: artifacts, segments and chunks, and what people said to Baton itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.chunking import Chunk
from indexer.models import Account, Artifact, NotRead, Person, Segment
from indexer.store.base import Record
from indexer.store.database import Db
from indexer.store.vectors import keep

if TYPE_CHECKING:
    from indexer.statements import Read, StatementParts


@dataclass(frozen=True)
class Contents:
    """All that is known of one account, as one value."""

    account: Account
    artifacts: Sequence[Artifact]
    segments: Sequence[Segment]
    chunks: Sequence[Chunk]
    people: Sequence[Person] = ()
    duplicates: Sequence[tuple[str, str]] = ()
    not_read: Sequence[NotRead] = ()
    sides: Mapping[str, str] = field(default_factory=dict)
    """Why each side was inferred: domain or name -> reason."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """Labels and people that stay unresolved or without a side -> why."""


class Deals(Record):
    """Rows by their place in the deal; an account's are always written together."""

    def write(
        self, contents: Contents, fingerprint: str, model: str, now: str, statements: int = 0
    ) -> bool:
        """Replace all that is known of an account by `contents`, in one transaction.

        `statements` is how many of the account's statements `contents` holds. False, and nothing written,
        if people made more of them meanwhile.
        """
        slug = contents.account.slug
        with self.transaction() as db:
            if statements != _count(db, "statement", slug):
                return False
            for table in ("artifact", "segment", "chunk", "derived"):
                db.execute(f"DELETE FROM {table} WHERE account=?", (slug,))
            db.execute(
                "INSERT INTO account VALUES(?,?,?,?,?,?) ON CONFLICT(slug) DO UPDATE SET json=excluded.json, "
                "fingerprint=excluded.fingerprint, model=excluded.model, indexed_at=excluded.indexed_at, extra=excluded.extra",
                (slug, contents.account.model_dump_json(), fingerprint, model, now, _extra(contents)),
            )  # fmt: skip
            _insert(db, slug, contents.artifacts, contents.segments, contents.chunks)
            db.execute(
                "DELETE FROM vector WHERE account=? AND (model<>? OR hash NOT IN (SELECT hash FROM chunk WHERE account=?))",
                (slug, model, slug),
            )
        return True

    def add_statement(self, db: Db, slug: str, read: Read) -> None:
        """Keep a statement and make it evidence, inside the caller's transaction."""
        parts = read.parts
        db.execute(
            "INSERT INTO statement VALUES(?,?,?)",
            (slug, parts.artifact.path, parts.model_dump_json()),
        )
        _insert(db, slug, [parts.artifact], parts.segments, parts.chunks)
        keep(db, "vector", [(slug, *row) for row in read.vectors])
        keep(db, "signal", [(slug, *row) for row in read.signals])

    def statements(self, slug: str) -> list[StatementParts]:
        """What people said to Baton about the account, oldest first."""
        from indexer.statements import StatementParts

        rows = self._rows("SELECT json FROM statement WHERE account=? ORDER BY path", slug)
        return [StatementParts.model_validate_json(r[0]) for r in rows]

    def statement_paths(self, slug: str) -> list[str]:
        """Paths of what people said to Baton about the account."""
        return [r[0] for r in self._rows("SELECT path FROM statement WHERE account=?", slug)]

    def texts(self, slug: str, paths: Sequence[str]) -> dict[str, str]:
        """The extracted texts of those of `paths` that the record holds."""
        found: dict[str, str] = {}
        wanted = sorted(set(paths))
        for i in range(0, len(wanted), 500):
            some = wanted[i : i + 500]
            marks = ",".join("?" * len(some))
            found |= dict(
                self._rows(
                    f"SELECT path, text FROM artifact WHERE account=? AND path IN ({marks})",
                    slug, *some,
                )
            )  # fmt: skip
        return found

    def artifacts(self, slug: str) -> list[Artifact]:
        """All artifacts of an account, in path order."""
        rows = self._rows("SELECT json, text FROM artifact WHERE account=? ORDER BY path", slug)
        return [_artifact(*row) for row in rows]

    def artifact_paths(self, slug: str) -> list[str]:
        """The paths of an account's artifacts, in order."""
        rows = self._rows("SELECT path FROM artifact WHERE account=? ORDER BY path", slug)
        return [r[0] for r in rows]

    def artifact_dates(self, slug: str) -> list[str | None]:
        """The date of each of an account's artifacts, as it was read; without reading their texts."""
        rows = self._rows("SELECT json FROM artifact WHERE account=?", slug)
        return [json.loads(r[0]).get("date") for r in rows]

    def artifact(self, slug: str, path: str) -> Artifact | None:
        """One artifact by its path, or None."""
        row = self._row("SELECT json, text FROM artifact WHERE account=? AND path=?", slug, path)
        return _artifact(*row) if row else None

    def segments(self, slug: str) -> list[Segment]:
        """All segments of an account, artifact by artifact, in reading order."""
        rows = self._rows("SELECT json FROM segment WHERE account=? ORDER BY position", slug)
        return [Segment.model_validate_json(r[0]) for r in rows]

    def artifact_segments(self, slug: str, path: str) -> list[Segment]:
        """The segments of one artifact, in reading order."""
        rows = self._rows(
            "SELECT json FROM segment WHERE account=? AND artifact=? ORDER BY position", slug, path
        )
        return [Segment.model_validate_json(r[0]) for r in rows]

    def find_segment(self, segment_id: str) -> tuple[str, Segment] | None:
        """The account's slug and the segment with this id, or None."""
        row = self._row("SELECT account, json FROM segment WHERE id=?", segment_id)
        return (row[0], Segment.model_validate_json(row[1])) if row else None

    def chunk_rows(self, slug: str) -> list[tuple[str, int, int, int, str]]:
        """(artifact, window, first, last, hash) of every chunk, in order."""
        return self._rows(
            'SELECT artifact, "window", first, last, hash FROM chunk WHERE account=? ORDER BY position',
            slug,
        )


def _artifact(described: str, text: str) -> Artifact:
    return Artifact.model_validate({**json.loads(described), "text": text})


def _extra(contents: Contents) -> str:
    """What the account's row says besides the account: JSON."""
    return json.dumps({
        "people": [p.model_dump(mode="json") for p in contents.people],
        "duplicates": list(contents.duplicates),
        "not_read": [n.model_dump() for n in contents.not_read],
        "sides": dict(contents.sides), "doubts": dict(contents.doubts),
    })  # fmt: skip


def _count(db: Db, table: str, slug: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table} WHERE account=?", (slug,)).fetchone()[0])


def _insert(
    db: Db, slug: str, artifacts: Sequence[Artifact], segments: Sequence[Segment], chunks: Sequence[Chunk]
) -> None:  # fmt: skip
    """Add artifacts with their segments and chunks behind those that are there."""
    db.executemany(
        "INSERT INTO artifact VALUES(?,?,?,?)",
        ((slug, a.path, a.model_dump_json(exclude={"text"}), a.text) for a in artifacts),
    )
    first = _count(db, "segment", slug)
    db.executemany(
        "INSERT INTO segment VALUES(?,?,?,?,?)",
        ((slug, i, s.id, s.artifact, s.model_dump_json()) for i, s in enumerate(segments, first)),
    )
    first = _count(db, "chunk", slug)
    db.executemany(
        "INSERT INTO chunk VALUES(?,?,?,?,?,?,?)",
        (
            (slug, i, c.artifact, c.window, c.first, c.last, c.hash)
            for i, c in enumerate(chunks, first)
        ),
    )
