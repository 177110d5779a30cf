"""The vector store, embedded and on a real server: what is written comes back, damage is seen, nobody waits."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from app import cli
from app.session import Session
from indexer.caches import caches_whole
from indexer.chroma_folder import FolderVectors
from indexer.chroma_server import ServerVectors, parse_address
from indexer.chunking import chunk_texts, text_hash
from indexer.embed import Vectors
from indexer.errors import InputError, StoreError, Unreachable
from indexer.vectors import Rows, VectorStore, exact_scan, rows_mark
from tests.chroma_server import ChromaServer, free_port

SLUG = "moss"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    running = ChromaServer(tmp_path_factory.mktemp("chroma") / "data")
    yield running
    running.stop()


@pytest.fixture(params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> VectorStore:
    if request.param == "folder":
        return FolderVectors(tmp_path)
    running: ChromaServer = request.getfixturevalue("server")
    return ServerVectors(running.url)


def random_rows(count: int, seed: int = 7) -> Rows:
    matrix = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    mark = rows_mark("model", [f"{seed}-{n}" for n in range(count)])
    return Rows(mark, matrix, [(0, n, n) for n in range(count)])


def near(rows: Rows, row: int, seed: int = 3) -> Vectors:
    """A vector that row `row` is nearest to."""
    noise = np.random.default_rng(seed).normal(size=384).astype(np.float32) * 0.01
    vector: Vectors = rows.matrix[row] + noise
    return vector / np.linalg.norm(vector)


# --- both places ---


def test_what_is_written_comes_back_as_the_exact_scan_says(store: VectorStore) -> None:
    rows = random_rows(300)
    store.write("acme", rows)
    assert store.whole("acme", rows.mark)
    for row in (0, 7, 299):
        exact = exact_scan(rows.matrix, near(rows, row))
        found = store.query("acme", near(rows, row), 10)
        assert [r for r, _ in found] == np.argsort(-exact)[:10].tolist()
        assert [c for _, c in found] == pytest.approx(np.sort(exact)[::-1][:10].tolist(), abs=1e-4)


def test_writing_again_replaces(store: VectorStore) -> None:
    old, new = random_rows(50), random_rows(20, seed=8)
    store.write("acme", old)
    store.write("acme", new)
    store.write("acme", new)
    assert store.whole("acme", new.mark)
    assert not store.whole("acme", old.mark)
    assert len(store.query("acme", near(new, 3), 50)) == 20


def test_no_account_sees_another(store: VectorStore) -> None:
    one, other = random_rows(30, seed=1), random_rows(30, seed=2)
    store.write("acme", one)
    store.write("acme-2", other)
    assert store.query("acme", near(other, 5), 1)[0][1] < 0.5
    assert store.query("acme-2", near(other, 5), 1)[0] == (5, pytest.approx(1.0, abs=0.05))
    store.forget("acme")
    assert not store.whole("acme", one.mark)
    assert store.whole("acme-2", other.mark)
    store.forget("acme")


def test_an_account_without_words(store: VectorStore) -> None:
    store.write("empty", Rows("none", np.zeros((0, 1), np.float32), []))
    assert store.whole("empty", "none")


# --- embedded: damage ---


def _truncate(folder: Path) -> None:
    file = folder / "chroma.sqlite3"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _flip(folder: Path) -> None:
    file = next(folder.rglob("data_level0.bin"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "sqlite cut": _truncate,
    "sqlite garbage": lambda folder: (folder / "chroma.sqlite3").write_bytes(os.urandom(50_000)),
    "sqlite gone": lambda folder: (folder / "chroma.sqlite3").unlink(),
    "graph files gone": lambda folder: shutil.rmtree(next(folder.rglob("data_level0.bin")).parent),
    "one bit in the graph": _flip,
    "seal gone": lambda folder: (folder / "seal.json").unlink(),
    "seal garbage": lambda folder: (folder / "seal.json").write_bytes(b"\xff{"),
    "all gone": shutil.rmtree,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_seen_and_never_opened(tmp_path: Path, kind: str) -> None:
    store, rows = FolderVectors(tmp_path), random_rows(150)
    store.write("acme", rows)
    store.write("other", rows)
    assert store.query("acme", near(rows, 1), 1)[0][0] == 1
    assert store.whole("acme", rows.mark)  # a query changes no file
    DAMAGE[kind](tmp_path / "chroma" / "acme")
    assert not store.whole("acme", rows.mark)
    with pytest.raises(StoreError, match="check --repair"):
        store.query("acme", near(rows, 1), 1)
    assert store.whole("other", rows.mark)
    store.write("acme", rows)
    assert store.whole("acme", rows.mark)
    assert store.query("acme", near(rows, 1), 1)[0][0] == 1


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts what /proc shows")
def test_a_store_is_closed_when_it_is_written(tmp_path: Path) -> None:
    store, rows = FolderVectors(tmp_path), random_rows(20)
    for n in range(3):
        store.write(f"warm-{n}", rows)
    before = len(os.listdir("/proc/self/fd"))
    for n in range(6):
        store.write(f"a{n}", rows)
    assert len(os.listdir("/proc/self/fd")) <= before + 4


def test_the_shared_store_of_earlier_versions_goes(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"old")
    FolderVectors(tmp_path).write("acme", random_rows(5))
    assert [p.name for p in (tmp_path / "chroma").iterdir()] == ["acme"]


# --- a server ---


@pytest.mark.parametrize(
    ("url", "host", "port", "tenant"),
    [
        ("http://127.0.0.1", "127.0.0.1", 8000, "default_tenant"),
        ("http://[::1]:9000/", "::1", 9000, "default_tenant"),
        ("https://chroma.internal?tenant=acme&database=baton", "chroma.internal", 443, "acme"),
    ],
)
def test_addresses(url: str, host: str, port: int, tenant: str) -> None:
    address = parse_address(url)
    assert (address.host, address.port, address.tenant) == (host, port, tenant)


@pytest.mark.parametrize(
    "url",
    ["localhost:8000", "ftp://x", "http://", "http://u:p@x", "http://x/path", "http://x:port", "http://x?user=1"],
)  # fmt: skip
def test_wrong_addresses_say_how_they_should_look(url: str) -> None:
    with pytest.raises(InputError, match="BATON_CHROMA"):
        parse_address(url)


def test_a_server_that_is_not_there_is_tried_three_times_and_named() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    began = time.monotonic()
    with pytest.raises(Unreachable, match=f"{url} doesn't answer.*the record is whole"):
        ServerVectors(url).write("acme", random_rows(3))
    assert 1.0 <= time.monotonic() - began < 10


def test_a_server_that_says_nothing_costs_a_search_two_seconds_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = ServerVectors(f"http://127.0.0.1:{silent.getsockname()[1]}")
        ask = store.cosines("acme", "mark")
        assert ask is not None
        began = time.monotonic()
        assert ask(np.zeros(384, np.float32)) is None
        assert time.monotonic() - began < 5
        began = time.monotonic()
        assert ask(np.zeros(384, np.float32)) is None
        assert time.monotonic() - began < 0.1


def test_a_stranger_at_the_port_is_not_taken_for_chroma() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:

        def answer() -> None:
            for _ in range(3):
                line, _ = stranger.accept()
                line.recv(4096)
                line.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello")
                line.close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        with pytest.raises(Unreachable, match="not as it should"):
            ServerVectors(url).whole("acme", "mark")


def test_no_proxy_of_the_environment_is_asked(
    server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    rows = random_rows(4)
    store = ServerVectors(server.url)
    store.write("proxied", rows)
    assert store.whole("proxied", rows.mark)
    assert "NO_PROXY" not in os.environ


def test_an_address_of_the_new_kind_is_written_as_urls_are() -> None:
    assert parse_address("http://[::1]:9000").shown == "http://[::1]:9000"


def test_a_write_that_was_broken_off_never_answers(server: ChromaServer) -> None:
    rows = random_rows(20)
    store = ServerVectors(server.url)
    store.write("torn", rows)
    import chromadb

    client = chromadb.HttpClient("127.0.0.1", server.port)
    client.get_collection("baton-torn", embedding_function=None).delete(ids=["3"])
    assert not store.whole("torn", rows.mark)
    client.get_collection("baton-torn", embedding_function=None).modify(metadata={"rows": 20})
    ask = store.cosines("torn", rows.mark)
    assert ask is not None
    assert ask(near(rows, 1)) is None


# --- an account's caches, through the command line ---


@pytest.fixture
def deal(models: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A small deal's folder, and a home that knows nothing of it yet."""
    folder = tmp_path / SLUG
    folder.mkdir()
    for name, words in (("a", "scanners in the warehouse"), ("b", "invoices of the yearly price")):
        text = "\n\n".join(f"The {words} were counted {n} times by the team." for n in range(30))
        (folder / f"{name}.md").write_text(f"# Notes {name}\n\n{text}\n", encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    return folder, home


def baton(home: Path, *args: str | Path, code: int = 0) -> str:
    done = CliRunner().invoke(cli.app, [str(a) for a in args], env={"BATON_HOME": str(home)})
    assert done.exit_code == code, done.output
    return done.output


def found(home: Path, query: str = "how often were scanners counted") -> list[tuple[str, float]]:
    index = Session(home).account_index(SLUG)
    return [(e.segment.id, e.score) for e in index.search(query, 8)]


def test_texts_put_together_from_the_record_are_those_that_were_embedded(
    web_session: Session,
) -> None:
    (account,) = web_session.store.accounts()
    rows = web_session.store.chunk_rows(account.slug)
    texts = chunk_texts(rows, web_session.store.segments(account.slug))
    assert {r[1] for r in rows} >= {0, 60}
    assert [text_hash(t) for t in texts] == [r[4] for r in rows]


@pytest.mark.parametrize("kind", ["sqlite cut", "graph files gone", "sqlite garbage"])
def test_index_finds_damage_says_so_and_embeds_nothing(deal: tuple[Path, Path], kind: str) -> None:
    folder, home = deal
    baton(home, "index", folder)
    before = found(home)
    DAMAGE[kind](home / "chroma" / SLUG)
    assert found(home) == before
    said = baton(home, "index", folder)
    assert "written anew from the record" in said
    assert "0 read" in said
    session = Session(home)
    assert caches_whole(session.store, home, SLUG, session.vectors)
    assert found(home) == before
    assert "anew" not in baton(home, "index", folder)


def test_search_asks_the_server_and_ranks_as_the_record_does(
    deal: tuple[Path, Path], server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, home = deal
    baton(home, "index", folder)
    embedded = found(home)
    monkeypatch.setenv("BATON_CHROMA_URL", server.url)
    assert "written anew" in baton(home, "index", folder)
    session = Session(home)
    index = session.account_index(SLUG)
    index.vectors = np.zeros_like(index.vectors)  # only the server can know now
    asked = [(e.segment.id, e.score) for e in index.search("how often were scanners counted", 8)]
    assert [i for i, _ in asked] == [i for i, _ in embedded]
    assert [s for _, s in asked] == pytest.approx([s for _, s in embedded], abs=1e-4)
    baton(home, "forget", SLUG)
    assert not session.vectors.whole(SLUG, "any")
    import chromadb

    names = [c.name for c in chromadb.HttpClient("127.0.0.1", server.port).list_collections()]
    assert f"baton-{SLUG}" not in names


def test_a_server_that_goes_away_loses_nothing(
    deal: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    folder, home = deal
    running = ChromaServer(tmp_path / "gone")
    monkeypatch.setenv("BATON_CHROMA_URL", running.url)
    try:
        baton(home, "index", folder)
        before = found(home)
        running.stop()
        capfd.readouterr()
        exact = found(home)
        assert [i for i, _ in exact] == [i for i, _ in before]
        assert [c for _, c in exact] == pytest.approx([c for _, c in before], abs=1e-4)
        (line,) = capfd.readouterr().err.splitlines()
        assert running.url in line
        assert "the record's own vectors" in line
        (folder / "c.md").write_text("# New\n\nNobody told the cold store.\n", encoding="utf-8")
        said = baton(home, "index", folder)
        assert "1 read" in said
        assert "doesn't answer" in said
        assert found(home, "cold store")[0][1] > 0
        refused = CliRunner().invoke(cli.app, ["forget", SLUG], env={"BATON_HOME": str(home)})
        assert isinstance(refused.exception, Unreachable)
        assert Session(home).store.account(SLUG).slug == SLUG
        running.start()
        assert "written anew" in baton(home, "index", folder)
        session = Session(home)
        assert caches_whole(session.store, home, SLUG, session.vectors)
        baton(home, "forget", SLUG)
    finally:
        running.stop()
