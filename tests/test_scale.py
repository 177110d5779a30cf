"""Many accounts: each is as quick, as small and as easily gone as if it were alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from app import cli
from app.commands.printing import print_table
from app.kept import Kept
from app.many import Done
from app.progress import DealsWatch, share_done
from app.session import Session
from eval.many_deals import write_deals
from eval.scale_home import Template, build, slug_of
from indexer.errors import InputError, Locked
from indexer.lock import index_lock
from indexer.models import IndexReport
from indexer.store import Store
from review.acts import Act, Add
from tests.web_fixtures import SLUG, Served, serve

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.fixture
def home(models: Path, tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    (made / "models").symlink_to(models)
    return made


def baton(home: Path, *args: str | Path, code: int = 0) -> str:
    done = CliRunner().invoke(cli.app, [str(a) for a in args], env={"BATON_HOME": str(home)})
    assert done.exit_code == code, done.output
    return done.stdout


# --- what is kept in memory ---


def test_the_least_lately_used_is_given_up_beyond_the_limit() -> None:
    kept: Kept[str] = Kept(10, len)
    for slug in "abc":
        kept.put(slug, 1, slug * 4)
    assert [kept.get(s, 1) for s in "abc"] == [None, "bbbb", "cccc"]
    kept.get("b", 1)
    kept.put("d", 1, "dddd")
    assert [kept.get(s, 1) for s in "bcd"] == ["bbbb", None, "dddd"]
    assert kept.bytes == 8


def test_a_value_of_another_state_is_not_given_and_a_huge_one_is_kept_alone() -> None:
    kept: Kept[str] = Kept(10, len)
    kept.put("a", 1, "aaaa")
    assert kept.get("a", 2) is None
    kept.put("a", 2, "AAAA")
    assert kept.get("a", 2) == "AAAA"
    kept.put("huge", 1, "x" * 99)
    assert (len(kept), kept.get("huge", 1)) == (1, "x" * 99)
    kept.drop("huge")
    assert kept.bytes == 0


@pytest.fixture(scope="module")
def template(web_session: Session) -> Template:
    return Template(web_session.store, SLUG)


@pytest.fixture(scope="module")
def many(
    web_session: Session, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Session:
    """A home of forty accounts that are copies of one deal."""
    home = tmp_path_factory.mktemp("many")
    (home / "models").symlink_to(web_session.home / "models")
    told: list[Any] = []
    build(home, [template], 40, 40 * template.size, (20, 40), told.append)
    assert [g.accounts for g in told] == [20, 40]
    assert told[1].bytes < 2.3 * told[0].bytes
    assert told[1].chunks == 40 * template.size
    return Session(home)


def test_a_session_holds_no_more_than_it_may(
    many: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = many.account_index(slug_of(0))
    (size,) = (opened.bytes for _, opened, _ in many._opened._values.values())
    assert size > one.vectors.nbytes
    monkeypatch.setenv("BATON_CACHE_MB", "1")
    small = Session(many.home)
    for n in range(20):
        small.account_index(slug_of(n))
    assert small._opened.bytes <= max(1 << 20, size)
    assert 1 <= len(small._opened) < 20
    last = small.account_index(slug_of(19))
    assert small.account_index(slug_of(19)) is last
    monkeypatch.setenv("BATON_CACHE_MB", "lots")
    with pytest.raises(InputError, match="BATON_CACHE_MB"):
        Session(many.home)


# --- the record ---


def test_no_table_is_walked_through_for_one_account(many: Session) -> None:
    db = sqlite3.connect(many.home / "baton.db")
    tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    checked = 0
    for table in tables:
        columns = {r[1] for r in db.execute(f"PRAGMA table_info({table})")}
        if "account" not in columns:
            continue
        checked += 1
        plan = db.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE account='a'").fetchall()
        assert all("SEARCH" in step[-1] for step in plan), (table, plan)
    assert checked >= 12
    plan = db.execute(
        "EXPLAIN QUERY PLAN SELECT json FROM account WHERE fingerprint='f'"
    ).fetchall()
    assert all("SEARCH" in step[-1] for step in plan), plan
    db.close()


def test_an_unknown_account_among_many_is_said_in_a_line(many: Session) -> None:
    said = CliRunner().invoke(cli.app, ["status", "nobody", "--home", str(many.home)])
    assert "and more, see `baton accounts`" in str(said.exception)
    assert len(str(said.exception)) < 600


def test_a_long_table_has_every_row_on_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(["account", "name"], [[f"a-{n}", f"Name\x1b[2J {n}"] for n in range(3000)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3001
    assert lines[0].split() == ["account", "name"]
    assert lines[3000].split()[0] == "a-2999"
    assert all(line.isprintable() for line in lines)


# --- the pages ---


@pytest.fixture
def served(many: Session) -> Iterator[Served]:
    yield from serve(many)


def test_the_list_of_accounts_comes_in_pages_and_can_be_searched(served: Served) -> None:
    with httpx.Client(base_url=served.url, headers=served.bearer, timeout=60) as client:

        def names(**query: object) -> list[str]:
            page = client.get("/", params=query)  # type: ignore[arg-type]
            assert page.status_code == 200
            return re.findall(r'<h2><a href="/accounts/([^"]+)"', page.text)

        first, second = names(), names(page=2)
        assert (len(first), len(second)) == (30, 10)
        assert sorted(first + second) == [slug_of(n) for n in range(40)]
        assert names(page=99) == second
        assert names(q="customer 7") == [slug_of(n) for n in (17, 27, 37, 7)] or slug_of(7) in names(q="customer 7")  # fmt: skip
        assert names(q="nobody like this") == []


# --- forgetting ---


def traces(home: Path, slug: str) -> list[str]:
    """Where the slug stands: every column of every table, every file's name and bytes under the home."""
    found = []
    for file in sorted(home.rglob("*")):
        if "models" in file.relative_to(home).parts:
            continue
        if slug in file.name:
            found.append(str(file))
        if file.is_file() and slug.encode() in file.read_bytes():
            found.append(f"bytes of {file}")
    db = sqlite3.connect(home / "baton.db")
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
        for row in db.execute(f"SELECT * FROM {table}"):
            if any(slug in value for value in row if isinstance(value, str)):
                found.append(f"row of {table}")
    db.close()
    return found


@pytest.mark.parametrize("wipe", [False, True])
def test_a_forgotten_account_leaves_no_trace(
    web_session: Session, template: Template, tmp_path: Path, wipe: bool
) -> None:
    home = tmp_path / "home"
    build(home, [template], 3, 3 * template.size, (), lambda _: None)
    (home / "models").symlink_to(web_session.home / "models")
    session, slug = Session(home), slug_of(1)
    upload = home / "uploads" / "0123" / f"{slug}.zip"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"PK")
    _change_account(session.store, slug, folder=str(upload.resolve()))
    (home / "chroma" / f"{slug}.part").mkdir()
    (home / "lexical" / f"{slug}.part").write_bytes(b"torn")
    for made in ("briefs", "pages"):
        (home / made / slug).mkdir(parents=True)
        (home / made / slug / "one").write_text(slug)
    act = Add(act="add", name="Ann Lee", kind="fact", field="goals.problem", text=f"{slug} wants counts in June.")  # fmt: skip
    _act(session, slug, act)
    session.store.add_question(slug, "2026-01-01", json.dumps({"q": slug}))
    session.store.add_turns(slug, "2026-01-01", [json.dumps({"t": slug})])
    session.store.add_run(f"run-{slug}", slug, "2026-01-01", "{}")
    assert len(traces(home, slug)) > 12
    others = [rows_of(home, slug_of(n)) for n in (0, 2)]
    baton(home, "forget", slug, *(["--wipe"] if wipe else []))
    session.store.close()
    # Unused parts of the record's pages may keep a copy of a key until it is wiped.
    allowed = [] if wipe else [f"bytes of {home / 'baton.db'}"]
    assert [t for t in traces(home, slug) if t not in allowed] == []
    assert [rows_of(home, slug_of(n)) for n in (0, 2)] == others
    assert "All caches" in baton(home, "check")


def _change_account(store: Store, slug: str, **update: str) -> None:
    account = store.account(slug).model_copy(update=update)
    with store.transaction() as db:
        db.execute("UPDATE account SET json=? WHERE slug=?", (account.model_dump_json(), slug))


def _act(session: Session, slug: str, act: Act) -> None:
    session.act(slug, act)
    assert session.store.statement_paths(slug)


def rows_of(home: Path, slug: str) -> dict[str, int]:
    db = sqlite3.connect(home / "baton.db")
    tables = ("artifact", "segment", "chunk", "vector", "signal", "brief")
    counts = {
        t: db.execute(f"SELECT count(*) FROM {t} WHERE account=?", (slug,)).fetchone()[0]
        for t in tables
    }
    db.close()
    assert counts["segment"]
    return counts


# --- checking ---


def test_check_finds_what_is_damaged_and_writes_it_anew(
    web_session: Session, template: Template, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    build(home, [template], 3, 3 * template.size, (), lambda _: None)
    assert "All caches" in baton(home, "check")
    (home / "chroma" / slug_of(1) / "chroma.sqlite3").write_bytes(b"garbage")
    (home / "lexical" / f"{slug_of(2)}.db").unlink()
    said = baton(home, "check", code=1)
    assert slug_of(1) in said
    assert slug_of(2) in said
    assert slug_of(0) not in said
    assert "Written anew" in baton(home, "check", "--repair")
    assert "All caches" in baton(home, "check")


# --- many deals ---


def test_many_deals_one_of_them_broken(home: Path, tmp_path: Path) -> None:
    deals = tmp_path / "deals"
    write_deals(deals, 12)
    (deals / "deal-003" / "deal.yaml").write_text("account: [1, 2\n", encoding="utf-8")
    shutil.rmtree(deals / "deal-005")
    (deals / "deal-005").mkdir()
    said = baton(home, "index", deals, "--each", code=1)
    assert "12 deals: 10 indexed, 0 unchanged, 2 failed" in said
    assert re.search(r"^  failed     deal-003: .*deal\.yaml", said, re.M)
    assert re.search(r"^  failed     deal-005: .*holds no files", said, re.M)
    listed = json.loads(baton(home, "accounts", "--format", "json"))["accounts"]
    assert len(listed) == 10

    write_deals(deals, 12)
    (deals / "deal-003" / "deal.yaml").unlink()
    again = json.loads(baton(home, "index", deals, "--each", "--format", "json"))
    assert again["failed"] == []
    assert [bool(r["read"]) for r in again["reports"]].count(True) == 2
    refused = CliRunner().invoke(cli.app, ["index", str(deals), "--each", "--account", "x"])
    assert isinstance(refused.exception, InputError)


def test_a_killed_run_goes_on_where_it_was(home: Path, tmp_path: Path) -> None:
    deals = tmp_path / "deals"
    write_deals(deals, 5)
    process = subprocess.Popen(
        [*COMMAND, "index", str(deals), "--each", "--home", str(home)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().split(":")[0] for _ in range(2)]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    kept = {a.slug for a in Store(home).accounts()}
    assert set(acknowledged) <= kept
    again = json.loads(baton(home, "index", deals, "--each", "--format", "json"))
    unchanged = {r["account"] for r in again["reports"] if not r["read"]}
    assert set(acknowledged) <= unchanged
    assert len({r["account"] for r in again["reports"]}) == 5
    db = sqlite3.connect(home / "baton.db")
    doubled = "SELECT account, id, count(*) FROM segment GROUP BY account, id HAVING count(*) > 1"
    assert db.execute(doubled).fetchall() == []
    db.close()
    assert "All caches" in baton(home, "check")


HOLD = "import sys, pathlib; from indexer.lock import index_lock\nwith index_lock(pathlib.Path(sys.argv[1])): print(flush=True); sys.stdin.read()"


def test_a_second_writer_is_told_who_owns_the_index(home: Path, tmp_path: Path) -> None:
    def take() -> None:
        with index_lock(home):
            raise AssertionError("two owners")

    (deal,) = write_deals(tmp_path, 1)
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )  # fmt: skip
    assert owner.stdout is not None
    try:
        owner.stdout.readline()
        session = Session(home)
        for refused in (
            lambda: session.index_deal(deal, None, False, False, lambda *_: None),
            take,
        ):
            began = time.monotonic()
            with pytest.raises(Locked, match=rf"process {owner.pid}\)"):
                refused()
        assert time.monotonic() - began < 4
    finally:
        owner.kill()
        owner.wait(10)
    assert Session(home).index_deal(deal, None, False, False, lambda *_: None).read
    assert not (home / "index.owner").exists()


def test_time_left_goes_by_bytes_and_not_by_what_was_unchanged() -> None:
    shown: list[tuple[int, int]] = []

    class Bar:
        def add_task(self, _words: str, total: int) -> int:
            return 0

        def update(self, _task: int, description: str, completed: int, total: int) -> None:
            shown.append((completed, total))

    watch = DealsWatch(Bar(), 1000, 3)  # type: ignore[arg-type]
    report = IndexReport(account="a", unchanged=("x",))
    watch.begin(Path("one"), 400)
    watch.end(Done(Path("one"), report), 400)
    assert shown[-1] == (0, 600)
    progress = watch.begin(Path("two"), 500)
    progress("embedding", 1, 2)
    assert shown[-1] == (int(500 * share_done("embedding", 1, 2)), 600)
    progress("reading for questions", 4, 4)
    assert 400 < shown[-1][0] < 500
    watch.end(Done(Path("two"), report.model_copy(update={"read": ("x",)})), 500)
    assert shown[-1] == (500, 600)
    watch.end(Done(Path("three"), None, "why"), 100)
    assert shown[-1] == (600, 600)
