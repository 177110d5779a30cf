"""`review`: the AE's and the CSM's work on the latest brief, from the queue to the signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import print_json

if TYPE_CHECKING:
    from app.session import Session
    from review.desk import Desk, Page

review = typer.Typer(
    no_args_is_help=True, invoke_without_command=True,
    help="Review the latest brief: queue, decisions, gates, signatures. ACCOUNT comes first, then what to do.",
)  # fmt: skip


class Reviewing(NamedTuple):
    """What the words before the action say."""

    account: str
    format: Format
    home: Any


Key = Annotated[
    str, typer.Argument(metavar="KEY", help="An item's key, or its beginning, as `show` prints it.")
]
By = Annotated[
    str | None,
    typer.Option(
        "--name", envvar="BATON_NAME", help="Who you are; else the user's name on this machine."
    ),
]
Signer = Annotated[
    str, typer.Option("--name", envvar="BATON_NAME", help="The name that is signed with.")
]
Shown = Annotated[
    str | None,
    typer.Option(
        "--shown", help="The version you decide on (in `show --format json`); also to decide again."
    ),
]
ActFormat = Annotated[
    Format | None, typer.Option("--format", help="`json` prints one JSON object and nothing else.")
]
ActHome = Annotated[
    Any, typer.Option("--home", help="Holds record, caches and briefs.", parser=str)
]


@review.callback()
def reviewing(
    context: typer.Context,
    account: AccountArg,
    format: FormatOption = Format.text,
    home: Home = DEFAULT_HOME,
) -> None:
    """Review the latest brief: queue, decisions, gates, signatures. ACCOUNT comes first, then what to do."""
    context.obj = Reviewing(account, format, home)
    if context.invoked_subcommand is None:
        show(context)


@review.command()
def show(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="The whole queue, also what is decided.")] = False,
    format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Show the queue by risk, the checklist, the gates and what comes next."""
    from app.commands.review_page import page_json, print_page

    asked, session = _open(context, format, home)
    desk = _desk(session, asked)
    page = desk.page()
    if asked.format is Format.json:
        print_json(page_json(page))
    else:
        print_page(page, all_)
    desk.remember_shown(_reader(), page)


@review.command()
def accept(
    context: typer.Context, key: Key, name: By = None, shown: Shown = None, format: ActFormat = None, home: ActHome = None
) -> None:  # fmt: skip
    """The item is right as it stands."""
    do(context, format, home, name, act="accept", key=key, shown=shown)


@review.command()
def correct(
    context: typer.Context, key: Key,
    text: Annotated[str, typer.Option("--text", help="What is right, or the answer, in your own words.")],
    name: By = None,
    side: Annotated[str, typer.Option("--side", help="Whose words these are: vendor or customer.")] = "vendor",
    shown: Shown = None, format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Correct an item or answer a gap; the words are kept as a source and cited."""
    do(context, format, home, name, act="correct", key=key, text=text, side=side, shown=shown)


@review.command()
def reject(
    context: typer.Context, key: Key, name: By = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    shown: Shown = None, format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """The item is wrong: a claim leaves the brief, a conflict is none, a gap needs no answer."""
    do(context, format, home, name, act="reject", key=key, reason=reason, shown=shown)


@review.command()
def owner(
    context: typer.Context, key: Key,
    owner: Annotated[str, typer.Argument(metavar="NAME", help="Who looks after it.")],
    name: By = None, shown: Shown = None, format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Name who looks after a risk, a conflict or a gap."""
    do(context, format, home, name, act="own", key=key, owner=owner, shown=shown)


@review.command()
def resolve(
    context: typer.Context, key: Key, by: Annotated[str, typer.Option("--by", help="Who decided.")],
    text: Annotated[str, typer.Option("--text", help="What holds.")] = "Settled",
    shown: Shown = None, format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Settle a conflict; the brief says who decided."""
    do(context, format, home, by, act="resolve", key=key, text=text, shown=shown)


@review.command()
def add(
    context: typer.Context,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="A field of the template, such as goals.first_value.")],
    text: Annotated[str, typer.Option("--text", help="What no source holds, in your own words.")],
    kind: Annotated[str, typer.Option("--kind", help="What it is: fact, goal, commitment, risk ...")] = "fact",
    name: By = None,
    side: Annotated[str, typer.Option("--side", help="Whose words these are: vendor or customer.")] = "vendor",
    format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Add what no source holds; the words are kept as a source and cited."""
    do(context, format, home, name, act="add", field=field, text=text, kind=kind, side=side)


@review.command()
def tick(
    context: typer.Context,
    point: Annotated[str, typer.Argument(metavar="POINT", help="people, commitments, context or unusual.")],
    name: By = None, undo: Annotated[bool, typer.Option("--undo", help="Not done after all.")] = False,
    format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Tick a point of the AE's checklist."""
    do(context, format, home, name, act="tick", point=point, done=not undo)


Role = Annotated[str, typer.Option("--role", help="ae or csm.")]


@review.command(name="name")
def name_role(
    context: typer.Context, role: Role, name: Signer, format: ActFormat = None, home: ActHome = None
) -> None:
    """Say who the account's AE or CSM is."""
    do(context, format, home, name, act="name", role=role)


@review.command()
def sign(
    context: typer.Context, role: Role, name: Signer,
    shown: Annotated[str | None, typer.Option("--shown", help="Hash of the text you read; else what `show` last showed you.")] = None,
    format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Sign exactly the text that was shown: the AE first, then the CSM accepts."""
    from indexer.errors import Refused

    asked, session = _open(context, format, home)
    seen = shown or _desk(session, asked).shown(_reader())
    if seen is None:
        raise Refused(
            f"You have not been shown this brief yet. Read it: baton review {asked.account} show"
        )
    do(context, format, home, name, act="sign", role=role, shown=seen)


@review.command(name="return")
def give_back(
    context: typer.Context,
    reason: Annotated[list[str], typer.Option("--reason", help="A reason's code, several times if need be; see review/rules.yaml.")],
    name: By = None, note: Annotated[str, typer.Option("--note", help="In your own words.")] = "",
    format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """The CSM gives the brief back to the AE, with reasons."""
    do(context, format, home, name, act="return", reasons=reason, note=note)


@review.command()
def reopen(
    context: typer.Context, name: By = None, format: ActFormat = None, home: ActHome = None
) -> None:
    """Open an accepted brief again; both signatures fall."""
    do(context, format, home, name, act="reopen")


@review.command()
def log(context: typer.Context, format: ActFormat = None, home: ActHome = None) -> None:
    """List every act so far, oldest first."""
    from app.commands.review_page import print_log

    asked, session = _open(context, format, home)
    events = _desk(session, asked).events()
    if asked.format is Format.json:
        print_json({"events": [e.model_dump() for e in events]})
        return
    print_log(events)


@review.command()
def verify(
    context: typer.Context,
    witness: Annotated[str | None, typer.Option("--witness", help="The hash of an event that must be in the log, as an export names it.")] = None,
    format: ActFormat = None, home: ActHome = None,
) -> None:  # fmt: skip
    """Check the event log: nothing changed, cut or put in another order."""
    from indexer.errors import StoreError

    asked, session = _open(context, format, home)
    desk = _desk(session, asked)
    faults, events = desk.faults(witness), len(desk.events())
    if asked.format is Format.json:
        print_json({"events": events, "faults": [f.model_dump() for f in faults]})
        if faults:
            raise typer.Exit(1)
        return
    if faults:
        said = "; ".join(f.why for f in faults)
        raise StoreError(f"The event log does not hold: {said}. Restore the record from a copy.")
    typer.echo(f"{events} events, the chain holds.")


def _open(context: typer.Context, format: Format | None, home: Any) -> tuple[Reviewing, Session]:
    """The words before the action, overruled by those after it."""
    from pathlib import Path

    asked: Reviewing = context.obj
    asked = asked._replace(format=format or asked.format, home=Path(home) if home else asked.home)
    return asked, open_session(asked.home)


def _desk(session: Session, asked: Reviewing) -> Desk:
    return session.desk(asked.account)


def _reader() -> str:
    """Who sits at this terminal, as far as the machine knows."""
    import getpass

    return getpass.getuser()


def do(
    context: typer.Context, format: Format | None, home: Any, name: str | None, **fields: Any
) -> None:
    """Do one act and say what it led to."""
    from pydantic import ValidationError

    from app.commands.review_page import page_json, print_outcome
    from indexer.errors import InputError
    from review.acts import ACT

    asked, session = _open(context, format, home)
    try:
        act = ACT.validate_python({"name": name or _reader(), **fields})
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][-1])
        raise InputError(
            f"{where}: {first['msg']}. See `baton review ACCOUNT {fields['act']} --help`."
        ) from error
    page: Page = session.act(asked.account, act)
    if asked.format is Format.json:
        print_json(page_json(page))
        return
    print_outcome(page, act)
