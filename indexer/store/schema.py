"""The record's tables, as SQLite takes them; `postgres_sql.py` says what another database calls the types.

A table or a column may be added here; what is there is never renamed. `event` and `event_head` are the
journal's: see `indexer/journal.py`, and `triggers.py` for what guards them.
"""

VERSION = 1
"""Raised when an older Baton could not work with the tables any more."""

TABLES = """
CREATE TABLE IF NOT EXISTS account(slug TEXT PRIMARY KEY, json TEXT NOT NULL, fingerprint TEXT NOT NULL,
  model TEXT NOT NULL, indexed_at TEXT NOT NULL, extra TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS artifact(account TEXT, path TEXT, json TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY(account, path));
CREATE TABLE IF NOT EXISTS segment(account TEXT, position INTEGER, id TEXT, artifact TEXT, json TEXT NOT NULL,
  PRIMARY KEY(account, position));
CREATE INDEX IF NOT EXISTS segment_id ON segment(id);
CREATE TABLE IF NOT EXISTS chunk(account TEXT, position INTEGER, artifact TEXT, "window" INTEGER,
  first INTEGER, last INTEGER, hash TEXT, PRIMARY KEY(account, position));
CREATE TABLE IF NOT EXISTS vector(account TEXT, model TEXT, hash TEXT, value BLOB NOT NULL,
  PRIMARY KEY(account, model, hash));
CREATE TABLE IF NOT EXISTS signal(account TEXT, model TEXT, hash TEXT, value BLOB NOT NULL,
  PRIMARY KEY(account, model, hash));
CREATE TABLE IF NOT EXISTS brief(account TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT,
  json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS turn(account TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT,
  json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS question(account TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT,
  json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run(id TEXT PRIMARY KEY, account TEXT, created_at TEXT, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS statement(account TEXT, path TEXT, json TEXT NOT NULL, PRIMARY KEY(account, path));
CREATE TABLE IF NOT EXISTS shown(account TEXT, reader TEXT, hash TEXT NOT NULL, PRIMARY KEY(account, reader));
CREATE TABLE IF NOT EXISTS derived(account TEXT, what TEXT, mark TEXT NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY(account, what));
CREATE TABLE IF NOT EXISTS event(account TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  act TEXT NOT NULL, payload TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY(account, seq));
CREATE TABLE IF NOT EXISTS event_head(account TEXT PRIMARY KEY, count INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS account_fingerprint ON account(fingerprint);
CREATE INDEX IF NOT EXISTS brief_account ON brief(account, id);
CREATE INDEX IF NOT EXISTS turn_account ON turn(account, id);
CREATE INDEX IF NOT EXISTS question_account ON question(account, id);
CREATE INDEX IF NOT EXISTS run_account ON run(account, created_at);
"""

OF_AN_ACCOUNT = (
    "event_head", "event", "artifact", "segment", "chunk", "vector", "signal", "brief", "run", "statement", "shown", "turn",
    "question", "derived",
)  # fmt: skip
"""Tables with rows of an account, in the order in which the journal lets them go."""
