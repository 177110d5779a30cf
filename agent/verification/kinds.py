"""Things of one kind, such as papers, devices or trades: where the evidence has one and the claim another, it was altered."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cache

from agent.verification.fault import Fault
from agent.verification.plain import Token
from agent.verification.support import Grounds
from agent.verification.words import stem
from prompts.lexicon import lexicon

_Group = tuple[int, int]
"""Which kind, and which thing of it."""


@cache
def _table() -> dict[str, tuple[_Group, ...]]:
    """The groups of each word, or pair of words, in the singular and the plural."""
    found: dict[str, list[_Group]] = {}
    for kind, line in enumerate(lexicon("kinds")):
        for thing, group in enumerate(" ".join(line).split(" | ")):
            for word in group.split(", "):
                for form in {word, f"{word}s", f"{word[:-1]}ies" if word.endswith("y") else word}:
                    found.setdefault(form, []).append((kind, thing))
    return {word: tuple(groups) for word, groups in found.items()}


def other_of_kind(grounds: Grounds, about: frozenset[str]) -> Fault | None:
    """A thing that the evidence does not have, where the statements that the claim rests on have another of its kind."""
    part = grounds.part
    mine = list(_things(part.tokens))
    if not mine:
        return None
    held = {g for s in grounds.all for _, groups in _things(s.tokens) for g in groups}
    words = {w for s in grounds.all for w in s.stems} | about
    claimed = {g for _, groups in mine for g in groups}
    for text, groups in mine:
        if held & set(groups) or all(stem(w) in words for w in text.split()):
            continue
        kinds = {kind for kind, _ in groups}
        for i in grounds.chosen:
            for other, theirs in _things(grounds.all[i].tokens):
                if any(kind in kinds and (kind, thing) not in claimed for kind, thing in theirs):
                    return Fault("altered", f"the evidence says {other}, the claim says {text}")
    return None


def _things(found: Sequence[Token]) -> Iterator[tuple[str, tuple[_Group, ...]]]:
    """The words, and pairs of words, that name a thing of some kind."""
    table = _table()
    for one, two in itertools.zip_longest(found, found[1:]):
        pair = f"{one.text} {two.text}" if two is not None else ""
        for text in (pair, one.text):
            if text in table:
                yield text, table[text]
