"""Money, percentages, durations, periods and counts of a text, with their places and their units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.verification.dates import When, whens
from agent.verification.numbers import SCALES, Number, numbers
from agent.verification.periods import periods, with_ratios
from agent.verification.plain import Token, tokens
from agent.verification.quantity import Kind, Quantity
from agent.verification.units import CENTS, CURRENCIES, DAYS, MONTHS, PERCENT, RATES
from agent.verification.words import is_content

_BETWEEN = {
    "business",
    "working",
    "calendar",
    "full",
    "consecutive",
    "more",
    "additional",
    "further",
    "whole",
    "straight",
    "of",
    "solid",
}
_PLURAL_UNITS = frozenset("days weeks months years hours minutes quarters fortnights".split())
_WORKED = ("business", "working")
"""Five of them are a week."""
_LEAST = re.compile(r"(?<!never )(?<!not )(?<!n't )(?:at least|no (?:less|fewer) than|not less than|minimum(?: of)?|more than|over|above|from|mindestens|über|upwards of|exceed(?:s|ing)?)\s*[$€£]?\s*$", re.I)  # fmt: skip
_MOST = re.compile(r"(?:(?:never|not|n't|cannot) (?:be |go |cost |take |rise )?(?:(?:up|increased?|raised?|grow) )?(?:by )?(?:exceed|more than|over|above|beyond)|(?:at|stays?) or below|at most|up to|no (?:more|later|longer) than|not more than|maximum(?: of)?|less than|fewer than|under|below|within|max\.?|(?:not|never|n't|cannot)\b[^.;,]{0,30}\bby more than|capped at|höchstens|bis zu|maximal|unter)\s*[$€£]?\s*$", re.I)  # fmt: skip
_TOPS = re.compile(r"(?: [^\W\d_]+)? ?(?:at (?:the )?most|max(?:imum)?\b|tops\b|or (?:less|fewer|under|below)\b|and (?:under|below)\b|höchstens)", re.I)  # fmt: skip
_UPWARDS = re.compile(r"(?: [^\W\d_]+)? ?(?:at (?:the (?:very )?)?least|min(?:imum)?\b|or (?:more|over|above|longer)\b|and (?:over|above|up)\b|upwards\b|mindestens)", re.I)  # fmt: skip
_ABOUT = re.compile(r"(?:about|around|roughly|approximately|some|circa|ca\.?|nearly|almost|close to|(?:just|slightly|a (?:little|bit|touch)|well) (?:under|over|below|above|short of)|a (?:little|bit|touch) (?:less|more) than|(?:less|more) or less|maybe|perhaps|some|a good|knapp|gut|etwa|rund|ungefähr|~)\s*[$€£]?\s*(?:a\s*)?$", re.I)  # fmt: skip
_MOVES = re.compile(
    r"\b(?:went|go|goes|fell|fall|drop\w*|rose|rise|grew|grow|increas\w*|decreas\w*|cut|bring|brought|reduc\w*|down|up|mov\w*|lower\w*|rais\w*|chang\w*|shr\w+|improv\w*)\b[^.;]*\bfrom\s*[$€£]?$",
    re.I,
)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith("ss") else word


def _unit_at(found: Sequence[Token], at: int) -> tuple[Kind, str, int] | None:
    """Kind, unit and the token after the unit that stands at `at`."""
    for step in range(at, min(at + 3, len(found))):
        word = (
            _singular(found[step].text) if found[step].text not in ("bucks",) else found[step].text
        )
        if found[step].text in PERCENT or word in PERCENT:
            return "percent", "%", step + 1
        if word in CURRENCIES and step == at:
            return "money", CURRENCIES[word], step + 1
        if found[step].text in ("swiss", "us", "american", "british", "schweizer") and step == at:
            continue
        if (
            word in CURRENCIES
            and step == at + 1
            and found[at].text in ("swiss", "us", "american", "british", "schweizer")
        ):
            return "money", CURRENCIES[word], step + 1
        if word in CENTS and step == at:
            return "money", "cent", step + 1
        if (
            found[step].text == "per"
            and step + 1 < len(found)
            and found[step + 1].text in ("cent", "annum")
        ):
            return ("percent", "%", step + 2) if found[step + 1].text == "cent" else None
        if found[step].text == "basis" or found[step].text in ("bp", "bps"):
            return "percent", "bp", step + (2 if found[step].text == "basis" else 1)
        if word in DAYS or word in MONTHS:
            return "duration", word, step + 1
        if found[step].text not in _BETWEEN and not (
            step == at and step + 1 < len(found) and found[step + 1].text in _PLURAL_UNITS and is_content(found[step])
            and found[step + 1].start == found[step].end + 1
        ):  # fmt: skip
            return None
    return None


def _in_unit(values: frozenset[float], kind: Kind, unit: str) -> tuple[frozenset[float], str]:
    """Values in the kind's own unit: days or months, percent, whole money."""
    if kind == "duration":
        if unit in MONTHS:
            return frozenset(v * MONTHS[unit] for v in values), "months"
        return frozenset(v * DAYS[unit] for v in values), "days"
    if unit == "bp":
        return frozenset(v / 100 for v in values), "%"
    if unit == "cent":
        return frozenset(v / 100 for v in values), ""
    return values, unit


_RATE = re.compile(
    r"\s*(?:(?:/|p\.|per|an?|each|every|pro|im|for the)\s*)?(?:(?:contract|calendar|user|seat) (?:and |per |a )?)?(?P<unit>" + "|".join(sorted(RATES, key=len, reverse=True)) + r")\b", re.I
)  # fmt: skip


def _rate(after: str) -> str | None:
    """What the money before it is paid for each: year, month, week, day."""
    match = _RATE.match(after)
    return RATES[match.group("unit").lower()] if match else None


class _Reader:
    """Reads the quantities of one plain text."""

    def __init__(self, text: str, dates: Sequence[When]) -> None:
        self.text, self.found = text, tokens(text)
        self._taken = [(d.start, d.end) for d in dates]

    def read(self) -> list[Quantity]:
        """Every quantity, in order; what is part of a date is none."""
        out: list[Quantity] = []
        held = [n for n in numbers(self.found) if not self._in_date(n)]
        at = 0
        while at < len(held):
            number, upper = held[at], None
            if at + 1 < len(held) and self._is_range(number, held[at + 1]):
                upper = held[at + 1]
                at += 1
            if upper and self._is_change(number, upper):
                out += [self._quantity(upper, None)]
                out.append(replace(self._quantity(number, upper), top=frozenset()))
            else:
                out.append(self._quantity(number, upper))
            at += 1
        out = [
            self._bound_as_in_words(q, before) for q, before in zip(out, [None, *out], strict=False)
        ]
        out = with_ratios(self.text, out) + periods(self.text)
        ends = {q.end for q in out}
        singles = [
            q for q in self._single_units() if not ends & {q.start, q.start - 1, q.start - 2}
        ]
        singles = [
            s for s in singles if not any(q.start <= s.start and s.end <= q.end for q in out)
        ]
        out = [q for q in out if not any(s.start < q.start < s.end for s in singles)]
        return [q for q in (*out, *singles) if not self._is_code(q)]

    def _bound_as_in_words(self, q: Quantity, before: Quantity | None) -> Quantity:
        """The 90 of `at least ninety (90) days` is bound as the words before it are."""
        if before is None or q.bound or not before.bound or not q.spoken & before.spoken:
            return q
        restated = self.text[before.end : q.start].strip() == "("
        return replace(q, bound=before.bound) if restated else q

    def _in_date(self, number: Number) -> bool:
        start = self.found[number.first].start
        return any(a <= start < b for a, b in self._taken)

    def _is_code(self, q: Quantity) -> bool:
        """Part of a name such as `PL-2026-0417`, `SOC2` or `v3`: compared as a name."""
        before, after = self.text[max(0, q.start - 1) : q.start], self.text[q.end : q.end + 2]
        if before.isalpha() and self.text[q.start].isdigit():
            return True
        two = self.text[max(0, q.start - 2) : q.start]
        return (len(two) == 2 and two[1] == "-" and two[0].isalnum() and self.text[q.start].isdigit() and not q.unit
                and bool(re.search(r"[A-Za-z]+(?:-\d+)*-$", self.text[max(0, q.start - 12) : q.start]))) or (
            q.text[-1:].isdigit() and after[:1].isalpha() and after[:1].isupper())  # fmt: skip

    def _is_range(self, low: Number, high: Number) -> bool:
        between = (
            self.text[self.found[low.after - 1].end : self.found[high.first].start].strip().lower()
        )
        if low.ordinal or high.ordinal:
            return False
        if re.fullmatch(r"-|to|through|bis|or|oder|[$€£%]?\s*(?:-|to|bis)\s*[$€£]?", between):
            return (
                between not in ("-",)
                or self.found[low.first].is_number
                or max(low.values) < max(high.values)
            )
        before = self.text[
            max(0, self.found[low.first].start - 12) : self.found[low.first].start
        ].lower()
        return between in ("and", "und") and bool(
            re.search(r"(?:between|zwischen)\s*[$€£]?\s*$", before)
        )

    def _is_change(self, low: Number, high: Number) -> bool:
        """`from 19 to 12 percent`: two values at two times, no range."""
        start = self.found[low.first].start
        before = self.text[max(0, start - 40) : start]
        return min(low.values) > max(high.values) or bool(_MOVES.search(before))

    def _quantity(self, low: Number, upper: Number | None) -> Quantity:
        last = upper or low
        found, first = self.found, low.first
        values, top = low.values, upper.values if upper else frozenset()
        kind: Kind = "count"
        unit, after = "", last.after
        sign = found[first - 1].text if first else ""
        if sign in CURRENCIES:
            kind, unit, first = "money", CURRENCIES[sign], first - 1
            unit_after = _unit_at(found, after)
            if unit_after and unit_after[0] == "money":
                after = unit_after[2]
        elif not low.ordinal and (read := _unit_at(found, self._past_article(low, after))):
            kind, unit, after = read
        elif (
            first and not low.ordinal and (not self._nouns(after) or found[first - 1].text == "net")
        ):
            kind, unit, first = self._named_before(first, values)
        if (
            upper
            and max(values) < 1000 <= max(top)
            and found[low.first].is_number
            and low.after == low.first + 1
        ):
            values = self._same_scale(values, upper)
        if kind == "duration" and any(t.text in _WORKED for t in found[last.after : after]):
            values |= frozenset(v * 7 / 5 for v in values if unit in ("day", "tag", "tage"))
        values, plain_unit = _in_unit(values, kind, unit)
        if kind == "duration" and first and found[first - 1].text in ("every", "each", "alle"):
            kind, values, plain_unit = (
                "period",
                frozenset(v * (30 if plain_unit == "months" else 1) for v in values),
                "days",
            )
        top, _ = _in_unit(top, kind, unit)
        start, end = found[first].start, found[after - 1].end
        ahead = self.text[max(0, start - 40) : start]
        nouns = self._nouns(after) if kind == "count" else ()
        return Quantity(
            start, end, self.text[start:end], values, kind, plain_unit, top,
            "most" if _MOST.search(ahead) or _TOPS.match(self.text, end) else "least" if _LEAST.search(ahead) or _UPWARDS.match(self.text, end) else None,
            bool(_ABOUT.search(ahead)), _rate(self.text[end : end + 32]) if kind == "money" or not nouns else None, nouns, low.ordinal, low.values,
        )  # fmt: skip

    def _past_article(self, number: Number, at: int) -> int:
        """`half a day`, `a quarter of an hour`: the unit stands behind `of` and the article."""
        if all(v < 1 for v in number.values) and not self.found[number.first].is_number:
            while (
                at < len(self.found)
                and self.found[at].text in ("of", "a", "an")
                and at < number.after + 2
            ):
                at += 1
        return at

    def _named_before(self, first: int, values: frozenset[float]) -> tuple[Kind, str, int]:
        """`week ten`, `net 45`: what a number counts, where that stands before it."""
        before = self.found[first - 1]
        word = _singular(before.text)
        if word in ("week", "month", "day", "woche", "monat", "tag") and not before.text.endswith(
            "s"
        ):
            return "duration", word, first - 1
        between = self.text[before.end : self.found[first].start]
        if (word in DAYS or word in MONTHS) and between.strip() in (")", "):", ") :"):
            return "duration", word, first
        if word == "net" and any(7 <= v <= 180 for v in values):
            return "duration", "day", first - 1
        return "count", "", first

    def _nouns(self, at: int) -> tuple[str, ...]:
        """The content words right after a number, up to the first filler or sign."""
        out: list[str] = []
        for token in self.found[at : at + 3]:
            before = self.found[at + len(out) - 1].end
            if not is_content(token) or self.text[before : token.start].strip(" -"):
                break
            out.append(token.text)
        return tuple(out)

    def _same_scale(self, values: frozenset[float], upper: Number) -> frozenset[float]:
        """`10 to 12k` means 10k."""
        scales = [SCALES[t.text] for t in self.found[upper.first : upper.after] if t.text in SCALES]
        return frozenset(v * s for v in values for s in scales) or values

    def _single_units(self) -> list[Quantity]:
        """`a week`, `an hour`, `eine Woche`: one of it, where no number stands before."""
        out = []
        for i, token in enumerate(self.found[:-1]):
            word = _singular(self.found[i + 1].text)
            if token.text in ("a", "an", "eine", "einem", "einer", "einen", "ein") and (
                word in DAYS or word in MONTHS
            ):
                before = self.found[i - 1] if i else None
                if before is not None and (
                    before.is_number
                    or before.text in CURRENCIES
                    or before.text in ("times", "once", "twice", "half", "halves", "of")
                ):
                    continue
                half = [t.text for t in self.found[i + 2 : i + 5]] == ["and", "a", "half"]
                values, unit = _in_unit(frozenset({1.5 if half else 1.0}), "duration", word)
                start, end = token.start, self.found[i + (4 if half else 1)].end
                out.append(Quantity(start, end, self.text[start:end], values, "duration", unit))
        return out


def quantities(text: str, dates: Sequence[When] | None = None) -> list[Quantity]:
    """The quantities of a plain text; numbers that belong to its dates are left to those."""
    return _Reader(text, whens(text) if dates is None else dates).read()
