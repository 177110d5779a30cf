"""ContractNLI: does a non-disclosure agreement say so, say the opposite, or not say?

Koreeda and Manning, Findings of EMNLP 2021. Hypotheses whose number leaves 2 of 5 are left out of training, so that
what is reported of them shows unseen questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.items import (
    Item,
    Judged,
    Line,
    auroc,
    balanced,
    read_lines,
    word_coverage,
)


def load(folder: Path) -> list[Item]:
    """Every pair of contract and hypothesis; the whole contract is the source."""
    texts = {
        c["corpus_id"]: "\n".join(s["text"] for s in c["segments"])
        for c in read_lines(folder / "corpora.jsonl")
    }
    return [
        Item(
            id=q["qid"], source=q["corpus_id"], claim=q["query"], texts=(texts[q["corpus_id"]],),
            supported=q["label"] == "supported", label=q["label"], group=q["qid"].rsplit("-", 1)[1],
        )
        for q in read_lines(folder / "queries.jsonl")
    ]  # fmt: skip


def is_left_out(item: Item) -> bool:
    """Whether an item's hypothesis is left out of training."""
    return int(item.group) % 5 == 2


def score(judged: Sequence[Judged], tuned: Sequence[Item]) -> list[Line]:
    """Mentioned or not, entailed or contradicted; on hypotheses seen in training and on those left out."""
    lines = []
    held = judged
    for name, rows in (
        ("", held),
        (", unseen hypotheses", [j for j in held if is_left_out(j.item)]),
    ):
        said = [j for j in rows if j.item.label != "not_mentioned"]
        lines += [
            Line(
                name=f"supported against the rest, AUROC{name}", items=len(rows),
                value=auroc((j.item.supported, j.score) for j in rows),
                baseline=auroc((j.item.supported, word_coverage(j.item)) for j in rows),
            ),
            Line(
                name=f"entailed or contradicted, AUROC{name}", items=len(said),
                value=auroc((j.item.supported, j.score) for j in said),
                baseline=auroc((j.item.supported, word_coverage(j.item)) for j in said),
            ),
            Line(
                name=f"supported against the rest, balanced accuracy of the verdict{name}", items=len(rows),
                value=balanced((j.item.supported, j.verdict == "supported") for j in rows),
            ),
        ]  # fmt: skip
    return lines
