"""Owns the published JSON schema of a brief; `schema.json` beside this file is what it returns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from review.models import Brief

SCHEMA_FILE = Path(__file__).with_name("schema.json")


def brief_schema() -> dict[str, Any]:
    """The schema of what `--format json` writes."""
    schema = Brief.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(brief_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
