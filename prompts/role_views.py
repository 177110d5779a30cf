"""Role views: which sections and fields of a brief a role reads, and in which order. Words only, from `views.yaml`."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from prompts.packaged import packaged_yaml


class RoleView(BaseModel):
    """What one role reads. A template's section that is not listed is not shown; `fields` empty: all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    sections: tuple[str, ...]
    fields: dict[str, tuple[str, ...]] = {}
    shown: int | None = None


@cache
def role_views() -> dict[str, RoleView]:
    """The views that ship with Baton, by name."""
    return {
        name: RoleView.model_validate(view) for name, view in packaged_yaml("views.yaml").items()
    }
