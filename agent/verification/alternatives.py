"""Words that exclude each other, such as seasons and sizes: where the evidence has another of the row, the claim altered it."""

from __future__ import annotations

import re

from agent.verification.fault import Fault
from agent.verification.support import Grounds

_NATIONS = (
    "danish|denmark|dän\\w*", "swedish|sweden|schwed\\w*", "norwegian|norway|norweg\\w*", "finnish|finland", "dutch|netherlands|holland|niederl\\w*", "belgian|belgium",
    "french|france|franz\\w*|frankreich", "german|germans|germany|deutsch\\w*", "austrian|austria|österreich\\w*", "swiss|switzerland|schweiz\\w*", "italian|italy", "spanish|spain",
    "portuguese|portugal", "polish|poland|polnisch\\w*|polen", "czech|czechia", "hungarian|hungary", "romanian|romania", "greek|greece", "turkish|turkey", "russian|russia",
    "ukrainian|ukraine", "irish|ireland", "scottish|scotland|scots", "welsh|wales", "english|england|englisch\\w*", "american|usa", "canadian|canada", "mexican|mexico",
    "brazilian|brazil", "japanese|japan", "chinese|china|mandarin", "korean|korea", "indian|india|hindi", "australian|australia", "israeli|israel", "arabic|arab",
)  # fmt: skip
_PARTS_OF_A_FIRM = (
    "finance|financial|accounting|treasury", "quality", "marketing", "engineering|r&d|development", "it|information technology", "legal", "sales", "operations|ops", "procurement|purchasing|buying",
    "hr|human resources|people", "logistics|supply chain|warehouse", "security", "support|customer service|customer success", "production|manufacturing", "maintenance", "compliance",
)  # fmt: skip
_PLANS = ("basic|base", "standard", "premium", "enterprise", "professional|pro", "starter", "gold", "silver", "bronze", "platinum", "advanced", "essential|essentials", "trial")  # fmt: skip
_HEADING = r"(?:(?:heads?|heading|leads?|leading|runs?|running|in charge of|responsible for|head of|vp of|vp,?|vice president of|director of|chief of|owns) (?:the |all |our )?|, (?:vp |head of |director of )?)"


def _row(members: tuple[str, ...], before: str = "", after: str = "") -> str:
    return before + "(?:" + "|".join(f"(?P<g{n}>{m})" for n, m in enumerate(members)) + ")" + after


_ROWS = [
    re.compile(rf"\b(?:{row})\b", re.I)
    for row in (
        r"(?P<a>spring|frühjahr|frühling)|(?P<b>summer|sommer)|(?P<c>autumn|(?<=this )fall|(?<=next )fall|(?<=last )fall|(?<=in )fall|fall(?= (?:term|semester|of 20|20))|herbst)|(?P<d>winter)",
        r"(?P<a>small(?:est)?|kleine[nrs]?)|(?P<b>medium(?:-sized)?|mittlere[nrs]?)|(?P<c>large(?:st)?|große[nrs]?)",
        r"(?P<a>gold)|(?P<b>silver|silber)|(?P<c>bronze)|(?P<d>platinum|platin)",
        r"(?P<a>mornings?)|(?P<b>afternoons?)|(?P<c>evenings?)",
        r"(?P<a>morgen(?! früh)|tomorrow)|(?P<b>today|heute)|(?P<c>yesterday|gestern)|(?P<d>next (?:week|month|quarter|year))|(?P<e>last (?:week|month|quarter|year))",
        r"(?P<a>north(?:ern)?|norden|nördlich\w*)|(?P<b>south(?:ern)?|süden|südlich\w*)|(?P<c>east(?:ern)?|osten|östlich\w*)|(?P<d>west(?:ern)?|westen|westlich\w*)",
        r"(?P<a>left)(?= (?:side|hand|wing))|(?P<b>right)(?= (?:side|hand|wing))",
        _row(_NATIONS),
        _row(_PARTS_OF_A_FIRM, before=_HEADING),
        _row(
            _PLANS,
            after="(?= (?:plan|package|tier|edition|version|licen[cs]e|subscription|level)s?)",
        ),
        r"(?:the|this|next|last|per|each|every|any|calendar) (?:calendar )?(?:(?P<a>day)|(?P<b>week)|(?P<c>month)|(?P<d>quarter)|(?P<e>year))",
    )
]
"""A row's alternatives are its named groups; words of one group say the same."""


def _said(row: re.Pattern[str], text: str) -> dict[str, str]:
    return {str(m.lastgroup): m.group() for m in row.finditer(text)}


def other_of_row(grounds: Grounds) -> Fault | None:
    """The claim has a word of a row, and the evidence that it stands on has only others of that row."""
    near = " ".join(grounds.all[i].text for i in grounds.chosen)
    around = " ".join(grounds.all[i].text for i in grounds.around)
    for row in _ROWS:
        claimed = _said(row, grounds.part.text)
        if not claimed:
            continue
        held, reached = _said(row, near), _said(row, around)
        for group, words in claimed.items():
            if held and group not in reached:
                other = next(iter(held.values()))
                return Fault("altered", f"the evidence says {other}, the claim says {words}")
    return None
