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

import numpy as np

from indexer.account import choose_account, slugify
from indexer.chunking import Chunk, text_hash
from indexer.contents import contents_of
from indexer.embed import Embedder
from indexer.errors import DISK_FULL, InputError, Locked, StoreError, full_disk
from indexer.heads import Heads
from indexer.lexical import Lexical, state_of
from indexer.manifest import FILE, Manifest, load_manifest
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
from indexer.vectors import ChromaCache
from indexer.walk import Walk, digest_of, walk_deal

LOCK_TIMEOUT_S = 2.0
EMBED_BATCH = 512
PIPELINE = 2
"""Raised when segments, chunks or sides are made differently, so that old indexes are made anew."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it, and of how many; (what, 0, 0) where unknown."""


def _silent(_what: str, _done: int, _total: int) -> None:
    return None


@contextmanager
def index_lock(home: Path) -> Iterator[None]:
    """Own the index of `home`. Raises Locked after two seconds if another process does."""
    from filelock import FileLock, Timeout

    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(home / "index.lock"), timeout=LOCK_TIMEOUT_S)
        with lock:
            yield
    except Timeout as error:
        raise Locked(
            f"Another process is writing the index in {home}. Wait until it has finished and run again."
        ) from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise StoreError(full_disk(error)) from error
        why = f"{home} can't be written ({error.strerror}). Choose another folder with --home."
        raise StoreError(why) from error


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


def write_caches(store: Store, home: Path, slug: str, contents: Contents, model: str) -> None:
    """Chroma and the lexical index of one account, from the record."""
    # Until both are whole again there is none: a run that ends in between is not taken for a whole one.
    Lexical(home, slug).forget()
    by_hash = store.vectors(slug, model)
    kept = [c for c in contents.chunks if c.hash in by_hash]
    if kept:
        matrix = np.stack([np.frombuffer(by_hash[c.hash], np.float32) for c in kept])
        metadatas = [{"window": c.window, "first": c.first, "last": c.last} for c in kept]
        ChromaCache(home).write(slug, [str(i) for i in range(len(kept))], matrix, metadatas)
    state = state_of(c.hash for c in contents.chunks)
    Lexical(home, slug).rebuild([c.text for c in contents.chunks], state)


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
) -> IndexReport:  # fmt: skip
    """Read the deal at `root` into the record.

    Returns the report of what was read, unchanged, duplicate, not read and why. Raises InputError
    for a missing or empty folder or a slug taken by another folder, Locked when the index is owned.
    """
    root = Path(root)
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
        known = _unchanged(store, home, shown, account, mark, rebuild)
        if known is not None:
            return known
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
        write_caches(store, home, slug, whole, embedder.name)
    return _report(slug, whole, before, embedded)


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


def _unchanged(
    store: Store, home: Path, folder: str, account: str | None, mark: str, rebuild: bool
) -> IndexReport | None:
    """The report of an unchanged folder, or None when there is something to do."""
    if rebuild:
        return None
    for known in store.accounts():
        same_slug = account is None or known.slug == slugify(account)
        if known.folder == folder and same_slug and store.fingerprint(known.slug) == mark:
            _, duplicates, not_read, _ = store.extra(known.slug)
            if not Lexical(home, known.slug).ready(len(store.chunk_rows(known.slug))):
                return None
            paths = tuple(a.path for a in store.artifacts(known.slug))
            return IndexReport(
                account=known.slug,
                unchanged=paths,
                duplicates=tuple(duplicates),
                not_read=tuple(not_read),
            )
    return None


def _marks(artifacts: Iterable[Artifact]) -> dict[str, str]:
    """What an artifact's path stands for: changes with its text, kind, date, standing or facts."""
    return {a.path: f"{a.id}|{a.kind}|{a.date}|{a.execution}|{a.title}|{a.meta}" for a in artifacts}


def _report(slug: str, contents: Contents, before: dict[str, str], embedded: int) -> IndexReport:
    now = _marks(contents.artifacts)
    hashes = {c.hash for c in contents.chunks}
    return IndexReport(
        account=slug,
        read=tuple(p for p, i in now.items() if before.get(p) != i),
        unchanged=tuple(p for p, i in now.items() if before.get(p) == i),
        removed=tuple(p for p in before if p not in now),
        duplicates=tuple(contents.duplicates), not_read=tuple(NotRead.model_validate(n) for n in contents.not_read),
        segments=len(contents.segments), chunks_embedded=embedded, chunks_reused=len(hashes) - embedded,
    )  # fmt: skip


def forget_account(store: Store, home: Path, slug: str) -> None:
    """Remove an account completely: record, vectors, lexical index, briefs, painted pages, what was uploaded."""
    import shutil

    folder = Path(store.account(slug).folder)
    with index_lock(home), store.owned():
        store.forget(slug)
        ChromaCache(home).forget(slug)
        Lexical(home, slug).forget()
        shutil.rmtree(home / "briefs" / slug, ignore_errors=True)
        shutil.rmtree(home / "pages" / slug, ignore_errors=True)
        if folder.is_relative_to((home / "uploads").resolve()):
            shutil.rmtree(folder.parent, ignore_errors=True)


__all__ = ["FILE", "forget_account", "index_deal", "index_lock", "write_caches"]
