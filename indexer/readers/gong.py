"""Owns Gong's API files: `/v2/calls/transcript` and `/v2/calls` or `/v2/calls/extensive`.

The transcript names nobody; people, title and date come from a calls file anywhere in the deal.
Sentence times are milliseconds. Call ids go beyond 64 bits and stay strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from indexer.errors import UnreadableFile
from indexer.models import NotRead, RawArtifact, RawSegment, Reading
from indexer.readers.base import Source, Sources
from indexer.readers.exported import answers, dicts, recognised
from indexer.readers.gong_calls import Call, calls_in, facts, people, summary, users
from indexer.readers.transcripts import Piece, Voice, seconds, segments, turns

_MARKS = (("callTranscripts",), ("callId", "transcript"), ("calls",), ("metaData", "parties"))
_OF_A_CALL = frozenset({"metaData", "parties", "started", "scheduled", "duration"})


class GongReader:
    """Gong calls and transcripts."""

    name = "Gong API JSON"
    version = 3

    def recognises(self, source: Source) -> bool:
        return recognised(source, _MARKS, _fits)

    def read(self, source: Source, sources: Sources) -> Reading:
        found = answers(source.content, _fits)
        spoken = [entry for answer in found.values for entry in _transcripts(answer)]
        calls = calls_in([call for answer in found.values for call in _calls(answer)])
        artifacts: list[RawArtifact] = []
        not_read = [*found.not_read(source.path), *_missing_pages(source, found.values)]
        known = _all_calls(sources, source) if spoken else {}
        for entry in spoken:
            artifact = _transcript(source.path, entry, known)
            if artifact.segments:
                artifacts.append(artifact)
            else:
                not_read.append(NotRead(path=artifact.path, why="the transcript is empty"))
        with_words = _transcribed(sources, source) if calls else set()
        users_by_id = users(calls)
        for call in calls:
            # One file can hold both halves; the paths must still differ.
            both = "/summary" if spoken else ""
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


def _is_transcript(value: object) -> bool:
    return (
        isinstance(value, dict)
        and "callId" in value
        and any("sentences" in each for each in dicts(value.get("transcript"))[:1])
    )


def _is_call(value: object) -> bool:
    return (
        isinstance(value, dict)
        and bool(_OF_A_CALL & set(value))
        and ("id" in value or "callId" in value or isinstance(value.get("metaData"), dict))
    )


def _fits(value: object) -> bool:
    """True for an answer of the API; for one call or transcript only where nothing else is."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("callTranscripts"), list):
        return True
    if any(map(_is_call, dicts(value.get("calls"))[:1])):
        return True
    return _is_transcript(value) or _stands_alone(value)


def _stands_alone(value: Mapping[str, Any]) -> bool:
    """True for a call that no list holds: its parties must look like Gong's."""
    parties = dicts(value.get("parties"))
    gongs = any({"speakerId", "affiliation"} & set(party) for party in parties)
    return _is_call(value) and (gongs or (bool(parties) and "metaData" in value))


def _transcripts(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = dicts(answer.get("callTranscripts"))
    return listed or ([dict(answer)] if _is_transcript(answer) else [])


def _calls(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = dicts(answer.get("calls"))
    return listed or ([dict(answer)] if _stands_alone(answer) else [])


def _missing_pages(source: Source, given: Sequence[Mapping[str, Any]]) -> Iterator[NotRead]:
    """The last of the file's pages says whether there are more."""
    last = given[-1] if given else {}
    records = last.get("records")
    if isinstance(records, dict) and records.get("cursor"):
        here = sum(len(_transcripts(answer)) or len(_calls(answer)) for answer in given)
        why = f"further pages exist: {records.get('totalRecords', '?')} expected, {here} here"
        yield NotRead(path=source.path, why=why)


def _answers(sources: Sources, source: Source) -> Iterator[Mapping[str, Any]]:
    """Gong's answers in all files of the deal."""
    for path in (source.path, *(path for path in sources.paths() if path != source.path)):
        other = source if path == source.path else sources.get(path)
        if other is not None and reader.recognises(other):
            # A damaged file is reported when its own turn comes.
            with suppress(UnreadableFile):
                yield from answers(other.content, _fits).values


def _all_calls(sources: Sources, source: Source) -> dict[str, Call]:
    """Calls of all calls files; the entry with most people wins."""
    found: dict[str, Call] = {}
    for answer in _answers(sources, source):
        for call in calls_in(_calls(answer)):
            if call.id not in found or len(call.parties) > len(found[call.id].parties):
                found[call.id] = call
    return found


def _transcribed(sources: Sources, source: Source) -> set[str]:
    """Ids of the calls whose words are among the files."""
    given = _answers(sources, source)
    return {str(entry.get("callId")) for answer in given for entry in _transcripts(answer)}


def _transcript(path: str, entry: Mapping[str, Any], known: Mapping[str, Call]) -> RawArtifact:
    call_id = str(entry.get("callId", ""))
    call = known.get(call_id) or Call(id=call_id, title=f"Gong call {call_id}")
    found: list[RawSegment] = []
    strangers: dict[str, str] = {}
    unit = _unit(entry, call)
    for monologue in dicts(entry.get("transcript")):
        speaker_id = str(monologue.get("speakerId") or "")
        party = call.speaker(speaker_id)
        if party is not None:
            voices = {party.name: Voice(party.email or party.system_id, party.side)}
            name = party.name
        else:
            name = strangers.setdefault(speaker_id, f"Unknown speaker {len(strangers) + 1}")
            voices = {name: Voice(speaker_id or None)}
        pieces = [_piece(item, name, unit) for item in dicts(monologue.get("sentences"))]
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
        for monologue in dicts(entry.get("transcript"))
        for item in dicts(monologue.get("sentences"))
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
