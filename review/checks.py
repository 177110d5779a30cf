"""May this act happen now? The rules' table of states, and whether what it was decided on still stands."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.errors import InputError, Refused
from review.acts import (
    Accept,
    Act,
    Add,
    AddFound,
    Correct,
    Flag,
    GiveBack,
    Outcome,
    Own,
    Reject,
    Resolve,
    Sign,
    Tick,
)
from review.human import known_field
from review.models import Brief
from review.queue import Item
from review.rules import Status, rules
from review.state import step_of

OWNED = ("risk", "conflict", "gap")
MIN_HASH = 12
"""Signs of a text's hash that are enough to name it, as the terminal prints it."""


def allowed_step(brief: Brief, act: Act) -> Status:
    """The state that the act leads to. Raises Refused where the rules have no such step."""
    step = step_of(act.act, act.role if isinstance(act, Sign) else None)
    after = rules().after(brief.status, step)
    if after is not None:
        return after
    state = rules().states[brief.status]
    if brief.status == "accepted":
        raise Refused(
            f"This brief is accepted. Reopen it first: baton review {brief.account.slug} reopen --name YOU"
        )
    what = {
        "sign_ae": "The AE can't sign",
        "sign_csm": "The CSM can't sign",
        "return": "It can't be returned",
    }
    said = what.get(step, "That can't be done")
    raise Refused(f"{said} while the brief is {state.title.lower()!r}. Next: {state.next}")


def check(brief: Brief, queue: Sequence[Item], act: Act) -> Item | None:
    """The item that an act is about, None for an act about the whole. Raises Refused or InputError."""
    item = None
    if isinstance(act, Accept | Correct | Reject | Own | Resolve):
        item = _item(queue, act.key, brief.account.slug, was_shown=act.shown is not None)
        _fits(item, act)
        _fresh(item, act)
    elif isinstance(act, Tick):
        _known(act.point, rules().checklist, "point of the checklist")
    elif isinstance(act, Outcome):
        _known(act.what, rules().outcomes, "outcome")
    elif isinstance(act, GiveBack):
        for reason in act.reasons:
            _known(reason, rules().reasons, "reason")
    elif isinstance(act, Add | AddFound | Flag):
        field = act.draft.field if isinstance(act, AddFound) else act.field
        if field is None or not known_field(brief.template, field):
            raise InputError(
                f"There is no field {field!r} in {brief.template}. Name one of its fields."
            )
    elif isinstance(act, Sign):
        _sign(brief, act)
    return item


def _item(queue: Sequence[Item], key: str, slug: str, was_shown: bool) -> Item:
    """The item with this key or id; the beginning of a key is enough where only one begins so.

    Who was shown an item that is gone lost a race: somebody corrected it first.
    """
    found = [i for i in queue if key in (i.key, i.id)] or [
        i for i in queue if len(key) >= 4 and i.key.startswith(key)
    ]
    if len(found) == 1:
        return found[0]
    if not found and was_shown:
        raise Refused("This item was corrected since you were shown it. Look at the brief again.")
    what = "Several items" if found else "No item of the brief"
    does = "begin" if found else "has or begins"
    raise InputError(f"{what} {does} with the key {key!r}. See: baton review {slug} show --all")


def _fits(item: Item, act: Accept | Correct | Reject | Own | Resolve) -> None:
    if isinstance(act, Own) and item.kind not in OWNED:
        raise InputError(f"{item.key} is a {item.kind}. Owners are for risks, conflicts and gaps.")
    if isinstance(act, Resolve) and item.kind != "conflict":
        raise InputError(f"{item.key} is a {item.kind}. Only a conflict can be resolved.")
    if isinstance(act, Correct) and item.kind == "conflict":
        raise InputError(f"{item.key} is a conflict. Say what holds with `resolve`.")


def _fresh(item: Item, act: Accept | Correct | Reject | Own | Resolve) -> None:
    """Refuse what was decided on something that is no longer so."""
    if act.shown is not None:
        if act.shown != item.version:
            raise Refused(
                f"{item.key} has changed since you saw it. Look at it again, then decide."
            )
        return
    done, by = item.decision, ""
    if isinstance(act, Own):
        by = item.owner or ""
    elif isinstance(act, Resolve):
        by = item.resolution or ""
    elif done is not None:
        by = f"{done.decision} by {done.by}, {done.at[:16].replace('T', ' ')}"
    if by:
        raise Refused(
            f"{item.key} is already decided: {by}. To change it, add --shown {item.version}"
        )


def _known(word: str, words: dict[str, str], what: str) -> None:
    if word not in words:
        raise InputError(f"There is no {what} {word!r}. Choose one of: {', '.join(words)}.")


def _sign(brief: Brief, act: Sign) -> None:
    if len(act.shown) < MIN_HASH or not brief.review.hash.startswith(act.shown):
        raise Refused(
            "The brief has changed since it was shown to you. "
            f"Read it again: baton review {brief.account.slug} show"
        )
    if act.role == "ae":
        left = [c.id for c in brief.review.checklist if c.by is None]
        if left:
            slug = brief.account.slug
            raise Refused(
                f"The checklist is not done: {', '.join(left)}. Tick it: baton review {slug} tick {left[0]} --name YOU"
            )
        return
    other = next((s.name for s in brief.review.sign_offs if s.role == "ae" and s.stands), "")
    if " ".join(other.casefold().split()) == " ".join(act.name.casefold().split()):
        raise Refused(f"{other} has signed as the AE. Somebody else must sign as the CSM.")
    open_ = [g for g in brief.gates if not g.passed]
    if open_:
        said = "; ".join(f"{g.id} {g.why}" for g in open_)
        raise Refused(f"It can't be accepted while a gate is open: {said}. {open_[0].todo}")
