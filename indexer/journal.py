"""The journal: an append-only, hash-chained list of events of each account, inside the record.

It knows nothing of what an event means. Every event carries the hash of the one before; a head row holds
the count and the last hash, so that a row cut from the end is missed too. Triggers refuse every change by
SQL (`indexer/store/triggers.py`); what is done behind the database's back is found by `faults`. An account's journal ends only with
the account: its rows can be deleted once the account's row and then its head are gone (`baton forget`).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from indexer.models import Frozen
from indexer.store.database import Db


class Event(Frozen):
    """One act of one person, as it was written down."""

    seq: int
    at: str
    actor: str
    act: str
    payload: dict[str, Any]
    prev: str
    hash: str


class Fault(Frozen):
    """Where a journal was tampered with or damaged; `seq` is the event's number, None for the whole."""

    seq: int | None
    why: str


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values are equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def event_hash(
    prev: str, account: str, seq: int, at: str, actor: str, act: str, payload: str
) -> str:
    """SHA-256 over the former hash and everything the event says."""
    return hashlib.sha256(
        canonical([prev, account, seq, at, actor, act, payload]).encode()
    ).hexdigest()


def head(db: Db, account: str) -> tuple[int, str]:
    """How many events there are, and the last one's hash; (0, "") for an empty journal."""
    row = db.execute("SELECT count, hash FROM event_head WHERE account=?", (account,)).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def append(db: Db, account: str, at: str, actor: str, act: str, payload: dict[str, Any]) -> Event:
    """Write the next event. The caller's transaction decides whether it happened."""
    count, prev = head(db, account)
    text = canonical(payload)
    seq = count + 1
    digest = event_hash(prev, account, seq, at, actor, act, text)
    db.execute(
        "INSERT INTO event VALUES(?,?,?,?,?,?,?,?)",
        (account, seq, at, actor, act, text, prev, digest),
    )
    return Event(seq=seq, at=at, actor=actor, act=act, payload=payload, prev=prev, hash=digest)


def events(db: Db, account: str) -> list[Event]:
    """The account's events, oldest first, as far as the chain holds: what comes after a break is not trusted."""
    return read(db, account)[0]


def faults(db: Db, account: str) -> list[Fault]:
    """What is wrong with an account's journal: nothing, if nobody touched it."""
    return read(db, account)[1]


def read(db: Db, account: str) -> tuple[list[Event], list[Fault]]:
    """The events up to the first fault, and every fault."""
    sound: list[Event] = []
    found: list[Fault] = []
    prev, expected = "", 1
    # Text that is no UTF-8 any more must be reported, not stop the reading.
    said = ", ".join(db.raw(c) for c in ("at", "actor", "act", "payload", "prev", "hash"))
    rows = db.execute(
        f"SELECT seq, {said} FROM event WHERE account=? ORDER BY seq", (account,)
    ).fetchall()
    for seq, *raw in rows:
        at, actor, act, payload, before, digest = (_text(column) for column in raw)
        if seq != expected:
            found.append(Fault(seq=expected, why=f"event {expected} is missing"))
        elif before != prev:
            found.append(Fault(seq=seq, why=f"event {seq} does not follow the one before it"))
        if event_hash(before, account, seq, at, actor, act, payload) != digest:
            found.append(Fault(seq=seq, why=f"event {seq} was changed after it was written"))
        if not found:
            sound.append(
                Event(
                    seq=seq, at=at, actor=actor, act=act, payload=json.loads(payload), prev=before, hash=digest
                )
            )  # fmt: skip
        prev, expected = digest, seq + 1
    count, last = head(db, account)
    if (count, last) != (len(rows), prev):
        found.append(Fault(seq=None, why=f"the journal should end with event {count}, {last[:12]}"))
    return sound, found


def _text(raw: bytes | str | None) -> str:
    """A column's text; bytes that are no UTF-8 become signs that no event is written with."""
    return raw if isinstance(raw, str) else (raw or b"").decode("utf-8", "replace")
