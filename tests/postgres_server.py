"""A real PostgreSQL server of a test run's own, in a folder of its own; nothing of the machine's is touched."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

USER, PASSWORD = "baton", "p@ss/w#rd %25"
PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin")  # fmt: skip
SETTINGS = {
    # The files are thrown away with the folder: no need to wait for the disk.
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
    "listen_addresses": "127.0.0.1", "max_connections": "60",
}  # fmt: skip


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest there is; None where PostgreSQL is not installed."""
    found = [p for place in PLACES for p in Path("/").glob(place[1:]) if (p / "initdb").is_file()]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return max(found, key=lambda p: [int(n) for n in p.parent.name.split("@")[-1].split(".") if n.isdigit()],
               default=None)  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A running server. As root it runs as the user `postgres`: the server refuses root."""

    def __init__(self, binaries: Path) -> None:
        self._bin = binaries
        # Not below pytest's own folder, which only its owner may enter; short, for the socket's name.
        self.folder = Path(tempfile.mkdtemp(prefix="baton-pg-"))
        self._as = (
            {"user": "postgres", "group": "postgres", "extra_groups": []}
            if os.geteuid() == 0
            else {}
        )
        if self._as:
            shutil.chown(self.folder, "postgres", "postgres")
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        self._run("initdb", "-D", "data", "-U", USER, "-A", "scram-sha-256", "--pwfile", "password", "-E", "UTF8",
                  "--locale", "C.UTF-8", "--no-sync")  # fmt: skip
        self.port = free_port()
        self.start()

    def _run(self, program: str, *args: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *args], cwd=self.folder, capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, check=False, **self._as,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        settings = [f"-c {name}={value}" for name, value in SETTINGS.items()]
        options = " ".join([*settings, f"-k {self.folder}", f"-p {self.port}"])
        # The log goes to a file: a pipe that the server inherits would never end.
        self._run("pg_ctl", "-D", "data", "-w", "-t", "100", "-l", "log", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def crash(self) -> None:
        """Kill the server as a power cut would, without a word to anybody."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, password: str = PASSWORD) -> str:
        from urllib.parse import quote

        return f"postgresql://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *how: str) -> str:
        """Make a database, as `createdb` with these options does. Returns its URL."""
        self._sql("postgres", f'CREATE DATABASE "{database}" {" ".join(how)}')
        return self.url(database)

    def copy(self, old: str, new: str) -> str:
        """Copy a database; who is connected to it is sent away. Returns the copy's URL."""
        self._sql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname='{old}'")  # fmt: skip
        return self.create(new, "TEMPLATE", f'"{old}"')

    def drop(self, database: str) -> None:
        self._sql("postgres", f'DROP DATABASE "{database}" WITH (FORCE)')

    def _sql(self, database: str, statement: str) -> None:
        from indexer.store.postgres_connection import Connection
        from indexer.store.postgres_url import read_url

        connection = Connection(read_url(self.url(database)))
        try:
            connection.script(statement)
        finally:
            connection.close()
