"""One connection to a PostgreSQL server, and its faults in words a person can act on.

Knows the driver, pg8000 (https://codeberg.org/tlocke/pg8000), and the codes of PostgreSQL's errors
(https://www.postgresql.org/docs/current/errcodes-appendix.html); nothing of what is kept.
"""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from struct import error as StructError
from typing import Any

from indexer.errors import StoreError
from indexer.store.database import BUSY
from indexer.store.postgres_sql import SCHEMA, as_was, batches, numbered, stored
from indexer.store.postgres_url import VARIABLE, ServerUrl

INSTALL = ".venv/bin/pip install -c constraints.txt -e '.[postgres]' in Baton's folder"
CONNECT_S = 5.0
UNDEFINED_TABLE = "42P01"
_SESSION = {
    "search_path": SCHEMA,
    # A machine that vanished lets go of what it held after two minutes, not after two hours.
    "tcp_keepalives_idle": "60", "tcp_keepalives_interval": "15", "tcp_keepalives_count": "4",
    "idle_in_transaction_session_timeout": "600000",
}  # fmt: skip


class Lost(Exception):
    """The server is not there (any more); `str(error)` says why."""


@dataclass
class Answer:
    """What a statement gave."""

    rows: list[tuple[Any, ...]]
    rowcount: int

    def fetchone(self) -> tuple[Any, ...] | None:
        return self.rows.pop(0) if self.rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self.rows = self.rows, []
        return rows


class Connection:
    """A session at the server. Raises Lost when it can't be reached."""

    def __init__(self, url: ServerUrl) -> None:
        from pg8000.core import CoreConnection
        from pg8000.exceptions import DatabaseError, InterfaceError
        from scramp import ScramException

        tls = url.tls()
        line = _line(url)
        try:
            self._server = CoreConnection(
                url.user, host=url.host, database=url.database, password=url.password or "", sock=line,
                ssl_context=tls, application_name=_name(), startup_params=_SESSION,
            )  # fmt: skip
        except (InterfaceError, OSError, ScramException) as error:
            line.close()
            raise Lost(_why(error)) from error
        except (KeyError, ValueError, StructError) as error:
            line.close()
            raise Lost("what answers there is no PostgreSQL server") from error
        # The driver keeps the limit of the first contact for every answer; a lock may take longer.
        self._server._usock.settimeout(None)
        self._refused, self._lost = DatabaseError, InterfaceError
        self.open = True

    def says(self, parameter: str) -> str:
        """What the server said of itself, such as `server_version`."""
        return str(self._server.parameter_statuses.get(parameter, ""))

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Answer:
        """Run one statement."""
        with self._reaching():
            found = self._server.execute_unnamed(numbered(sql), [stored(v) for v in values])
        rows = [tuple(as_was(v) for v in row) for row in found.rows or ()]
        return Answer(rows, found.row_count)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Answer:
        """Run one statement for every row of values, hundreds of rows at once where it has VALUES."""
        changed = sum(self.execute(*batch).rowcount for batch in batches(sql, rows))
        return Answer([], changed)

    def script(self, sql: str) -> None:
        """Run several statements, without values."""
        with self._reaching():
            self._server.execute_simple(sql)

    def raw(self, column: str) -> str:
        """The server lets no text in that is none."""
        return column

    def close(self) -> None:
        """End the session; harmless if the server is gone."""
        self.open = False
        try:
            self._server.close()
        except (self._lost, OSError):
            return

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """A refusal leaves the line usable; after anything else question and answer may no longer fit."""
        try:
            yield
        except self._refused:
            raise
        except (self._lost, OSError) as error:
            self.open = False
            raise Lost(_why(error)) from error
        except BaseException:
            self.close()
            raise


def _line(url: ServerUrl) -> socket.socket:
    """A socket to the server, that notices when the other side is gone."""
    try:
        if url.socket_file:
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(CONNECT_S)
            line.connect(url.socket_file)
            return line
        line = socket.create_connection((url.host, url.port), CONNECT_S)
    except OSError as error:
        raise Lost(_why(error)) from error
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
    return line


def _why(error: BaseException) -> str:
    """The system's own word for it, wherever it stands in the chain."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__
    return " ".join(str(error).split()) or type(error).__name__


def _name() -> str:
    """Who this is, for others who wait: PostgreSQL keeps 63 bytes."""
    return f"baton {getpass.getuser()}@{socket.gethostname()} process {os.getpid()}"[:63]


@contextmanager
def speaking(url: ServerUrl) -> Iterator[None]:
    """Turn the server's faults into one sentence with a way out. The password is in none of them."""
    from pg8000.exceptions import DatabaseError

    try:
        yield
    except Lost as error:
        raise StoreError(
            f"The database {url} can't be reached ({error}). Start the server or correct {VARIABLE}, then run again; "
            "what was kept stays."
        ) from error
    except DatabaseError as error:
        said = error.args[0] if isinstance(error.args[0], dict) else {"M": str(error)}
        raise StoreError(_sentence(url, said.get("C", ""), said.get("M", ""))) from error


def code_of(error: Exception) -> str:
    """PostgreSQL's code of an error, "" for any other."""
    said = error.args[0] if error.args else None
    return str(said.get("C", "")) if isinstance(said, dict) else ""


def _sentence(url: ServerUrl, code: str, words: str) -> str:
    """What is wrong and what to do, by the error's code or the class that its first two signs name."""
    for start, sentence in (
        ("28", f"The database {url} refuses the user: {words}. Correct user and password in {VARIABLE}."),
        ("3D", f"There is no database {url.database!r} at {url.host}. Make it there with `createdb {url.database}`."),
        ("42501", f"The user {url.user} may not do this in {url}: {words}. Let its owner grant it."),
        ("55P03", BUSY), ("40", BUSY),
        ("53100", f"The disk of the database server {url.host} takes no more ({words}). Free some space and run again; nothing was lost."),
        ("53", f"The database {url} has no room for another session ({words}). Try again in a moment."),
        ("57", f"The database {url} is going down or coming up ({words}). Run again in a moment; what was kept stays."),
        ("25", f"The database {url} refuses to write ({words}). Name the server that takes writes in {VARIABLE}."),
        ("58", f"The database {url} can't use its files ({words}). Look into the server's log."),
        ("XX", f"The database {url} is damaged ({words}). Look into the server's log and restore it."),
    ):  # fmt: skip
        if code.startswith(start):
            return sentence
    return f"The database {url} refused ({words}). Check that nobody but Baton changed its schema {SCHEMA!r}."
