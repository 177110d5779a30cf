"""Small written scenes of sources that contradict each other, or only seem to: `eval/dev/conflicts/*.txt`, and small whole deals in `deals/`.

    python -m eval.scenes

prints for every file of deals how many of its conflicts are found, and what else. A scene opens with `= name | first value ~ second value`
(regexes that one conflict's quotes must hold), a deal with several of them between `|`, or `| none`. A source
opens with `@ kind day`, for mails, chats and tickets followed by side and author; in talk a line is a turn (`V Dana: ...`), in
a paper `# ...` is a heading, in the CRM a line is a field. Half of the scenes are held out: those of the files named `*_held.txt`, and
of the two oldest files of each kind those that a hash of their names chooses.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent.clashes.clash import Clash
from agent.clashes.find import find_clashes
from agent.relatedness import relatedness
from indexer.authority import AGREEMENT, DRAFT, ORDER_FORM, artifact_rung
from indexer.build import signal_hash
from indexer.chunking import chunk_artifact
from indexer.embed import OnnxEmbedder, packaged_encoder
from indexer.encoder import Encoder
from indexer.heads import Heads
from indexer.models import (
    Account,
    Artifact,
    ClauseLocator,
    FieldLocator,
    Kind,
    LinesLocator,
    Locator,
    MessageLocator,
    MomentLocator,
    Role,
    Segment,
    Side,
)
from indexer.reading_head import passages
from indexer.search import AccountIndex
from indexer.store import Contents, Store

FOLDER = Path(__file__).parent / "dev" / "conflicts"
DEALS = FOLDER / "deals"
_PAPERS = {"form": ORDER_FORM, "sow": AGREEMENT, "agreement": AGREEMENT, "draft": DRAFT}
_SIDES: dict[str, Side] = {"V": "vendor", "C": "customer"}
_TURN = re.compile(r"(?P<side>[VC]) (?P<name>[^:]+): (?P<text>.+)")


@dataclass(frozen=True)
class Source:
    """One source of a scene, as its head line and its lines say."""

    kind: str
    day: date
    author: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """Some sources, and the two values of each conflict between them; none where there is none."""

    name: str
    conflicts: tuple[tuple[str, ...], ...]
    sources: tuple[Source, ...]
    held_out: bool
    """Only ever counted, never looked at."""

    def found_in(self, quotes: str) -> int | None:
        """Which of the scene's conflicts one with these quotes is; None for one that the scene doesn't name."""
        return next((n for n, m in enumerate(self.conflicts) if _all_in(m, quotes)), None)


def load_scenes(folder: Path = FOLDER) -> list[Scene]:
    """Every scene of the folder's files, in their order."""
    return [scene for path in sorted(folder.glob("*.txt")) for scene in load_file(path)]


def load_file(path: Path) -> list[Scene]:
    """The scenes of one file."""
    blocks = re.split(r"^= ", path.read_text(encoding="utf-8"), flags=re.M)
    return [parse_scene(b, _held_out(path.stem, b)) for b in blocks if b.strip()]


def _held_out(file: str, block: str) -> bool:
    if file.startswith(("held_out", "seen")):
        return file.startswith("held_out")
    if file.endswith(("_1", "_2")):
        name = block.partition("\n")[0].partition(" | ")[0].strip()
        return hashlib.sha256(name.encode()).digest()[0] % 2 == 1
    return file.endswith("_held")


def _all_in(patterns: Sequence[str], quotes: str) -> bool:
    return all(re.search(p, quotes, re.I) for p in patterns)


def parse_scene(block: str, held_out: bool = False) -> Scene:
    """A scene from its text, the head line without its mark first."""
    head, _, rest = block.partition("\n")
    name, *musts = (p.strip() for p in head.split(" | "))
    pairs = tuple(tuple(m.split(" ~ ")) for m in musts if m != "none")
    return Scene(
        name,
        pairs,
        tuple(_source(b) for b in re.split(r"^@ ", rest, flags=re.M) if b.strip()),
        held_out,
    )


def _source(block: str) -> Source:
    head, _, rest = block.partition("\n")
    kind, day, *author = head.split(" ", 2)
    lines = tuple(line for line in rest.splitlines() if line.strip())
    return Source(kind, date.fromisoformat(day), " ".join(author), lines)


def artifacts_of(scene: Scene, prefix: str = "") -> Iterator[tuple[Artifact, list[Segment]]]:
    """The scene's sources as the indexer would read them; `prefix` keeps the paths of several scenes apart."""
    for n, source in enumerate(scene.sources):
        path = f"{prefix}{n}-{source.kind}.txt"
        segments = _segments(source, path)
        text = "\n".join(s.text for s in segments)
        kind = _kind(source.kind)
        paper = _PAPERS.get(source.kind)
        rung = artifact_rung(kind, "not_applicable", source.kind, text, False)
        artifact = Artifact(
            id=path, path=path, kind=kind, system="text", title=source.kind, date=source.day,
            authority=paper or rung, text=text,
            execution="executed" if paper in (ORDER_FORM, AGREEMENT) else "not_applicable",
        )  # fmt: skip
        yield artifact, segments


def _kind(kind: str) -> Kind:
    known: dict[str, Kind] = {
        "call": "call", "mail": "mail", "chat": "chat", "crm": "crm", "note": "note", "ticket": "ticket",
        "proposal": "proposal",
    }  # fmt: skip
    return known.get(kind, "contract")


def _segments(source: Source, path: str) -> list[Segment]:
    out: list[Segment] = []
    at, heading = 0, ""
    side, _, author = source.author.partition(" ")
    for n, line in enumerate(source.lines):
        turn = _TURN.fullmatch(line) if source.kind in ("call", "chat") else None
        text, role = (turn["text"] if turn else line), _role(source.kind, line)
        if role == "heading":
            text = heading = line.removeprefix("# ")
        out.append(
            Segment(
                id=f"{path}:{n}", artifact=path, ordinal=n, text=text, start=at, end=at + len(text),
                locator=_locator(source, n, line, heading), role=role, at=source.day,
                speaker=turn["name"] if turn else author or None,
                side=_SIDES.get(turn["side"] if turn else side, "unknown"),
            )
        )  # fmt: skip
        at += len(text) + 1
    return out


def _role(kind: str, line: str) -> Role:
    if line.startswith("# "):
        return "heading"
    return "field" if kind == "crm" else "body"


def _locator(source: Source, n: int, line: str, heading: str) -> Locator:
    if source.kind == "call":
        return MomentLocator(seconds=30.0 * n, label=f"line {n + 1}")
    if source.kind == "crm":
        return FieldLocator(object="Opportunity", name=line.partition(":")[0], label="CRM")
    if source.kind in ("mail", "chat", "ticket"):
        return MessageLocator(id=f"{source.day}-{source.author}", label=source.kind)
    if source.kind == "note":
        return LinesLocator(first=n + 1, last=n + 1, label=f"line {n + 1}")
    return ClauseLocator(path=(heading,) if heading else (), paragraph=n, label=heading)


def held_and_seen(scenes: Sequence[Scene]) -> tuple[list[Scene], list[Scene]]:
    """The scenes that are only counted, and those that may be looked at."""
    return [s for s in scenes if s.held_out], [s for s in scenes if not s.held_out]


def open_scenes(
    scenes: Sequence[Scene], home: Path, encoder: Encoder
) -> Iterator[tuple[Scene, AccountIndex, Heads]]:
    """Every scene as an indexed account of its own below `home`, read by the packaged encoder and heads at once."""
    heads, embedder = Heads.over(encoder), OnnxEmbedder(encoder.folder, home / "models", encoder)
    store = Store(home)
    read = [[(a, own) for a, own in artifacts_of(scene)] for scene in scenes]
    chunks = [[c for _, own in parts for c in chunk_artifact(own)] for parts in read]
    texts = {c.hash: c.text for some in chunks for c in some}
    vectors = dict(zip(texts, embedder.embed(list(texts.values())), strict=True))
    pairs = {
        signal_hash(p.pair): p.pair for parts in read for a, own in parts for p in passages(a, own)
    }
    signals, packed = heads.read(list(pairs.values()))
    for n, (scene, parts) in enumerate(zip(scenes, read, strict=True)):
        slug = f"scene-{n}"
        mine = list({c.hash for c in chunks[n]})
        store.add_vectors(slug, embedder.name, mine, [vectors[h] for h in mine])
        store.add_vectors(slug, heads.names[0], list(pairs), signals, "signal")
        store.add_vectors(slug, heads.names[1], list(pairs), packed, "signal")
        segments = [s for _, own in parts for s in own]
        account = Account(slug=slug, name=scene.name)
        contents = Contents(account, [a for a, _ in parts], segments, chunks[n])
        store.write(contents, "f", embedder.name, "2026-01-01")
        yield scene, AccountIndex(store, home, slug, embedder), heads


def main() -> None:
    """Measures the files of deals, each as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        encoder = packaged_encoder(home / "models")
        for path in sorted(DEALS.glob("*.txt")):
            (home / path.stem).mkdir()
            opened = open_scenes(load_file(path), home / path.stem, encoder)
            print(path.name, measure((s, find_clashes(i, relatedness(i, h))) for s, i, h in opened))


def measure(found: Iterable[tuple[Scene, Sequence[Clash]]]) -> Figures:
    """What is found of the conflicts of some scenes, and what else."""
    total = Figures(0, 0, 0)
    for scene, clashes in found:
        met = [scene.found_in("\n".join(s.words for s in c.sides)) for c in clashes]
        own = Figures(len(set(met) - {None}), len(scene.conflicts), met.count(None))
        total = Figures(total.found + own.found, total.of + own.of, total.others + own.others)
    return total


@dataclass(frozen=True)
class Figures:
    """How many conflicts are found, of how many, and how many others are listed."""

    found: int
    of: int
    others: int

    def __str__(self) -> str:
        listed = max(self.found + self.others, 1)
        return (
            f"{self.found}/{self.of} found, {self.others} others listed: "
            f"recall {self.found / max(self.of, 1):.2f}, precision {self.found / listed:.2f}"
        )


if __name__ == "__main__":
    main()
