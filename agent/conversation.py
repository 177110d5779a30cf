"""Reads a follow-up question in its conversation: who is "she", which date is "that date", what "the second one" is.

Plain code over the last three exchanges, for every engine. What stays open is asked back, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from agent.values import values_of
from indexer.lexical import STOP, query_words
from indexer.models import Frozen, Person

EXCHANGES = 3
_HE_SHE = re.compile(r"\b(?:he|she|him|her|his|hers|er|ihn|ihm|seine?[mnrs]?)\b", re.I)
_POSSESSIVE = re.compile(r"^(?:his|hers|seine?[mnrs]?)$", re.I)
_HER_OWN = re.compile(
    r"^\s+(?!say|said|tell|told|want|need|about|when|if|to\b|for\b|in\b|at\b|on\b)[a-z]+", re.I
)
_NTH = re.compile(
    r"\b(?:the |that )?(first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th) (?:one|point|item|promise|claim|thing|answer|quote)\b",
    re.I,
)
_ORDER = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "last": -1}  # fmt: skip
_THAT = re.compile(r"\b(?:that|this|the same) (date|day|deadline|amount|price|number|figure|fee|percentage|discount|duration)\b", re.I)  # fmt: skip
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
_DATE = re.compile(
    rf"\b(?:\d{{4}}-\d\d-\d\d|(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)?\.? (?:of )?(?:{_MONTHS})\.?(?: \d{{4}})?|(?:end|middle|start|first week) of (?:{_MONTHS})|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b",
    re.I,
)
_KINDS = {
    "amount": ("money",), "price": ("money",), "fee": ("money",), "percentage": ("percent",), "discount": ("percent", "money"),
    "duration": ("duration",), "number": ("count", "money", "percent", "duration"), "figure": ("count", "money", "percent"),
}  # fmt: skip
_WHAT_ABOUT = re.compile(
    r"^\W*(?:and |what about |how about |und )+(?:with |for |mit )?(.+?)\W*$", re.I
)
_WHOLE = re.compile(
    r"(?:(?:what|how)(?! about)|who|whom|whose|when|where|which|why|is|are|was|were|do|does|did|can|could|has|have|had|will|would)\b",
    re.I,
)
"""How a question begins that stands on its own, also behind an `and`."""
_FULL_NAME = re.compile(r"(?<=\w )[A-ZÄÖÜ][\w'’-]+ [A-ZÄÖÜ][\w'’-]+\b")
_POINTS_BACK = re.compile(r"\b(?:it|that|this|there|then|those|these|they|them|their)\b", re.I)


class Turn(Frozen):
    """One turn of a conversation; of an answer also whom it quotes, and its claims' words."""

    role: Literal["user", "assistant"]
    text: str
    people: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    read_as: str | None = None
    """Of a question: what it was understood to ask."""
    asks_back: bool = False
    """Of an answer: it asked what the question means."""

    @property
    def words(self) -> str:
        """The question with what it refers to put in words."""
        return self.read_as or self.text


class Understood(Frozen):
    """A question with what it refers to put in words; or what has to be asked back."""

    question: str
    ask_back: str | None = None


def understand(question: str, turns: Sequence[Turn], people: Iterable[Person]) -> Understood:
    """Read `question` after `turns` (oldest first). `people` are the account's."""
    recent = list(turns)[-2 * EXCHANGES :]
    if not recent:
        return Understood(question=question)
    names = _Names(people)
    nth = _nth(question, recent)
    if isinstance(nth, Understood):
        return nth
    read = _values(nth, recent)
    person = _person(read, recent, names)
    if isinstance(person, Understood):
        return person
    return Understood(question=_continued(person, recent, names, person != question))


class _Names:
    """Finds people in text by full name, or by a part of it that only one of them has."""

    def __init__(self, people: Iterable[Person]) -> None:
        known = [p.name for p in people if p.name.strip()]
        parts: dict[str, set[str]] = {}
        for name in known:
            for part in name.split():
                if len(part) > 2 and part[0].isupper():
                    parts.setdefault(part, set()).add(name)
        self._by_words = {p: next(iter(n)) for p, n in parts.items() if len(n) == 1}
        self._by_words |= {n: n for n in known}

    def within(self, text: str) -> list[str]:
        """Names of the people in `text`, each once, in the order they come."""
        found: dict[str, int] = {}
        for words, name in self._by_words.items():
            match = re.search(rf"\b{re.escape(words)}\b", text)
            if match:
                found[name] = min(found.get(name, match.start()), match.start())
        return sorted(found, key=lambda n: found[n])

    def asked_of(self, question: str) -> list[str]:
        """People in a question, and beside them whoever else it names in full: they may be meant as well."""
        known = self.within(question)
        others = [n for n in _FULL_NAME.findall(question) if n not in self._by_words]
        return [*known, *others] if known else known

    def words(self, text: str, name: str) -> str:
        """How `text` calls `name`: the longest of their names in it."""
        return max(
            (w for w, n in self._by_words.items() if n == name and w in text), key=len, default=name
        )


def _nth(question: str, recent: Sequence[Turn]) -> str | Understood:
    match = _NTH.search(question)
    answer = next((t for t in reversed(recent) if t.role == "assistant" and t.items), None)
    if match is None or answer is None:
        return question
    number = _ORDER[match.group(1).lower()]
    if number >= len(answer.items):
        count = len(answer.items)
        said = f"The last answer has {count} {'point' if count == 1 else 'points'}. Which one do you mean?"
        return Understood(question=question, ask_back=said)
    words = " ".join(answer.items[number].split()[:25])
    return f"{question[: match.start()]}{match.group(0)} (“{words}”){question[match.end() :]}"


def _values(question: str, recent: Sequence[Turn]) -> str:
    """`that date` and `that amount` as the last answer has them."""
    match = _THAT.search(question)
    if match is None:
        return question
    kind = match.group(1).lower()
    for turn in reversed(recent):
        for text in (*turn.items, turn.text):
            value = _value(kind, text)
            if value:
                return f"{question[: match.start()]}{match.group(0)} ({value}){question[match.end() :]}"
    return question


def _value(kind: str, text: str) -> str | None:
    if kind in ("date", "day", "deadline"):
        found = _DATE.search(text)
        return found.group(0) if found else None
    values = [v for v in values_of(text) if v.kind in _KINDS[kind]]
    return values[0].text if values else None


def _person(question: str, recent: Sequence[Turn], names: _Names) -> str | Understood:
    """`she` and `he` by name, if only one person can be meant: one whom the last exchange speaks of."""
    match = _HE_SHE.search(question)
    if match is None or names.within(question[: match.start()]):
        return question
    for asked, answered in _exchanges(recent):
        meant = names.asked_of(asked.words if asked else "")
        if len(meant) != 1 and answered is not None and not answered.asks_back:
            meant = list(dict.fromkeys((*meant, *answered.people, *names.within(answered.text))))
        if len(meant) == 1:
            return _named(question, meant[0])
        if meant:
            return Understood(question=question, ask_back=f"Whom do you mean: {_either(meant)}?")
    return Understood(question=question, ask_back="Whom do you mean? Nobody was named before.")


def _exchanges(recent: Sequence[Turn]) -> Iterator[tuple[Turn | None, Turn | None]]:
    """(question, answer), the last first."""
    answer: Turn | None = None
    for turn in reversed(recent):
        if turn.role == "user":
            yield turn, answer
            answer = None
        else:
            answer = turn
    if answer is not None:
        yield None, answer


def _named(question: str, name: str) -> str:
    """The question with every he, she, his and her replaced by the name."""

    def put(match: re.Match[str]) -> str:
        word, after = match.group(0), question[match.end() :]
        owns = _POSSESSIVE.match(word) or (word.lower() == "her" and _HER_OWN.match(after))
        return f"{name}'s" if owns else name

    return _HE_SHE.sub(put, question)


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _continued(question: str, recent: Sequence[Turn], names: _Names, named: bool) -> str:
    """A question that is only half of one, with the half before it."""
    before = next((t.words for t in reversed(recent) if t.role == "user"), None)
    if before is None:
        return question
    about = _WHAT_ABOUT.match(question)
    other = _other_person(question, before, recent[-1], about, names)
    if other is not None:
        return other
    words = [w for w in query_words(question) if w not in STOP]
    whole = about is None or _WHOLE.match(about.group(1)) is not None
    half = len(words) < 2 or (not whole and len(words) < 4)
    if not named and (half or (len(words) < 4 and _POINTS_BACK.search(question))):
        return f"{before.rstrip()} {question}"
    return question


def _other_person(
    question: str, before: str, last: Turn, about: re.Match[str] | None, names: _Names
) -> str | None:
    """The question before, asked of another person: after `what about ...`, or when asked back whom it means."""
    asked_back = last.asks_back and len(question.split()) <= 4
    if about is None and not asked_back:
        return None
    now, then = names.within(about.group(1) if about else question), names.within(before)
    if len(now) != 1:
        return None
    if _HE_SHE.search(before):
        return _named(before, now[0])
    return before.replace(names.words(before, then[0]), now[0]) if len(then) == 1 else None
