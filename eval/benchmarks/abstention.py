"""Abstention: is a question refused that its source leaves open, and a question answered that it answers?

BEAM (Tavakoli et al., arXiv:2510.27246) and MTRAG-UN (Rosenthal et al., arXiv:2602.23184). Support is what asking rests on:
the answer head over a source's passages. Questions in a conversation are first read as `agent/conversation.py` reads them.
Of BEAM also its contradictions: are both statements among the best passages, and is their clash noticed?
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from agent.conversation import Turn, understand
from agent.verification.plain import make_plain
from agent.verification.polarity import disagreement
from agent.verification.words import content
from eval.benchmarks.corpora import Corpus, load_corpora
from eval.benchmarks.items import Line, auroc, cut_keeping, first_sources, is_tuned, read_lines
from eval.benchmarks.kept import Reader, signals
from indexer.answer_head import unpack
from indexer.embed import Vectors
from indexer.errors import InputError
from indexer.models import Frozen
from indexer.reading_head import passages
from indexer.sentences import sentence_spans
from indexer.store import Store

SETS = ("beam", "mtrag_un")
OWN_BAR = 0.4
"""From this support on the answer head alone takes a question for answered."""
KEPT = 0.8
"""Share of the answerable questions that stay answered where refusals are counted."""
BEST = 10
MIN_SHARED = 2
"""Content words that two statements share before their yes and no are compared."""
_DENIAL = re.compile(r"\b(?:not?|never|none|nothing|nobody|without|neither|nor)\b|n't\b", re.I)


class Head(Reader, Protocol):
    """What tells how surely a passage answers a question: the answer head."""

    def support(self, question: str, passages: Any) -> Vectors: ...


class Asked(Frozen):
    """A question with what came out: its label, its best passage's support, the baseline's score, its contradiction."""

    tuned: bool
    label: str
    support: float
    overlap: float
    both_sides: bool = False
    clash: bool = False
    plain_both: bool = False
    """The same by the baseline's ten best passages."""
    plain_clash: bool = False


def run_abstention(
    name: str, folder: Path, head: Head, store: Store, progress: Callable[[int, int], None],
    sources_a_part: int | None = None,
) -> list[Line]:  # fmt: skip
    """The figures of the reported sources; `store` keeps what was read, `sources_a_part` takes only so many.

    Raises InputError for an unknown set or a folder without its files.
    """
    if name not in SETS:
        raise InputError(f"There is no set {name!r}. Known: {', '.join(SETS)}.")
    corpora = load_corpora(name, folder)
    rows = read_lines(folder / "queries.jsonl")
    asked: list[Asked] = []
    chosen = first_sources(corpora, sources_a_part)
    for done, corpus in enumerate(chosen, 1):
        own = [r for r in rows if r["corpus_id"] == corpus]
        asked += _ask(_Source(corpora[corpus], head, store), own, head)
        progress(done, len(chosen))
    return _lines(asked)


class _Overlap:
    """The baseline: of each text the words it shares with a question, the rarer the more, summed."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = [content(make_plain(t).text) for t in texts]
        self._common = Counter(w for words in self._words for w in words)

    def scores(self, question: str) -> Vectors:
        """(texts,)"""
        asked = content(make_plain(question).text)
        rarity = {w: math.log(1 + len(self._words) / self._common[w]) for w in asked if w in self._common}  # fmt: skip
        return np.array([sum(rarity.get(w, 0.0) for w in asked & words) for words in self._words], np.float32)  # fmt: skip


class _Source:
    """One corpus cut into passages, with the head's vectors and the baseline's words."""

    def __init__(self, corpus: Corpus, head: Head, store: Store) -> None:
        self.id, self.segments = corpus.id, corpus.segments
        self.passages = passages(corpus.artifact, corpus.segments)
        self.texts = [self.segments[p.segment].text[p.start : p.end] for p in self.passages]
        self.vectors = unpack(signals(store, corpus, head))
        self.by_segment = _Overlap([s.text for s in corpus.segments])
        self.by_passage = _Overlap(self.texts)

    def ids(self, rows: Iterable[int]) -> set[str]:
        """Ids of the segments in which passages stand."""
        return {self.segments[self.passages[i].segment].id for i in rows}


def _ask(source: _Source, rows: Sequence[dict[str, Any]], head: Head) -> list[Asked]:
    found = []
    for row in rows:
        turns = [
            Turn(role="user" if t["speaker"] == "user" else "assistant", text=t["text"])
            for t in row.get("history", [])
        ]
        question = understand(row["query"], turns, ()).question
        sides = [set(side) for side in row.get("sides") or []]
        support = head.support(question, source.vectors)
        overlap = source.by_segment.scores(question)
        shared = source.by_passage.scores(question)
        ranked = (_fused(support, shared), shared)
        best, plain = (np.argsort(-r, kind="stable")[:BEST].tolist() for r in ranked)
        both, plain_both = (
            bool(sides) and all(source.ids(rows) & side for side in sides) for rows in (best, plain)
        )
        found.append(
            Asked(
                tuned=is_tuned(source.id), label=row["label"], support=float(support.max(initial=0)),
                overlap=float(overlap.max(initial=0)), both_sides=both, plain_both=plain_both,
                clash=_clash(source, best, disagreement), plain_clash=_clash(source, plain, _one_denies),
            )
        )  # fmt: skip
    return found


def _fused(*scores: Vectors) -> Vectors:
    """Reciprocal rank fusion, as the product's search mixes meaning and words (Cormack et al. 2009, with their k of 60)."""
    ranks = [np.argsort(np.argsort(-s, kind="stable")) for s in scores]
    return np.asarray(sum(1 / (61 + r) for r in ranks), np.float32)


def _one_denies(statement: str, others: Sequence[str]) -> bool:
    """The baseline of noticing: of two statements that share words, one holds a word of denial."""
    denies = bool(_DENIAL.search(statement))
    return any(denies != bool(_DENIAL.search(other)) for other in others)


def _clash(
    source: _Source, best: Sequence[int], disagree: Callable[[str, Sequence[str]], object]
) -> bool:
    """Whether two of the best passages, said in different places by the one who tells of himself, say yes and no."""
    own = [i for i in best if source.segments[source.passages[i].segment].speaker == "user"]
    for one, other in itertools.permutations(own, 2):
        if source.passages[one].segment == source.passages[other].segment:
            continue
        text, evidence = (make_plain(source.texts[i]).text for i in (one, other))
        said = [evidence[a:b] for a, b in sentence_spans(evidence)]
        for a, b in sentence_spans(text):
            near = [s for s in said if len(content(s) & content(text[a:b])) >= MIN_SHARED]
            if near and not text[a:b].endswith("?") and disagree(text[a:b], near):
                return True
    return False


def _lines(asked: Sequence[Asked]) -> list[Line]:
    held = [a for a in asked if not a.tuned]
    lines = _refusals("", held, [a for a in asked if a.tuned]) + _refusals(", all", asked, asked)
    sides = [a for a in asked if a.label == "contradictory"]
    if sides:
        clear = [a for a in asked if a.label == "answerable"]
        lines += [
            _share("contradiction: both sides among the ten best", [a.both_sides for a in sides], [a.plain_both for a in sides]),
            _share("contradiction: noticed", [a.clash for a in sides], [a.plain_clash for a in sides]),
            _share("contradiction: seen in a clear answer, too", [a.clash for a in clear], [a.plain_clash for a in clear]),
        ]  # fmt: skip
    return lines


def _refusals(part: str, held: Sequence[Asked], tuned: Sequence[Asked]) -> list[Line]:
    """Answerable against unanswerable; the cut that keeps 0.80 is chosen on `tuned`."""
    lines = []
    for other in ("unanswerable", "underspecified"):
        pair = [a for a in held if a.label in ("answerable", other)]
        open_ = [a for a in pair if a.label == other]
        if not open_:
            continue
        kept = [a for a in pair if a.label == "answerable"]
        before = [a for a in tuned if a.label in ("answerable", other)]
        cut, base = (
            cut_keeping([(a.label == "answerable", get(a)) for a in before], KEPT)
            for get in (_support, _overlap)
        )
        lines += [
            Line(
                name=f"answerable or {other}, AUROC{part}", items=len(pair),
                value=auroc((a.label == "answerable", a.support) for a in pair),
                baseline=auroc((a.label == "answerable", a.overlap) for a in pair),
            ),
            Line(
                name=f"{other} refused, cut at 0.80 of the answerable{part}", items=len(open_),
                value=_mean([a.support < cut for a in open_]), baseline=_mean([a.overlap < base for a in open_]),
            ),
            _share(f"  answerable kept at that cut{part}", [a.support >= cut for a in kept]),
            _share(f"{other} refused at Baton's own bar{part}", [a.support < OWN_BAR for a in open_]),
            _share(f"  answerable kept at that bar{part}", [a.support >= OWN_BAR for a in kept]),
        ]  # fmt: skip
    return lines


def _support(asked: Asked) -> float:
    return asked.support


def _overlap(asked: Asked) -> float:
    return asked.overlap


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(name: str, values: Sequence[bool], baseline: Sequence[bool] | None = None) -> Line:
    base = None if baseline is None else _mean(baseline)
    return Line(name=name, items=len(values), value=_mean(values), baseline=base)
