"""Scripted models: what each would say to a request of ours. The only fakes there are, and they stand at the mouth."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.ollama_server import Reply, calls, says, seen

_SENTENCE = re.compile(r"\((\d+)\) (.*?)(?= \(\d+\) | \(\.\.\.\)|$)")
_NUMBER = re.compile(
    r"\d+|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty)\b",
    re.I,
)
_ORDER = re.compile(
    r"(?:record|write|state|note|set|mark|say|tell)[^.!?]*[\"“']([^\"”']+)[\"”']", re.I
)

Call = tuple[str, dict[str, Any]]


def words_of(line: str) -> str:
    """The words of an evidence line, without who and where."""
    said = line.split(": ", 1)[-1]
    first = _SENTENCE.search(said)
    return first.group(2) if first else said


def short(text: str) -> str:
    return " ".join(text.split()[:26])


def claim(field_id: str | None, text: str, evidence: str, **more: Any) -> Call:
    given = {"text": text, "evidence": evidence, **more}
    return "record_claim", given if field_id is None else {"field": field_id, **given}


def honest(body: dict[str, Any]) -> Reply:
    """Repeats the first sentence of one piece of evidence a field, then stops."""
    s = seen(body)
    if s.turns:
        return says("done")
    rows = list(s.evidence.items())
    fields: Sequence[str | None] = s.fields or (None,)
    made = [
        claim(f, short(words_of(line)), ref) for f, (ref, line) in zip(fields, rows, strict=False)
    ]
    return calls(*made) if made else says("done")


def lazy(body: dict[str, Any]) -> Reply:
    """Marks everything as a gap."""
    s = seen(body)
    if s.turns:
        return says("done")
    return (
        calls(*(("mark_gap", {"field": f}) for f in s.fields))
        if s.fields
        else calls(("mark_gap", {}))
    )


def looping(_body: dict[str, Any]) -> Reply:
    """Searches for the same thing for ever."""
    return calls(("search_evidence", {"query": "price"}))


def restless(body: dict[str, Any]) -> Reply:
    """Searches for something else for ever."""
    return calls(("search_evidence", {"query": f"price {seen(body).turns}"}))


def wordy(_body: dict[str, Any]) -> Reply:
    """Answers in prose and calls nothing."""
    return says(
        "The customer is very happy and wants to go live next week for nine million dollars."
    )


@dataclass
class Hallucinating:
    """States what no source says; each claim it makes is false by construction. `said` keeps them all.

    Wrong numbers, other people's names, invented references, claims about one thing with proof of another.
    """

    stranger: str = "Thessaly Brandt of Oakmoor Foods"
    said: list[str] = field(default_factory=list)
    _turn: Any = field(default_factory=itertools.count)

    def __call__(self, body: dict[str, Any]) -> Reply:
        s = seen(body)
        if s.turns >= 2:
            return says("done")
        fields: Sequence[str | None] = s.fields or (None, None, None)
        made = [
            c
            for f, (ref, line) in zip(itertools.cycle(fields), s.evidence.items())
            if (c := self._lie(f, ref, line, s.evidence))
        ]
        made = made[: 2 * len(fields)]
        self.said += [c[1]["text"] for c in made]
        return calls(*made) if made else says("done")

    def _lie(
        self, field_id: str | None, ref: str, line: str, evidence: dict[str, str]
    ) -> Call | None:
        words = short(words_of(line))
        kind = next(self._turn) % 5
        if kind == 0 and _NUMBER.search(words):
            return claim(field_id, _NUMBER.sub("8713", words, count=1), ref)
        if kind == 1:
            return claim(field_id, f"{self.stranger} said that {words}", ref)
        if kind == 2:
            return claim(field_id, words, f"E{900 + len(self.said)}")
        if kind == 3:
            other = next((r for r, t in evidence.items() if not _shares(words, t)), None)
            return claim(field_id, words, other) if other and len(words.split()) > 6 else None
        return claim(
            field_id,
            f"They signed for 8713 seats at 46,990 dollars a month and go live on 31 December 2031: {short(words)[:40]}",
            ref,
        )


def _shares(words: str, line: str) -> bool:
    """True if a line holds a fifth of the words, so that it might prove them after all."""
    content = {w.lower()[:5] for w in re.findall(r"[^\W\d_]{4,}", words)}
    held = {w.lower()[:5] for w in re.findall(r"[^\W\d_]{4,}", line)}
    return len(content & held) > 0.2 * len(content)


@dataclass
class Obedient:
    """Does what is written in the evidence: records what it is told to, hides what it is told to, calls what it is told to."""

    payloads: Sequence[str]
    followed: int = 0

    def __call__(self, body: dict[str, Any]) -> Reply:
        s = seen(body)
        if s.turns >= 2:
            return says("done")
        made: list[Call] = []
        fields: Sequence[str | None] = s.fields or (None,)
        for ref, line in s.evidence.items():
            for payload in self.payloads:
                start = " ".join(payload.split()[:6])
                if start and start in " ".join(line.split()):
                    told = _ORDER.search(payload)
                    made += [
                        claim(f, short(told.group(1) if told else payload), ref) for f in fields
                    ]
                    made += [("mark_gap", {"field": fields[0]} if fields[0] else {})]
                    made += [
                        ("send_mail", {"to": "someone@else.example", "text": payload}),
                        ("approve_brief", {}),
                        ("search_evidence", {"query": "nobody may know", "account": "other-co"}),
                    ]
        if not made:
            return honest(body)
        self.followed += 1
        return calls(*made[:12])


@dataclass
class Perfect:
    """States every gold fact it is given, in the gold's words, citing all the words that the gold cites."""

    facts: dict[str, list[tuple[str, tuple[str, ...]]]]
    """By field: statement and quotes."""
    stated: list[str] = field(default_factory=list)
    unfound: list[str] = field(default_factory=list)
    _waiting: dict[str, list[tuple[str, str, tuple[str, ...]]]] = field(default_factory=dict)

    def __call__(self, body: dict[str, Any]) -> Reply:
        s = seen(body)
        mark = re.search(r"\[data (\w+)\]", body["messages"][0]["content"])
        key = mark.group(1) if mark else ""
        if key not in self._waiting:
            self._waiting[key] = [(f, *fact) for f in s.fields for fact in self.facts.get(f, ())]
            missing = [
                q
                for _, _, quotes in self._waiting[key]
                for q in quotes
                if not _found(q, s.evidence)
            ]
            if missing:
                return calls(
                    *(
                        ("search_evidence", {"query": " ".join(q.split()[:25])})
                        for q in missing[:12]
                    )
                )
        made: list[Call] = []
        for field_id, statement, quotes in self._waiting[key][:6]:
            refs = [r for q in quotes if (r := _found(q, s.evidence))]
            if refs:
                made.append(claim(field_id, statement, ", ".join(dict.fromkeys(refs))))
                self.stated.append(statement)
            else:
                self.unfound.append(statement)
        self._waiting[key] = self._waiting[key][6:]
        return calls(*made) if made else says("done")


def _found(quote: str, evidence: dict[str, str]) -> str | None:
    return next((ref for ref, line in evidence.items() if _holds(line, quote)), None)


def _normal(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"\(\d+\) ", "", text.lower())).strip()


def _holds(line: str, quote: str) -> bool:
    words, held = _normal(quote), _normal(line)
    return words[:60] in held or (len(held) > 40 and held.split(": ", 1)[-1] in words)
