"""What keeps the journal append-only whoever writes SQL: the same rules in both databases' own words.

An event follows the last one; none is changed; a head only ever moves to the event just written. A journal
goes with its account: first the account's row, then the head, then the events.
"""

SQLITE = """
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

POSTGRES = """
CREATE OR REPLACE FUNCTION event_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.seq <> 1 + COALESCE((SELECT count FROM event_head WHERE account = NEW.account), 0)
    OR NEW.prev <> COALESCE((SELECT hash FROM event_head WHERE account = NEW.account), '')
  THEN RAISE 'an event follows the last one'; END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE FUNCTION event_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.seq = 1 THEN INSERT INTO event_head VALUES(NEW.account, 1, NEW.hash);
  ELSE UPDATE event_head SET count = NEW.seq, hash = NEW.hash WHERE account = NEW.account; END IF;
  RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION event_head_begins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.count <> 1 OR EXISTS(SELECT 1 FROM event_head WHERE account = NEW.account)
    OR NOT EXISTS(SELECT 1 FROM event WHERE account = NEW.account AND seq = 1 AND hash = NEW.hash)
  THEN RAISE 'the journal is append-only'; END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE FUNCTION journal_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE 'the journal is append-only'; END $$;
CREATE OR REPLACE FUNCTION event_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS(SELECT 1 FROM event_head WHERE account = OLD.account)
  THEN RAISE 'the journal is append-only'; END IF;
  RETURN OLD; END $$;
CREATE OR REPLACE FUNCTION event_head_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.account <> OLD.account OR NEW.count <> OLD.count + 1
    OR NOT EXISTS(SELECT 1 FROM event WHERE account = NEW.account AND seq = NEW.count AND hash = NEW.hash)
  THEN RAISE 'the journal is append-only'; END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE FUNCTION event_head_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS(SELECT 1 FROM account WHERE slug = OLD.account)
  THEN RAISE 'the journal is append-only'; END IF;
  RETURN OLD; END $$;
""" + "".join(
    f"DROP TRIGGER IF EXISTS {name} ON {table};\n"
    f"CREATE TRIGGER {name} {moment} ON {table} FOR EACH {each} EXECUTE FUNCTION {rule}();\n"
    for name, moment, table, each, rule in (
        ("event_follows", "BEFORE INSERT", "event", "ROW", "event_follows"),
        ("event_counts", "AFTER INSERT", "event", "ROW", "event_counts"),
        ("event_head_begins", "BEFORE INSERT", "event_head", "ROW", "event_head_begins"),
        ("event_stays", "BEFORE UPDATE", "event", "ROW", "journal_stays"),
        ("event_kept", "BEFORE DELETE", "event", "ROW", "event_kept"),
        ("event_head_follows", "BEFORE UPDATE", "event_head", "ROW", "event_head_follows"),
        ("event_head_kept", "BEFORE DELETE", "event_head", "ROW", "event_head_kept"),
        ("event_whole", "BEFORE TRUNCATE", "event", "STATEMENT", "journal_stays"),
        ("event_head_whole", "BEFORE TRUNCATE", "event_head", "STATEMENT", "journal_stays"),
    )
)
