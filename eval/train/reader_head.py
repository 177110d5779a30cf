"""Trains the reading head: a low-rank adapter on the packaged encoder that says, for a passage in its
context, which template fields it answers and what kind of act it is.

Labels stand on whole turns; a long turn is read as passages and learns through its best one (multiple-instance
learning), because it answers in one sentence and digresses in ten.

    python -m eval.train.reader_head [--meetings FOLDER] [--epochs N] [--holdout STEM] [--resume FILE --fresh STEM]

Learns from `eval/dev/utterances/` (written for this project) and, where a folder is given, takes turns
of public meeting transcripts as background that answers no field. Writes `indexer/weights/reader.npz`
(low-rank deltas, heads; a few MB) and `indexer/weights/reader.json` (figures). Needs torch and transformers; nothing at run time does.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from eval.train.adapter import (
    Encoder,
    encode,
    half_precision,
    learned,
    make_tokenizer,
    pool,
    resume,
    save,
)
from eval.train.utterances import ACTS, Utterance, load_utterances, pieces
from prompts.template import load_template

FIELDS = tuple(load_template("sales-to-cs").fields())
ROOT = Path(__file__).resolve().parents[2]
MASKED_SHARE = 0.35
TALK = ("call", "chat", "mail")
WEIGHTS = ROOT / "indexer" / "weights"
RATE, RESUMED_RATE = 1.5e-3, 5e-4
REPLAYED = 0.4
"""Share of what a head knows already that it reads again while it learns fresh files."""


class ReaderHead(torch.nn.Module):
    """The adapted encoder over a passage in its context; linear heads for fields, acts and the speaker's side."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.fields = torch.nn.Linear(384, len(FIELDS))
        self.acts = torch.nn.Linear(384, len(ACTS))
        self.sides = torch.nn.Linear(384, 1)
        torch.nn.init.constant_(self.fields.bias, -3.5)

    def forward(self, ids: Any, mask: Any, types: Any) -> tuple[torch.Tensor, ...]:
        return self.judge(self.encoder(ids, mask, types))

    def judge(self, pooled: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Logits of fields, acts and the seller's side for pooled passages."""
        return self.fields(pooled), self.acts(pooled), self.sides(pooled)


@dataclass(frozen=True)
class Cut:
    """An utterance's passages after the encoder's lower half: one (tokens, 384) each, and which tokens count."""

    hidden: tuple[torch.Tensor, ...]
    counted: tuple[torch.Tensor, ...]


@torch.no_grad()
def cut(model: ReaderHead, tokenizer: Any, rows: list[Utterance]) -> list[Cut]:
    """All rows through the lower half, once; kept in bfloat16."""
    parts = [(i, pair) for i, u in enumerate(rows) for pair in pieces(u)]
    order = sorted(range(len(parts)), key=lambda k: sum(map(len, parts[k][1])))
    done: list[tuple[torch.Tensor, torch.Tensor]] = [(torch.empty(0), torch.empty(0))] * len(parts)
    for at in range(0, len(order), 128):
        some = order[at : at + 128]
        ids, mask, types = encode(tokenizer, [parts[k][1] for k in some])
        with half_precision():
            hidden = model.encoder.lower(ids, mask, types).to(torch.bfloat16)
        for row, k in enumerate(some):
            n = int(mask[row].sum())
            done[k] = (hidden[row, :n].clone(), types[row, :n].clone())
    found: list[list[int]] = [[] for _ in rows]
    for k, (i, _) in enumerate(parts):
        found[i].append(k)
    return [Cut(tuple(done[k][0] for k in ks), tuple(done[k][1] for k in ks)) for ks in found]


def judge(model: ReaderHead, cuts: list[Cut]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits of fields, log-probabilities of acts, mean logit of the seller's side, for whole utterances.

    Of fields and acts those of the best passage count.
    """
    owner = torch.tensor([i for i, c in enumerate(cuts) for _ in c.hidden])
    hidden = torch.nn.utils.rnn.pad_sequence([h for c in cuts for h in c.hidden], batch_first=True)
    counted = torch.nn.utils.rnn.pad_sequence(
        [t for c in cuts for t in c.counted], batch_first=True
    )
    lengths = torch.tensor([len(h) for c in cuts for h in c.hidden])
    mask = (torch.arange(hidden.shape[1])[None] < lengths[:, None]).long()
    with half_precision():
        f, a, s = model.judge(model.encoder.upper(hidden.float(), mask, counted))
    side = torch.zeros(len(cuts)).index_add(0, owner, s[:, 0].float())
    many = torch.tensor([len(c.hidden) for c in cuts])
    acts = pool(torch.log_softmax(a.float(), 1), owner, len(cuts))
    return pool(f, owner, len(cuts)), acts, side / many


def background(folder: Path, count: int, rng: random.Random) -> list[Utterance]:
    """Turns of public meetings, which answer no field of a sales handoff."""
    turns: list[Utterance] = []
    for line in (folder / "corpora.jsonl").read_text(encoding="utf-8").splitlines():
        segments = json.loads(line)["segments"]
        for before, this in itertools.pairwise(segments):
            if 4 <= len(this["text"].split()) <= 70:
                side = rng.choice(("customer", "vendor"))
                turns.append(
                    Utterance(
                        this["text"], before["text"], side, "call", "background", (), "background"
                    )
                )
    return rng.sample(turns, min(count, len(turns)))


def targets(rows: list[Utterance]) -> tuple[torch.Tensor, torch.Tensor]:
    fields = torch.zeros(len(rows), len(FIELDS))
    acts = torch.full((len(rows),), -100)
    for i, u in enumerate(rows):
        for f in u.fields:
            if f in FIELDS:
                fields[i, FIELDS.index(f)] = 1
        if u.act in ACTS:
            acts[i] = ACTS.index(u.act)
    return fields, acts


def train(rows: list[Utterance], epochs: int, seed: int, start: Path | None = None) -> ReaderHead:
    """The head after `epochs` over all rows, from nothing or from the weights at `start`."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model, tokenizer = ReaderHead(), make_tokenizer()
    rate = RATE
    if start:
        rate = RESUMED_RATE
        _resume(model, start)
    plain = cut(model, tokenizer, rows)
    masked_rows = [_mask(u, rng) for u in rows]
    masked = cut(model, tokenizer, masked_rows)
    print(f"{sum(len(c.hidden) for c in plain)} passages of {len(rows)} utterances", flush=True)
    optimiser = torch.optim.AdamW(learned(model), lr=rate, weight_decay=0.01)
    steps = epochs * math.ceil(len(rows) / 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps + 5, pct_start=0.1
    )
    length = [sum(len(h) for h in c.hidden) for c in plain]
    model.train()
    for epoch in range(epochs):
        order = sorted(range(len(rows)), key=lambda i: length[i] + rng.random() * 20)
        batches = [order[i : i + 32] for i in range(0, len(order), 32)]
        rng.shuffle(batches)
        total = 0.0
        for batch in batches:
            hidden = [i for i in batch if rng.random() < MASKED_SHARE]
            some = [masked[i] if i in hidden else plain[i] for i in batch]
            loss = _loss(
                judge(model, some),
                [rows[i] for i in batch],
                [masked_rows[i] if i in hidden else rows[i] for i in batch],
            )
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1}: loss {total / len(batches):.3f}", flush=True)
    return model.eval()


def _resume(model: ReaderHead, start: Path) -> None:
    """Take over the weights that an earlier training wrote."""
    with np.load(start) as arrays:
        resume(model.encoder, arrays)
        for name, head in (("fields", model.fields), ("acts", model.acts), ("sides", model.sides)):
            head.weight.data = torch.from_numpy(arrays[f"{name}.weight"])
            head.bias.data = torch.from_numpy(arrays[f"{name}.bias"])


def _loss(
    judged: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    rows: list[Utterance],
    shown: list[Utterance],
) -> torch.Tensor:
    """Fields weigh most, then acts; the side is learned where it was hidden from the head."""
    f, a, s = judged
    fields, acts = targets(rows)
    weight = torch.full((len(FIELDS),), 4.0)
    loss = 6 * torch.nn.functional.binary_cross_entropy_with_logits(f, fields, pos_weight=weight)
    if bool((acts >= 0).any()):
        loss = loss + 0.5 * torch.nn.functional.nll_loss(a, acts, ignore_index=-100)
    hidden = [i for i, u in enumerate(rows) if shown[i].side != u.side and u.source in TALK]
    if hidden:
        truth = torch.tensor([float(rows[i].side == "vendor") for i in hidden])
        loss = loss + 0.3 * torch.nn.functional.binary_cross_entropy_with_logits(s[hidden], truth)
    return loss


def _mask(u: Utterance, rng: random.Random) -> Utterance:
    """The utterance as poor exports have it: without side, or without what came before, or both."""
    hides = rng.choice(("side", "side", "previous", "both"))
    previous = "" if hides in ("previous", "both") else u.previous
    side = u.side if hides == "previous" else "unknown"
    return dataclasses.replace(u, previous=previous, side=side)


@torch.no_grad()
def predict(model: ReaderHead, rows: list[Utterance]) -> tuple[np.ndarray, np.ndarray]:
    """Field probabilities (n, fields) and act probabilities (n, acts)."""
    tokenizer = make_tokenizer()
    fields, acts = [], []
    for i in range(0, len(rows), 64):
        f, a, _ = judge(model, cut(model, tokenizer, rows[i : i + 64]))
        fields.append(torch.sigmoid(f).numpy())
        acts.append(torch.exp(a).numpy())
    return np.concatenate(fields), np.concatenate(acts)


@torch.no_grad()
def predict_side(model: ReaderHead, rows: list[Utterance]) -> list[float]:
    """Logit of the seller's side for every row."""
    tokenizer = make_tokenizer()
    return [
        p
        for i in range(0, len(rows), 64)
        for p in judge(model, cut(model, tokenizer, rows[i : i + 64]))[2].tolist()
    ]


def figures(model: ReaderHead, rows: list[Utterance]) -> dict[str, float]:
    """Mean average precision over fields, first-field accuracy, act accuracy on held-out rows."""
    from sklearn.metrics import average_precision_score

    probabilities, acts = predict(model, rows)
    truth, act = targets(rows)
    present = [i for i in range(len(FIELDS)) if truth[:, i].sum() > 0]
    ap = [average_precision_score(truth[:, i].numpy(), probabilities[:, i]) for i in present]
    labelled = truth.sum(1) > 0
    first = truth[labelled].numpy()[
        np.arange(int(labelled.sum())), probabilities[labelled.numpy()].argmax(1)
    ]
    known = act.numpy() >= 0
    talk = [u for u in rows if u.source in TALK and u.side != "unknown" and u.act != "background"]
    side = predict_side(model, [dataclasses.replace(u, side="unknown") for u in talk])
    return {
        "rows": len(rows), "field_map": round(float(np.mean(ap)), 3),
        "field_top1": round(float(first.mean()), 3),
        "side_accuracy": round(float(np.mean([(p > 0) == (u.side == "vendor") for p, u in zip(side, talk, strict=True)])), 3),
        "act_accuracy": round(float((acts.argmax(1)[known] == act.numpy()[known]).mean()), 3),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--meetings", type=Path, help="a folder with corpora.jsonl of meeting turns"
    )
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument(
        "--holdout", default="", help="file stems to hold out, comma-separated, for the figures"
    )
    parser.add_argument("--without", default="", help="file stems to leave out altogether")
    parser.add_argument("--resume", type=Path, help="start from these weights")
    parser.add_argument(
        "--fresh", default="", help="with --resume: file stems to learn whole, of others a share"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the weights")
    args = parser.parse_args()
    rng = random.Random(7)
    rows = [
        u for u in load_utterances(ROOT / "eval" / "dev" / "utterances")
        if u.origin not in args.without.split(",")
    ]  # fmt: skip
    held = [u for u in rows if u.origin in args.holdout.split(",")]
    kept = [u for u in rows if u not in held]
    extra = background(args.meetings, 1000, rng) if args.meetings else []
    if args.resume:
        fresh = args.fresh.split(",")
        known = [*(u for u in kept if u.origin not in fresh), *extra]
        kept, extra = [u for u in kept if u.origin in fresh], []
        kept += rng.sample(known, round(REPLAYED * len(known)))
    model = train(kept + extra, args.epochs, seed=7, start=args.resume)
    names = {"fields": FIELDS, "acts": ACTS}
    heads = {"fields": model.fields, "acts": model.acts, "sides": model.sides}
    save(model.encoder, heads, names, args.out / "reader.npz")
    report: dict[str, object] = {
        "trained_on": len(kept),
        "background": len(extra),
        "held_out": args.holdout or None,
    }
    if held:
        report |= figures(model, held)
    (args.out / "reader.json").write_text(json.dumps(report) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
