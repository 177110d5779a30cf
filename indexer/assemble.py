"""From what readers found to what the record holds: text, offsets, ids, people, sides, authority.

The extracted text of an artifact is its segments joined as the readers say; here is the only place
where offsets come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from indexer.accepted import Beside, certified_by, is_certificate, ordered_by
from indexer.authority import artifact_rung
from indexer.execution import (
    Signing,
    belongs_to,
    execution_of,
    looks_like_contract,
    made_part_by,
    named_by_completion,
    numbers_of,
)
from indexer.humans import Human
from indexer.manifest import Manifest
from indexer.models import Artifact, Kind, RawArtifact, Segment, Side
from indexer.names import bare_name
from indexer.people import People
from indexer.signatures import signatures_in

Executed = Sequence[tuple[str, str]]
"""Path and text of papers that are executed by themselves or by their completion."""
NOTHING_BESIDE = Beside()
PAPERS = ("contract", "document", "proposal", "note", "sheet")
"""What may turn out to be a signed paper."""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def artifact_id(path: str, text: str) -> str:
    """Id of an artifact: hash of its path and text."""
    return _digest(path, text)


def segment_id(path: str, start: int, text: str) -> str:
    """Id of a segment: hash of its place and text."""
    return _digest(path, str(start), text)


def _signing(
    artifact: RawArtifact,
    kind: Kind,
    text: str,
    mails: Sequence[RawArtifact],
    executed: Executed,
    beside: Beside,
) -> Signing:
    """Whether a paper is executed, by itself, by what stands beside it, or as part of an executed paper."""
    if kind != "contract":
        return Signing("not_applicable", "")
    found = execution_of(_to_sign(artifact, text))
    if found.state in ("executed", "draft"):
        return found
    if mail := named_by_completion(artifact, mails):
        return Signing("executed", f"{mail} says that its signing is completed", found.day)
    if paper := certified_by(artifact, beside.certificates):
        return Signing("executed", f"{paper} certifies that its signing is completed", found.day)
    if paper := ordered_by(artifact, beside):
        return Signing("executed", f"the customer accepts it in {paper}", found.day)
    bare = found.state == "unsigned" and not signatures_in(text).slots
    if bare and (
        paper := made_part_by(numbers_of(artifact), executed, f"{artifact.title} {text[:200]}")
    ):
        return Signing("executed", f"{paper}, which is executed, makes it part of itself")
    if bare and (paper := belongs_to(text, executed)):
        why = f"it says that it belongs to {paper}, which is executed, and has no place to sign"
        return Signing("executed", why)
    return found


def executed_papers(
    artifacts: Sequence[RawArtifact],
    mails: Sequence[RawArtifact] = (),
    beside: Beside = NOTHING_BESIDE,
) -> list[tuple[str, str]]:
    """Path and text of every paper that is executed by its own text, or by what tells that all have signed."""
    papers = [a for a in artifacts if a.kind in PAPERS]
    texts = [(a, _text_and_spans(a)[0]) for a in papers]
    return [
        (a.path, text)
        for a, text in texts
        if not is_certificate(text)
        and (
            (
                _paper_kind(a, text, beside) == "contract"
                and execution_of(_to_sign(a, text)).state == "executed"
            )
            or (a.kind == "contract" and named_by_completion(a, mails))
            or certified_by(a, beside.certificates)
            or ordered_by(a, beside)
        )
    ]


def _kind(artifact: RawArtifact, manifest: Manifest, text: str, beside: Beside) -> Kind:
    return manifest.kind_of(artifact.path) or _paper_kind(artifact, text, beside)


def _paper_kind(artifact: RawArtifact, text: str, beside: Beside) -> Kind:
    """Contract for whatever is signed by both, or made good from outside; a certificate alone is none."""
    if artifact.kind not in PAPERS or any(s.speaker for s in artifact.segments):
        return artifact.kind
    if is_certificate(text):
        return "document"
    if certified_by(artifact, beside.certificates) or ordered_by(artifact, beside):
        return "contract"
    state = execution_of(_to_sign(artifact, text)).state
    called = artifact.kind in ("document", "note") and looks_like_contract(artifact.title, text)
    if state == "executed" or (called and state != "unsigned"):
        return "contract"
    return artifact.kind


def _to_sign(artifact: RawArtifact, text: str) -> str:
    """The text as signatures are looked for: of a sheet without the heads of columns before its cells."""
    if artifact.kind != "sheet":
        return text
    heads: set[str] = set()
    lines = []
    for line in text.split("\n"):
        cells = [c.partition(": ") for c in line.split("\t")]
        lines.append(
            "\t".join(
                tail if head in heads and tail else head + colon + tail
                for head, colon, tail in cells
            )
        )
        heads |= {"".join(c) for c in cells}
    return "\n".join(lines)


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


def _attached_to(raw: RawArtifact, mails: Sequence[RawArtifact]) -> dict[str, str]:
    """The link from a file to the mail that it came with."""
    carrier = raw.path.rpartition("!/")[0]
    return {"attachment_of": carrier} if any(mail.path == carrier for mail in mails) else {}


def assemble(
    raw: RawArtifact,
    people: People,
    manifest: Manifest,
    mails: Sequence[RawArtifact] = (),
    executed: Executed = (),
    beside: Beside = NOTHING_BESIDE,
) -> tuple[Artifact, list[Segment]]:
    """The artifact with its extracted text, and its segments with offsets, sides and persons."""
    text, spans = _text_and_spans(raw)
    kind = _kind(raw, manifest, text, beside)
    signing = _signing(raw, kind, text, mails, executed, beside)
    dated = manifest.date_of(raw.path) or raw.date or signing.day
    meta = (
        raw.meta
        | _attached_to(raw, mails)
        | ({"execution_why": signing.why} if signing.why else {})
    )
    summary = raw.meta.get("summary") == "true"
    artifact = Artifact(
        id=artifact_id(raw.path, text), path=raw.path, kind=kind, system=raw.system, title=raw.title,
        date=dated, participants=raw.participants, execution=signing.state, meta=meta, text=text,
        authority=artifact_rung(kind, signing.state, raw.title, text, summary),
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
