"""Did the one whom the claim names say it, or is it told of them?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.verification import dates
from agent.verification.agreement import agrees
from agent.verification.bearers import bound_to_another, told_of_another_name
from agent.verification.fault import Fault
from agent.verification.names import Name, is_everyday, names
from agent.verification.origin import wrong_side
from agent.verification.plain import tokens
from agent.verification.statements import Statement
from agent.verification.subjects import parts_of, says_after, subject_of
from agent.verification.support import Grounds
from agent.verification.tied import untied
from agent.verification.words import stem


def misattributed(grounds: Grounds) -> Fault | None:
    """The words are there, but someone else or the other side said them."""
    return (
        _wrong_speaker(grounds)
        or wrong_side(grounds)
        or _not_meant(grounds)
        or told_of_another_name(grounds)
        or bound_to_another(grounds)
        or untied(grounds)
    )


def _not_meant(grounds: Grounds) -> Fault | None:
    """A speaker of the evidence whom the claim draws in, though nobody speaks of them and they state nothing of it."""
    speakers = [parts_of(s.speaker) for s in grounds.all if s.speaker]
    subject = subject_of(grounds.part.text, grounds.part.names)
    for name in grounds.part.names:
        wanted = set(name.parts)
        if (
            name is subject
            or name.code
            or not wanted
            or not any(wanted <= spoken for spoken in speakers)
        ):
            continue
        here = [grounds.all[i] for i in grounds.around]
        if any(wanted & s.words for s in here) or any(_ADDRESSED.search(s.text) for s in here):
            continue
        if not any(wanted & parts_of(s.speaker) and not s.is_question for s in here):
            return Fault("misattributed", f"the evidence does not say this of {name.text}")
    return None


_ADDRESSED = re.compile(r"\b(?:you|your|yours|sie|ihnen|ihr|dir|dich|dein\w*)\b", re.I)


def _wrong_speaker(grounds: Grounds) -> Fault | None:
    name = subject_of(grounds.part.text, grounds.part.names)
    if name is None:
        return None
    wanted = set(name.parts)
    speakers = {s.speaker: parts_of(s.speaker) for s in grounds.all if s.speaker}
    known = any(wanted & parts for parts in speakers.values())
    if name.text.isupper() and not known and not says_after(grounds.part.text[name.end :]):
        return None
    without = _near_without(grounds, name)
    near = [grounds.all[i] for i in without] or [grounds.all[i] for i in grounds.near]
    if not near or any(_speaks_of(wanted, s) for s in near):
        return None
    own = [s for s in near if wanted & parts_of(s.speaker)]
    if own:
        return _told_of_another(own, grounds, name)
    if any(
        _speaks_of(wanted, grounds.all[i - 1])
        for i in without
        if i and grounds.all[i].speaker and grounds.all[i - 1].speaker == grounds.all[i].speaker
    ):
        return None
    if not all(s.speaker for s in near):
        return _of_another(grounds, without, wanted)
    if _takes_part(grounds, without, wanted, near) or (
        not known and (_is_meant(grounds, without, wanted) or _is_own(near, grounds, name))
    ):
        return None
    return Fault(
        "misattributed",
        f"{near[0].speaker.split('(')[0].strip()} says this in the evidence, not {name.text}",
    )


_GREETING = re.compile(
    r"^\W*(?:to|cc|bcc|an|kopie): .*|^\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|liebe[rs]?|hallo|sehr geehrte[rs]?|guten (?:tag|morgen))\b[^,!.:\n]{0,50}[,!:]", re.I
)  # fmt: skip


def _speaks_of(wanted: set[str], s: Statement) -> bool:
    """Whether a statement mentions the name, other than to greet."""
    if not wanted & s.words:
        return False
    said = {t.text.removesuffix("'s") for t in tokens(_GREETING.sub("", s.text))}
    return bool(wanted & said)


def _takes_part(
    grounds: Grounds, near: Sequence[int], wanted: set[str], others: Sequence[Statement]
) -> bool:
    """The named person gives a value of the claim right beside the nearest words, which lack it."""
    part = grounds.part
    if any(agrees(q, o) for q in part.quantities for s in others for o in s.quantities) or any(
        dates.agrees(w, o) for w in part.whens for s in others for o in s.whens
    ):
        return False
    for i in {j for n in near for j in range(n - 2, n + 3) if 0 <= j < len(grounds.all)}:
        s = grounds.all[i]
        if wanted & parts_of(s.speaker) and (
            any(agrees(q, o) for q in part.quantities for o in s.quantities)
            or any(dates.agrees(w, o) for w in part.whens for o in s.whens)
        ):
            return True
    return False


def _is_meant(grounds: Grounds, near: Sequence[int], wanted: set[str]) -> bool:
    """Someone else speaks of `she` or `they` right after the name was mentioned."""
    return any(
        _THIRD.search(grounds.all[i].text)
        and not names(grounds.all[i].text)
        and any(wanted & s.words for s in grounds.all[max(0, i - 3) : i])
        for i in near
    )


_OURS = re.compile(
    r"\b(?:we|we're|we've|we'll|our|ours|us|it's|there's|there are|wir|uns|unser\w*)\b", re.I
)
_IS_SO = re.compile(
    r"\W*(?:has|have|had|is|are|was|were|makes?|made|uses?|used|runs?|ran|needs?|employs?|operates?|owns?|sells?|serves?|pays?|hat|ist|betreibt)\b"
)


def _is_own(near: Sequence[Statement], grounds: Grounds, name: Name) -> bool:
    """`We have four branches`, told of a company that speaks nowhere by itself and is not whom the words are for."""
    if any(set(name.parts) <= s.words for s in grounds.all):
        return False
    return bool(_IS_SO.match(grounds.part.text[name.end :])) and any(
        _OURS.search(s.text) for s in near
    )


_THIRD = re.compile(r"\b(?:he|she|they|his|her|their|him|them|er|sie|ihr|ihm)\b", re.I)
_FIRST = re.compile(r"\b(?:I|I'm|I've|I'll|me|my|mine|we|we're|we've|we'll|us|ich|mir|mich|wir)\b")
_TELLS = re.compile(
    r"^\W*(?:also )?(?:on|says?|said|states?|explain\w*|report\w*|mention\w*|confirm\w*|warn\w*|note[sd]?|told|tells|thinks?|believes?|claims?|points?|describ\w*|names?|named|sagt\w*)\b"
)


def _told_of_another(own: Sequence[Statement], grounds: Grounds, name: Name) -> Fault | None:
    """The named person speaks, but tells it of somebody whom the claim leaves out."""
    tells = _TELLS.match(grounds.part.text[name.end :])
    if tells and all(s.is_question for s in own):
        return Fault("misattributed", f"{name.text} only asks this in the evidence")
    if tells or any(_FIRST.search(s.text) for s in own):
        return None
    mine = {p for n in grounds.part.names for p in n.parts}
    for s in own:
        for other in names(s.text):
            if _is_person(other, grounds) and not mine & set(other.parts):
                return Fault(
                    "misattributed", f"the evidence says this of {other.text}, not of {name.text}"
                )
    return None


def _of_another(grounds: Grounds, at: Sequence[int], wanted: set[str]) -> Fault | None:
    """In notes without speakers: the nearest words tell it of somebody else, and the claim's person stands elsewhere."""
    if len(wanted) != 2 or not any(wanted & s.words for s in grounds.all):
        return None
    told: list[Name] = []
    for i in at:
        people = [n for n in names(grounds.all[i].text) if _is_person(n, grounds)]
        before = (
            grounds.all[i - 1]
            if i and not people and grounds.all[i - 1].source == grounds.all[i].source
            else None
        )
        if before is not None and not wanted & before.words:
            people = [n for n in names(before.text) if _is_person(n, grounds)]
        if not people:
            return None
        told += people
    return Fault("misattributed", f"the evidence says this of {told[0].text}") if told else None


def _is_person(name: Name, grounds: Grounds) -> bool:
    """Two words with capitals that are no everyday words of the evidence."""
    if name.text.isupper():
        return False
    plain = {t.raw for s in grounds.all for t in s.tokens}
    return (
        not name.code
        and len(name.parts) == 2
        and not plain & set(name.parts)
        and not any(map(is_everyday, name.parts))
    )


def _near_without(grounds: Grounds, name: Name) -> list[int]:
    """The nearest statements by what is said, whoever says it."""
    own = {stem(p) for p in name.parts}
    wanted = grounds.part.stems - own
    scored = []
    for i, s in enumerate(grounds.all):
        shared = len(wanted & s.stems) + sum(
            any(agrees(q, o) for o in s.quantities) for q in grounds.part.quantities
        )
        shared += any(dates.agrees(w, o) for o in s.whens for w in grounds.part.whens)
        if shared:
            scored.append((shared, i))
    best = max((n for n, _ in scored), default=0)
    near = [i for n, i in scored if n >= 0.7 * best]
    valued = [
        i
        for i in near
        if any(agrees(q, o) for q in grounds.part.quantities for o in grounds.all[i].quantities)
    ]
    return valued or near
