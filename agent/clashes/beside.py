"""Which signed sentences a said one may be held against, and how near the two are: each among the nearest of the other.

Near are sentences whose passages encoder and heads find alike, that share words which few signed sentences hold, or speak of the same
matter. All of it is reckoned in matrices, said by signed; whatever reads words one by one is for `agent.clashes.overruled`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.bearing import Put, put
from agent.clashes.stated import Place
from agent.relatedness import Relatedness
from indexer.embed import Vectors
from prompts.matters import matters_in

FEW, SHORTLIST = 5, 8
"""Signed sentences looked at for each said one, and said ones for each signed one."""
LIKE_WORDS, LIKE_ANSWERS, SHARED, ANCHORED = 7.1, 4.7, 1.5, 1.5
"""What the likenesses weigh, as in `agent.bearing`, and what a shared word does; likeness of fields and a shared matter weigh 1."""
READ = 200
"""Said sentences of an account that are read word by word: those in the segments nearest to what is signed."""
ELLIPTIC = 5
"""Words up to which an answer is read with its question."""
_YES = re.compile(r"\W*(?:yes|yeah|yep|sure|of course|correct|right|exactly|absolutely|certainly|definitely|indeed|included|both|no (?:problem|bother|worries)|fine|agreed|they do|it does|she does|he does|you do|we do|we can|you can|ja\b|klar|genau|oui|sí)", re.I)  # fmt: skip
"""How somebody says what was asked."""
DOUBTED = ("", "past")
"""What may keep a sentence from being stated and still be told as it is: `we bring in the past seven years`."""


Spot = tuple[int, int]
"""A sentence by its segment and number."""


@dataclass(frozen=True)
class Candidate:
    """A said and a signed sentence by their numbers, how many are nearer to either, and by how much it leads or trails the best other."""

    said: int
    signed: int
    rank: int
    rank_back: int
    gap: float
    gap_back: float


class Beside:
    """Said sentences beside signed ones."""

    def __init__(
        self, found: Sequence[Place], related: Relatedness, kept: Collection[Spot] = ()
    ) -> None:
        """`kept` are sentences to be read however far they are from anything signed."""
        self.signed = [p for p in found if p.voice == "signed"]
        said = [p for p in found if p.voice != "signed"]
        every = related.between([p.position for p in said], [p.position for p in self.signed])
        rows = _nearest(said, every, kept)
        self.said = [said[n] for n in rows]
        self.words, self.answers, self.fields = (likeness[rows] for likeness in every)
        self.told = len(said)
        """How many sentences were said at all."""
        self.said_puts = [_said(p) for p in self.said]
        self.signed_puts = [put(p.words, p.heading, p.day) for p in self.signed]
        self.shared, self.anchored = _held(
            [_weights(p) for p in self.said_puts], [p.thing.near for p in self.signed_puts]
        )
        self.said_matters = [_matters(p) for p in self.said_puts]
        self.signed_matters = [matters_in(f"{p.words} {p.around}") for p in self.signed_puts]
        even = [dict.fromkeys(told, 1.0) for told in self.said_matters]
        _, self.matters = _held(even, [dict.fromkeys(t, 1.0) for t in self.signed_matters])
        self.nearness = (
            LIKE_WORDS * self.words + LIKE_ANSWERS * self.answers + self.fields
            + SHARED * self.shared + ANCHORED * self.anchored + np.minimum(self.matters, 1.0)
        )  # fmt: skip

    def candidates(self, besides: Iterable[tuple[int, int]] = ()) -> list[Candidate]:
        """Pairs that share a word or a matter and of which each is among the nearest of the other, and those of `besides`."""
        if not self.said or not self.signed:
            return []
        ranks, back = _ranks(self.nearness), _ranks(self.nearness.T).T
        told = (self.shared > 0) | (self.matters > 0)
        chosen = (ranks < FEW) & (back < SHORTLIST) & told
        for n, m in besides:
            chosen[n, m] = True
        best, best_back = _best_other(self.nearness), _best_other(self.nearness.T).T
        return [
            Candidate(
                int(n), int(m), int(ranks[n, m]), int(back[n, m]),
                float(self.nearness[n, m] - best[n, m]), float(self.nearness[n, m] - best_back[n, m]),
            )
            for n, m in zip(*np.nonzero(chosen), strict=True)
        ]  # fmt: skip

    def chance(self, c: Candidate, weights: tuple[float, float, float, float]) -> float:
        """0..1 that the two are about the same thing, by a bias and the weights of the likenesses."""
        bias, *each = weights
        like = (self.words, self.answers, self.fields)
        score = bias + sum(w * float(x[c.said, c.signed]) for w, x in zip(each, like, strict=True))
        return 1 / (1 + math.exp(-score))


def _nearest(
    said: Sequence[Place], every: tuple[Vectors, Vectors, Vectors], kept: Collection[Spot]
) -> list[int]:
    """The said sentences, by their numbers, that stand in the segments nearest to a signed one."""
    near = set(range(len(said)))
    if len(said) > READ and every[0].shape[1]:
        words, answers, fields = every
        best = (LIKE_WORDS * words + LIKE_ANSWERS * answers + fields).max(axis=1)
        near = {int(n) for n in np.argsort(-best, kind="stable")[:READ]}
    return [
        n for n, p in enumerate(said)
        if p.unreal in DOUBTED and (n in near or (p.position, p.sentence) in kept)
    ]  # fmt: skip


def _said(place: Place) -> Put:
    """What was said; with the question where it is a bare yes to it."""
    if len(place.words.split()) <= ELLIPTIC and place.before.rstrip().endswith("?") and _YES.match(place.words):  # fmt: skip
        return put(f"{place.before.rstrip(' ?')}: {place.words}", "", place.day)
    return put(place.words, place.before, place.day)


def _weights(said: Put) -> Mapping[str, float]:
    """The telling words, those of the question too where the answer says little."""
    near = said.thing.near
    return {**said.thing.under, **near} if _is_elliptic(said) else near


def _matters(said: Put) -> frozenset[str]:
    told = matters_in(said.words)
    return told | matters_in(said.around) if _is_elliptic(said) else told


def _is_elliptic(said: Put) -> bool:
    return len(said.words.split()) <= ELLIPTIC


def _held(
    said: Sequence[Mapping[str, float]], signed: Sequence[Mapping[str, float]]
) -> tuple[Vectors, Vectors]:
    """The weight of what every two share; and the same with each thing's weight divided among the signed that hold it."""
    whole = np.zeros((len(said), len(signed)), np.float32)
    parted = np.zeros_like(whole)
    holders: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for m, weights in enumerate(signed):
        for word, weight in weights.items():
            holders[word].append((m, weight))
    for n, weights in enumerate(said):
        for word, weight in weights.items():
            those = holders.get(word, ())
            for m, other in those:
                least = min(weight, other)
                whole[n, m] += least
                parted[n, m] += least / len(those)
    return whole, parted


def _ranks(values: Vectors) -> NDArray[np.int64]:
    """How many of its row are above each value."""
    order = np.argsort(-values, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(values.shape[1])[None, :].repeat(len(values), 0), 1)
    return ranks


def _best_other(values: Vectors) -> Vectors:
    """The best value of each row but the one at hand; 0 where there is no other above it."""
    if values.shape[1] == 1:
        return np.zeros_like(values)
    first = values.argmax(axis=1)
    rows = np.arange(len(values))
    best = values[rows, first][:, None].repeat(values.shape[1], 1)
    best[rows, first] = np.partition(values, -2, axis=1)[:, -2]
    return np.asarray(np.maximum(best, 0.0), dtype=np.float32)
