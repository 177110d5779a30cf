"""Talks with a model: LlamaIndex's agent over our tools, or one structured request. The only asynchronous file.

Comes in: system words, the task, tools already bound to a desk. Goes out: nothing but what the tools did; what the
model says in prose is dropped. Raises ModelFault for whatever goes wrong at the model's end.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.agent.workflow.agent_context import AgentContext
from llama_index.core.agent.workflow.workflow_events import AgentOutput, ToolCallResult
from llama_index.core.llms import LLM, ChatMessage
from llama_index.core.memory import BaseMemory, ChatMemoryBuffer
from llama_index.core.tools import AsyncBaseTool, FunctionTool, ToolMetadata
from llama_index.core.workflow import Context
from pydantic import PrivateAttr

from agent.llm.budget import tokens_of
from agent.llm.faults import FaultKind, ModelFault
from agent.llm.settings import Limits
from tools.box import Tool
from tools.desk import Desk

REPEATS = 3
"""The same call with the same arguments, or a tool that is not there: told so, then stopped at this many."""
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.S | re.I)
_LEFT_OUT = "(left out for room; ask again if you need it)"
T = TypeVar("T")


class _Bench:
    """The tools as LlamaIndex calls them; remembers what must end the talk."""

    def __init__(self, desk: Desk, tools: Sequence[Tool]) -> None:
        self._desk, self._by_name = desk, {t.name: t for t in tools}
        self._seen: Counter[str] = Counter()
        self.broken: BaseException | None = None
        """An error of our own in a tool: LlamaIndex would show it to the model and go on."""
        self.fault: ModelFault | None = None

    def functions(self) -> list[FunctionTool]:
        return [self._function(t) for t in self._by_name.values()]

    def _function(self, tool: Tool) -> FunctionTool:
        async def call(**given: Any) -> str:
            return self.call(tool.name, given)

        metadata = ToolMetadata(tool.words, tool.name, tool.arguments)
        return FunctionTool(async_fn=call, metadata=metadata)

    def call(self, name: str, given: Mapping[str, Any]) -> str:
        """A tool's answer; a call that repeats itself is told so, and in the end stops the talk."""
        key = f"{name} {json.dumps(given, sort_keys=True, default=str)}"
        self._seen[key] += 1
        if self._seen[key] >= REPEATS:
            self.fault = ModelFault(
                "going_round", f"The model called {name} again and again with the same words."
            )
        if self._seen[key] > 1:
            return "You did this already. Go on with the next field, or reply: done."
        try:
            return self._by_name[name].call(self._desk, given)
        except Exception as error:
            # Kept and raised again outside: a fault of ours must not become words for a model.
            self.broken = error
            raise

    def unknown(self, name: str) -> None:
        """Count a tool that there is not."""
        self._seen["?"] += 1
        if self._seen["?"] >= REPEATS:
            self.fault = ModelFault(
                "bad_tool_call", f"The model kept calling a tool that there is not: {name[:40]}"
            )

    def check(self) -> None:
        """Raise what must end the talk."""
        if self.broken is not None:
            raise self.broken
        if self.fault is not None:
            raise self.fault


class _GuardedAgent(FunctionAgent):  # type: ignore[misc]
    """LlamaIndex's agent, which keeps to the room there is and stops when its bench says so."""

    _bench: _Bench = PrivateAttr()
    _room: int = PrivateAttr()
    _steps_left: int = PrivateAttr()

    def guard(self, bench: _Bench, room: int, steps: int) -> None:
        self._bench, self._room, self._steps_left = bench, room, steps

    async def take_step(
        self, ctx: AgentContext, llm_input: list[ChatMessage], tools: Sequence[AsyncBaseTool], memory: BaseMemory
    ) -> AgentOutput:  # fmt: skip
        """One turn, with the oldest tool results left out where they no longer fit."""
        self._bench.check()
        if self._steps_left == 0:
            raise ModelFault(
                "going_round", "The model took more turns than it may and did not finish."
            )
        self._steps_left -= 1
        held: list[ChatMessage] = await ctx.store.get(self.scratchpad_key, default=[])
        await ctx.store.set(self.scratchpad_key, _fitting(held, self._room - _size(llm_input)))
        output = await super().take_step(ctx, llm_input, tools, memory)
        self._bench.check()
        return output

    async def handle_tool_call_results(
        self, ctx: Context, results: list[ToolCallResult], memory: BaseMemory
    ) -> None:
        """Hand the results on, after a look at calls of tools that there are not."""
        names = {t.metadata.name for t in self.tools or []}
        for result in results:
            if result.tool_name not in names:
                self._bench.unknown(result.tool_name)
        self._bench.check()
        await super().handle_tool_call_results(ctx, results, memory)


def _size(messages: Sequence[ChatMessage]) -> int:
    return sum(
        tokens_of(f"{m.content or ''}{m.blocks[1:] if len(m.blocks) > 1 else ''}") + 8
        for m in messages
    )


def _fitting(held: Sequence[ChatMessage], room: int) -> list[ChatMessage]:
    """The messages with as few of the oldest tool results left out as it takes to fit `room` tokens."""
    out = list(held)
    for n, message in enumerate(out):
        if _size(out) <= room:
            break
        if message.role == "tool" and tokens_of(message.content or "") > 40:
            out[n] = ChatMessage(
                role="tool", content=_LEFT_OUT, additional_kwargs=message.additional_kwargs
            )
    return out


def talk_with_tools(
    llm: LLM,
    system: str,
    task: str,
    desk: Desk,
    tools: Sequence[Tool],
    limits: Limits,
    context: int,
) -> None:
    """Let the model work with the tools until it has nothing more to call."""
    bench = _Bench(desk, tools)
    agent = _GuardedAgent(
        tools=bench.functions(), llm=llm, system_prompt=system, streaming=True, timeout=None
    )
    words = sum(
        tokens_of(json.dumps(t.metadata.to_openai_tool(skip_length_check=True)))
        for t in bench.functions()
    )
    agent.guard(bench, context - limits.num_predict - words, limits.max_steps)

    async def run() -> None:
        # One request holds it all: the memory's own limit must never cut it.
        memory = ChatMemoryBuffer.from_defaults(token_limit=10**9, tokenizer_fn=str.split)
        await agent.run(user_msg=task, memory=memory, max_iterations=limits.max_steps + 2)

    _wait(run(), limits.section_s, bench)


def ask_structured(
    llm: LLM, system: str, task: str, schema: Mapping[str, Any] | None, limits: Limits
) -> Any:
    """One request whose reply is one JSON value. `schema` goes to the server as its `format` where it has one."""
    messages = [ChatMessage(role="system", content=system), ChatMessage(role="user", content=task)]
    options = {"format": dict(schema)} if schema else {}

    async def run() -> str:
        said = ""
        async for part in await llm.astream_chat(messages, **options):
            said = part.message.content or ""
        return said

    return _json_in(_wait(run(), limits.section_s, None))


def _json_in(said: str) -> Any:
    """The JSON object in a reply, fenced or bare; what a model thinks aloud before it is passed over."""
    said = _THOUGHT.sub("", said)
    start, end = said.find("{"), said.rfind("}")
    if start < 0 or end < start:
        kind: FaultKind = "bad_reply" if said.strip() else "nothing_said"
        raise ModelFault(
            kind,
            "The model answered without the JSON that was asked for."
            if said.strip()
            else "The model said nothing.",
        )
    try:
        return json.loads(said[start : end + 1])
    except ValueError as error:
        raise ModelFault("bad_reply", "The model wrote JSON that can't be read.") from error


def _wait(work: Coroutine[Any, Any, T], seconds: float, bench: _Bench | None) -> T:
    """Run to the end within `seconds`. Whatever a model's library raises becomes a ModelFault.

    Any LlamaIndex model may be configured, and each raises errors of its own kind: there is no list to catch.
    Our own errors are told apart: the bench keeps them.
    """

    async def limited() -> T:
        async with asyncio.timeout(seconds):
            return await work

    try:
        return asyncio.run(limited())
    except ModelFault:
        raise
    except TimeoutError as error:
        raise ModelFault(
            "too_slow", f"The model did not finish within {seconds:g} seconds."
        ) from error
    except Exception as error:
        if bench is not None:
            bench.check()
        raise _fault_in(error) from error


def _fault_in(error: BaseException) -> ModelFault:
    """The ModelFault that a library wrapped, or one that names the library's error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ModelFault):
            return seen
        seen = seen.__cause__ or seen.__context__
    said = " ".join(str(error).split())[:160]
    return ModelFault(
        "bad_reply", f"The model's library failed with {type(error).__name__}: {said}"
    )
