"""The words of detail gaps: what is asked where an answered field lacks something, read from `details.yaml`."""

from __future__ import annotations

from functools import cache
from string import Template

from pydantic import BaseModel, ConfigDict

from prompts.packaged import packaged_yaml


class DetailSpec(BaseModel):
    """One kind of missing detail: its field, whom to ask, its words with `$names`, how much it is worth to ask."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    about: str
    ask: str
    worth: float
    question: str
    searched: tuple[str, ...]

    def filled(self, **values: str) -> DetailSpec:
        """The same with its names filled. Raises KeyError where a value is missing."""
        return self.model_copy(
            update={
                "about": Template(self.about).substitute(values),
                "question": Template(self.question).substitute(values),
                "searched": tuple(Template(s).substitute(values) for s in self.searched),
            }
        )


@cache
def detail_specs() -> dict[str, DetailSpec]:
    """Every kind of missing detail by its id."""
    return {
        name: DetailSpec.model_validate(spec)
        for name, spec in packaged_yaml("details.yaml").items()
    }
