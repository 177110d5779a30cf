"""Holds statements against each other: the seller's last word, the customer's and the records' against every signed clause,
and where nothing was signed, against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.clashes.apart import agree, comparable
from agent.clashes.clash import Clash
from agent.clashes.given import given_pairs
from agent.clashes.named import named_values, same_part
from agent.clashes.same import Nearness, Rivals, chance
from agent.clashes.stated import Stated, places, stated_values
from agent.clashes.topics import topic_of
from agent.relatedness import Relatedness
from indexer.authority import segment_rung
from indexer.search import AccountIndex

SIGNED_AT, UNSIGNED_AT = 0.06, 0.5
"""Chance of being about the same thing from which a statement is held against a clause, or against another statement."""
SETTLED = 0.5
"""A clause that agrees settles a statement if it is at least this share as surely about the same thing as the one that differs."""
VALUES, QUOTES = 3, 3
"""Values that one clash holds at most, and places quoted for each."""
MOST = 14
"""Clashes that are worth a reader's time; the surest are kept."""


Pair = tuple[Stated, Stated, float]
"""A statement, what it is held against, and how surely both are about the same thing."""


def find_clashes(index: AccountIndex, related: Relatedness) -> list[Clash]:
    """What the account's sources contradict each other on, one clash a topic, the surest first."""
    found = list(places(index, related.readings))
    values = [*stated_values(found), *named_values(found)]
    near = Nearness(related, [p.position for p in found])
    signed = [s for s in values if s.voice == "signed"]
    rivals = Rivals(signed)
    other = [s for s in values if s.voice != "signed"]
    pairs = [*_against_signed(other, signed, near, rivals), *given_pairs(found, near)]
    spoken = {id(one) for one, _, _ in pairs}
    free = [s for s in other if id(s) not in spoken and s.voice != "inside"]
    pairs += _among(index, free, signed, near, rivals)
    return _one_a_topic(index, pairs, near, rivals)


def _against_signed(
    other: Sequence[Stated], signed: Sequence[Stated], near: Nearness, rivals: Rivals
) -> list[Pair]:
    """Every statement with the clause that most surely gives its topic another value.

    Not those that a clause agrees with, nor earlier words of a voice that came round to the clause later.
    """
    pairs: list[Pair] = []
    agreed: list[tuple[Stated, Stated]] = []
    for one in other:
        same: list[tuple[float, Stated]] = []
        differs: list[tuple[float, Stated]] = []
        for clause in signed:
            sure = _sure(one, clause, near, rivals)
            if sure >= SIGNED_AT / 2:
                (same if agree(one.value, clause.value) else differs).append((sure, clause))
        best_same, met = max(same, key=lambda d: d[0], default=(0.0, one))
        best, clause = max(differs, key=lambda d: d[0], default=(0.0, one))
        if same and best_same >= SETTLED * best:
            agreed.append((one, met))
        elif best >= SIGNED_AT:
            pairs.append((one, clause, best))
    return [p for p in pairs if not _came_round(p, agreed)]


def _came_round(pair: Pair, agreed: Sequence[tuple[Stated, Stated]]) -> bool:
    """Whether the same voice said later what the clause says."""
    one, clause, _ = pair
    return any(
        clause is met
        and one.voice == later.voice
        and one.voice != "record"
        and _day(later) > _day(one)
        for later, met in agreed
    )


def _sure(one: Stated, other: Stated, near: Nearness, rivals: Rivals) -> float:
    """Chance that two statements are of the same thing; 0 where they can't be compared."""
    if one.value.kind in ("who", "where") or other.value.kind in ("who", "where"):
        return 0.7 if same_part(one, other) else 0.0
    if not comparable(one.value, other.value):
        return 0.0
    a, b = one.thing, other.thing
    told = a.measures | a.measures_under, b.measures | b.measures_under
    if told[0].isdisjoint(told[1]) and a.near.keys().isdisjoint(b.near.keys()):
        return 0.0
    return chance(one, other, near.of(one.position, other.position), rivals)


def _day(stated: Stated) -> str:
    return stated.day.isoformat() if stated.day else ""


def _among(
    index: AccountIndex,
    free: Sequence[Stated],
    signed: Sequence[Stated],
    near: Nearness,
    rivals: Rivals,
) -> list[Pair]:
    """Statements that no clause contradicts, against each other: other places, other people or systems."""
    pairs: list[Pair] = []
    settled: dict[int, bool] = {}
    for n, one in enumerate(free):
        for other in free[n + 1 :]:
            here, there = (index.segments[s.position].artifact for s in (one, other))
            if here == there or one.who == other.who:
                continue
            sure = _sure(one, other, near, rivals)
            if sure < UNSIGNED_AT or agree(one.value, other.value):
                continue
            for s in (one, other):
                if id(s) not in settled:
                    settled[id(s)] = any(
                        agree(s.value, c.value) and _sure(s, c, near, rivals) >= SIGNED_AT
                        for c in signed
                    )
            if not settled[id(one)] and not settled[id(other)]:
                pairs.append((one, other, sure))
    return pairs


def _one_a_topic(
    index: AccountIndex, pairs: Sequence[Pair], near: Nearness, rivals: Rivals
) -> list[Clash]:
    """The surest pair of each topic; what else was said of it stands beside."""
    clashes: list[Clash] = []
    for one, other, sure in sorted(pairs, key=lambda p: -p[2]):
        low, high = sorted((one, other), key=lambda s: -_rung(index, s))
        topic = topic_of(low, high)
        known = next((n for n, c in enumerate(clashes) if _same_topic(c, topic, high)), None)
        if known is None:
            clashes.append(
                Clash(topic, replace(low, topic=topic), replace(high, topic=topic), sure)
            )
        elif low.value.kind == clashes[known].said.value.kind:
            clashes[known] = _joined(index, clashes[known], low)
    return clashes[:MOST]


def _same_topic(clash: Clash, topic: str, high: Stated) -> bool:
    mine = clash.signed
    return mine.value.kind == high.value.kind and (
        clash.topic == topic or (mine.position, mine.sentence) == (high.position, high.sentence)
    )


def _joined(index: AccountIndex, clash: Clash, stated: Stated) -> Clash:
    """The clash with a further place: one that gives another value, or a further quote for one that it has."""
    values: list[Stated] = []
    for s in clash.sides:
        if not any(agree(s.value, v.value) for v in values):
            values.append(s)
    same = [s for s in clash.sides if agree(s.value, stated.value)]
    place = index.segments[stated.position].artifact
    if any(index.segments[s.position].artifact == place for s in same):
        return clash
    if len(same) >= QUOTES or (not same and len(values) > VALUES):
        return clash
    if clash.said in same and _rung(index, stated) < _rung(index, clash.said):
        return replace(clash, said=stated, others=(*clash.others, clash.said))
    return replace(clash, others=(*clash.others, stated))


def _rung(index: AccountIndex, stated: Stated) -> int:
    segment = index.segments[stated.position]
    artifact = index.artifacts[segment.artifact]
    return segment_rung(artifact.authority, artifact.kind, segment.side, False)
