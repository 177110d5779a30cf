"""Fits how surely a passage of the seller's is a promise, from what the reading head makes of it and how it is put.

    python -m eval.train.promises [HOME ACCOUNT=GOLD.json ...]

Learns from labelled utterances that the reading head was not trained on, since its own training rows flatter it, and from all that the seller says
to the customer in the named deals, which lie indexed in HOME. Of the utterances a promise counts, and so does a statement of price, date or terms: a table
of promises lists what was offered too; of a deal, the words of its gold promises. Logistic regression over the signs of `agent/promising.py`; of an
utterance that promises, its best passage is the promise. Prints the figures of a run that leaves out each file and each deal in turn, and writes
`agent/promising.json`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.promises import said_to_customer
from agent.promising import FIELDS, PROMISED, WEIGHTS, signs
from eval.gold import Files, load_case
from eval.train.deals import OpenDeal, open_deals
from eval.train.utterances import Utterance, load_utterances, pieces
from indexer.embed import packaged_encoder
from indexer.reading_head import ReadingHead
from indexer.store import Store

ROOT = Path(__file__).resolve().parents[2]
UNSEEN = (
    "deal_f", "deal_h", "deal_i", "deal_j", "deal_k", "deal_l", "deal_p", "deal_s", "deal_t", "deal_u", "deal_v",
)  # fmt: skip
"""Files that the shipped reading head never learned from."""
TALK = ("call", "mail", "chat")
STRENGTH, ROUNDS, FEW = 0.01, 3, 3
WRITTEN = 0.03
"""What a labelled utterance weighs beside a passage of a deal, whose talk is as mixed as talk is."""


@dataclass(frozen=True)
class Rows:
    """Passages with their signs, and the utterance that each belongs to."""

    values: np.ndarray
    names: tuple[str, ...]
    owner: np.ndarray
    promised: np.ndarray
    """One an utterance."""
    files: np.ndarray


def is_promise(u: Utterance) -> bool:
    """True for what a table of promises should list."""
    stated = u.act == "statement" and bool(set(u.fields) & set(FIELDS[:PROMISED]))
    return u.act == "promise" or stated


def read_rows(head: ReadingHead, utterances: Sequence[Utterance]) -> Rows:
    """The signs of every passage of the seller's in talk, from the files that the head never saw."""
    said = [
        u
        for u in utterances
        if u.origin in UNSEEN and u.side == "vendor" and u.source in TALK and pieces(u)
    ]
    pairs = [(n, pair) for n, u in enumerate(said) for pair in pieces(u)]
    found = signs(
        head.acts, head.fields, head.read([p for _, p in pairs]),
        [(before, words.split(": ", 1)[-1]) for _, (before, words) in pairs],
    )  # fmt: skip
    names = tuple(sorted(found))
    return Rows(
        np.stack([found[n] for n in names], axis=1), names, np.array([n for n, _ in pairs]),
        np.array([is_promise(u) for u in said]), np.array([u.origin for u in said]),
    )  # fmt: skip


def deal_rows(deal: OpenDeal, store: Store) -> Rows:
    """The signs of every passage of the seller's to the customer, each an utterance of its own."""
    index, files = deal.index, Files(store.extra(deal.slug)[1])
    readings, to_customer = index.readings(deal.heads.reading), said_to_customer(index)
    golds = [(c.file, _plain(c.quote)) for c in load_case(deal.gold).commitments]
    used, put, promised = [], [], []
    for row, passage in enumerate(index.passages()):
        segment = index.segments[int(readings.owner[row])]
        if not to_customer(segment):
            continue
        start, end = readings.spans[row]
        words, named = segment.text[start:end], files.named(segment.artifact)
        used.append(row)
        put.append((passage.pair[0], words))
        promised.append(any(f in named and _holds(_plain(words), quote) for f, quote in golds))
    found = signs(readings.acts, readings.fields, readings.signals[used], put)
    names = tuple(sorted(found))
    return Rows(
        np.stack([found[n] for n in names], axis=1), names, np.arange(len(used)),
        np.array(promised, bool), np.array([deal.slug] * len(used)),
    )  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _holds(words: str, quote: str) -> bool:
    """Whether a passage is the promise, holds it, or is a part of it of more than a few words."""
    return quote in words or (words in quote and len(words.split()) > FEW)


def together(parts: Sequence[Rows]) -> Rows:
    """Rows of several sources as one; a sign that a source never shows is 0 there."""
    names = tuple(sorted({n for p in parts for n in p.names}))
    values = [
        np.stack([p.values[:, p.names.index(n)] if n in p.names else np.zeros(len(p.values)) for n in names], axis=1)
        for p in parts
    ]  # fmt: skip
    starts = np.cumsum([0, *(len(p.promised) for p in parts)])
    return Rows(
        np.concatenate(values), names,
        np.concatenate([p.owner + s for p, s in zip(parts, starts, strict=False)]),
        np.concatenate([p.promised for p in parts]), np.concatenate([p.files for p in parts]),
    )  # fmt: skip


def fit(rows: Rows, use: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias learned from the utterances of `use`, of each promise by its best passage."""
    from sklearn.linear_model import LogisticRegression

    inside, label = use[rows.owner], rows.promised[rows.owner]
    written = np.isin(rows.files, UNSEEN)[rows.owner]
    # Without a deal there is nothing that the utterances could outweigh.
    weight = np.where(written & ~written.all(), WRITTEN, 1.0)
    middle, spread = rows.values[inside].mean(0), rows.values[inside].std(0) + 1e-6
    scaled = (rows.values - middle) / spread
    learned = inside
    for _ in range(ROUNDS):
        model = LogisticRegression(C=STRENGTH, max_iter=2000)
        model.fit(scaled[learned], label[learned], sample_weight=weight[learned])
        score = model.decision_function(scaled)
        best = [
            max(np.flatnonzero(rows.owner == n), key=lambda r: score[r])
            for n in np.flatnonzero(use & rows.promised)
        ]
        learned = inside & ~label
        learned[best] = True
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ middle)


def held_out(rows: Rows) -> np.ndarray:
    """The score of every utterance by weights learned from the other files."""
    out = np.full(len(rows.promised), -np.inf)
    for name in dict.fromkeys(rows.files.tolist()):
        weights, bias = fit(rows, rows.files != name)
        inside = rows.files[rows.owner] == name
        np.maximum.at(out, rows.owner[inside], rows.values[inside] @ weights + bias)
    return out


def main() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    parser = argparse.ArgumentParser(prog="python -m eval.train.promises", description=__doc__.split("\n", 1)[0])  # fmt: skip
    parser.add_argument("home", nargs="?", default=str(ROOT / ".baton"), help="holds the deals, indexed")  # fmt: skip
    parser.add_argument("deals", nargs="*", metavar="ACCOUNT=GOLD.json")
    wanted = parser.parse_args()
    home = Path(wanted.home)
    head = ReadingHead(packaged_encoder(home / "models"))
    parts = [read_rows(head, load_utterances(ROOT / "eval" / "dev" / "utterances"))]
    parts += [deal_rows(d, Store(home)) for d in open_deals(home, wanted.deals)]
    rows = together(parts)
    score = held_out(rows)
    listed = {}
    for at in (0.2, 0.3, 0.4, 0.5):
        shown = 1 / (1 + np.exp(-score)) >= at
        found, right = shown[rows.promised].mean(), rows.promised[shown].mean()
        listed[at] = f"found {found:.2f}, right {right:.2f}, listed {shown.sum()}"
    print(
        json.dumps(
            {
                "utterances": len(rows.promised), "promises": int(rows.promised.sum()),
                "auroc": round(float(roc_auc_score(rows.promised, score)), 3),
                "average_precision": round(float(average_precision_score(rows.promised, score)), 3),
                "listed": listed,
            }, indent=1,
        )
    )  # fmt: skip
    weights, bias = fit(rows, np.ones(len(rows.promised), bool))
    kept = {n: round(float(w), 3) for n, w in zip(rows.names, weights, strict=True)}
    WEIGHTS.write_text(json.dumps({"bias": round(bias, 3), "weights": kept}, indent=1) + "\n")


if __name__ == "__main__":
    main()
