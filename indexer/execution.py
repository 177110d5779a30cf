"""Is a contract executed? Decided from what stands in it, never from its file's name.

Executed: a signing certificate that says completed, or an envelope-complete mail that names the document, or every signature
line in it signed, and dated where there is a date line; or an executed paper makes it a part of itself. One party only is
partly signed. How lines are found: `signatures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from indexer.days import days_in
from indexer.models import Execution, RawArtifact
from indexer.signatures import signatures_in

_CERTIFICATE = re.compile(
    r"certificate of (?:completion|signature)|(?:signature|signing|completion) certificate|final audit report|audit (?:trail|log)|"
    r"abschlusszertifikat|signaturzertifikat|prüfprotokoll|certificat de (?:réalisation|signature)",
    re.I,
)
_COMPLETED = re.compile(
    r"status\s*[:\t ]\s*(?:●\s*)?(?:completed|signed|finali[sz]ed|abgeschlossen)\b|(?:agreement|document|envelope|transaction) (?:was |is |has been )?(?:completed|finali[sz]ed)|signed by (?:all|both) (?:parties|signers|recipients)|"
    r"(?:all|both) (?:parties|signers|recipients) (?:have )?(?:signed|completed)|has been (?:completed|fully executed)|"
    r"vollständig (?:unterzeichnet|signiert)",
    re.I,
)
_NOT_COMPLETED = re.compile(
    r"status\s*[:\t ]\s*(?:●\s*)?(?:sent|delivered|created|voided|declined|expired|waiting|out for signature|awaiting|pending|in progress|storniert|abgelehnt)",
    re.I,
)
_MAIL_COMPLETE = re.compile(
    r"certificate of completion|envelope id|completed? (?:with|by) all parties|"
    r"all (?:parties|signers) have (?:signed|completed)|has been completed|fully executed|"
    r"everyone has (?:signed|finished)|von allen (?:parteien )?(?:unterzeichnet|signiert)",
    re.I,
)
_COMPLETED_SUBJECT = re.compile(
    r"\bcompleted?\b|\bsigned\b|\bexecuted\b|abgeschlossen|unterzeichnet", re.I
)
_DRAFT = re.compile(
    r"^\W*(?:redline|marked copy)\b|^\W*(?:draft|entwurf|brouillon|borrador)\b(?=\W*(?:$|\d|v\d|(?:for|of|only|version|copy|order|agreement|contract|quot\w+|offer|"
    r"proposal|statement|sow|subject|not|unsigned|terms|amendment|nachtrag|vertrag\w*)\b))|\bdraft\s+(?:for|v\d|only|of|\W|$)|\bredline[ds]?\b|"
    r"\[drafting note|\bnot for (?:signature|execution)\b|^\W*unsigned\b|\bv\d+\s+redline\b",
    re.I | re.M,
)
_CONTRACT_WORDS = re.compile(
    r"order form|statement of work|\bSOW\b|agreement|amendment|addendum|change order|subscription terms|service order|"
    r"leistungsbeschreibung|vertrag|nachtrag|auftragsbestätigung|bestellschein|purchase order|order (?:confirmation|acknowledg\w+)|"
    r"(?:sales|work|service|subscription|hire|rental|licen[cs]e|booking) (?:order|form|contract)|\b(?:lease|quotation|quote)\b|bon de commande|contrato|contrat|pedido|avtal",
    re.I,
)
_PART_OF = re.compile(
    r"incorporat|attached|part of (?:this|the)|exhibit|schedule|annex|appendix|together with|forms? part|entire agreement|whole agreement|bestandteil|anlage",
    re.I,
)
_KIND = re.compile(
    r"statement of work|work order|scope of work|service description|service level agreement|data processing agreement|leistungsbeschreibung",
    re.I,
)
_UNDER = re.compile(
    r"\b(?:(?:made|issued|entered into|placed) under|pursuant to|attached to|belongs to|(?:annex|schedule|appendix|exhibit|attachment|addendum)\b[^.;]{0,20} to|"
    r"(?:forms?|is|being) (?:an integral )?part of|supplements?|under (?:the )?(?:order form|agreement|contract)|anlage\b[^.;]{0,12} zu[mr]?|bestandteil de[rs]|"
    r"bilaga\b[^.;]{0,12} till|bilag\b[^.;]{0,12} til|anexo\b[^.;]{0,12} (?:a|ao|al)|annexe\b[^.;]{0,12} (?:à|au))\b(?P<whom>[^.;\n]{0,80})",
    re.I,
)
"""What a paper says of itself that belongs to another."""
_WHOM = re.compile(r"order form|agreement|contract|vertrag|avtal|contrato|contrat|bestell\w+", re.I)
_OPENING = 500
_NUMBER = re.compile(r"\b[A-Z]{1,5}-\d{3,}(?:-\d+)?(?:-[A-Z]\d?)?\b|\b\d{4}-\d{3,}\b")


@dataclass(frozen=True)
class Signing:
    """Whether a paper is executed, why that is said, and when it was signed if it tells."""

    state: Execution
    why: str
    day: date | None = None


def looks_like_contract(title: str, text: str) -> bool:
    """True if a document's title or opening calls it a contract, order form or SOW."""
    return bool(_CONTRACT_WORDS.search(title) or _CONTRACT_WORDS.search(text[:800]))


def certificate_of(text: str) -> tuple[str, int] | None:
    """What a signing certificate inside the paper says, and where it begins; None without one."""
    found = [m.start() for m in _CERTIFICATE.finditer(text)]
    for start in found:
        page = text[start:]
        if _NOT_COMPLETED.search(page[:1500]):
            return "open", start
        if _COMPLETED.search(page):
            return "completed", start
    return None


def execution_of(text: str) -> Signing:
    """What the document's own text says about its signing."""
    certificate = certificate_of(text)
    body = text[: certificate[1]] if certificate else text
    held = signatures_in(body if certificate and certificate[1] > 200 else text)
    day = held.last_day
    if certificate and certificate[0] == "completed":
        last = max(days_in(text[certificate[1] :]), default=day)
        return Signing("executed", "a signing certificate in it says completed", last)
    total, signed = len(held.slots), held.signed
    if signed >= 2 and signed == total:
        if held.undated:
            return Signing("partly_signed", f"signed, but {held.undated} date lines are empty", day)
        return Signing("executed", f"all {total} signature lines are signed", day)
    if _DRAFT.search(text[:1500]):
        return Signing("draft", "it calls itself a draft or redline", None)
    if signed:
        open_ = " and its envelope is not completed" if certificate else ""
        lines = (
            f"{signed} of {total} signature lines" if total > 1 else "only one signature line, it"
        )
        return Signing("partly_signed", f"{lines} signed{open_}", day)
    if total:
        return Signing("unsigned", f"its {total} signature lines are empty", None)
    return Signing("unsigned", "it has no signature", None)


def _norm(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def _stem(path: str) -> str:
    return _norm(path.rsplit("/", 1)[-1].rsplit(".", 1)[0])


def belongs_to(text: str, executed: Sequence[tuple[str, str]]) -> str | None:
    """The path of the executed paper, of (path, text) pairs, of which a paper without places to sign says that it belongs to it.

    It must open as a statement of work or the like, so that no proposal or quote slips in, and name the paper by its
    number, or by its kind where only one was executed.
    """
    opening = text[:_OPENING]
    if not (_KIND.search(opening) or re.match(r"\W*(?:annex|schedule|appendix|exhibit|anlage|bilaga|anexo|annexe)\b", opening, re.I)):  # fmt: skip
        return None
    for told in _UNDER.finditer(opening):
        numbers = set(_NUMBER.findall(told["whom"]))
        for path, other in executed:
            if numbers & set(_NUMBER.findall(f"{path.rsplit('/', 1)[-1]} {other[:400]}")):
                return path
        if not numbers and _WHOM.search(told.group()) and len(executed) == 1:
            return executed[0][0]
    return None


def numbers_of(artifact: RawArtifact) -> set[str]:
    """The document numbers in a paper's file name, title and first lines."""
    opening = "\n".join(s.text for s in artifact.segments[:6])[:400]
    return set(_NUMBER.findall(f"{artifact.path.rsplit('/', 1)[-1]} {artifact.title} {opening}"))


def named_by_completion(artifact: RawArtifact, mails: Iterable[RawArtifact]) -> str | None:
    """The path of an envelope-complete mail that names the document by file name or number, or carries it."""
    stem = _stem(artifact.path)
    number = _NUMBER.findall(artifact.path + " " + artifact.title)
    for mail in mails:
        text = "\n".join(s.text for s in mail.segments if s.role != "quoted")
        if not (_COMPLETED_SUBJECT.search(mail.title) and _MAIL_COMPLETE.search(text + mail.title)):
            continue
        body = _norm(text)
        if artifact.path.startswith(mail.path + "!/") or (len(stem) > 5 and stem in body):
            return mail.path
        if any(n in text for n in number):
            return mail.path
    return None


def made_part_by(
    number: Iterable[str], executed: Iterable[tuple[str, str]], opening: str = ""
) -> str | None:
    """The path of an executed paper, of (path, text) pairs, that makes the paper with this number a part of itself.

    One that bears the same number may call the paper by its kind alone; `opening` is how the paper begins.
    """
    kind = _KIND.search(opening)
    for path, text in executed:
        for own in number:
            named = [own] if kind is None or own not in text else [own, kind.group()]
            for words in named:
                for match in re.finditer(re.escape(words) + r"(?![\w-])", text, re.I):
                    around = text[max(0, match.start() - 200) : match.end() + 200]
                    if _PART_OF.search(around):
                        return path
    return None
