"""Trains the judge: `python -m eval.train.judge BENCHMARKS [--out FILE] [--cache FILE]`.

The encoder stays as it is, so every text is read once; the head over its word pieces has about 300,000 weights.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agent.verification.judge import LIKEST, WEIGHTS, likest, narrowed, passages
from eval.benchmarks.items import auroc, best_cut
from eval.train.judge_data import Example, examples
from indexer.embed import packaged_encoder
from indexer.token_vectors import TokenEncoder

SIZE = 96
BATCH = 48
SHARES = {"speech": 1.0, "meeting": 1.0, "summary": 2.0, "contract": 1.0}
"""How much each origin weighs in the loss."""


@dataclass(frozen=True)
class Row:
    """An example as the head sees it: the claim's vectors, and its likest source pieces by position."""

    example: Example
    claim: np.ndarray
    source: np.ndarray
    picked: np.ndarray
    signs: np.ndarray


class Head(torch.nn.Module):
    """Compare, pool, decide: as `agent/verification/judge.py` computes it."""

    def __init__(self) -> None:
        super().__init__()
        self.project = torch.nn.Linear(768, SIZE)
        self.attend = torch.nn.Linear(3, 1, bias=False)
        self.scale = torch.nn.Parameter(torch.tensor(0.1))
        self.compare = torch.nn.Linear(4 * SIZE + 6, SIZE)
        self.hidden = torch.nn.Linear(2 * SIZE, 64)
        self.decide = torch.nn.Linear(64, 1)
        self.drop = torch.nn.Dropout(0.2)
        torch.nn.init.constant_(self.attend.weight, 5.0)

    def forward(
        self, claim: torch.Tensor, near: torch.Tensor, signs: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Log-odds of support: claims (b, m, 768), near (b, m, 8, 768), signs (b, m, 8, 3), mask (b, m)."""
        c = self.drop(torch.relu(self.project(claim)))
        s = self.drop(torch.relu(self.project(near)))
        logits = self.attend(signs).squeeze(-1) + (c.unsqueeze(2) * s).sum(-1) * self.scale
        share = torch.softmax(logits, dim=2).unsqueeze(-1)
        a = (share * s).sum(2)
        seen = torch.cat([c, a, (c - a).abs(), c * a, signs.amax(2), (share * signs).sum(2)], dim=2)
        v = torch.relu(self.compare(seen)) * mask.unsqueeze(-1)
        pooled = torch.cat([v.amax(1), v.sum(1) / mask.sum(1, keepdim=True)], dim=1)
        out: torch.Tensor = self.decide(self.drop(torch.relu(self.hidden(self.drop(pooled)))))
        return out.squeeze(-1)


def read(encoder: TokenEncoder, found: Sequence[Example]) -> list[Row]:
    """Every example with its vectors; sources that several share are read once."""
    sources: dict[tuple[str, ...], tuple[Any, Any]] = {}
    claims = sorted({e.claim for e in found})
    known = dict(zip(claims, encoder.encode(claims), strict=True))
    rows = []
    for start in range(0, len(found), 64):
        for example in found[start : start + 64]:
            pieces = known[example.claim]
            texts = tuple(narrowed(example.claim, passages(example.source)))
            if not texts or not len(pieces.ids):
                continue
            if texts not in sources:
                got = encoder.encode(texts)
                sources[texts] = (
                    np.concatenate([p.ids for p in got]),
                    np.concatenate([p.vectors for p in got]),
                )
            ids, vectors = sources[texts]
            picked, signs = likest(pieces, ids, vectors)
            rows.append(Row(example, pieces.vectors, vectors, picked, signs))
        print(f"\rread {len(rows)}/{len(found)}", end="", flush=True)
    print()
    return rows


def batch(rows: Sequence[Row]) -> tuple[torch.Tensor, ...]:
    """Rows padded to the longest claim."""
    m = max(len(r.claim) for r in rows)
    claim = np.zeros((len(rows), m, 768), np.float32)
    near = np.zeros((len(rows), m, LIKEST, 768), np.float32)
    signs = np.zeros((len(rows), m, LIKEST, 3), np.float32)
    mask = np.zeros((len(rows), m), np.float32)
    for i, r in enumerate(rows):
        n = len(r.claim)
        claim[i, :n], near[i, :n], signs[i, :n], mask[i, :n] = (
            r.claim,
            r.source[r.picked],
            r.signs,
            1,
        )
    return tuple(torch.from_numpy(x) for x in (claim, near, signs, mask))


def weights_of(rows: Sequence[Row]) -> np.ndarray:
    """Weights that make both answers of an origin count alike."""
    counts = Counter((r.example.origin, r.example.supported) for r in rows)
    raw = np.array(
        [SHARES[r.example.origin] / counts[r.example.origin, r.example.supported] for r in rows],
        np.float32,
    )
    return np.asarray(raw / raw.mean(), np.float32)


def train(rows: Sequence[Row], epochs: int, held: Sequence[Row], rate: float = 1e-3) -> Head:
    """Train on `rows`, printing after each epoch how well `held` is told apart."""
    torch.manual_seed(7)
    rng = random.Random(7)
    head = Head()
    optimiser = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=0.02)
    steps = epochs * (len(rows) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps + 1)
    weight = weights_of(rows)
    for epoch in range(epochs):
        head.train()
        order = sorted(range(len(rows)), key=lambda i: len(rows[i].claim) + rng.random() * 8)
        batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        rng.shuffle(batches)
        total = 0.0
        for picked in batches:
            chosen = [rows[i] for i in picked]
            target = torch.tensor([float(r.example.supported) for r in chosen])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                head(*batch(chosen)), target, torch.from_numpy(weight[picked])
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(picked)
        print(f"epoch {epoch + 1}: loss {total / len(rows):.3f} {report(head, held)}", flush=True)
    return head


@torch.no_grad()
def scores(head: Head, rows: Sequence[Row]) -> list[float]:
    head.eval()
    out: list[float] = []
    for start in range(0, len(rows), BATCH):
        out += torch.sigmoid(head(*batch(rows[start : start + BATCH]))).tolist()
    return out


def report(head: Head, rows: Sequence[Row]) -> dict[str, float]:
    """AUROC by origin."""
    found = scores(head, rows)
    by: dict[str, list[tuple[bool, float]]] = {}
    for row, value in zip(rows, found, strict=True):
        by.setdefault(row.example.origin, []).append((row.example.supported, value))
    return {k: round(auroc(v), 3) for k, v in by.items()}


def save(head: Head, threshold: float, path: Path) -> None:
    arrays = {k: v.detach().numpy().astype(np.float16) for k, v in head.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, threshold=np.float32(threshold), **arrays)


def main() -> None:
    """Train, choose the threshold, write weights and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmarks", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "baton-judge")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--windows", type=int, default=150)
    given = parser.parse_args()
    found = examples(given.benchmarks, windows=given.windows)
    print(Counter((e.origin, e.supported) for e in found))
    rows = read(TokenEncoder(packaged_encoder(given.cache)), found)
    keys = sorted({r.example.key for r in rows})
    validation = set(random.Random(3).sample(keys, len(keys) // 6))
    fit = [r for r in rows if r.example.key not in validation]
    held = [r for r in rows if r.example.key in validation]
    head = train(fit, given.epochs, held)
    found_scores = list(zip([r.example.supported for r in held], scores(head, held), strict=True))
    threshold = best_cut(found_scores)
    figures = {
        "examples": len(rows),
        "epochs": given.epochs,
        "held_out_documents": len(validation),
        "auroc": report(head, held),
        "threshold": round(threshold, 3),
    }
    save(head, threshold, given.out)
    given.out.with_suffix(".json").write_text(json.dumps(figures) + "\n", encoding="utf-8")
    print(figures)


if __name__ == "__main__":
    main()
