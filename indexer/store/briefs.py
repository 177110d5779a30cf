"""Finished briefs, and the runs of a model that wrote for them: JSON that others make and read."""

from __future__ import annotations

from indexer.store.base import Record
from indexer.store.database import Db


class Briefs(Record):
    """The tables `brief` and `run`."""

    def add_brief(self, db: Db, slug: str, created_at: str, content: str) -> int:
        """Keep a finished brief (its JSON), inside the caller's transaction. Returns its number."""
        rows = db.execute(
            "INSERT INTO brief(account, created_at, json) VALUES(?,?,?) RETURNING id",
            (slug, created_at, content),
        ).fetchall()
        return int(rows[0][0])

    def briefs(self, slug: str, limit: int = 2) -> list[tuple[int, str]]:
        """(number, JSON) of the newest briefs, newest first."""
        return self._rows(
            "SELECT id, json FROM brief WHERE account=? ORDER BY id DESC LIMIT ?", slug, limit
        )

    def latest_brief(self, slug: str) -> str | None:
        """The JSON of the newest brief, or None."""
        row = self._row("SELECT json FROM brief WHERE account=? ORDER BY id DESC LIMIT 1", slug)
        return row[0] if row else None

    def add_run(self, run_id: str, slug: str, created_at: str, content: str) -> None:
        """Keep a run's record: what was asked, found, refused."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO run VALUES(?,?,?,?) ON CONFLICT(id) DO UPDATE SET account=excluded.account, "
                "created_at=excluded.created_at, json=excluded.json",
                (run_id, slug, created_at, content),
            )

    def runs(self, slug: str) -> list[str]:
        """The records of an account's runs, newest first."""
        rows = self._rows("SELECT json FROM run WHERE account=? ORDER BY created_at DESC, id", slug)
        return [r[0] for r in rows]

    def run(self, run_id: str) -> str | None:
        """A run's record, or None."""
        row = self._row("SELECT json FROM run WHERE id=?", run_id)
        return row[0] if row else None
