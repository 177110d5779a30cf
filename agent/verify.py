"""Is a claim supported by the words it cites? One verdict, a score, the reason and the words themselves.

The checks are plain code in `agent/verification/`; a learned judge may add what words alone don't show. A claim is
judged by its own words and sources only, never by other claims.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from agent.models import Verdict
from agent.verification.altered import altered_name, altered_value
from agent.verification.alternatives import other_of_row
from agent.verification.attribution import misattributed
from agent.verification.fault import Fault
from agent.verification.figures import unread_figure
from agent.verification.names import make_known
from agent.verification.origin import wrong_origin
from agent.verification.plain import make_plain
from agent.verification.stance import contradicted, wrong_mood
from agent.verification.statements import Source, statements
from agent.verification.support import Grounds, Part, about_stems
from agent.verification.wording import reworded
from indexer.models import Frozen
from indexer.sentences import sentence_spans

MAX_CLAIM_CHARS = 4000
MIN_COVERAGE = 0.3
"""Share of a claim's content words that must stand around its grounds where no judge is asked."""
FAULT_SCORE = 0.3
"""The most that a claim with a fault can score."""


_ENUMERATOR = re.compile(r"^(?:\d{1,2}[.)]|[-*•]+)\s+")


class Judge(Protocol):
    """A learned opinion on a claim that passes the checks."""

    threshold: float

    def score(self, claim: str, sources: Sequence[str]) -> float:
        """How surely the sources support the claim, 0..1."""
        ...


class Span(Frozen):
    """A place in one of the sources given; offsets in the text as given."""

    source: int
    start: int
    end: int


class Finding(Frozen):
    """A verdict, how surely the claim is supported (0..1), the reason and the words it rests on."""

    verdict: Verdict
    score: float
    why: str
    support: tuple[Span, ...] = ()


def verify(claim: str, evidence: Sequence[str | Source], judge: Judge | None = None) -> Finding:
    """Check `claim` against `evidence`: texts, or sources with their speaker and side."""
    sources = [Source(text=e) if isinstance(e, str) else e for e in evidence]
    plain = _ENUMERATOR.sub("", make_plain(claim).text.strip())
    if not any(c.isalnum() for c in plain):
        return Finding(verdict="unsupported", score=0.0, why="the claim has no words")
    if len(plain) > MAX_CLAIM_CHARS:
        why = f"the claim is longer than {MAX_CLAIM_CHARS} characters; state one thing at a time"
        return Finding(verdict="unsupported", score=0.0, why=why)
    found = statements(sources)
    if not any(s.tokens for s in found):
        return Finding(verdict="unsupported", score=0.0, why="the evidence has no words")
    about = make_plain("\n".join(s.about for s in sources)).text
    parts = [Part(plain[a:b], about) for a, b in sentence_spans(plain)]
    grounds = [Grounds(p, found) for p in parts]
    fault, coverage = _examine(grounds, sources)
    score = (
        judge.score(claim, [s.text for s in sources])
        if judge and _states(grounds, sources)
        else coverage
    )
    spans = _spans(grounds)
    if fault is not None:
        return Finding(
            verdict=fault.verdict, score=min(score, FAULT_SCORE), why=fault.why, support=spans
        )
    if judge and score < judge.threshold:
        why = "the evidence does not carry this: read in its light, the claim says something else or more"
        return Finding(verdict="unsupported", score=score, why=why, support=spans)
    return Finding(verdict="supported", score=score, why="the cited words carry it", support=spans)


def _states(grounds: Sequence[Grounds], sources: Sequence[Source]) -> bool:
    """Whether the claim states more than where its words stand (`Ines Vogt on the budget`)."""
    about = about_stems(sources, grounds[0].all)
    return any(g.part.stems - about or g.part.quantities or g.part.whens for g in grounds)


def _examine(grounds: Sequence[Grounds], sources: Sequence[Source]) -> tuple[Fault | None, float]:
    """The first fault of any part, and the share of the claim's words that stand in the evidence."""
    found = grounds[0].all
    about = about_stems(sources, found)
    known = make_known(
        [
            *(s.text for s in found),
            *{s.speaker for s in found},
            *(f"{s.about}\n{' '.join(s.origin)}" for s in sources),
        ]
    )
    words = sum(len(g.part.stems) for g in grounds)
    coverage = sum(g.coverage(about) * len(g.part.stems) for g in grounds) / words if words else 1.0
    fault: Fault | None = None
    for one in grounds:
        stated = bool(one.part.stems - about or one.part.quantities or one.part.whens)
        fault = (
            altered_value(one)
            or unread_figure(one)
            or wrong_origin(one, sources)
            or altered_name(one, known)
            or misattributed(one)
            or other_of_row(one)
            or reworded(one, about)
        )
        if fault is None and stated:
            fault = wrong_mood(one) or contradicted(one)
        if fault is not None:
            break
    if coverage < MIN_COVERAGE:
        return Fault("unsupported", _missing(grounds, about)), coverage
    return fault, coverage


def _missing(grounds: Sequence[Grounds], about: frozenset[str]) -> str:
    """Which of the claim's words stand nowhere in the evidence."""
    held = {w for g in grounds for i in g.around for w in g.all[i].stems} | about
    wanted = [w for g in grounds for w in sorted(g.part.stems - held)]
    return "most of the claim's words are not in the cited words" + (
        f", such as {', '.join(wanted[:3])}" if wanted else ""
    )


def _spans(grounds: Sequence[Grounds]) -> tuple[Span, ...]:
    """The statements that the claim rests on, in order."""
    places = {
        (g.all[i].source, g.all[i].start, g.all[i].end)
        for g in grounds
        for i in g.chosen
        if g.weights[i] >= 0.3 * g.best
    }
    return tuple(Span(source=s, start=a, end=b) for s, a, b in sorted(places))
