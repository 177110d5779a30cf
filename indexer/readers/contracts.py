"""Owns the decision what kind of paper a document is, by its own words.

A contract names itself (order form, statement of work, agreement) near its top, or carries a
signature block under agreement language. Everything else is a plain document.
"""

from __future__ import annotations

import re

from indexer.models import Kind

_TITLES = re.compile(
    r"\b(?:order form|statement of work|sales order|purchase order|work order|amendment|addendum|"
    r"(?:master|subscription|services?|license|licence|cloud|processing|level|non-?disclosure|"
    r"partner|customer|framework)[\w ]{0,30} agreement|terms (?:of service|and conditions)|"
    r"sow[- #]?\d|exhibit [a-z]\b)",
    re.I,
)
_SIGNED = re.compile(
    r"^\s*(?:signed|signature|authori[sz]ed signature|by|name|title)\s*:|/s/|in witness whereof|"
    r"docusign envelope|signature block|signatures\b",
    re.I | re.M,
)
_AGREES = re.compile(r"\b(?:agreement|order form|statement of work|entered into|hereby)\b", re.I)
_PROPOSAL = re.compile(r"\bproposal\b", re.I)


def contract_like(text: str) -> bool:
    """True if the text is a contract paper, signed or not."""
    head = text[:400]
    named = _TITLES.search(head)
    count = len(_AGREES.findall(text))
    # A title at the very top says enough; further down it may only be mentioned.
    titled = named is not None and (named.start() < 60 or count >= 2)
    return titled or (count >= 2 and bool(_SIGNED.search(text)))


def document_kind(text: str, name: str) -> Kind:
    """`contract`, `proposal` or `document`."""
    if contract_like(text):
        return "contract"
    if _PROPOSAL.search(text[:300]) or _PROPOSAL.search(re.sub(r"[_-]", " ", name)):
        return "proposal"
    return "document"
