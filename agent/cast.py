"""Who is meant in some words: the deal's people by the names that these words use, and who is their subject."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from indexer.models import Person
from indexer.names import first_name, words_of

_FIRST_PERSON = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Ii]ch|[Mm]ein\w*|[Mm]ir)\b")
_SOMEBODYS = re.compile(r"\b[Mm](?:y|ein\w*)\s+(?:[\w-]+\s+){0,2}$")
"""What stands before a name where `my` belongs to that person: `my boss Anna`."""
_APPOSED = re.compile(
    r",\s+(?:our|the|an?|my|his|her|their|who|whose|which|head|[A-Z]{2,}|unsere?|d(?:er|ie)|mein\w*)\b"
)
MIN_LETTERS = 3


class Mention(NamedTuple):
    """A person named in a text, and where."""

    start: int
    end: int
    person: Person


class Cast:
    """The people of one deal, to be found in words."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = tuple(people)
        self._by_name = {n.casefold(): p for p in people for n in (p.name, *p.aliases, *p.emails)}
        called: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            for word in {w for n in (person.name, *person.aliases) for w in _single_words(n)}:
                called[word].append(person)
        self._called = {w: group[0] for w, group in called.items() if len(group) == 1}
        words = sorted(self._called, key=len, reverse=True)
        pattern = "|".join(map(re.escape, words))
        self._names = re.compile(rf"\b(?:{pattern})\b") if words else None

    def known(self, name: str | None) -> Person | None:
        """The person of a full name, alias or address."""
        return self._by_name.get((name or "").casefold())

    def named(self, text: str) -> list[Mention]:
        """The people a text names, each run of one person's names once, in order.

        A first or last name that several people bear names nobody.
        """
        found: list[Mention] = []
        for match in self._names.finditer(text) if self._names else ():
            person = self._called[match.group()]
            if found and found[-1].person is person and match.start() - found[-1].end <= 1:
                found[-1] = Mention(found[-1].start, match.end(), person)
            else:
                found.append(Mention(match.start(), match.end(), person))
        return found

    def subject(self, text: str, speaker: Person | None) -> Person | None:
        """Whom the words are about: whoever is named before the speaker's first `I`, else the speaker.

        A name that is only called (`Paul, I ...`) is no subject. Words without either are about nobody.
        """
        own = _FIRST_PERSON.search(text)
        for name in self.named(text):
            if name.person is speaker or _is_called(text, name):
                continue
            theirs = _SOMEBODYS.search(text[: name.start])
            if (
                own is None
                or name.start < own.start()
                or (theirs and theirs.start() == own.start())
            ):
                return name.person
            break
        return speaker if own else None


def _is_called(text: str, name: Mention) -> bool:
    """True for a name that somebody is called by: `Paul, I ...`, `... the talk, Kyle.`; not for `Ines, our COO, is`."""
    after, before = text[name.end :], text[: name.start].rstrip()
    if after.startswith(","):
        return not _APPOSED.match(after)
    return before.endswith(",") and after[:1] in (".", "?", "!", "")


def _single_words(name: str) -> set[str]:
    """First and last name as they may stand alone in talk."""
    if "@" in name:
        return set()
    words = [w for w in words_of(name) if len(w) >= MIN_LETTERS]
    found = {first_name(name), *(w for w in name.split()[1:])}
    lower = {w.casefold() for w in words}
    return {
        w.strip(".,()") for w in found if w[:1].isupper() and w.strip(".,()").casefold() in lower
    }
