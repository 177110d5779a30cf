"""The mutation test of the verifier: true claims must pass, the same claims with one thing altered must not.

Paraphrases and their sources are written in `eval/verification/`; a change there names what it alters. Claims of
briefs are altered here by rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from agent.verification.statements import Source
from agent.verify import Finding
from indexer.models import Frozen

FOLDER = Path(__file__).parent / "verification"
Verify = Callable[[str, Sequence[str | Source]], Finding]


class Mutant(Frozen):
    """A claim with one thing altered, and what that is."""

    kind: str
    claim: str


class Subject(Frozen):
    """A true claim, its evidence and its mutants."""

    claim: str
    sources: tuple[Source, ...]
    mutants: tuple[Mutant, ...]


class Tally(Frozen):
    """How many true claims were accepted and mutants refused, with what went wrong."""

    claims: int
    accepted: int
    mutants: int
    refused: int
    rejected_claims: tuple[str, ...]
    missed_mutants: tuple[str, ...]
    missed_kinds: dict[str, int]

    def line(self) -> str:
        """The figures on one line."""
        return (
            f"accepted {self.accepted}/{self.claims}, mutants refused {self.refused}/{self.mutants}"
        )


def paraphrases(half: int) -> list[Subject]:
    """The written paraphrases of one half (1: tuned on, 2: held out).

    Raises ValueError for a change whose words the claim does not have.
    """
    rows = yaml.safe_load((FOLDER / f"paraphrases_{half}.yaml").read_text(encoding="utf-8"))
    found = []
    for row in rows:
        for one in row["claims"]:
            mutants = tuple(_mutant(one["claim"], change) for change in one["changes"])
            found.append(
                Subject(claim=one["claim"], sources=(Source(text=row["source"]),), mutants=mutants)
            )
    return found


def _mutant(claim: str, change: str) -> Mutant:
    kind, _, words = change.partition(": ")
    old, _, new = words.partition(" => ")
    if claim.count(old) != 1:
        raise ValueError(f"{old!r} stands not just once in {claim!r}; name a longer stretch")
    return Mutant(kind=kind, claim=claim.replace(old, new))


def run(subjects: Sequence[Subject], verify: Verify) -> Tally:
    """Judge every claim and every mutant, each alone."""
    rejected, missed, kinds = [], [], Counter[str]()
    for one in subjects:
        finding = verify(one.claim, one.sources)
        if finding.verdict != "supported":
            rejected.append(f"{one.claim} [{finding.verdict}: {finding.why}]")
        for mutant in one.mutants:
            if verify(mutant.claim, one.sources).verdict == "supported":
                missed.append(f"{mutant.kind}: {mutant.claim}")
                kinds[mutant.kind] += 1
    total = sum(len(s.mutants) for s in subjects)
    return Tally(
        claims=len(subjects), accepted=len(subjects) - len(rejected), mutants=total, refused=total - len(missed),
        rejected_claims=tuple(rejected), missed_mutants=tuple(missed), missed_kinds=dict(kinds),
    )  # fmt: skip
