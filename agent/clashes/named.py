"""Names that sources give one part or place: who leads the project, who decides, where the data lies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.clashes.stated import Place, Stated
from agent.clashes.things import subject_of
from agent.clashes.typed import Typed

_NAME = r"(?P<name>[A-ZÅÄÖÉ][\w'’-]+ (?:(?:van|von|de|da|dos|der|den|del|la|al|bin) )*[A-ZÅÄÖÉ][\w'’-]+)"
_ROLES = {
    "project manager": r"project (?:manager|lead(?:er)?)|implementation (?:manager|lead)|projektleit\w+|projektledare",
    "decision maker": r"decision[- ]maker|(?:final )?decision|budget (?:owner|holder)|economic buyer|entscheid\w+",
    "executive sponsor": r"(?:executive )?sponsor",
    "success manager": r"(?:customer )?success manager|csm",
    "account manager": r"account (?:manager|executive|owner)",
    "technical contact": r"(?:technical|it|integration) (?:contact|lead|owner)",
    "administrator": r"(?:system )?admin(?:istrator)?",
    "billing contact": r"(?:billing|invoice|accounts payable) contact",
    "trainer": r"trainer",
    "signatory": r"signatory|signer|authori[sz]ed signer",
    "data protection officer": r"data protection officer|dpo|datenschutzbeauftragte\w*|dataskyddsombud",
    "main contact": r"(?:main|primary|single) (?:point of )?contact|point person",
}
_ACTS = {
    "decision maker": r"(?:decides?|has the final say|makes the (?:final )?(?:decision|call)|signs off)",
    "project manager": r"(?:runs|leads|manages) the (?:project|implementation|rollout)",
}
_PLACE = re.compile(
    r"\b(?:host(?:ed|ing)|stored?|data cent(?:er|re)s?|resides?|server\w*|kept|sits?|lies|located|region)\b[^.;]{0,60}?\b(?:in|at|from)\s+(?:the\s+|our\s+)?(?P<name>[A-ZÅÄÖ][\w-]+(?: [A-ZÅÄÖ][\w-]+)?)"
)
_ABOUT_DATA = re.compile(r"\b(?:data|hosted|hosting|servers?|daten|application|platform)\b", re.I)
_WIDE = frozenset("eu europe eea europa the our month".split())
_FORMER = re.compile(r"\b(?:former|previous|until|used to|replac\w+|took over|takes over|no longer|left|was)\b", re.I)  # fmt: skip


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for role, words in _ROLES.items():
        yield (
            role,
            re.compile(
                rf"(?i:\b(?:{words})\b[^.;:]{{0,40}}(?::|\bis\b|\bwill be\b|\bremains\b|,|\bist\b|\bär\b)\s+){_NAME}"
            ),
        )
        yield (
            role,
            re.compile(
                rf"{_NAME}(?i:(?:,)? (?:is|will be|as|becomes|ist|är|,)? ?(?:your|our|the|their|ihr|unser)? ?(?:dedicated |named )?(?:{words})\b)"
            ),
        )
    for role, words in _ACTS.items():
        yield role, re.compile(rf"{_NAME} (?i:{words}\b)")
    yield (
        "decision maker",
        re.compile(rf"(?i:decision is made by|decided by|approved by|sign(?:ed)? off by) {_NAME}"),
    )


_PARTS = tuple(_patterns())
_CUE = re.compile("|".join([*_ROLES.values(), *_ACTS.values(), "decision|decided|approved"]), re.I)


def named_values(found: Sequence[Place]) -> Iterator[Stated]:
    """Every person in a part, and every place where data is said to lie, as statements with the part as unit."""
    for p in found:
        if p.words.count(": ") > 1:
            continue
        if _CUE.search(p.words) and not _FORMER.search(p.words) and p.real:
            seen = set()
            for role, pattern in _PARTS:
                for m in pattern.finditer(p.words):
                    if (role, m["name"]) not in seen:
                        seen.add((role, m["name"]))
                        yield _stated(p, Typed("who", *m.span("name"), m["name"], unit=role, name=_plain(m["name"])))  # fmt: skip
        if _ABOUT_DATA.search(p.words) and p.real:
            for m in _PLACE.finditer(p.words):
                if m["name"].lower() not in _WIDE:
                    yield _stated(p, Typed("where", *m.span("name"), m["name"], unit="where data lies", name=_plain(m["name"])))  # fmt: skip


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _stated(p: Place, value: Typed) -> Stated:
    return p.stated(value, subject_of(p.words, p.around))


def same_part(one: Stated, other: Stated) -> bool:
    """Whether two statements name one part of one side's: `your project manager` of the seller is not the customer's."""
    if one.value.kind != other.value.kind or one.value.unit != other.value.unit:
        return False
    a, b = set(one.value.name.split()), set(other.value.name.split())
    if a & b:
        return False
    sides = {_side(one), _side(other)} - {None}
    return len(sides) < 2


def _side(stated: Stated) -> str | None:
    """Whose part it is, where the sentence says so."""
    words = stated.words.lower()
    if re.search(r"\b(?:customer|client|kund\w*)\b", words):
        return "customer"
    if re.search(r"\b(?:vendor|supplier|provider|leverantör\w*)\b", words):
        return "vendor"
    if stated.voice in ("seller", "customer"):
        ours, yours = re.search(r"\b(?:our|my|we|i)\b", words), re.search(r"\byour\b", words)
        if ours and not yours:
            return "vendor" if stated.voice == "seller" else "customer"
        if yours and not ours and stated.voice == "customer":
            return "vendor"
    return None
