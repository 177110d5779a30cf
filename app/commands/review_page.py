"""What `review` and `diff` print: the review's page, its log, what changed. Words of sources are never markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.commands.printing import printable

if TYPE_CHECKING:
    from rich.console import Console

    from indexer.journal import Event
    from review.acts import Act
    from review.desk import Page
    from review.diff import BriefDiff
    from review.queue import Item

FIRST_ITEMS = 12
KEY_CHARS = 8
_TONES = {
    "conflict": "red",
    "commitment": "blue",
    "risk": "magenta",
    "gap": "yellow",
    "claim": "default",
}
_NAMES = {
    "conflict": "conflict",
    "commitment": "promise",
    "risk": "risk",
    "gap": "question",
    "claim": "claim",
}
_SIGNS = {"added": ("+", "green"), "gone": ("-", "red"), "changed": ("~", "yellow")}


def page_json(page: Page) -> dict[str, Any]:
    """The review without the brief itself, which `baton brief` and `baton show` give."""
    found = page.brief.model_dump(
        mode="json", include={"status", "gates", "scores", "score_reasons", "review"}
    )
    return {
        "account": page.brief.account.slug, "brief": page.number, "status": found["status"],
        "hash": page.hash, "next": page.next, "gates": found["gates"], "scores": found["scores"],
        "score_reasons": found["score_reasons"], **found["review"],
        "queue": [item.model_dump(mode="json") for item in page.queue],
    }  # fmt: skip


def print_page(page: Page, whole: bool) -> None:
    """Head, gates, checklist, queue, what to type next."""
    from rich.console import Console

    console = Console(highlight=False)
    _head(console, page)
    _gates(console, page)
    _checklist(console, page)
    _queue(console, page, whole)
    slug = page.brief.account.slug
    console.print(
        f"\n[dim]baton review {slug} accept|reject KEY · correct KEY --text '...' · owner KEY NAME · resolve KEY --by NAME[/]"
    )


def _head(console: Console, page: Page) -> None:
    from review.render.approval import SIGNERS
    from review.render.titles import STATUSES

    brief = page.brief
    tone = {"accepted": "green", "returned": "red"}.get(brief.status, "cyan")
    console.print(
        f"\n[bold]{printable(brief.account.name)}[/]  [{tone}]{STATUSES[brief.status]}[/]  "
        f"[dim]brief {page.number} · text {page.hash[:12]}[/]"
    )
    console.print(f"Next: {page.next}")
    for signed in brief.review.sign_offs:
        stands = "[green]signed[/]" if signed.stands else "[red]signed an earlier text[/]"
        console.print(
            f"{SIGNERS[signed.role]} {printable(signed.name)}: {stands}, {signed.at[:16].replace('T', ' ')}"
        )
    if brief.review.returned:
        back = brief.review.returned
        console.print(
            f"[red]Returned[/] by {printable(back.by)}: {', '.join(back.reasons)} {printable(back.note)}"
        )
    for note in brief.review.notes:
        console.print(f"[yellow]Note:[/] {printable(note)}")


def _gates(console: Console, page: Page) -> None:
    console.print("\n[bold]Gates[/]")
    for gate in page.brief.gates:
        if gate.passed:
            console.print(f"  [green]✓[/] {gate.id} {gate.title}")
        else:
            console.print(f"  [red]○[/] {gate.id} [bold]{printable(gate.why)}[/]")
            console.print(f"      [dim]{printable(gate.todo)}[/]", soft_wrap=True)


def _checklist(console: Console, page: Page) -> None:
    console.print("\n[bold]The AE's checklist[/]")
    for point in page.brief.review.checklist:
        box = (
            f"[green]✓[/] {point.title} [dim]{printable(point.by)}[/]"
            if point.by
            else f"[red]○[/] {point.title}"
        )
        console.print(f"  {box} [dim]({point.id})[/]" if not point.by else f"  {box}")


def _queue(console: Console, page: Page, whole: bool) -> None:
    left = [i for i in page.queue if not i.done]
    must = sum(i.must for i in left)
    shown = page.queue if whole else left[:FIRST_ITEMS]
    console.print(
        f"\n[bold]Queue[/]  {must} hold a gate open, {len(left) - must} more to look at, by risk"
    )
    for item in shown:
        _item(console, item)
    rest = len(left) - len(shown)
    if rest > 0:
        console.print(f"  [dim]+{rest} more: baton review {page.brief.account.slug} show --all[/]")


def _item(console: Console, item: Item) -> None:
    from rich.padding import Padding

    from review.export.sheet import source
    from review.render.gist import gist
    from review.render.titles import field_title

    field = f" · {field_title(item.field)}" if item.field else ""
    state = _state(item)
    console.print(
        f"\n  [bold {_TONES[item.kind]}]{item.key[:KEY_CHARS]}[/]  {_NAMES[item.kind]}{field}  [dim]{item.why}[/]{state}"
    )
    lines = []
    if item.question or not item.quotes or item.kind == "conflict":
        lines.append(printable(item.question or item.text))
    for quote in item.quotes[:2]:
        words = printable(gist(quote.quote, item.text))
        lines.append(f"“{words}” [dim]{printable(source(quote))}[/]")
    for line in lines:
        console.print(Padding.indent(line, 6))


def _state(item: Item) -> str:
    parts = []
    if item.decision:
        parts.append(f"[green]{item.decision.decision} by {printable(item.decision.by)}[/]")
    if item.resolution:
        parts.append(f"[green]{printable(item.resolution)}[/]")
    if item.owner:
        parts.append(f"owner {printable(item.owner)}")
    return "  " + ", ".join(parts) if parts else ""


def print_outcome(page: Page, act: Act) -> None:
    """One line on what an act led to."""
    from rich.console import Console

    from review.render.titles import STATUSES

    left = sum(i.must and not i.done for i in page.queue)
    open_ = ", ".join(g.id for g in page.brief.gates if not g.passed) or "none"
    Console(highlight=False).print(
        f"{act.act} kept, by {printable(act.name)}. {STATUSES[page.brief.status]}; {left} items hold a gate open; "
        f"open gates: {open_}. Next: {page.next}", soft_wrap=True,
    )  # fmt: skip


def print_log(events: Sequence[Event]) -> None:
    """One line an event."""
    from rich.console import Console
    from rich.table import Table

    table = Table("event", "when (UTC)", "who", "act", "on", "hash", header_style="bold", box=None)
    for e in events:
        about = [e.payload.get(k) for k in ("key", "field", "point", "role", "reasons", "brief")]
        on = next((str(a) for a in about if a), "")
        cells = (str(e.seq), e.at[:19].replace("T", " "), e.actor, e.act, on, e.hash[:12])
        table.add_row(*(printable(c) for c in cells))
    Console().print(table)


def print_diff(diff: BriefDiff) -> None:
    """What was added, gone, changed; a line or two each."""
    from rich.console import Console

    from review.render.titles import field_title

    console = Console(highlight=False)
    what = (
        f"since brief {diff.before}" if diff.before != diff.after else "by people since it was made"
    )
    console.print(f"\n[bold]Brief {diff.after}[/]: {len(diff.changes)} changes {what}")
    for change in diff.changes:
        sign, tone = _SIGNS[change.kind]
        field = f" [dim]{field_title(change.field)}[/]" if change.field else ""
        console.print(f"\n[{tone}]{sign} {change.what}[/]{field} [dim]{change.key[:KEY_CHARS]}[/]")
        for mark, words in (("-", change.before), ("+", change.after)):
            if words is not None:
                console.print(f"    {mark} {printable(words)}")
