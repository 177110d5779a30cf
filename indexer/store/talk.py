"""What was asked of an account, its conversation, and what each reader was shown."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.store.base import Record


class Talk(Record):
    """The tables `question`, `turn` and `shown`."""

    def add_question(self, slug: str, at: str, content: str) -> int:
        """Log a question with what came of it (its JSON). Returns its number."""
        with self.transaction() as db:
            rows = db.execute(
                "INSERT INTO question(account, at, json) VALUES(?,?,?) RETURNING id",
                (slug, at, content),
            ).fetchall()
        return int(rows[0][0])

    def questions(self, slug: str) -> list[tuple[int, str]]:
        """(number, content) of every logged question, newest first."""
        return self._rows("SELECT id, json FROM question WHERE account=? ORDER BY id DESC", slug)

    def add_turns(self, slug: str, at: str, contents: Sequence[str]) -> None:
        """Keep turns of the account's conversation, in order."""
        with self.transaction() as db:
            db.executemany(
                "INSERT INTO turn(account, at, json) VALUES(?,?,?)",
                ((slug, at, c) for c in contents),
            )

    def turns(self, slug: str) -> list[tuple[str, str]]:
        """(when, content) of every turn of the account's conversation, oldest first."""
        return self._rows("SELECT at, json FROM turn WHERE account=? ORDER BY id", slug)

    def forget_turns(self, slug: str) -> int:
        """Remove the account's conversation. Returns how many turns it had."""
        with self.transaction() as db:
            return db.execute("DELETE FROM turn WHERE account=?", (slug,)).rowcount

    def note_shown(self, slug: str, reader: str, text_hash: str, wait_ms: int = 5000) -> None:
        """Note the hash of what a reader was shown of an account."""
        with self.transaction(wait_ms) as db:
            db.execute(
                "INSERT INTO shown VALUES(?,?,?) ON CONFLICT(account, reader) DO UPDATE SET hash=excluded.hash",
                (slug, reader, text_hash),
            )

    def shown(self, slug: str, reader: str) -> str | None:
        """The hash of what a reader was last shown of an account, or None."""
        row = self._row("SELECT hash FROM shown WHERE account=? AND reader=?", slug, reader)
        return row[0] if row else None
