"""Owns who may come in: the addresses that are ours, the token, the password, the cookies handed out.

Decides about values only; headers and answers are `guard`'s.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field

from indexer.errors import InputError

MIN_PASSWORD = 12
MAX_SESSIONS = 1000


def is_loopback(host: str) -> bool:
    """True for addresses that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _same(given: str, kept: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), kept.encode())


@dataclass
class Access:
    """Who may use one run of the server.

    `token` opens the pages once it is exchanged for a cookie, and the API as a bearer. Cookies are random
    and live in this process only, so a restart ends every session.
    """

    port: int
    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    """Further host names that people reach this server by; only with a password."""
    password: str | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _sessions: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.local and not self.names:
            return
        if self.password is None or len(self.password) < MIN_PASSWORD:
            raise InputError(
                "Other machines may only come in with a password. "
                f"Set BATON_PASSWORD to at least {MIN_PASSWORD} characters, or leave --host away."
            )

    @property
    def local(self) -> bool:
        """True if only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def cookie(self) -> str:
        """The cookie's name; cookies know no ports, so two servers on one machine need two names."""
        return f"baton_{self.port}"

    def hosts(self) -> frozenset[str]:
        """Every `Host` header that is ours, exactly as a browser writes it."""
        own = ["127.0.0.1", "localhost", "[::1]"] if self.local else [self.host]
        found = {f"{name}:{self.port}" for name in (*own, *self.names)}
        return frozenset(found | {n for n in (*own, *self.names) if self.port == 80})

    def opens(self, token: str) -> bool:
        """True if this is the token of this run."""
        return _same(token, self.token)

    def admits(self, password: str) -> bool:
        """True if there is a password and this is it."""
        return self.password is not None and _same(password, self.password)

    def begin(self) -> str:
        """A new session's cookie value."""
        while len(self._sessions) >= MAX_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        value = secrets.token_urlsafe(32)
        self._sessions[value] = None
        return value

    def knows(self, cookie: str) -> bool:
        """True if the cookie was handed out by this run and not given back."""
        return cookie in self._sessions

    def end(self, cookie: str) -> None:
        """Forget a session."""
        self._sessions.pop(cookie, None)
