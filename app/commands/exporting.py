"""`export`, `diff` and the mail draft of `gaps`: what a brief is taken along as, and what is new in it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.commands.listings import LISTINGS, listing_command
from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import Entry, print_entries, print_json


class What(StrEnum):
    """What can be exported besides the brief itself."""

    agenda = "agenda"
    answered = "answered"
    questions = "questions"
    promises = "promises"
    tasks = "tasks"
    flags = "flags"
    notice = "notice"


def export(
    account: AccountArg,
    what: Annotated[What, typer.Option("--what", help="agenda: open items first; answered: don't ask again; questions: for the AE; promises: a checklist; tasks: CSV; flags: for the owner; notice: that the kickoff can be scheduled.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")] = None,
    format: FormatOption = Format.text, home: Home = DEFAULT_HOME,
) -> None:  # fmt: skip
    """Export a sheet of the latest brief, with its hash and approval record."""
    from review.export import EXPORTS

    brief = open_session(home).latest_brief(account)
    kind, make = EXPORTS[what.value]
    text = make(brief)
    if output is not None:
        from app.files import write_whole

        write_whole(output, text)
        typer.echo(f"Wrote {output}", err=True)
    if format is Format.json:
        print_json({
            "what": what.value, "type": kind, "status": brief.status, "hash": brief.review.hash,
            "sign_offs": [s.model_dump(mode="json") for s in brief.review.sign_offs],
            "text": text, "output": str(output) if output else None,
        })  # fmt: skip
    elif output is None:
        sys.stdout.write(text)


def diff(
    account: AccountArg,
    since: Annotated[int | None, typer.Option("--since", help="Number of the brief to compare with; else the one before.")] = None,
    format: FormatOption = Format.text, home: Home = DEFAULT_HOME,
) -> None:  # fmt: skip
    """Show what changed since the last brief: claims, gaps, conflicts, promises."""
    found = open_session(home).desk(account).diff(since)
    if format is Format.json:
        print_json(found.model_dump(mode="json"))
        return
    from app.commands.review_page import print_diff

    print_diff(found)


def flags(
    account: AccountArg, format: FormatOption = Format.text, home: Home = DEFAULT_HOME
) -> None:
    """List what an owner must look at: custom promises, dates, discounts, integrations, scope, risks, last push."""
    from review.export.flags import TITLES, flags_of

    brief = open_session(home).latest_brief(account)
    found = flags_of(brief)
    if format is Format.json:
        print_json({"flags": [f.model_dump(mode="json") for f in found]})
        return
    entries = (
        Entry(" · ".join(x for x in (TITLES[f.kind], f.who, f.due and f"due {f.due}") if x), f.text)
        for f in found
    )
    print_entries(f"{brief.account.name}: flags", entries)


def promises(
    account: AccountArg,
    last_days: Annotated[int | None, typer.Option("--last-days", metavar="N", help="Only what was promised in the last N days before the deal closed.")] = None,
    format: FormatOption = Format.text, home: Home = DEFAULT_HOME,
) -> None:  # fmt: skip
    """List the promises of the latest brief against the signed scope."""
    if last_days is None:
        listing_command("promises", LISTINGS["promises"])(account, format, home)
        return
    from review.last_push import promised_late

    late = promised_late(open_session(home).latest_brief(account), last_days)
    if format is Format.json:
        print_json({"commitments": late.model_dump(mode="json")["commitments"]})
        return
    title = f"{late.account.name}: promised in the last {last_days} days before close"
    print_entries(title, LISTINGS["promises"].entries(late))


def gaps(
    account: AccountArg,
    questions_for: Annotated[str | None, typer.Option("--questions-for", metavar="ROLE", help="The questions for one role (AE, SE, customer ...) as a mail draft.")] = None,
    format: FormatOption = Format.text, home: Home = DEFAULT_HOME,
) -> None:  # fmt: skip
    """List the gaps of the latest brief, or draft a mail with one role's questions."""
    if questions_for is None:
        listing_command("gaps", LISTINGS["gaps"])(account, format, home)
        return
    from review.export.questions import questions_for as draft_for
    from review.export.questions import questions_text

    brief = open_session(home).latest_brief(account)
    if format is Format.json:
        print_json(draft_for(brief, questions_for).model_dump(mode="json"))
        return
    sys.stdout.write(questions_text(brief, questions_for))
