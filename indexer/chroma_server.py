"""Chroma on a server that was named: `BATON_CHROMA_URL`, one machine's or a distributed one.

Everything asked of it may be asked twice (get or create, upsert, delete what may be gone), so what fails
on the way is tried again, a few times; a search never waits for that but scans the record instead. A
collection says of which state of the account it is only once it is complete, and answers for no other.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs, urlsplit

import numpy as np

from indexer.chroma_folder import nearest
from indexer.embed import Vectors
from indexer.errors import InputError, Unreachable
from indexer.vectors import BATCH, Cosines, Nearest, Rows

CONNECT_S, REPLY_S, SEARCH_S = 2.0, 60.0, 2.0
NEAREST = 5000
"""A search asks for this many chunks at most; the rest counts as unrelated."""
PAUSES_S = (0.2, 0.8)
"""Before the second and the third try."""
REST_S = 30.0
"""How long searches leave a server alone that did not answer one."""
PORTS = {"http": 8000, "https": 443}
T = TypeVar("T")


class Silent(Unreachable):
    """Nothing answered, or not in time: worth another try."""


class Address(NamedTuple):
    """Where the server is, and which of its databases is ours."""

    host: str
    port: int
    ssl: bool
    tenant: str
    database: str

    @property
    def shown(self) -> str:
        """Without what a person need not read."""
        return f"{'https' if self.ssl else 'http'}://{self.netloc}:{self.port}"

    @property
    def netloc(self) -> str:
        """The host as a URL writes it."""
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_address(url: str) -> Address:
    """`http://HOST:PORT?tenant=T&database=D`. Raises InputError."""
    wrong = f"BATON_CHROMA_URL is {url!r}, but should look like http://127.0.0.1:8000 or https://HOST?tenant=T&database=D."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(wrong) from error
    if parts.username or parts.password:
        raise InputError("BATON_CHROMA_URL holds a password. Put it into BATON_CHROMA_TOKEN.")
    query = parse_qs(parts.query)
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise InputError(wrong)
    if set(query) - {"tenant", "database"}:
        raise InputError(wrong)
    named = {key: values[-1] for key, values in query.items()}
    return Address(
        parts.hostname, port or PORTS[parts.scheme], parts.scheme == "https",
        named.get("tenant", "default_tenant"), named.get("database", "default_database"),
    )  # fmt: skip


class Connection:
    """A client of the server, opened at its first use; waits at most `reply_s` for an answer."""

    def __init__(self, address: Address, token: str | None, reply_s: float) -> None:
        self._address, self._reply_s = address, reply_s
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client: Any = None
        self._opening = threading.Lock()

    def once(self, act: Callable[[Any], T]) -> T | None:
        """What `act` makes of the client, or None if what it asks for isn't there. Raises Unreachable."""
        import httpx
        from chromadb.errors import NotFoundError

        try:
            return act(self._open())
        except NotFoundError:
            return None
        except httpx.TransportError as error:
            raise Silent(self._sentence("doesn't answer", error)) from error
        except Exception as error:  # the client raises bare ones for answers that are not Chroma's
            raise Unreachable(self._sentence("answers, but not as it should", error)) from error

    def again(self, act: Callable[[Any], T]) -> T | None:
        """The same; tried three times in all if nothing answers. `act` must do no harm when done twice."""
        for pause in PAUSES_S:
            try:
                return self.once(act)
            except Silent:
                time.sleep(pause)
        return self.once(act)

    def _open(self) -> Any:
        with self._opening:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        import chromadb
        import httpx
        from chromadb.config import Settings

        timeout = httpx.Timeout(self._reply_s, connect=CONNECT_S)
        ours = httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False)
        # The library's own constructor asks without any limit of time: only where somebody answers.
        ours.get(f"{self._address.shown}/api/v2/heartbeat").raise_for_status()
        with _no_proxy(self._address.host):
            client = chromadb.HttpClient(
                self._address.netloc, self._address.port, self._address.ssl, dict(self._headers),
                Settings(anonymized_telemetry=False), self._address.tenant, self._address.database,
            )  # fmt: skip
        ours.headers.update(client._server._session.headers)
        # It has no setting for time limits, and would follow proxies that the environment names.
        client._server._session = ours
        return client

    def _sentence(self, what: str, error: Exception) -> str:
        words = " ".join(str(error).split())[:160] or type(error).__name__
        return (
            f"Chroma at {self._address.shown} {what} ({words}). "
            "Start it or correct BATON_CHROMA_URL; the record is whole."
        )


class ServerVectors:
    """The collections of one record on a Chroma server."""

    def __init__(self, url: str, token: str | None = None) -> None:
        address = parse_address(url)
        self.place = f"Chroma at {address.shown}"
        self._patient = Connection(address, token, REPLY_S)
        self._hasty = Connection(address, token, SEARCH_S)
        self._resting_until = 0.0

    def write(self, slug: str, rows: Rows) -> None:
        """Replace the account's collection. Raises Unreachable; then it counts as not written."""
        self.forget(slug)
        collection: Any = self._patient.again(
            lambda client: client.get_or_create_collection(
                _name(slug), embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        )
        limit = self._patient.again(lambda client: int(client.get_max_batch_size()))
        for batch in rows.batches(min(BATCH, limit or BATCH)):
            self._patient.again(lambda _, batch=batch: collection.upsert(**batch))  # type: ignore[misc]
        complete = {"mark": rows.mark, "rows": len(rows.spans)}
        self._patient.again(lambda _: collection.modify(metadata=complete))

    def forget(self, slug: str) -> None:
        """Remove the account's collection if there is one. Raises Unreachable."""
        self._patient.again(lambda client: client.delete_collection(_name(slug)))

    def whole(self, slug: str, mark: str) -> bool:
        """True if the collection is complete, of this state, and holds as many chunks as it says."""
        found = self._patient.again(lambda client: _collection(client, slug))
        if found is None or _said(found).get("mark") != mark:
            return False
        return self._patient.again(lambda _: int(found.count())) == _said(found).get("rows")

    def query(self, slug: str, vector: Vectors, limit: int) -> Nearest:
        """The nearest chunks; none if there is no collection. Raises Unreachable."""
        found = self._patient.again(lambda client: _ask(_collection(client, slug), vector, limit))
        return found or []

    def cosines(self, slug: str, mark: str) -> Cosines | None:
        """Asks this server, once and briefly.

        What it gives says None where the server fails, holds another state, or rests after a failure.
        """
        return lambda vector: self._search(slug, mark, vector)

    def _search(self, slug: str, mark: str, vector: Vectors) -> Vectors | None:
        if time.monotonic() < self._resting_until:
            return None

        def ask(client: Any) -> Vectors | None:
            found = _collection(client, slug)
            if _said(found).get("mark") != mark:
                return None
            count = int(_said(found)["rows"])
            cosines = np.zeros(count, np.float32)
            for row, cosine in _ask(found, vector, min(count, NEAREST)) if count else ():
                cosines[row] = cosine
            return cosines

        try:
            return self._hasty.once(ask)
        except Unreachable as error:
            self._resting_until = time.monotonic() + REST_S
            sys.stderr.write(f"baton: {error} Searching the record's own vectors instead.\n")
            return None


def _name(slug: str) -> str:
    """Chroma wants 3 to 512 characters."""
    return f"baton-{slug}"[:500]


def _collection(client: Any, slug: str) -> Any:
    return client.get_collection(_name(slug), embedding_function=None)


def _said(collection: Any) -> dict[str, Any]:
    return collection.metadata or {}


def _ask(collection: Any, vector: Vectors, limit: int) -> Nearest:
    return nearest(
        collection.query(
            query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"]
        )
    )


@contextmanager
def _no_proxy(host: str) -> Iterator[None]:
    """Inside, what the environment names as a proxy doesn't hold for `host`."""
    before = {name: os.environ.get(name) for name in ("NO_PROXY", "no_proxy")}
    for name, value in before.items():
        os.environ[name] = f"{value},{host}" if value else host
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
