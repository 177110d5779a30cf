"""Numbers as people write and say them, English and German: `1.234,56`, `1.2k`, `forty-two`, `ein Dutzend`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.verification.plain import Token

_UNITS = dict(zip(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen".split(), range(20), strict=True,
))  # fmt: skip
_TENS = dict(zip(
    "twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True
))  # fmt: skip
_GERMAN = {
    "null": 0, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
    "zehn": 10, "elf": 11, "zwölf": 12, "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17,
    "achtzehn": 18, "neunzehn": 19, "zwanzig": 20, "dreißig": 30, "dreissig": 30, "vierzig": 40, "fünfzig": 50,
    "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90,
}  # fmt: skip
_GERMAN_TENS = re.compile(
    r"(ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und((?:zwan|drei|vier|fünf|sech|sieb|acht|neun)[zß]ig)"
)
_GERMAN_SCALED = re.compile(r"(\w*?)(hundert|tausend)(\w*)")
_GERMAN_HALVES = re.compile(r"(zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn)einhalb")
_LOOSE = {
    "couple": 2.0, "pair": 2.0, "dozen": 12.0, "dutzend": 12.0, "anderthalb": 1.5, "eineinhalb": 1.5, "twice": 2.0,
    "both": 2.0, "double": 2.0, "triple": 3.0, "beide": 2.0, "beiden": 2.0,
}  # fmt: skip
SCALES = {
    "hundred": 1e2, "hundert": 1e2, "thousand": 1e3, "tausend": 1e3, "grand": 1e3, "k": 1e3, "tsd": 1e3, "dozen": 12.0,
    "million": 1e6, "millions": 1e6, "millionen": 1e6, "mio": 1e6, "mn": 1e6, "mm": 1e6, "m": 1e6,
    "billion": 1e9, "bn": 1e9, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9,
}  # fmt: skip
_GLUED = {"k", "m"}
"""Scales of one letter count only where they touch the number: `48k`, not `48 m`."""
ORDINALS = {
    w: n for n, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(), 1)
} | {"thirtieth": 30, "erste": 1, "ersten": 1, "zweite": 2, "zweiten": 2, "dritte": 3, "dritten": 3, "vierte": 4, "vierten": 4,
     "fünfte": 5, "fünften": 5}  # fmt: skip
_FRACTIONS = {
    "half": 0.5, "halb": 0.5, "halbe": 0.5, "halben": 0.5, "halbes": 0.5, "hälfte": 0.5, "third": 1 / 3, "thirds": 1 / 3,
    "drittel": 1 / 3, "quarter": 0.25, "quarters": 0.25, "viertel": 0.25, "fifth": 0.2, "fifths": 0.2, "tenth": 0.1,
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """One number: what it may mean (`1.234` is two readings) and the tokens it takes."""

    values: frozenset[float]
    first: int
    after: int
    ordinal: bool = False


def written(word: str) -> frozenset[float]:
    """What digits with separators may mean; empty for what is no number (a date, a version)."""
    plain = word.replace("'", "")
    if re.fullmatch(r"\d+", plain):
        return frozenset({float(plain)})
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        both = {float(plain.replace(",", ""))}
        if plain.count(",") == 1 and "." not in plain:
            both.add(float(plain.replace(",", ".")))
        return frozenset(both)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        both = {float(plain.replace(".", "").replace(",", "."))}
        if plain.count(".") == 1 and "," not in plain:
            both.add(float(plain))
        return frozenset(both)
    if re.fullmatch(r"\d+[.,]\d+", plain):
        return frozenset({float(plain.replace(",", "."))})
    if re.fullmatch(r"\d{1,2}/\d{1,2}", plain) and not plain.endswith("/0"):
        over, under = plain.split("/")
        return frozenset({float(over) / float(under)} if 0 < int(over) < int(under) else ())
    return frozenset()


def _german(word: str) -> float | None:
    if word in _GERMAN:
        return float(_GERMAN[word])
    if match := _GERMAN_HALVES.fullmatch(word):
        return _GERMAN[match[1]] + 0.5
    if match := _GERMAN_TENS.fullmatch(word):
        return float(_GERMAN["eins" if match[1] == "ein" else match[1]] + _GERMAN[match[2]])
    if (match := _GERMAN_SCALED.fullmatch(word)) and len(word) > 7:
        before = 1.0 if match[1] in ("", "ein", "eine") else _german(match[1])
        after = 0.0 if not match[3] else _german(match[3])
        if before is not None and after is not None:
            return before * (100 if match[2] == "hundert" else 1000) + after
    return None


def small(word: str) -> float | None:
    """The number that one word says, if it says one below a hundred (or a German compound)."""
    if word in _UNITS:
        return float(_UNITS[word])
    if word in _TENS:
        return float(_TENS[word])
    return _german(word)


def _scaled(
    found: Sequence[Token], at: int, values: frozenset[float]
) -> tuple[frozenset[float], int]:
    """The number with the scale words after it; separators are decimal before `k` or `Mio`."""
    while at < len(found):
        word, touching = found[at].text, found[at].start == found[at - 1].end
        if word == "t" and [t.text for t in found[at + 1 : at + 2]] == ["€"]:
            return frozenset(v * 1e3 for v in values), at + 1
        if word not in SCALES or (word in _GLUED and not touching):
            break
        values, at = frozenset(v * SCALES[word] for v in values), at + 1
    return values, at


def _spoken(
    found: Sequence[Token], at: int, begun: float | None = None
) -> tuple[float, int] | None:
    """The number that words from `at` say, and the token after it; `begun` is an `a` before them."""
    total, current, here, seen = 0.0, begun or 0.0, at, begun is not None
    while here < len(found):
        word = found[here].text.removesuffix("'s")
        value = small(word)
        if value is not None:
            tens = current % 100
            if seen and tens and not (tens >= 20 and tens % 10 == 0 and value < 10):
                break
            current += value
        elif word in ("hundred", "hundert") and seen:
            current = (current or 1) * 100
        elif word in SCALES and word not in _GLUED and seen and word not in ("dozen", "hundred"):
            total, current = total + (current or 1) * SCALES[word], 0
        elif word == "dozen" and seen:
            return (total + current) * 12, here + 1
        elif word == "point" and seen and (digits := _digits(found, here + 1)):
            current, here = current + float(f"0.{digits}"), here + len(digits)
        elif (
            word == "and"
            and seen
            and here + 1 < len(found)
            and found[here - 1].text in SCALES
            and small(found[here + 1].text) is not None
        ):
            pass
        else:
            break
        seen, here = True, here + 1
    return (total + current, here) if seen else None


def _digits(found: Sequence[Token], at: int) -> str:
    """The digits spoken one by one behind a `point`."""
    digits = ""
    for token in found[at : at + 4]:
        value = small(token.text)
        if value is None or value > 9:
            break
        digits += f"{value:g}"
    return digits


def _article(found: Sequence[Token], at: int) -> Number | None:
    """`a hundred`, `half a million`, `a couple of`, `two and a half`."""
    word, rest = found[at].text, [t.text for t in found[at + 1 : at + 4]]
    if (
        word in ("a", "an", "one", "ein", "eine", "einen")
        and rest
        and ((rest[0] in SCALES and rest[0] not in _GLUED) or rest[0] in _LOOSE)
    ):
        value, after = SCALES.get(rest[0], _LOOSE.get(rest[0], 1.0)), at + 2
        said = _spoken(found, at + 1, 1.0) if value >= 100 else None
        if said is not None:
            return Number(frozenset({said[0]}), at, said[1])
        if rest[1:2] and rest[1] in SCALES and rest[1] not in _GLUED:
            value, after = value * SCALES[rest[1]], after + 1
        return Number(frozenset({value}), at, after)
    if word in ("a", "an", "one", "ein") and rest and rest[0] in _FRACTIONS:
        if of := _of_scale(found, at + 2):
            return Number(frozenset({_FRACTIONS[rest[0]] * of}), at, at + 5)
        if _is_part(rest) or (at and found[at - 1].text in ("by", "um")):
            return Number(frozenset({_FRACTIONS[rest[0]]}), at, at + 2)
    if word in _LOOSE and word != "dozen":
        return Number(frozenset({_LOOSE[word]}), at, at + 1)
    if word in _FRACTIONS and word.startswith(("hal", "häl")):
        if (
            rest[:1]
            and rest[0] in ("a", "an")
            and rest[1:2]
            and rest[1] in SCALES
            and rest[1] not in _GLUED
        ):
            return Number(frozenset({0.5 * SCALES[rest[1]]}), at, at + 3)
        return Number(frozenset({0.5}), at, at + 1)
    return None


def _of_scale(found: Sequence[Token], at: int) -> float | None:
    """The scale of `a quarter of a million`, read from `of` on."""
    words = [t.text for t in found[at : at + 3]]
    if words[:2] in (["of", "a"], ["of", "one"]) and words[2:] and words[2] in SCALES:
        return None if words[2] in _GLUED else SCALES[words[2]]
    return None


def _is_part(rest: Sequence[str]) -> bool:
    """`a quarter of`, `a third`: a part, where `a quarter` alone is three months and `a third user` is counted."""
    if rest[0] in ("drittel", "viertel"):
        return rest[1:2] not in (["jahr"], ["stunde"])
    return rest[1:2] == ["of"] or (rest[0] != "quarter" and len(rest) == 1)


def _and_a_half(found: Sequence[Token], at: int) -> int:
    words = [t.text for t in found[at : at + 3]]
    return 3 if words in (["and", "a", "half"],) else 0


def number_at(found: Sequence[Token], at: int) -> Number | None:
    """The number that starts at token `at`, or None."""
    token = found[at]
    if token.is_number:
        values = written(token.text)
        if not values:
            return None
        if (
            at + 1 < len(found)
            and found[at + 1].start == token.end
            and found[at + 1].text in ("st", "nd", "rd", "th")
        ):
            return Number(values, at, at + 2, ordinal=True)
        if (part := _fraction_after(found, at)) is not None:
            return Number(frozenset(v + part for v in values), at, at + 2)
        values, after = _grouped(found, at, values)
        values, after = _scaled(found, after, values)
        return Number(values, at, after)
    if (special := _article(found, at)) is not None:
        return special
    if token.text in ("hundred", "thousand"):
        return Number(frozenset({SCALES[token.text]}), at, at + 1)
    if token.text in ORDINALS:
        return Number(frozenset({float(ORDINALS[token.text])}), at, at + 1, ordinal=True)
    if (said := _spoken(found, at)) is None:
        return None
    value, after = said
    return _finished(found, at, value, after)


def _fraction_after(found: Sequence[Token], at: int) -> float | None:
    """The half of `3 1/2`."""
    if at + 1 < len(found) and re.fullmatch(r"[123]/[2348]", found[at + 1].text):
        (part,) = written(found[at + 1].text) or (0.0,)
        return part if part and "/" not in found[at].text else None
    return None


def _grouped(
    found: Sequence[Token], at: int, values: frozenset[float]
) -> tuple[frozenset[float], int]:
    """`12 000` with a space between: one number."""
    after, text = at + 1, found[at].text
    while (
        (len(text) <= 3 or after > at + 1)
        and after < len(found)
        and re.fullmatch(r"\d{3}", found[after].text)
        and found[after].start == found[after - 1].end + 1
    ):
        text, after = text + found[after].text, after + 1
    return (
        (frozenset({float(text)}), after) if after > at + 1 and text.isdigit() else (values, at + 1)
    )


def _finished(found: Sequence[Token], at: int, value: float, after: int) -> Number:
    """A spoken number with `and a half`, a fraction (`two thirds`) or an ordinal's end (`twenty-first`)."""
    if step := _and_a_half(found, after):
        values, stop = _scaled(found, after + step, frozenset({value + 0.5}))
        return Number(values, at, stop)
    if after < len(found):
        word = found[after].text
        parted = word != "quarters" or (
            found[after + 1 : after + 2] and found[after + 1].text == "of"
        )
        if word.endswith("s") and word in _FRACTIONS and (of := _of_scale(found, after + 1)):
            return Number(frozenset({value * _FRACTIONS[word] * of}), at, after + 4)
        if word in _FRACTIONS and word.endswith(("s", "tel")) and value < 10 and parted:
            return Number(frozenset({value * _FRACTIONS[word]}), at, after + 1)
        if word in ORDINALS and value in (20, 30) and ORDINALS[word] < 10:
            return Number(frozenset({value + ORDINALS[word]}), at, after + 1, ordinal=True)
    return Number(frozenset({value, *_paired(found, at, value, after)}), at, after)


def _paired(found: Sequence[Token], at: int, value: float, after: int) -> set[float]:
    """The other readings of two numbers in one breath: `sixty one forty` may be 6140, `eighteen two` 18.2 or 18,200."""
    if not 10 <= value < 100 or found[at].is_number or after >= len(found):
        return set()
    second = _spoken(found, after)
    if second is not None and 0 < second[0] < 10 and found[after].start == found[after - 1].end + 1:
        return {value + second[0] / 10, value * 1000 + second[0] * 100}
    if (
        second is None
        or not 10 <= second[0] < 100
        or found[after].start != found[after - 1].end + 1
    ):
        return set()
    return {100 * value + second[0]}


def numbers(found: Sequence[Token]) -> list[Number]:
    """Every number among the tokens, in order."""
    out: list[Number] = []
    at = 0
    while at < len(found):
        number = number_at(found, at)
        if number is None:
            at += 1
        else:
            out.append(number)
            at = max(number.after, at + 1)
    return out
