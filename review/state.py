"""The state of a review: what the events of an account's journal add up to. Pure; reads and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agent.models import Claim, Commitment
from indexer.journal import Event
from indexer.models import Frozen
from review.models import Decision, Return, Role, SignOff
from review.rules import Status, Step

_KEYED = ("decisions", "stated", "scopes")
STEPS: dict[str, Step] = {
    "return": "return",
    "reopen": "reopen",
    "flag": "remark",
    "rate": "remark",
    "outcome": "remark",
}
"""The step of an act, where it is not `item`; a signature's depends on the role."""


class Said(Frozen):
    """Something that a person decided of an item besides accepting it: an owner, a resolution."""

    text: str
    by: str
    at: str


class Review(Frozen):
    """Everything people did so far with an account's briefs of one template."""

    status: Status = "draft"
    decisions: dict[str, Decision] = {}
    stated: dict[str, Claim] = {}
    """By the key of the item they correct or answer: claims in a person's own words."""
    answers: frozenset[str] = frozenset()
    """Those of them that answer a gap."""
    added: tuple[Claim, ...] = ()
    scopes: dict[str, Commitment] = {}
    """By the key of their item: the signed scope of promises that a person put into words."""
    owners: dict[str, Said] = {}
    resolutions: dict[str, Said] = {}
    ticks: dict[str, Said] = {}
    named: dict[Role, Said] = {}
    signed: dict[Role, SignOff] = {}
    returned: Return | None = None


def step_of(act: str, role: str | None) -> Step:
    """Which step of the rules' table an act is."""
    if act == "sign":
        return "sign_ae" if role == "ae" else "sign_csm"
    return STEPS.get(act, "item")


def fold(events: Iterable[Event], template: str) -> Review:
    """The review that the events of one template add up to, oldest first."""
    review = Review()
    for event in events:
        if event.payload.get("template") == template and event.act in _FOLDS:
            review = _FOLDS[event.act](review, event)
            review = review.model_copy(update={"status": event.payload["to"]})
    return review


def _decision(event: Event, decision: str) -> Decision:
    return Decision.model_validate({
        "key": event.payload["key"], "decision": decision, "by": event.actor, "at": event.at,
        "reason": event.payload.get("reason") or None, "was": event.payload.get("was", ""),
    })  # fmt: skip


def _decided(decision: str) -> Callable[[Review, Event], Review]:
    def into(review: Review, event: Event) -> Review:
        key = event.payload["key"]
        decisions = {**review.decisions, key: _decision(event, decision)}
        return review.model_copy(update={"decisions": decisions})

    return into


def _rejected(review: Review, event: Event) -> Review:
    """Who rejects the answer to a gap opens the gap again; anything else is rejected for good."""
    key = event.payload["key"]
    if key not in review.answers:
        return _decided("rejected")(review, event)
    left = {name: {k: v for k, v in getattr(review, name).items() if k != key} for name in _KEYED}
    return review.model_copy(update={**left, "answers": review.answers - {key}})


def _corrected(review: Review, event: Event) -> Review:
    review = _decided("corrected")(review, event)
    key, payload = event.payload["key"], event.payload
    stated = {**review.stated, key: Claim.model_validate(payload["claim"])}
    answers = review.answers | ({key} if payload["item"] == "gap" else set())
    update = {"stated": stated, "answers": answers, "scopes": _scopes(review, key, event)}
    return review.model_copy(update=update)


def _added(review: Review, event: Event) -> Review:
    claim = Claim.model_validate(event.payload["claim"])
    others = tuple(c for c in review.added if c.key != claim.key)
    return review.model_copy(
        update={"added": (*others, claim), "scopes": _scopes(review, claim.key, event)}
    )


def _scopes(review: Review, key: str, event: Event) -> dict[str, Commitment]:
    found = event.payload.get("commitment")
    others = {k: v for k, v in review.scopes.items() if k != key}
    return {**others, key: Commitment.model_validate(found)} if found else others


def _said(place: str, by_key: str, words: str) -> Callable[[Review, Event], Review]:
    """Keep what was said of an item in the map `place`."""

    def into(review: Review, event: Event) -> Review:
        said = Said(text=str(event.payload[words]), by=event.actor, at=event.at)
        kept = {**getattr(review, place), event.payload[by_key]: said}
        return review.model_copy(update={place: kept})

    return into


def _ticked(review: Review, event: Event) -> Review:
    if event.payload["done"]:
        return _said("ticks", "point", "point")(review, event)
    left = {k: v for k, v in review.ticks.items() if k != event.payload["point"]}
    return review.model_copy(update={"ticks": left})


def _signed(review: Review, event: Event) -> Review:
    role: Role = event.payload["role"]
    sign_off = SignOff(
        role=role, name=event.actor, at=event.at, hash=event.payload["shown"], event=event.hash
    )
    return review.model_copy(update={"signed": {**review.signed, role: sign_off}})


def _returned(review: Review, event: Event) -> Review:
    given = Return(
        by=event.actor, at=event.at, reasons=tuple(event.payload["reasons"]),
        note=event.payload.get("note", ""),
    )  # fmt: skip
    return review.model_copy(update={"returned": given, "signed": {}})


def _reopened(review: Review, _event: Event) -> Review:
    return review.model_copy(update={"signed": {}})


_FOLDS: dict[str, Callable[[Review, Event], Review]] = {
    "accept": _decided("accepted"),
    "reject": _rejected,
    "correct": _corrected,
    "own": _said("owners", "key", "owner"),
    "resolve": _said("resolutions", "key", "text"),
    "add": _added,
    "add_found": _added,
    "tick": _ticked,
    "name": _said("named", "role", "name"),
    "sign": _signed,
    "return": _returned,
    "reopen": _reopened,
}
