"""Small written deals of a signed paper and what the seller promised beforehand: `eval/dev/papers/*.txt`.

    python -m eval.papers

Sources as in `eval.scenes`; below a promise stands `=> status | clause`: what the signed paper says to it, and a regex that stands
in the clause that says so (none where it is silent). What the seller says without such a line is no promise. The files named `held_out_*` are only
ever counted. Printed: what the scope says to every promise; then what the ledger lists of the whole deal.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.clashes.find import find_clashes
from agent.door import BriefDoor
from agent.extract import Extractor
from agent.ledger import asked_before
from agent.scope import ScopeFinding, SignedScope
from eval.scenes import Scene, open_scenes, parse_scene
from indexer.days import day_of
from indexer.embed import packaged_encoder
from indexer.heads import Heads
from indexer.models import Segment
from indexer.search import AccountIndex
from prompts.template import load_template

FOLDER = Path(__file__).parent / "dev" / "papers"
_GOLD = re.compile(r"^=> (?P<status>\w+)(?: \| (?P<clause>.+))?$")
_SAME = {"excluded": "contradicted"}
"""A paper that leaves a promised thing out contradicts the promise (decision 0026)."""


@dataclass(frozen=True)
class Gold:
    """What a signed paper says to the promise that stands in one line of the scene's sources."""

    words: str
    status: str
    clause: str


@dataclass(frozen=True)
class Deal:
    """A scene with its promises."""

    scene: Scene
    promises: tuple[Gold, ...]
    held_out: bool


@dataclass(frozen=True)
class Verdict:
    """What was said to one promise, by the scope alone and by the ledger; None where the ledger doesn't list it."""

    gold: Gold
    status: str
    clause: str
    listed: str | None

    @property
    def right(self) -> bool:
        return self.status == self.gold.status

    @property
    def cited(self) -> bool:
        """Whether the clause is the one that says so."""
        return bool(re.search(self.gold.clause, self.clause, re.I))


@dataclass(frozen=True)
class Outcome:
    """One deal's verdicts, and the words of what the ledger lists though nothing was promised there."""

    deal: Deal
    verdicts: tuple[Verdict, ...]
    idle: tuple[str, ...]


def load_deals(folder: Path = FOLDER) -> list[Deal]:
    """Every deal of the folder's files, in their order."""
    return [
        deal
        for path in sorted(folder.glob("*.txt"))
        for deal in read_deals(path.read_text(encoding="utf-8"), path.name.startswith("held_out"))
    ]


def read_deals(text: str, held_out: bool) -> list[Deal]:
    """The deals of one file's text."""
    blocks = re.split(r"^= ", text, flags=re.M)
    return [_deal(block, held_out) for block in blocks if block.strip()]


def _deal(block: str, held_out: bool) -> Deal:
    kept: list[str] = []
    promises: list[Gold] = []
    for line in block.splitlines():
        gold = _GOLD.match(line)
        if gold is None:
            kept.append(line)
        else:
            words = re.sub(r"^V [^:]+: ", "", kept[-1])
            promises.append(Gold(words, gold["status"], gold["clause"] or ""))
    return Deal(parse_scene("\n".join(kept)), tuple(promises), held_out)


def judge(deal: Deal, index: AccountIndex, heads: Heads) -> Outcome:
    """What scope and ledger say to one deal's promises."""
    template = load_template("sales-to-cs")
    titles = {name: spec.title for name, spec in template.fields().items()}
    extractor = Extractor(index, heads, template, BriefDoor(index, titles, index.account))
    extractor.promises.run(find_clashes(index, extractor.related))
    door = extractor.door
    rows = {
        c.segment: _SAME.get(p.scope, p.scope)
        for p in extractor.found.commitments
        for c in door.claims[p.claim].citations
    }
    scope = SignedScope(index, extractor.related)
    segments = {s.text: s for s in index.segments}
    verdicts, promised = [], set()
    for gold in deal.promises:
        segment = segments[gold.words]
        promised.add(segment.id)
        finding = _compare(scope, extractor, segment)
        clause = next((s.text for s in index.segments if s.id == finding.clause), "")
        said = _SAME.get(finding.status, finding.status)
        verdicts.append(Verdict(gold, said, clause, rows.get(segment.id)))
    idle = tuple(s.text for s in index.segments if s.id in rows and s.id not in promised)
    return Outcome(deal, tuple(verdicts), idle)


def _compare(scope: SignedScope, extractor: Extractor, segment: Segment) -> ScopeFinding:
    related, index = extractor.related, extractor.index
    words = index.embedder.embed([segment.text])[0]
    rows = related.readings.of(index.segments.index(segment))
    position = index.segments.index(segment)
    before, day = asked_before(index, position), day_of(segment.at)
    return scope.compare(segment.text, related.said(rows, words), before, day)


def judged(deals: Sequence[Deal], home: Path) -> Iterator[Outcome]:
    """Every deal, indexed below `home` and judged."""
    encoder = packaged_encoder(home / "models")
    opened = open_scenes([d.scene for d in deals], home, encoder)
    for deal, (_, index, heads) in zip(deals, opened, strict=True):
        yield judge(deal, index, heads)


def figures(outcomes: Sequence[Outcome]) -> str:
    """One line: the scope of all promises, of each status and with the right clause; what is listed, and what idly."""
    verdicts = [v for o in outcomes for v in o.verdicts]
    right = sum(v.right for v in verdicts)
    by_status = []
    for status in ("contradicted", "covered", "silent"):
        own = [v for v in verdicts if v.gold.status == status]
        by_status.append(f"{status} {sum(v.right for v in own)}/{len(own)}")
    cited = sum(v.right and v.cited for v in verdicts)
    listed = [v for v in verdicts if v.listed is not None]
    agreed = sum(v.listed == v.gold.status for v in listed)
    idle = sum(len(o.idle) for o in outcomes)
    return (
        f"scope {right}/{len(verdicts)} ({', '.join(by_status)}), with its clause {cited}; "
        f"listed {len(listed)}/{len(verdicts)}, scope {agreed}/{len(listed)}, listed without a promise {idle}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.papers", description=__doc__.split("\n", 1)[0])  # fmt: skip
    parser.add_argument(
        "--misses", action="store_true", help="show what went wrong in the seen files"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        outcomes = list(judged(load_deals(), Path(home)))
    seen = [o for o in outcomes if not o.deal.held_out]
    print("seen    ", figures(seen))
    print("held out", figures([o for o in outcomes if o.deal.held_out]))
    if wanted.misses:
        for outcome in seen:
            print(misses(outcome))


def misses(outcome: Outcome) -> str:
    """What went wrong in one deal."""
    lines = [f"= {outcome.deal.scene.name}"]
    for v in outcome.verdicts:
        if not v.right or not v.cited:
            lines.append(f"{v.status}, gold {v.gold.status}: {v.gold.words}\n    {v.clause}")
        if v.listed is None:
            lines.append(f"not listed: {v.gold.words}")
    return "\n".join([*lines, *(f"listed idly: {words}" for words in outcome.idle)])


if __name__ == "__main__":
    main()
