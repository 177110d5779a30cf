"""Ways in which a signed clause says otherwise than a promise about the same thing.

Each way is a plain reading of both texts: another value, a charge for what was to be free, a limit on what was to be
without one, no way out, the customer's duty, another language, or the thing listed as left out. Whether promise and clause speak of
the same thing is for the caller to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from agent.values import Value, values_of
from agent.verification.dates import When, whens
from indexer.lexical import STOP
from indexer.models import Frozen
from prompts.cues import cue, cues

COMPARED = ("money", "percent", "duration", "count", "hours")
SLACK = 0.02
ITEM_SHARE = 0.5
"""Of an excluded item's words so many must be in the promise for it to be the thing promised."""
_EXCLUDES = re.compile(
    r"not included|excluded|exclud(?:es|ing)\b(?! (?:\S+ ){0,2}(?:holidays|VAT|GST|tax(?:es)?)\b)|(?:out|outside) (?:of )?(?:the )?scope|not in scope|does not include|not part of|not (?:be )?provided|"
    r"no(?:t)? (?:direct|obligation)|sold separately|separate(?:ly)? (?:quoted|priced|order|licen[cs]ed)|(?:quoted|billed|charged) separately|"
    r"(?:is|are) available (?:in|on|under|as) (?:the |an? )?(?:\w+ )?(?:plan|edition|tier|add-on|option)|not (?:ordered|selected|covered)|"
    r"at (?:additional|extra) (?:cost|charge)|nicht (?:enthalten|umfasst|bestandteil)|ausgeschlossen",
    re.I,
)
_NOT_TAKEN = re.compile(
    r"\[[ _]?\]|[☐□]|:\s*(?:no|none|nein|keine?|n/a|not (?:required|taken|wanted))\W*$|^[^\t]*(?:\t[^\t\d]*)*?\t0(?=\t|$)",
    re.I | re.M,
)
"""A box without a tick, `no` behind a colon, a quantity of nothing."""
_EXCLUSIONS = re.compile(
    r"^\W*(?:\d[\d.]*\W+)?(?:exclu(?:ded|sions?)\b|out(?:side)? (?:of )?(?:the )?scope|(?:what (?:is|we) )?(?:not|nicht|inte|não|pas|niet)\b|"
    r"(?:ausschlüsse|exclusões|exclusions|undantag)\b|options? \(?not\b|limits? of (?:the )?scope|what .{0,30}\b(?:does not|do not|doesn't|don't|isn't) (?:include|cover|do|provide))",
    re.I,
)
"""Headings under which everything is left out."""
_CATCH_ALL = re.compile(
    r"\b(?:anything|items?|services?|features?|work|all else)\b(?: that (?:is|are))? not (?:expressly |specifically )?(?:listed|described|stated|included|named)",
    re.I,
)
"""Leaves out whatever is not named: it says nothing of one thing in particular."""
_CUSTOMER = re.compile(
    r"^\W*(?:\d[\d.]*\W+)?(?:the )?(?:customer|client|licensee|subscriber|buyer|kunde|auftraggeber)\b(?! (?:may|can|receives?|data))",
    re.I,
)
_WE = re.compile(r"\b(?:we|we['’]\w+|i|i['’]\w+|our|us|wir|unser\w*)\b", re.I)
_CHARGED = re.compile(
    r"\b(?:charged|invoiced|billed|payable|per (?:message|hour|month|user|unit|item|transaction|door|visit)|quoted|at cost)\b", re.I
)  # fmt: skip
_MONEY = re.compile(
    r"(?:[$€£]|\b(?:USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CAD|AUD|INR|ZAR)\b)\s?(?P<a>\d[\d,.  ]*)|(?P<b>\d[\d,. ]*)\s?(?:USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CAD|AUD|INR|ZAR|kr|kronor|kroner|euros?|dollars|pounds)\b"
)


class Otherwise(Frozen):
    """What was promised and what is signed instead."""

    promised: str
    signed: str
    why: str


def content(text: str) -> set[str]:
    """The first five letters of every word that says something."""
    return {w[:5] for w in re.findall(r"[^\W\d_]{4,}", text.lower()) if w not in STOP}


def leaves_out(clause: str, heading: str = "") -> bool:
    """True for a clause that puts something named out of scope."""
    listed = any((_EXCLUSIONS.search(heading), _EXCLUDES.search(clause), _NOT_TAKEN.search(clause)))
    return listed and not _CATCH_ALL.search(clause)


def left_out(promise: str, clause: str) -> float:
    """The largest share of an excluded item's words that stand in the promise, among items of two words or more."""
    said, best = content(promise), 0.0
    for sentence in re.split(r"(?<=[.;])\s+", clause):
        bare = _EXCLUDES.sub(" ", sentence)
        for item in re.split(r",|;|\band\b|\bor\b|\bund\b|\boder\b", bare):
            words = content(item)
            if len(words & said) >= 2:
                best = max(best, len(words & said) / len(words))
    return best


def otherwise(promise: str, clause: str) -> Otherwise | None:
    """How a clause about the promised thing says otherwise, or None."""
    ways = _BY_VALUE if _agrees(promise, clause) else (*_BY_VALUE, *_BY_WORDS)
    return next((found for way in ways if (found := way(promise, clause))), None)


def otherwise_in_words(promise: str, clause: str) -> Otherwise | None:
    """The same where it takes no second value to say so: a charge, a limit, no way out, another language, a duty."""
    ways = (_charge, _limit, _no_way_out, _other_language, _customers_duty)
    return next((found for way in ways if (found := way(promise, clause))), None)


def _agrees(promise: str, clause: str) -> bool:
    """True if some value of both is the same; hours are too coarse to tell."""
    said, signed = ([v for v in _values(t) if v.kind != "hours"] for t in (promise, clause))
    return any(a.kind == b.kind and _same(a, b) for a in said for b in signed)


def _values(text: str) -> list[Value]:
    """Typed values, and amounts in currencies that stand as a word."""
    found = [v for v in values_of(text) if v.kind in COMPARED]
    if not any(v.kind == "money" for v in found):
        for m in _MONEY.finditer(text):
            digits = re.sub(r"[,\s ](?=\d{3})", "", (m["a"] or m["b"]).strip(" .,"))
            number = re.fullmatch(r"\d+(?:[.,]\d+)?", digits)
            if number:
                amount = float(number.group().replace(",", "."))
                found.append(Value(kind="money", number=amount, text=m.group().strip()))
    return found


def _same(a: Value, b: Value) -> bool:
    return abs(a.number - b.number) <= SLACK * max(abs(a.number), abs(b.number))


def _other_value(promise: str, clause: str) -> Otherwise | None:
    """A value of the same kind and unit that no value of the clause equals; nothing where any of the kinds agrees."""
    signed = _values(clause)
    for said in _values(promise):
        rivals = [v for v in signed if v.kind == said.kind and (v.unit == said.unit or not v.unit)]
        if rivals and not any(_same(said, v) for v in rivals):
            if _bare(said) in {_bare(v) for v in rivals} or spoken(said, clause):
                continue
            return _found(said.text, rivals[0].text)
    return None


def _bare(value: Value) -> str:
    return re.sub(r"\W+", " ", value.text.lower()).strip()


def spoken(said: Value, clause: str) -> bool:
    """True if the number itself stands in the clause as a word, whatever it counts there: `eight days, two in each`."""
    first = said.text.split()[0].lower() if said.text else ""
    return bool(first) and bool(re.search(rf"\b{re.escape(first)}\b", clause.lower()))


def _other_date(promise: str, clause: str) -> Otherwise | None:
    """Months that the promise names and the clause, which names others, does not."""
    said = [w for w in whens(promise) if w.months]
    signed = [w for w in whens(clause) if w.months]
    if not said or not signed or set(_months(said)) & set(_months(signed)):
        return None
    return _found(_shown(promise, said[0]), _shown(clause, signed[0]))


def _months(found: Sequence[When]) -> Iterator[int]:
    for when in found:
        yield from when.months


def _shown(text: str, when: When) -> str:
    return text[when.start : when.end].strip(" .,;")


def _charge(promise: str, clause: str) -> Otherwise | None:
    """A price on what was to cost nothing."""
    free = cue("gratis").search(promise)
    priced = next((v for v in _values(clause) if v.kind == "money" and v.number > 0), None)
    if not free or not priced or cue("gratis").search(clause) or not _CHARGED.search(clause):
        return None
    return _found(free.group(), priced.text)


def _limit(promise: str, clause: str) -> Otherwise | None:
    """A number on what was to have none."""
    free = cue("unlimited").search(promise)
    if not free or cue("unlimited").search(clause):
        return None
    counted = next((v for v in values_of(clause) if v.kind == "count"), None)
    return _found(free.group(), counted.text) if counted else None


def _no_way_out(promise: str, clause: str) -> Otherwise | None:
    """Leaving that is promised and not allowed, or a condition that the clause says doesn't count."""
    for name, pattern in cues("against").items():
        said, signed = cues("promised").get(name), pattern.search(clause)
        held = said.search(promise) if said else None
        if held and signed:
            return _found(held.group(), signed.group())
    return None


def _customers_duty(promise: str, clause: str) -> Otherwise | None:
    """Work that the seller was to do and the customer does."""
    duty = _CUSTOMER.search(clause)
    first = re.split(r"(?<=[.;])\s", clause)[0]
    if (
        not duty
        or not _WE.search(promise)
        or re.search(r"\b(?:provider|vendor|supplier)\b", first, re.I)
    ):
        return None
    return (
        _found("done by the seller", f"{first[:80]}")
        if len(content(first) & content(promise)) >= 2
        else None
    )


def _other_language(promise: str, clause: str) -> Otherwise | None:
    """Languages that the clause does not list, where it lists some."""
    said, signed = (
        {n for n, p in cues("languages").items() if p.search(t)} for t in (promise, clause)
    )
    if not said or not signed or said & signed:
        return None
    return _found(", ".join(sorted(said)), ", ".join(sorted(signed)))


def _found(promised: str, signed: str) -> Otherwise:
    return Otherwise(promised=promised, signed=signed, why=f"promised {promised}, signed {signed}")


_BY_VALUE: tuple[Callable[[str, str], Otherwise | None], ...] = (_other_value, _charge, _limit)
_BY_WORDS = (_no_way_out, _other_language, _other_date, _customers_duty)
