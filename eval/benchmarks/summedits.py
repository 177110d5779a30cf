"""SummEdits: short summaries of sales calls, mails, meetings and earnings calls, one fact altered in most.

Laban et al., "LLMs as Factual Reasoners", 2023. Customary score: balanced accuracy per domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.items import (
    Item,
    Judged,
    Line,
    balanced,
    best_cut,
    read_lines,
    word_coverage,
)


def load(folder: Path) -> list[Item]:
    """Every claim of the folder."""
    texts = {s["source_id"]: s["text"] for s in read_lines(folder / "sources.jsonl")}
    return [
        Item(
            id=c["id"], source=c["source"], claim=c["claim"], texts=(texts[c["source"]],),
            supported=c["label"] == "supported", label=c["label"], group=c["task"],
        )
        for c in read_lines(folder / "claims.jsonl")
    ]  # fmt: skip


def score(judged: Sequence[Judged], tuned: Sequence[Item]) -> list[Line]:
    """Balanced accuracy of the verdicts per domain, beside word coverage cut on the tuned part."""
    cut = best_cut([(i.supported, word_coverage(i)) for i in tuned])
    lines = []
    for group in [*sorted({j.item.group for j in judged}), "all"]:
        held = [j for j in judged if group in ("all", j.item.group)]
        if held:
            value = balanced((j.item.supported, j.verdict == "supported") for j in held)
            base = balanced((j.item.supported, word_coverage(j.item) >= cut) for j in held)
            lines.append(
                Line(
                    name=f"{group}: balanced accuracy", items=len(held), value=value, baseline=base
                )
            )
    return lines
