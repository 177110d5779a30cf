"""A whole deal with its redaction rules applied: artifacts, segments, people, paths, the account itself.

Runs after people and signatures were recognised (they need the words) and before chunks are cut, so that nothing stored,
embedded, indexed or shown holds what the rules take out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indexer.assemble import artifact_id, segment_id
from indexer.models import Account, Artifact, NotRead, Person, Segment
from indexer.redaction import Redaction


def shown_paths(redaction: Redaction, paths: Iterable[str]) -> dict[str, str]:
    """Every path as it may be shown; two that become the same get `~2` as repeated members do."""
    shown: dict[str, str] = {}
    used: dict[str, int] = {}
    for path in sorted(set(paths), key=str.encode):
        bare = redaction.text(path)
        used[bare] = used.get(bare, 0) + 1
        shown[path] = bare if used[bare] == 1 else f"{bare}~{used[bare]}"
    return shown


def _value(redaction: Redaction, value: Any, paths: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return paths.get(value) or redaction.text(value)
    if isinstance(value, dict):
        return {
            redaction.text(k): v if k == "type" else _value(redaction, v, paths)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_value(redaction, v, paths) for v in value]
    return value


def redacted_artifact(
    redaction: Redaction, paths: Mapping[str, str], artifact: Artifact, segments: Sequence[Segment]
) -> tuple[Artifact, list[Segment]]:
    """An artifact and its segments without what goes; offsets, ids and the text fit each other again.

    Matches are sought in the whole text: words that stand in two segments are found too.
    """
    matches = redaction.matches(artifact.text)
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    length, last = 0, 0
    for segment in segments:
        joiner = artifact.text[last : segment.start]
        text = redaction.part(artifact.text, segment.start, segment.end, matches)
        length += len(joiner)
        spans.append((length, length + len(text)))
        parts += (joiner, text)
        length, last = length + len(text), segment.end
    whole = "".join(parts)
    path = paths[artifact.path]
    held = artifact.model_dump(include={"title", "participants", "meta"})
    shown = _value(redaction, held, paths)
    new = Artifact.model_validate(
        artifact.model_dump()
        | shown
        | {"path": path, "text": whole, "id": artifact_id(path, whole)}
    )
    return new, [
        _segment(redaction, path, s, start, whole[start:end])
        for s, (start, end) in zip(segments, spans, strict=True)
    ]


def _segment(redaction: Redaction, path: str, segment: Segment, start: int, text: str) -> Segment:
    held = segment.model_dump(include={"locator", "speaker", "person"})
    return Segment.model_validate(
        segment.model_dump()
        | _value(redaction, held, {})
        | {
            "id": segment_id(path, start, text), "artifact": path,
            "text": text, "start": start, "end": start + len(text),
        }
    )  # fmt: skip


def redacted_people(redaction: Redaction, people: Iterable[Person]) -> list[Person]:
    """People with names, titles and addresses as they may be shown."""
    return [Person.model_validate(redaction.value(p.model_dump())) for p in people]


def redacted_account(redaction: Redaction, account: Account) -> Account:
    """The account's head as it may be shown."""
    return Account.model_validate(redaction.value(account.model_dump()))


def redacted_not_read(
    redaction: Redaction, paths: Mapping[str, str], not_read: Iterable[NotRead]
) -> list[NotRead]:
    """What was not read, its paths and reasons as they may be shown."""
    return [
        NotRead(path=paths.get(n.path) or redaction.text(n.path), why=redaction.text(n.why))
        for n in not_read
    ]
