"""Fits which signed clause bears on a promise, and whether it says otherwise, from written papers and whole deals with gold.

    python -m eval.train.scope HOME [ACCOUNT=GOLD.json ...]

HOME holds the named accounts, indexed. Learns from the written papers that are not held out and the deals; what a clause says, from the pairs
of `eval/dev/scope` too (their unrelated clauses were chosen to mislead, and teach the wrong odds of being meant). Prints how many are right with each deal or file of papers left out, and writes `agent/bearing.json`.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agent.against import against
from agent.bearing import near, put, silence
from agent.ledger import asked_before
from agent.relatedness import relatedness
from agent.scope import WEIGHTS, SignedScope
from eval.gold import Files
from eval.papers import load_deals
from eval.scenes import open_scenes
from eval.train.clause_choice import Array, Choice, fit, says
from eval.train.deals import open_deals
from eval.train.relatedness import pairs
from indexer.days import day_of
from indexer.embed import packaged_encoder
from indexer.heads import Heads
from indexer.search import AccountIndex

_SAME = {"absent": "silent", "excluded": "contradicted"}


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\W+", " ", text).lower().split())


def choice(
    index: AccountIndex, scope: SignedScope, heads: Heads, position: int, quote: str, status: str, clause: str, group: str
) -> Choice:  # fmt: skip
    """One promise at a place of an account against every clause; `clause` is a regex of the ones meant."""
    segment, related = index.segments[position], relatedness(index, heads)
    start = max(segment.text.find(quote), 0)
    rows = [
        r for r in related.readings.of(position)
        if related.readings.spans[r][0] < start + len(quote) and start < related.readings.spans[r][1]
    ]  # fmt: skip
    said = related.said(rows, index.embedder.embed([quote])[0])
    day = day_of(segment.at or index.artifacts[segment.artifact].date)
    promised = put(quote, asked_before(index, position), day)
    clauses = [p.put for p in scope.parts]
    return Choice(
        group, _SAME.get(status, status),
        _matrix(near(promised, c, k) for c, k in zip(clauses, scope.likenesses(said), strict=True)),
        _matrix(against(promised, c) for c in clauses),
        _matrix(iter([silence(promised, len(clauses))]))[0],
        tuple(n for n, c in enumerate(clauses) if clause and re.search(clause, c.words, re.I)),
    )  # fmt: skip


def _matrix(signs: Iterator[Mapping[str, float]]) -> Array:
    return np.array([[row[name] for name in sorted(row)] for row in signs], np.float64)


def written(folder: Path) -> Iterator[Choice]:
    """Of every written paper that is not held out; a paper's group is its file."""
    deals = [d for d in load_deals() if not d.held_out]
    opened = open_scenes([d.scene for d in deals], folder, packaged_encoder(folder / "models"))
    for deal, (_, index, heads) in zip(deals, opened, strict=True):
        at = {s.text: i for i, s in enumerate(index.segments)}
        scope = SignedScope(index, relatedness(index, heads))
        for gold in deal.promises:
            yield choice(index, scope, heads, at[gold.words], gold.words, gold.status, gold.clause, deal.file)  # fmt: skip


def of_deals(home: Path, deals: Sequence[str]) -> Iterator[Choice]:
    """Of whole deals, where the promise's words stand in a segment of its file."""
    for deal in open_deals(home, deals):
        index, heads = deal.index, deal.heads
        scope = SignedScope(index, relatedness(index, heads))
        for row in json.loads(deal.gold.read_text(encoding="utf-8"))["commitments"]:
            position = _place(index, row)
            if position is not None:
                text = index.segments[position].text
                quote = row["quote"] if row["quote"] in text else text
                clause = str((row.get("scope_evidence") or {}).get("quote", ""))
                meant = r"\W+".join(map(re.escape, _plain(clause).split()))
                yield choice(
                    index, scope, heads, position, quote, row["signed_scope"], meant, deal.slug
                )


def _place(index: AccountIndex, row: Mapping[str, Any]) -> int | None:
    """The segment that a gold promise stands in."""
    file, wanted = row["file"].removeprefix("artifacts/"), _plain(row["quote"])
    own = [i for i, s in enumerate(index.segments) if file in Files().named(s.artifact)]
    return next((i for i in own if wanted in _plain(index.segments[i].text)), None)


def of_pairs() -> list[tuple[Array, bool]]:
    """The signs of every written pair of one thing, and whether its clause says otherwise."""
    related = [(v, p, c) for v, p, c in pairs() if v != "unrelated"]
    return [(_matrix(iter([against(put(p), put(c))]))[0], v != "covered") for v, p, c in related]


def sign_names() -> dict[str, list[str]]:
    """The names of all signs by kind, in the order of a row's numbers."""
    like, any_ = dict.fromkeys(("words", "answers", "fields"), 0.0), put("a")
    told = sorted(against(any_, any_))
    return {
        "near": sorted(near(any_, any_, like)),
        "either": told,
        "against": told,
        "silent": sorted(silence(any_, 1)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.train.scope", description=__doc__.split("\n", 1)[0])  # fmt: skip
    parser.add_argument("home", help="holds the deals, indexed")
    parser.add_argument("deals", nargs="*", metavar="ACCOUNT=GOLD.json")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(written(Path(folder)))
    rows += of_deals(Path(wanted.home), wanted.deals)
    beside, names = of_pairs(), sign_names()
    for group in dict.fromkeys(r.group for r in rows):
        model = fit([r for r in rows if r.group != group], beside, names)
        out = [r for r in rows if r.group == group]
        print(group, sum(says(r, model) == r.status for r in out), len(out))
    model = fit(rows, beside, names)
    held = {kind: _named(names[kind], getattr(model, kind)) for kind in names}
    WEIGHTS.write_text(json.dumps({**held, "bias": round(model.bias, 3)}, indent=1) + "\n", encoding="utf-8")  # fmt: skip


def _named(names: Sequence[str], weights: Array) -> dict[str, float]:
    """Weights by name; what weighs nothing is left out."""
    found = {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}
    return {n: w for n, w in found.items() if w}


if __name__ == "__main__":
    main()
