"""What the answer head learns from: questions with the passages that answer them, and passages that only look alike.

From the written deals, from labelled utterances asked about in the words of their fields, and, where a folder is given,
from the parts of public sets that may be tuned on. Every fifth question kind of the contract sets is left out, so that
what is reported of them shows unseen questions.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.corpora import Corpus, Query, is_left_out, load_corpora, load_queries
from eval.benchmarks.items import is_tuned
from eval.train.utterances import Deal, Utterance, pieces
from indexer.reading_head import passages

NEAR, LEXICAL = 11, 8
"""Wrong passages that are kept of a question, and how many of them share its words."""
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


def _alike(
    questions: Sequence[str], texts: Sequence[str], owner: Sequence[int], rng: random.Random
) -> list[list[int]]:
    """For every question positions of texts that share its words, best first, then some of any kind.

    Of one owner (a turn, a clause) only the best text.
    """
    import bm25s
    import Stemmer

    options = {"stemmer": Stemmer.Stemmer("english"), "stopwords": "en", "show_progress": False}
    scorer = bm25s.BM25()
    scorer.index(bm25s.tokenize(list(texts), **options), show_progress=False)
    order, _ = scorer.retrieve(
        bm25s.tokenize(list(questions), **options), k=min(60, len(texts)), show_progress=False
    )
    found = []
    for row in order:
        first = {owner[k]: int(k) for k in reversed(row)}
        alike = sorted(first.values(), key=list(row).index)
        found.append(alike[: 2 * LEXICAL] + rng.sample(range(len(texts)), min(NEAR, len(texts))))
    return found


def _wrong(
    row: Sequence[int], flat: Sequence[tuple[int, Pair]], gold: Collection[int]
) -> tuple[Pair, ...]:
    """Some of a question's alike texts that don't answer it, and some others."""
    others = [flat[k][1] for k in dict.fromkeys(row) if flat[k][0] not in gold]
    return tuple(others[:LEXICAL] + others[-(NEAR - LEXICAL) :])


def from_deals(deals: Sequence[Deal], rng: random.Random) -> list[Asked]:
    """The deals' own questions, answerable or not."""
    found = []
    for deal in deals:
        cuts = [tuple(pieces(u)) for u in deal.utterances]
        flat = [(i, p) for i, parts in enumerate(cuts) for p in parts]
        texts, owner = [p[1] for _, p in flat], [i for i, _ in flat]
        order = _alike([q.text for q in deal.questions], texts, owner, rng)
        for question, near in zip(deal.questions, order, strict=True):
            answers = tuple(cuts[i] for i in question.answers)
            found.append(
                Asked(question.text, answers, _wrong(near, flat, question.answers), deal.origin)
            )
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


def from_benchmark(name: str, folder: Path, rng: random.Random) -> list[Asked]:
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
        if some:
            found += _of_corpus(corpora[corpus_id], some, rng)
    return found


def _of_corpus(corpus: Corpus, queries: Sequence[Query], rng: random.Random) -> list[Asked]:
    cuts: list[list[Pair]] = [[] for _ in corpus.segments]
    for passage in passages(corpus.artifact, corpus.segments):
        cuts[passage.segment].append(passage.pair)
    flat = [(i, p) for i, parts in enumerate(cuts) for p in parts]
    texts, owner = [p[1] for _, p in flat], [i for i, _ in flat]
    order = _alike([q.query for q in queries], texts, owner, rng)
    found = []
    for query, near in zip(queries, order, strict=True):
        gold = [i for i, s in enumerate(corpus.segments) if s.id in query.gold and cuts[i]]
        long = [i for i in gold if len(corpus.segments[i].text.split()) >= MIN_WORDS] or gold
        answers = tuple(tuple(cuts[i][:ANSWERS]) for i in rng.sample(long, min(ANSWERS, len(long))))
        if query.gold and not answers:
            continue
        found.append(Asked(query.query, answers, _wrong(near, flat, gold), corpus.id))
    return found
