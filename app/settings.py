"""`settings.yaml` in the home folder: what a user sets once. A file that is not there sets nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import ValidationError

from agent.llm.settings import ModelSettings
from indexer.errors import InputError
from indexer.models import Frozen

FILE = "settings.yaml"


class Settings(Frozen):
    """All settings of a home folder."""

    model: ModelSettings = ModelSettings.model_validate({})
    reranker: Path | None = None
    """Folder of a cross-encoder that puts a search's first results in order; none by default."""
    embed_path: Literal["auto", "onnx", "bfloat16", "cuda", "mps"] = "auto"
    """How many texts are embedded at once: `auto` measures this machine at first need."""


def load_settings(home: Path) -> Settings:
    """The settings of a home folder. Raises InputError with the line or the key that is wrong."""
    file = home / FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} can't be read ({error}). Correct it or remove it.") from error
    try:
        return Settings.model_validate(yaml.safe_load(text) or {})
    except yaml.YAMLError as error:
        raise InputError(
            f"{file} is no YAML: {' '.join(str(error).split())}. Correct it."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file}: {where}: {first['msg']}. Correct it.") from error
