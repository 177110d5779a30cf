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
CREATE TRIGGER IF NOT EXISTS event_begins AFTER INSERT ON event WHEN NEW.seq = 1
  BEGIN INSERT INTO event_head VALUES(NEW.account, 1, NEW.hash); END;
CREATE TRIGGER IF NOT EXISTS event_counts AFTER INSERT ON event WHEN NEW.seq > 1
  BEGIN UPDATE event_head SET count = NEW.seq, hash = NEW.hash WHERE account = NEW.account; END;
CREATE TRIGGER IF NOT EXISTS event_head_begins BEFORE INSERT ON event_head
  WHEN NEW.count <> 1 OR EXISTS(SELECT 1 FROM event_head WHERE account = NEW.account)
    OR NOT EXISTS(SELECT 1 FROM event WHERE account = NEW.account AND seq = 1 AND hash = NEW.hash)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
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
    """The account's events, oldest first, as far as the chain holds: what comes after a break is not trusted."""
    return read(db, account)[0]


def faults(db: sqlite3.Connection, account: str) -> list[Fault]:
    """What is wrong with an account's journal: nothing, if nobody touched it."""
    return read(db, account)[1]


def read(db: sqlite3.Connection, account: str) -> tuple[list[Event], list[Fault]]:
    """The events up to the first fault, and every fault."""
    sound: list[Event] = []
    found: list[Fault] = []
    prev, expected = "", 1
    rows = db.execute(_RAW, (account,)).fetchall()
    for seq, *raw in rows:
        at, actor, act, payload, before, digest = (_text(column) for column in raw)
        if seq != expected:
            found.append(Fault(seq=expected, why=f"event {expected} is missing"))
        elif before != prev:
            found.append(Fault(seq=seq, why=f"event {seq} does not follow the one before it"))
        if event_hash(before, account, seq, at, actor, act, payload) != digest:
            found.append(Fault(seq=seq, why=f"event {seq} was changed after it was written"))
        if not found:
            said = json.loads(payload)
            sound.append(
                Event(seq=seq, at=at, actor=actor, act=act, payload=said, prev=before, hash=digest)
            )
        prev, expected = digest, seq + 1
    count, last = head(db, account)
    if (count, last) != (len(rows), prev):
        found.append(Fault(seq=None, why=f"the journal should end with event {count}, {last[:12]}"))
    return sound, found


# Read as bytes: text that is no UTF-8 any more must be reported, not stop the reading.
_RAW = (
    "SELECT seq, CAST(at AS BLOB), CAST(actor AS BLOB), CAST(act AS BLOB), CAST(payload AS BLOB),"
    " CAST(prev AS BLOB), CAST(hash AS BLOB) FROM event WHERE account=? ORDER BY seq"
)


def _text(raw: bytes | None) -> str:
    """A column's text; bytes that are no UTF-8 become signs that no event is written with."""
    return (raw or b"").decode("utf-8", "replace")
