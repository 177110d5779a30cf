"""True sentences with one thing altered: number, date, name, yes or no, a word into its opposite, the roles.

Cheap examples of what a verifier must refuse. Every alteration is made by rule from a seeded generator.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from agent.verification.dates import whens
from agent.verification.names import names
from agent.verification.plain import tokens
from agent.verification.quantities import quantities
from agent.verification.words import is_content, stem

_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SPOKEN = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty ninety hundred".split()
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|will|can|could|should|would|has|have|had|does|do|did|must|may)\b(?! not\b|n't)"
)
_NEGATED = re.compile(
    r"\b(is|are|was|were|will|could|should|would|has|have|had|does|do|did|must|may)(?: not|n't)\b|\bcannot\b|\bcan't\b"
)
_PAIRS = """increase decrease;increased decreased;increasing decreasing;higher lower;more less;more fewer;before after;above below;first last;
early late;approve reject;approved rejected;accept refuse;accepted refused;agree disagree;agreed disagreed;include exclude;included excluded;includes excludes;
internal external;new old;easy difficult;easier harder;strong weak;positive negative;better worse;best worst;success failure;successful unsuccessful;
satisfied dissatisfied;happy unhappy;likely unlikely;able unable;improve worsen;improved worsened;improvement decline;growth decline;gain loss;rise fall;rose fell;
open closed;start end;started ended;begin finish;all some;always never;often rarely;many few;most few;large small;high low;long short;fast slow;cheap expensive;
cheaper pricier;support oppose;supported opposed;allow forbid;allowed forbidden;allows forbids;required optional;mandatory optional;buy sell;bought sold;
customer vendor;interested uninterested;confident doubtful;optimistic pessimistic;enthusiastic reluctant;agreeing declining;agrees declines;expresses denies;emphasizes downplays;
simple complex;public private;temporary permanent;minimum maximum;daily yearly;weekly monthly;monthly yearly;free paid;safe unsafe;with without;internal external;
encourage discourage;encouraged discouraged;reduce raise;reduced raised;reducing raising;expand shrink;expanding shrinking;expanded shrank;win lose;won lost;
accurate inaccurate;available unavailable;important unimportant;efficient inefficient;complete incomplete;effective ineffective;
confirmed denied;confirms denies;offers withholds;offered withheld;accepting rejecting;prefer dislike;preferred disliked;partially fully;briefly thoroughly"""
_SWAPS = {
    a: b
    for pair in _PAIRS.replace("\n", "").split(";")
    for a, b in (pair.split(), pair.split()[::-1])
}

Alteration = Callable[[str, random.Random, Sequence[str]], str | None]


def _replace(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def number(text: str, rng: random.Random, _: Sequence[str]) -> str | None:
    found = [q for q in quantities(text) if q.kind != "count" or q.nouns]
    spots = [
        (m.start() + q.start, m.end() + q.start, m.group())
        for q in found
        for m in re.finditer(r"\d+|[a-z]+", q.text, re.I)
        if m.group().isdigit() or m.group().lower() in _SPOKEN
    ]
    if not spots:
        return None
    start, end, old = rng.choice(spots)
    if not old.isdigit():
        return _replace(text, start, end, rng.choice([w for w in _SPOKEN if w != old.lower()]))
    digits = list(old)
    at = rng.randrange(len(digits))
    digits[at] = rng.choice([d for d in "123456789" if d != digits[at]])
    return _replace(text, start, end, "".join(digits))


def date(text: str, rng: random.Random, _: Sequence[str]) -> str | None:
    for when in whens(text):
        for pool in (_MONTHS, _DAYS):
            for word in pool:
                if word in when.text:
                    return text.replace(word, rng.choice([w for w in pool if w != word]), 1)
        if match := re.search(r"\d+", when.text):
            new = str(int(match.group()) + rng.choice([1, 2, 3, -1]))
            return _replace(text, when.start + match.start(), when.start + match.end(), new)
    return None


def name(text: str, rng: random.Random, others: Sequence[str]) -> str | None:
    found = [n for n in names(text) if not n.code]
    pool = [o for o in others if all(o != n.text for n in found)]
    if not found or not pool:
        return None
    one = rng.choice(found)
    return _replace(text, one.start, one.end, rng.choice(pool))


def negation(text: str, rng: random.Random, _: Sequence[str]) -> str | None:
    if match := _NEGATED.search(text):
        return _replace(text, match.start(), match.end(), match.group(1) or "can")
    spots = list(_AUXILIARY.finditer(text))
    if spots:
        match = rng.choice(spots)
        return _replace(text, match.start(), match.end(), f"{match.group()} not")
    verbs = list(re.finditer(r"\b([a-z]{3,})(ed|es|s)\b", text))
    verbs = [v for v in verbs if not v.group().endswith("ss")]
    if not verbs:
        return None
    match = rng.choice(verbs)
    lead = "did not" if match.group(2) == "ed" else "does not"
    return _replace(text, match.start(), match.end(), f"{lead} {match.group(1)}")


def opposite(text: str, rng: random.Random, _: Sequence[str]) -> str | None:
    spots = [t for t in tokens(text) if t.text in _SWAPS]
    if not spots:
        return None
    token = rng.choice(spots)
    new = _SWAPS[token.text]
    return _replace(
        text, token.start, token.end, new.capitalize() if token.raw[0].isupper() else new
    )


def word(text: str, rng: random.Random, others: Sequence[str]) -> str | None:
    """A content word replaced by one of another place."""
    spots = [t for t in tokens(text) if is_content(t) and len(t.text) > 3 and t.start > 0]
    pool = [w for w in others if " " not in w and w.islower()]
    if not spots or not pool:
        return None
    token = rng.choice(spots)
    ending = token.text[-2:]
    like = [w for w in pool if w.endswith(ending) and stem(w) != stem(token.text)] or pool
    return _replace(text, token.start, token.end, rng.choice(like))


def roles(text: str, rng: random.Random, _: Sequence[str]) -> str | None:
    found = [n for n in names(text) if not n.code]
    if len(found) >= 2 and found[0].text != found[1].text:
        a, b = found[0], found[1]
        return text[: a.start] + b.text + text[a.end : b.start] + a.text + text[b.end :]
    return None


def insertion(text: str, rng: random.Random, others: Sequence[str]) -> str | None:
    """A phrase of another place added."""
    tails = [o for o in others if 3 <= len(o.split()) <= 9]
    return (
        f"{text.rstrip(' .')}{rng.choice([', ', ' and ', ' because of '])}{rng.choice(tails)}."
        if tails
        else None
    )


ALTERATIONS: tuple[Alteration, ...] = (
    number,
    date,
    name,
    negation,
    opposite,
    word,
    roles,
    insertion,
)


def altered(text: str, rng: random.Random, others: Sequence[str], count: int) -> list[str]:
    """Up to `count` versions of `text`, each altered in one way of its own."""
    order = list(ALTERATIONS)
    rng.shuffle(order)
    out = []
    for change in order:
        new = change(text, rng, others)
        if new and new != text and new not in out:
            out.append(new)
        if len(out) == count:
            break
    return out
