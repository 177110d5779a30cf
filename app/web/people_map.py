"""Owns the drawing of who is who: two sides, each person's roles, how often they were heard"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agent.models import PersonRow
from review.render.text import plural

WIDTH = 720
ROW = 62
TOP = 44
BELOW = 8
MAX_A_SIDE = 9
SMALLEST, LARGEST = 9.0, 21.0
COLUMNS = {"customer": 286, "vendor": 434}
"""Where the circles of a side stand: between them is the room for lines, names stand outside."""
MAX_EDGES = 14
BULGE = 58
HOW_SIGNS = 22


@dataclass(frozen=True)
class Node:
    """A person on the map."""

    name: str
    below: str
    engagement: str
    side: str
    x: float
    y: float
    radius: float
    initials: str
    role: bool
    """True if a role in the deal is known."""


@dataclass(frozen=True)
class Edge:
    """A relation between two people on the map, as a curve."""

    path: str
    how: str
    below: str
    x: float
    y: float


@dataclass(frozen=True)
class PeopleMap:
    """The drawing; `left_out` counts the people there was no room for."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    height: float
    left_out: int
    said: str
    """The drawing in words, for those who don't see it."""


def people_map(
    people: Sequence[PersonRow], relations: Sequence[dict[str, object]] = ()
) -> PeopleMap:
    """Place each side's people in a column, those with a role and those most heard first.

    A circle's area grows with how often somebody was heard, capped at a quarter of the busiest's fourfold.
    """
    most = max((sum(p.engagement.values()) for p in people), default=0) or 1
    nodes: list[Node] = []
    for side, x in COLUMNS.items():
        own = sorted((p for p in people if p.side == side), key=_weight)
        for row, person in enumerate(own[:MAX_A_SIDE]):
            nodes.append(_node(person, x, TOP + ROW * (row + 0.5), most))
    shown = {n.name: n for n in nodes}
    known = [r for r in relations if str(r.get("from")) in shown and str(r.get("to")) in shown]
    edges = [
        _edge(shown[str(r["from"])], shown[str(r["to"])], str(r.get("how", "")))
        for r in known[:MAX_EDGES]
    ]
    rows = max((sum(n.side == side for n in nodes) for side in COLUMNS), default=0)
    counts = {side: sum(p.side == side for p in people) for side in ("customer", "vendor")}
    return PeopleMap(
        tuple(nodes), tuple(edges), TOP + ROW * max(rows, 1) + BELOW, len(people) - len(nodes),
        f"{counts['customer']} people of the customer, {counts['vendor']} of the vendor. The list below says the same.",
    )  # fmt: skip


def _weight(person: PersonRow) -> tuple[bool, int, str]:
    return (not person.roles, -sum(person.engagement.values()), person.name)


def _node(person: PersonRow, x: float, y: float, most: int) -> Node:
    heard = sum(person.engagement.values())
    radius = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(min(heard / most, 1.0))
    words = [n.strip("()\"'") for n in person.name.split()]
    initials = "".join(w[0] for w in (words[:1] + words[-1:] if len(words) > 1 else words) if w)
    roles = ", ".join(r.replace("_", " ").lower() for r in person.roles)
    below = " · ".join(part for part in (roles, person.title or "") if part)
    counted = ", ".join(plural(n, k.removesuffix("s")) for k, n in person.engagement.items() if n)
    return Node(
        person.name, _short(below, 44), counted or "not heard", person.side, x, y, round(radius, 1), initials.upper()[:2], bool(roles)
    )  # fmt: skip


def _edge(a: Node, b: Node, how: str) -> Edge:
    """A line between two circles; of one side, a bow into the room between the sides."""
    inward = {"customer": 1, "vendor": -1}
    ax, bx = a.x + inward[a.side] * a.radius, b.x + inward[b.side] * b.radius
    bow = BULGE if a.side == b.side else BULGE / 2
    path = f"M{ax:.0f} {a.y:.0f} C{ax + inward[a.side] * bow:.0f} {a.y:.0f} {bx + inward[b.side] * bow:.0f} {b.y:.0f} {bx:.0f} {b.y:.0f}"
    middle = (ax + bx) / 2 + (inward[a.side] * 0.75 * bow if a.side == b.side else 0)
    said = f"{a.name} → {b.name}: {how}"
    return Edge(path, said, _short(how, HOW_SIGNS), round(middle, 1), (a.y + b.y) / 2)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
