"""The mutation test of the verifier: true claims must pass, the same claims with one thing altered must not.

Paraphrases and their sources are written in `eval/verification/`; a change there names what it alters. Claims of
briefs are altered by rule: `python -m eval.mutation BRIEF.json ...` prints both.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml

from agent.verification.statements import Source
from agent.verify import Finding, verify
from eval.train import altered
from indexer.models import Frozen

FOLDER = Path(__file__).parent / "verification"
PARTS = tuple(sorted(int(p.stem.rpartition("_")[2]) for p in FOLDER.glob("paraphrases_*.yaml")))
TUNED = (1, 2, 3, 4, 5, 6, 7, 8, 10, 11)
"""Of the written files those that the rules were tuned on; nothing is tuned on the others."""
HALVED = (9,)
"""Of these files the sources at even places were tuned on, those at odd places are held out."""
Places = Literal["all", "odd", "even"]
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


def paraphrases(part: int, places: Places = "all") -> list[Subject]:
    """The written paraphrases of one file, of all its sources or of those at odd or even places, counted from one.

    Raises ValueError for a change whose words the claim does not have.
    """
    rows = yaml.safe_load((FOLDER / f"paraphrases_{part}.yaml").read_text(encoding="utf-8"))
    found = []
    for row in rows[places == "even" :: 1 if places == "all" else 2]:
        for one in row["claims"]:
            mutants = tuple(_mutant(one["claim"], change) for change in one["changes"])
            found.append(
                Subject(claim=one["claim"], sources=(Source(text=row["source"]),), mutants=mutants)
            )
    return found


def invented() -> list[Subject]:
    """Claims that no source makes, without a figure or name that gives them away, as mutants of a claim that each source carries."""
    rows = yaml.safe_load((FOLDER / "invented.yaml").read_text(encoding="utf-8"))
    found = []
    for part, at, claim in rows:
        source = yaml.safe_load((FOLDER / f"paraphrases_{part}.yaml").read_text("utf-8"))[at]
        sources = (Source(text=source["source"]),)
        mutant = Mutant(kind="invented", claim=claim)
        found.append(Subject(claim=source["source"], sources=sources, mutants=(mutant,)))
    return found


def of_brief(brief: dict[str, Any]) -> list[Subject]:
    """A brief's claims as they stand and with another speaker, and the words they quote with one thing altered."""
    people = sorted(
        {c["citations"][0]["speaker"] for c in brief["claims"] if c["citations"][0]["speaker"]}
    )
    rng = random.Random(11)
    found = []
    for claim in brief["claims"]:
        first = claim["citations"][0]
        speaker, topic = first["speaker"], claim["text"].partition(" on ")[2]
        about = f"{topic} {first['locator']['label']} {first['artifact']} contract order form signed unsigned paper note CRM"
        source = Source(text=first["quote"], speaker=speaker, side=first["side"], about=about)
        others = [p for p in people if speaker and not set(p.split()) & set(speaker.split())]
        if speaker and others and claim["text"].startswith(speaker):
            swapped = Mutant(
                kind="speaker", claim=claim["text"].replace(speaker, rng.choice(others), 1)
            )
            found.append(Subject(claim=claim["text"], sources=(source,), mutants=(swapped,)))
        changes = {
            "number": altered.number,
            "date": altered.date,
            "name": altered.name,
            "negation": altered.negation,
        }
        made = (
            (kind, change(first["quote"], rng, others or people))
            for kind, change in changes.items()
        )
        mutants = tuple(
            Mutant(kind=kind, claim=new) for kind, new in made if new and new != first["quote"]
        )
        found.append(Subject(claim=first["quote"], sources=(source,), mutants=mutants))
    return found


def _mutant(claim: str, change: str) -> Mutant:
    kind, _, words = change.partition(": ")
    old, _, new = words.partition(" => ")
    if claim.count(old) != 1:
        raise ValueError(f"{old!r} stands not just once in {claim!r}; name a longer stretch")
    return Mutant(kind=kind, claim=claim.replace(old, new))


def run(subjects: Sequence[Subject], judge: Verify) -> Tally:
    """Judge every claim and every mutant, each alone."""
    rejected, missed, kinds = [], [], Counter[str]()
    for one in subjects:
        finding = judge(one.claim, one.sources)
        if finding.verdict != "supported":
            rejected.append(f"{one.claim} [{finding.verdict}: {finding.why}]")
        for mutant in one.mutants:
            if judge(mutant.claim, one.sources).verdict == "supported":
                missed.append(f"{mutant.kind}: {mutant.claim}")
                kinds[mutant.kind] += 1
    total = sum(len(s.mutants) for s in subjects)
    return Tally(
        claims=len(subjects), accepted=len(subjects) - len(rejected), mutants=total, refused=total - len(missed),
        rejected_claims=tuple(rejected), missed_mutants=tuple(missed), missed_kinds=dict(kinds),
    )  # fmt: skip


def main() -> None:
    """Print the figures of the written paraphrases and of the briefs named."""
    for part in PARTS:
        halves: tuple[Places, ...] = ("even", "odd") if part in HALVED else ("all",)
        for places in halves:
            held = "" if part in TUNED or places == "even" else " (held out)"
            name = f"{part}{held}" if places == "all" else f"{part}, {places} places{held}"
            print(f"paraphrases {name}: {run(paraphrases(part, places), verify).line()}")
    print(f"invented: {run(invented(), verify).line()}")
    for path in sys.argv[1:]:
        tally = run(of_brief(json.loads(Path(path).read_text(encoding="utf-8"))), verify)
        print(f"{path}: {tally.line()}, missed {tally.missed_kinds}")


if __name__ == "__main__":
    main()
