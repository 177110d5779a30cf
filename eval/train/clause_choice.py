"""Which signed clause bears on a promise and what it says to it, as one choice: how its weights are found.

Every clause of the papers stands for two answers, that it says otherwise and that it has what was promised; silence is one more. A conditional logit
(McFadden 1974) with `L2`; a sign that speaks for saying otherwise (`FOR`) can't come to weigh against it, whatever a few hundred promises say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STILL = 1e-9
"""A spread below which a sign is always the same."""
L2 = {"near": 8.0, "either": 30.0, "against": 4.0, "silent": 4.0}
"""Penalty of the weights of each kind."""
FOR = frozenset(
    "otherwise|other value|other count|other number|later|other facet|less of a facet|opposites|leaves out|free but priced|priced|customer's under it|hours outside|"
    "surcharged|no limit but limited|their task|their task for ours|all but some|other choice|clause denies|clause limits|clause hedges|clause optional|clause only|"
    "clause requires|clause indexed|clause charges|denies only there|limits only there|hedges only there|indexed only there|only only there|requires only there".split(
        "|"
    )
)
"""Signs that can only speak for a clause saying otherwise, as a contract lawyer would read them."""
AGAINST = frozenset(
    "given as promised|same value|all values|same facet|better there|both deny|hours inside|our task|ticked|clause grants".split(
        "|"
    )
)
"""Signs that can only speak against it."""
MEANT = frozenset(
    "words|answers|fields|shared words|share of clause|share of promise|words around|names|measures|measures around|kinds|facets|left out|opposites|same value".split(
        "|"
    )
)
"""Signs that can only speak for a clause being meant."""
NOT_MEANT = frozenset("boilerplate|other names|other measures".split("|"))


@dataclass(frozen=True)
class Choice:
    """A promise with the clauses that compete for it, and those that say what the gold says."""

    group: str
    status: str
    near: Array
    against: Array
    silent: Array
    meant: tuple[int, ...]


@dataclass(frozen=True)
class Model:
    """Weights of the signs of each kind, and the base of saying otherwise."""

    near: Array
    either: Array
    against: Array
    bias: float
    silent: Array

    def worth(self, row: Choice) -> Array:
        """Of a promise, what speaks for each clause saying otherwise, then for each having it, then for silence."""
        meant = row.near @ self.near + row.against @ self.either
        apart = (row.against @ self.against + self.bias) / 2
        return np.concatenate([meant + apart, meant - apart, [row.silent @ self.silent]])


def _cut(weights: Array, widths: Sequence[int]) -> Model:
    near_, either, against_, silent, bias = np.split(weights, np.cumsum(widths))
    return Model(near_, either, against_, float(bias[0]), silent)


def _right(row: Choice) -> NDArray[np.int64]:
    """Which of a promise's readings are right; of one whose clause isn't known, any clause's."""
    count = len(row.near)
    if row.status == "silent":
        return np.array([2 * count], np.int64)
    own = np.array(row.meant or range(count), np.int64)
    return own if row.status == "contradicted" else own + count


def _slope(model: Model, row: Choice, right: NDArray[np.int64]) -> tuple[float, Array]:
    """The loss of one promise and its slope."""
    worth, count = model.worth(row), len(row.near)
    odds = np.exp(worth - worth.max())
    odds /= odds.sum()
    share = np.zeros_like(odds)
    share[right] = odds[right]
    total = max(float(share.sum()), 1e-12)
    step = odds - share / total
    either, apart = step[:count] + step[count:-1], (step[:count] - step[count:-1]) / 2
    parts = [
        row.near.T @ either,
        row.against.T @ either,
        row.against.T @ apart,
        step[-1] * row.silent,
        [apart.sum()],
    ]
    return -float(np.log(total)), np.concatenate(parts)


@dataclass(frozen=True)
class Scale:
    """Middle and spread of signs; what never changes keeps its value."""

    middle: Array
    spread: Array

    def of(self, values: Array) -> Array:
        return (values - self.middle) / self.spread


def _scale(parts: Sequence[Array]) -> Scale:
    every = np.concatenate(parts)
    middle, spread = every.mean(0), every.std(0)
    still = spread < STILL
    return Scale(np.where(still, 0.0, middle), np.where(still, 1.0, spread))


@dataclass(frozen=True)
class Scales:
    """The scales of the signs of each kind, and which of silence's never changes."""

    near: Scale
    against: Scale
    silent: Scale
    base: int

    def of(self, row: Choice) -> Choice:
        near_, against_ = self.near.of(row.near), self.against.of(row.against)
        return Choice(row.group, row.status, near_, against_, self.silent.of(row.silent), row.meant)

    def back(self, model: Model) -> Model:
        """The same weights for signs as they are; what the clauses' middles add goes to silence."""
        near_, either = model.near / self.near.spread, model.either / self.against.spread
        against_, silent = model.against / self.against.spread, model.silent / self.silent.spread
        middle = self.near.middle @ near_ + self.against.middle @ either
        silent[self.base] += middle - self.silent.middle @ silent
        bias = float(model.bias - self.against.middle @ against_)
        return Model(near_, either, against_, bias, silent)


def fit(
    rows: Sequence[Choice],
    written_pairs: Sequence[tuple[Array, bool]],
    names: Mapping[str, Sequence[str]],
) -> Model:
    """The weights of all signs, each bounded by what it can speak for. `written_pairs` are clauses about what was promised, and
    whether they say otherwise."""
    from scipy.optimize import minimize

    pairs = np.array([signs for signs, _ in written_pairs])
    scales = Scales(
        _scale([r.near for r in rows]), _scale([*(r.against for r in rows), pairs]),
        _scale([np.array([r.silent for r in rows])]), list(names["silent"]).index("base"),
    )  # fmt: skip
    scaled, pairs = [(scales.of(r), _right(r)) for r in rows], scales.against.of(pairs)
    otherwise = np.array([1.0 if o else -1.0 for _, o in written_pairs])
    widths = [len(names[kind]) for kind in L2]
    penalty = np.repeat([*L2.values(), 0.0], [*widths, 1])
    penalty[sum(widths[:3]) + scales.base] = 0.0
    told = slice(sum(widths[:2]), sum(widths[:3]))

    def loss(weights: Array) -> tuple[float, Array]:
        model = _cut(weights, widths)
        total, slope = float(penalty @ weights**2), 2 * penalty * weights
        for row, right in scaled:
            one, step = _slope(model, row, right)
            total, slope = total + one, slope + step
        margin = otherwise * (pairs @ model.against + model.bias)
        missed = otherwise / (1 + np.exp(margin))
        slope[told] -= pairs.T @ missed
        slope[-1] -= missed.sum()
        return total + float(np.log1p(np.exp(-margin)).sum()), slope

    found = minimize(
        loss, np.zeros(len(penalty)), jac=True, method="L-BFGS-B", bounds=_bounds(names), options={"maxiter": 500}
    ).x  # fmt: skip
    return scales.back(_cut(found, widths))


def _bounds(names: Mapping[str, Sequence[str]]) -> list[tuple[float | None, float | None]]:
    free: tuple[float | None, float | None] = (None, None)
    return [
        *(_bound(n, MEANT, NOT_MEANT) for n in names["near"]), *(free for _ in names["either"]),
        *(_bound(n, FOR, AGAINST) for n in names["against"]), *(free for _ in names["silent"]), free,
    ]  # fmt: skip


def _bound(
    name: str, up: frozenset[str], down: frozenset[str]
) -> tuple[float | None, float | None]:
    return (0.0 if name in up else None, 0.0 if name in down else None)


def says(row: Choice, model: Model) -> str:
    """The status that weights give a promise."""
    worth, count = model.worth(row), len(row.near)
    odds = np.exp(worth - worth.max())
    sums = (odds[:count].sum(), odds[count:-1].sum(), odds[-1])
    return ("contradicted", "covered", "silent")[int(np.argmax(sums))]
