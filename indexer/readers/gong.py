"""Owns Gong's API files: `/v2/calls/transcript` and `/v2/calls` or `/v2/calls/extensive`.

The transcript names nobody; people, title and date come from a calls file anywhere in the deal.
Sentence times are milliseconds. Call ids go beyond 64 bits and stay strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, RawArtifact, RawSegment, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.gong_calls import Call, calls_in, facts, people, summary, users
from indexer.readers.text import parse_json
from indexer.readers.transcripts import Piece, Voice, seconds, segments, turns


class GongReader:
    """Gong calls and transcripts."""

    name = "Gong API JSON"
    version = 2

    def recognises(self, source: Source) -> bool:
        return _has_transcripts(source) or _has_calls(source)

    def read(self, source: Source, sources: Sources) -> Reading:
        data = _load(source)
        artifacts: list[RawArtifact] = []
        not_read = list(_missing_pages(source, data))
        if "callTranscripts" in data:
            known = _all_calls(sources, source)
            for entry in _dicts(data["callTranscripts"]):
                artifact = _transcript(source.path, entry, known)
                if artifact.segments:
                    artifacts.append(artifact)
                else:
                    not_read.append(NotRead(path=artifact.path, why="the transcript is empty"))
        calls = calls_in(data)
        if calls:
            with_words = _transcribed(sources, source)
            users_by_id = users(calls)
            for call in calls:
                # One file can hold both halves; the paths must still differ.
                both = "/summary" if "callTranscripts" in data else ""
                artifacts.extend(summary(f"{source.path}!/{call.id}{both}", call, users_by_id))
                if call.id not in with_words:
                    why = "no transcript of this call is among the files"
                    not_read.append(NotRead(path=f"{source.path}!/{call.id}", why=why))
        return Reading(
            artifacts=tuple(artifacts),
            not_read=tuple(not_read),
            people=people(calls),
            facts=facts(calls),
        )


def _has_transcripts(source: Source) -> bool:
    return source.suffix == ".json" and b'"callTranscripts"' in source.content


def _has_calls(source: Source) -> bool:
    content = source.content
    return (
        source.suffix == ".json"
        and b'"calls"' in content
        and (b'"metaData"' in content or b'"parties"' in content or b'"speakerId"' in content)
    )


def _load(source: Source) -> Mapping[str, Any]:
    data = parse_json(source.content)
    if not isinstance(data, dict):
        raise UnreadableFile("not an answer of Gong's API")
    return data


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _missing_pages(source: Source, data: Mapping[str, Any]) -> Iterator[NotRead]:
    records = data.get("records")
    if isinstance(records, dict) and records.get("cursor"):
        here = len(data.get("callTranscripts") or data.get("calls") or ())
        why = f"further pages exist: {records.get('totalRecords', '?')} expected, {here} here"
        yield NotRead(path=source.path, why=why)


def _others(sources: Sources, source: Source) -> Iterator[Source]:
    yield source
    for path in sources.paths():
        other = sources.get(path) if path != source.path else None
        if other is not None:
            yield other


def _all_calls(sources: Sources, source: Source) -> dict[str, Call]:
    """Calls of all calls files; the entry with most people wins."""
    found: dict[str, Call] = {}
    for other in _others(sources, source):
        if _has_calls(other):
            for call in _calls_of(other):
                if call.id not in found or len(call.parties) > len(found[call.id].parties):
                    found[call.id] = call
    return found


def _calls_of(source: Source) -> tuple[Call, ...]:
    try:
        return calls_in(_load(source))
    except UnreadableFile:
        # The damaged file is reported when its own turn comes.
        return ()


def _transcribed(sources: Sources, source: Source) -> set[str]:
    found: set[str] = set()
    for other in _others(sources, source):
        if _has_transcripts(other):
            try:
                data = _load(other)
            except UnreadableFile:
                continue
            entries = _dicts(data.get("callTranscripts"))
            found.update(str(entry.get("callId")) for entry in entries)
    return found


def _transcript(path: str, entry: Mapping[str, Any], known: Mapping[str, Call]) -> RawArtifact:
    call_id = str(entry.get("callId", ""))
    call = known.get(call_id) or Call(id=call_id, title=f"Gong call {call_id}")
    found: list[RawSegment] = []
    strangers: dict[str, str] = {}
    unit = _unit(entry, call)
    for monologue in _dicts(entry.get("transcript")):
        speaker_id = str(monologue.get("speakerId") or "")
        party = call.speaker(speaker_id)
        if party is not None:
            voices = {party.name: Voice(party.email or party.system_id, party.side)}
            name = party.name
        else:
            name = strangers.setdefault(speaker_id, f"Unknown speaker {len(strangers) + 1}")
            voices = {name: Voice(speaker_id or None)}
        pieces = [_piece(item, name, unit) for item in _dicts(monologue.get("sentences"))]
        found.extend(segments(turns(pieces), call.started, voices))
    meta = {"call_id": call_id} | ({"url": call.url} if call.url else {})
    return RawArtifact(
        path=f"{path}!/{call_id}",
        kind="call",
        system="gong",
        title=call.title,
        date=call.started,
        participants=call.participants,
        segments=tuple(found),
        meta=meta,
    )


def _unit(entry: Mapping[str, Any], call: Call) -> float:
    """1000 for milliseconds; 1 for converted files, whose last time lies within the call."""
    ends = [
        _number(item.get("end")) or 0.0
        for monologue in _dicts(entry.get("transcript"))
        for item in _dicts(monologue.get("sentences"))
    ]
    longest = max(ends, default=0.0)
    return 1.0 if call.duration and 0 < longest <= call.duration * 1.5 else 1000.0


def _number(value: object) -> float | None:
    """A time as number or digits; it may be milliseconds, so no limit is set here."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _piece(sentence: Mapping[str, Any], name: str, unit: float) -> Piece:
    start, end = _number(sentence.get("start")), _number(sentence.get("end"))
    return Piece(
        text=str(sentence.get("text") or "").strip(),
        start=seconds(start / unit) if start is not None else None,
        end=seconds(end / unit) if end is not None else None,
        speaker=name,
    )


reader = GongReader()
