"""Loads the rules of a review from `rules.yaml` beside this file: states, transitions, checklist, gates, queue."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import Field

from indexer.models import Frozen

Status = Literal["draft", "ae_review", "csm_review", "accepted", "returned"]
Step = Literal["item", "sign_ae", "sign_csm", "return", "reopen", "changed", "remark"]


class State(Frozen):
    """A state's title, and what comes next."""

    title: str
    next: str


class Transition(Frozen):
    """From one state to another by one kind of act."""

    before: Status = Field(alias="from")
    act: Step
    after: Status = Field(alias="to")


class GateRule(Frozen):
    """A gate as the rules file writes it."""

    id: str
    title: str
    check: str
    fields: tuple[str, ...] = ()
    why: str
    todo: str


class QueueRule(Frozen):
    """A row of the queue's order: an item that has all marks takes it."""

    kind: Literal["conflict", "commitment", "gap", "risk", "claim"]
    why: str
    must: bool = False
    scope: str | None = None
    severity: str | None = None
    gate: bool | None = None
    shown: bool | None = None
    superseded: bool | None = None

    def marks(self) -> dict[str, str | bool]:
        """What an item must be to take this row."""
        return self.model_dump(exclude={"why", "must"}, exclude_none=True)


class Rules(Frozen):
    """All rules of a review."""

    states: dict[Status, State]
    transitions: tuple[Transition, ...]
    checklist: dict[str, str]
    reasons: dict[str, str]
    outcomes: dict[str, str]
    gates: tuple[GateRule, ...]
    queue: tuple[QueueRule, ...]

    def after(self, status: Status, step: Step) -> Status | None:
        """The state that a step leads to, or None where it is not allowed."""
        found = (t.after for t in self.transitions if t.before == status and t.act == step)
        return next(found, None)


def rules_text() -> str:
    """The file with the rules, as people read it."""
    return (resources.files("review") / "rules.yaml").read_text(encoding="utf-8")


@cache
def rules() -> Rules:
    """The rules that ship with Baton."""
    return Rules.model_validate(yaml.safe_load(rules_text()))
