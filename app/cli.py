"""The command line: which commands there are. Parses, calls, prints; decides nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from app.commands import (
    asking,
    auditing,
    briefs,
    chatting,
    exporting,
    indexing,
    remarks,
    reviewing,
    serving,
    showing,
    status,
    upkeep,
    verifying,
)
from app.commands.listings import LISTINGS, listing_command
from indexer.errors import DISK_FULL, BatonError, full_disk

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
    "chat": chatting.chat,
    "search": asking.search,
    "show": showing.show,
    **{name: listing_command(name, listing) for name, listing in LISTINGS.items()},
    "promises": exporting.promises,
    "gaps": exporting.gaps,
    "flags": exporting.flags,
    "diff": exporting.diff,
    "export": exporting.export,
    "serve": serving.serve,
    "verify": verifying.verify,
    "audit": auditing.audit,
    "doctor": upkeep.doctor,
    "check": upkeep.check,
    "eval": upkeep.evaluate,
}

for _name, _command in COMMANDS.items():
    app.command(name=_name)(_command)
for _command in (remarks.flag, remarks.rate, remarks.outcome):
    reviewing.review.command()(_command)
app.add_typer(reviewing.review, name="review")


def main() -> None:
    """Run the command line; a BatonError becomes one line and exit code 1."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BatonError as error:
        sys.stderr.write(f"baton: {error}\n")
        sys.exit(1)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        sys.stderr.write(f"baton: {full_disk(error)}\n")
        # What is left in the buffer would be tried, and fail, again at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
