"""`audit`: a handoff document that somebody else wrote, held against the account's evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.options import DEFAULT_HOME, AccountArg, Format, FormatOption, Home, open_session
from app.commands.printing import one_line, print_json, quoted

if TYPE_CHECKING:
    from agent.models import Citation
    from review.audit.models import Audit, LeftOut

_SAYS = {
    "contradicted": "CONTRADICTED", "altered": "ALTERED", "misattributed": "SAID BY SOMEBODY ELSE",
    "not_found": "NOT FOUND", "supported": "supported",
}  # fmt: skip
_KINDS = {
    "promise": "Promises it does not mention", "conflict": "Contradictions it does not mention",
    "field": "Fields it does not answer though the evidence does", "gap": "Open questions it does not name",
}  # fmt: skip


def audit(
    account: AccountArg,
    file: Annotated[Path, typer.Argument(help="A handoff document: Markdown, text, HTML, Word, PDF or a mail.")],
    format: FormatOption = Format.text, home: Home = DEFAULT_HOME,
) -> None:  # fmt: skip
    """Check a handoff document written by anyone against the evidence: what holds, what doesn't, what is left out."""
    found = open_session(home).audit(account, file)
    if format is Format.json:
        print_json(found.model_dump(mode="json"))
        return
    for line in _lines(found):
        typer.echo(line)


def _lines(found: Audit) -> list[str]:
    counts = found.counts
    lines = [
        f"{one_line(found.file)} against the evidence of {found.account}", "",
        f"{counts.statements} statements: {counts.supported} supported, {counts.contradicted} contradicted, "
        f"{counts.altered} altered, {counts.misattributed} said by somebody else, {counts.not_found} not found",
        f"speaks to {found.answered} of {found.asked} fields; leaves out {counts.promises} promises, "
        f"{counts.conflicts} contradictions, {counts.fields} fields that the evidence answers, {counts.gaps} gaps",
    ]  # fmt: skip
    for verdict, words in _SAYS.items():
        for one in (s for s in found.statements if s.verdict == verdict):
            lines += ["", f"{words}: {one_line(one.text)}"]
            lines += [f"    {one_line(one.place)}"] if one.place else []
            lines += [f"    {one_line(one.why)}"] if verdict != "supported" else []
            lines += [_below(c) for c in one.citations]
    for kind, title in _KINDS.items():
        rows = [x for x in found.left_out if x.kind == kind]
        if rows:
            lines += ["", f"{title}:"]
            for row in rows:
                lines += _left_out(row)
    return lines


def _left_out(row: LeftOut) -> list[str]:
    return [f"  - {one_line(row.text)}", *(_below(c) for c in row.citations)]


def _below(cited: Citation) -> str:
    return f"    {one_line(quoted(cited))}"
