"""Names that sources give one part, task or place: who leads the project, who decides, who cleans the data, where it lies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.clashes.choices import may_differ
from agent.clashes.stated import Place, Stated
from agent.clashes.things import shared, subject_of
from agent.clashes.typed import Typed

_NAME = r"(?P<name>[A-ZÅÄÖÉ][\w'’-]+ (?:(?:van|von|de|da|dos|der|den|del|la|al|bin) )*[A-ZÅÄÖÉ][\w'’-]+)"
_FIRST = r"(?P<name>(?!(?:The|It|Its|He|She|That|This|Who|We|You|They|There|Nobody|Everybody|Everyone|Someone|Legal|Finance|Procurement|Management|Customer|Supplier|Vendor|Client|And|But|So|No|Yes|What|Our|Your|My|Their|IT|HR|Today|Nothing|Anyone|Each)\b)[A-ZÅÄÖÉ][a-zåäöéü][\w’-]*(?: [A-ZÅÄÖÉ][\w’-]+)?)"
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
_ANY_ROLE = r"(?P<role>(?:[a-zäöüå-]+ ){0,2}(?:manager|lead|leader|owner|contact|sponsor|buyer|champion|officer|coordinator|trainer|consultant|engineer|controller|approver|representative|supervisor|key user|deputy|verantwortliche[rn]?|ansprechpartner\w*))"
_ACTS = {
    "decision maker": r"(?:decides?|has the final say|makes the (?:final )?(?:decision|call)|signs off)",
    "project manager": r"(?:runs|leads|manages) the (?:project|implementation|rollout)",
}
_SIGNS = re.compile(
    rf"{_FIRST}(?:['’]s (?:signature|budget|money|decision|call\b(?! with))| (?:decides?(?= alone| this| that| it| on\b|[.,;]|$)|signs (?:it|off|this|the)|has the final (?:say|word)|holds the (?:budget|purse)|makes the (?:final )?decision))"
)
_DOES = re.compile(
    rf"{_FIRST} (?:does|handles|owns|looks after|takes care of|is responsible for|is in charge of|will do|will handle|macht|übernimmt) (?P<task>[^.;]+)|(?P<before>[^.;]{{8,80}}), (?P<does>{_FIRST.replace('?P<name>', '?:')}) (?:does|handles|owns|looks after) (?:that|it|this|those)"
)
_ROW = re.compile(rf"(?P<task>[^\t]{{4,80}})\t{_NAME}(?:\t.*)?")
_THAT_IS = re.compile(rf"^\W*(?i:that|this|it|he|she)(?:['’]s| is| will be| would be) {_NAME}")
_HOLDS = re.compile(
    rf"(?i:\b(?:the|our|your|their)) {_ANY_ROLE} (?:[^.;:,]{{0,30}} )?(?i:is|will be|remains) {_FIRST}(?=[,.;!]|$| (?:from|he|she)\b)"
    rf"|{_FIRST.replace('?P<name>', '?P<whose>')}(?:,| is| will be| becomes) (?i:the|our|your|their) {_ANY_ROLE.replace('?P<role>', '?P<part>')}(?=[,.;!]|$| (?:for|of|on|at|in)\b)"
)
_HEAD_NOUN = re.compile(
    r"\b(?:manager|lead|leader|owner|contact|sponsor|buyer|champion|officer|coordinator|trainer|consultant|engineer|controller|approver|representative|supervisor|key user|deputy|verantwortliche[rn]?|ansprechpartner\w*)\b"
)
"""Anybody in any part that has but one: `our data owner is Ida Berg`."""
_SAYS_WHO = re.compile(
    r"['’]s (?:signature|budget|money|decision|call)|\b(?:decides?|signs|has|holds|makes|is|will be|becomes|remains|does|handles|owns|looks|takes|responsible|charge|will (?:do|handle)|macht|übernimmt)\b|^\W*(?:that|this|it|he|she)\b|\t",
    re.I,
)
"""Without one of these no sentence says who does a thing."""
_RECORD_NAME = re.compile(
    r"(?:^|, )(?:Full ?Name|Contact(?: Name)?|Name|fullname): (?P<name>[^,:]+?)(?:,|$)|First ?Name: (?P<first>[^,:]+), Last ?Name: (?P<last>[^,:]+)",
    re.I,
)
_RECORD_ROLE = re.compile(r"(?:^|, )[\w .]*\brole\b[\w .]*: (?P<role>[^,:]+)", re.I)
_PROVIDED = (
    "project manager",
    "success manager",
    "account manager",
    "trainer",
    "technical contact",
    "main contact",
)
TASK, TASK_AT = "who is responsible", 0.7
"""What a task is called, and what the words of two tasks must share to be one."""
_PLACE = re.compile(
    r"\b(?:host(?:ed|ing)|stored?|data cent(?:er|re)s?|resides?|server\w*|kept|sits?|lies|located|region)\b[^.;]{0,60}?\b(?:in|at|from)\s+(?:the\s+|our\s+)?(?P<name>[A-ZÅÄÖ][\w-]+(?: [A-ZÅÄÖ][\w-]+)?)"
    r"|\b(?:in|at|from) (?:its|our|their|the|a) (?P<centre>[A-ZÅÄÖ][\w-]+(?: [A-ZÅÄÖ][\w-]+)?) (?:data cent(?:er|re)|server farm|region)"
)
_ABOUT_DATA = re.compile(
    r"\b(?:data|stored|backups?|hosted|hosting|servers?|daten|application|platform)\b", re.I
)
_WIDE = frozenset("eu europe eea europa the our month".split())
_FORMER = re.compile(r"\b(?:former|previous|until (?:now|then|recently|last)|used to|replac\w+|took over|takes over|no longer|left|was)\b", re.I)  # fmt: skip


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
                rf"(?i:\b(?:{words})\b[^.;:,]{{0,30}}\b(?:is|will be|ist|är)\s+){_FIRST}(?=[,.;!]|$| (?:from|he|she)\b)"
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
        "signatory",
        re.compile(
            rf"(?i:\b(?:will be|is|gets|be|being) (?:signed|countersigned) by) {_NAME}|{_NAME.replace('?P<name>', '?P<signs>')} (?:signs|will sign|is signing|is going to sign)\b(?! off)"
        ),
    )
    yield (
        "decision maker",
        re.compile(rf"(?i:decision is made by|decided by|approved by|sign(?:ed)? off by) {_NAME}"),
    )


_PARTS = tuple(_patterns())
_CUE = re.compile(
    "|".join([*_ROLES.values(), *_ACTS.values(), "decision|decided|approved|sign(?:s|ed|ing)?"]),
    re.I,
)


def named_values(found: Sequence[Place]) -> Iterator[Stated]:
    """Every person in a part, and every place where data is said to lie, as statements with the part as unit."""
    sides = {_plain(p.who): p.side for p in found if p.side != "unknown"}
    for s in _named(found):
        side = s.value.bound or sides.get(s.value.name) or _side(s)
        yield replace(s, value=replace(s.value, bound=side)) if s.value.kind == "who" else s


def _named(found: Sequence[Place]) -> Iterator[Stated]:
    for p in found:
        if p.voice == "record" and (part := _of_record(p.words)) is not None:
            yield _stated(p, part)
        if p.words.count(": ") > 1:
            continue
        if _SAYS_WHO.search(p.words) and p.real and not _FORMER.search(p.words):
            yield from _responsible(p)
        if _CUE.search(p.words) and not _FORMER.search(p.words) and p.real:
            seen = set()
            for role, pattern in _PARTS:
                for m in pattern.finditer(p.words):
                    at = "name" if m["name"] else "signs"
                    if (role, m[at]) not in seen:
                        seen.add((role, m[at]))
                        yield _stated(p, Typed("who", *m.span(at), m[at], unit=role, name=_plain(m[at])))  # fmt: skip
        if _ABOUT_DATA.search(p.words) and p.real:
            for m in _PLACE.finditer(p.words):
                at = "name" if m["name"] else "centre"
                if m[at].lower() not in _WIDE:
                    yield _stated(p, Typed("where", *m.span(at), m[at], unit="where data lies", name=_plain(m[at])))  # fmt: skip


def _of_record(words: str) -> Typed | None:
    """The part that a field named role gives the person of a record."""
    role, name = _RECORD_ROLE.search(words), _RECORD_NAME.search(words)
    if role is None or name is None:
        return None
    part = next(
        (r for r, w in _ROLES.items() if re.search(rf"\b(?:{w})\b", role["role"], re.I)), None
    )
    said = name["name"] or f"{name['first']} {name['last']}"
    if part is None:
        return None
    return Typed("who", *role.span("role"), said.strip(), unit=part, name=_plain(said))


def _responsible(p: Place) -> Iterator[Stated]:
    """Who signs, who does a task: `it's Ana's signature`, `Ben does the mapping`, a row of a paper, `that is Cy Poe`."""
    for m in _SIGNS.finditer(p.words):
        yield _stated(
            p,
            Typed("who", *m.span("name"), m["name"], unit="decision maker", name=_plain(m["name"])),
        )
    for m in _HOLDS.finditer(p.words) if _HEAD_NOUN.search(p.words) else ():
        role, name, part = (
            m["role"] or m["part"],
            m["name"] or m["whose"],
            "name" if m["name"] else "whose",
        )
        if not any(re.search(rf"\b(?:{w})\b", role, re.I) for w in _ROLES.values()):
            yield _stated(
                p, Typed("who", *m.span(part), name, unit=role.strip().lower(), name=_plain(name))
            )
    if (that := _THAT_IS.search(p.words)) is not None:
        for role, words in _ROLES.items():
            if re.search(rf"\b(?:{words})\b", p.before, re.I):
                name, side = that["name"], _whose(p.before.lower())
                yield _stated(
                    p,
                    Typed(
                        "who", *that.span("name"), name, unit=role, name=_plain(name), bound=side
                    ),
                )
    if p.voice == "signed" and (row := _ROW.fullmatch(p.words)) is not None:
        yield _task(p, row["task"], row["name"], row.span("name"))
    for m in _DOES.finditer(p.words):
        if m["task"] and p.voice != "signed":
            yield _task(p, m["task"], m["name"], m.span("name"))
        elif m["does"]:
            yield _task(p, m["before"], m["does"], m.span("does"))


def _task(p: Place, task: str, name: str, span: tuple[int, int]) -> Stated:
    return p.stated(
        Typed("who", *span, name, unit=TASK, name=_plain(name)), subject_of(task.lower(), "")
    )


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
    if not may_differ(one.value, other.value):
        return False
    if one.value.unit == TASK and shared(one.thing.near, other.thing.near) < TASK_AT:
        return False
    if one.value.unit in _PROVIDED and {one.value.bound, other.value.bound} == {None, "vendor"}:
        return "signed" in (one.voice, other.voice)
    sides = {one.value.bound, other.value.bound} - {None}
    return len(sides) < 2


def _side(stated: Stated) -> str | None:
    """Whose part it is, where the sentence says so."""
    words = stated.words.lower()
    if told := _whose(words):
        return told
    if stated.voice in ("seller", "customer"):
        ours, yours = re.search(r"\b(?:our|my|we|i)\b", words), re.search(r"\byour\b", words)
        if ours and not yours:
            return "vendor" if stated.voice == "seller" else "customer"
        if stated.voice == "seller" and not yours and stated.value.unit == "project manager":
            return "vendor" if re.search(r"\bruns?\b|\bleads?\b", words) else None
        if yours and (stated.voice == "customer" or stated.value.unit in _PROVIDED) and not ours:
            return "vendor"
        if stated.voice == "seller" and re.search(r"\bwith us\b|\bon our side\b", words):
            return "vendor"
    return None


def _whose(words: str) -> str | None:
    if re.search(
        r"\b(?:customer|client|licensee|subscriber|buyer|purchaser|principal|auftraggeber\w*|kund\w*)\b",
        words,
    ):
        return "customer"
    return (
        "vendor"
        if re.search(
            r"\b(?:vendor|supplier|(?:service )?provider|contractor|licensor|seller|auftragnehmer\w*|leverantör\w*)\b",
            words,
        )
        else None
    )
