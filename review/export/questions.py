"""Questions for one role as a mail draft: its gaps, and for the AE what the sources contradict. Plain text; sends nothing."""

from __future__ import annotations

from agent.models import Conflict, Gap
from indexer.models import Frozen
from review.models import Brief
from review.render.approval import approval_lines
from review.render.text import visible


class Question(Frozen):
    """One numbered question, and the item it would settle."""

    key: str
    question: str
    found: tuple[str, ...] = ()
    """What the sources say that comes near, or contradicts itself."""


class MailDraft(Frozen):
    """A mail ready to be copied."""

    to: str
    name: str | None
    subject: str
    body: str
    questions: tuple[Question, ...]


def questions_for(brief: Brief, role: str) -> MailDraft:
    """The draft for `role` (AE, SE, CSM, customer ...): open gaps to ask them, most needed first."""
    wanted = role.casefold()
    names = {"ae": brief.account.ae, "csm": brief.account.csm}
    waived = {d.key for d in brief.review.decisions if d.decision == "rejected"}
    found = [_of_gap(g) for g in brief.gaps if g.ask.casefold() == wanted and g.key not in waived]
    if wanted == "ae":
        found = [_of_conflict(x) for x in brief.conflicts if x.resolution is None] + found
    name = names.get(wanted)
    count = f"{len(found)} question{'' if len(found) == 1 else 's'}"
    return MailDraft(
        to=role, name=name, subject=f"{brief.account.name}: {count} before the kickoff",
        body=_body(brief, name, found), questions=tuple(found),
    )  # fmt: skip


def questions_text(brief: Brief, role: str) -> str:
    """The draft as text, with the approval record below a mail's signature line."""
    draft = questions_for(brief, role)
    to = f"{draft.name} ({draft.to})" if draft.name else draft.to
    record = "\n".join(approval_lines(brief))
    return visible(f"To: {to}\nSubject: {draft.subject}\n\n{draft.body}\n-- \n{record}\n")


def _of_gap(gap: Gap) -> Question:
    near = tuple(f"“{n.quote}” ({n.label})" for n in gap.nearest[:1])
    return Question(key=gap.key, question=gap.question, found=near)


def _of_conflict(conflict: Conflict) -> Question:
    sides = tuple(
        f"{side.authority}: “{side.citations[0].quote}” ({side.citations[0].locator.label})"
        for side in conflict.sides
    )
    question = f"Which holds for {conflict.topic}, and does the customer know? {conflict.why}."
    return Question(key=conflict.key, question=question, found=sides)


def _body(brief: Brief, name: str | None, questions: list[Question]) -> str:
    greeting = f"Hello {name.split()[0]}," if name else "Hello,"
    if not questions:
        return f"{greeting}\n\nthere is nothing to ask you about {brief.account.name}.\n"
    by = (
        f" by {brief.account.kickoff_date:%d %b %Y}, the kickoff"
        if brief.account.kickoff_date
        else ""
    )
    lines = [
        greeting, "",
        f"the sources of {brief.account.name} leave this open. Please answer{by}, in a line or two each:",
    ]  # fmt: skip
    for n, question in enumerate(questions, 1):
        lines += ["", f"{n}. {question.question}"]
        lines += [f"   What we have: {words}" for words in question.found]
    return "\n".join([*lines, "", "Thank you."]) + "\n"
