"""`deal.yaml`: what a team may say about a deal folder, all of it optional.

Its keys are described for people in `docs/deal-yaml.md`. Nothing here reads the deal's other files; what the rules do is
known where they apply.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
)

from indexer.child import Child, ChildLost
from indexer.errors import InputError
from indexer.models import Kind
from indexer.redaction import Rule
from indexer.yaml_lines import MAX_BYTES, LinedYaml, read_yaml

FILE = "deal.yaml"
FILES = (FILE, "deal.yml")
OUTDATED_AFTER_DAYS = 180
ZIP_WORKER = "indexer.zipped_manifest"
ZIP_S = 30.0
"""Seconds that the manifest may take to come out of a ZIP."""


class Manifest(BaseModel):
    """The parsed manifest. Unknown keys are kept out with a clear error, so typos show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str | None = None
    slug: str | None = None
    vendor: str | None = None
    stage: str | None = None
    own_domains: tuple[str, ...] = ()
    own_people: tuple[str, ...] = ()
    """Names or mail addresses."""
    customer_domains: tuple[str, ...] = ()
    customer_people: tuple[str, ...] = ()
    close_date: date | None = None
    kickoff_date: date | None = None
    ae: str | None = None
    csm: str | None = None
    exclude: tuple[str, ...] = ()
    related_accounts: tuple[str, ...] = ()
    kinds: dict[str, Kind] = {}
    dates: dict[str, date] = {}
    redact: tuple[Rule, ...] = ()
    direct_messages: bool = Field(
        default=False, validation_alias=AliasChoices("direct_messages", "read_private")
    )
    outdated_after_days: int = Field(default=OUTDATED_AFTER_DAYS, ge=1)
    outdated_before: date | None = None
    _source: LinedYaml | None = PrivateAttr(default=None)

    @field_validator("own_domains", "customer_domains")
    @classmethod
    def _are_domains(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if "." not in value or "@" in value or "/" in value or " " in value:
                raise ValueError(f"{value!r} is no domain such as acme.com")
        return tuple(value.lower() for value in values)

    @field_validator("redact", mode="before")
    @classmethod
    def _rules_from_words(cls, value: Any) -> Any:
        """A bare string is a literal."""
        return (
            [{"literal": v} if isinstance(v, str) else v for v in value]
            if isinstance(value, list)
            else value
        )

    @property
    def read_private(self) -> bool:
        """True if conversations between two people may be read."""
        return self.direct_messages

    def kind_of(self, path: str) -> Kind | None:
        """The kind that the manifest gives an artifact; of several patterns the last decides."""
        return next(
            (kind for p, kind in reversed(self.kinds.items()) if path_matches(path, p)), None
        )

    def date_of(self, path: str) -> date | None:
        """The date that the manifest gives an artifact; of several patterns the last decides."""
        return next((day for p, day in reversed(self.dates.items()) if path_matches(path, p)), None)

    def check_globs(self, key: str, paths: Iterable[str]) -> None:
        """Raise InputError for a pattern of `kinds` or `dates` that none of `paths` matches."""
        known = list(paths)
        patterns = getattr(self, key)
        self.check_patterns(key, {p for p in patterns if any(path_matches(k, p) for k in known)})

    def check_patterns(self, key: str, met: Collection[str]) -> None:
        """Raise InputError for a pattern of `exclude`, `kinds` or `dates` that is not among those which met a path."""
        for number, pattern in enumerate(getattr(self, key)):
            if pattern not in met:
                where: tuple[str | int, ...] = (key, number if key == "exclude" else pattern)
                raise (self._source or LinedYaml(FILE, {}, {})).fault(
                    where, f"{pattern!r} matches no file of this deal"
                )


def path_matches(path: str, pattern: str) -> bool:
    """True if a pattern means the path: `notes/*`, `**/*.pdf`, `private/`, or a file's name anywhere.

    What is inside a container is meant with it: `box.mbox` means `box.mbox!/...` too.
    """
    outer = path.split("!/", 1)[0]
    bare = pattern.removeprefix("./")
    if bare.endswith("/"):
        return path.startswith(bare) or f"/{bare}" in f"/{path}"
    for shown in {path, outer}:
        if fnmatch.fnmatchcase(shown, bare) or (
            bare.startswith("**/") and fnmatch.fnmatchcase(shown, bare[3:])
        ):
            return True
        if "/" not in bare and fnmatch.fnmatchcase(shown.rsplit("/", 1)[-1], bare):
            return True
    return False


def load_manifest(root: Path) -> Manifest:
    """The manifest of a deal folder or ZIP, or an empty one. Raises InputError when it is malformed."""
    held = _in_zip(root.resolve()) if root.is_file() else _in_folder(root)
    if held is None:
        return Manifest()
    source = read_yaml(held[1], held[0])
    try:
        manifest = Manifest.model_validate(source.content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]["loc"]
        keys = [*Manifest.model_fields, *(Rule.model_fields if first[:1] == ("redact",) else ())]
        raise source.invalid(error, keys) from error
    manifest._source = source
    return manifest


def _in_folder(folder: Path) -> tuple[str, bytes] | None:
    """The manifest's name and bytes. A link is none: what it leads to is not the deal's."""
    for name in FILES:
        path = folder / name
        if path.is_symlink() or not path.is_file():
            continue
        try:
            with path.open("rb") as stream:
                return name, stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise InputError(
                f"{name} can't be opened: {error.strerror}. Correct its permissions and index again."
            ) from error
    return None


def _in_zip(path: Path) -> tuple[str, bytes] | None:
    """The manifest at the top of a ZIP, or in its only top folder; a child takes it out."""
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":
            return None
    try:
        with Child(ZIP_WORKER, {"zip": str(path), "names": FILES, "limit": MAX_BYTES + 1}, ZIP_S, ZIP_S) as child:  # fmt: skip
            said = json.loads(child.line())
    except ChildLost as error:
        raise InputError(f"{path.name} {error}. Unpack it and index the folder.") from error
    if why := said.get("why"):
        raise InputError(
            f"{FILE} inside {path.name} can't be read: {why}. Pack it anew and index again."
        )
    return (said["name"], said["content"].encode("latin-1")) if "name" in said else None
