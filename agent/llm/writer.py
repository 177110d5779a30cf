"""Writes with a model what has a desk: one section of a brief, or one answer. Every end is an end that is told.

First with tools; where the model has none, or writes text instead, by one structured request; where that fails
too, the fault is kept and whoever called falls back to what the extractive engine found.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from agent.llm.budget import tokens_of
from agent.llm.connect import Talker
from agent.llm.door import ModelDoor
from agent.llm.faults import ModelFault
from agent.llm.pack import Pack, Piece, pack
from agent.llm.settings import Limits
from agent.llm.steps import ModelCall, OnStep, SectionRun, Step, StepKind, ToolCall
from prompts.words import fill
from tools.box import Tool
from tools.desk import Desk

TURNS_ROOM = 0.42
"""Share of the context that is kept for tool calls and their answers; the pack gets what is left."""


@dataclass(frozen=True)
class Job:
    """What is to be written: its words, its tools, its evidence."""

    id: str
    system: str
    """Name of the prompt text for the system."""
    task: Callable[[str], str]
    """The task's words, given the evidence."""
    tools: Sequence[Tool]
    pieces: Sequence[Piece]


@dataclass
class Ear:
    """Hears the steps of a run: keeps them, and hands them on as they come. Takes the tools' time."""

    on_step: OnStep
    started: float = field(default_factory=time.monotonic)
    begun: float = 0.0
    """When the section began."""
    section: str = ""
    steps: list[Step] = field(default_factory=list)
    tools: list[ToolCall] = field(default_factory=list)

    def begin(self, section: str) -> None:
        self.section, self.steps, self.tools = section, [], []
        self.begun = time.monotonic()

    def timed(self, tool: Tool) -> Tool:
        """The same tool, its calls' time kept."""

        def run(*args: Any, **given: Any) -> str:
            started = time.monotonic()
            said = tool.run(*args, **given)
            taken = round(time.monotonic() - started, 4)
            self.tools.append(ToolCall(name=tool.name, seconds=taken))
            return said

        return replace(tool, run=run)

    def notice(self, kind: StepKind, text: str, why: str | None = None) -> None:
        seconds = round(time.monotonic() - self.started, 3)
        step = Step(
            kind=kind,
            section=self.section,
            text=" ".join(text.split())[:300],
            why=why,
            seconds=seconds,
        )
        self.steps.append(step)
        self.on_step(step)


def new_mark() -> str:
    """The random mark of one request."""
    return secrets.token_hex(4)


def write(
    talker: Talker, limits: Limits, job: Job, desk: Desk, door: ModelDoor, ear: Ear
) -> SectionRun:
    """Have the model write a job. Never raises a ModelFault: it is in the result."""
    job = replace(job, tools=[ear.timed(t) for t in job.tools])
    system = fill(job.system, mark=desk.mark)
    evidence = _pack(talker, limits, job, desk, system)
    task = job.task(evidence.text)
    calls: list[ModelCall] = []
    way: Literal["tools", "structured"] = "tools" if talker.tools else "structured"
    fault: ModelFault | None = None
    try:
        if talker.tools:
            fault = _with_tools(talker, limits, job, desk, door, (system, task), calls)
            if (
                fault is not None
                and fault.kind in ("bad_tool_call", "nothing_said")
                and not door.claims
            ):
                ear.notice(
                    "note",
                    "The model does not manage its tools here; asked once for plain JSON.",
                    str(fault),
                )
                way = "structured"
        if way == "structured":
            fault = None
            _structured(talker, limits, job, desk, (system, task), calls)
            if not door.used:
                fault = ModelFault("nothing_said", "The model recorded nothing.")
    except ModelFault as error:
        fault = error
    except KeyboardInterrupt:
        fault = ModelFault("interrupted", "You stopped the run.")
    if fault is not None:
        ear.notice("fault", str(fault))
    return SectionRun(
        id=job.id, prompt=f"{system}\n\n{task}", claims=tuple(door.claims.values()), gaps=tuple(g or "" for g in door.gaps),
        details=tuple(door.details), refusals=tuple(door.refusals), steps=tuple(ear.steps), calls=tuple(calls), tools=tuple(ear.tools), way=way,
        fault=None if fault is None else str(fault), fault_kind=None if fault is None else fault.kind,
        left_out=evidence.left_out, seconds=round(time.monotonic() - ear.begun, 3),
    )  # fmt: skip


def _pack(talker: Talker, limits: Limits, job: Job, desk: Desk, system: str) -> Pack:
    """The evidence that fits beside the words, the tools, the reply and some turns."""
    import json

    tools = sum(
        tokens_of(json.dumps(t.arguments.model_json_schema()) + t.words) + 25 for t in job.tools
    )
    words = tokens_of(system + job.task("")) + (
        tools if talker.tools else tokens_of(fill("structured")) + 250
    )
    turns = int(talker.context * TURNS_ROOM) if talker.tools else 0
    room = talker.context - limits.num_predict - words - max(0, turns - tools)
    return pack(desk, job.pieces, max(room, 400))


def _with_tools(
    talker: Talker, limits: Limits, job: Job, desk: Desk, door: ModelDoor, words: tuple[str, str],
    calls: list[ModelCall],
) -> ModelFault | None:  # fmt: skip
    """Talk with tools, once more after a call that can't be read. Returns the fault that is left."""
    from agent.llm.talk import talk_with_tools

    system, task = words
    for more in ("", fill("again", why="a tool call could not be read")):
        llm, wire = talker.open(talker.context)
        try:
            talk_with_tools(
                llm, system, f"{task}\n{more}".strip(), desk, job.tools, limits, talker.context
            )
        except ModelFault as fault:
            if fault.kind != "bad_tool_call" or door.claims:
                return fault
        else:
            return None if door.used else ModelFault("nothing_said", "The model called no tool.")
        finally:
            calls += wire.calls if wire is not None else []
    return ModelFault("bad_tool_call", "The model wrote tool calls that can't be read, twice.")


def _structured(
    talker: Talker,
    limits: Limits,
    job: Job,
    desk: Desk,
    words: tuple[str, str],
    calls: list[ModelCall],
) -> None:
    """One structured request, once more if its reply is no JSON; each claim passes the door by itself."""
    from agent.llm.talk import ask_structured

    system, task = words
    schema = reply_schema(list(desk.fields)) if talker.takes_schema else None
    more = ""
    for attempt in (1, 2):
        llm, wire = talker.open(talker.context)
        try:
            reply = ask_structured(
                llm, f"{system}\n\n{fill('structured')}", f"{task}\n{more}".strip(), schema, limits
            )
            break
        except ModelFault as fault:
            if fault.kind != "bad_reply" or attempt == 2:
                raise
            more = fill("again", why=str(fault))
        finally:
            calls += wire.calls if wire is not None else []
    _take_in(reply, job, desk)


def _take_in(reply: Any, job: Job, desk: Desk) -> None:
    """Hand every claim and gap of a structured reply to the tool that it stands for, claims first: a detail needs one."""
    by_name = {t.name: t for t in job.tools}
    for name, key in (("record_claim", "claims"), ("mark_gap", "gaps")):
        items = reply.get(key)
        for item in items[:40] if isinstance(items, list) else ():
            given = item if isinstance(item, dict) else {"field": item}
            by_name[name].call(desk, given)


def reply_schema(fields: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of a structured reply over these fields; of an answer, which has none, only a whole gap."""
    named = [f for f in fields if f]
    field_type = {"type": "string", "enum": named or ["answer"]}
    text = {"type": "string"}
    claim = {
        "type": "object",
        "properties": {
            "field": field_type, "text": text, "evidence": text, "sentence": {"type": "integer"},
        },
        "required": ["field", "text", "evidence"],
    }  # fmt: skip
    gap = {
        "type": "object",
        "properties": {"field": field_type, **({"missing": text} if named else {})},
        "required": ["field"],
    }
    return {
        "type": "object",
        "properties": {
            "claims": {"type": "array", "items": claim},
            "gaps": {"type": "array", "items": gap},
        },
        "required": ["claims", "gaps"],
    }
