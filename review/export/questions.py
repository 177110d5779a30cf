"""Questions for one role as a mail draft: its gaps, and for the AE what the sources contradict. Plain text; sends nothing."""

from __future__ import annotations

import re

from agent.models import Conflict, Gap
from indexer.models import Frozen
from review.models import Brief
from review.render.approval import approval_lines
from review.render.text import visible


class Question(Frozen):
    """One numbered question, and the item it would settle."""

    key: str
    question: str
    topic: str = ""
    """The section it belongs to: questions of one topic stand together."""
    found: tuple[str, ...] = ()
    """What the sources say that comes near, or contradicts itself."""


_SE = re.compile(r"solution|sales engineer|pre-?sales|\bSE\b", re.I)


class MailDraft(Frozen):
    """A mail ready to be copied."""

    to: str
    name: str | None
    subject: str
    body: str
    questions: tuple[Question, ...]


def questions_for(brief: Brief, role: str) -> MailDraft:
    """The draft for `role` (AE, SE, CSM, customer, champion ...): open gaps to ask them, most needed first.

    The champion is asked what the customer is asked, by name where the brief knows who that is.
    """
    wanted = role.casefold()
    asks = {wanted, "customer"} if wanted == "champion" else {wanted}
    waived = {d.key for d in brief.review.decisions if d.decision == "rejected"}
    gaps = [g for g in brief.gaps if g.ask.casefold() in asks and g.key not in waived]
    found = _grouped([_of_gap(brief, g) for g in gaps])
    if wanted == "ae":
        found = [_of_conflict(x) for x in brief.conflicts if x.resolution is None] + found
    name = _name(brief, wanted)
    count = f"{len(found)} question{'' if len(found) == 1 else 's'}"
    return MailDraft(
        to=role, name=name, subject=f"{brief.account.name}: {count} before the kickoff",
        body=_body(brief, name, found), questions=tuple(found),
    )  # fmt: skip


def _name(brief: Brief, role: str) -> str | None:
    """Who has the role, where the brief knows: the account's AE and CSM, the champion, the one SE by title."""
    known = {"ae": brief.account.ae, "csm": brief.account.csm}
    if role in known:
        return known[role]
    if role == "se":
        people = [p.name for p in brief.people if p.side == "vendor" and _SE.search(p.title or "")]
    else:
        people = [p.name for p in brief.people if role in p.roles]
    return people[0] if len(people) == 1 else None


def _grouped(questions: list[Question]) -> list[Question]:
    """Questions of one topic together, topics by their first question."""
    topics = list(dict.fromkeys(q.topic for q in questions))
    return sorted(questions, key=lambda q: topics.index(q.topic))


def questions_text(brief: Brief, role: str) -> str:
    """The draft as text, with the approval record below a mail's signature line."""
    draft = questions_for(brief, role)
    to = f"{draft.name} ({draft.to})" if draft.name else draft.to
    record = "\n".join(approval_lines(brief))
    return visible(f"To: {to}\nSubject: {draft.subject}\n\n{draft.body}\n-- \n{record}\n")


def _of_gap(brief: Brief, gap: Gap) -> Question:
    """The gap's question, with the nearest words that raised it or came near."""
    near = tuple(
        f"“{n.quote}” ({n.label})" for n in gap.nearest[: 1 if gap.scope == "field" else 2]
    )
    section = (gap.field or "").partition(".")[0]
    topic = next((s.title for s in brief.sections if s.id == section), "")
    return Question(key=gap.key, question=gap.question, topic=topic, found=near)


def _of_conflict(conflict: Conflict) -> Question:
    sides = tuple(
        f"{side.authority}: “{side.citations[0].quote}” ({side.citations[0].locator.label})"
        for side in conflict.sides
    )
    question = f"Which holds for {conflict.topic}, and does the customer know? {conflict.why}."
    return Question(key=conflict.key, question=question, topic="Contradictions", found=sides)


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
    topic = ""
    for n, question in enumerate(questions, 1):
        if question.topic != topic:
            topic = question.topic
            lines += ["", f"{topic}"]
        lines += ["", f"{n}. {question.question}"]
        lines += [f"   What we have: {words}" for words in question.found]
    return "\n".join([*lines, "", "Thank you."]) + "\n"
