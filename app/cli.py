"""The command line: which commands there are. Parses, calls, prints; decides nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from app.commands import asking, briefs, indexing, showing, status, upkeep
from app.commands.listings import LISTINGS, listing_command
from indexer.errors import BatonError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Turns what a closed deal left behind into a handoff brief in which every claim cites its proof.",
)  # fmt: skip

COMMANDS: dict[str, Callable[..., None]] = {
    "index": indexing.index,
    "accounts": indexing.accounts,
    "status": status.status,
    "forget": indexing.forget,
    "brief": briefs.brief,
    "ask": asking.ask,
    "search": asking.search,
    "show": showing.show,
    **{name: listing_command(name, listing) for name, listing in LISTINGS.items()},
    "doctor": upkeep.doctor,
    "eval": upkeep.evaluate,
}

for _name, _command in COMMANDS.items():
    app.command(name=_name)(_command)


def main() -> None:
    """Run the command line; a BatonError becomes one line and exit code 1."""
    try:
        app()
    except BatonError as error:
        sys.stderr.write(f"baton: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
