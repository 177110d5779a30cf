"""Words that exclude each other, such as seasons and sizes: where the evidence has another of the row, the claim altered it."""

from __future__ import annotations

import re

from agent.verification.fault import Fault
from agent.verification.support import Grounds

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
