"""The authority ladder: whose words weigh more about terms.

Rungs are numbered from 1 (highest). Newer beats older on one rung; that is decided by the caller.
Goals, concerns and preferences do not use the ladder: there the customer's own words come first.
"""

from __future__ import annotations

import re

from indexer.models import Execution, Kind, Side

ORDER_FORM, AGREEMENT, DRAFT, PROPOSAL = 1, 2, 3, 4
CUSTOMER_WRITTEN, CUSTOMER_SPOKEN, SELLER_WRITTEN, SELLER_SPOKEN = 5, 6, 7, 8
CRM, TICKET, INTERNAL, SUMMARY = 9, 10, 11, 12

NAMES = {
    ORDER_FORM: "executed order form",
    AGREEMENT: "executed agreement",
    DRAFT: "draft or partly signed paper",
    PROPOSAL: "proposal",
    CUSTOMER_WRITTEN: "customer in writing",
    CUSTOMER_SPOKEN: "customer on a call",
    SELLER_WRITTEN: "seller in writing",
    SELLER_SPOKEN: "seller on a call",
    CRM: "CRM field",
    TICKET: "ticket",
    INTERNAL: "internal note",
    SUMMARY: "machine summary",
}

_ORDER_FORM = re.compile(r"\border\s*form\b|\bbestellformular\b|\bpurchase order\b", re.I)

_OTHER_PAPER = re.compile(
    r"statement of work|implementation statement|\bsow\b|amendment|master \w+ agreement", re.I
)


def is_order_form(title: str, text: str) -> bool:
    """True if the document calls itself an order form: in its title, or before any other name.

    A statement of work names the order form that it belongs to, but it says first what it is.
    """
    opening = text[:600]
    named, other = _ORDER_FORM.search(opening), _OTHER_PAPER.search(opening)
    if other and (named is None or other.start() < named.start()):
        return False
    return bool(named or _ORDER_FORM.search(title))


def artifact_rung(kind: Kind, execution: Execution, title: str, text: str, summary: bool) -> int:
    """The rung of an artifact whose segments have no speaker of their own.

    Args:
        kind: what the artifact is.
        execution: whether a contract is executed, as `indexer.execution` found it.
        title: the artifact's title.
        text: its extracted text.
        summary: True for machine-made summaries.
    """
    if summary:
        return SUMMARY
    if kind == "contract":
        if execution != "executed":
            return DRAFT
        return ORDER_FORM if is_order_form(title, text) else AGREEMENT
    return {
        "proposal": PROPOSAL, "slides": PROPOSAL, "document": INTERNAL, "sheet": INTERNAL,
        "mail": SELLER_WRITTEN, "call": SELLER_SPOKEN, "crm": CRM, "ticket": TICKET,
    }.get(kind, INTERNAL)  # fmt: skip


def segment_rung(artifact_authority: int, kind: Kind, side: Side, internal: bool) -> int:
    """The rung of one segment: a customer's words stand above a seller's in the same place."""
    if artifact_authority in (ORDER_FORM, AGREEMENT, DRAFT, PROPOSAL, SUMMARY, CRM, TICKET):
        return artifact_authority
    if internal or (kind in ("note", "chat") and side != "customer"):
        return INTERNAL
    if kind == "call":
        return CUSTOMER_SPOKEN if side == "customer" else SELLER_SPOKEN
    if kind in ("mail", "chat", "statement"):
        return CUSTOMER_WRITTEN if side == "customer" else SELLER_WRITTEN
    return artifact_authority
