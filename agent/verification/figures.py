"""Figures that no rule can read (`8713,720.00`, `13/45/2026`): they must stand in the evidence as they are."""

from __future__ import annotations

import re

from agent.verification.dates import whens
from agent.verification.fault import Fault
from agent.verification.quantities import quantities
from agent.verification.support import Grounds

_FIGURE = re.compile(r"\d[\d.,/:'-]*\d|\d")


def unread_figure(grounds: Grounds) -> Fault | None:
    """A figure of the claim that is no date, number or identifier, and that the evidence does not hold."""
    text = grounds.part.text
    read = [(q.start, q.end) for q in quantities(text)]
    read += [(w.start, w.end) for w in whens(text)]
    read += [(n.start, n.end) for n in grounds.part.names]
    held = {"24/7", *(f for s in grounds.all for f in _FIGURE.findall(s.text))}
    for match in _FIGURE.finditer(text):
        known = any(a <= match.start() < b for a, b in read) or match.group() in held
        if not known and len(match.group()) > 2:
            return Fault("altered", f"the evidence does not say {match.group()}")
    return None
