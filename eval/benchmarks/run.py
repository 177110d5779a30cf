"""Runs a benchmark folder: every item of the reported part judged alone, scores by its adapter, beside dev's own baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from eval.benchmarks import contractnli, ragtruth_qa, summedits
from eval.benchmarks.items import Item, Judged, Line, first_sources, is_tuned
from indexer.errors import InputError

ADAPTERS: dict[str, ModuleType] = {
    "contractnli": contractnli,
    "ragtruth_qa": ragtruth_qa,
    "summedits": summedits,
}
"""One module a benchmark: `load(folder)` gives its items, `score(judged, tuned)` the lines of what was judged; `tuned` are the items held back from it."""
PROSE = ("ragtruth_qa",)
"""Sets whose claims are free prose: judged at that operating point of the verifier."""

Verdict = tuple[str, float]
Verify = Callable[[str, Sequence[str]], Verdict]


def run_benchmark(
    name: str, folder: Path, verify: Verify, progress: Callable[[int, int], None],
    sources_a_part: int | None = None,
) -> list[Line]:  # fmt: skip
    """The benchmark's lines. `sources_a_part` takes only so many sources. Raises InputError for an unknown name or a folder without its files."""
    adapter = ADAPTERS.get(name)
    if adapter is None:
        raise InputError(f"There is no benchmark {name!r}. Known: {', '.join(sorted(ADAPTERS))}.")
    items: list[Item] = adapter.load(folder)
    taken = frozenset(first_sources((item.source for item in items), sources_a_part))
    items = [item for item in items if item.source in taken]
    held = [item for item in items if not is_tuned(item.source)]
    judged = []
    for done, item in enumerate(held, 1):
        verdict, score = verify(item.claim, item.texts)
        judged.append(Judged(item=item, verdict=verdict, score=score))
        progress(done, len(held))
    lines: list[Line] = adapter.score(judged, [item for item in items if is_tuned(item.source)])
    return lines


def table(name: str, lines: Sequence[Line]) -> str:
    """The lines as text; `coverage` is word coverage on the same items, cut on the tuned part."""
    rows = [
        f"{name}: reported part (sources by hash 7-9)",
        f"{'':<64} {'items':>6} {'score':>7} {'coverage':>9}",
    ]
    for line in lines:
        base = "" if line.baseline is None else f"{line.baseline:9.3f}"
        rows.append(f"{line.name:<64} {line.items:>6} {line.value:>7.3f} {base}".rstrip())
    return "\n".join(rows)
