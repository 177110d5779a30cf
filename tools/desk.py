"""The desk at which a model works: one account's evidence, numbered as it is shown, and the door.

Bound to its account when it is made; no tool takes an account as an argument. Whatever a source says is put
between marks that no source can know, so that it reads as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from indexer.models import Artifact, Person, Segment
from indexer.search import AccountIndex
from indexer.sentences import sentence_spans
from tools.drafts import Door

ENTRY_WORDS = 60
"""Words of one piece of evidence that are shown at once; `read_around` shows it whole."""

Looking = Literal["searching", "reading"]
Watch = Callable[[Looking, str], None]
"""Told what a tool does, and with what."""


def _unwatched(_kind: Looking, _what: str) -> None:
    pass


@dataclass
class Desk:
    """What the tools of one section or answer work with."""

    index: AccountIndex
    people: Sequence[Person]
    mark: str
    """Random for each request: stands around everything that comes from a source."""
    door: Door
    fields: dict[str, str] = field(default_factory=dict)
    """Fields that may be written, with the kind of their claims; the key of an answer is empty."""
    only: frozenset[str] | None = None
    """Ids of the segments that may be shown; None: all of the account's."""
    watch: Watch = _unwatched
    refs: dict[str, Segment] = field(default_factory=dict)
    """Evidence numbers given so far."""
    searched: list[str] = field(default_factory=list)

    def ref(self, segment: Segment) -> str:
        """The evidence number of a segment, a new one if it has none yet."""
        known = next((r for r, s in self.refs.items() if s.id == segment.id), None)
        if known is None:
            known = f"E{len(self.refs) + 1}"
            self.refs[known] = segment
        return known

    def allows(self, segment: Segment) -> bool:
        """True if a segment may be shown at this desk."""
        return self.only is None or segment.id in self.only

    def entry(self, segment: Segment, sentences: tuple[int, int] | None = None) -> str:
        """A piece of evidence as a model reads it: number, who, where, words with numbered sentences."""
        artifact = self.index.artifacts[segment.artifact]
        who = segment.person or segment.speaker
        side = f" ({segment.side})" if who and segment.side != "unknown" else ""
        hidden = " [hidden text]" if segment.role == "hidden" else ""
        head = f"{self.ref(segment)} {f'{who}{side}, ' if who else ''}{place(segment, artifact)}{hidden}: "
        return head + numbered(segment.text, sentences)

    def data(self, lines: Iterable[str]) -> str:
        """Lines that come from sources, between this request's marks."""
        body = "\n".join(lines)
        return f"[data {self.mark}]\n{body}\n[end {self.mark}]"


def place(segment: Segment, artifact: Artifact) -> str:
    """Where a segment stands, shortly and each thing once: its label, and kind and date if that lacks them."""
    label = segment.locator.label
    who = segment.person or segment.speaker
    if who and label.endswith(f", {who}"):
        label = label[: -len(who) - 2]
    if len(label) > 60 or not label:
        label = artifact.title[:60]
    kind = "" if artifact.kind in label.lower() else artifact.kind
    day = "" if not artifact.date or str(artifact.date.year) in label else str(artifact.date)[:10]
    return " ".join(part for part in (kind, label, day) if part)


def numbered(text: str, sentences: tuple[int, int] | None = None) -> str:
    """The text on one line, its sentences numbered from 1; a long text is cut, and says so."""
    spans = sentence_spans(text) or [(0, len(text))]
    first, last = sentences or (0, len(spans) - 1)
    if sentences is None and len(text.split()) > ENTRY_WORDS:
        while last > first and len(text[: spans[last][1]].split()) > ENTRY_WORDS:
            last -= 1
    if len(spans) == 1:
        return _cut(" ".join(text.split()))
    said = [
        f"({n + 1}) {_cut(' '.join(text[a:b].split()))}"
        for n, (a, b) in enumerate(spans)
        if first <= n <= last
    ]
    more = " (...)" if first > 0 or last < len(spans) - 1 else ""
    return " ".join(said) + more


def _cut(text: str) -> str:
    words = text.split(" ")
    return text if len(words) <= 2 * ENTRY_WORDS else " ".join(words[: 2 * ENTRY_WORDS]) + " (...)"
