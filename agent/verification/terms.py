"""Three things that are rarely said with a no: that something costs nothing, that it is still open, that it grew.

Each has its closed set of expressions. A claim that has one side's where the evidence, of the same thing, has only the
other's contradicts it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.verification.agreement import agrees
from agent.verification.altered import is_idle
from agent.verification.fault import Fault
from agent.verification.statements import Statement
from agent.verification.support import Grounds
from agent.verification.words import content

_FREE = re.compile(
    r"\b(?:free of charge|for free|complimentary|gratis|kostenlos|(?:at |for )?(?:no|without(?: any)?|nothing) (?:extra |additional |further )?(?:costs?|charges?|fees?)|"
    r"(?:costs?|pays?) (?:(?:you|us|them|him|her|the \w+) )?nothing|nothing (?:is|will be) charged|(?:is|are|comes?) (?:free|included)|free of|not charged|(?<!not )(?<!n't )included)\b", re.I
)  # fmt: skip
_PAID = re.compile(
    r"\b(?:(?:at|for|against|carries|with) (?:an? )?(?:extra |additional |separate )?(?:cost|charge|fee)|costs? extra|at extra (?:costs?|charges?)|(?:extra|additional\w*|separately) (?:is |are )?(?:charged|billed|paid)|(?:is|are) (?:charged|billed) (?:extra|for))\b", re.I
)  # fmt: skip
_OPEN = re.compile(
    r"\b(?:still (?:needs?|waiting|waits?|open|outstanding|missing|have to|has to|pending)|pending|outstanding|awaiting|waiting (?:for|on)|not yet|n't yet|yet to|tbd|steht noch aus|noch offen)\b", re.I
)  # fmt: skip
_DONE = re.compile(
    r"\b(?:(?:has|have|had) (?:already )?(?:been )?|was already |is already |were already )(?:granted|given|obtained|received|secured|approved|agreed|signed|completed|finished|done|settled|resolved|confirmed|delivered|paid)\b", re.I
)  # fmt: skip
_RISES = re.compile(
    r"\b(?:extra|additional|more|further|rose|grew|increas\w*|gain\w*|added?|on top|higher|rais\w+)\b",
    re.I,
)
_FALLS = re.compile(
    r"\b(?:shrank|shrunk|shrink\w*|fell|fallen|decreas\w*|reduc\w*|cut|less|lower\w*|lost|dropp?\w*|minus|discount|sav\w+)\b",
    re.I,
)
_REACH = 30
"""Characters before a value within which a rise or a fall is said of it; half as many behind."""
_SAME = 2
"""So many words a claim and a statement must share to speak of one thing."""


def turned_term(grounds: Grounds) -> Fault | None:
    """A cost where the evidence has none, something done where it is open, a fall for a rise; or the other way round."""
    part = grounds.part
    reach = [grounds.all[i] for i in dict.fromkeys([*grounds.near[:3], *grounds.chosen])]
    for mine, theirs in ((_PAID, _FREE), (_FREE, _PAID), (_DONE, _OPEN)):
        match = mine.search(part.text)
        if match is None or theirs.search(part.text):
            continue
        said = [
            s for s in reach if theirs.search(s.text) and len(_beside(part.text) & s.stems) >= _SAME
        ]
        if said and not any(mine.search(s.text) for s in grounds.all):
            words = theirs.search(said[0].text)
            return Fault(
                "contradicted",
                f"the evidence says “{words.group() if words else ''}” where the claim says “{match.group()}”",
            )
    return _other_way(grounds, reach)


def _beside(text: str) -> frozenset[str]:
    """The words that say something but for those of cost and state themselves."""
    return content(_DONE.sub(" ", _PAID.sub(" ", _FREE.sub(" ", text))))


def _other_way(grounds: Grounds, reach: Sequence[Statement]) -> Fault | None:
    """A value that falls in the claim and rises in every statement that has it, or the other way round."""
    text = grounds.part.text
    for value in grounds.part.quantities:
        if is_idle(value) or value.kind == "duration":
            continue
        mine = text[max(0, value.start - _REACH) : value.end + _REACH // 2]
        theirs = [
            s.text[max(0, q.start - _REACH) : q.end + _REACH // 2]
            for s in reach for q in s.quantities if q.kind == value.kind and not q.ordinal and agrees(value, q)
        ]  # fmt: skip
        for one, other in ((_RISES, _FALLS), (_FALLS, _RISES)):
            if not one.search(mine) or other.search(mine) or not theirs:
                continue
            if all(other.search(t) and not one.search(t) for t in theirs):
                return Fault("contradicted", f"the evidence says the opposite of {value.text}")
    return None
