"""What was worked out from an account's evidence and need not be worked out again: a cache, which may go at any time."""

from __future__ import annotations

from indexer.store.base import Record


class Derived(Record):
    """The table `derived`: one JSON for each thing worked out, beside the mark of what it was worked out from."""

    def derived(self, slug: str, what: str, mark: str) -> str | None:
        """The JSON kept for `what`, or None where there is none or it was worked out from something else."""
        row = self._row(
            "SELECT json FROM derived WHERE account=? AND what=? AND mark=?", slug, what, mark
        )
        return row[0] if row else None

    def keep_derived(self, slug: str, what: str, mark: str, content: str) -> None:
        """Keep the JSON of `what` in place of an older one."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO derived VALUES(?,?,?,?) ON CONFLICT(account, what) DO UPDATE SET "
                "mark=excluded.mark, json=excluded.json",
                (slug, what, mark, content),
            )
