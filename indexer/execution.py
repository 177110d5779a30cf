"""Is a contract executed? Decided from what stands in it, never from its file's name.

Executed: a signing certificate or an envelope-complete mail names the document, or every
signature block in it is filled (a name or /s/, and a date where the block has a date line).
One filled block of several is partly signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.models import Execution, RawArtifact

_CERTIFICATE = re.compile(
    r"certificate of completion|envelope id|completed? (?:with|by) all parties|"
    r"all (?:parties|signers) have (?:signed|completed)|has been completed|fully executed",
    re.I,
)
_COMPLETED_SUBJECT = re.compile(r"\bcompleted?\b|\bsigned\b|\bexecuted\b|abgeschlossen", re.I)
_DRAFT = re.compile(
    r"^\s*(?:draft|entwurf)\b|\bdraft\s+(?:for|v\d|only|\W)|redline|\[drafting note", re.I | re.M
)
_SIGNATURE_LINE = re.compile(
    r"^\W*(?:by|signature|signed(?: by)?|unterschrift|/s/|e-signed(?: by)?)\b\s*[:\t ]\s*(?P<value>.*)$",
    re.I | re.M,
)
_SLASH_S = re.compile(r"/s/\s*[A-Za-zÀ-ž]")
_BLANK = re.compile(r"^[\s_.\-–—]*$")
_CONTRACT_WORDS = re.compile(
    r"order form|statement of work|\bSOW\b|agreement|amendment|subscription terms|"
    r"leistungsbeschreibung|vertrag",
    re.I,
)


def looks_like_contract(title: str, text: str) -> bool:
    """True if a document's title or opening calls it a contract, order form or SOW."""
    return bool(_CONTRACT_WORDS.search(title) or _CONTRACT_WORDS.search(text[:800]))


def _filled_blocks(text: str) -> tuple[int, int]:
    """How many signature lines there are, and how many of them are filled."""
    slashes = len(_SLASH_S.findall(text))
    lines = [m.group("value") for m in _SIGNATURE_LINE.finditer(text)]
    cells = [cell for value in lines for cell in (value.split("\t") or [""])]
    blank = sum(1 for cell in cells if _BLANK.match(cell))
    filled = max(slashes, sum(1 for cell in cells if not _BLANK.match(cell)))
    return filled + blank, filled


def execution_of(text: str) -> Execution:
    """What the document's own text says about its signing."""
    total, filled = _filled_blocks(text)
    if _DRAFT.search(text[:1500]) and filled < 2:
        return "draft"
    if filled >= 2 and filled == total:
        return "executed"
    if filled >= 1 and _CERTIFICATE.search(text):
        return "executed"
    if filled >= 1:
        return "partly_signed"
    return "unsigned"


def _norm(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def named_by_completion(artifact: RawArtifact, mails: Iterable[RawArtifact]) -> bool:
    """True if an envelope-complete mail names the document by file name or title, or carries it."""
    stem = _norm(artifact.path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    number = re.findall(
        r"[A-Z]{1,5}-\d{3,}(?:-\d+)?|\b\d{4}-\d{3,}\b", artifact.path + " " + artifact.title
    )
    for mail in mails:
        text = "\n".join(s.text for s in mail.segments if s.role != "quoted")
        if not (_COMPLETED_SUBJECT.search(mail.title) and _CERTIFICATE.search(text + mail.title)):
            continue
        body = _norm(text)
        if artifact.path.startswith(mail.path + "!/") or (len(stem) > 5 and stem in body):
            return True
        if any(n in text for n in number):
            return True
    return False
