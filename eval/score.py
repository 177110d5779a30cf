"""Scores one brief, or the answers to one deal's questions, against a gold case.

Works on the public JSON only, so that it judges what a user gets. Counting rules: a fact is found
by one claim that a reader sees without unfolding (the first three `shown` of a field, the promise
table, the risk table) and that cites a file of the fact's evidence; a trap fires on any claim.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from eval.gold import Case, Commitment, Conflict, Evidence, Fact, Files, Question

Json = Mapping[str, Any]
TextOf = Callable[[str], str]
"""The extracted text of an artifact by its path; `KeyError` if there is no such artifact."""

SHOWN_PER_FIELD = 3
QUOTED_PERCENT = 60
"""Share of a promise's words that a commitment must quote."""
SAME_SCOPE = {"absent": "silent"}
"""The gold's word for a status and the contract's, where they differ."""


class _Score(BaseModel):
    model_config = ConfigDict(frozen=True)


class Tally(_Score):
    """`count` of `total`; `look_at` names those that went wrong."""

    count: int = 0
    total: int = 0
    look_at: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            count=self.count + other.count,
            total=self.total + other.total,
            look_at=self.look_at + other.look_at,
        )

    def __str__(self) -> str:
        return f"{self.count}/{self.total}"

    @property
    def share(self) -> float | None:
        """None where there was nothing to count."""
        return self.count / self.total if self.total else None


class BriefScore(_Score):
    """How a brief stands against its case."""

    facts: Tally
    """Found of all; look at: ids missed."""
    section: Tally
    """Found by a claim of the gold's own field, of those found; look at: ids of the rest."""
    gaps: Tally
    """Found of all; look at: fields missed."""
    gaps_listed: int
    false_gaps: Tally
    """Marked as a gap of the fields with gold facts; look at: those fields."""
    conflicts: Tally
    """Found of all; look at: ids missed."""
    false_conflicts: tuple[str, ...]
    """Topics of the brief's conflicts that match no gold conflict."""
    promises: Tally
    """Found of all; look at: ids missed."""
    scope: Tally
    """Scope status right, of those found; look at: `id: said, gold`."""
    promises_listed: int
    traps: Tally
    """Fired of all; look at: ids fired."""
    quotes: Tally | None
    """Verbatim slices of all citations, None if not checked; look at: `artifact:start`."""
    words: int
    claims_total: int
    claims_shown: int


class AnswerScore(_Score):
    """How the answers to a case's questions stand; look at: ids of questions gone wrong."""

    answered: Tally
    abstained: Tally


def _found(ids_and_hits: Iterable[tuple[str, bool]]) -> Tally:
    rows = list(ids_and_hits)
    missed = tuple(name for name, hit in rows if not hit)
    return Tally(count=len(rows) - len(missed), total=len(rows), look_at=missed)


def _fired(ids_and_hits: Iterable[tuple[str, bool]]) -> Tally:
    rows = list(ids_and_hits)
    hits = tuple(name for name, hit in rows if hit)
    return Tally(count=len(hits), total=len(rows), look_at=hits)


def _rows(holder: Json, key: str) -> Sequence[Json]:
    return holder.get(key) or ()


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


def _all_groups(groups: Iterable[Iterable[str]], text: str) -> bool:
    return all(any(_matches(p, text) for p in group) for group in groups)


def _with_quotes(holder: Json) -> str:
    """The text of a claim or of a conflict's side together with the quotes it cites."""
    return "\n".join([holder["text"], *(c["quote"] for c in _rows(holder, "citations"))])


def _cites(claims: Iterable[Json], evidence: Iterable[Evidence], files: Files) -> bool:
    wanted = {e.file for e in evidence}
    return any(
        wanted & files.named(citation["artifact"])
        for claim in claims
        for citation in _rows(claim, "citations")
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


class _View:
    """A brief's claims as its reader meets them."""

    def __init__(self, brief: Json) -> None:
        self.brief = brief
        self.claims = {c["id"]: c for c in _rows(brief, "claims")}
        self.fields = [f for s in _rows(brief, "sections") for f in _rows(s, "fields")]
        self.shown = self._listed(None)

    def _listed(self, limit: int | None) -> list[Json]:
        """Claims in the fields' `shown`, once each, at most `limit` from one field."""
        ids = [str(i) for f in self.fields for i in _rows(f, "shown")[:limit]]
        return [self.claims[i] for i in dict.fromkeys(ids) if i in self.claims]

    def table(self, key: str) -> list[tuple[Json, Json]]:
        """Rows of the promise or risk table, each with its claim."""
        rows = _rows(self.brief, key)
        return [(r, self.claims[r["claim"]]) for r in rows if r["claim"] in self.claims]

    def visible(self) -> list[Json]:
        """Claims that can find a fact, once each."""
        tables = [c for key in ("commitments", "risks") for _, c in self.table(key)]
        return list({c["id"]: c for c in [*self._listed(SHOWN_PER_FIELD), *tables]}.values())

    def words(self) -> int:
        """Words of shown claims, promise table, gaps' questions and conflicts' quotes."""
        texts = [c["text"] for c in self.shown]
        texts += [c["text"] for _, c in self.table("commitments")]
        texts += [g["question"] for g in _rows(self.brief, "gaps")]
        for side in (s for x in _rows(self.brief, "conflicts") for s in _rows(x, "sides")):
            texts += [c["quote"] for c in _rows(side, "citations")]
        return sum(len(t.split()) for t in texts)


def _score_facts(facts: Iterable[Fact], view: _View, files: Files) -> tuple[Tally, Tally]:
    found, section = [], []
    for fact in facts:
        hits = [
            claim
            for claim in view.visible()
            if _all_groups(fact.must, _with_quotes(claim)) and _cites([claim], fact.evidence, files)
        ]
        found.append((fact.id, bool(hits)))
        if hits:
            section.append((fact.id, any(c.get("field") == fact.field for c in hits)))
    return _found(found), _found(section)


def _false_gaps(facts: Iterable[Fact], view: _View) -> Tally:
    marked = {f["id"] for f in view.fields if f["status"] == "needs_clarification"}
    return _fired((field, field in marked) for field in dict.fromkeys(f.field for f in facts))


def _same_conflict(gold: Conflict, conflict: Json) -> bool:
    sides = "\n".join(_with_quotes(side) for side in _rows(conflict, "sides"))
    return all(_matches(pattern, sides) for pattern in gold.must)


def _score_conflicts(golds: Sequence[Conflict], brief: Json) -> tuple[Tally, tuple[str, ...]]:
    ours = _rows(brief, "conflicts")
    found = _found((g.id, any(_same_conflict(g, x) for x in ours)) for g in golds)
    others = [x for x in ours if not any(_same_conflict(g, x) for g in golds)]
    return found, tuple(str(x.get("topic", "")) for x in others)


def _quoted_percent(gold: Commitment, claim: Json, files: Files) -> float:
    """How much of a promise's words a claim quotes from the promise's file, in any order."""
    wanted = Counter(_words(gold.quote))
    quotes = [
        c["quote"] for c in _rows(claim, "citations") if gold.file in files.named(c["artifact"])
    ]
    given = Counter(_words("\n".join(quotes)))
    return 100 * (wanted & given).total() / max(wanted.total(), 1)


def _score_promises(golds: Iterable[Commitment], view: _View, files: Files) -> tuple[Tally, Tally]:
    table = view.table("commitments")
    found, scope = [], []
    for gold in golds:
        rated = [(_quoted_percent(gold, claim, files), row) for row, claim in table]
        best, row = max(rated, key=lambda pair: pair[0], default=(0.0, {}))
        found.append((gold.id, best >= QUOTED_PERCENT))
        if best >= QUOTED_PERCENT:
            said = row["scope"]
            wanted = SAME_SCOPE.get(gold.signed_scope, gold.signed_scope)
            scope.append((f"{gold.id}: {said}, gold {wanted}", said == wanted))
    return _found(found), _found(scope)


def _citations(value: Any) -> Iterator[Json]:
    """Every citation anywhere in a brief: whatever has an artifact, a place and a quote."""
    if isinstance(value, Mapping):
        if {"artifact", "start", "end", "quote"} <= value.keys():
            yield value
        for inner in value.values():
            yield from _citations(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _citations(inner)


def _is_verbatim(citation: Json, text_of: TextOf) -> bool:
    try:
        text = text_of(citation["artifact"])
    except KeyError:
        return False
    start, end = citation["start"], citation["end"]
    return 0 <= start < end <= len(text) and bool(text[start:end] == citation["quote"])


def score_brief(case: Case, brief: Json, text_of: TextOf | None = None) -> BriefScore:
    """A brief's score; quotes are compared with the sources where `text_of` gives their text."""
    view, files = _View(brief), Files.of_brief(brief)
    facts, section = _score_facts(case.facts, view, files)
    conflicts, false_conflicts = _score_conflicts(case.conflicts, brief)
    promises, scope = _score_promises(case.commitments, view, files)
    gap_fields = {g.get("field") for g in _rows(brief, "gaps")}
    texts = [str(c["text"]) for c in view.claims.values()]
    quotes = None
    if text_of is not None:
        cited = [(f"{c['artifact']}:{c['start']}", c) for c in _citations(brief)]
        quotes = _found((name, _is_verbatim(c, text_of)) for name, c in cited)
    return BriefScore(
        facts=facts,
        section=section,
        gaps=_found((g.field, g.field in gap_fields) for g in case.gaps),
        gaps_listed=len(_rows(brief, "gaps")),
        false_gaps=_false_gaps(case.facts, view),
        conflicts=conflicts,
        false_conflicts=false_conflicts,
        promises=promises,
        scope=scope,
        promises_listed=len(_rows(brief, "commitments")),
        traps=_fired((t.id, any(_all_groups([t.never], x) for x in texts)) for t in case.traps),
        quotes=quotes,
        words=view.words(),
        claims_total=len(view.claims),
        claims_shown=len(view.shown),
    )


def _is_answered(question: Question, answer: Json, files: Files) -> bool:
    claims = _rows(answer, "claims")
    said = "\n".join(_with_quotes(claim) for claim in claims)
    return (
        answer.get("status") in ("answered", "conflict")
        and _all_groups(question.must, said)
        and _cites(claims, question.evidence, files)
    )


def score_answers(case: Case, answers: Iterable[Json], files: Files | None = None) -> AnswerScore:
    """The answers' score; a question without an answer counts as wrong, whatever was wanted."""
    files = files or Files()
    given = {a["question"].strip(): a for a in answers}
    answered, abstained = [], []
    for question in case.questions:
        answer = given.get(question.q.strip(), {})
        if question.answerable:
            answered.append((question.id, _is_answered(question, answer, files)))
        else:
            abstained.append((question.id, answer.get("status") == "needs_clarification"))
    return AnswerScore(answered=_found(answered), abstained=_found(abstained))
