"""From what was read of a deal to all that the record is to hold of it.

The order matters: whose records these are, who the people are, what stands there twice, sides, texts, and at last the
redaction, after which nothing unredacted is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.accepted import beside
from indexer.account import (
    account_of,
    choose_account,
    deal_facts,
    named_by_folder,
    of_account,
    vendor_name,
)
from indexer.assemble import assemble, executed_papers
from indexer.chunking import chunk_artifact
from indexer.contacts import outdated_before, people_of
from indexer.duplicates import drop_duplicates, mark_forwarded
from indexer.gather import gather_people
from indexer.head_facts import noticed
from indexer.manifest import Manifest
from indexer.models import Artifact, NotRead, Person, RawArtifact, Reading, Segment
from indexer.people import People
from indexer.reading import DealReading
from indexer.redacted_deal import (
    redacted_account,
    redacted_artifact,
    redacted_not_read,
    redacted_people,
    shown_paths,
)
from indexer.redaction import Redaction
from indexer.sides import infer_call_sides, set_sides
from indexer.store import Contents
from indexer.versions import settle_versions

Assembled = list[tuple[Artifact, list[Segment]]]


def _own_records(
    reading: DealReading, account: str | None, related: Sequence[str]
) -> tuple[list[tuple[str, Reading]], list[NotRead]]:
    """The readings without other accounts' records, and what was left out for it."""
    kept: list[tuple[str, Reading]] = []
    not_read = list(reading.not_read)
    for path, one in reading.readings:
        own, left_out = of_account(one, account, related)
        kept.append((path, own))
        not_read += left_out
    return kept, not_read


def _facts(readings: Sequence[tuple[str, Reading]]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for _, one in readings:
        for key, value in one.facts.items():
            facts.setdefault(key, value)
    return facts


def _signed_papers(raw: Sequence[RawArtifact]) -> list[RawArtifact]:
    return [a for a in raw if a.kind in ("contract", "document", "proposal")]


def _written_by_customers(mails: Sequence[RawArtifact], people: People) -> Iterator[str]:
    """Paths of mails whose own words are the customer's."""
    for mail in mails:
        first = next((s for s in mail.segments if s.speaker and s.role == "body"), None)
        human = (
            people.find(first.speaker, first.speaker_id, mail.path, mail.system) if first else None
        )
        if human is not None and human.side == "customer":
            yield mail.path


def contents_of(
    slug: str, folder: str, manifest: Manifest, reading: DealReading, own_domains: Sequence[str]
) -> Contents:
    """Everything the record is to hold of the deal in `folder`, from what was read.

    Raises InputError when a pattern of deal.yaml's `kinds` or `dates` matches no artifact.
    """
    facts = _facts(reading.readings)
    chosen = manifest.account or choose_account([r for _, r in reading.readings], folder)
    readings, not_read = _own_records(
        reading, None if manifest.account else chosen, manifest.related_accounts
    )
    name = chosen or named_by_folder(folder)
    people = gather_people(readings)
    found = [a for _, one in readings for a in one.artifacts]
    paths = [a.path for a in found] + [p for p, _ in reading.readings] + [n.path for n in not_read]
    for key in ("kinds", "dates"):
        manifest.check_globs(key, paths)
    sides = set_sides(people, manifest, own_domains, facts, name, _signed_papers(found))
    raw, duplicates = drop_duplicates(found)
    raw = mark_forwarded(raw)
    sides.update(infer_call_sides(raw, people))
    mails = [a for a in raw if a.kind == "mail"]
    held = beside(raw, _written_by_customers(mails, people))
    # Where something is signed, a quote taken in a mail was a step on the way there.
    signed = executed_papers(raw, mails, held.without_orders)
    held = held.without_orders if signed else held
    executed = signed or executed_papers(raw, mails, held)
    assembled = [assemble(one, people, manifest, mails, executed, held) for one in raw]
    artifacts = settle_versions([a for a, _ in assembled])
    assembled = [(a, own) for a, (_, own) in zip(artifacts, assembled, strict=True)]
    segments = [s for _, own in assembled for s in own]
    papers = sorted(artifacts, key=lambda a: a.authority)
    vendor = vendor_name(manifest, people, [a.text for a in papers])
    known = account_of(slug, name, manifest, deal_facts(raw, facts), vendor)
    since = outdated_before(manifest, known.close_date, artifacts)
    everybody = people_of(people, artifacts, segments, since)
    head = {**noticed(artifacts, everybody), **deal_facts(raw, facts)}
    account = account_of(slug, name, manifest, head, vendor)
    contents = Contents(
        account=account, artifacts=artifacts, segments=segments, chunks=(), people=everybody,
        duplicates=[*reading.duplicates, *duplicates], not_read=not_read, sides=sides, doubts=people.doubts,
    )  # fmt: skip
    return _with_chunks(_redacted(contents, assembled, Redaction(manifest.redact)))


def _redacted(contents: Contents, assembled: Assembled, redaction: Redaction) -> Contents:
    if not redaction:
        return contents
    paths = shown_paths(
        redaction,
        [a.path for a in contents.artifacts]
        + [p for pair in contents.duplicates for p in pair]
        + [n.path for n in contents.not_read],
    )
    shown = [redacted_artifact(redaction, paths, a, own) for a, own in assembled]
    people: list[Person] = redacted_people(redaction, contents.people)
    return Contents(
        account=redacted_account(redaction, contents.account), artifacts=[a for a, _ in shown],
        segments=[s for _, own in shown for s in own], chunks=(), people=people,
        duplicates=[(paths[a], paths[b]) for a, b in contents.duplicates],
        not_read=redacted_not_read(redaction, paths, contents.not_read),
        sides=redaction.value(dict(contents.sides)), doubts=redaction.value(dict(contents.doubts)),
    )  # fmt: skip


def _with_chunks(contents: Contents) -> Contents:
    import dataclasses

    by_artifact: dict[str, list[Segment]] = {}
    for segment in contents.segments:
        by_artifact.setdefault(segment.artifact, []).append(segment)
    chunks = [c for a in contents.artifacts for c in chunk_artifact(by_artifact.get(a.path, []))]
    return dataclasses.replace(contents, chunks=chunks)
