"""What only a record on a server knows: addresses with passwords, servers that go, two machines at once."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from indexer.errors import InputError, Locked, StoreError
from indexer.models import Account, Artifact
from indexer.store import Contents, Store
from indexer.store.postgres_sql import MAX_ROWS, as_was, batches, numbered, stored
from indexer.store.postgres_url import read_url
from tests.postgres_server import PASSWORD, Cluster, free_port

ROOT = Path(__file__).resolve().parent.parent
BATON = [sys.executable, "-c", "from app.cli import main; main()"]


# --- the address ---


@pytest.mark.parametrize(
    ("text", "shown", "password", "tls"),
    [
        ("postgresql://kim:s%40y%2Fno@db.example/deals", "postgresql://kim@db.example:5432/deals", "s@y/no", True),
        ("postgres://kim@127.0.0.1:6000/deals", "postgresql://kim@127.0.0.1:6000/deals", None, False),
        ("postgresql://kim@[::1]:6000/deals", "postgresql://kim@::1:6000/deals", None, False),
        ("postgresql://kim:geheim@localhost", "postgresql://kim@localhost:5432/kim", "geheim", False),
        ("postgresql://kim@/d?host=/run/pg", "postgresql://kim@/run/pg:5432/d", None, False),
        ("postgresql://kim@%2Frun%2Fpg/d", "postgresql://kim@/run/pg:5432/d", None, False),
        ("postgresql://kim:geheim@db.example/d?sslmode=disable", "postgresql://kim@db.example:5432/d", "geheim", False),
    ],
)  # fmt: skip
def test_an_address_is_read_and_shown_without_its_password(
    text: str, shown: str, password: str | None, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    url = read_url(text)
    assert (str(url), url.password, url.tls() is not False) == (shown, password, tls)
    assert password is None or password not in repr(url)


def test_a_server_elsewhere_is_encrypted_and_checked_where_asked() -> None:
    assert read_url("postgresql://kim@db.example/d").sslmode == "require"
    checked = read_url("postgresql://kim@db.example/d?sslmode=verify-full").tls()
    assert not isinstance(checked, bool)
    assert checked.check_hostname


def test_a_password_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "from outside")
    assert read_url("postgresql://kim@localhost/d").password == "from outside"
    assert read_url("postgresql://kim:own@localhost/d").password == "own"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://kim:geheim/zahl@host:5432/d", "postgresql://kim:geheim#1@host/d", "mysql://kim:geheim@host/d",
        "geheim", "postgresql://kim:geheim@host/d?sslmode=perhaps", "postgresql://kim:geheim@host/d?user=x",
        "postgresql://kim@host:geheim/d", "postgresql://kim:[geheim@host/d",
    ],
)  # fmt: skip
def test_a_wrong_address_is_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_url(text)
    assert "geheim" not in str(caught.value)
    assert "BATON_DATABASE_URL" in str(caught.value)
    # `from None`: the cause would repeat what stands in the port's place.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


# --- the words ---


def test_rows_go_by_the_hundred_in_their_order() -> None:
    sql = "INSERT INTO t VALUES(?,?) ON CONFLICT(a) DO UPDATE SET b=excluded.b"
    made = list(batches(sql, [(n, "x") for n in range(MAX_ROWS + 2)]))
    assert [len(values) for _, values in made] == [2 * MAX_ROWS, 4]
    assert made[1][0] == sql.replace("(?,?)", "(?,?),(?,?)")
    assert [v for _, values in made for v in values[::2]] == list(range(MAX_ROWS + 2))
    big = list(batches(sql, [("a" * 3_000_000, "x")] * 3))
    assert [len(values) for _, values in big] == [4, 2], "what is large goes alone"
    assert list(batches(sql, [])) == []
    assert numbered(made[1][0]).startswith("INSERT INTO t VALUES($1,$2),($3,$4) ON")
    assert list(batches("DELETE FROM t WHERE a=?", [(1,), (2,)])) == [
        ("DELETE FROM t WHERE a=?", [1]), ("DELETE FROM t WHERE a=?", [2])
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "plain", "\x00", "\x01", "\x010", "a\x00\x01b\x011", "\x01\x00"]
)
def test_signs_that_a_server_refuses_come_back(text: str) -> None:
    assert "\x00" not in stored(text)
    assert as_was(stored(text)) == text


def test_a_missing_driver_is_one_line_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in sys.modules if n.startswith("pg8000")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pg8000", None)
    with pytest.raises(StoreError, match=r"pip install .*\[postgres\]"):
        Store(tmp_path, "postgresql://kim@localhost/d")


# --- a server that is not there ---


def said(home: Path, url: str, *args: str) -> str:
    """The one line of a command that fails."""
    done = subprocess.run(
        [*BATON, *args], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "BATON_HOME": str(home), "BATON_DATABASE_URL": url},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_no_server_no_postgres_no_word_of_the_password(tmp_path: Path) -> None:
    line = said(tmp_path, f"postgresql://kim:geheim@127.0.0.1:{free_port()}/d", "accounts")
    assert "can't be reached" in line
    assert "BATON_DATABASE_URL" in line
    assert "geheim" not in line

    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"postgresql://kim:geheim@127.0.0.1:{server.server_port}/d"
        with pytest.raises(StoreError, match="can't be reached") as caught:
            Store(tmp_path, url)
        assert "geheim" not in str(caught.value)
    finally:
        server.shutdown()
        server.server_close()


# --- with a server ---


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    name = f"own_{time.monotonic_ns()}"
    yield cluster.create(name)
    cluster.drop(name)


def write(store: Store, text: str) -> None:
    artifact = Artifact(
        id="1", path="a", kind="note", system="file", title="", authority=9, text=text
    )
    account = Account(slug="fen", name="Fen")
    assert store.write(Contents(account, [artifact], (), ()), "m", "model", "2026-01-01")


def texts(store: Store) -> list[str]:
    return [a.text for a in store.artifacts("fen")]


@pytest.mark.postgres
def test_what_the_server_refuses_is_said_without_the_password(
    cluster: Cluster, url: str, tmp_path: Path
) -> None:
    right = quote(PASSWORD, safe="")
    for wrong, word in (
        (url.replace(right, "geheim"), "Correct user and password"),
        (url.replace(f":{right}", ""), "Correct user and password"),
        (cluster.url("nowhere"), "createdb nowhere"),
        (url + "?sslmode=require", "refuses SSL"),
    ):
        with pytest.raises(StoreError, match=word) as caught:
            Store(tmp_path, wrong)
        assert "geheim" not in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.postgres
def test_doctor_shows_the_server_and_no_password(url: str, tmp_path: Path) -> None:
    from app.doctor import _database

    found = _database(url)
    assert found["ok"]
    assert "no accounts in postgresql://baton@127.0.0.1" in found["said"]
    write(Store(tmp_path, url), "words")
    assert "1 accounts" in _database(url)["said"]
    broken = _database(url.replace(quote(PASSWORD, safe=""), "geheim"))
    assert not broken["ok"]
    assert "geheim" not in broken["said"]


@pytest.mark.postgres
def test_a_database_of_another_encoding_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    other = cluster.create("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match="LATIN1"):
        Store(tmp_path, other)
    cluster.drop("latin")


@pytest.mark.postgres
def test_the_schema_is_made_once_and_a_newer_one_is_left_alone(url: str, tmp_path: Path) -> None:
    store = Store(tmp_path, url)
    write(store, "old")
    with store.transaction() as db:
        db.execute("UPDATE record SET made_by='an older Baton'")
        db.execute("ALTER TABLE shown RENAME TO shown_before")
    again = Store(tmp_path, url)
    assert again.shown("fen", "kim") is None, "a table that is missing is made"
    assert texts(again) == ["old"]
    with store.transaction() as db:
        db.execute("UPDATE record SET version=version+1")
    with pytest.raises(StoreError, match="newer Baton"):
        Store(tmp_path, url)
    assert texts(store) == ["old"]


@pytest.mark.postgres
def test_eight_who_open_an_empty_database_at_once_all_find_it_made(
    url: str, tmp_path: Path
) -> None:
    failed: list[BaseException] = []

    def use(n: int) -> None:
        try:
            store = Store(tmp_path / str(n), url)
            store.add_question("fen", "now", str(n))
            store.close()
        except BaseException as error:  # whatever it is, the test is to say it
            failed.append(error)

    users = [threading.Thread(target=use, args=(n,)) for n in range(8)]
    for user in users:
        user.start()
    for user in users:
        user.join(60)
    assert failed == []
    assert sorted(q for _, q in Store(tmp_path, url).questions("fen")) == [str(n) for n in range(8)]


OWNER = """
import sys, time
from pathlib import Path
from indexer.store import Store
with Store(Path(sys.argv[1]), sys.argv[2]).owned():
    print("mine", flush=True)
    time.sleep(600)
"""


@pytest.mark.postgres
def test_one_machine_writes_the_index_and_another_is_told_who(url: str, tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path / "one"), url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert owner.stdout is not None
    assert owner.stdout.readline() == "mine\n"
    store = Store(tmp_path / "two", url)
    began = time.monotonic()
    with pytest.raises(Locked, match=rf"@.* process {owner.pid} is writing"), store.owned():
        raise AssertionError("two writers")
    assert time.monotonic() - began < 4, "two seconds, and what a busy machine adds"
    assert store.accounts() == [], "readers don't wait"
    owner.send_signal(signal.SIGKILL)
    owner.wait(10)
    with store.owned():
        write(store, "mine now")
    with store.owned():
        assert texts(store) == ["mine now"]


@pytest.mark.postgres
def test_a_server_that_went_and_came_is_used_again(
    cluster: Cluster, url: str, tmp_path: Path
) -> None:
    store = Store(tmp_path, url)
    write(store, "old")
    cluster.stop("fast")
    try:
        with pytest.raises(StoreError, match="can't be reached"):
            texts(store)
        with pytest.raises(StoreError, match="can't be reached"), store.transaction():
            raise AssertionError("no server")
    finally:
        cluster.start()
    assert texts(store) == ["old"]
    cluster.stop("fast")
    cluster.start()
    write(store, "new")
    assert texts(store) == ["new"], "a stale line is found before anything is written"


@pytest.mark.postgres
def test_a_server_killed_in_the_middle_of_a_write_keeps_the_old_state(
    cluster: Cluster, url: str, tmp_path: Path
) -> None:
    store = Store(tmp_path, url)
    write(store, "old")

    def halfway() -> None:
        with store.transaction() as db:
            db.execute("DELETE FROM artifact")
            db.executemany(
                "INSERT INTO run VALUES(?,?,?,?)", ((str(n), "fen", "", "x") for n in range(2000))
            )
            cluster.stop("immediate")
            try:
                db.execute("SELECT 1")
            finally:
                cluster.start()

    with pytest.raises(StoreError, match="what was kept stays"):
        halfway()
    assert texts(store) == ["old"]
    assert store.runs("fen") == []
    write(store, "new")
    assert texts(store) == ["new"]


@pytest.mark.postgres
def test_an_interrupted_statement_leaves_no_answer_for_the_next(url: str, tmp_path: Path) -> None:
    store = Store(tmp_path, url)
    write(store, "old")

    def interrupted() -> None:
        with store.transaction() as db:
            db.execute("DELETE FROM artifact")
            timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
            timer.start()
            db.execute("SELECT pg_sleep(30)")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert texts(store) == ["old"]
    write(store, "new")
    assert texts(store) == ["new"]


@pytest.mark.postgres
def test_a_command_works_and_the_home_holds_no_record(url: str, tmp_path: Path) -> None:
    write(Store(tmp_path, url), "words")
    done = subprocess.run(
        [*BATON, "accounts", "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "BATON_HOME": str(tmp_path), "BATON_DATABASE_URL": url},
    )  # fmt: skip
    assert '"fen"' in done.stdout
    assert not (tmp_path / "baton.db").exists()
