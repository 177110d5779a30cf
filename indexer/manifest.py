"""`deal.yaml`: what a team may say about a deal folder, all of it optional.

account, vendor, own_domains, own_people, stage, close_date, kickoff_date, ae, csm, exclude,
related_accounts, kinds (path pattern -> kind), dates (path pattern -> date), read_private (direct
messages and one-to-one chats are read too).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.errors import InputError
from indexer.models import Kind

FILE = "deal.yaml"
MAX_BYTES = 256 << 10
MAX_BRACKETS = 2_000


class Manifest(BaseModel):
    """The parsed manifest. Unknown keys are kept out with a clear error, so typos show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str | None = None
    slug: str | None = None
    vendor: str | None = None
    stage: str | None = None
    own_domains: tuple[str, ...] = ()
    own_people: tuple[str, ...] = ()
    customer_domains: tuple[str, ...] = ()
    close_date: date | None = None
    kickoff_date: date | None = None
    ae: str | None = None
    csm: str | None = None
    exclude: tuple[str, ...] = ()
    related_accounts: tuple[str, ...] = ()
    kinds: dict[str, Kind] = {}
    dates: dict[str, date] = {}
    read_private: bool = False


def load_manifest(folder: Path) -> Manifest:
    """The folder's manifest, or an empty one. Raises InputError when the file is malformed."""
    path = folder / FILE
    if path.is_symlink() or not path.is_file():
        return Manifest()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"{FILE} is larger than {MAX_BYTES >> 10} KB. Correct it and index again."
            )
        text = path.read_text(encoding="utf-8")
        if text.count("[") + text.count("{") > MAX_BRACKETS:
            # The parser's time grows with the square of their depth.
            raise ValueError(f"more than {MAX_BRACKETS:,} brackets")
        content = yaml.safe_load(text) or {}
        return Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise InputError(f"{FILE}: {where}: {first['msg']}. Correct it and index again.") from error
    except (yaml.YAMLError, ValueError, RecursionError, OSError) as error:
        # ValueError: bytes that are no UTF-8, and days that no month has.
        why = " ".join(str(error).split())[:200]
        raise InputError(
            f"{FILE} is not readable YAML ({why}). Correct it and index again."
        ) from error
