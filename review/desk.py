"""The review desk of one account: shows its brief as reviewed, takes acts, keeps briefs. Used by every surface.

Each act is one transaction: what it was decided on is checked and the event is written, or nothing is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from indexer import journal
from indexer.errors import InputError, StoreError
from indexer.journal import Event, Fault
from indexer.models import Frozen
from indexer.store import Store
from indexer.store.database import Db
from review.acts import Act, Add, AddFound, Correct
from review.canonical import digest
from review.checks import allowed_step, check
from review.diff import BriefDiff, compare
from review.gates import cited_paths
from review.human import Bench, Made, Words, claim_of_draft, claim_of_words, field_kind
from review.models import Brief, LogHead
from review.queue import Item, queue
from review.reviewed import Surroundings, as_reviewed
from review.rules import rules
from review.state import Review, fold

BUSY_MS = 30_000
"""How long an act waits for those of others."""


class Page(Frozen):
    """What a reviewer sees: the brief as reviewed, the queue, what comes next."""

    number: int
    """Of the brief in the record."""
    brief: Brief
    queue: tuple[Item, ...]
    next: str

    @property
    def hash(self) -> str:
        """What a signature given now is bound to."""
        return self.brief.review.hash


class Desk:
    """The review of one account's latest brief. Raises UnknownAccount for an account that is not there."""

    def __init__(self, store: Store, slug: str, bench: Bench) -> None:
        self._store, self._slug, self._bench = store, slug, bench
        store.account(slug)

    def page(self) -> Page:
        """The state of the review. Raises InputError while there is no brief."""
        with self._store.reading() as db:
            return self._page(db)

    def act(self, act: Act) -> Page:
        """Do it. Raises Refused, and changes nothing, where the rules or somebody else's act forbid it."""
        now = datetime.now(UTC)
        made = self._made(act, now)
        with self._store.transaction(BUSY_MS) as db:
            page = self._page(db)
            if page.brief.review.log.faults:
                raise StoreError(
                    f"The event log of {self._slug} does not hold: {page.brief.review.log.faults[0]}. "
                    "Restore the record from a copy, then decide again."
                )
            to = allowed_step(page.brief, act)
            item = check(page.brief, page.queue, act)
            payload = {
                **act.model_dump(mode="json", exclude={"draft"}), **_was(item), "template": page.brief.template,
                "brief": page.number, "to": to,
            }  # fmt: skip
            if made is not None:
                payload |= _made_payload(made, act.name)
                if made.read is not None:
                    self._store.add_statement(db, self._slug, made.read)
            journal.append(db, self._slug, _stamp(now), act.name, act.act, payload)
        return self.page()

    def keep(self, brief: Brief) -> Page:
        """Keep a brief that was just made: it is the one under review from now on."""
        content = brief.model_dump_json()
        with self._store.transaction(BUSY_MS) as db:
            number = self._store.add_brief(db, self._slug, brief.provenance.created_at, content)
            payload = {"template": brief.template, "brief": number, "sha256": digest(content)}
            journal.append(db, self._slug, _stamp(datetime.now(UTC)), "baton", "brief", payload)
        return self.page()

    def events(self) -> list[Event]:
        """Every act so far, oldest first."""
        with self._store.reading() as db:
            return journal.events(db, self._slug)

    def faults(self, witness: str | None = None) -> list[Fault]:
        """What is wrong with the event log; a witness is the hash of an event that must be in it."""
        with self._store.reading() as db:
            events, found = journal.read(db, self._slug)
            found += _lost(db, events)
            known = {e.hash for e in events}
        if witness and not any(h.startswith(witness) for h in known):
            found.append(Fault(seq=None, why=f"event {witness[:12]} is not in the log"))
        return found

    def diff(self, since: int | None = None) -> BriefDiff:
        """What changed since the brief before the latest, or since the brief with a number.

        Where there is only one, what people changed of it. Raises InputError for an unknown number.
        """
        with self._store.reading() as db:
            after = self._page(db)
            events = journal.events(db, self._slug)
            briefs = _numbers(events, after.brief.template)
            if since is not None and since not in briefs:
                known = ", ".join(str(n) for n in briefs)
                raise InputError(
                    f"There is no brief {since} (there are: {known}). Name one of them."
                )
            older = max((n for n in briefs if n < after.number), default=after.number)
            number = since if since is not None else older
            early = [
                e for e in events
                if e.payload.get("brief", 0) <= number and number != after.number
            ]  # fmt: skip
            row = db.execute("SELECT json FROM brief WHERE id=?", (number,)).fetchone()
            before = self._reviewed(db, _brief(row[0]), fold(early, after.brief.template))
        return compare(number, before, after.number, after.brief)

    def remember_shown(self, reader: str, page: Page) -> None:
        """Note which text a reader at this machine was shown."""
        self._store.note_shown(self._slug, reader, page.hash, BUSY_MS)

    def shown(self, reader: str) -> str | None:
        """The hash of what a reader at this machine was last shown."""
        return self._store.shown(self._slug, reader)

    def _page(self, db: Db) -> Page:
        kept = self._store.briefs(self._slug, 1)
        if not kept:
            raise InputError(
                f"{self._slug} has no brief yet. Make one with `baton brief {self._slug}`."
            )
        number, content = kept[0]
        raw = _brief(content)
        events, faults = journal.read(db, self._slug)
        brief = self._reviewed(
            db, raw, fold(events, raw.template), [*faults, *_lost(db, events, number)]
        )
        return Page(
            number=number, brief=brief, queue=queue(brief), next=rules().states[brief.status].next
        )

    def _reviewed(self, db: Db, raw: Brief, review: Review, faults: Sequence[Fault] = ()) -> Brief:
        count, last = journal.head(db, self._slug)
        people = [
            c.artifact
            for claim in (*review.stated.values(), *review.added)
            for c in claim.citations
        ]
        return as_reviewed(
            raw, review,
            Surroundings(
                statements=frozenset(self._store.statement_paths(self._slug)),
                texts=self._store.texts(self._slug, [*cited_paths(raw), *people]),
                log=LogHead(events=count, hash=last, faults=tuple(f.why for f in faults)),
                index=self._store.fingerprint(self._slug),
            ),
        )  # fmt: skip

    def _made(self, act: Act, now: datetime) -> Made | None:
        """The claim that an act brings, made before the transaction: models take their time."""
        if isinstance(act, AddFound):
            return claim_of_draft(self._bench, self._slug, act.draft)
        if not isinstance(act, Correct | Add):
            return None
        page = self.page()
        allowed_step(page.brief, act)
        item = check(page.brief, page.queue, act)
        if isinstance(act, Add):
            field: str | None = act.field
            kind, about = act.kind, act.field
        else:
            assert item is not None
            known = next((c for c in page.brief.claims if c.key == item.key), None)
            field = item.field
            kind = known.kind if known else field_kind(page.brief.template, field)
            about = item.question or item.text
        words = Words(act.name, act.side, now, act.text, field, kind, about)
        return claim_of_words(self._bench, self._slug, words)


def _stamp(now: datetime) -> str:
    return now.isoformat(timespec="microseconds")


def _brief(content: str) -> Brief:
    return Brief.model_validate_json(content)


def _numbers(events: Sequence[Event], template: str) -> list[int]:
    """The briefs of one template that the log tells of, oldest first."""
    return [
        e.payload["brief"] for e in events if e.act == "brief" and e.payload["template"] == template
    ]


def _made_payload(made: Made, name: str) -> dict[str, Any]:
    claim = made.claim.model_dump(mode="json")
    if made.promise is None:
        return {"claim": claim}
    promise = made.promise.model_copy(update={"reviewed_by": name})
    return {"claim": claim, "commitment": promise.model_dump(mode="json")}


def _was(item: Item | None) -> dict[str, Any]:
    """What the log says of the item besides its key."""
    if item is None:
        return {}
    words = item.question or (item.quotes[0].quote if item.quotes else item.text)
    return {"key": item.key, "item": item.kind, "was": words}


def _lost(db: Db, events: Sequence[Event], only: int | None = None) -> list[Fault]:
    """Briefs (or the one with a number) that the record no longer holds as the log says they were made."""
    found = []
    for event in events:
        number = event.payload.get("brief")
        if event.act == "brief" and only in (None, number):
            row = db.execute("SELECT json FROM brief WHERE id=?", (number,)).fetchone()
            if row is None or digest(row[0]) != event.payload["sha256"]:
                found.append(
                    Fault(seq=event.seq, why=f"brief {number} was changed after it was made")
                )
    return found
