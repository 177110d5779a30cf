"""Is a claim supported by the words it cites? One verdict, a score, the reason and the words themselves.

The checks are plain code in `agent/verification/`: they give the verdict. The score grades how much of the claim its
evidence holds. A claim is judged by its own words and sources only, never by other claims.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.models import Verdict
from agent.verification.altered import altered_name, altered_value
from agent.verification.alternatives import other_of_row
from agent.verification.attribution import misattributed
from agent.verification.fault import Fault
from agent.verification.figures import unread_figure
from agent.verification.graded import held_share
from agent.verification.kinds import other_of_kind
from agent.verification.names import make_known
from agent.verification.opposed import opposed
from agent.verification.origin import wrong_origin
from agent.verification.plain import make_plain
from agent.verification.sides import changed_side
from agent.verification.slots import other_in_slot
from agent.verification.stance import contradicted, wrong_mood
from agent.verification.statements import Source, statements
from agent.verification.support import Grounds, Part, about_stems
from agent.verification.terms import turned_term
from agent.verification.wording import reworded
from indexer.models import Frozen
from indexer.sentences import sentence_spans

MAX_CLAIM_CHARS = 4000
MIN_COVERAGE = 0.2
"""Share of a claim's content words that must stand around its grounds."""
MIN_UNTYPED = 0.45
"""The same for a claim without a number, date or name: there only its words can show that it is made up."""
FAULT_COST = 0.15
"""What a fault takes off the score: rules misread free prose too often to take more."""
PROSE_AT = 0.35
"""The score from which a sentence of free prose is taken as supported, whatever the checks say."""


_ABOUT_SOURCES = re.compile(
    r"^(?:(?:well|yes|no|sure|ok|okay)[,!.] )?(?:(?:based|relying) (?:solely |only )?(?:up)?on|according to|as (?:stated|mentioned|noted|described|explained) in|as per|per|from|in) "
    r"(?:the )?(?:(?:given|provided|above|cited|following|available|information|text|context) )*(?:passages?|texts?|sources?|documents?|information|context|evidence|excerpts?|transcripts?|notes)"
    r"(?: (?:\d+|provided|given|above))*(?:,| it is| it can be| we can)\s*",
    re.I,
)
"""What only says that the claim rests on the texts beside it states nothing of its own."""
_CARRIED = "the cited words carry it"
_ENUMERATOR = re.compile(r"^(?:\d{1,2}[.)]|[-*•]+)\s+")


class Span(Frozen):
    """A place in one of the sources given; offsets in the text as given."""

    source: int
    start: int
    end: int


class Finding(Frozen):
    """A verdict, how much of the claim its evidence holds (0..1), the reason and the words it rests on."""

    verdict: Verdict
    score: float
    why: str
    support: tuple[Span, ...] = ()
    coverage: float = 0.0
    """Share of the claim's content words that stand around its grounds, each counted alike; the door asks for it."""


def verify(claim: str, evidence: Sequence[str | Source], prose: bool = False) -> Finding:
    """Check `claim` against `evidence`: texts, or sources with their speaker and side.

    `prose`: the claim is a sentence of free prose over passages, such as an answer's; it is refused only where its score is low.
    """
    sources = [Source(text=e) if isinstance(e, str) else e for e in evidence]
    plain = _ABOUT_SOURCES.sub("", _ENUMERATOR.sub("", make_plain(claim).text.strip()))
    if not any(c.isalnum() for c in plain):
        return Finding(verdict="unsupported", score=0.0, why="the claim has no words")
    if len(plain) > MAX_CLAIM_CHARS:
        why = f"the claim is longer than {MAX_CLAIM_CHARS} characters; state one thing at a time"
        return Finding(verdict="unsupported", score=0.0, why=why)
    found = statements(sources)
    if not any(s.tokens for s in found):
        return Finding(verdict="unsupported", score=0.0, why="the evidence has no words")
    about = make_plain("\n".join(s.about for s in sources)).text
    parts = [Part(text, about) for a, b in sentence_spans(plain) for text in _halves(plain[a:b])]
    grounds = [Grounds(p, found) for p in parts]
    fault, coverage = _examine(grounds, sources)
    held = held_share(grounds, about_stems(sources, found))
    costs = fault is not None and (fault.sure or not prose)
    score = max(0.0, held - FAULT_COST) if costs else held
    spans = _spans(grounds)
    if prose and score < PROSE_AT:
        fault = fault or Fault("unsupported", _missing(grounds, about_stems(sources, found)))
    elif prose:
        fault = None
    verdict, why = (fault.verdict, fault.why) if fault else ("supported", _CARRIED)
    return Finding(verdict=verdict, score=score, why=why, support=spans, coverage=coverage)


def _halves(sentence: str) -> list[str]:
    """What stands before and behind a semicolon states things of its own."""
    return [part for part in sentence.split("; ") if part.strip()]


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
            or other_of_kind(one, about)
            or opposed(one)
            or other_in_slot(one, about)
            or turned_term(one)
            or changed_side(one)
            or reworded(one, about)
        )
        if fault is None and stated:
            fault = wrong_mood(one) or contradicted(one)
        if fault is not None:
            break
    typed = any(g.part.quantities or g.part.whens or g.part.names for g in grounds)
    if coverage < (MIN_COVERAGE if typed else MIN_UNTYPED):
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
