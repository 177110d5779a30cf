"""Trains the reading head: a low-rank adapter on the packaged encoder that says, for an utterance in its
context, which template fields it answers and what kind of act it is.

    python -m eval.train.reader_head [--meetings FOLDER] [--epochs N] [--holdout STEM]

Learns from `eval/dev/utterances/` (written for this project) and, where a folder is given, takes turns
of public meeting transcripts as background that answers no field. Writes `indexer/weights/reader.npz`
(low-rank deltas, heads; a few MB) and `indexer/weights/reader.json` (figures). Method: LoRA, Hu et al. 2021,
arXiv:2106.09685. Needs torch and transformers; nothing at run time does.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch

from eval.train.utterances import ACTS, Utterance, load_utterances
from indexer.embed import packaged_model_folder
from prompts.template import load_template

RANK = 16
ADAPTED_LAYERS = 3
"""The upper layers only: what is told apart here is meaning, and it trains a third faster."""
MAX_TOKENS = 96
CONTEXT_CHARS = 140
FIELDS = tuple(load_template("sales-to-cs").fields())
ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "indexer" / "weights"


class LowRank(torch.nn.Module):
    """A frozen linear layer plus a trained low-rank delta."""

    def __init__(self, base: torch.nn.Linear) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = torch.nn.Parameter(
            torch.randn(RANK, base.in_features) / math.sqrt(base.in_features)
        )
        self.up = torch.nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        low = torch.nn.functional.linear(x, self.down)
        delta = torch.nn.functional.linear(low, self.up)
        return torch.add(self.base(x), delta)


class ReaderHead(torch.nn.Module):
    """Encoder with adapters; mean pooling; one linear head for fields, one for acts."""

    def __init__(self) -> None:
        super().__init__()
        from transformers import AutoModel

        self.encoder: Any = AutoModel.from_pretrained(str(packaged_model_folder()))
        self.encoder.requires_grad_(False)
        for layer in self.encoder.encoder.layer[-ADAPTED_LAYERS:]:
            attention = layer.attention
            for owner, name in (
                (attention.self, "query"), (attention.self, "key"), (attention.self, "value"),
                (attention.output, "dense"), (layer.intermediate, "dense"), (layer.output, "dense"),
            ):  # fmt: skip
                setattr(owner, name, LowRank(getattr(owner, name)))
        self.drop = torch.nn.Dropout(0.1)
        self.fields = torch.nn.Linear(384, len(FIELDS))
        self.acts = torch.nn.Linear(384, len(ACTS))
        torch.nn.init.constant_(self.fields.bias, -3.5)

    def forward(self, ids: Any, mask: Any, types: Any) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.encoder(
            input_ids=ids, attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        keep = (mask * types).unsqueeze(-1).float()
        pooled = self.drop((hidden * keep).sum(1) / keep.sum(1).clamp(min=1))
        return self.fields(pooled), self.acts(pooled)


def encode(
    tokenizer: Any, rows: list[Utterance]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pairs (previous turn, `side source: text`) as token ids, mask and types."""
    pairs = [(u.previous[-CONTEXT_CHARS:], f"{u.side} {u.source}: {u.text}") for u in rows]
    encodings = tokenizer.encode_batch(pairs)
    width = max(len(e.ids) for e in encodings)
    out = torch.zeros(3, len(rows), width, dtype=torch.long)
    for i, e in enumerate(encodings):
        out[0, i, : len(e.ids)] = torch.tensor(e.ids)
        out[1, i, : len(e.ids)] = 1
        out[2, i, : len(e.ids)] = torch.tensor(e.type_ids)
    return out[0], out[1], out[2]


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


def make_tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged_model_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
    tokenizer.no_padding()
    return tokenizer


def train(rows: list[Utterance], epochs: int, seed: int) -> ReaderHead:
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model, tokenizer = ReaderHead(), make_tokenizer()
    learned = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=1.5e-3, weight_decay=0.01)
    steps = epochs * math.ceil(len(rows) / 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 1.5e-3, total_steps=steps + 5, pct_start=0.1
    )
    weight = torch.full((len(FIELDS),), 4.0)
    model.train()
    for epoch in range(epochs):
        order = sorted(
            range(len(rows)),
            key=lambda i: (
                len(rows[i].text) + len(rows[i].previous[-CONTEXT_CHARS:]) + rng.random() * 20
            ),
        )
        batches = [order[i : i + 32] for i in range(0, len(order), 32)]
        rng.shuffle(batches)
        total = 0.0
        for batch in batches:
            some = [rows[i] for i in batch]
            # a third of the time without context, side or source: exports often lack them
            some = [_mask(u, rng) for u in some]
            fields, acts = targets(some)
            f, a = model(*encode(tokenizer, some))
            loss = (
                torch.nn.functional.binary_cross_entropy_with_logits(f, fields, pos_weight=weight)
                * 6
            )
            if bool((acts >= 0).any()):
                loss = loss + 0.5 * torch.nn.functional.cross_entropy(a, acts)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1}: loss {total / len(batches):.3f}", flush=True)
    return model.eval()


def _mask(u: Utterance, rng: random.Random) -> Utterance:
    previous = u.previous if rng.random() > 0.2 else ""
    side = u.side if rng.random() > 0.15 else "unknown"
    return Utterance(u.text, previous, side, u.source, u.act, u.fields, u.origin)


@torch.no_grad()
def predict(model: ReaderHead, rows: list[Utterance]) -> tuple[np.ndarray, np.ndarray]:
    """Field probabilities (n, fields) and act probabilities (n, acts)."""
    tokenizer = make_tokenizer()
    fields, acts = [], []
    for i in range(0, len(rows), 64):
        f, a = model(*encode(tokenizer, rows[i : i + 64]))
        fields.append(torch.sigmoid(f).numpy())
        acts.append(torch.softmax(a, 1).numpy())
    return np.concatenate(fields), np.concatenate(acts)


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
    return {
        "rows": len(rows), "field_map": round(float(np.mean(ap)), 3),
        "field_top1": round(float(first.mean()), 3),
        "act_accuracy": round(float((acts.argmax(1)[known] == act.numpy()[known]).mean()), 3),
    }  # fmt: skip


def save(model: ReaderHead, path: Path) -> None:
    """Adapters and heads as float16, named by the encoder's own weight names."""
    arrays: dict[str, np.ndarray] = {}
    for name, module in model.encoder.named_modules():
        if isinstance(module, LowRank):
            arrays[f"{name}.up"] = module.up.detach().numpy().astype(np.float16)
            arrays[f"{name}.down"] = module.down.detach().numpy().astype(np.float16)
    for head in ("fields", "acts"):
        layer = getattr(model, head)
        arrays[f"{head}.weight"] = layer.weight.detach().numpy().astype(np.float32)
        arrays[f"{head}.bias"] = layer.bias.detach().numpy().astype(np.float32)
    arrays["names.fields"], arrays["names.acts"] = np.array(FIELDS), np.array(ACTS)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--meetings", type=Path, help="a folder with corpora.jsonl of meeting turns"
    )
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument(
        "--holdout", default="", help="file stems to hold out, comma-separated; writes no weights"
    )
    args = parser.parse_args()
    rng = random.Random(7)
    rows = load_utterances(ROOT / "eval" / "dev" / "utterances")
    held = [u for u in rows if u.origin in args.holdout.split(",")]
    kept = [u for u in rows if u not in held]
    extra = background(args.meetings, 1000, rng) if args.meetings else []
    model = train(kept + extra, args.epochs, seed=7)
    if held:
        print(json.dumps(figures(model, held)))
        return
    save(model, WEIGHTS / "reader.npz")
    (WEIGHTS / "reader.json").write_text(
        json.dumps({"trained_on": len(kept), "background": len(extra)}) + "\n"
    )


if __name__ == "__main__":
    main()
