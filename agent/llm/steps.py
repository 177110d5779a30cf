"""A run's record: what was asked of a model, what it did step by step, what the door said, what it took.

Plain values; the same steps are shown live in a terminal or on a page and kept for `baton show RUN`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from indexer.models import Frozen
from tools.drafts import ClaimDraft, GapDraft, Refusal

StepKind = Literal[
    "section", "searching", "reading", "claim_recorded", "claim_refused", "gap_marked", "fault", "note"
]  # fmt: skip


class Step(Frozen):
    """One thing that happened, in words for people. `section` is a section's id, or `answer`."""

    kind: StepKind
    section: str
    text: str
    why: str | None = None
    seconds: float = 0.0
    """Since the run's beginning."""


OnStep = Callable[[Step], None]


class ModelCall(Frozen):
    """One request: tokens by our count, by the server's count, and how it ended; a fault's kind if by one."""

    estimate: int
    prompt_tokens: int | None
    reply_tokens: int | None
    seconds: float
    ended: str | None


class ToolCall(Frozen):
    """One call of a tool and how long it took us."""

    name: str
    seconds: float


class SectionRun(Frozen):
    """What became of one section (or of one answer)."""

    id: str
    prompt: str = ""
    claims: tuple[ClaimDraft, ...] = ()
    """What passed the door, in order; passes it again when a run is resumed."""
    gaps: tuple[str, ...] = ()
    """Fields that the model marked as gaps."""
    details: tuple[GapDraft, ...] = ()
    """Single things that it found missing from answered fields; marked again when a run is resumed."""
    refusals: tuple[Refusal, ...] = ()
    steps: tuple[Step, ...] = ()
    calls: tuple[ModelCall, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    way: Literal["tools", "structured"] = "tools"
    fault: str | None = None
    fault_kind: str | None = None
    left_out: int = 0
    """Pieces of evidence that did not fit."""
    seconds: float = 0.0

    @property
    def own_seconds(self) -> float:
        """What it took beside the model: evidence, tools, the door, LlamaIndex's agent."""
        return max(0.0, self.seconds - sum(c.seconds for c in self.calls))


class Run(Frozen):
    """One brief or answer made with a model."""

    id: str
    account: str
    what: Literal["brief", "answer"]
    question: str | None = None
    engine: str
    model: str
    index: str
    """Fingerprint of the index it ran over."""
    prompts: dict[str, str]
    started: str
    context: int = 0
    """Tokens of context that were asked for."""
    sections: tuple[SectionRun, ...] = ()
    complete: bool = False
    """True only if every section was written to its end, without a fault."""

    def key(self) -> tuple[object, ...]:
        """What must be the same for an unfinished run to be carried on."""
        return (
            self.account,
            self.what,
            self.engine,
            self.model,
            self.index,
            tuple(sorted(self.prompts.items())),
        )
