"""The living brief: what changed from one brief of an account to a later one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from indexer.models import Frozen
from review.models import Brief

What = Literal["claim", "gap", "conflict", "promise"]


class Change(Frozen):
    """One thing that came, went or says something else now."""

    kind: Literal["added", "gone", "changed"]
    what: What
    key: str
    field: str | None
    before: str | None = None
    after: str | None = None


class BriefDiff(Frozen):
    """Changes from the brief `before` to the brief `after` (their numbers), in reading order."""

    before: int
    after: int
    same_text: bool
    changes: tuple[Change, ...]


class _Thing(Frozen):
    """An item as it is compared: equal keys are the same item, equal places the same subject."""

    key: str
    field: str | None
    places: frozenset[str]
    says: str
    shows: str


def compare(before_number: int, before: Brief, after_number: int, after: Brief) -> BriefDiff:
    """What was added, gone, changed: claims, gaps, conflicts and promises."""
    kinds: dict[What, Callable[[Brief], list[_Thing]]] = {
        "promise": _promises, "conflict": _conflicts, "gap": _gaps, "claim": _claims,
    }  # fmt: skip
    changes = tuple(
        c for what, things in kinds.items() for c in _changes(what, things(before), things(after))
    )
    return BriefDiff(
        before=before_number, after=after_number, changes=changes,
        same_text=before.review.hash == after.review.hash,
    )  # fmt: skip


def _changes(what: What, before: Sequence[_Thing], after: Sequence[_Thing]) -> Iterable[Change]:
    old = {t.key: t for t in before}
    new = {t.key: t for t in after}
    gone = [t for k, t in old.items() if k not in new]
    for key, thing in new.items():
        former = old.get(key)
        if former is None:
            former = next(
                (g for g in gone if g.field == thing.field and g.places & thing.places), None
            )
            if former is not None:
                gone.remove(former)
        if former is None:
            yield Change(kind="added", what=what, key=key, field=thing.field, after=thing.shows)
        elif former.says != thing.says:
            yield Change(
                kind="changed", what=what, key=key, field=thing.field, before=former.shows, after=thing.shows
            )  # fmt: skip
    for thing in gone:
        yield Change(kind="gone", what=what, key=thing.key, field=thing.field, before=thing.shows)


def _claims(brief: Brief) -> list[_Thing]:
    promised = {p.claim for p in brief.commitments}
    things = []
    for claim in brief.claims:
        if claim.id not in promised:
            quotes = " / ".join(c.quote for c in claim.citations)
            flags = ",".join(sorted(f.partition(":")[0] for f in claim.flags))
            things.append(
                _Thing(key=claim.key, field=claim.field, places=_places(c.segment for c in claim.citations),
                       says=f"{claim.text}|{quotes}|{flags}", shows=_said(claim.text, quotes))
            )  # fmt: skip
    return things


def _promises(brief: Brief) -> list[_Thing]:
    claims = {c.id: c for c in brief.claims}
    things = []
    for promise in brief.commitments:
        claim = claims[promise.claim]
        quotes = " / ".join(c.quote for c in claim.citations)
        says = f"{promise.scope}|{claim.text}|{quotes}|{promise.reviewed_by}"
        reviewed = f", reviewed by {promise.reviewed_by}" if promise.reviewed_by else ""
        things.append(
            _Thing(key=claim.key, field=claim.field, places=_places(c.segment for c in claim.citations),
                   says=says, shows=f"{_said(claim.text, quotes)} ({promise.scope}{reviewed})")
        )  # fmt: skip
    return things


def _conflicts(brief: Brief) -> list[_Thing]:
    return [
        _Thing(
            key=x.key, field=None, places=frozenset({x.topic}), says=f"{x.why}|{x.owner}|{x.resolution}",
            shows=f"{x.topic}: {x.why}" + (f". {x.resolution}" if x.resolution else "")
            + (f" (owner {x.owner})" if x.owner else ""),
        )
        for x in brief.conflicts
    ]  # fmt: skip


def _gaps(brief: Brief) -> list[_Thing]:
    return [
        _Thing(key=g.key, field=g.field, places=frozenset({g.about or g.scope}), says=f"{g.question}|{g.owner}",
               shows=g.question + (f" (owner {g.owner})" if g.owner else ""))
        for g in brief.gaps
    ]  # fmt: skip


def _places(segments: Iterable[str]) -> frozenset[str]:
    return frozenset(segments)


def _said(text: str, quotes: str) -> str:
    return text if text == quotes else f"{text}: “{quotes}”"
