"""Does the evidence state what the claim states, or does it ask, suppose, deny or take it back?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from agent.verification.agreement import agrees
from agent.verification.altered import is_idle
from agent.verification.denial import undenied
from agent.verification.fault import Fault
from agent.verification.mood import BESIDE, CONDITION, REASONS, Mood, admits, corrects
from agent.verification.polarity import disagreement, ruled_out
from agent.verification.quantity import Quantity
from agent.verification.statements import Statement
from agent.verification.subjects import parts_of, subject_of
from agent.verification.support import Grounds, Part
from agent.verification.words import content, stem


def wrong_mood(grounds: Grounds) -> Fault | None:
    """The evidence asks, supposes, takes back or tells of others what the claim states."""
    if fault := _taken_back(grounds):
        return fault
    for quantity in grounds.part.quantities:
        holding = [
            grounds.all[i]
            for i in grounds.around
            if any(agrees(quantity, q) for q in grounds.all[i].quantities)
        ]
        if (
            quantity.kind == "period"
            or _ONE.match(quantity.text)
            or any(_PRESUPPOSES.match(s.text) for s in holding)
        ):
            continue
        if holding and not is_idle(quantity) and (fault := _mood_fault(holding, grounds.part)):
            return fault
    return _mood_fault(
        [*_answering(grounds), *(grounds.all[i] for i in grounds.near)], grounds.part
    )


def _answering(grounds: Grounds) -> list[Statement]:
    """What another speaker says right after the nearest words, where these only ask and that states a value of the claim."""
    found = []
    for i in grounds.near:
        one, then = grounds.all[i], grounds.all[i + 1 : i + 3]
        if one.mood != "asks":
            continue
        found += [
            s for s in then if s.source == one.source and s.speaker != one.speaker and s.mood == "states"
            and (grounds.part.stems & s.stems or any(agrees(q, o) for q in grounds.part.quantities for o in s.quantities))
        ]  # fmt: skip
    return found


_ONE = re.compile(r"an? ", re.I)
"""`A month`: it counts nothing that could be asked or stated."""
_PRESUPPOSES = re.compile(
    r"^\W*(?:and |so |but |ok,? |okay,? )?(?:what|when|who|how|why|which|where|was|wann|wer|wie|warum|welche\w*)\b",
    re.I,
)
"""A question that takes what it mentions for granted."""


def _mood_fault(held_by: Sequence[Statement], part: Part) -> Fault | None:
    moods: list[Mood] = [
        "states" if _before_condition(s, part) or _within_condition(s, part) else s.mood
        for s in held_by
    ]
    claim = part.text
    if not moods or any(admits(claim, m) or m == "takes_back" for m in moods):
        return None
    return Fault("unsupported", REASONS[moods[0]])


def _before_condition(statement: Statement, part: Part) -> bool:
    """Whether all that the claim shares with a conditional statement stands before its `, and if`."""
    beside = BESIDE.search(statement.text) if statement.mood == "conditional" else None
    if beside is None:
        return False
    head = content(statement.text[: beside.start()])
    return bool(part.stems & head) and not part.stems & (statement.stems - head)


def _within_condition(statement: Statement, part: Part) -> bool:
    """Whether the claim itself tells most of what stands behind the statement's `if`, up to the next comma."""
    if statement.mood != "conditional" or (begins := CONDITION.search(statement.text)) is None:
        return False
    condition = content(re.split(r"[,;.]", statement.text[begins.end() :])[0])
    return len(condition) > 1 and len(condition & part.stems) > len(condition) / 2


def _taken_back(grounds: Grounds) -> Fault | None:
    """A later statement withdraws what the claim rests on, or the same sentence corrects itself."""
    part = grounds.part
    if admits(part.text, "takes_back") or not grounds.near:
        return None
    for i in grounds.near:
        if (
            grounds.all[i].mood != "takes_back"
            and not _corrected(grounds, i)
            and not _withdrawn(grounds, i)
        ):
            return None
    last = max(grounds.near)
    after = [
        q
        for s in grounds.all[last : last + 4]
        if s.source == grounds.all[last].source
        for q in _final(s)
    ]
    if part.quantities and all(any(agrees(q, a) for a in after) for q in part.quantities):
        return None
    return Fault("contradicted", "the evidence takes this back later")


def _final(statement: Statement) -> list[Quantity]:
    cut = corrects(statement.text)
    return [q for q in statement.quantities if cut is None or q.start >= cut]


def _corrected(grounds: Grounds, at: int) -> bool:
    statement, cut = grounds.all[at], corrects(grounds.all[at].text)
    if cut is None:
        return False
    before = [q for q in statement.quantities if q.start < cut]
    after = [q for q in statement.quantities if q.start >= cut]
    return any(
        any(agrees(q, b) for b in before)
        and not any(agrees(q, a) for a in after)
        and any(a.kind == q.kind for a in after)
        for q in grounds.part.quantities
    )


def _withdrawn(grounds: Grounds, at: int) -> bool:
    here = grounds.all[at]
    for later in grounds.all[at + 1 : at + 4]:
        if later.source != here.source or later.mood != "takes_back":
            continue
        if later.speaker == here.speaker or later.stems & here.stems:
            return True
    return False


def contradicted(grounds: Grounds) -> Fault | None:
    """The evidence says yes where the claim says no, or the other way round."""
    reach = [grounds.all[i] for i in dict.fromkeys([*grounds.near[:4], *grounds.chosen, *_valued(grounds)])]  # fmt: skip
    reach += [t for s, t in itertools.pairwise(grounds.all) if s in reach and s.is_topic]
    texts = [s.meant for s in reach if s.mood != "asks" and not s.is_topic] or [
        s.text for s in reach
    ]
    if word := ruled_out(grounds.part.text, texts):
        return Fault("contradicted", f"the evidence rules out what the claim says of “{word}”")
    around = [grounds.all[i].meant for i in grounds.around]
    if bare := undenied(grounds.part.text, around):
        return Fault("contradicted", f"nothing in the evidence says no to this: “{_short(bare)}”")
    speakers = {p for s in grounds.all for p in parts_of(s.speaker)}
    subject = subject_of(grounds.part.text, grounds.part.names)
    named = frozenset(
        stem(p)
        for n in grounds.part.names
        if not n.code
        for p in n.parts
        if n is subject or p in speakers
    )
    if clash := disagreement(grounds.part.text, texts, named):
        return Fault(
            "contradicted",
            f"the claim and the evidence differ in a yes or no: “{_short(clash[0])}” against “{_short(clash[1])}”",
        )
    return None


_WHOLE = 6
"""A statement of fewer words is a scrap (`23 operators.`): it says neither yes nor no."""


def _valued(grounds: Grounds) -> list[int]:
    """Around the grounds the statements that carry one of the claim's numbers."""
    mine = [q for q in grounds.part.quantities if not is_idle(q)]
    return [
        i
        for i in grounds.around
        if len(grounds.all[i].tokens) >= _WHOLE
        and any(agrees(q, o) for q in mine for o in grounds.all[i].quantities)
    ]


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:14]) + (" ..." if len(words) > 14 else "")
