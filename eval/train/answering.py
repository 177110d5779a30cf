"""Fits how surely a segment answers a question, from the signs of `agent/answering.py`.

    python -m eval.train.answering HOME

Learns from the questions of whole written deals that neither head has seen, answerable or not. The deals are indexed into HOME
as real ones are, so that nearness and retrieval are those of `baton ask`. Logistic regression over the segments of each
question that retrieval or the answer head bring up, which fields a question asks about being learned without its file; prints the AUROC of answerable or not and how often an answering segment
came first, each file held out in turn, and writes `agent/answering.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from agent.answering import DECIDING, SIGNS, WEIGHTS, best_passages, signs
from agent.asking import Asking, asked_of, usable
from agent.fields_asked import FieldsAsked
from eval.train import fields_asked
from eval.train.utterances import Deal, Question, Utterance, load_deals
from indexer.assemble import assemble
from indexer.build import embed_and_read
from indexer.chunking import Chunk, chunk_artifact
from indexer.embed import OnnxEmbedder, model_folder, packaged_encoder
from indexer.heads import Heads
from indexer.manifest import Manifest
from indexer.models import Account, Artifact, LinesLocator, RawArtifact, RawSegment, Segment
from indexer.people import People
from indexer.search import AccountIndex
from indexer.store import Contents, Store

UTTERANCES = Path(__file__).resolve().parents[1] / "dev" / "utterances"
UNSEEN = (
    "deal_f", "deal_l", "deal_p", "deal_s", "deal_t", "deal_u", "deal_v", "deal_w", "deal_x", "deal_y", "deal_z",
    "deal_za", "deal_ab", "deal_ac",
)  # fmt: skip
"""Files that neither shipped head learned from."""
TALK = ("call", "mail", "chat")
RETRIEVED, NEAR, ABOUT = 25, 15, 10
"""So many segments of each question, by retrieval, by likeness and by the fields asked about."""
STRENGTH = 0.3


@dataclass(frozen=True)
class Rows:
    """One question's segments: their signs, which of them answer, the file that asks."""

    values: np.ndarray
    answers: np.ndarray
    answerable: bool
    origin: str


def _sections(deal: Deal) -> Iterator[Sequence[Utterance]]:
    """The deal's calls, mails, papers: a new one begins with another source, or with talk that nothing precedes."""
    said = deal.utterances
    starts = [
        i
        for i, u in enumerate(said)
        if i == 0 or u.source != said[i - 1].source or (u.source in TALK and not u.previous)
    ]
    return (said[a:b] for a, b in pairwise([*starts, len(said)]))


def _contents(deal: Deal, slug: str) -> Contents:
    artifacts: list[Artifact] = []
    segments: list[Segment] = []
    chunks: list[Chunk] = []
    for n, section in enumerate(_sections(deal)):
        source = section[0].source
        raw = RawArtifact(
            path=f"{n:02d}-{source}.txt", kind=source, system="text", title=source,
            segments=tuple(
                RawSegment(
                    text=u.text, side=u.side, role="field" if source == "crm" else "body",
                    locator=LinesLocator(first=i, last=i, label=f"line {i}"),
                )
                for i, u in enumerate(section, 1)
            ),
        )  # fmt: skip
        artifact, said = assemble(raw, People(), Manifest())
        artifacts.append(artifact)
        segments.extend(said)
        chunks.extend(chunk_artifact(said))
    return Contents(Account(slug=slug, name=deal.name), artifacts, segments, chunks)


def _asking(home: Path, deal: Deal, slug: str, embedder: OnnxEmbedder, heads: Heads) -> Asking:
    """The deal, indexed unless it is, ready to be asked about."""
    store, contents = Store(home), _contents(deal, slug)
    embed_and_read(store, slug, contents, embedder, heads)
    return Asking(AccountIndex(store, home, slug, embedder, heads.answers), heads)


def _rows(asking: Asking, question: Question, origin: str, fields: FieldsAsked) -> Rows:
    asked = asked_of(asking, question.text)
    index, readings = asking.index, asking.readings
    near = np.full(len(index.segments), -1.0, np.float32)
    owners, best = best_passages(readings, asked.likeness.mixed)
    near[owners] = asked.likeness.mixed[best]
    told = signs(asked, readings, index.segments, fields)
    some = usable(index, asked.retrieved)[:RETRIEVED] + usable(index, near)[:NEAR]
    chosen = list(dict.fromkeys(some + usable(index, told[:, SIGNS.index("about")])[:ABOUT]))
    answers = np.isin(chosen, question.answers)
    return Rows(told[chosen], answers, bool(question.answers), origin)


def _fitted(rows: Sequence[Rows], signs: int) -> tuple[np.ndarray, float]:
    """Weights of the first `signs` as they are, and the bias; a question whose answer was not brought up teaches nothing."""
    told = [r for r in rows if r.answers.any() or not r.answerable]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced"))
    values = np.vstack([r.values[:, :signs] for r in told])
    model.fit(values, np.concatenate([r.answers for r in told]))
    scale, fit = model[0], model[1]
    weights = fit.coef_[0] / scale.scale_
    return weights, float(fit.intercept_[0] - weights @ scale.mean_)


def held_out(rows: Sequence[Rows]) -> dict[str, float]:
    """Figures with every file left out in turn."""
    best, first = [], []
    for origin in sorted({r.origin for r in rows}):
        others = [r for r in rows if r.origin != origin]
        ranks, decides = _fitted(others, len(SIGNS))[0], _fitted(others, len(DECIDING))[0]
        for r in (r for r in rows if r.origin == origin):
            best.append((r.answerable, float((r.values[:, : len(DECIDING)] @ decides).max())))
            if r.answerable:
                first.append(bool(r.answers[(r.values @ ranks).argmax()]))
    return {
        "questions": len(rows), "auroc": round(float(roc_auc_score(*zip(*best, strict=True))), 3),
        "first": round(float(np.mean(first)), 3),
    }  # fmt: skip


def _named(rows: Sequence[Rows], signs: Sequence[str]) -> dict[str, object]:
    weights, bias = _fitted(rows, len(signs))
    named = {s: round(float(w), 4) for s, w in zip(signs, weights, strict=True)}
    return {"bias": round(bias, 4), "weights": named}


def main() -> None:
    home = Path(sys.argv[1])
    encoder = packaged_encoder(home / "models")
    embedder = OnnxEmbedder(model_folder(None), home / "models", encoder)
    heads = Heads.over(encoder)
    rows: list[Rows] = []
    deals = load_deals(UTTERANCES)
    questions = fields_asked.read_questions(deals, heads.answers)
    without = {o: fields_asked.fit(questions, heads.answers.name, (o,)) for o in UNSEEN}
    for n, deal in enumerate(d for d in deals if d.origin in UNSEEN):
        asking = _asking(home, deal, f"written-{n}", embedder, heads)
        rows += [_rows(asking, q, deal.origin, without[deal.origin]) for q in deal.questions]
    learned = {aim: _named(rows, signs) for aim, signs in (("ranks", SIGNS), ("decides", DECIDING))}
    WEIGHTS.write_text(json.dumps(learned, indent=1) + "\n")
    print(json.dumps(held_out(rows)))


if __name__ == "__main__":
    main()
