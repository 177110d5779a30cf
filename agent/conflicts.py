"""Finds where what was said and what was signed give one topic different values.

A topic is a kind of value with the words that say what it measures: how many users, which discount, when one may leave.
The seller's latest word to the customer, and the CRM's, are held against every signed clause of the topic. Earlier
words were overtaken by later ones and raise nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agent.planted import looks_like_instruction
from agent.values import Value, values_of
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.models import Artifact, Frozen, Segment
from indexer.search import AccountIndex, Readings
from indexer.sentences import sentence_spans

_WORDS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "number of users": ("count", re.compile(r"\buser|\bseat|\blicen[cs]e|benutzer|lizenz", re.I)),
    "price": ("money", re.compile(
        r"\b(?:a|per|for the|each) (?:year|annum)\b|\bannual|\byearly|in total|\btotal\b|all in\b|for everything|altogether|"
        r"subscription|\bpro jahr|jährlich", re.I)),
    "discount": ("percent", re.compile(r"discount|\boff\b|rabatt|nachlass", re.I)),
    "price increase": ("percent", re.compile(r"increase|uplift|cap(?:ped)?\b|escalat|\bgo(?:es)? up\b|at (?:the )?renewal", re.I)),
    "early exit": ("duration", re.compile(
        r"early (?:out|exit|termination)|terminat\w+ (?:\w+ ){0,8}(?:effective|at the end|convenience)|\bout at\b|walk away|"
        r"\b(?:leave|opt out|get out|break clause|exit)\b", re.I)),
    "renewal notice": ("duration", re.compile(r"(?=.*\bnotice)(?=.*\b(?:renew|roll))", re.I | re.S)),
    "go-live": ("duration", re.compile(
        r"\blive\b|go-?live|up and running|onboarding|rollout|roll[- ]out|implementation (?:takes|is|will|in|of|period|time)|"
        r"\bup in\b|cutover|planned duration|in production", re.I)),
    "go-live date": ("date", re.compile(r"\blive\b|go-?live|up and running|launch|cutover|in production", re.I)),
    "payment terms": ("duration", re.compile(r"\bnet\b|payable|\bpay (?:within|in)\b|payment (?:is )?due|invoices? (?:are|is) due", re.I)),
    "training": ("duration", re.compile(r"\btraining|\bon[- ]?site|\bworkshop", re.I)),
    "response time": ("duration", re.compile(r"\brespon(?:se|d)|call(?:s)? (?:you )?back|get back to you|turnaround|react", re.I)),
    "support hours": ("hours", re.compile(
        r"support|phone|number to call|help ?(?:desk|line)|real person|call|hours|someone|somebody", re.I)),
}  # fmt: skip
_DATE_SLACK = 3
"""Days by which two dates may differ and still be the same."""
_SAID: Mapping[str, re.Pattern[str]] = {
    "price": re.compile(
        r"in total|\btotal\b|all in\b|all[- ]inclusive|for everything|altogether|for the (?:whole )?year|insgesamt",
        re.I,
    ),
}
"""Topics of which people speak in more ways than papers write: a sum that is said is only the price if it is the whole."""
_NOT_STATED = ("question", "hypothetical", "retraction", "hearsay", "other_customer", "unanswered")
STATED_AT = 0.5
PRICING_AT = 0.4
"""A sum is only a price where the reading head takes its passage for one; sums of all kinds are spoken of."""


ASKED: Mapping[str, re.Pattern[str]] = {
    "number of users": re.compile(r"\b(?:users?|seats?|licen[cs]es?)\b", re.I),
    "price": re.compile(r"\b(?:cost|price|pay|fee|charge)", re.I),
    "discount": re.compile(r"\bdiscount|percent off|\boff the price", re.I),
    "price increase": re.compile(r"\b(?:increase|uplift|go up|price cap)", re.I),
    "early exit": re.compile(r"\b(?:early|get out|exit|terminat|leave the contract|walk away|break clause)", re.I),
    "renewal notice": re.compile(r"\bnotice\b|\brenew", re.I),
    "go-live": re.compile(r"\b(?:live|go-?live|rollout|up and running|onboarding|how long|how soon)\b", re.I),
    "go-live date": re.compile(r"\b(?:live|go-?live|launch|up and running)\b", re.I),
    "payment terms": re.compile(r"\b(?:pay|invoice|payment)", re.I),
    "training": re.compile(r"\b(?:train|on-?site)", re.I),
    "response time": re.compile(r"\brespon", re.I),
    "support hours": re.compile(r"\bsupport|help ?desk|\bhours\b", re.I),
}  # fmt: skip
"""How a question asks about a topic."""


class Statement(Frozen):
    """One value of one topic, where it stands."""

    topic: str
    value: Value
    position: int
    """Of the segment in the account."""
    sentence: int


class Clash(Frozen):
    """What was said last about a topic, and the signed clause that says otherwise."""

    said: Statement
    signed: Statement


def statements_in(text: str, position: int) -> Iterator[Statement]:
    """The values of every topic in a text; the topic's words stand in the value's sentence."""
    for n, (start, end) in enumerate(sentence_spans(text)):
        sentence = text[start:end]
        values = values_of(sentence)
        for topic, (kind, words) in _WORDS.items():
            if not words.search(sentence):
                continue
            for value in values:
                if value.kind == kind and _measures(topic, value):
                    yield Statement(topic=topic, value=value, position=position, sentence=n)


def said_in(text: str, position: int) -> list[Statement]:
    """The same for what people say: narrower where a topic's words are on everybody's lips."""
    spans = sentence_spans(text)
    return [
        s
        for s in statements_in(text, position)
        if s.topic not in _SAID
        or _SAID[s.topic].search(text[spans[s.sentence][0] : spans[s.sentence][1]])
    ]


def _measures(topic: str, value: Value) -> bool:
    """False for values of the right kind that can't be what the topic measures."""
    if topic == "number of users":
        return value.unit == "users"
    if topic == "response time":
        return value.number <= 5
    if topic in ("go-live", "early exit"):
        return value.number >= 5
    return topic != "training" or 0.5 <= value.number <= 20


def meets_customer(index: AccountIndex) -> frozenset[str]:
    """Paths of calls and mails in which the customer takes part: what is said elsewhere is said among ourselves."""
    ours = {p for p, a in index.artifacts.items() if a.kind not in ("call",)}
    return frozenset(
        ours | {s.artifact for s in index.segments if s.side != "vendor" and s.speaker}
    )


def _speaks(segment: Segment, artifact: Artifact) -> bool:
    """True for the seller's words to the customer and for the CRM's fields."""
    if segment.role not in ("body", "field", "row") or looks_like_instruction(segment.text):
        return False
    if artifact.meta.get("bulk") == "true":
        return False
    if artifact.kind == "crm":
        return True
    if artifact.kind in ("call", "mail", "proposal", "slides"):
        return segment.side != "customer"
    return False


def _moment(index: AccountIndex, position: int) -> str:
    segment = index.segments[position]
    at = segment.at or index.artifacts[segment.artifact].date
    return at.isoformat() if at is not None else ""


def _latest(index: AccountIndex, found: Sequence[Statement]) -> list[Statement]:
    """Of each topic the last words of the seller, and the last in the CRM."""
    last: dict[tuple[str, bool], list[Statement]] = {}
    for statement in found:
        place = index.segments[statement.position].artifact
        key = (statement.topic, index.artifacts[place].kind == "crm")
        held = last.get(key)
        when = _moment(index, statement.position)[:10]
        if held is None or when > _moment(index, held[0].position)[:10]:
            last[key] = [statement]
        elif when == _moment(index, held[0].position)[:10]:
            held.append(statement)
    return [s for held in last.values() for s in held]


def agrees(value: Value, signed: Sequence[Statement]) -> bool:
    """True if one of the signed values is the same, give or take two percent."""
    slack = _DATE_SLACK if value.kind == "date" else 0
    return any(
        abs(s.value.number - value.number) <= (slack or 0.02 * s.value.number) for s in signed
    )


def find_clashes(index: AccountIndex, readings: Readings) -> list[Clash]:
    """Every topic on which the last word and the signed papers differ, at most one clash a topic and place."""
    signed: dict[str, list[Statement]] = {}
    said: list[Statement] = []
    unsaid = readings.by_segment(readings.act(*_NOT_STATED))
    met = meets_customer(index)
    pricing = readings.by_segment(readings.field("commitments.pricing"))
    for position, segment in enumerate(index.segments):
        artifact = index.artifacts[segment.artifact]
        if artifact.authority in (ORDER_FORM, AGREEMENT) and segment.role not in (
            "hidden",
            "heading",
        ):
            for statement in statements_in(segment.text, position):
                signed.setdefault(statement.topic, []).append(statement)
        elif (
            segment.artifact in met and _speaks(segment, artifact) and unsaid[position] < STATED_AT
        ):
            said += [
                s
                for s in said_in(segment.text, position)
                if s.topic != "price" or pricing[position] >= PRICING_AT
            ]
    clashes = []
    for statement in _latest(index, said):
        clauses = signed.get(statement.topic, [])
        if clauses and not agrees(statement.value, clauses):
            order = [
                index.artifacts[index.segments[c.position].artifact].authority for c in clauses
            ]
            best = min(range(len(clauses)), key=lambda i: (order[i], i))
            clashes.append(Clash(said=statement, signed=clauses[best]))
    return clashes
