"""What a value measures: the words it is bound to, those near it, and those it stands under.

A value alone is no topic. `Six weeks` measures the time to go-live where those words stand beside it, where the question
before asked for it, or where it stands under that heading, in that column or field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from agent.clashes.typed import Typed, TypedKind
from agent.verification.plain import Token, make_plain, tokens
from agent.verification.rarity import rarity
from agent.verification.words import is_content, stem
from prompts.cues import all_of, cues

Weights = Mapping[str, float]
BOUND, FAR, UNDER = 4, 9, 0.6
"""Tokens between a value and a word bound to it, or still near it; what a word of the surroundings weighs."""
_ALIKE = ("alike", "languages")
NAMED = 1.0
"""What a name weighs, and a thing told by other words."""
_UNITS = frozenset(
    stem(w)
    for w in "day week month year hour minute quarter percent euro dollar usd eur business working calendar sek date order form agreement contract document statement sow customer supplier vendor party".split()
)
_PART = re.compile(
    r"\b(?:pilot\w*|trial\w*|proof of concept|poc|phase \w+|wave \w+|stage \w+|first|second|year (?:\d|one|two|three)|later|additional|extra|"
    r"further|spare|back-?up|reserve|replacement|optional|late|overdue|penalt\w+|credits?|interest|renewals?|renew\w*|per \w+|each|every (?!day|week|month|year|quarter)|travel|minimum|existing|old|"
    r"previous|last year|list price|remaining|savings?|budget)\b",
    re.I,
)
_BEFORE_IT = re.compile(r"(?P<label>[^:;,.\t]{2,40})(?::|\s{2,}| (?:is|are|will be)| -)\s*(?:up to |max\.? )?$", re.I)  # fmt: skip
_COUNTED = re.compile(
    r"\b(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) [a-zåäö]{3,}(?=[ ,.;]|$)",
    re.I,
)
"""A number with what it counts."""
_ITEM = re.compile(r"(?:^|\s)(?:\([a-h1-9]\)|[1-9][.)](?= [A-Z\d])|[a-h]\)) ")
_ANSWERS = frozenset(
    "answer response value reply comment total number count amount quantity qty".split()
)
"""Labels that don't say what a count counts."""
_HOW_MANY = re.compile(
    r"\b(?:how many|number of|wie viele|hur många) (?P<what>\w+(?: \w+){0,2}?)(?= (?:do|does|did|have|has|are|is|was|were|will|would|can|could|in|on|at|of|you|we|they|need|there|to|for|work|use)\b|[?,.:]|$)",
    re.I,
)
_TOTAL = re.compile(
    r"^\W*(?:(?:total|max(?:imum|\.)?|min(?:imum|\.)?|expected|planned) )*(?:number|no\.|count|quantity|anzahl|antal)(?: of)?\b",
    re.I,
)
_HEAD = re.compile(
    r"(?<=\w)\s+(?:using|who|that|which|of|in|for|with|per|to|at|on|by|from|including|covered|under|as)\b.*$|\s*\(.*$",
    re.I,
)
"""What goes before a label's own noun, and what follows it: `Adjusters using the app`, `Number of sites`."""
BARE = 2
"""Telling words up to which a sentence says a value and nothing else."""
END = "end of the term"
_TIMES = frozenset("year month week day annum quarter user seat person".split())
"""What `per` may be followed by without being a part of the whole: every price says it."""


@dataclass(frozen=True)
class Thing:
    """The words that say what a value measures, each with its weight, and the kinds of measure they tell."""

    near: Weights
    under: Weights
    """Of the surroundings: heading, column, the question before."""
    measures: frozenset[str]
    measures_under: frozenset[str]
    nouns: frozenset[str]
    """What a count counts."""
    parts: frozenset[str]
    """Words that cut it down to a part: a pilot, a phase, each of something."""

    @property
    def told(self) -> frozenset[str]:
        """All measures, those of the surroundings too."""
        return self.measures | self.measures_under


def thing_of(sentence: str, value: Typed, around: str, before: str = "") -> Thing:
    """What `value` of `sentence` measures; `around` are the words that it stands under, `before` those right before it.

    A sentence that says little more than the value, `Call it October 1.`, measures what the one before it speaks of.
    """
    plain, found = _read(sentence)
    first = next((i for i, t in enumerate(found) if t.end > value.start), len(found))
    last = next((i for i, t in enumerate(found) if t.start >= value.end), len(found))
    near: dict[str, float] = {}
    item = _item(plain, value)
    low = plain.find(item)
    for i, token in enumerate(found):
        if first <= i < last or not _tells(token) or not low <= token.start < low + len(item):
            continue
        apart = first - i if i < first else i - last + 1
        weight = 1.0 if apart <= BOUND else 0.7 if apart <= FAR else 0.4
        word = stem(token.text)
        near[word] = max(near.get(word, 0.0), weight * _weight(token.text))
    whole = _clause(plain, value)
    clause = _own(whole, plain, value)
    near.update(alike(clause))
    under = _surroundings(around)
    nouns = value.nouns or _label(sentence, plain, value)
    if not nouns:
        nouns = _asked(f"{before} {plain[: value.start]}", value)
        near.update({stem(n): _weight(n) for n in nouns if stem(n) not in near})
    measures = _measured(clause, value.kind)
    if not measures and clause in (whole, item):
        measures = _measured(item, value.kind)
    if not measures and len(near) <= BARE:
        measures = _measured(before, value.kind)
    if value.bound == "last":
        measures = frozenset({END})
    return Thing(
        near, {w: v for w, v in under.items() if w not in near}, measures,
        frozenset() if measures else _measured(around, value.kind),
        frozenset(stem(n) for n in nouns[:2] if _is_noun(n)), parts_in(clause),
    )  # fmt: skip


def subject_of(words: str, around: str) -> Thing:
    """What a whole sentence is about, all its words weighed by their rarity alone."""
    near = {
        stem(t.text): NAMED if t.start and t.raw[:1].isupper() else _weight(t.text)
        for t in _read(_other_words(words))[1]
        if _tells(t)
    }
    near.update(alike(words))
    none: frozenset[str] = frozenset()
    return Thing(near, _surroundings(around), none, none, none, none)


@lru_cache(maxsize=1)
def _any_alike() -> re.Pattern[str]:
    """All ways to tell what `alike` names: most sentences hold none of them."""
    return re.compile(
        "|".join(f"(?:{p.pattern})" for group in _ALIKE for p in cues(group).values()), re.I
    )


@lru_cache(maxsize=4096)
def alike(text: str) -> Weights:
    """What a text speaks of in one of several ways: `in person` and `on site`, `no internet` and `offline`."""
    if not _any_alike().search(text):
        return {}
    return {f"={name}": NAMED for group in _ALIKE for name in all_of(group, text)}


def _other_words(text: str) -> str:
    """The text without what `alike` makes of it: no word counts twice."""
    return _any_alike().sub(lambda m: "," * len(m.group()), text)


@lru_cache(maxsize=4096)
def _read(sentence: str) -> tuple[str, list[Token]]:
    plain = make_plain(sentence).text
    return plain, tokens(plain)


@lru_cache(maxsize=4096)
def _surroundings(around: str) -> Weights:
    return {stem(t.text): UNDER * _weight(t.text) for t in _read(around)[1] if _tells(t)}


@lru_cache(maxsize=8192)
def _measured(text: str, kind: TypedKind) -> frozenset[str]:
    """The measures told in a text that are given in values of this kind."""
    return frozenset(m for m, pattern in _of_kind(kind) if pattern.search(text))


@lru_cache(maxsize=16)
def _of_kind(kind: TypedKind) -> tuple[tuple[str, re.Pattern[str]], ...]:
    kinds = cues("measured_in")
    return tuple((m, p) for m, p in cues("measures").items() if kinds[m].fullmatch(kind))


def _label(sentence: str, plain: str, value: Typed) -> tuple[str, ...]:
    """What a count counts where that stands before it: `Users: 85`, `calls are unlimited`, in the first cell of its row."""
    if value.kind != "count":
        return ()
    first, tab, _ = sentence.partition("\t")
    match = _BEFORE_IT.search(plain[: value.start])
    if match is None and not (tab and value.start > len(first)):
        return ()
    label = _HEAD.sub("", _TOTAL.sub("", match["label"] if match else first))
    words = [t.text for t in _read(label)[1] if _tells(t)]
    return () if _ANSWERS & set(words) else tuple(words[-2:])


def _asked(before: str, value: Typed) -> tuple[str, ...]:
    """What the question before asked for the number of."""
    match = _HOW_MANY.search(before) if value.kind == "count" else None
    return tuple(t.text for t in _read(match["what"])[1] if _tells(t))[-2:] if match else ()


def parts_in(clause: str) -> frozenset[str]:
    """The words of a text that cut something down to a part of it."""
    found = (m.group().lower() for m in _PART.finditer(clause))
    words = (w.split() for w in found)
    return frozenset(
        "per" if w[0] == "per" else w[0].rstrip("s")[:5]
        for w in words
        if not (w[0] == "per" and w[-1] in _TIMES)
    )


def _clause(plain: str, value: Typed) -> str:
    """The part of the sentence between commas that holds the value."""
    start = max((plain.rfind(c, 0, value.start) for c in (", ", "; ", "(")), default=-1) + 1
    stops = [at for c in (", ", "; ", ")") if (at := plain.find(c, value.end)) >= 0]
    return plain[start : min(stops, default=len(plain))]


def _own(clause: str, plain: str, value: Typed) -> str:
    """Of a clause that counts several things, `2 sites 4 lines`, the part that holds this count and its noun."""
    if value.kind != "count" or not value.nouns:
        return clause
    start = max((m.end() for m in _COUNTED.finditer(plain[: value.start])), default=-1)
    stop = next((m.start() for m in _COUNTED.finditer(plain, value.end) if m.start() > value.end + len(value.nouns[0])), len(plain))  # fmt: skip
    own = plain[max(start, 0) : stop]
    return own if start >= 0 or stop < len(plain) else clause


def _item(plain: str, value: Typed) -> str:
    """The item of a list inside a sentence, `(a) ... (b) ...`, that holds the value; else the whole sentence."""
    marks = [m.start() for m in _ITEM.finditer(plain)]
    if len(marks) < 2:
        return plain
    start = max((at for at in marks if at <= value.start), default=0)
    return plain[start : min((at for at in marks if at > value.start), default=len(plain))]


def _is_noun(word: str) -> bool:
    return stem(word) not in _UNITS and len(word) > 1


def _tells(token: Token) -> bool:
    return not token.is_number and is_content(token) and stem(token.text) not in _UNITS


@lru_cache(maxsize=8192)
def _weight(word: str) -> float:
    return 0.3 + 0.7 * rarity(word)


def shared(one: Weights, other: Weights) -> float:
    """Weight of the shared words."""
    return sum(min(w, other[k]) for k, w in one.items() if k in other)


def measures_by_rank() -> tuple[str, ...]:
    """The names of all measures, the more particular ones first."""
    return tuple(cues("measures"))
