"""`index`: reads a deal folder or ZIP into the record and writes the caches anew.

One owner at a time (an OS lock). Unchanged folders are recognised by the content of every file, the
readers' versions, the manifest and the model; then nothing is parsed and nothing embedded.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from indexer.account import choose_account, slugify
from indexer.caches import caches_whole, write_caches
from indexer.chunking import Chunk, text_hash
from indexer.contents import contents_of
from indexer.embed import Embedder
from indexer.errors import DISK_FULL, InputError, StoreError, Unreachable, full_disk
from indexer.heads import Heads
from indexer.lock import index_lock
from indexer.manifest import Manifest, load_manifest
from indexer.models import Artifact, IndexReport, NotRead, Segment
from indexer.names import bare_name
from indexer.people import IN_DOUBT
from indexer.readers import READERS
from indexer.readers.fields import load_maps, maps_mark
from indexer.reading import DealReading, read_deal
from indexer.reading_head import ReadingHead, passages
from indexer.redaction import Redaction
from indexer.side_guess import guess_sides
from indexer.statements import StatementParts
from indexer.store import Contents, Store
from indexer.vectors import VectorStore, open_vectors
from indexer.walk import Walk, digest_of, walk_deal

EMBED_BATCH = 512
PIPELINE = 3
"""Raised when segments, chunks or sides are made differently, so that old indexes are made anew."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it, and of how many; (what, 0, 0) where unknown."""


def _silent(_what: str, _done: int, _total: int) -> None:
    return None


@contextmanager
def _saying_when_full() -> Iterator[None]:
    """Raise StoreError where a library finds the disk full."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise StoreError(full_disk(error)) from error


def fingerprint(walk: Walk, manifest: Manifest, model: str) -> str:
    """Changes when any file, the manifest, a reader, the pipeline or the model does."""
    digest = hashlib.sha256(
        f"{PIPELINE}|{model}|{READERS}|{_reader_versions()}|{manifest.model_dump_json()}".encode()
    )
    for path in sorted(walk.files):
        digest.update(path.encode() + b"\0" + digest_of(walk.files[path]))
    for failure in walk.not_read:
        digest.update(f"{failure.path}\0{failure.why}\0".encode())
    return digest.hexdigest()[:24]


def _reader_versions() -> str:
    """Hash of the readers' own sources: any change of a reader reads its files again."""
    digest = hashlib.sha256()
    for file in sorted((Path(__file__).parent / "readers").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _embed_missing(
    store: Store, slug: str, embedder: Embedder, chunks: Sequence[Chunk], progress: Progress
) -> int:
    """Embed the texts that the record has no vector of; returns how many."""
    known = store.known_hashes(slug, embedder.name)
    missing = {c.hash: c.text for c in chunks if c.hash not in known}
    hashes = sorted(missing, key=lambda h: len(missing[h]))
    for i in range(0, len(hashes), EMBED_BATCH):
        batch = hashes[i : i + EMBED_BATCH]
        store.add_vectors(slug, embedder.name, batch, embedder.embed([missing[h] for h in batch]))
        progress("embedding", min(i + EMBED_BATCH, len(hashes)), len(hashes))
    return len(hashes)


def signal_hash(pair: tuple[str, str]) -> str:
    """Key of what a head makes of a passage: its text in its context."""
    return text_hash("\0".join(pair))


def _read_missing(
    store: Store, slug: str, heads: Heads, contents: Contents, progress: Progress
) -> set[str]:
    """Run both heads over passages that the record has nothing of; returns all keys."""
    by_artifact: dict[str, list[Segment]] = {}
    for s in contents.segments:
        by_artifact.setdefault(s.artifact, []).append(s)
    wanted = {
        signal_hash(p.pair): p.pair
        for a in contents.artifacts
        for p in passages(a, by_artifact.get(a.path, []))
    }
    reading, answers = heads.names
    known = store.known_hashes(slug, reading, "signal") & store.known_hashes(
        slug, answers, "signal"
    )
    hashes = sorted((h for h in wanted if h not in known), key=lambda h: len(wanted[h][1]))
    for i in range(0, len(hashes), EMBED_BATCH):
        batch = hashes[i : i + EMBED_BATCH]
        signals, packed = heads.read([wanted[h] for h in batch])
        store.add_vectors(slug, reading, batch, signals, "signal")
        store.add_vectors(slug, answers, batch, packed, "signal")
        progress("reading passages", min(i + EMBED_BATCH, len(hashes)), len(hashes))
    return set(wanted)


def embed_and_read(
    store: Store, slug: str, contents: Contents, embedder: Embedder, heads: Heads
) -> None:
    """Write contents that no file holds, such as a written deal, with all that search and the engines need of them."""
    _embed_missing(store, slug, embedder, contents.chunks, _silent)
    signals = _read_missing(store, slug, heads, contents, _silent)
    store.write(contents, "written", embedder.name, "")
    store.keep_signals(slug, heads.names, signals)


def choose_slug(given: str | None, manifest: Manifest, reading: DealReading, folder: str) -> str:
    """`--account`, else deal.yaml, else the CRM account's name, else the folder's; without redacted words."""
    if given:
        return slugify(given)
    name = manifest.slug or manifest.account
    if not name:
        name = choose_account([r for _, r in reading.readings], folder)
    return slugify(Redaction(manifest.redact).text(name or folder))


def index_deal(
    store: Store, home: Path, root: Path, embedder: Embedder, heads: Heads, *, account: str | None = None,
    own_domains: Sequence[str] = (), rebuild: bool = False, replace: bool = False, progress: Progress = _silent,
    vectors: VectorStore | None = None,
) -> IndexReport:  # fmt: skip
    """Read the deal at `root` into the record, and its vectors into `vectors` (embedded Chroma by default).

    Returns the report of what was read, unchanged, duplicate, not read and why. Raises InputError
    for a missing or empty folder or a slug taken by another folder, Locked when the index is owned.
    """
    root = Path(root)
    vectors = vectors or open_vectors(home)
    with index_lock(home), store.owned(), _saying_when_full():
        manifest = load_manifest(root)
        redaction = Redaction(manifest.redact)
        walk = walk_deal(root, manifest.exclude, home)
        if not walk.files:
            raise InputError(
                f"{root} holds no files to read. Put the deal's exports there and index again."
            )
        maps = load_maps(home)
        mark = fingerprint(walk, manifest, f"{embedder.name}+{heads.name}+{maps_mark(maps)}")
        shown = redaction.text(str(root.resolve()))
        known = None if rebuild else _unchanged(store, shown, account, mark)
        if known is not None:
            notes = _mend(store, home, known.account, vectors, progress)
            return known.model_copy(update={"notes": notes})
        reading = read_deal(
            walk, manifest, lambda path: progress(f"reading {redaction.text(path)}", 0, 0), maps
        )
        if reading.whole:
            manifest.check_patterns("exclude", reading.met)
        folder = root.resolve().name.removesuffix(".zip")
        slug = choose_slug(account, manifest, reading, folder)
        _refuse_taken(store, slug, shown, replace)
        contents = contents_of(slug, str(root.resolve().name), manifest, reading, own_domains)
        contents = _with_folder(contents, shown)
        contents = _with_sides(contents, heads.reading)
        held = store.artifacts(slug) if store.fingerprint(slug) else []
        before = {redaction.text(path): mark for path, mark in _marks(held).items()}
        stale = bool(redaction) and store.purge(slug, redaction.value)
        whole, embedded = _write(store, slug, contents, mark, embedder, heads, progress)
        if stale:
            store.wipe()
        progress("writing the search caches", 0, 0)
        notes = write_caches(store, home, slug, vectors, [c.text for c in whole.chunks])
    return _report(slug, whole, before, embedded, notes)


def _write(
    store: Store, slug: str, contents: Contents, mark: str, embedder: Embedder, heads: Heads,
    progress: Progress,
) -> tuple[Contents, int]:  # fmt: skip
    """Write the deal with the account's statements; again if somebody made one meanwhile."""
    embedded = 0
    while True:
        statements = store.statements(slug)
        whole = _with_statements(contents, statements)
        embedded += _embed_missing(store, slug, embedder, whole.chunks, progress)
        signals = _read_missing(store, slug, heads, whole, progress)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        if store.write(whole, mark, embedder.name, now, len(statements)):
            store.keep_signals(slug, heads.names, signals)
            return whole, embedded


def _with_statements(contents: Contents, statements: Sequence[StatementParts]) -> Contents:
    """The deal's contents with what people told Baton; a file of the same path gives way."""
    paths = {s.artifact.path for s in statements}
    return dataclasses.replace(
        contents,
        artifacts=[a for a in contents.artifacts if a.path not in paths] + [s.artifact for s in statements],
        segments=[g for g in contents.segments if g.artifact not in paths] + [g for s in statements for g in s.segments],
        chunks=[c for c in contents.chunks if c.artifact not in paths] + [c for s in statements for c in s.chunks],
    )  # fmt: skip


def _with_folder(contents: Contents, folder: str) -> Contents:
    account = contents.account.model_copy(update={"folder": folder})
    return dataclasses.replace(contents, account=account)


def _with_sides(contents: Contents, head: ReadingHead) -> Contents:
    """Guess the sides of speakers that nothing tells; who is in doubt stays unknown."""
    guessed = guess_sides(contents.artifacts, contents.segments, head)
    open_ = {bare_name(who) for who, why in contents.doubts.items() if why.startswith(IN_DOUBT)}
    segments = [
        s if {s.speaker, s.person} & open_ else g
        for s, g in zip(contents.segments, guessed, strict=True)
    ]
    return dataclasses.replace(contents, segments=segments)


def _refuse_taken(store: Store, slug: str, folder: str, replace: bool) -> None:
    if store.fingerprint(slug) is None or replace:
        return
    if store.account(slug).folder != folder:
        raise InputError(
            f"The account {slug!r} was indexed from another folder. Give another name with --account, "
            "or --replace to index this folder in its place."
        )


def _unchanged(store: Store, folder: str, account: str | None, mark: str) -> IndexReport | None:
    """The report of an unchanged folder, or None when there is something to do."""
    for known in store.with_fingerprint(mark):
        same_slug = account is None or known.slug == slugify(account)
        if known.folder == folder and same_slug:
            _, duplicates, not_read, _ = store.extra(known.slug)
            return IndexReport(
                account=known.slug,
                unchanged=tuple(store.artifact_paths(known.slug)),
                duplicates=tuple(duplicates),
                not_read=tuple(not_read),
            )
    return None


def _mend(
    store: Store, home: Path, slug: str, vectors: VectorStore, progress: Progress
) -> tuple[str, ...]:
    """Write the account's caches anew if they are damaged or not there; says so, or what couldn't be done."""
    try:
        if caches_whole(store, home, slug, vectors):
            return ()
    except Unreachable as error:
        return (str(error),)
    progress("writing the search caches", 0, 0)
    said = "The search caches were missing or damaged; they were written anew from the record."
    return (said, *write_caches(store, home, slug, vectors))


def _marks(artifacts: Iterable[Artifact]) -> dict[str, str]:
    """What an artifact's path stands for: changes with its text, kind, date, standing or facts."""
    return {a.path: f"{a.id}|{a.kind}|{a.date}|{a.execution}|{a.title}|{a.meta}" for a in artifacts}


def _report(
    slug: str, contents: Contents, before: dict[str, str], embedded: int, notes: tuple[str, ...]
) -> IndexReport:
    now = _marks(contents.artifacts)
    hashes = {c.hash for c in contents.chunks}
    return IndexReport(
        account=slug,
        read=tuple(p for p, i in now.items() if before.get(p) != i),
        unchanged=tuple(p for p, i in now.items() if before.get(p) == i),
        removed=tuple(p for p in before if p not in now),
        duplicates=tuple(contents.duplicates), not_read=tuple(NotRead.model_validate(n) for n in contents.not_read),
        segments=len(contents.segments), chunks_embedded=embedded, chunks_reused=len(hashes) - embedded,
        notes=notes,
    )  # fmt: skip
