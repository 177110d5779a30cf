"""Abstention: is a question refused that its source leaves open, and a question answered that it answers?

BEAM (Tavakoli et al., arXiv:2510.27246) and MTRAG-UN (Rosenthal et al., arXiv:2602.23184). Support is what asking rests on:
the answer head over a source's passages. Questions in a conversation are first read as `agent/conversation.py` reads them.
Of BEAM also its contradictions: are both statements among the best passages, and is their clash noticed?
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from agent.ask import ANSWER_AT
from agent.conversation import Turn, understand
from agent.verification.plain import make_plain
from agent.verification.polarity import disagreement
from agent.verification.words import content
from eval.benchmarks.items import Line, auroc, cut_keeping, is_tuned, read_lines
from indexer.answer_head import Packed, unpack
from indexer.embed import Vectors
from indexer.encoder import Pair
from indexer.errors import InputError
from indexer.models import Artifact, Frozen, Kind, LinesLocator, Segment
from indexer.reading_head import passages
from indexer.sentences import sentence_spans

SETS: dict[str, Kind] = {"beam": "chat", "mtrag_un": "document"}
KEPT = 0.8
"""Share of the answerable questions that stay answered where refusals are counted."""
BEST = 10
MIN_SHARED = 2
"""Content words that two statements share before their yes and no are compared."""


class Head(Protocol):
    """What tells how surely a passage answers a question: the answer head."""

    def vectors(self, passages: Sequence[Pair]) -> list[Packed]: ...

    def support(self, question: str, passages: Any) -> Vectors: ...


class Asked(Frozen):
    """A question with what came out: its label, its best passage's support, the baseline's score, its contradiction."""

    tuned: bool
    label: str
    support: float
    overlap: float
    both_sides: bool = False
    clash: bool = False


def run_abstention(
    name: str, folder: Path, head: Head, progress: Callable[[int, int], None]
) -> list[Line]:
    """The figures of the reported sources. Raises InputError for an unknown set or a folder without its files."""
    if name not in SETS:
        raise InputError(f"There is no set {name!r}. Known: {', '.join(sorted(SETS))}.")
    corpora = {c["corpus_id"]: c["segments"] for c in read_lines(folder / "corpora.jsonl")}
    rows = read_lines(folder / "queries.jsonl")
    asked: list[Asked] = []
    for done, (corpus, segments) in enumerate(corpora.items(), 1):
        own = [r for r in rows if r["corpus_id"] == corpus]
        asked += _ask(_Source(corpus, SETS[name], segments, head), own, head)
        progress(done, len(corpora))
    return _lines(asked)


class _Source:
    """One corpus cut into passages, with the head's vectors."""

    def __init__(self, corpus: str, kind: Kind, rows: Sequence[dict[str, Any]], head: Head) -> None:
        self.id, self.rows = corpus, rows
        segments, start = [], 0
        for n, row in enumerate(rows):
            end = start + len(row["text"])
            place = LinesLocator(first=n + 1, last=n + 1)
            segments.append(
                Segment(id=row["id"], artifact=corpus, ordinal=n, text=row["text"], start=start, end=end, locator=place)
            )  # fmt: skip
            start = end + 1
        text = "\n".join(s.text for s in segments)
        artifact = Artifact(id=corpus, path=corpus, kind=kind, system="benchmark", title="", authority=5, text=text)  # fmt: skip
        self.passages = passages(artifact, segments)
        self.texts = [segments[p.segment].text[p.start : p.end] for p in self.passages]
        self.vectors = unpack([v.tobytes() for v in head.vectors([p.pair for p in self.passages])])
        self.words = [content(make_plain(r["text"]).text) for r in rows]
        self.common = Counter(w for words in self.words for w in words)

    def overlap(self, question: str) -> float:
        """The baseline: the rarest shared words of the best segment, summed."""
        asked = content(make_plain(question).text)
        rarity = {w: math.log(1 + len(self.rows) / self.common[w]) for w in asked if w in self.common}  # fmt: skip
        return max((sum(rarity.get(w, 0.0) for w in asked & words) for words in self.words), default=0.0)  # fmt: skip


def _ask(source: _Source, rows: Sequence[dict[str, Any]], head: Head) -> list[Asked]:
    found = []
    for row in rows:
        turns = [
            Turn(role="user" if t["speaker"] == "user" else "assistant", text=t["text"])
            for t in row.get("history", [])
        ]
        question = understand(row["query"], turns, ()).question
        support = head.support(question, source.vectors)
        best = [int(i) for i in np.argsort(-support)[:BEST]]
        ids = {str(source.rows[source.passages[i].segment]["id"]) for i in best}
        sides = [set(side) for side in row.get("sides") or []]
        found.append(
            Asked(
                tuned=is_tuned(source.id), label=row["label"], support=float(support.max(initial=0)),
                overlap=source.overlap(question), both_sides=bool(sides) and all(ids & s for s in sides),
                clash=_clash(source, best),
            )
        )  # fmt: skip
    return found


def _clash(source: _Source, best: Sequence[int]) -> bool:
    """Whether two of the best passages, said in different places by the one who tells of himself, say yes and no."""
    own = [i for i in best if source.rows[source.passages[i].segment].get("speaker") == "user"]
    for one, other in itertools.permutations(own, 2):
        if source.passages[one].segment == source.passages[other].segment:
            continue
        text, evidence = (make_plain(source.texts[i]).text for i in (one, other))
        said = [evidence[a:b] for a, b in sentence_spans(evidence)]
        for a, b in sentence_spans(text):
            near = [s for s in said if len(content(s) & content(text[a:b])) >= MIN_SHARED]
            if near and not text[a:b].endswith("?") and disagreement(text[a:b], near):
                return True
    return False


def _lines(asked: Sequence[Asked]) -> list[Line]:
    held = [a for a in asked if not a.tuned]
    lines = _refusals("", held, [a for a in asked if a.tuned]) + _refusals(", all", asked, asked)
    sides = [a for a in asked if a.label == "contradictory"]
    if sides:
        clear = [a for a in asked if a.label == "answerable"]
        lines += [
            _share("contradiction: both sides among the ten best", [a.both_sides for a in sides]),
            _share("contradiction: noticed", [a.clash for a in sides]),
            _share("contradiction: seen in a clear answer, too", [a.clash for a in clear]),
        ]
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
            _share(f"{other} refused at Baton's own bar{part}", [a.support < ANSWER_AT for a in open_]),
            _share(f"  answerable kept at that bar{part}", [a.support >= ANSWER_AT for a in kept]),
        ]  # fmt: skip
    return lines


def _support(asked: Asked) -> float:
    return asked.support


def _overlap(asked: Asked) -> float:
    return asked.overlap


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(name: str, values: Sequence[bool]) -> Line:
    return Line(name=name, items=len(values), value=_mean(values))
