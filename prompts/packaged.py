"""Reads the YAML files that come with Baton, by the parser in C where PyYAML was built with it: a tenth of the time."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def packaged_yaml(name: str) -> Any:
    """What the file of this package says, `name` with its folder and ending. Raises FileNotFoundError."""
    text = (resources.files("prompts") / name).read_text(encoding="utf-8")
    return yaml.load(text, _LOADER)
