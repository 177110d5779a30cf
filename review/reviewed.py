"""The brief as reviewed: the machine's brief with the review laid over it, its status, scores, gates and record."""

from __future__ import annotations

from collections.abc import Collection

from indexer.models import Frozen
from review.apply import lay_over
from review.canonical import brief_hash
from review.coverage import coverage, first_page
from review.gates import gates
from review.models import Brief, Check, LogHead, ReviewRecord, SignOff
from review.rules import Status, rules
from review.scores import scores
from review.state import Review


class Surroundings(Frozen):
    """What a review is judged by besides brief and events, as the record holds it now."""

    statements: frozenset[str] = frozenset()
    """Paths of what people wrote into Baton."""
    texts: dict[str, str] = {}
    log: LogHead = LogHead()
    index: str | None = None
    """Fingerprint of what is indexed; None: not looked at."""


def as_reviewed(brief: Brief, review: Review, around: Surroundings) -> Brief:
    """The brief that people are shown, act on and sign."""
    laid = lay_over(_named(brief, review), review, around.statements)
    record = ReviewRecord(
        decisions=tuple(review.decisions[k] for k in sorted(review.decisions)),
        checklist=tuple(
            Check(id=i, title=t, by=review.ticks[i].by if i in review.ticks else None,
                  at=review.ticks[i].at if i in review.ticks else None)
            for i, t in rules().checklist.items()
        ),
        log=around.log,
    )  # fmt: skip
    laid = laid.model_copy(update={"review": record})
    text_hash = brief_hash(laid)
    signed = tuple(
        s.model_copy(update={"stands": s.hash == text_hash}) for s in review.signed.values()
    )
    status = _status(review.status, signed)
    record = record.model_copy(update={
        "hash": text_hash, "sign_offs": signed, "notes": tuple(_notes(brief, signed, around)),
        "returned": review.returned if status == "returned" else None,
    })  # fmt: skip
    points, reasons = scores(laid)
    fields = [f for s in laid.sections for f in s.fields]
    laid = laid.model_copy(
        update={
            "review": record,
            "status": status,
            "scores": points,
            "score_reasons": reasons,
            "coverage": coverage(fields),
            "first_page": first_page(fields),
        }
    )
    return laid.model_copy(update={"gates": gates(laid, around.texts, around.log)})


def _named(brief: Brief, review: Review) -> Brief:
    """The account's head with the AE and CSM that a person named."""
    if not review.named:
        return brief
    names: dict[str, str] = {role: said.text for role, said in review.named.items()}
    return brief.model_copy(update={"account": brief.account.model_copy(update=names)})


def _status(written: Status, signed: Collection[SignOff]) -> Status:
    """The state written down, unless the brief no longer says what was signed."""
    if written not in ("csm_review", "accepted"):
        return written
    standing = {s.role for s in signed if s.stands}
    if standing == {"ae", "csm"}:
        return "accepted"
    after = "csm_review" if "ae" in standing else rules().after(written, "changed")
    return after or written


def _notes(brief: Brief, signed: Collection[SignOff], around: Surroundings) -> list[str]:
    notes = [
        f"{s.name}'s sign-off of {s.at[:10]} was for another text and does not stand: see `baton diff`"
        for s in signed if not s.stands
    ]  # fmt: skip
    if around.index is not None and around.index != brief.provenance.index:
        notes.append(
            "the sources changed after this brief was made: make it anew with `baton brief`"
        )
    return notes
