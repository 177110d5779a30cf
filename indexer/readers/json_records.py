"""Any other JSON: what somebody said in it becomes turns or messages, everything else fields and rows.

For systems that have no reader of their own (recorders, chats, CRMs, help desks, usage exports). What
talk looks like is in `talk`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import (
    FieldLocator,
    RawArtifact,
    RawSegment,
    Reading,
    RowLocator,
)
from indexer.readers.base import Source, Sources
from indexer.readers.crm import plain
from indexer.readers.crm import words as in_words
from indexer.readers.exported import begins_like_json, dicts, documents
from indexer.readers.jira_markup import adf_text, is_adf
from indexer.readers.talk import artifact_of_talk, first, folded, is_talk, moment, text_of_talk
from indexer.readers.transcripts import date_in_name
from indexer.readers.usage import machine_rows

SUFFIXES = (".json", ".jsonl", ".ndjson")
_PLAIN = ("", ".txt", ".log")
MAX_VALUES = 100_000
MAX_DEPTH = 60
LONG_WORDS = 12
"""A value of more words stands alone; shorter ones stand together in a row."""
_TITLE = ("title", "subject", "topic", "name", "meeting_title", "channel")


@dataclass
class _Found:
    """What a walk through the file comes upon, in order."""

    talks: list[list[dict[str, Any]]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Entries of lists: the list's name and the entry's values by their paths."""


class JsonReader:
    """JSON of systems that are not known."""

    name = "Any other JSON"
    version = 2

    def recognises(self, source: Source) -> bool:
        if not begins_like_json(source.content):
            return False
        if source.suffix in SUFFIXES:
            return True
        if source.suffix not in _PLAIN:
            return False
        try:
            return any(
                isinstance(value, dict) or dicts(value) for value in documents(source.content)
            )
        except UnreadableFile:
            return False

    def read(self, source: Source, sources: Sources) -> Reading:
        values = documents(source.content)
        found = _Found()
        _walk("", values[0] if len(values) == 1 else values, found, 0)
        head = values[0] if len(values) == 1 and isinstance(values[0], dict) else {}
        talk = _talk(source, found, head) if found.talks else None
        rest = _artifact_of_rows(source, found, head, bool(talk))
        artifacts = tuple(one for one in (talk, rest) if one is not None)
        if not artifacts:
            raise UnreadableFile("no words in the file")
        return Reading(artifacts=artifacts)


def _walk(path: str, value: Any, found: _Found, depth: int) -> None:
    if depth > MAX_DEPTH or len(found.fields) + len(found.rows) > MAX_VALUES:
        raise UnreadableFile(f"more than {MAX_VALUES} values, or nested deeper than {MAX_DEPTH}")
    if is_adf(value):
        texts = adf_text(value).split("\n\n")
        found.fields += [(path, text) for text in texts if text]
    elif isinstance(value, dict):
        for name, inner in value.items():
            _walk(f"{path}.{name}" if path else name, inner, found, depth + 1)
    elif entries := dicts(value):
        if wrapped := _unwrapped(entries):
            for name, inner in wrapped.items():
                _walk(f"{path}.{name}" if path else name, inner, found, depth + 1)
            return
        if is_talk(entries):
            found.talks.append(entries)
            return
        for entry in entries:
            held = _Found()
            _walk("", entry, held, depth + 1)
            found.talks += held.talks
            found.rows.append((path or "entry", dict(held.fields)))
            found.rows += [(f"{path}.{name}" if path else name, row) for name, row in held.rows]
    elif text := plain(value):
        found.fields.append((path, text))


def _unwrapped(entries: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]] | None:
    """Entries that each hold their record under the name of its type (`{"type": "post", "post": {...}}`), by type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        kind = entry.get("type")
        inner = entry.get(kind) if isinstance(kind, str) else None
        if isinstance(inner, dict) and len(entry) == 2:
            found.setdefault(str(kind), []).append(inner)
        else:
            found.setdefault("entry", []).append(entry)
    wrapped = len(entries) - len(found.get("entry", ()))
    return found if wrapped * 5 >= len(entries) * 4 else None


def _squeezed(texts: Iterable[str]) -> str:
    return re.sub(r"\W+", "", " ".join(texts)).casefold()


def _talk(source: Source, found: _Found, head: dict[str, Any]) -> RawArtifact | None:
    """The file's talk. What says the same words again (each word with its time, all in one text) goes."""
    seen: set[str] = set()
    entries: list[dict[str, Any]] = []
    for talk in found.talks:
        squeezed = _squeezed(map(text_of_talk, talk))
        entries += [] if squeezed in seen else talk
        seen.add(squeezed)
    found.fields = [(name, text) for name, text in found.fields if _squeezed([text]) not in seen]
    known = _accounts(row for _, row in found.rows)
    if known:
        entries = [{k: known.get(v, v) if isinstance(v, str) else v for k, v in e.items()} for e in entries]  # fmt: skip
    return artifact_of_talk(source.path, "json", _title(head), moment(folded(head)), entries)


def _accounts(rows: Iterable[dict[str, str]]) -> dict[str, str]:
    """Full names by the account names that an export lists them under; what it lists is a person where it gives a mail address."""
    found = {}
    for row in map(folded, rows):
        account, full = (
            row.get("username"),
            first(row, ("realname", "fullname", "displayname", "name")),
        )
        full = full or " ".join(filter(None, (row.get("firstname"), row.get("lastname"))))
        if account and full and row.get("email"):
            found[account] = full
    return found


def _title(head: dict[str, Any]) -> str:
    title = first(folded(head), _TITLE)
    return title.strip()[:120] if isinstance(title, str) else ""


def _artifact_of_rows(
    source: Source, found: _Found, head: dict[str, Any], beside: bool
) -> RawArtifact | None:
    at = moment(folded(head)) or date_in_name(source.path)
    parts = (*_field_segments(found.fields, at), *_row_segments(found.rows))
    if not parts:
        return None
    bulk = machine_rows([row for _, row in found.rows])
    return RawArtifact(
        path=f"{source.path}!/fields" if beside else source.path,
        kind="sheet",
        system="json",
        title=_title(head) or source.path.rsplit("/", 1)[-1],
        date=at,
        segments=parts,
        meta={"bulk": "true"} if bulk else {},
    )


def _field_segments(
    fields: Iterable[tuple[str, str]], at: datetime | date | None
) -> Iterator[RawSegment]:
    for name, text in fields:
        locator = FieldLocator(object="file", name=name, label=in_words(name))
        shown = f"{name}: {text}" if name else text
        yield RawSegment(text=shown, locator=locator, at=at, role="field")


def _row_segments(rows: Iterable[tuple[str, dict[str, str]]]) -> Iterator[RawSegment]:
    """The short values of an entry in one row, each long one by itself below it."""
    for number, (kind, values) in enumerate(rows, 1):
        at = moment(folded(values))
        label = f"{in_words(kind)} {number}"
        long = {n: v for n, v in values.items() if len(v.split()) > LONG_WORDS or "\n" in v}
        short = ", ".join(f"{name}: {text}" for name, text in values.items() if name not in long)
        if short:
            locator = RowLocator(row=number, label=label)
            yield RawSegment(text=short, locator=locator, at=at, role="row")
        for name, text in long.items():
            place = RowLocator(row=number, column=name, label=f"{label}, {in_words(name)}")
            yield RawSegment(text=f"{name}: {text}", locator=place, at=at, role="field")


reader = JsonReader()
