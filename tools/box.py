"""The tool box: which tools there are, their arguments as a schema, and calling one with what a model wrote.

Wrong arguments and unknown names are answered in words that the model can act on; they never raise.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from tools.desk import Desk
from tools.looking import (
    crm_record,
    list_artifacts,
    people,
    read_around,
    scope_clauses,
    search_evidence,
    timeline,
)
from tools.writing import mark_gap, mark_unanswered, record_answer, record_claim


@dataclass(frozen=True)
class Tool:
    """A tool as a model meets it: name, words, arguments; `run` takes the desk first."""

    name: str
    words: str
    arguments: type[BaseModel]
    run: Callable[..., str]

    def call(self, desk: Desk, given: Mapping[str, Any]) -> str:
        """The tool's answer to the arguments that a model wrote, or what is wrong with them."""
        try:
            arguments = self.arguments.model_validate(_tidied(given))
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}"
                for e in error.errors()[:3]
            )
            return f"Wrong arguments for {self.name}: {wrong}. It takes: {', '.join(self.arguments.model_fields)}."
        return self.run(desk, **dict(arguments))


def _tidied(given: Mapping[str, Any]) -> dict[str, Any]:
    """What small models get nearly right: lists for one string, an evidence number for a sentence."""
    tidy = dict(given)
    for name in ("evidence", "ref"):
        if isinstance(tidy.get(name), list):
            tidy[name] = ", ".join(map(str, tidy[name]))
    if "sentence" in tidy and not isinstance(tidy["sentence"], int):
        digits = str(tidy["sentence"]).strip("() .")
        tidy["sentence"] = int(digits) if digits.isdigit() else 0
    return tidy


@functools.cache
def tool_of(function: Callable[..., str], name: str | None = None) -> Tool:
    """A tool from a plain function: its name or another, its docstring, and its parameters but the desk."""
    hints = typing.get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for argument, parameter in inspect.signature(function).parameters.items():
        if argument == "desk":
            continue
        kind, words = typing.get_args(hints[argument])[:2]
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[argument] = (kind, Field(default, description=words))
    config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    arguments = create_model(function.__name__, __config__=config, **fields)
    return Tool(name or function.__name__, inspect.getdoc(function) or "", arguments, function)


def looking_tools() -> list[Tool]:
    """The tools that only read."""
    return [
        tool_of(f)
        for f in (
            search_evidence,
            read_around,
            crm_record,
            scope_clauses,
            people,
            timeline,
            list_artifacts,
        )
    ]


def section_tools() -> list[Tool]:
    """The tools for writing a section of a brief."""
    return [*(tool_of(f) for f in (record_claim, mark_gap)), *looking_tools()]


def answer_tools() -> list[Tool]:
    """The tools for answering a question: the same, but that nothing has a field."""
    return [
        tool_of(record_answer, "record_claim"),
        tool_of(mark_unanswered, "mark_gap"),
        *looking_tools(),
    ]


def tools_hash(tools: list[Tool]) -> str:
    """Short hash of all words that a model reads of these tools."""
    words = "\0".join(f"{t.name}\n{t.words}\n{t.arguments.model_json_schema()}" for t in tools)
    return hashlib.sha256(words.encode()).hexdigest()[:12]
