"""Recognises what stands in a deal twice, so that it is cited once: exports repeated, mails in two files, transcripts in two formats.

Nothing is dropped that says more than its twin. Of equals the first path in byte order stays. A forwarded mail stays, but what
it repeats of a mail that is there counts as quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from indexer.days import day_of
from indexer.models import RawArtifact, RawSegment
from indexer.names import is_generic

RUN = 5
"""Words in a run that two transcripts are compared by."""
ALIKE = 0.9
"""Share of its words that a transcript must find in its twin, in runs."""
LEFT_OVER = 5
"""Words in a row that a twin may lack: recorders hear differently."""
LONG_ENOUGH = 12
"""Words from which equal texts are one text, not two people who say the same."""

_WORD = re.compile(r"\w+(?:['’.,:/-]\w+)*")
_FORWARD = re.compile(r"^\s*(?:fwd?|wg|tr|rv|enc|i|weitergeleitet)\s*:", re.I)
_FORWARD_MARK = re.compile(
    r"forwarded message|begin forwarded|weitergeleitete nachricht|message transféré|mensaje reenviado",
    re.I,
)
_WEIGHTY = re.compile(
    r"\d|^(?:not|no|never|none|nicht|kein\w*|nie|cannot|\w+n['’]t|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|\w+teen|\w+ty|hundred|thousand|million|half|quarter|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|\w+zig|hundert)$"
)
_BY_SEGMENT = ("crm", "sheet", "ticket", "chat", "usage", "invite")


@dataclass(frozen=True)
class _Text:
    """An artifact's words, ready to be compared."""

    artifact: RawArtifact

    @cached_property
    def pieces(self) -> frozenset[str]:
        """What must all stand in a twin: whole segments of records, runs of three words of prose."""
        if self.artifact.kind in _BY_SEGMENT:
            return frozenset(" ".join(_words(s.text)) for s in self.artifact.segments) - {""}
        return frozenset(_runs(self.words, 3))

    @cached_property
    def words(self) -> list[str]:
        return [w for s in self.artifact.segments for w in _words(s.text)]

    @cached_property
    def whole(self) -> str:
        return " ".join(self.words)

    @cached_property
    def runs(self) -> frozenset[str]:
        return frozenset(_runs(self.words, RUN))

    @cached_property
    def voices(self) -> int:
        """How many speakers it names."""
        return len(
            {s.speaker for s in self.artifact.segments if s.speaker and not is_generic(s.speaker)}
        )


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _runs(words: Sequence[str], size: int) -> Iterable[str]:
    if len(words) < size:
        return [" ".join(words)] if words else []
    return (" ".join(words[i : i + size]) for i in range(len(words) - size + 1))


def _native_keys(artifact: RawArtifact) -> list[str]:
    """What its system calls the thing: equal keys in two files are two exports of one record."""
    meta = artifact.meta
    kinds = {
        name: meta[name] for name in ("message_id", "call_id", "ticket_id", "uid") if meta.get(name)
    }
    if meta.get("record_id"):
        kinds["record_id"] = f"{meta.get('record_type', '')}:{meta['record_id']}"
    if artifact.kind == "chat" and meta.get("channel") and artifact.date:
        kinds["channel"] = f"{meta['channel']}:{str(artifact.date)[:10]}"
    return [
        f"{artifact.system if n != 'message_id' else ''}|{artifact.kind}|{n}|{v}"
        for n, v in kinds.items()
    ]


def _says_no_more(a: _Text, b: _Text) -> bool:
    """True if `a` holds everything that `b` says."""
    return b.pieces <= a.pieces


def _heard_the_same(a: _Text, b: _Text) -> bool:
    """True if what transcript `b` says stands in `a` too, but for what recorders hear differently.

    A number or a negation is never heard differently: then both stay.
    """
    if _share_covered(a, b) < ALIKE:
        return False
    for what, i, j, k, m in SequenceMatcher(None, a.words, b.words).get_opcodes():
        lacking, added = a.words[i:j], b.words[k:m]
        if what == "equal" or (not added and len(lacking) > LEFT_OVER):
            continue
        if len(added) > LEFT_OVER or any(map(_WEIGHTY.search, (*lacking, *added))):
            return False
    return True


def _share_covered(a: _Text, b: _Text) -> float:
    """The share of `b`'s words that stand in runs of words which `a` has too."""
    covered = [False] * len(b.words)
    for i in range(len(b.words) - RUN + 1):
        if " ".join(b.words[i : i + RUN]) in a.runs:
            covered[i : i + RUN] = [True] * RUN
    return sum(covered) / len(covered) if covered else 0.0


def _same_time(a: RawArtifact, b: RawArtifact) -> bool:
    first, second = day_of(a.date), day_of(b.date)
    return first is None or second is None or abs((first - second).days) <= 1


def drop_duplicates(
    artifacts: Iterable[RawArtifact],
) -> tuple[list[RawArtifact], list[tuple[str, str]]]:
    """The artifacts that are cited, and (copy, of what) for those that are not."""
    texts = [_Text(a) for a in sorted(artifacts, key=lambda a: a.path.encode("utf-8", "replace"))]
    copies: dict[str, str] = {}
    groups: dict[str, list[_Text]] = {}
    for text in texts:
        keys = _native_keys(text.artifact)
        if len(text.words) >= LONG_ENOUGH:
            keys.append(f"{text.artifact.kind}|text|{text.whole}")
        for key in keys:
            groups.setdefault(key, []).append(text)
    for group in groups.values():
        _drop(group, _says_no_more, copies)
    calls = [t for t in texts if t.artifact.kind == "call" and len(t.words) > 3 * RUN]
    _drop(calls, _heard_the_same, copies, _same_time)
    kept = [t.artifact for t in texts if t.artifact.path not in copies]
    return kept, sorted((path, _cited(path, copies)) for path in copies)


def _cited(path: str, copies: dict[str, str]) -> str:
    while path in copies:
        path = copies[path]
    return path


def _drop(
    group: Sequence[_Text],
    holds: Callable[[_Text, _Text], bool],
    copies: dict[str, str],
    comparable: Callable[[RawArtifact, RawArtifact], bool] = lambda a, b: True,
) -> None:
    """Note in `copies` which of a group another one holds wholly."""
    kept: list[_Text] = []
    for text in group:
        if text.artifact.path in copies:
            continue
        for other in list(kept):
            if not comparable(other.artifact, text.artifact):
                continue
            forth, back = holds(other, text), holds(text, other)
            if forth and not (back and text.voices > other.voices):
                copies[text.artifact.path] = other.artifact.path
                break
            if back:
                copies[other.artifact.path] = text.artifact.path
                kept.remove(other)
        else:
            kept.append(text)


def mark_forwarded(artifacts: Sequence[RawArtifact]) -> list[RawArtifact]:
    """The artifacts, with what forwarded mails repeat of mails that are there marked as quoted.

    Such a mail's `forwards` in `meta` names the mail it repeats.
    """
    originals: dict[str, RawArtifact] = {}
    for artifact in artifacts:
        if artifact.kind == "mail" and not _is_forward(artifact):
            for segment in artifact.segments:
                if segment.role == "body" and len(_words(segment.text)) >= RUN:
                    originals.setdefault(" ".join(_words(segment.text)), artifact)
    return [
        _with_quotes(a, originals) if a.kind == "mail" and _is_forward(a) else a for a in artifacts
    ]


def _is_forward(artifact: RawArtifact) -> bool:
    return bool(_FORWARD.match(artifact.title)) or any(
        _FORWARD_MARK.search(s.text) for s in artifact.segments
    )


def _with_quotes(forward: RawArtifact, originals: dict[str, RawArtifact]) -> RawArtifact:
    repeated: list[str] = []

    def seen(segment: RawSegment) -> RawSegment:
        original = originals.get(" ".join(_words(segment.text)))
        if segment.role != "body" or original is None:
            return segment
        repeated.append(original.path)
        return segment.model_copy(update={"role": "quoted"})

    segments = tuple(seen(s) for s in forward.segments)
    if not repeated:
        return forward
    meta = forward.meta | {"forwards": repeated[0]}
    return forward.model_copy(update={"segments": segments, "meta": meta})
