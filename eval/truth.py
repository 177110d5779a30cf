"""How much truth the door refuses, and how much falsehood it lets in: gold statements beside the words that prove them.

`python -m eval.truth HOME GOLD.json ...` puts each statement with its evidence through a model's door, then the same with one
thing altered, then beside the evidence of other facts. Whatever is accepted of the last two is false.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from agent.door import BriefDoor
from agent.llm.door import ModelDoor
from eval.evidence import places
from eval.gold import Case, Fact, Files, load_case
from eval.train import altered
from indexer.models import Account, Artifact, Frozen, Person, Segment
from indexer.search import AccountIndex
from indexer.store import Store
from tools.drafts import ClaimDraft, EvidenceRef, Refusal

MAX_WORDS = 30
"""Longer statements are no claims; the door refuses them for their length."""
OTHERS = 4
"""Each statement is put beside the evidence of so many other facts."""
CHANGES: dict[str, altered.Alteration] = {
    "number": altered.number, "date": altered.date, "name": altered.name, "negation": altered.negation,
    "opposite": altered.opposite,
}  # fmt: skip


class Record(Frozen):
    """What the door reads of an account."""

    account: Account
    segments: tuple[Segment, ...]
    artifacts: dict[str, Artifact]
    people: tuple[Person, ...]
    duplicates: tuple[tuple[str, str], ...] = ()


class Tried(Frozen):
    """A statement put through the door, what kind it is, and why it was refused, if it was."""

    kind: str
    text: str
    why: str | None = None
    quotes: tuple[str, ...] = ()


def load_record(store: Store, slug: str) -> Record:
    """The account's record. Raises UnknownAccount."""
    people, duplicates, *_ = store.extra(slug)
    return Record(
        account=store.account(slug), segments=tuple(store.segments(slug)), people=tuple(people),
        artifacts={a.path: a for a in store.artifacts(slug)}, duplicates=tuple(duplicates),
    )  # fmt: skip


def cited(fact: Fact, record: Record) -> tuple[EvidenceRef, ...]:
    """The segments in which a fact's evidence stands, at most four as a model would name them."""
    texts = {path: a.text for path, a in record.artifacts.items()}
    files, found = Files(record.duplicates), []
    for evidence in fact.evidence:
        for place in places(evidence, texts, record.segments, files)[:1]:
            found += sorted(place)
    return tuple(EvidenceRef(segment=s) for s in list(dict.fromkeys(found))[:4])


class Desk:
    """A model's door over one account, with no memory of what went through before."""

    def __init__(self, record: Record) -> None:
        self._inner = BriefDoor(record, account=record.account, people=record.people)
        # The door asks an index for its segments and artifacts only.
        index = cast(AccountIndex, record)
        self._door = ModelDoor(self._inner, index, lambda _f, _s: True, {}, lambda _k, _t, _w: None)

    def state(self, text: str, evidence: Sequence[EvidenceRef], kind: str) -> Tried:
        """Put one statement through the door."""
        self._door.claims.clear()
        draft = ClaimDraft(field=None, text=text, kind="fact", evidence=tuple(evidence))
        outcome = self._door.record_claim(draft)
        quotes = tuple(q.quote for q in map(self._inner.cite, evidence) if q)
        why = outcome.why if isinstance(outcome, Refusal) else None
        return Tried(kind=kind, text=text, why=why, quotes=quotes)


def try_case(case: Case, record: Record) -> Iterator[Tried]:
    """Every gold statement of a case as it is, altered, and beside other facts' evidence."""
    facts = [(f, cited(f, record)) for f in case.facts if len(f.statement.split()) <= MAX_WORDS]
    facts = [(f, e) for f, e in facts if f.statement and e]
    rng, people = random.Random(7), sorted(p.name for p in record.people if " " in p.name)
    desk = Desk(record)
    for at, (fact, evidence) in enumerate(facts):
        yield desk.state(fact.statement, evidence, "true")
        others = [p for p in people if not set(p.split()) & set(fact.statement.split())]
        for kind, change in CHANGES.items():
            new = change(fact.statement, rng, others)
            if new and new != fact.statement:
                yield desk.state(new, evidence, kind)
        for step in range(1, OTHERS + 1):
            other, proof = facts[(at + step * 7) % len(facts)]
            if not _proves(other, fact) and not set(proof) & set(evidence):
                yield desk.state(fact.statement, proof, "mismatched")


def _proves(other: Fact, fact: Fact) -> bool:
    """Whether the other fact's words hold all that this one must say."""
    words = " ".join([other.statement, *(e.quote for e in other.evidence)])
    return all(any(re.search(p, words, re.I) for p in group) for group in fact.must)


def reason(why: str) -> str:
    """The kind of a refusal: its reason without the words at hand."""
    return re.sub(r"“.*?”|(?<=says )[^,]+|(?<=name ).+|(?<=not ).+|, such as .*", "...", why)[:60]


def tally(tried: Sequence[Tried]) -> dict[str, tuple[int, int]]:
    """Of each kind how many were accepted, and how many there were."""
    kinds = dict.fromkeys(t.kind for t in tried)
    return {
        k: (sum(t.kind == k and t.why is None for t in tried), sum(t.kind == k for t in tried))
        for k in kinds
    }


def main(arguments: Sequence[str]) -> None:
    """Print the figures of the gold files named, and with `--all` each truth refused and each falsehood accepted."""
    store, tried = Store(Path(arguments[0])), list[Tried]()
    try:
        slugs = {a.folder: a.slug for a in store.accounts()}
        for gold in map(Path, [a for a in arguments[1:] if a != "--all"]):
            folder = next(f for f in slugs if Path(f).is_relative_to(gold.parent))
            tried += try_case(load_case(gold), load_record(store, slugs[folder]))
    finally:
        store.close()
    counted = tally(tried)
    print(", ".join(f"{kind}: {taken}/{all_} accepted" for kind, (taken, all_) in counted.items()))
    for why, number in Counter(reason(t.why) for t in tried if t.kind == "true" and t.why).most_common():  # fmt: skip
        print(f"  {number} truths refused: {why}")
    if "--all" in arguments:
        for t in tried:
            if (t.kind == "true") == bool(t.why):
                print(f"\n{t.kind}: {t.text}\n  {t.why}\n  " + "\n  ".join(t.quotes))


if __name__ == "__main__":
    main(sys.argv[1:])
