"""What is one of several by name: a support plan, a currency, a version, the system in use, whether a contract renews by itself.

Each is a `choice` with the thing that is chosen as its unit. A sentence that names two of one kind compares them, and chooses none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agent.clashes.cases import cases_in
from agent.clashes.stated import Place, Stated
from agent.clashes.things import subject_of
from agent.clashes.typed import Typed, typed_values
from agent.verification.words import stem
from prompts.cues import cues

CURRENCY, SYSTEM = "currency", "system in use"
_TIER = r"(?P<name>[Pp]latinum|[Gg]old|[Ss]ilver|[Bb]ronze|[Pp]remium|[Ee]nterprise|Standard|Basic|Essentials?|Professional|Advanced|Plus|Starter|Business|Ultimate)"
_PLANS = re.compile(
    rf"(?P<of>(?i:support|service|care|success))\s?(?i:tier|plan|level|package|edition)?(?:: ?| (?i:is|at|on|of) )(?:the |our )?{_TIER}\b|"
    rf"{_TIER.replace('name', 'plan')}[ -](?:tier |level )?(?P<for>(?i:support|service|care|success))\b(?! (?i:hours|times?))|"
    rf"(?i:tier|plan|package|edition|level): ?{_TIER.replace('name', 'field')}\b"
)
_CURRENCIES = {
    "CHF": r"swiss francs?|chf|franken", "€": r"euros?|eur|€", "$": r"us dollars?|usd|dollars?|\$", "£": r"pounds?(?: sterling)?|gbp|sterling|£",
    "sek": r"swedish kron\w+|sek", "nok": r"norwegian kron\w+|nok", "dkk": r"danish kron\w+|dkk", "pln": r"z[lł]oty|pln", "cad": r"canadian dollars?|cad",
    "aud": r"australian dollars?|aud", "nzd": r"new zealand dollars?|nzd", "jpy": r"yen|jpy", "inr": r"rupees?|inr", "zar": r"rand|zar",
}  # fmt: skip
_IN = re.compile(r"\b(?:in|into) (?P<name>" + "|".join(f"(?P<c{n}>{p})" for n, p in enumerate(_CURRENCIES.values())) + r")(?!\w)", re.I)  # fmt: skip
_SYSTEM_NAME = r"(?P<name>(?!(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December|Excel|Teams|Slack|Zoom|The|A|An|It|We|Our|Your)\b)[A-Z][\w&-]*[a-z0-9A-Z](?: [A-Z][\w&-]+)?)"
_SYSTEMS = re.compile(
    rf"(?:\b(?i:replac(?:es?|ing)|(?:mov(?:e|es|ing)|migrat\w+|switch\w*|com(?:e|ing)|get(?:ting)?) (?:away |off |over )*(?:from|off))|(?i:(?:current|old|former|existing|legacy|previous) (?:system|tool|software|vendor|solution))(?: is|:)|(?i:incumbent|predecessor)(?: is|:)) (?:the |our |their |an? )?(?:old |legacy )?{_SYSTEM_NAME}"
)
_FOR_YEARS = re.compile(
    rf"\b(?:been|are|'re|were|is|'s) (?:still )?on {_SYSTEM_NAME} (?:for|since|today|now|at the moment)\b"
)
_VERSION = re.compile(
    r"\b(?P<of>[A-Z][\w&-]*[A-Za-z])(?: (?:version|release|v\.?))? ?(?P<number>\d{1,4}(?:\.\d+){0,3}[a-z]?)\b(?! ?(?:users?|days?|weeks?|months?|%|percent|euro|sites?|hours?|\w+s\b))"
)
_VERSION_CUE = re.compile(r"\b(?:versions?|releases?|editions?|runs? (?:on )?|running|on-?prem\w*|build|upgrad\w+|installed|erp|database|server|requires?|supports?|still|tablets?|phones?|pcs?|machines?|clients?|older|newer|above|later)\b|\bv\.? ?\d", re.I)  # fmt: skip
_NO_PRODUCT = re.compile(r"(?:wave|phase|line|level|stage|section|annex|article|year|week|day|month|quarter|room|building|hall|plant|site|store|step|version|release|question|item|page|tier|severity|priority|port|gate|no|nr|in|at|on|by|the|from|to|of|and|or|about|around|some|over|under|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|eur|usd|gbp|chf|sek)", re.I)  # fmt: skip
_CUE = re.compile(r"support|service|care|success|tier|plan|package|edition|renew|extend|prolong|expire|roll|increase|rise|fix|price|fee|verlänger|locked|frozen|\bup\b", re.I)  # fmt: skip
TWICE = 2


def chosen_values(found: Sequence[Place]) -> Iterator[Stated]:
    """Every choice that a sentence states, one of a kind in each."""
    told = Counter(name for p in found for name in _names(p.words))
    for p in found:
        for value in _of(p):
            if value.unit == SYSTEM and told[value.name] > TWICE and p.voice != "customer":
                continue
            yield p.stated(value, subject_of(p.words, p.around))


def _of(p: Place) -> Iterator[Typed]:
    if not p.real:
        return
    by_kind: dict[str, list[Typed]] = {}
    for value in (*_plans(p), *_currencies(p), *_systems(p), *_versions(p), *_listed(p)):
        by_kind.setdefault(value.unit, []).append(value)
    for some in by_kind.values():
        if len({v.name for v in some}) == 1:
            yield some[0]


def _plans(p: Place) -> Iterator[Typed]:
    for m in _PLANS.finditer(p.words) if _CUE.search(p.words) else ():
        name = m["name"] or m["plan"] or m["field"]
        about = f"{m['of'] or m['for'] or ''} {p.around if not (m['of'] or m['for']) else ''}"
        kind = "support plan" if re.search(r"support|service|care", f"{about} {p.words}", re.I) else "plan"  # fmt: skip
        yield Typed("choice", *m.span(), name, unit=kind, name=stem(name))


def _currencies(p: Place) -> Iterator[Typed]:
    """In what a sum is paid: `41,000 in Swiss francs`, `EUR 41,000`."""
    sums = [v for v in typed_values(p.words, p.day) if v.kind in ("money", "count") and v.spoken and v.spoken[-1] >= 100]  # fmt: skip
    for v in sums:
        if v.kind == "money" and v.unit:
            unit = "CHF" if v.unit in ("chf", "CHF") else v.unit
            yield Typed("choice", v.start, v.end, v.text, unit=CURRENCY, name=unit, spoken=v.spoken)
    for m in _IN.finditer(p.words) if sums else ():
        code = next(c for n, c in enumerate(_CURRENCIES) if m[f"c{n}"])
        yield Typed("choice", *m.span(), m["name"], unit=CURRENCY, name=code, spoken=sums[0].spoken)


def _systems(p: Place) -> Iterator[Typed]:
    if p.voice == "signed":
        return
    for pattern in (_SYSTEMS, _FOR_YEARS):
        for m in pattern.finditer(p.words):
            yield Typed("choice", *m.span("name"), m["name"], unit=SYSTEM, name=m["name"].lower())


def _versions(p: Place) -> Iterator[Typed]:
    if not _VERSION_CUE.search(p.words):
        return
    for m in _VERSION.finditer(p.words):
        if not _NO_PRODUCT.fullmatch(m["of"]) and "goal" not in cases_in(p.words):
            yield Typed("choice", *m.span(), m.group(), unit=f"version of {m['of']}", name=m["number"])  # fmt: skip


def _listed(p: Place) -> Iterator[Typed]:
    """What a sentence says of a question that has few answers, the first that fits."""
    if not _CUE.search(p.words):
        return
    seen: set[str] = set()
    for name, pattern in cues("choices").items():
        of, _, choice = name.partition("/")
        m = pattern.search(p.words) if of not in seen else None
        if m is not None:
            seen.add(of)
            yield Typed("choice", *m.span(), m.group(), unit=of, name=choice)


def _names(words: str) -> Iterator[str]:
    for m in re.finditer(r"[A-Z][\w&-]+", words):
        yield m.group().lower()


def may_differ(one: Typed, other: Typed) -> bool:
    """Whether two choices of one kind can be held against each other: currencies only of the same sum."""
    return one.unit != CURRENCY or bool(set(one.spoken) & set(other.spoken))
