"""Fits how surely two values measure the same thing, from written scenes and whole deals with their gold conflicts.

    python -m eval.train.same_thing HOME [ACCOUNT=GOLD.json ...]

HOME holds the named accounts, indexed. Scenes that are held out are left out. A pair of values that differ is a positive where
a gold conflict's two expressions match right at them, else a negative; of a deal, only those whose sentences the gold quotes, and
what its expressions match elsewhere is neither. Scenes count more, a pair of them is rarer. Prints what stands in `agent/clashes/same.py` and, for each
deal and the scenes, the AUROC with it left out.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from agent.clashes.apart import agree, comparable
from agent.clashes.same import FEATURES, Nearness, Rivals, features
from agent.clashes.stated import Stated, places, stated_values
from agent.relatedness import Relatedness, relatedness
from eval.gold import load_case
from eval.scenes import load_scenes, open_scenes
from eval.train.deals import open_deals
from indexer.embed import packaged_encoder
from indexer.search import AccountIndex

Row = tuple[str, list[float], bool]
Gold = tuple[Sequence[str], str]
"""Two expressions, and the words that the gold quotes, each plain, with `|` between."""
SCENE_WEIGHT = 8.0


def pairs(index: AccountIndex, related: Relatedness, name: str, golds: Sequence[Gold]) -> Iterator[Row]:  # fmt: skip
    """Every two values of different sources that could be held against each other, and whether the gold does so."""
    found = list(stated_values(list(places(index, related.readings))))
    near = Nearness(related, [s.position for s in found])
    rivals = Rivals(s for s in found if s.voice == "signed")
    for n, one in enumerate(found):
        for other in found[n + 1 :]:
            if not comparable(one.value, other.value) or agree(one.value, other.value):
                continue
            here, there = (index.segments[s.position].artifact for s in (one, other))
            if here == there or (one.voice == "signed") == (other.voice == "signed"):
                continue
            matched = [quotes for must, quotes in golds if _matches(one, other, must)]
            true = any(_quoted(one, q) and _quoted(other, q) for q in matched)
            if matched and not true:
                continue
            low, high = (other, one) if one.voice == "signed" else (one, other)
            related_by = near.of(one.position, other.position)
            yield name, features(low, high, related_by, rivals), true


def _quoted(stated: Stated, quotes: str) -> bool:
    """Whether the sentence stands in what the gold quotes; a scene's gold quotes nothing."""
    return (
        not quotes
        or _plain(stated.words)[:60] in quotes
        or any(q in _plain(stated.words) for q in quotes.split("|"))
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _matches(one: Stated, other: Stated, gold: Sequence[str]) -> bool:
    """Whether one expression of a gold conflict stands at the one value, and another at the other."""
    mine, theirs = _at(one, gold), _at(other, gold)
    return bool(mine and theirs and len(mine | theirs) > 1 and (mine != theirs))


def _at(stated: Stated, gold: Sequence[str]) -> set[int]:
    value = stated.value
    return {
        n
        for n, pattern in enumerate(gold)
        for m in re.finditer(pattern, stated.words, re.I)
        if m.start() < value.end and value.start < m.end()
    }


def _rows(home: Path, deals: Sequence[str]) -> Iterator[Row]:
    for deal in open_deals(home, deals):
        golds = [
            (c.must, "|".join(_plain(side.quote) for side in c.sides))
            for c in load_case(deal.gold).conflicts
        ]
        yield from pairs(deal.index, relatedness(deal.index, deal.heads), deal.slug, golds)
    encoder = packaged_encoder(home / "models")
    seen = [s for s in load_scenes() if not s.held_out]
    with tempfile.TemporaryDirectory() as folder:
        for scene, index, heads in open_scenes(seen, Path(folder), encoder):
            yield from pairs(
                index, relatedness(index, heads), "scenes", [(must, "") for must in scene.conflicts]
            )


def main() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    rows = list(_rows(Path(sys.argv[1]), sys.argv[2:]))
    names = np.array([r[0] for r in rows])
    matrix, true = np.array([r[1] for r in rows]), np.array([r[2] for r in rows])
    model = LogisticRegression(C=1.0, max_iter=5000)
    weight = np.where(names == "scenes", SCENE_WEIGHT, 1.0)
    for name in dict.fromkeys(names.tolist()):
        out = names == name
        if true[out].any() and len(set(names.tolist())) > 1:
            model.fit(matrix[~out], true[~out], weight[~out])
            held = roc_auc_score(true[out], model.decision_function(matrix[out]))
            print(name, int(out.sum()), int(true[out].sum()), round(float(held), 3))
    model.fit(matrix, true, weight)
    weights = model.coef_[0].round(2).tolist()
    scores = model.predict_proba(matrix)[:, 1]
    print(
        "pairs above a true one, by deal:",
        {
            n: np.sort(
                [int((scores[names == n] > s).sum()) for s in scores[(names == n) & true]]
            ).tolist()
            for n in dict.fromkeys(names.tolist())
        },
    )
    print("chances of the true:", np.sort(scores[true]).round(2).tolist())
    print(json.dumps(dict(zip(FEATURES, weights, strict=True))))
    print(json.dumps({"bias": round(float(model.intercept_[0]), 2), "weights": weights}))


if __name__ == "__main__":
    main()
