"""Fits whether a field is answered at all, from whole deals with gold: `agent/answered.json`, and the template's rates.

    python -m eval.train.answered HOME FOLDER

HOME holds the deals of FOLDER as `baton eval --data FOLDER --deals --home HOME` indexed them. A field with gold facts is
answered, one with a gold gap is open, others teach nothing. A field's rate is the share of deals that leave it open, drawn towards
the share of all fields as if two more deals had been seen. Logistic regression, the rate entering whole as a prior does; each deal in turn is held out of both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from agent.answered import SIGNS, WEIGHTS, log_odds
from agent.extract import KEPT
from agent.ranking import Ranking
from eval.gold import Case, load_case
from indexer.embed import OnnxEmbedder, packaged_encoder
from indexer.heads import Heads
from indexer.search import AccountIndex
from indexer.store import Store
from prompts.template import load_template

SPECS = load_template("sales-to-cs").fields()
SMOOTHED_BY = 2
MOST = 0.5
"""No field is taken for open more likely than not before anything is read: six deals can't say that."""
FALSE_GAPS = 0.04
"""Share of answered fields that may be taken for open; the bar is set there."""


@dataclass(frozen=True)
class Row:
    """A field of a deal: what is made of its best passage, and whether the gold answers it."""

    deal: str
    field: str
    stated: float
    score: float
    answered: bool


def rows_of(index: AccountIndex, heads: Heads, case: Case, deal: str) -> Iterator[Row]:
    """The fields that the gold says something of."""
    ranking = Ranking(index, heads.reading, SPECS)
    facts, gaps = {f.field for f in case.facts}, {g.field for g in case.gaps}
    for field in SPECS:
        if field not in facts | gaps:
            continue
        scores = ranking.score(field)
        best = np.argsort(-scores, kind="stable")[:KEPT]
        said = ranking.readings.by_segment(ranking.passages(field))[best]
        score = float(scores[best].max(initial=0.0))
        yield Row(deal, field, float(said.max(initial=0.0)), score, field not in gaps)


def rates(rows: Sequence[Row]) -> dict[str, float]:
    """How often each field stays open, 0..1, smoothed."""
    whole = float(np.mean([not r.answered for r in rows]))
    found = {}
    for field in SPECS:
        mine = [not r.answered for r in rows if r.field == field]
        found[field] = min(MOST, (sum(mine) + SMOOTHED_BY * whole) / (len(mine) + SMOOTHED_BY))
    return found


def matrix(rows: Sequence[Row], others: Sequence[Row]) -> np.ndarray:
    """The signs of each row; its field's rate is that of the other deals among `others`."""
    by_deal = {d: rates([r for r in others if r.deal != d]) for d in {r.deal for r in rows}}
    return np.array(
        [
            (log_odds(r.stated), log_odds(r.score), log_odds(1 - by_deal[r.deal][r.field]))
            for r in rows
        ]
    )


def fitted(rows: Sequence[Row]) -> np.ndarray:
    """Weights of the three signs and the bias: balanced logistic regression, its last sign a prior that weighs 1."""
    values = matrix(rows, rows)
    told = np.array([1 if r.answered else -1 for r in rows])
    balance = np.where(told > 0, 0.5 / np.mean(told > 0), 0.5 / np.mean(told < 0))

    def loss(learned: np.ndarray) -> float:
        sums = _sums(values, np.insert(learned, 2, 1.0))
        return float(
            (balance * np.logaddexp(0, -told * sums)).sum() + 0.5 * (learned[:2] ** 2).sum()
        )

    return np.insert(minimize(loss, np.array([1.0, 1.0, 0.0])).x, 2, 1.0)


def _sums(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.asarray(values @ weights[:3] + weights[3])


def held_out(rows: Sequence[Row]) -> np.ndarray:
    """Every row's log-odds by a model and by rates that never saw its deal."""
    found = np.zeros(len(rows))
    for deal in {r.deal for r in rows}:
        rest = [r for r in rows if r.deal != deal]
        mine = [n for n, r in enumerate(rows) if r.deal == deal]
        some = [rows[n] for n in mine]
        found[mine] = _sums(matrix(some, rest), fitted(rest))
    return found


def main() -> None:
    home, folder = Path(sys.argv[1]), Path(sys.argv[2])
    encoder = packaged_encoder(home / "models")
    store, heads = Store(home), Heads.over(encoder)
    embedder = OnnxEmbedder(encoder.folder, home / "models", encoder)
    rows: list[Row] = []
    for gold in sorted(folder.glob("*/gold.json")):
        deal = gold.parent.name
        index = AccountIndex(store, home, f"eval-{deal}", embedder)
        rows += rows_of(index, heads, load_case(gold), deal)
    true = np.array([r.answered for r in rows])
    scores = held_out(rows)
    print(f"{len(rows)} fields, {int((~true).sum())} open; AUROC {roc_auc_score(true, scores):.3f}")
    for share in (0.02, FALSE_GAPS, 0.06, 0.08, 0.1):
        bar = float(np.quantile(scores[true], share))
        print(f"false gaps {share:.2f}: {int((scores[~true] < bar).sum())} of the open found")
    bar = float(np.quantile(scores[true], FALSE_GAPS))
    *fit, bias = fitted(rows)
    weights = {s: round(float(w), 3) for s, w in zip(SIGNS, fit, strict=True)}
    held = {"weights": weights, "bias": round(float(bias) - bar, 3)}
    WEIGHTS.write_text(json.dumps(held) + "\n")
    print(json.dumps(held))
    for field, rate in rates(rows).items():
        print(f"{field} stays_open: {rate:.2f}")


if __name__ == "__main__":
    main()
