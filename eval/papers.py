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
from agent.ledger import asked_before, passages_within
from agent.scope import ScopeFinding, SignedScope
from eval.filed import Filed, Gold, load_filed, write_files
from eval.scenes import Scene, open_scenes, parse_scene
from indexer.build import index_deal
from indexer.days import day_of
from indexer.embed import OnnxEmbedder, packaged_encoder
from indexer.heads import Heads
from indexer.models import Segment
from indexer.search import AccountIndex
from indexer.store import Store
from prompts.template import load_template

FOLDER = Path(__file__).parent / "dev" / "papers"
_GOLD = re.compile(r"^=> (?P<status>\w+)(?: \| (?P<clause>.+))?$")
_SAME = {"excluded": "contradicted"}
"""A paper that leaves a promised thing out contradicts the promise (decision 0026)."""


@dataclass(frozen=True)
class Deal:
    """A scene with its promises."""

    scene: Scene
    promises: tuple[Gold, ...]
    file: str
    """The file's name without its ending; what begins with `held_out` is only counted."""

    @property
    def held_out(self) -> bool:
        return self.file.startswith("held_out")

    @property
    def name(self) -> str:
        return self.scene.name


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

    deal: Deal | Filed
    verdicts: tuple[Verdict, ...]
    idle: tuple[str, ...]


def load_deals(folder: Path = FOLDER) -> list[Deal]:
    """Every deal of the folder's files, in their order."""
    return [
        deal
        for path in sorted(folder.glob("*.txt"))
        for deal in read_deals(path.read_text(encoding="utf-8"), path.stem)
    ]


def read_deals(text: str, file: str = "") -> list[Deal]:
    """The deals of one file's text."""
    blocks = re.split(r"^= ", text, flags=re.M)
    return [_deal(block, file) for block in blocks if block.strip()]


def _deal(block: str, file: str) -> Deal:
    kept: list[str] = []
    promises: list[Gold] = []
    for line in block.splitlines():
        gold = _GOLD.match(line)
        if gold is None:
            kept.append(line)
        else:
            words = re.sub(r"^V [^:]+: ", "", kept[-1])
            promises.append(Gold(words, gold["status"], gold["clause"] or ""))
    return Deal(parse_scene("\n".join(kept)), tuple(promises), file)


def judge(deal: Deal | Filed, index: AccountIndex, heads: Heads) -> Outcome:
    """What scope and ledger say to one deal's promises. LookupError where a promise stands in none of its sources."""
    template = load_template("sales-to-cs")
    titles = {name: spec.title for name, spec in template.fields().items()}
    extractor = Extractor(index, heads, template, BriefDoor(index, titles, index.account))
    extractor.promises.run(find_clashes(index, extractor.related))
    rows = [
        (c, _SAME.get(p.scope, p.scope))
        for p in extractor.found.commitments
        for c in extractor.door.claims[p.claim].citations
    ]
    scope = SignedScope(index, extractor.related)
    verdicts, promised = [], set()
    for gold in deal.promises:
        segment = next((s for s in index.segments if gold.words in s.text), None)
        if segment is None:
            raise LookupError(f"{deal.name}: no source says {gold.words!r}")
        start = segment.start + segment.text.index(gold.words)
        own = [(c, said) for c, said in rows if c.segment == segment.id]
        own = [(c, said) for c, said in own if c.start < start + len(gold.words) and start < c.end]
        promised |= {(c.segment, c.start) for c, _ in own}
        finding = _compare(scope, extractor, segment, gold.words)
        clause = next((s.text for s in index.segments if s.id == finding.clause), "")
        said = _SAME.get(finding.status, finding.status)
        verdicts.append(Verdict(gold, said, clause, own[0][1] if own else None))
    idle = tuple(c.quote for c, _ in rows if (c.segment, c.start) not in promised)
    return Outcome(deal, tuple(verdicts), idle)


def _compare(
    scope: SignedScope, extractor: Extractor, segment: Segment, words: str
) -> ScopeFinding:
    """The scope alone, asked as the ledger asks it."""
    related, index = extractor.related, extractor.index
    position = index.segments.index(segment)
    start = segment.text.index(words)
    rows = passages_within(related.readings, position, start, start + len(words))
    said = related.said(rows, index.embedder.embed([words])[0])
    day = day_of(segment.at or index.artifacts[segment.artifact].date)
    return scope.compare(words, said, asked_before(index, position), day)


def judged(deals: Sequence[Deal], home: Path) -> Iterator[Outcome]:
    """Every deal, indexed below `home` and judged."""
    encoder = packaged_encoder(home / "models")
    opened = open_scenes([d.scene for d in deals], home, encoder)
    for deal, (_, index, heads) in zip(deals, opened, strict=True):
        yield judge(deal, index, heads)


def judged_files(deals: Sequence[Filed], home: Path) -> Iterator[Outcome]:
    """Every deal, its files written below `home`, read and indexed as any folder is, and judged."""
    encoder = packaged_encoder(home / "models")
    store, heads = Store(home), Heads.over(encoder)
    embedder = OnnxEmbedder(encoder.folder, home / "models", encoder)
    for n, deal in enumerate(deals):
        folder = home / "files" / f"deal-{n}"
        write_files(deal, folder)
        slug = index_deal(store, home, folder, embedder, heads, account=f"deal-{n}").account
        yield judge(deal, AccountIndex(store, home, slug, embedder), heads)


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
        filed = list(judged_files(load_filed(), Path(home)))
    seen = [o for o in (*outcomes, *filed) if not o.deal.held_out]
    for name, made in (("papers", outcomes), ("files", filed)):
        for held in (False, True):
            own = [o for o in made if o.deal.held_out == held]
            if own:
                print(f"{name}, {'held out' if held else 'seen'}:", figures(own))
    if wanted.misses:
        for outcome in seen:
            print(misses(outcome))


def misses(outcome: Outcome) -> str:
    """What went wrong in one deal."""
    lines = [f"= {outcome.deal.name}"]
    for v in outcome.verdicts:
        if not v.right or not v.cited:
            lines.append(f"{v.status}, gold {v.gold.status}: {v.gold.words}\n    {v.clause}")
        if v.listed is None:
            lines.append(f"not listed: {v.gold.words}")
    return "\n".join([*lines, *(f"listed idly: {words}" for words in outcome.idle)])


if __name__ == "__main__":
    main()
