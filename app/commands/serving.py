"""`serve`: the pages and the API on this machine."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from app.commands.options import DEFAULT_HOME, Home, open_session


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    host: Annotated[
        str,
        typer.Option(help="Another address than this machine's needs BATON_PASSWORD."),
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="A host name people reach it by, with --host."),
    ] = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Open the pages and the API in the browser of this machine."""
    from app.web.access import Access
    from app.web.serving import listen, run

    password = os.environ.get("BATON_PASSWORD") or None
    access = Access(port, host, tuple(name or ()), password)
    session = open_session(home)
    listening = listen(host, port)
    access.port = listening.getsockname()[1]
    shown = host if access.local else (access.names or (host,))[0]
    typer.echo(f"Baton is at http://{shown}:{access.port}/login?token={access.token}")
    typer.echo("The address holds the key: open it once, keep it to yourself. Ctrl+C ends.")
    run(session, access, listening)
