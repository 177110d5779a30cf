"""How words and whole accounts leave the record, without a trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from indexer.store.base import Record
from indexer.store.schema import OF_AN_ACCOUNT

TABLES = ("account", *OF_AN_ACCOUNT)


class Forgetting(Record):
    """Redaction's rewrite of what was kept before, and deletion."""

    def purge(self, slug: str, without: Callable[[Any], Any]) -> bool:
        """Take words out of what was kept of an account before: briefs, runs, conversations, questions.

        What people said in a review stays as it is: its events are a chain that would break.

        `without` returns a JSON value without what goes. True if something went, of these or of the
        artifacts' old texts; then `wipe` once the new state is written.
        """
        found = False
        with self.transaction() as db:
            db.execute("DELETE FROM derived WHERE account=?", (slug,))
            for table in ("brief", "run", "turn", "question"):
                rows = db.execute(
                    f"SELECT id, json FROM {table} WHERE account=?", (slug,)
                ).fetchall()
                for own, held in rows:
                    clean = json.dumps(without(json.loads(held)), ensure_ascii=False)
                    if json.loads(clean) != json.loads(held):
                        found = True
                        db.execute(f"UPDATE {table} SET json=? WHERE id=?", (clean, own))
            kept = db.execute(
                "SELECT json, text FROM artifact WHERE account=? UNION ALL SELECT json, '' FROM segment WHERE account=? "
                "UNION ALL SELECT json, extra FROM account WHERE slug=?", (slug, slug, slug),
            ).fetchall()  # fmt: skip
        return found or any(without(text) != text for row in kept for text in row)

    def wipe(self) -> None:
        """Leave no trace of what was deleted. Raises StoreError if the record is in use."""
        self._database.wipe(TABLES)

    def forget(self, slug: str) -> None:
        """Remove every row of an account."""
        with self.transaction() as db:
            db.execute("DELETE FROM account WHERE slug=?", (slug,))
            for table in OF_AN_ACCOUNT:
                db.execute(f"DELETE FROM {table} WHERE account=?", (slug,))
        self._database.settle(TABLES)
