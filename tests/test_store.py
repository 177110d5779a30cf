"""The record keeps what it was given, as it was given, wherever it is kept: the same tests over a file and a server."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.errors import StoreError, UnknownAccount
from indexer.models import Account, Artifact
from indexer.store import Contents, Store
from tests.databases import Databases, open_store, rows

ROOT = Path(__file__).resolve().parent.parent
ODD = "nul \x00 one \x01 two \x010 \\x00 ' \" ? $1 % %s \r\n\t \u2028 é 日本 🦊 \U0010ffff"


@pytest.fixture
def home(databases: Databases, tmp_path: Path) -> Path:
    return databases.new(tmp_path / "home")


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    opened = open_store(home)
    yield opened
    opened.close()


def artifact(path: str, text: str = "words") -> Artifact:
    return Artifact(id="1", path=path, kind="note", system="file", title="", authority=9, text=text)


def deal(*artifacts: Artifact, slug: str = "fen") -> Contents:
    return Contents(Account(slug=slug, name="Fen", folder="/f"), artifacts, (), ())


def write(store: Store, *artifacts: Artifact, slug: str = "fen", mark: str = "m") -> bool:
    return store.write(deal(*artifacts, slug=slug), mark, "model", "2026-01-01")


def test_any_text_comes_back_as_it_was(store: Store) -> None:
    long = "a path/" * 700 + "note.md"
    write(store, artifact("odd.md", ODD), artifact(long, "x" * 3_000_000), artifact(ODD))
    assert store.artifact("fen", "odd.md") == artifact("odd.md", ODD)
    assert store.artifact("fen", long) == artifact(long, "x" * 3_000_000)
    assert store.artifact("fen", ODD) == artifact(ODD)
    assert set(store.texts("fen", [long, ODD, "none.md"])) == {long, ODD}
    assert store.texts("fen", []) == {}
    store.add_question("fen", ODD, ODD)
    assert store.questions("fen") == [(1, ODD)]


def test_two_artifacts_of_one_path_are_refused_however_long_it_is(store: Store) -> None:
    long = "p" * 6000
    with pytest.raises(StoreError):
        write(store, artifact(long), artifact(long))
    assert store.accounts() == []


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.text(alphabet=st.characters(codec="utf-8")), min_size=1, max_size=20))
def test_any_turn_comes_back_in_its_order(store: Store, texts: list[str]) -> None:
    store.forget_turns("fen")
    store.add_turns("fen", "now", texts)
    assert store.turns("fen") == [("now", t) for t in texts]
    assert store.forget_turns("fen") == len(texts)


def test_half_a_sign_is_refused_and_the_record_goes_on(store: Store) -> None:
    with pytest.raises(UnicodeEncodeError):
        store.add_question("fen", "now", "half \ud83e")
    assert store.questions("fen") == []
    store.add_question("fen", "now", "whole")
    assert [q for _, q in store.questions("fen")] == ["whole"]


def test_paths_are_sorted_by_their_bytes(store: Store) -> None:
    paths = ["é", "b", "B", "a-b", "a b", "a_b", "Z", "ab", "ａ", "🦊", "10", "9"]
    write(store, *map(artifact, paths))
    assert [a.path for a in store.artifacts("fen")] == sorted(paths, key=lambda p: p.encode())


def test_thousands_of_vectors_are_kept_replaced_and_dropped(store: Store) -> None:
    hashes = [f"{n:08d}" for n in range(3001)]
    first = np.arange(3001 * 4, dtype=np.float32).reshape(3001, 4)
    store.add_vectors("fen", "m", hashes, first)
    store.add_vectors("fen", "m", [*hashes[:2], hashes[0]], [first[9], first[9], first[8]])
    store.add_vectors("fen", "packed", ["h"], [np.array([0, 255, 92, 1], np.uint8)], "signal")
    kept = store.vectors("fen", "m")
    assert len(kept) == 3001
    assert kept[hashes[0]] == first[8].tobytes(), "of two in one go the last"
    assert kept[hashes[1]] == first[9].tobytes()
    assert kept[hashes[3000]] == first[3000].tobytes()
    assert store.vectors("fen", "packed", "signal") == {"h": bytes([0, 255, 92, 1])}
    store.keep_signals("fen", ["m"], {"h"})
    assert store.known_hashes("fen", "packed", "signal") == set()
    assert store.known_hashes("fen", "m") == set(hashes)


def test_the_mark_moves_with_index_briefs_and_events(store: Store) -> None:
    marks = [store.mark("fen")]
    write(store, artifact("a"))
    marks.append(store.mark("fen"))
    with store.transaction() as db:
        store.add_brief(db, "fen", "now", '{"template": "t"}')
    marks.append(store.mark("fen"))
    write(store, artifact("a"), mark="n")
    marks.append(store.mark("fen"))
    assert len(set(marks)) == 4
    assert store.mark("fen") == marks[-1]


def test_briefs_are_numbered_and_kept_to_the_letter(store: Store) -> None:
    contents = (r'{"template": "one", "odd": "\u0000 \ud83e"}', '{"b": 1,  "a": 1}', "{}")
    with store.transaction() as db:
        made = [store.add_brief(db, "fen", "now", c) for c in contents]
    assert made == sorted(set(made))
    assert store.briefs("fen", 9) == list(zip(made, contents, strict=True))[::-1]
    assert store.latest_brief("fen") == "{}"
    assert store.latest_brief("other") is None


def test_runs_and_what_was_shown_are_written_over(store: Store) -> None:
    store.add_run("r1", "fen", "1", "old")
    store.add_run("r2", "fen", "2", "other")
    store.add_run("r1", "fen", "3", "new")
    assert store.runs("fen") == ["new", "other"]
    assert store.run("r3") is None
    for text_hash in ("one", "two"):
        store.note_shown("fen", "kim", text_hash)
    assert store.shown("fen", "kim") == "two"
    assert store.shown("fen", "lee") is None


def test_what_fails_halfway_leaves_the_old_state(store: Store) -> None:
    write(store, artifact("a", "old"))

    def halfway() -> None:
        with store.transaction() as db:
            db.execute("DELETE FROM artifact WHERE account=?", ("fen",))
            assert store.artifacts("fen") == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        halfway()
    assert [a.text for a in store.artifacts("fen")] == ["old"]
    assert write(store, artifact("a", "new"))


def test_readers_wait_for_nobody_and_see_one_state(store: Store) -> None:
    write(store, artifact("a", "old"))
    seen: list[str] = []

    def read() -> None:
        began = time.monotonic()
        seen.extend(a.text for a in store.artifacts("fen"))
        seen.append("soon" if time.monotonic() - began < 3 else "late")
        store.close()

    with store.transaction() as db:
        db.execute("UPDATE artifact SET text=? WHERE account=?", ("half", "fen"))
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(20)
    assert seen == ["old", "soon"]

    def rewrite() -> None:
        write(store, artifact("a", "new"))
        store.close()

    with store.reading():
        assert [a.text for a in store.artifacts("fen")] == ["half"]
        writer = threading.Thread(target=rewrite)
        writer.start()
        writer.join(20)
        assert [a.text for a in store.artifacts("fen")] == ["half"]
    assert [a.text for a in store.artifacts("fen")] == ["new"]


def test_a_second_writer_waits_and_then_is_told(store: Store) -> None:
    said: list[str] = []

    def write_too() -> None:
        try:
            with store.transaction(300):
                said.append("wrote")
        except StoreError as error:
            said.append(str(error))
        with store.transaction(20_000):
            said.append("wrote")
        store.close()

    with store.transaction():
        second = threading.Thread(target=write_too)
        second.start()
        time.sleep(1.5)
    second.join(30)
    assert said == ["The record is busy in another process. Try again in a moment.", "wrote"]


def test_a_statement_made_meanwhile_is_not_written_over(store: Store) -> None:
    write(store, artifact("a", "old"))
    with store.transaction() as db:
        db.execute("INSERT INTO statement VALUES(?,?,?)", ("fen", "statements/1", "{}"))
    assert not write(store, artifact("a", "new"))
    assert [a.text for a in store.artifacts("fen")] == ["old"]
    assert store.statement_paths("fen") == ["statements/1"]


def test_one_account_goes_and_the_other_stays(home: Path, store: Store) -> None:
    for slug in ("fen", "moor"):
        write(store, artifact("a"), slug=slug)
        store.add_vectors(slug, "m", ["h"], [np.ones(2, np.float32)])
        store.add_run(f"run of {slug}", slug, "1", "{}")
    store.forget("fen")
    for table in ("artifact", "vector", "run"):
        assert rows(home, f"SELECT DISTINCT account FROM {table}") == [("moor",)]
    assert [a.slug for a in store.accounts()] == ["moor"]
    assert [a.slug for a in store.with_fingerprint("m")] == ["moor"]
    assert (store.artifact_paths("moor"), store.artifact_dates("moor")) == (["a"], [None])
    for n in range(14):
        write(store, slug=f"s{n:02d}")
    with pytest.raises(UnknownAccount, match=r"known: moor, s00.*s10 and more, see"):
        store.account("fen")


def test_words_to_go_are_rewritten_and_wiped(
    databases: Databases, home: Path, store: Store
) -> None:
    word = "Marzipanfabrik"
    write(store, artifact("a", f"{word} is the name. " * 40))
    with store.transaction() as db:
        store.add_brief(db, "fen", "now", f'{{"template": "{word}"}}')

    def without(value: object) -> object:
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items()}
        return value.replace(word, "█") if isinstance(value, str) else value

    assert store.purge("fen", without)
    write(store, artifact("a", "█ is the name"))
    store.wipe()
    assert store.latest_brief("fen") == '{"template": "█"}'
    if databases.cluster:
        rows(home, "CHECKPOINT")
        files = [f for f in (databases.cluster.folder / "data" / "base").rglob("*") if f.is_file()]
    else:
        files = list(home.glob("baton.db*"))
    assert files
    assert [f.name for f in files if word.encode() in f.read_bytes()] == []


def test_a_file_needs_nothing_of_the_server(tmp_path: Path) -> None:
    """The cold path imports no driver, and no module that knows one."""
    code = (
        "import sys; from pathlib import Path; from indexer.store import Store; "
        f"Store(Path({str(tmp_path)!r})).accounts(); "
        "sys.exit(any(m.startswith(('pg8000', 'scramp', 'ssl', 'indexer.store.postgres')) for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
