"""The journal: an append-only, hash-chained list of events of each account, inside the record.

It knows nothing of what an event means. Every event carries the hash of the one before; a head row holds
the count and the last hash, so that a row cut from the end is missed too. Triggers refuse every change by
SQL; what is done to the file behind SQLite's back is found by `faults`. An account's journal ends only with
the account: its rows can be deleted once the account's row and then its head are gone (`baton forget`).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

from indexer.models import Frozen

SCHEMA = """
CREATE TABLE IF NOT EXISTS event(account TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  act TEXT NOT NULL, payload TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY(account, seq));
CREATE TABLE IF NOT EXISTS event_head(account TEXT PRIMARY KEY, count INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS event_follows BEFORE INSERT ON event
  WHEN NEW.seq <> 1 + COALESCE((SELECT count FROM event_head WHERE account = NEW.account), 0)
    OR NEW.prev <> COALESCE((SELECT hash FROM event_head WHERE account = NEW.account), '')
  BEGIN SELECT RAISE(ABORT, 'an event follows the last one'); END;
CREATE TRIGGER IF NOT EXISTS event_counts AFTER INSERT ON event
  BEGIN INSERT INTO event_head VALUES(NEW.account, NEW.seq, NEW.hash)
    ON CONFLICT(account) DO UPDATE SET count = NEW.seq, hash = NEW.hash; END;
CREATE TRIGGER IF NOT EXISTS event_stays BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_kept BEFORE DELETE ON event
  WHEN EXISTS(SELECT 1 FROM event_head WHERE account = OLD.account)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_head_follows BEFORE UPDATE ON event_head
  WHEN NEW.account <> OLD.account OR NEW.count <> OLD.count + 1
    OR NOT EXISTS(SELECT 1 FROM event WHERE account = NEW.account AND seq = NEW.count AND hash = NEW.hash)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_head_kept BEFORE DELETE ON event_head
  WHEN EXISTS(SELECT 1 FROM account WHERE slug = OLD.account)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""


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


def head(db: sqlite3.Connection, account: str) -> tuple[int, str]:
    """How many events there are, and the last one's hash; (0, "") for an empty journal."""
    row = db.execute("SELECT count, hash FROM event_head WHERE account=?", (account,)).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def append(
    db: sqlite3.Connection, account: str, at: str, actor: str, act: str, payload: dict[str, Any]
) -> Event:
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


def events(db: sqlite3.Connection, account: str) -> list[Event]:
    """All events of an account, oldest first."""
    rows = db.execute(
        "SELECT seq, at, actor, act, payload, prev, hash FROM event WHERE account=? ORDER BY seq",
        (account,),
    )
    return [
        Event(seq=s, at=at, actor=who, act=act, payload=json.loads(p), prev=prev, hash=h)
        for s, at, who, act, p, prev, h in rows
    ]


def faults(db: sqlite3.Connection, account: str) -> list[Fault]:
    """What is wrong with an account's journal: nothing, if nobody touched it."""
    found: list[Fault] = []
    prev, expected = "", 1
    rows = db.execute(
        "SELECT seq, at, actor, act, payload, prev, hash FROM event WHERE account=? ORDER BY seq",
        (account,),
    ).fetchall()
    for seq, at, actor, act, payload, before, digest in rows:
        if seq != expected:
            found.append(Fault(seq=expected, why=f"event {expected} is missing"))
        elif before != prev:
            found.append(Fault(seq=seq, why=f"event {seq} does not follow the one before it"))
        if _hash_of(before, account, seq, at, actor, act, payload) != digest:
            found.append(Fault(seq=seq, why=f"event {seq} was changed after it was written"))
        prev, expected = digest, (seq if isinstance(seq, int) else expected) + 1
    count, last = head(db, account)
    if (count, last) != (len(rows), prev):
        found.append(Fault(seq=None, why=f"the journal should end with event {count}, {last[:12]}"))
    return found


def _hash_of(*parts: Any) -> str:
    """The hash of a row as it stands; a column that is no text any more has none."""
    try:
        return event_hash(*parts)
    except (TypeError, UnicodeEncodeError):
        return ""
