"""Every value that somebody states, with what it measures, whose word it is and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from agent.clashes.things import Thing, thing_of
from agent.clashes.typed import Typed, typed_values
from agent.clashes.voices import Voice, Voices, said_on
from agent.verification.mood import mood_of
from indexer.models import Segment
from indexer.search import AccountIndex, Readings
from indexer.sentences import sentence_spans

STATED_AT = 0.5
"""From here on a passage asks, supposes or tells of others."""
_NOT_STATED = ("question", "hypothetical", "retraction", "hearsay", "other_customer", "unanswered")
_UNREAL = ("asks", "supposes", "takes_back", "hearsay", "others")
_WISHED = re.compile(r"\b(?:they|he|she|customer|client)(?:'d| would)? (?:also |really |still )?(?:wants?|wanted|ask(?:s|ed)?|pushe[sd]|insist\w*|need(?:s|ed)?)\b|\bwanted\b|\byou(?:'d| had| have|'ve)? (?:asked|wished|wanted|hoped|requested)\b", re.I)  # fmt: skip
"""What somebody else asked for."""
_NOT = re.compile(r"(?:\b(?:is|was|are|were)n't|\bnot|\brather than|\binstead of|\bno longer|\bnicht|\binte)(?: (?:the|an?|at|really|about))*\s*$", re.I)  # fmt: skip
_CORRECTED = re.compile(r"\b(?:isn't|wasn't|aren't|is not|not) (?:the |at |really )?(?:\d|[a-z]+(?:teen|ty)\b|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)", re.I)  # fmt: skip
"""What takes a number back in order to say the right one is stated."""
_DENIES = re.compile(r"n't\b|\bnot\b|\brather than|\binstead of|\bno longer|\bnicht|\binte\b", re.I)
_ANSWER = re.compile(r"\bquestion: .+\banswer: ", re.I)
_SPOKEN = ("call", "chat")
_THEN_CORRECTED = re.compile(r"^\W*(?:hang on|hold on|wait\b|no,? (?:wait|sorry|hang)|oh,? (?:no|wait|sorry)|sorry\b|scratch that|strike that|actually,? (?:no|it)|i mean|i meant|correction|make that|let me correct|pardon|moment\b|nein,|quatsch|nej,|förlåt)", re.I)  # fmt: skip
"""What begins a sentence that takes back the number before it."""
MANY = 3
"""A row of a table of records that holds so many values compares versions: it states none of them."""
_HOPED = re.compile(
    r"\b(?:we|i)(?:'d| would| was| were|'m|'re| are| am)? (?:like|love|prefer|wish|hope|hoping|asking) |\bwir (?:hätten|würden)\b",
    re.I,
)
"""What the customer would like is not how it is."""
_PAST = re.compile(
    r"\b(?:old|previous|former|last|existing|other) (?:vendor|supplier|provider|system|contract|tool|software)|\b(?:used to|back then|at the time|in the past|originally|list price|normally|regularly?\b(?= (?:price|it's)))|"
    r"\b(?:first|early|rough|initial) (?:\w+ )?(?:indication|estimate|idea|price|offer)|\bball-?park|\bindicative|\bindication\b|replaces? (?:the|my|our)|frühere[rn]?\b|bisher\w*",
    re.I,
)
"""What was, what is listed, a first guess: no word that anybody is held to."""
_SUPPOSED = re.compile(r"\bwould (?:be|cost|have been|include|get|have|mean)\b[^.;]*\bbut\b|\b(?:would|could|might|'d)\b.*\bif\b|\bif\b.*\b(?:would|could|might|'d)\b|\b(?:from|above|over|beyond|past|at) [\w,.]+ \w+(?: on| upwards?| onwards?)?,? (?:it|that|the price|you)(?:'d| would)\b", re.I)  # fmt: skip
_PEOPLE = ("seller", "customer", "inside")
_TERMS = (
    "commitments.pricing", "commitments.contract_terms", "commitments.timeline_promises", "commitments.promised_features",
    "account.contract", "timeline.implementation", "account.owners", "stakeholders.economic_buyer",
)  # fmt: skip
_SHORT = 14
"""Words up to which a sentence is read with the one behind it."""
_BEFORE = 140
"""Letters of what was said before that a short answer is read with."""


@dataclass(frozen=True)
class Stated:
    """One value where it stands."""

    position: int
    """Of the segment in the account."""
    sentence: int
    words: str
    value: Typed
    thing: Thing
    voice: Voice
    who: str
    day: date | None
    terms: float = 0.0
    """What the reading head makes of it as words on terms: 0..1."""
    denied: frozenset[float] = frozenset()
    """Numbers that the words, or those before, say it is not: `it isn't six, it's four`."""
    source: str = ""
    """The path of a written source, in which choices stand side by side; empty for talk."""
    topic: str = ""
    """What it contradicts something on, once that is known."""


@dataclass(frozen=True)
class Place:
    """A sentence that somebody states, and the words that it stands under."""

    position: int
    sentence: int
    words: str
    around: str
    voice: Voice
    who: str
    day: date | None
    terms: float = 0.0
    """What the reading head makes of it as words on terms: 0..1."""
    heading: str = ""
    before: str = ""
    """What was said right before, by the same voice or as a question."""
    source: str = ""
    side: str = "unknown"
    """Of who said it."""
    doubt: float = 0.0
    """How surely it asks, supposes or tells of others, as the reading head sees it: 0..1."""

    def stated(self, value: Typed, thing: Thing) -> Stated:
        """A value of this sentence."""
        return Stated(
            self.position, self.sentence, self.words, value, thing, self.voice, self.who, self.day, self.terms, self.denied, self.source
        )  # fmt: skip

    @cached_property
    def denied(self) -> frozenset[float]:
        """The numbers that this sentence, or the one before, denies."""
        told = f"{self.before} {self.words}"
        if self.voice == "signed" or not _DENIES.search(told):
            return frozenset()
        return frozenset(
            n for v in typed_values(told) if _NOT.search(told[: v.start][-24:]) for n in v.spoken
        )

    @cached_property
    def real(self) -> bool:
        """Whether it is stated: not asked, supposed, heard or told of others. Papers suppose nothing: they rule."""
        return not self.unreal

    @cached_property
    def unreal(self) -> str:
        """Why it isn't stated, in a word; empty where it is."""
        if self.voice == "signed":
            return ""
        if (mood := mood_of(self.words)) in _UNREAL:
            return mood
        if self.voice in ("seller", "inside") and _WISHED.search(self.words):
            return "wished"
        if _PAST.search(self.words):
            return "past"
        if self.voice in ("customer", "inside") and _HOPED.search(self.words):
            return "hoped"
        return "supposed" if _SUPPOSED.search(self.words) else ""


def places(index: AccountIndex, readings: Readings) -> Iterator[Place]:
    """Every sentence of the account that counts as somebody's word."""
    voices, unsaid = Voices.of(index), readings.act(*_NOT_STATED)
    unsaid_corrected = readings.act(*(a for a in _NOT_STATED if a != "retraction"))
    terms = np.max([readings.field(f) for f in _TERMS], axis=0)
    header: list[str] = []
    previous: Segment | None = None
    for position, segment in enumerate(index.segments):
        before, previous = previous, segment
        artifact = index.artifacts[segment.artifact]
        same = before is not None and before.artifact == segment.artifact
        if "\t" in segment.text:
            header = _header(segment, before, header)
        voice = voices.voice(segment, artifact)
        if voice is None:
            continue
        rows = [(*readings.spans[r], r) for r in readings.of(position)]
        path = " ".join(getattr(segment.locator, "path", ())[-2:])
        asked = (
            before.text[-_BEFORE:] if same and before and before.text.rstrip().endswith("?") else ""
        )
        day = said_on(segment, artifact)
        spans = sentence_spans(segment.text)
        doubts = unsaid_corrected if _CORRECTED.search(segment.text) else unsaid
        for n, (start, end) in enumerate(spans):
            words = segment.text[start:end]
            mine = [r for a, b, r in rows if a < end and start < b]
            doubt = max((float(doubts[r]) for r in mine), default=0.0) if voice in _PEOPLE else 0.0
            if doubt >= STATED_AT or _is_corrected(segment.text, spans, n):
                continue
            about = max((float(terms[r]) for r in mine), default=0.0)
            said = segment.text[slice(*spans[n - 1])][-_BEFORE:] if n else asked
            short = n + 1 < len(spans) and len(words.split()) < _SHORT
            then = segment.text[slice(*spans[n + 1])][:_BEFORE] if short else ""
            title = artifact.title if artifact.kind == "mail" else ""
            field = _spelt(segment.locator.name) if segment.locator.type == "field" else ""
            around = " ".join((path, title, field, said, then, *(header if "\t" in words else ())))
            who = segment.person or segment.speaker or segment.artifact
            written = "" if artifact.kind in _SPOKEN else artifact.path
            yield Place(
                position,
                n,
                words,
                around,
                voice,
                who,
                day,
                about,
                path,
                said,
                written,
                segment.side,
                doubt,
            )


def stated_values(found: list[Place]) -> Iterator[Stated]:
    """The typed values of sentences, each with what it measures."""
    for p in found:
        found_here = typed_values(p.words, p.day)
        if p.voice == "record" and len(found_here) >= MANY and not _ANSWER.search(p.words):
            continue
        if not found_here or not p.real:
            continue
        for value in found_here:
            if _follows(value, found_here):
                continue
            thing = thing_of(p.words, value, p.around, p.before)
            yield p.stated(value, thing)


def _is_corrected(text: str, spans: Sequence[tuple[int, int]], n: int) -> bool:
    """Whether the next sentence takes a number of the `n`-th back in the same breath: `It's 19. Hang on, it's 29.`"""
    if n + 1 >= len(spans):
        return False
    then = text[slice(*spans[n + 1])]
    return bool(_THEN_CORRECTED.search(then)) and bool(typed_values(then))


@dataclass(frozen=True)
class TakenBack:
    """Words with which somebody takes something back, and the numbers that they say instead."""

    who: str
    day: date | None
    numbers: frozenset[float]


def taken_back(index: AccountIndex, readings: Readings) -> list[TakenBack]:
    """Whatever the reading head takes for a retraction, with the numbers told in it."""
    doubts, found = readings.act("retraction"), []
    for position in sorted({int(readings.owner[r]) for r in np.flatnonzero(doubts >= STATED_AT)}):
        segment = index.segments[position]
        numbers = frozenset(n for v in typed_values(segment.text) for n in v.spoken)
        if numbers:
            who = segment.person or segment.speaker or segment.artifact
            found.append(
                TakenBack(who, said_on(segment, index.artifacts[segment.artifact]), numbers)
            )
    return found


def _follows(value: Typed, beside: Sequence[Typed]) -> bool:
    """Whether a sum is worked out in its sentence, `30 vans at £46 a month come to £16,560`: it stands and falls with the others."""
    if value.kind != "money" or not value.spoken:
        return False
    prices = [v.spoken[-1] for v in beside if v.kind == "money" and v.spoken and v is not value]
    counts = [v.spoken[-1] for v in beside if v.kind == "count" and v.spoken]
    products = (p * c * times for p in prices for c in counts if c > 1 for times in (1, 4, 12, 52))
    return any(abs(value.spoken[-1] - product) <= 0.01 * product for product in products)


def _spelt(name: str) -> str:
    """The words of a field's name: `Contract_Term__c`, `contractTerm`."""
    return re.sub(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])|[_.@]+", " ", name)


def _header(segment: Segment, before: Segment | None, known: list[str]) -> list[str]:
    """The cells of a table's first row, which say what its columns hold."""
    if before is not None and before.artifact == segment.artifact and "\t" in before.text:
        return known
    return [] if re.search(r"\d", segment.text) else segment.text.split("\t")
