"""Fits how surely a promise and a signed clause speak of the same thing, from what the record already holds of both.

    python -m eval.train.relatedness

Learns from `eval/dev/scope/` (promises beside clauses that give, refuse, contradict or only resemble them). Three likenesses
come in: of the packaged encoder's vectors, of the answer head's, and of the fields that the reading head sees. Logistic
regression; prints the four numbers that stand in `agent/relatedness.py` and the figures on promises held out in eight folds.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from indexer.answer_head import AnswerHead, unpack
from indexer.embed import OnnxEmbedder, packaged_encoder
from indexer.reading_head import ReadingHead

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".baton" / "models"


def pairs() -> list[tuple[str, str, str]]:
    """Verdict, promise and clause of every written pair."""
    lines = [
        line.split("\t", 2)
        for path in sorted((ROOT / "eval" / "dev" / "scope").glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [(c[0], c[1], c[2]) for c in lines if len(c) == 3]


def likenesses(rows: list[tuple[str, str, str]]) -> np.ndarray:
    """Three likenesses of every pair: (pairs, 3)."""
    encoder = packaged_encoder(CACHE)
    embedder = OnnxEmbedder(encoder.folder, CACHE, encoder)
    answers, reading = AnswerHead(encoder), ReadingHead(encoder)
    said = [("", f"vendor call: {promise}") for _, promise, _ in rows]
    signed = [("", f"unknown contract: {clause}") for _, _, clause in rows]
    fields = len(reading.fields)

    def whole(texts: list[tuple[str, str]]) -> np.ndarray:
        return unpack([row.tobytes() for row in answers.vectors(texts)]).whole

    return np.stack(
        [
            (a * b).sum(1)
            for a, b in (
                (embedder.embed([p for _, p, _ in rows]), embedder.embed([c for _, _, c in rows])),
                (whole(said), whole(signed)),
                (reading.read(said)[:, :fields], reading.read(signed)[:, :fields]),
            )
        ],
        axis=1,
    )


def main() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    rows = pairs()
    features, related = likenesses(rows), np.array([v != "unrelated" for v, _, _ in rows])
    names = sorted({p for _, p, _ in rows})
    promises = np.array([names.index(p) for _, p, _ in rows])
    model = LogisticRegression(C=10.0, max_iter=2000)
    held = cross_val_predict(
        model, features, related, groups=promises, cv=GroupKFold(8), method="predict_proba"
    )[:, 1]
    first = [related[promises == p][held[promises == p].argmax()] for p in np.unique(promises)]
    model.fit(features, related)
    report = {
        "pairs": len(rows), "weights": model.coef_[0].round(2).tolist(), "bias": round(float(model.intercept_[0]), 2),
        "auroc": round(float(roc_auc_score(related, held)), 3), "best_clause_related": round(float(np.mean(first)), 3),
    }  # fmt: skip
    print(json.dumps(report))


if __name__ == "__main__":
    main()
