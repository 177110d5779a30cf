"""`postgresql://USER:PASSWORD@HOST:PORT/DATABASE`: where the record is, without ever showing the password.

The forms are those of libpq's connection URIs that Baton needs: a host name or address, or a folder with
a Unix socket (`?host=/var/run/postgresql`); `sslmode` is `disable`, `require` or `verify-full`.
"""

from __future__ import annotations

import getpass
import os
import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from indexer.errors import InputError

VARIABLE = "BATON_DATABASE_URL"
PORT = 5432
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
SSL_MODES = ("disable", "require", "verify-full")
_OPTIONS = {"host", "sslmode", "sslrootcert"}
_SHAPE = (
    f"{VARIABLE} is not of the form postgresql://USER:PASSWORD@HOST:5432/DATABASE. "
    "Correct it; write signs such as @ / # % in a password as %40 %2F %23 %25."
)


@dataclass(frozen=True)
class ServerUrl:
    """What a URL says. Its text, `str(url)`, has no password in it."""

    host: str
    """A name or address, or the folder of a Unix socket."""
    port: int
    user: str
    database: str
    sslmode: str
    root_certificate: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.database}"

    @property
    def socket_file(self) -> str | None:
        """The Unix socket, or None for a host."""
        return f"{self.host}/.s.PGSQL.{self.port}" if self.host.startswith("/") else None

    def tls(self) -> ssl.SSLContext | bool:
        """How the connection is encrypted; False for not at all. `require` trusts any certificate."""
        if self.sslmode == "disable" or self.socket_file:
            return False
        context = ssl.create_default_context(cafile=self.root_certificate)
        if self.sslmode == "require" and self.root_certificate is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def read_url(text: str) -> ServerUrl:
    """The parts of a URL. Raises InputError, which never repeats the text: a password may be in it."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port or PORT
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        # Its own words would show what stands where the port should be: the rest of a password.
        raise InputError(_SHAPE) from None
    if parts.scheme not in ("postgresql", "postgres") or parts.fragment or set(options) - _OPTIONS:
        raise InputError(_SHAPE)
    host = options.get("host") or unquote(parts.hostname or "") or "localhost"
    near = host.startswith("/") or host in THIS_MACHINE
    sslmode = options.get("sslmode", "disable" if near else "require")
    if sslmode not in SSL_MODES:
        raise InputError(f"{VARIABLE} names an sslmode that is none of {', '.join(SSL_MODES)}.")
    user = unquote(parts.username or "") or getpass.getuser()
    given = parts.password
    return ServerUrl(
        host=host, port=port, user=user, database=unquote(parts.path.lstrip("/")) or user,
        sslmode=sslmode, root_certificate=options.get("sslrootcert"),
        password=unquote(given) if given is not None else os.environ.get("PGPASSWORD"),
    )  # fmt: skip
