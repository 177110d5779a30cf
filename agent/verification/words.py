"""Content words by their stems, with the words that mean the same or the opposite in talk about deals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from agent.verification.plain import Token, tokens
from prompts.lexicon import lexicon

_SUFFIX = re.compile(
    r"(?:at(?:e|es|ed|ing|ions?|ors?|ive)|itions?|ments?|ings?|ances?|ences?|able|ible|ness|ities|ity|ives?|ally|ly|ers?|ern|ors?|ions?|ied|ies|ed|es|en|em|s|e|y)$"
)
_STOP = frozenset(
    "a an the and or but if of to in on at by for from with as is are was were be been being am do does did done has have had "
    "having it its this that these those there here he she they them his her their we us our you your i me my mine ours who whom "
    "whose which what when where why how than then so too very just also only even still yet about into over under up down out "
    "off again once per via will would shall should can could may might must not no nor s t re ve ll d m get gets got "
    "instead rather one ones all any some each every such own same more most other another while after before during until because "
    "take takes took taken make makes made go goes went gone come comes came put puts keep keeps kept give gives gave given "
    "de van von both few let like well really quite much many said says say saying tell tells told "
    "der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wird werden wurde wurden hat haben "
    "hatte sein seine ihr ihre wir uns unser unsere sie er es ich nicht kein keine keinen mit von zu zum zur im in am an auf aus bei "
    "für um als wie dass daß so auch noch nur schon man sich mich mir dich bis nach vor über".split()
)


def _cut(word: str) -> str:
    """The word without its ending, at most seven letters."""
    if len(word) <= 4:
        word = (
            word[:-1] if word.endswith("s") and len(word) == 4 and not word.endswith("ss") else word
        )
        return word[:-1] if word.endswith("e") and len(word) == 4 else word
    cut = _SUFFIX.sub("", word)
    if len(cut) < 3:
        cut = word[:4]
    if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "sl":
        cut = cut[:-1]
    return cut[:7]


@cache
def _same() -> dict[str, str]:
    groups: dict[str, str] = {}
    for words in lexicon("same"):
        for word in words:
            groups.setdefault(_cut(word.replace("-", "")), words[0])
    return groups


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a word in lower case; words of one meaning share the first one's."""
    word = word.removesuffix("'s").replace("'", "")
    cut = _cut(word)
    return _same().get(cut, cut)


@cache
def opposites() -> dict[str, frozenset[str]]:
    """For each stem the stems that turn a statement into its opposite."""
    found: dict[str, set[str]] = {}
    for one, other in lexicon("opposite"):
        a, b = stem(one), stem(other)
        if a != b:
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
    return {k: frozenset(v) for k, v in found.items()}


def is_content(token: Token) -> bool:
    """Whether a token says something by itself: no number, no sign, no filler."""
    head = token.text.split("'")[0]
    return (
        not token.text.endswith("n't")
        and head not in _STOP
        and token.text not in _STOP
        and token.raw[0].isalpha()
        and len(head) > 1
    )


def content(text: str) -> frozenset[str]:
    """The stems of the content words of a plain text."""
    return stems_of(tokens(text))


def stems_of(found: Iterable[Token]) -> frozenset[str]:
    return frozenset(stem(t.text) for t in found if is_content(t))
