"""From what readers found to what the record holds: text, offsets, ids, people, sides, authority.

The extracted text of an artifact is its segments joined as the readers say; here is the only place
where offsets come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from indexer.authority import artifact_rung
from indexer.execution import execution_of, looks_like_contract, named_by_completion
from indexer.manifest import Manifest
from indexer.models import Artifact, Execution, Kind, RawArtifact, Segment, Side
from indexer.names import bare_name
from indexer.people import Human, People


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def artifact_id(path: str, text: str) -> str:
    """Id of an artifact: hash of its path and text."""
    return _digest(path, text)


def segment_id(path: str, start: int, text: str) -> str:
    """Id of a segment: hash of its place and text."""
    return _digest(path, str(start), text)


def _execution(
    artifact: RawArtifact, kind: Kind, text: str, mails: Sequence[RawArtifact]
) -> Execution:
    if kind != "contract":
        return "not_applicable"
    found = execution_of(text)
    if found != "executed" and found != "draft" and named_by_completion(artifact, mails):
        return "executed"
    return found


def _kind(artifact: RawArtifact, manifest: Manifest, text: str) -> Kind:
    if given := manifest.kind_of(artifact.path):
        return given
    if (
        artifact.kind == "document"
        and looks_like_contract(artifact.title, text)
        and execution_of(text) != "unsigned"
    ):
        return "contract"
    return artifact.kind


def _text_and_spans(artifact: RawArtifact) -> tuple[str, list[tuple[int, int]]]:
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    length = 0
    for i, segment in enumerate(artifact.segments):
        if i:
            out.append(segment.joiner_before)
            length += 1
        spans.append((length, length + len(segment.text)))
        out.append(segment.text)
        length += len(segment.text)
    return "".join(out), spans


def _segment_side(
    human: Human | None, stated: Side | None, speaker: str | None, kind: Kind
) -> Side:
    if human is not None and (human.side != "unknown" or human.undecided):
        return human.side
    if stated is not None:
        return stated
    if speaker is None and kind == "note":
        return "vendor"
    return "unknown"


def assemble(
    raw: RawArtifact, people: People, manifest: Manifest, mails: Sequence[RawArtifact]
) -> tuple[Artifact, list[Segment]]:
    """The artifact with its extracted text, and its segments with offsets, sides and persons."""
    text, spans = _text_and_spans(raw)
    kind = _kind(raw, manifest, text)
    execution = _execution(raw, kind, text, mails)
    dated = manifest.date_of(raw.path) or raw.date
    summary = raw.meta.get("summary") == "true"
    artifact = Artifact(
        id=artifact_id(raw.path, text), path=raw.path, kind=kind, system=raw.system, title=raw.title,
        date=dated, participants=raw.participants, execution=execution, meta=raw.meta, text=text,
        authority=artifact_rung(kind, execution, raw.title, text, summary),
    )  # fmt: skip
    segments = []
    for i, (segment, (start, end)) in enumerate(zip(raw.segments, spans, strict=True)):
        human = people.find(segment.speaker, segment.speaker_id, raw.path, raw.system)
        if not segment.speaker:
            human = None
        segments.append(
            Segment(
                id=segment_id(raw.path, start, segment.text),
                artifact=raw.path,
                ordinal=i,
                text=segment.text,
                start=start,
                end=end,
                locator=segment.locator,
                speaker=bare_name(segment.speaker) if segment.speaker else None,
                person=human.name if human else None,
                side=_segment_side(human, segment.side, segment.speaker, kind),
                at=segment.at or dated,
                role=segment.role,
            )
        )
    return artifact, segments
