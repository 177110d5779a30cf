"""Fits which signed clause bears on a promise, and whether it says otherwise, from written papers and whole deals with gold.

    python -m eval.train.scope HOME [ACCOUNT=GOLD.json ...]

HOME holds the named accounts, indexed. Learns from the written papers that are not held out and the deals; what a clause says, from the pairs
of `eval/dev/scope` too (their unrelated clauses were chosen to mislead, and teach the wrong odds of being meant). All clauses of a paper and silence compete
for a promise: a conditional logit with `L2`; what a clause says is a logistic regression. Prints how many are right with each deal or a quarter of the
papers left out, and writes `agent/bearing.json`.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.against import against
from agent.bearing import near, put
from agent.ledger import asked_before
from agent.relatedness import relatedness
from agent.scope import WEIGHTS, SignedScope
from eval.gold import Files
from eval.papers import load_deals
from eval.scenes import open_scenes
from eval.train.deals import open_deals
from eval.train.relatedness import pairs
from indexer.days import day_of
from indexer.embed import packaged_encoder
from indexer.heads import Heads
from indexer.search import AccountIndex

Array = NDArray[np.float64]
L2, C, PAIR = 8.0, 0.1, 1.0
"""Penalty of the weights of either, and what a written pair counts for beside a promise with its paper."""
QUARTERS = 4
_SAME = {"absent": "silent", "excluded": "contradicted"}


@dataclass(frozen=True)
class Choice:
    """A promise with the clauses that compete for it, and those that say what the gold says."""

    group: str
    status: str
    near: Array
    against: Array
    meant: tuple[int, ...]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\W+", " ", text).lower().split())


def choice(
    index: AccountIndex, scope: SignedScope, heads: Heads, position: int, quote: str, status: str, clause: str, group: str
) -> Choice:  # fmt: skip
    """One promise at a place of an account against every clause; `clause` is a regex of the ones meant."""
    segment, related = index.segments[position], relatedness(index, heads)
    start = max(segment.text.find(quote), 0)
    rows = [
        r for r in related.readings.of(position)
        if related.readings.spans[r][0] < start + len(quote) and start < related.readings.spans[r][1]
    ]  # fmt: skip
    said = related.said(rows, index.embedder.embed([quote])[0])
    day = day_of(segment.at or index.artifacts[segment.artifact].date)
    promised = put(quote, asked_before(index, position), day)
    clauses = [p.put for p in scope.parts]
    return Choice(
        group, _SAME.get(status, status),
        _matrix(near(promised, c, k) for c, k in zip(clauses, scope.likenesses(said), strict=True)),
        _matrix(against(promised, c) for c in clauses),
        tuple(n for n, c in enumerate(clauses) if clause and re.search(clause, c.words, re.I)),
    )  # fmt: skip


def _matrix(signs: Iterator[Mapping[str, float]]) -> Array:
    return np.array([[row[name] for name in sorted(row)] for row in signs], np.float64)


def written(folder: Path) -> Iterator[Choice]:
    """Of every written paper that is not held out; a paper's group is a quarter of them."""
    deals = [d for d in load_deals() if not d.held_out]
    opened = open_scenes([d.scene for d in deals], folder, packaged_encoder(folder / "models"))
    for n, (deal, (_, index, heads)) in enumerate(zip(deals, opened, strict=True)):
        at = {s.text: i for i, s in enumerate(index.segments)}
        scope = SignedScope(index, relatedness(index, heads))
        for gold in deal.promises:
            yield choice(index, scope, heads, at[gold.words], gold.words, gold.status, gold.clause, f"papers {n % QUARTERS}")  # fmt: skip


def of_deals(home: Path, deals: Sequence[str]) -> Iterator[Choice]:
    """Of whole deals, where the promise's words stand in a segment of its file."""
    for deal in open_deals(home, deals):
        index, heads = deal.index, deal.heads
        scope = SignedScope(index, relatedness(index, heads))
        for row in json.loads(deal.gold.read_text(encoding="utf-8"))["commitments"]:
            position = _place(index, row)
            if position is not None:
                text = index.segments[position].text
                quote = row["quote"] if row["quote"] in text else text
                clause = str((row.get("scope_evidence") or {}).get("quote", ""))
                meant = r"\W+".join(map(re.escape, _plain(clause).split()))
                yield choice(
                    index, scope, heads, position, quote, row["signed_scope"], meant, deal.slug
                )


def _place(index: AccountIndex, row: Mapping[str, Any]) -> int | None:
    """The segment that a gold promise stands in."""
    file, wanted = row["file"].removeprefix("artifacts/"), _plain(row["quote"])
    own = [i for i, s in enumerate(index.segments) if file in Files().named(s.artifact)]
    return next((i for i in own if wanted in _plain(index.segments[i].text)), None)


def fit_near(rows: Sequence[Choice]) -> tuple[Array, float, float]:
    """Weights of the signs, and of silence: its base and that of the logarithm of the number of clauses."""
    from scipy.optimize import minimize

    every = np.concatenate([r.near for r in rows])
    middle, spread = every.mean(0), every.std(0) + 1e-6
    held = [((r.near - middle) / spread, np.log(len(r.near)), list(r.meant)) for r in rows]
    width = every.shape[1]

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = L2 * float(weights[:width] @ weights[:width]), np.zeros_like(weights)
        slope[:width] = 2 * L2 * weights[:width]
        for values, size, meant in held:
            worth = np.append(values @ weights[:width], weights[width] + weights[width + 1] * size)
            odds = np.exp(worth - worth.max())
            odds /= odds.sum()
            right = np.zeros_like(odds)
            right[meant or [-1]] = odds[meant or [-1]]
            total -= float(np.log(right.sum() + 1e-12))
            step = odds - right / max(right.sum(), 1e-12)
            slope[:width] += values.T @ step[:-1]
            slope[width:] += step[-1] * np.array([1.0, size])
        return total, slope

    found = minimize(loss, np.zeros(width + 2), jac=True, method="L-BFGS-B").x
    scaled = found[:width] / spread
    return scaled, float(found[width] + middle @ scaled), float(found[width + 1])


def fit_against(rows: Sequence[Choice], written_pairs: Sequence[tuple[Array, bool]]) -> tuple[Array, float]:  # fmt: skip
    """Weights of the signs that a clause says otherwise, and their base."""
    from sklearn.linear_model import LogisticRegression

    told = [(r.against[n], r.status == "contradicted", 1 / len(r.meant)) for r in rows for n in r.meant]  # fmt: skip
    told += [(signs, otherwise, PAIR) for signs, otherwise in written_pairs]
    values = np.array([t[0] for t in told])
    middle, spread = values.mean(0), values.std(0) + 1e-6
    model = LogisticRegression(C=C, max_iter=3000)
    model.fit((values - middle) / spread, [t[1] for t in told], sample_weight=[t[2] for t in told])
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - middle @ weights)


def of_pairs() -> list[tuple[Array, bool]]:
    """The signs of every written pair of one thing, and whether its clause says otherwise."""
    related = [(v, p, c) for v, p, c in pairs() if v != "unrelated"]
    return [(_matrix(iter([against(put(p), put(c))]))[0], v != "covered") for v, p, c in related]


def says(row: Choice, meant: tuple[Array, float, float], told: tuple[Array, float]) -> str:
    """The status that weights give a promise."""
    worth = np.append(row.near @ meant[0], meant[1] + meant[2] * np.log(len(row.near)))
    odds = np.exp(worth - worth.max())
    denied = 1 / (1 + np.exp(-row.against @ told[0] - told[1]))
    sums = (odds[:-1] @ denied, odds[:-1] @ (1 - denied), odds[-1])
    return ("contradicted", "covered", "silent")[int(np.argmax(sums))]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.train.scope", description=__doc__.split("\n", 1)[0])  # fmt: skip
    parser.add_argument("home", help="holds the deals, indexed")
    parser.add_argument("deals", nargs="*", metavar="ACCOUNT=GOLD.json")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(written(Path(folder)))
    rows += of_deals(Path(wanted.home), wanted.deals)
    beside = of_pairs()
    for group in dict.fromkeys(r.group for r in rows):
        left = [r for r in rows if r.group != group]
        meant, told = fit_near(left), fit_against(left, beside)
        out = [r for r in rows if r.group == group]
        print(group, sum(says(r, meant, told) == r.status for r in out), len(out))
    meant, told = fit_near(rows), fit_against(rows, beside)
    like = dict.fromkeys(("words", "answers", "fields"), 0.0)
    names = [sorted(near(put("a"), put("a"), like)), sorted(against(put("a"), put("a")))]
    held = {
        "near": _named(names[0], meant[0]), "silent": [round(meant[1], 3), round(meant[2], 3)],
        "against": _named(names[1], told[0]), "bias": round(told[1], 3),
    }  # fmt: skip
    WEIGHTS.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


def _named(names: Sequence[str], weights: Array) -> dict[str, float]:
    return {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}


if __name__ == "__main__":
    main()
