"""Handoff templates: sections, fields, questions. Words only; loaded from YAML beside this file."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from prompts.packaged import packaged_yaml

FieldKind = Literal[
    "fact",
    "goal",
    "commitment",
    "risk",
    "objection",
    "requirement",
    "milestone",
    "person",
    "preference",
]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldSpec(_Value):
    """One required field: what is asked, of whose words, and whom to ask when nothing answers."""

    id: str
    title: str
    kind: FieldKind
    speaks: Literal["customer", "vendor", "contract", "crm", "any"]
    ask: str
    answer_at: float = 0.3
    """Score (0..1) that the best evidence must reach; higher where a wrong answer is worse than a gap."""
    stays_open: float = Field(0.05, ge=0, le=1)
    """Share of deals in which nothing answers it: where that is usual, weak evidence is no answer."""
    questions: tuple[str, ...]
    gap: str


class SectionSpec(_Value):
    """A section; `internal` ones stay out of views that a customer may see."""

    id: str
    title: str
    fields: tuple[FieldSpec, ...]
    internal: bool = False


class Template(_Value):
    """A handoff template."""

    id: str
    title: str
    sections: tuple[SectionSpec, ...]

    def fields(self) -> dict[str, FieldSpec]:
        """Every field by its full id, `section.field`, in order."""
        return {f"{s.id}.{f.id}": f for s in self.sections for f in s.fields}


def template_names() -> list[str]:
    """The templates that ship with Baton."""
    folder = resources.files("prompts") / "templates"
    return sorted(
        f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")
    )


def _source(name: str) -> str:
    return (resources.files("prompts") / "templates" / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def load_template(name: str) -> Template:
    """The named template. Raises FileNotFoundError when there is none of that name."""
    return Template.model_validate(packaged_yaml(f"templates/{name}.yaml"))


def template_hash(name: str) -> str:
    """Short hash of the template's words, printed on every brief."""
    return hashlib.sha256(_source(name).encode()).hexdigest()[:12]
