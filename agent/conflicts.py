"""Values of the topics that every deal has: how many users, which discount, when one may leave.

For one passage beside another: a promise and a clause, two promises, a document and a brief. What a whole account's sources
contradict each other on is found in `agent/clashes`, whatever it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agent.values import Value, values_of
from indexer.models import Frozen
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


class Statement(Frozen):
    """One value of one topic, where it stands."""

    topic: str
    value: Value
    position: int
    """Of the segment in the account."""
    sentence: int


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


def agrees(value: Value, signed: Sequence[Statement]) -> bool:
    """True if one of the signed values is the same, give or take two percent."""
    slack = _DATE_SLACK if value.kind == "date" else 0
    return any(
        abs(s.value.number - value.number) <= (slack or 0.02 * s.value.number) for s in signed
    )
