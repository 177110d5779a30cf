"""Days, months, quarters and times of day in all common notations, English and German."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from agent.verification.clock import times
from agent.verification.numbers import small

_MONTH_WORDS = {
    "january": 1, "jan": 1, "januar": 1, "jänner": 1, "february": 2, "feb": 2, "februar": 2, "march": 3, "mar": 3, "märz": 3,
    "april": 4, "apr": 4, "may": 5, "mai": 5, "june": 6, "jun": 6, "juni": 6, "july": 7, "jul": 7, "juli": 7, "august": 8,
    "aug": 8, "september": 9, "sept": 9, "sep": 9, "october": 10, "oct": 10, "oktober": 10, "okt": 10, "november": 11, "nov": 11,
    "december": 12, "dec": 12, "dezember": 12, "dez": 12,
}  # fmt: skip
_WEEKDAYS = {
    "monday": 0, "montag": 0, "tuesday": 1, "dienstag": 1, "wednesday": 2, "mittwoch": 2, "thursday": 3, "donnerstag": 3,
    "friday": 4, "freitag": 4, "saturday": 5, "samstag": 5, "sunday": 6, "sonntag": 6,
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4,
}  # fmt: skip
_DAY_WORDS = {
    w: n for n, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
        "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
        "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first".split(), 1)
}  # fmt: skip
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTH_WORDS, key=len, reverse=True)) + r")\b\.?"
_DAY = (
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?|(?P<dayword>"
    + "|".join(sorted(_DAY_WORDS, key=len, reverse=True)).replace("-", "[- ]")
    + r"))(?![\d%])"
)
_YEAR = r"(?:,? (?:of )?(?P<year>(?:19|20)\d\d)\b|,? (?P<short>'\d\d)\b)?"
_PATTERNS = [
    re.compile(p, re.I)
    for p in (
        r"\b(?P<year>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
        r"\b(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<year>(?:19|20)?\d\d)(?!\d)",
        r"(?:\b(?P<d>[0-3]\d)\.\s?(?P<m>[01]\d)\.(?!\d)|(?:(?<=\bam )|(?<=\bab )|(?<=\bzum )|(?<=\bbis )|(?<=\bvom )|(?<=\bden )|(?<=\bdem )|(?<=\bseit ))(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})\.(?!\d))",
        r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<year>(?:19|20)?\d\d)(?!\d)",
        rf"\b{_MONTH} (?:the )?{_DAY}{_YEAR}",
        rf"\b{_DAY}(?: (?:day )?of)? {_MONTH}{_YEAR}",
        rf"\b(?P<part>early|mid|late|end of|beginning of|start of|middle of|anfang|mitte|ende)?[ -]?{_MONTH}{_YEAR}",
        r"\b(?:(?P<part>early|mid|late|end of|beginning of|start of|anfang|mitte|ende)[ -])?(?P<quarter>[qQ][1-4])(?:[ /-]?(?:of )?(?:FY ?)?'?(?P<year>(?:20)?\d\d))?\b(?!\s*%)",
        r"\b(?:(?P<part>early in|late in|end of|beginning of|start of|anfang|mitte|ende)(?: the| des)? )?(?P<quarterword>first|second|third|fourth|erste[ns]?|zweite[ns]?|dritte[ns]?|vierte[ns]?) (?:calendar |fiscal )?(?:quarter|quartal)(?:,? (?:of )?(?P<year>20\d\d))?\b",
        r"\b(?P<halfword>first|second|erste[ns]?|zweite[ns]?) (?:(?:half|hälfte)(?: of| von|,)?(?: the year| des jahres)? (?P<year>20\d\d)|half of the year|hälfte des jahres|halbjahr(?:es)?(?: (?P<year2>20\d\d))?)\b",
        r"\b(?P<half>[hH][12])(?:[ /-]?'?(?P<year>(?:20)?\d\d))?\b",
        r"\b(?P<fiscal>FY|fiscal(?: year)?|Geschäftsjahr) ?'?(?P<year>(?:20)?\d\d)\b",
        r"(?<![\w-])(?P<year>(?:19[89]|20[0-4])\d)(?![\w-]|[.,]\d|\s*%)",
        r"\b(?P<century>nineteen|twenty)[ -](?P<decade>ten|eleven|twelve|\w+teen|twenty|thirty|eighty|ninety)(?:[ -](?P<unit>one|two|three|four|five|six|seven|eight|nine))?\b(?! ?-?(?:minutes?|days?|users?|people|seats?|hours?|percent|dollars?|weeks?|months?|thousand|hundred|million|foot|feet)\b)",
        r"(?:(?<=day )|(?<=day, )|(?<=tomorrow )|(?<=tomorrow, ))the (?P<alone>\d{1,2}(?=st\b|nd\b|rd\b|th\b)|(?:twenty|thirty)[- ]\w+|\w+teenth|twentieth|thirtieth)(?:st|nd|rd|th)?(?=\s*(?:[.,;!?)]|$)|\s(?:and|or|so|it|we|i|at|is|if|then|works?|would|should|suits?)\b)",
        r"(?:(?<=\bon )|(?<=\bby )|(?<=\bof )|(?<=\bfrom )|(?<=\buntil )|(?<=\bfreeze )|(?<=\bdate )|(?<=\bkickoff )|(?<=\bdue )|(?<=\blive ))(?P<a>\d{1,2})/(?P<b>\d{1,2})\b(?!/|\d| of\b)",
    )
]
_WEEKDAY = re.compile(
    r"\b(" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")s?\b\.?", re.I
)
_ORDINAL_WORDS = {"fi": 1, "er": 1, "se": 2, "zw": 2, "th": 3, "dr": 3, "fo": 4, "vi": 4}
_AMBIGUOUS = ("may", "march", "mar", "mai", "sun", "sat", "jan", "dec", "sep", "wed", "mon", "fri")


@dataclass(frozen=True)
class When:
    """A day, month, quarter, half, year, weekday or time as far as it was said; None is left open."""

    start: int
    end: int
    text: str
    year: int | None = None
    months: frozenset[int] = field(default_factory=frozenset)
    day: int | None = None
    weekday: int | None = None
    minute: int | None = None
    swapped: tuple[int, int] | None = None
    """Month and day read the other way, where `03/04/2026` leaves it open."""
    part: str | None = None

    @property
    def is_year(self) -> bool:
        """Only a year was said."""
        return (
            self.year is not None
            and not self.months
            and self.weekday is None
            and self.minute is None
        )


_IN_TIME = re.compile(r"\b(?:in|by|until|till|since|from|before|after|early|mid|late|next|last|im|ab|bis|seit|of)[ -]$", re.I)  # fmt: skip
"""What before a short or doubtful word tells that it is a month or a day of the week."""


def _year(text: str | None) -> int | None:
    if not text:
        return None
    year = int(text.strip("'"))
    return year + 2000 if year < 100 else year


def _quarter_months(number: int) -> frozenset[int]:
    return frozenset(range(3 * number - 2, 3 * number + 1))


def _ambiguous(match: re.Match[str]) -> bool:
    """`may` and `march` as verbs: no capital, no day beside it, nothing before it that tells when."""
    word = match.group("month")
    if word.lower() not in _AMBIGUOUS or word[0].isupper():
        return False
    return not _IN_TIME.search(
        match.string[max(0, match.start("month") - 8) : match.start("month")]
    )


def _when(match: re.Match[str]) -> When | None:
    g = match.groupdict()
    made = partial(When, match.start(), match.end(), match.group().strip())
    year = _year(g.get("year") or g.get("short") or g.get("year2"))
    if g.get("century"):
        spoken = _spoken_year(g)
        return made(year=spoken) if spoken else None
    if said := g.get("alone"):
        alone = int(said) if said.isdigit() else _DAY_WORDS.get(said.lower().replace(" ", "-"))
        return made(day=alone) if alone and alone <= 31 else None
    if g.get("a"):
        first, second = int(g["a"]), int(g["b"])
        if first > 12 >= second:
            first, second = second, first
        if first > 12 or second > 31 or not first or not second:
            return None
        swapped = (second, first) if second <= 12 else None
        return made(year=year, months=frozenset({first}), day=second, swapped=swapped)
    if said_month := g.get("m") or g.get("m2"):
        month, day = int(said_month), int(g.get("d") or g["d2"])
        return (
            made(year=year, months=frozenset({month}), day=day)
            if 1 <= month <= 12 and 1 <= day <= 31
            else None
        )
    if g.get("month"):
        if _ambiguous(match):
            return None
        day_said = (
            int(g["day"])
            if g.get("day")
            else _DAY_WORDS.get((g.get("dayword") or "").lower().replace(" ", "-"))
        )
        if day_said is not None and not 1 <= day_said <= 31:
            return None
        months = frozenset({_MONTH_WORDS[g["month"].lower()]})
        return made(year=year, months=months, day=day_said, part=_part(g.get("part")))
    if said := g.get("quarter") or g.get("quarterword"):
        number = int(said[1]) if said[1].isdigit() else _ORDINAL_WORDS[said[:2].lower()]
        return made(year=year, months=_quarter_months(number), part=_part(g.get("part")))
    if said := g.get("half") or g.get("halfword"):
        first_half = said[1] == "1" or said[:2].lower() in ("fi", "er")
        return made(year=year, months=frozenset(range(1, 7) if first_half else range(7, 13)))
    return made(year=year)


def _spoken_year(said: dict[str, str | None]) -> int | None:
    """`twenty twenty-three`, `nineteen ninety six`."""
    words = [said["century"], said["decade"], *([said["unit"]] if said["unit"] else [])]
    values = [small((w or "").lower()) for w in words]
    if None in values:
        return None
    year = 100 * int(values[0] or 0) + sum(int(v or 0) for v in values[1:])
    return year if 1980 <= year < 2050 else None


def _part(said: str | None) -> str | None:
    first = (said or "")[:1].lower()
    if not first:
        return None
    return (
        "end"
        if said and said.lower() in ("late", "late in", "end of", "ende")
        else "mid"
        if "mi" in (said or "").lower()
        else "start"
    )


def whens(text: str) -> list[When]:
    """Every date and time of a plain text, in order; none overlaps another."""
    return list(_whens(text))


@lru_cache(maxsize=4096)
def _whens(text: str) -> tuple[When, ...]:
    found: list[When] = []
    taken: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or start >= b for a, b in taken)

    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if free(match.start(), match.end()) and (when := _when(match)) is not None:
                found.append(when)
                taken.append((match.start(), match.end()))
    for one in [*found]:
        found += _joined_days(text, one, free)
    for match in _WEEKDAY.finditer(text):
        if match.group(1).lower() in _AMBIGUOUS and not match.group(1)[0].isupper() and not (
            re.match(r" ?\d|\W+(?:noon|morning|afternoon|evening)", text[match.end() : match.end() + 12])
            or re.search(r"\b(?:on|by|until|till|from|next|last|to|since) $", text[max(0, match.start() - 6) : match.start()])
        ):  # fmt: skip
            continue
        found.append(
            When(
                match.start(), match.end(), match.group(), weekday=_WEEKDAYS[match.group(1).lower()]
            )
        )
    for start, end, minute in times(text):
        if free(start, end):
            found.append(When(start, end, text[start:end], minute=minute))
    return tuple(sorted(found, key=lambda w: w.start))


_DAY_BEFORE = re.compile(r"(?<![\d.,])(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?(?:,| and| &| or| \+|/| und| oder) ?(?:the )?$", re.I)  # fmt: skip
_DAY_BEHIND = re.compile(r" ?(?:and|&|\+|or|/|und|oder) ?(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d|[.,:/]\d| ?%|\.?\s?[^\W\d_])", re.I)  # fmt: skip


def _joined_days(text: str, one: When, free: Callable[[int, int], bool]) -> Iterator[When]:
    """The 3 of `3 and 4 February`, the 4 of `Feb 3 + 4`."""
    if one.day is None or len(one.months) != 1 or one.swapped:
        return
    low = max(0, one.start - 12)
    if one.text[0].isdigit() and (match := _DAY_BEFORE.search(text[low : one.start])):
        start, end = low + match.start("day"), low + match.end("day")
        day = int(match["day"])
    elif one.text[0].isalpha() and one.year is None and (match := _DAY_BEHIND.match(text, one.end)):
        start, end, day = match.start("day"), match.end("day"), int(match["day"])
    else:
        return
    if 1 <= day <= 31 and free(start, end):
        yield replace(one, start=start, end=end, text=text[start:end], day=day, part=None)


def agrees(claim: When, said: When) -> bool:
    """Whether evidence that says `said` carries `claim`: as exact or more, and nothing different."""
    if claim.minute is not None or said.minute is not None:
        return (
            claim.minute is not None
            and said.minute is not None
            and claim.minute % 720 == said.minute % 720
        )
    if claim.weekday is not None:
        return said.weekday == claim.weekday or _falls_on(said) == claim.weekday
    if claim.year is not None and said.year is not None and claim.year != said.year:
        return False
    if claim.is_year:
        return said.year == claim.year
    if any(_same_day(claim, s) for s in _readings(said)):
        return True
    return claim.swapped is not None and any(
        _same_day(c, s) for c in _readings(claim) for s in _readings(said)
    )


def _readings(when: When) -> list[When]:
    if when.part in ("start", "end") and len(when.months) > 1:
        month = max(when.months) if when.part == "end" else min(when.months)
        return [when, replace(when, months=frozenset({month}))]
    if when.swapped is None:
        return [when]
    month, day = when.swapped
    return [when, When(when.start, when.end, when.text, when.year, frozenset({month}), day)]


def _same_day(claim: When, said: When) -> bool:
    if not said.months and said.day is not None:
        return said.day == claim.day
    if not said.months or not said.months <= claim.months:
        return False
    if claim.day is None:
        return (
            claim.part is None
            or (_part_of(said) in (claim.part, None) and said.day is not None)
            or said.part == claim.part
        )
    if said.day is None:
        return said.part == "end" and claim.day == max(
            calendar.monthrange(claim.year or 2026, m)[1] for m in claim.months
        )
    return said.day == claim.day


def _part_of(when: When) -> str | None:
    if when.day is None:
        return when.part
    return "start" if when.day <= 10 else "mid" if when.day <= 20 else "end"


def _falls_on(when: When) -> int | None:
    if when.year is None or when.day is None or len(when.months) != 1:
        return None
    (month,) = when.months
    if when.day > calendar.monthrange(when.year, month)[1]:
        return None
    return calendar.weekday(when.year, month, when.day)
