"""RAGTruth QA: sentences of real models' answers beside the passages they were given.

Niu et al., ACL 2024. Only measured, never tuned on. Score: AUROC of "supported", and what the product's own
verdict keeps and catches.
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
    """Every checkable sentence of the folder; headings and lead-ins are left out."""
    texts = {s["source_id"]: s["text"] for s in read_lines(folder / "sources.jsonl")}
    return [
        Item(
            id=c["id"], source=c["source"], claim=c["claim"], texts=(texts[c["source"]],),
            supported=c["label"] == "supported", label=c["label"], group=c["task"],
        )
        for c in read_lines(folder / "claims.jsonl") if c["checkable"]
    ]  # fmt: skip


def score(judged: Sequence[Judged], tuned: Sequence[Item]) -> list[Line]:
    """AUROC on the reported part, share of supported sentences kept and of unsupported ones caught."""
    held = judged
    kept = [j.verdict == "supported" for j in held if j.item.supported]
    caught = [j.verdict != "supported" for j in held if not j.item.supported]
    base = auroc((j.item.supported, word_coverage(j.item)) for j in held)
    return [
        Line(
            name="AUROC",
            items=len(held),
            value=auroc((j.item.supported, j.score) for j in held),
            baseline=base,
        ),
        Line(name="supported kept", items=len(kept), value=sum(kept) / max(1, len(kept))),
        Line(name="unsupported caught", items=len(caught), value=sum(caught) / max(1, len(caught))),
        Line(
            name="balanced accuracy",
            items=len(held),
            value=balanced((j.item.supported, j.verdict == "supported") for j in held),
        ),
    ]
