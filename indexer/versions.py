"""Which of several signed papers counts: the newest executed version, an amendment over what it amends.

Takes assembled contracts and sets what the ladder and `baton status` need: `superseded_by`, `amends`. A superseded paper
falls to the rung of drafts; an executed amendment stands on the rung of the paper that it amends, and is newer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from indexer.authority import AGREEMENT, DRAFT, ORDER_FORM
from indexer.days import day_of
from indexer.models import Artifact

_AMENDS = re.compile(
    r"\bamendment\b|\baddendum\b|\bchange order\b|\bnachtrag\b|änderungsvereinbarung|\bavenant\b",
    re.I,
)
_VERSION_WORDS = re.compile(
    r"\b(?:v|ver|version|rev|revision)\.?\s*\d+(?:\.\d+)*\b|\b(?:final|signed|executed|draft|redlined?|clean|copy|scan|unterzeichnet|"
    r"signiert|entwurf|countersigned|fully|completed)\b|\(\d+\)|\b\d{4}[-_ .]\d\d[-_ .]\d\d\b|\b\d{8}\b",
    re.I,
)
_VERSION = re.compile(r"(?:\bv|version|rev(?:ision)?)\.?\s*(\d+)\b", re.I)
_PART = re.compile(r"\bSOW\b|statement of work|scope of work|leistungsbeschreibung", re.I)
_NUMBER = re.compile(r"\b[A-Z]{1,5}-\d{3,}(?:-\d+)?\b|\b\d{4}-\d{3,}\b")


def is_amendment(artifact: Artifact) -> bool:
    """True for papers that change another paper, by their title or first line."""
    return bool(_AMENDS.search(artifact.title) or _AMENDS.search(artifact.text[:160]))


def _name(artifact: Artifact) -> str:
    return artifact.path.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ")


def family(artifact: Artifact) -> str:
    """What all versions of one paper have in common: its number, else its name without version words.

    A statement of work that bears its order form's number is no version of it.
    """
    numbers = _NUMBER.findall(f"{_name(artifact)} {artifact.title} {artifact.text[:300]}")
    amendment = "amendment" if is_amendment(artifact) else ""
    if numbers and not amendment:
        kind = _PART.search(f"{_name(artifact)} {artifact.title} {artifact.text[:80]}")
        return f"{numbers[0]} {'part' if kind else ''}".strip()
    bare = _VERSION_WORDS.sub(" ", _name(artifact).lower().replace("-", " "))
    return " ".join(re.findall(r"\w+", bare)) or _name(artifact)


def _rank(artifact: Artifact) -> tuple[date, int]:
    version = _VERSION.search(_name(artifact))
    return day_of(artifact.date) or date.min, int(version[1]) if version else 0


def _amended(amendment: Artifact, others: Sequence[Artifact]) -> Artifact | None:
    """The executed paper that an amendment names by number, else by kind where only one is of that kind."""
    opening = amendment.text[:1500]
    numbers = set(_NUMBER.findall(opening))
    named = [
        o for o in others if numbers & set(_NUMBER.findall(f"{_name(o)} {o.title} {o.text[:300]}"))
    ]
    if not named:
        kinds = (
            ("order form", ORDER_FORM),
            ("statement of work", AGREEMENT),
            ("agreement", AGREEMENT),
        )
        rung = next((r for words, r in kinds if words in opening.lower()), None)
        named = [o for o in others if o.authority == rung]
    return named[0] if len(named) == 1 else min(named, key=lambda o: o.authority, default=None)


def settle_versions(artifacts: Sequence[Artifact]) -> list[Artifact]:
    """The artifacts, with every executed contract that a newer one replaces below the signed rungs."""
    executed = [a for a in artifacts if a.kind == "contract" and a.execution == "executed"]
    changed: dict[str, Artifact] = {}
    families: dict[str, list[Artifact]] = defaultdict(list)
    for paper in executed:
        families[family(paper)].append(paper)
    for versions in families.values():
        newest = max(versions, key=_rank)
        for old in versions:
            if _rank(old) < _rank(newest) and old.path != newest.path:
                meta = old.meta | {"superseded_by": newest.path}
                changed[old.path] = old.model_copy(update={"authority": DRAFT, "meta": meta})
    standing = [a for a in executed if a.path not in changed]
    for paper in standing:
        others = [o for o in standing if o.path != paper.path and not is_amendment(o)]
        if is_amendment(paper) and (base := _amended(paper, others)) is not None:
            meta = paper.meta | {"amends": base.path}
            changed[paper.path] = paper.model_copy(
                update={"authority": base.authority, "meta": meta}
            )
    return [changed.get(a.path, a) for a in artifacts]
