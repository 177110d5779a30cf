"""Finds what an account's sources contradict each other on: statements are gathered, paired, and told by topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agent.clashes.apart import agree, comparable
from agent.clashes.beside import Beside
from agent.clashes.choices import chosen_values
from agent.clashes.clash import Clash
from agent.clashes.denied import Denials
from agent.clashes.given import Givens
from agent.clashes.named import named_values
from agent.clashes.overruled import Overruled
from agent.clashes.pairing import Pair, Pairing, day_key
from agent.clashes.rows import row_values
from agent.clashes.same import Nearness
from agent.clashes.stated import Stated, places, stated_values, taken_back
from agent.clashes.topics import topic_of
from agent.clashes.ways import OtherWays
from agent.relatedness import Relatedness
from indexer.authority import segment_rung
from indexer.search import AccountIndex

VALUES, QUOTES = 3, 3
"""Values that one clash holds beside the highest, and places quoted for each."""
MOST = 14
"""Clashes that are worth a reader's time; the surest are kept."""


def find_clashes(index: AccountIndex, related: Relatedness) -> list[Clash]:
    """What the account's sources contradict each other on, one clash a topic, the surest first."""
    held = hold(index, related)
    pairs = list(held.overruled.pairs())
    spoken = {id(one) for one, _, _ in held.rules}
    free = [
        s
        for s in held.other
        if id(s) not in spoken and (s.voice != "inside" or s.value.kind in ("who", "choice"))
    ]
    pairs += held.pairing.among(free, [s.artifact for s in index.segments])
    return _Gathering(index).one_a_topic(pairs)


@dataclass(frozen=True)
class Held:
    """What is held against each other in an account."""

    other: Sequence[Stated]
    """Values that no signed paper states."""
    pairing: Pairing
    rules: Sequence[Pair]
    """Statements and clauses that a rule for one kind of words holds against each other."""
    overruled: Overruled


def hold(index: AccountIndex, related: Relatedness) -> Held:
    """Gathers what is said and signed."""
    found = list(places(index, related.readings))
    values = [
        *stated_values(found),
        *named_values(found),
        *chosen_values(found),
        *row_values(found),
    ]
    signed = [s for s in values if s.voice == "signed"]
    other = [s for s in values if s.voice != "signed"]
    givens = Givens(found, {(s.position, s.sentence) for s in signed if s.value.kind == "money"})
    denials, ways = Denials(found), OtherWays(found)
    near = Nearness(
        related,
        [*givens.positions, *denials.positions, *ways.positions, *(s.position for s in values)],
    )
    pairing = Pairing(signed, near, taken_back(index, related.readings))
    rules = [
        *pairing.against_signed(other),
        *givens.pairs(near),
        *denials.pairs(near),
        *ways.pairs(near),
    ]
    against_signed = [p for p in rules if p[1].voice == "signed"]
    spots = {(one.position, one.sentence) for one, _, _ in against_signed}
    overruled = Overruled(Beside(found, related, spots), values, against_signed)
    return Held(other, pairing, rules, overruled)


class _Gathering:
    """Puts pairs of one topic together."""

    def __init__(self, index: AccountIndex) -> None:
        self._index = index

    def one_a_topic(self, pairs: Iterable[Pair]) -> list[Clash]:
        """The surest pair of each topic; what else was said of it stands beside."""
        clashes: list[Clash] = []
        for one, other, sure in sorted(pairs, key=lambda p: (-p[2], p[0].words, p[1].words)):
            low, high = sorted((one, other), key=self._standing)
            topic = topic_of(low, high)
            known = next(
                (
                    n
                    for n, c in enumerate(clashes)
                    if _same_topic(c, topic, high) or _twins(c, low, high)
                ),
                None,
            )
            if known is None:
                said, signed = replace(low, topic=topic), replace(high, topic=topic)
                clashes.append(Clash(topic, said, signed, sure))
            elif low.value.kind == clashes[known].said.value.kind:
                clashes[known] = self._joined(self._joined(clashes[known], low), high)
        return clashes[:MOST]

    def _joined(self, clash: Clash, stated: Stated) -> Clash:
        """The clash with a further place: one that gives another value, or a further quote for one that it has."""
        values: list[Stated] = []
        for s in clash.sides:
            if not any(agree(s.value, v.value) for v in values):
                values.append(s)
        same = [s for s in clash.sides if agree(s.value, stated.value)]
        if self._place(stated) in {self._place(s) for s in same} or len(same) >= QUOTES:
            return clash
        if stated.voice == "signed" and not same:
            return clash
        if not same and len(values) > VALUES:
            return clash
        if clash.said in same and self._standing(stated) > self._standing(clash.said):
            said = replace(stated, topic=clash.topic)
            return replace(clash, said=said, others=(*clash.others, clash.said))
        return replace(clash, others=(*clash.others, stated))

    def _place(self, stated: Stated) -> str:
        return self._index.segments[stated.position].artifact

    def _standing(self, stated: Stated) -> tuple[int, str, str]:
        """The higher the more it weighs: the rung, then the day."""
        segment = self._index.segments[stated.position]
        artifact = self._index.artifacts[segment.artifact]
        rung = segment_rung(artifact.authority, artifact.kind, segment.side, False)
        return -rung, day_key(stated), stated.words


def _same_topic(clash: Clash, topic: str, high: Stated) -> bool:
    """Whether a pair belongs to a clash: the same clause, or one of the same topic that says the same."""
    mine = clash.signed
    if mine.value.kind != high.value.kind:
        return False
    clause = (mine.position, mine.sentence) == (high.position, high.sentence)
    return clause or (clash.topic == topic and agree(mine.value, high.value))


def _twins(clash: Clash, low: Stated, high: Stated) -> bool:
    """Whether a pair says of both sides what a clash says, in other places: one thing in an order form and in a plan."""
    said, signed = clash.said.value, clash.signed.value
    if low.value.kind == "given":
        return said.kind == "given" and (clash.said.position, clash.said.sentence) == (
            low.position,
            low.sentence,
        )
    if not (comparable(said, low.value) and comparable(signed, high.value)):
        return False
    return agree(said, low.value) and agree(signed, high.value)
