"""Fits which fields a question asks about, from the questions of written deals.

    python -m eval.train.fields_asked HOME

Every question counts for the fields that the utterances answering it are labelled with; questions that nobody answers teach
nothing. HOME holds what is made of the models. Prints, over the files that the answer head never learned from, each left out in
turn with three others: how often a question's field came first, among three, and the mean log loss. Writes `agent/fields_asked.npz`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from agent.fields_asked import WEIGHTS, FieldsAsked
from eval.train.utterances import Deal, load_deals
from indexer.adapted import VECTOR_SIZE
from indexer.answer_head import AnswerHead
from indexer.embed import Vectors, packaged_encoder
from indexer.heads import Heads

UTTERANCES = Path(__file__).resolve().parents[1] / "dev" / "utterances"
STRENGTH, ROUNDS, EXACT = 10.0, 100, 1e-3
FOLDS = 4


@dataclass(frozen=True)
class Asked:
    """Questions with their vectors (questions, d), the fields of their answers, the files that ask."""

    vectors: Vectors
    fields: tuple[tuple[str, ...], ...]
    origins: tuple[str, ...]


def read_questions(deals: Sequence[Deal], head: AnswerHead) -> Asked:
    """Every question of the deals that is answered by a labelled utterance."""
    texts, fields, origins = [], [], []
    for deal in deals:
        for question in deal.questions:
            told = {f for a in question.answers for f in deal.utterances[a].fields}
            if told:
                texts.append(question.text)
                fields.append(tuple(sorted(told)))
                origins.append(deal.origin)
    packed = head.vectors([("", t) for t in texts])
    rows = [np.frombuffer(p.tobytes()[: VECTOR_SIZE * 2], np.float16) for p in packed]
    return Asked(np.stack(rows).astype(np.float32), tuple(fields), tuple(origins))


def fit(asked: Asked, head: str, without: Collection[str] = ()) -> FieldsAsked:
    """What the questions teach, those of some files left out. A question of two fields counts half for each."""
    rows = [
        (n, f) for n, o in enumerate(asked.origins) if o not in without for f in asked.fields[n]
    ]
    names = sorted({f for _, f in rows})
    model = LogisticRegression(C=STRENGTH, max_iter=ROUNDS, tol=EXACT)
    model.fit(
        asked.vectors[[n for n, _ in rows]], [names.index(f) for _, f in rows],
        sample_weight=[1 / len(asked.fields[n]) for n, _ in rows],
    )  # fmt: skip
    return FieldsAsked(head, tuple(names), model.coef_, model.intercept_)


def held_out(asked: Asked, head: str, files: Sequence[str]) -> dict[str, float]:
    """Figures over questions of `files`, left out in `FOLDS` groups."""
    first, three, loss = [], [], []
    for group in (files[n::FOLDS] for n in range(FOLDS)):
        model = fit(asked, head, group)
        for n in (n for n, o in enumerate(asked.origins) if o in group):
            chances = model.chances(asked.vectors[n])
            best = [model.fields[i] for i in np.argsort(-chances)[:3]]
            first.append(best[0] in asked.fields[n])
            three.append(bool(set(best) & set(asked.fields[n])))
            right = [chances[model.fields.index(f)] for f in asked.fields[n] if f in model.fields]
            loss.append(-float(np.log(sum(right) + 1e-9)))
    return {
        "questions": len(first),
        **{k: round(float(np.mean(v)), 3) for k, v in (("first", first), ("three", three), ("loss", loss))},
    }  # fmt: skip


def main() -> None:
    from eval.train.answering import UNSEEN

    head = Heads.over(packaged_encoder(Path(sys.argv[1]) / "models")).answers
    asked = read_questions(load_deals(UTTERANCES), head)
    model = fit(asked, head.name)
    np.savez_compressed(
        WEIGHTS, head=np.array(model.head), fields=np.array(model.fields),
        weights=model.weights.astype(np.float16), bias=model.bias.astype(np.float16),
    )  # fmt: skip
    print(json.dumps(held_out(asked, head.name, UNSEEN)))


if __name__ == "__main__":
    main()
