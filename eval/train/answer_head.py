"""Trains the answer head: a low-rank adapter on the packaged encoder that lays questions near the passages that answer them,
as a whole and word by word.

    python -m eval.train.answer_head [--benchmarks FOLDER] [--epochs N] [--holdout STEM] [--resume]

Learns from the deals' own questions and from labelled utterances asked about in other words (`eval/dev/`), and, where a
folder is given, from public contract, meeting and document questions (`eval/train/asked.py`). Every question competes with the other questions' passages, the nearest wrong passages of its own deal, and with silence: a
learned bar that the best passage must pass, which unanswerable questions teach. Loss: InfoNCE (van den Oord et al. 2018,
arXiv:1807.03748) with that bar as one more candidate. Likeness: the texts' own vectors, and each of the question's tokens with
the passage's nearest (Khattab and Zaharia 2020, arXiv:2004.12832). Writes `indexer/weights/answer.npz`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Sequence
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
    resume,
    save,
)
from eval.train.asked import (
    SETS,
    Asked,
    Pair,
    field_questions,
    from_benchmark,
    from_deals,
    from_fields,
)
from eval.train.utterances import Deal, load_deals, load_utterances, pieces
from indexer.answer_head import TOKEN_SIZE

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "indexer" / "weights"
TEMPERATURE = 0.05
HARD = 4
"""Wrong passages of its own deal that a question is shown beside the right one."""
FIELD_QUESTIONS = 300
DEAL_QUESTIONS = 1400
BATCH = 18
GROUP = 32
RESUMED_RATE = 6e-4


@dataclass(frozen=True)
class Read:
    """Texts as the head sees them: the whole, token by token, which tokens count, how much each asks."""

    whole: torch.Tensor
    tokens: torch.Tensor
    counted: torch.Tensor
    weights: torch.Tensor


class AnswerHead(torch.nn.Module):
    """Unit vectors of texts and of their tokens, and the bar that the best passage must pass."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.bar = torch.nn.Linear(1, 1, bias=True)
        torch.nn.init.constant_(self.bar.bias, 0.5)
        self.bar.weight.requires_grad_(False)
        self.token = torch.nn.Linear(384, TOKEN_SIZE, bias=False)
        torch.nn.init.orthogonal_(self.token.weight)
        self.weigh = torch.nn.Linear(384, 1, bias=False)
        torch.nn.init.zeros_(self.weigh.weight)
        self.mix = torch.nn.Parameter(torch.tensor(0.0))

    @property
    def share(self) -> torch.Tensor:
        """Share of the likeness that is found word by word."""
        return torch.sigmoid(self.mix)

    def read(self, cuts: Sequence[Cut]) -> Read:
        """The texts after the adapted layers, computed in groups of like length."""
        order = sorted(range(len(cuts)), key=lambda i: len(cuts[i].hidden))
        longest = len(cuts[order[-1]].hidden)
        parts = [
            self._padded([cuts[i] for i in order[at : at + GROUP]], longest)
            for at in range(0, len(order), GROUP)
        ]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return Read(*(torch.cat(column)[back] for column in zip(*parts, strict=True)))

    def _padded(self, cuts: Sequence[Cut], longest: int) -> tuple[torch.Tensor, ...]:
        hidden = torch.nn.utils.rnn.pad_sequence([c.hidden for c in cuts], batch_first=True)
        counted = torch.nn.utils.rnn.pad_sequence([c.counted for c in cuts], batch_first=True)
        lengths = torch.tensor([len(c.hidden) for c in cuts])
        mask = (torch.arange(hidden.shape[1])[None] < lengths[:, None]).long()
        with half_precision():
            read = self.encoder.tokens(hidden.float(), mask)
        read, keep = read.float(), (mask * counted).float()
        whole = (read * keep[..., None]).sum(1) / keep.sum(1, keepdim=True).clamp(min=1)
        tokens = torch.nn.functional.normalize(self.token(read), dim=2)
        more = longest - hidden.shape[1]
        return (
            torch.nn.functional.normalize(whole, dim=1),
            torch.nn.functional.pad(tokens, (0, 0, 0, more)),
            torch.nn.functional.pad(keep, (0, more)),
            torch.nn.functional.pad(self.weigh(read)[..., 0], (0, more)),
        )

    def likeness(self, questions: Read, passages: Read) -> torch.Tensor:
        """How near each passage lies to each question: (questions, passages)."""
        weights = torch.softmax(questions.weights.masked_fill(questions.counted == 0, -1e4), 1)
        pairs = torch.einsum("qtd,psd->qpts", questions.tokens, passages.tokens)
        nearest = pairs.masked_fill(passages.counted[None, :, None, :] == 0, -1).amax(3)
        word_by_word = (nearest * weights[:, None, :]).sum(2)
        return self.share * word_by_word + (1 - self.share) * questions.whole @ passages.whole.T


@dataclass(frozen=True)
class Cut:
    """A text after the encoder's lower half: (tokens, 384), and which tokens count."""

    hidden: torch.Tensor
    counted: torch.Tensor


@torch.no_grad()
def cut(model: AnswerHead, tokenizer: Any, texts: Sequence[Pair]) -> dict[Pair, Cut]:
    """All texts through the lower half, once; kept in bfloat16."""
    unique = sorted(set(texts), key=lambda p: len(p[0]) + len(p[1]))
    found: dict[Pair, Cut] = {}
    for at in range(0, len(unique), 128):
        some = unique[at : at + 128]
        ids, mask, types = encode(tokenizer, some)
        with half_precision():
            hidden = model.encoder.lower(ids, mask, types).to(torch.bfloat16)
        for row, text in enumerate(some):
            n = int(mask[row].sum())
            found[text] = Cut(hidden[row, :n].clone(), types[row, :n].clone())
    return found


def _loss(
    model: AnswerHead, some: Sequence[Asked], cuts: dict[Pair, Cut], rng: random.Random
) -> torch.Tensor:
    """Every question against all passages of the batch and the bar; a text counts by its best passage."""
    questions = model.read([cuts["", a.question] for a in some])
    passages: list[Pair] = []
    owner: list[int] = []
    right: list[list[int]] = []
    asker: list[int] = []
    texts = 0
    for n, a in enumerate(some):
        chosen = [rng.choice(a.answers)] if a.answers else []
        right.append([texts] if chosen else [])
        chosen += [(p,) for p in rng.sample(a.others, min(HARD, len(a.others)))]
        for text in chosen:
            passages += text
            owner += [texts] * len(text)
            texts += 1
        asker += [n] * len(chosen)
    likeness = model.likeness(questions, model.read([cuts[p] for p in passages]))
    index = torch.tensor(owner)[None].expand(len(some), -1)
    best = torch.full((len(some), texts), -1.0).scatter_reduce(1, index, likeness, reduce="amax")
    best = best.masked_fill(_asked_elsewhere(some, asker), -1.0)
    bar = model.bar.bias.expand(len(some), 1)
    logits = torch.cat([best, bar], 1) / TEMPERATURE
    truth = torch.tensor([r[0] if r else texts for r in right])
    return torch.nn.functional.cross_entropy(logits, truth)


def _asked_elsewhere(some: Sequence[Asked], asker: Sequence[int]) -> torch.Tensor:
    """Which texts were shown for the same question of another source: there they may be right. (questions, texts)."""
    same = [[a.question == some[n].question and a is not some[n] for n in asker] for a in some]
    return torch.tensor(same)


def train(asked: Sequence[Asked], epochs: int, seed: int, start: Path | None = None) -> AnswerHead:
    """The head after `epochs` over all questions, from nothing or from the weights at `start`."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model, tokenizer = AnswerHead(), make_tokenizer()
    if start:
        _resume(model, start)
    texts: list[Pair] = [("", a.question) for a in asked]
    texts += [p for a in asked for parts in (*a.answers, a.others) for p in parts]
    cuts = cut(model, tokenizer, texts)
    print(f"{len(asked)} questions, {len(cuts)} texts", flush=True)
    steps = epochs * math.ceil(len(asked) / BATCH)
    rate = RESUMED_RATE if start else 1e-3
    optimiser = torch.optim.AdamW(learned(model), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps + 5, pct_start=0.1
    )
    model.train()
    for epoch in range(epochs):
        order, total = rng.sample(list(asked), len(asked)), 0.0
        for at in range(0, len(order), BATCH):
            loss = _loss(model, order[at : at + BATCH], cuts, rng)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(learned(model), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
            if at // BATCH % 20 == 19:
                print(f"{at + BATCH}: loss {total / (at // BATCH + 1):.3f}", flush=True)
        mean = total / math.ceil(len(order) / BATCH)
        print(f"epoch {epoch + 1}: loss {mean:.3f}, bar {float(model.bar.bias):.2f}", flush=True)
    return model.eval()


def _resume(model: AnswerHead, start: Path) -> None:
    """Take over the weights that an earlier training wrote."""
    with np.load(start) as arrays:
        resume(model.encoder, arrays)
        model.bar.bias.data = torch.from_numpy(arrays["bar.bias"])
        model.token.weight.data = torch.from_numpy(arrays["token.weight"])
        model.weigh.weight.data = torch.from_numpy(arrays["weigh.weight"])
        model.mix.data = torch.logit(torch.tensor(float(arrays["mix"])))


@torch.no_grad()
def figures(model: AnswerHead, deals: Sequence[Deal]) -> dict[str, float]:
    """Over whole held-out deals: the answer first, among five and ten; AUROC of the best, answerable or not."""
    from sklearn.metrics import roc_auc_score

    tokenizer = make_tokenizer()
    ranks, best, truth = [], [], []
    for deal in deals:
        flat = [(i, p) for i, u in enumerate(deal.utterances) for p in pieces(u)]
        asked: list[Pair] = [("", q.text) for q in deal.questions]
        cuts = cut(model, tokenizer, [*asked, *(p for _, p in flat)])
        questions = model.read([cuts[q] for q in asked])
        parts = [model.read([cuts[p] for p in part]) for part in _parts([p for _, p in flat])]
        likeness = torch.cat([model.likeness(questions, part) for part in parts], 1).numpy()
        owner = np.array([i for i, _ in flat])
        for question, row in zip(deal.questions, likeness, strict=True):
            texts = np.full(len(deal.utterances), -1.0)
            np.maximum.at(texts, owner, row)
            best.append(float(row.max()))
            truth.append(bool(question.answers))
            if question.answers:
                order = np.argsort(-texts)
                ranks.append(min(int(np.flatnonzero(order == i)[0]) for i in question.answers))
    return {
        "questions": len(truth),
        **{f"first_{k}": round(float(np.mean([r < k for r in ranks])), 3) for k in (1, 5, 10)},
        "answerable_auroc": round(float(roc_auc_score(truth, best)), 3),
    }


def _parts(items: Sequence[Pair], size: int = 64) -> list[Sequence[Pair]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--benchmarks", type=Path, help="folder of the public sets")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument(
        "--holdout", default="", help="file stems to hold out, comma-separated, for the figures"
    )
    parser.add_argument("--resume", action="store_true", help="start from the present weights")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the weights")
    args = parser.parse_args()
    rng = random.Random(11)
    folder = ROOT / "eval" / "dev" / "utterances"
    out = set(args.holdout.split(","))
    deals = load_deals(folder)
    asked = from_deals([d for d in deals if d.origin not in out], rng)
    asked = rng.sample(asked, min(DEAL_QUESTIONS, len(asked)))
    kept = [u for u in load_utterances(folder) if u.origin not in out]
    by_field = from_fields(kept, field_questions(), rng)
    asked += rng.sample(by_field, min(FIELD_QUESTIONS, len(by_field)))
    for name in SETS if args.benchmarks else ():
        asked += from_benchmark(name, args.benchmarks, rng)
    start = WEIGHTS / "answer.npz" if args.resume else None
    model = train(asked, args.epochs, seed=11, start=start)
    further = {
        "token.weight": model.token.weight, "weigh.weight": model.weigh.weight, "mix": model.share,
    }  # fmt: skip
    save(model.encoder, {"bar": model.bar}, {}, args.out / "answer.npz", further)
    report: dict[str, object] = {"questions": len(asked), "held_out": args.holdout or None}
    held = [d for d in deals if d.origin in out]
    if held:
        report |= figures(model, held)
    (args.out / "answer.json").write_text(json.dumps(report) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
