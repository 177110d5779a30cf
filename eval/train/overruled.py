"""Fits how surely a said and a signed sentence contradict each other, from written scenes, deals and papers, and whole deals with their gold.

    python -m eval.train.overruled HOME [ACCOUNT=GOLD.json ...]

HOME holds the named accounts, indexed. What is held out is left out. A pair of sentences is a positive where both expressions of one gold conflict
match in it; of a written paper, where it is a promise and the clause that the paper contradicts it by. Writes `agent/clashes/overruled.json`; prints
for every group how many conflicts are found with how many other pairs, its own deals left out a quarter at a time.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.clashes.find import hold
from agent.clashes.overruled import WEIGHTS, Signs
from agent.clashes.stated import Place
from agent.relatedness import relatedness
from eval.gold import load_case
from eval.papers import Deal, load_deals
from eval.scenes import DEALS, FOLDER, Scene, load_scenes, open_scenes
from eval.train.deals import open_deals
from indexer.embed import packaged_encoder
from indexer.search import AccountIndex

Array = NDArray[np.float64]
Judge = Callable[[Place, Place], str]
"""Which conflict a said and a signed sentence are; empty for none, UNSURE where the gold doesn't tell."""
UNSURE = "?"
QUICK_LOSES, QUICK_C, WHOLE_C = 3.0, 0.1, 0.1
"""Percent of the true pairs that the quick step may lose, and how free the weights of both steps are."""
RULED_AT = 0.07
"""Chance from which a pair is a clash that a rule for one kind of words finds as well."""
WORTH = {"deals": 2.0, "scenes": 1.0, "papers": 0.3, "whole deals": 0.3}
"""What a pair of each group weighs: papers name promises only, whole deals hold a hundred pairs for each true one."""
QUARTERS = 4
BARS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Row:
    """One pair of an account."""

    group: str
    deal: str
    gold: str
    spots: tuple[tuple[int, int], tuple[int, int]]
    quick: Signs
    whole: Signs


def rows(index: AccountIndex, judge: Judge, group: str, deal: str, heads: object) -> Iterator[Row]:
    """Every pair that is looked at."""
    held = hold(index, relatedness(index, heads)).overruled  # type: ignore[arg-type]
    for c in held.candidates():
        said, signed = held.beside.said[c.said], held.beside.signed[c.signed]
        quick = held.quick_signs(c)
        spots = ((said.position, said.sentence), (signed.position, signed.sentence))
        yield Row(group, deal, judge(said, signed), spots, quick, held.signs(c, quick))


def by_expressions(conflicts: Sequence[Sequence[str]]) -> Judge:
    """By the expressions that a conflict's quotes must hold."""

    def judge(said: Place, signed: Place) -> str:
        words = f"{said.words}\n{signed.words}"
        met = (n for n, m in enumerate(conflicts) if all(re.search(p, words, re.I) for p in m))
        return next((f"conflict {n}" for n in met), "")

    return judge


def by_gold(conflicts: Sequence[Sequence[str]], promises: Sequence[Mapping[str, Any]]) -> Judge:
    """By the gold of a whole deal: its conflicts, and the promises that a clause contradicts.

    Whatever else is said of such a clause may contradict it in other words than the gold's.
    """
    told = by_expressions(conflicts)
    broken = [
        (_plain(p["quote"]), _plain(str((p.get("scope_evidence") or {}).get("quote", ""))))
        for p in promises
        if p["signed_scope"] in ("contradicted", "excluded")
    ]

    def judge(said: Place, signed: Place) -> str:
        if found := told(said, signed):
            return found
        words, clause = _plain(said.words), _plain(signed.words)
        for n, (promise, evidence) in enumerate(broken):
            if evidence and (clause in evidence or evidence in clause):
                return f"promise {n}" if words in promise or promise in words else UNSURE
        known = any(re.search(p, signed.words, re.I) for m in conflicts for p in m)
        return UNSURE if known else ""

    return judge


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def by_promises(deal: Deal, index: AccountIndex) -> Judge:
    """By the promises that a written paper contradicts."""

    def judge(said: Place, signed: Place) -> str:
        text = index.segments[said.position].text
        for n, p in enumerate(deal.promises):
            if p.words == text and p.clause and re.search(p.clause, signed.words, re.I):
                return f"promise {n}" if p.status in ("contradicted", "excluded") else ""
        return ""

    return judge


def written() -> Iterator[Row]:
    """Of everything written that is not held out."""
    scenes = [("scenes", s) for f in (FOLDER, FOLDER / "unseen") for s in load_scenes(f)]
    scenes += [("deals", s) for s in load_scenes(DEALS)]
    scenes = [(group, s) for group, s in scenes if not s.held_out]
    papers = [d for d in load_deals() if not d.held_out]
    with tempfile.TemporaryDirectory() as folder:
        for (group, _), (scene, index, heads) in zip(scenes, _opened([s for _, s in scenes], folder, "scenes"), strict=True):  # fmt: skip
            yield from rows(index, by_expressions(scene.conflicts), group, scene.name, heads)
        for deal, (_, index, heads) in zip(papers, _opened([d.scene for d in papers], folder, "papers"), strict=True):  # fmt: skip
            yield from rows(index, by_promises(deal, index), "papers", deal.name, heads)


def _opened(
    scenes: Sequence[Scene], folder: str, name: str
) -> Iterator[tuple[Scene, AccountIndex, object]]:
    home = Path(folder) / name
    home.mkdir()
    return open_scenes(scenes, home, packaged_encoder(home / "models"))


def of_deals(home: Path, deals: Sequence[str]) -> Iterator[Row]:
    """Of whole deals."""
    for deal in open_deals(home, deals):
        gold = json.loads(deal.gold.read_text(encoding="utf-8"))
        judge = by_gold([c.must for c in load_case(deal.gold).conflicts], gold["commitments"])
        yield from rows(deal.index, judge, "whole deals", deal.slug, deal.heads)


@dataclass(frozen=True)
class Fit:
    """Weights of named signs."""

    names: tuple[str, ...]
    weights: Array
    bias: float

    def chances(self, signs: Sequence[Signs]) -> Array:
        return 1 / (1 + np.exp(-self.bias - _matrix(signs, self.names) @ self.weights))


def _matrix(signs: Sequence[Signs], names: Sequence[str]) -> Array:
    return np.array([[row[n] for n in names] for row in signs], np.float64)


def fit(of: Sequence[Row], signs: Sequence[Signs], c: float) -> Fit:
    """Logistic regression over scaled signs of some pairs."""
    from sklearn.linear_model import LogisticRegression

    names = tuple(sorted(signs[0]))
    values = _matrix(signs, names)
    middle, spread = values.mean(0), values.std(0) + 1e-6
    model = LogisticRegression(C=c, max_iter=3000)
    model.fit((values - middle) / spread, [bool(r.gold) for r in of], [WORTH[r.group] for r in of])
    weights = model.coef_[0] / spread
    return Fit(names, weights, float(model.intercept_[0] - middle @ weights))


def curve(found: Iterable[tuple[float, Row]]) -> str:
    """Conflicts found and other pairs from each bar on; every sentence stands in its best pair only."""
    used: set[tuple[str, tuple[int, int]]] = set()
    kept: list[tuple[float, Row]] = []
    for chance, row in sorted(found, key=lambda f: -f[0]):
        ends = {(row.deal, spot) for spot in row.spots}
        if not ends & used and row.gold != UNSURE:
            used |= ends
            kept.append((chance, row))
    told = []
    for bar in BARS:
        above = [r for chance, r in kept if chance >= bar]
        true = {(r.deal, r.gold) for r in above if r.gold}
        told.append(f"{bar}: {len(true)}/{sum(not r.gold for r in above)}")
    return "  ".join(told)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.train.overruled", description=__doc__.split("\n", 1)[0])  # fmt: skip
    parser.add_argument("home", help="holds the deals, indexed")
    parser.add_argument("deals", nargs="*", metavar="ACCOUNT=GOLD.json")
    wanted = parser.parse_args()
    every = [*written(), *of_deals(Path(wanted.home), wanted.deals)]
    sure = [r for r in every if r.gold != UNSURE]
    names = sorted({r.deal for r in every})
    left_out = np.zeros(len(every))
    for quarter in range(QUARTERS):
        out = set(names[quarter::QUARTERS])
        made = whole_fit([r for r in sure if r.deal not in out])
        own = [n for n, r in enumerate(every) if r.deal in out]
        left_out[own] = made.chances([every[n].whole for n in own])
    for group in dict.fromkeys(r.group for r in every):
        pairs = [(float(p), r) for p, r in zip(left_out, every, strict=True) if r.group == group]
        true = len({(r.deal, r.gold) for _, r in pairs if r.gold and r.gold != UNSURE})
        print(group, len(pairs), f"pairs, {true} conflicts:", curve(pairs))
    quick = fit(sure, [r.quick for r in sure], QUICK_C)
    mine = [r for r in sure if r.gold and r.group != "papers"]
    bar = float(np.percentile(quick.chances([r.quick for r in mine]), QUICK_LOSES))
    whole = whole_fit(sure)
    held = {
        "quick": _named(quick), "quick_bias": round(quick.bias, 3), "quick_at": round(bar, 4),
        "whole": _named(whole), "bias": round(whole.bias, 3), "ruled_at": RULED_AT,
    }  # fmt: skip
    WEIGHTS.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


def whole_fit(of: Sequence[Row]) -> Fit:
    """Weights of all signs."""
    return fit(of, [r.whole for r in of], WHOLE_C)


def _named(made: Fit) -> dict[str, float]:
    return {n: round(float(w), 3) for n, w in zip(made.names, made.weights, strict=True)}


if __name__ == "__main__":
    main()
