"""What the answer head learns from: questions with the passages that answer them, and passages that only look alike.

From the written deals, from labelled utterances asked about in the words of their fields, and, where a folder is given,
from the parts of public sets that may be tuned on. Every fifth question kind of the contract sets is left out, so that
what is reported of them shows unseen questions.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.benchmarks.corpora import Corpus, Query, is_left_out, load_corpora, load_queries
from eval.benchmarks.items import is_tuned
from eval.train.utterances import Deal, Utterance, pieces
from indexer.embed import OnnxEmbedder
from indexer.reading_head import passages

NEAR = 16
"""Wrong passages that are kept of a question, nearest first."""
ANSWERS = 6
MIN_WORDS = 6
"""A shorter turn of a marked stretch answers nothing by itself."""
SETS = {"qmsum": 100, "qmsum_evidence": 320, "cuad": 300, "contractnli": 300, "mtrag_un": 120}
"""Public sets and about how many of their questions are learned from; BEAM is only measured."""

Pair = tuple[str, str]
"""A text as the head reads it: what came before, and the text. A question has nothing before it."""


@dataclass(frozen=True)
class Asked:
    """A question, the passages of every answering text (none: unanswerable), and wrong passages, nearest first."""

    question: str
    answers: tuple[tuple[Pair, ...], ...]
    others: tuple[Pair, ...]
    origin: str


def _nearest(embedder: OnnxEmbedder, questions: Sequence[str], texts: Sequence[str]) -> np.ndarray:
    """Positions of the texts, nearest first: (questions, texts)."""
    likeness = embedder.embed(list(questions)) @ embedder.embed([t[:400] for t in texts]).T
    return np.asarray(np.argsort(-likeness, axis=1))


def from_deals(deals: Sequence[Deal], embedder: OnnxEmbedder) -> list[Asked]:
    """The deals' own questions, answerable or not."""
    found = []
    for deal in deals:
        cuts = [tuple(pieces(u)) for u in deal.utterances]
        flat = [(i, p) for i, parts in enumerate(cuts) for p in parts]
        order = _nearest(embedder, [q.text for q in deal.questions], [p[1] for _, p in flat])
        for question, near in zip(deal.questions, order, strict=True):
            others = [flat[k][1] for k in near[:40] if flat[k][0] not in question.answers]
            answers = tuple(cuts[i] for i in question.answers)
            found.append(Asked(question.text, answers, tuple(others[:NEAR]), deal.origin))
    return found


def from_fields(
    utterances: Sequence[Utterance], questions: dict[str, list[str]], rng: random.Random
) -> list[Asked]:
    """Labelled utterances, asked about in the words of their field; others from the same file."""
    by_origin: dict[str, list[Utterance]] = {}
    for u in utterances:
        by_origin.setdefault(u.origin, []).append(u)
    found = []
    for u in utterances:
        for field in u.fields:
            pool = by_origin[u.origin]
            others = [o for o in rng.sample(pool, min(12, len(pool))) if field not in o.fields]
            found.append(
                Asked(
                    rng.choice(questions[field]), (tuple(pieces(u)),),
                    tuple(pieces(o)[0] for o in others), u.origin,
                )
            )  # fmt: skip
    return found


def from_benchmark(
    name: str, folder: Path, embedder: OnnxEmbedder, rng: random.Random
) -> list[Asked]:
    """Questions of one public set's tuned part, source by source; of those without an answer one to three with one."""
    queries = [
        q for q in load_queries(folder / name) if is_tuned(q.corpus_id) and not is_left_out(q)
    ]
    corpora = load_corpora(name, folder / name)
    found: list[Asked] = []
    for corpus_id in rng.sample(ids := sorted({q.corpus_id for q in queries}), len(ids)):
        if len(found) >= SETS[name]:
            break
        said = [q for q in queries if q.corpus_id == corpus_id and q.gold]
        unsaid = [q for q in queries if q.corpus_id == corpus_id and not q.gold]
        some = said + rng.sample(unsaid, min(math.ceil(len(said) / 3), len(unsaid)))
        found += _of_corpus(corpora[corpus_id], some, embedder, rng)
    return found


def _of_corpus(
    corpus: Corpus, queries: Sequence[Query], embedder: OnnxEmbedder, rng: random.Random
) -> list[Asked]:
    cuts: list[list[Pair]] = [[] for _ in corpus.segments]
    for passage in passages(corpus.artifact, corpus.segments):
        cuts[passage.segment].append(passage.pair)
    flat = [(i, p) for i, parts in enumerate(cuts) for p in parts]
    order = _nearest(embedder, [q.query for q in queries], [p[1] for _, p in flat])
    found = []
    for query, near in zip(queries, order, strict=True):
        gold = [i for i, s in enumerate(corpus.segments) if s.id in query.gold and cuts[i]]
        long = [i for i in gold if len(corpus.segments[i].text.split()) >= MIN_WORDS] or gold
        answers = tuple(tuple(cuts[i][:ANSWERS]) for i in rng.sample(long, min(ANSWERS, len(long))))
        if query.gold and not answers:
            continue
        others = [flat[k][1] for k in near[:200] if flat[k][0] not in gold]
        found.append(Asked(query.query, answers, tuple(others[:NEAR]), corpus.id))
    return found
