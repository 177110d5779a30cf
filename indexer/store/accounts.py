"""The accounts of a record, and what was found out about each when it was indexed."""

from __future__ import annotations

import json

from indexer.errors import UnknownAccount
from indexer.models import Account, NotRead, Person
from indexer.store.base import Record


class Accounts(Record):
    """One row an account."""

    def fingerprint(self, slug: str) -> str | None:
        """The fingerprint of what was indexed, or None if the account is unknown."""
        row = self._row("SELECT fingerprint FROM account WHERE slug=?", slug)
        return row[0] if row else None

    def evidence_mark(self, slug: str) -> str:
        """Changes with the index and with what people said to Baton itself, whichever process wrote it; cheap to take."""
        row = self._row(
            "SELECT fingerprint || ' ' || (SELECT count(*) FROM statement WHERE account=?) FROM account WHERE slug=?",
            slug, slug,
        )  # fmt: skip
        return row[0] if row else ""

    def mark(self, slug: str) -> tuple[object, ...]:
        """Changes whenever the account's index, its briefs or its events do; cheap to take."""
        row = self._row(
            "SELECT (SELECT fingerprint FROM account WHERE slug=?), (SELECT max(id) FROM brief WHERE account=?), "
            "(SELECT count || hash FROM event_head WHERE account=?)",
            slug, slug, slug,
        )  # fmt: skip
        return tuple(row)

    def model(self, slug: str) -> str | None:
        """The name of the embedding model the account was indexed with."""
        row = self._row("SELECT model FROM account WHERE slug=?", slug)
        return row[0] if row else None

    def accounts(self) -> list[Account]:
        """All accounts, by slug."""
        rows = self._rows("SELECT json FROM account ORDER BY slug")
        return [Account.model_validate_json(r[0]) for r in rows]

    def account(self, slug: str) -> Account:
        """One account. Raises UnknownAccount."""
        row = self._row("SELECT json FROM account WHERE slug=?", slug)
        if row is None:
            raise UnknownAccount(
                f"There is no account {slug!r} here (known: {self._some_slugs()}). Index its folder with `baton index PATH`."
            )
        return Account.model_validate_json(row[0])

    def _some_slugs(self) -> str:
        slugs = [r[0] for r in self._rows("SELECT slug FROM account ORDER BY slug LIMIT 13")]
        more = " and more, see `baton accounts`" if len(slugs) > 12 else ""
        return ", ".join(slugs[:12]) + more or "none yet"

    def with_fingerprint(self, fingerprint: str) -> list[Account]:
        """The accounts whose index has this fingerprint."""
        rows = self._rows("SELECT json FROM account WHERE fingerprint=?", fingerprint)
        return [Account.model_validate_json(r[0]) for r in rows]

    def extra(
        self, slug: str
    ) -> tuple[list[Person], list[tuple[str, str]], list[NotRead], dict[str, str]]:
        """People, duplicates, what was not read, and why sides were inferred."""
        row = self._row("SELECT extra FROM account WHERE slug=?", slug)
        found = (
            json.loads(row[0])
            if row
            else {"people": [], "duplicates": [], "not_read": [], "sides": {}}
        )
        return (
            [Person.model_validate(p) for p in found["people"]],
            [(a, b) for a, b in found["duplicates"]],
            [NotRead.model_validate(n) for n in found["not_read"]],
            dict(found["sides"]),
        )

    def doubts(self, slug: str) -> dict[str, str]:
        """Labels and people that stay unresolved or without a side, and why."""
        row = self._row("SELECT extra FROM account WHERE slug=?", slug)
        return dict(json.loads(row[0]).get("doubts", {})) if row else {}
