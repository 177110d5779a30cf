"""Papers that other papers and mails make good: a certificate of signing kept apart, and a quote that the customer takes in writing.

Nobody signs a quote: whoever writes `we accept your quote Q-12`, or sends a purchase order that names it, has agreed to it. An
acceptance with a condition (`if`, `once`, `subject to`) is none, and a paper with a place to sign waits for the signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.execution import certificate_of, numbers_of
from indexer.models import RawArtifact
from indexer.signatures import signatures_in

OPENING = 400
SHORT_NAME = 5
_QUOTE = re.compile(
    r"\b(?:quot(?:e|ation)|offer|estimate|proposal|bid|tender|angebot|kostenvoranschlag|devis|offerte?|orçamento|presupuesto|preventivo|tilbud|tarjous)\b",
    re.I,
)
_PURCHASE_ORDER = re.compile(
    r"purchase order|bestellung|bon de commande|orden de compra|inköpsorder", re.I
)
_ACCEPTS = re.compile(
    r"\b(?:(?:we|i)(?:['’]re| are| am|['’]m)? (?:\w+ly |happy to |pleased to |glad to )*(?:accept|approve|order|take|go(?:ing)? ahead|sign off|agree)\b|"
    r"(?:is|are) (?:hereby |now )?(?:accepted|approved|agreed)\b|^\W*(?:accepted|approved|agreed)\b|"
    r"(?:please )?(?:treat|take|consider|regard) this (?:\w+ )?(?:as|to be) (?:our|the|an?|my) (?:\w+ )?(?:order|acceptance|approval|go-?ahead)|"
    r"please (?:go ahead|proceed)|(?:this is|here is|please find|attached is) our (?:purchase )?order|"
    r"(?:wir|ich) (?:nehmen|nehme|bestellen|bestelle|akzeptieren|beauftragen)|nous acceptons|bon pour accord|aceptamos|aceitamos|accettiamo|vi (?:accepterar|beställer|aksepterer))",
    re.I,
)
_CONDITION = re.compile(
    r"\?|\b(?:not|never|if|once|unless|until|subject to|provided|as soon as|before|would|could|might|except|but|nicht|kein\w*|wenn|sobald|falls)\b|n['’]t\b",
    re.I,
)


@dataclass(frozen=True)
class Beside:
    """What may make a paper good from outside it."""

    certificates: tuple[RawArtifact, ...] = ()
    """Completed certificates of signing that are files of their own."""
    orders: tuple[RawArtifact, ...] = ()
    """What the customer wrote: mails, and purchase orders."""
    quotes: int = 0
    """How many quotes there are."""

    @property
    def without_orders(self) -> Beside:
        return Beside(self.certificates)


def beside(artifacts: Sequence[RawArtifact], customers: Iterable[str]) -> Beside:
    """Certificates and orders among a deal's artifacts; `customers` are the paths of mails that the customer wrote."""
    wrote = set(customers)
    papers = [a for a in artifacts if a.kind in ("contract", "document", "note")]
    return Beside(
        tuple(a for a in papers if is_certificate(words_of(a))),
        tuple(a for a in artifacts if a.path in wrote or (a in papers and _PURCHASE_ORDER.search(_opening(a)[:80]))),
        sum(is_quote(a) for a in artifacts),
    )  # fmt: skip


def words_of(artifact: RawArtifact) -> str:
    """What an artifact itself says, without what it quotes of others."""
    return "\n".join(s.text for s in artifact.segments if s.role not in ("quoted", "hidden"))


def _opening(artifact: RawArtifact) -> str:
    return f"{artifact.title}\n{words_of(artifact)[:OPENING]}"


def is_certificate(text: str) -> bool:
    """True for a completed certificate of signing and nothing else."""
    found = certificate_of(text)
    return found is not None and found[0] == "completed" and found[1] < OPENING // 2


def is_quote(artifact: RawArtifact) -> bool:
    """True for a paper that calls itself a quote or offer where it begins."""
    kinds = ("contract", "document", "proposal", "sheet", "note")
    return artifact.kind in kinds and bool(_QUOTE.search(_opening(artifact)[:150]))


def certified_by(artifact: RawArtifact, certificates: Iterable[RawArtifact]) -> str | None:
    """The path of the certificate that names a paper by its title or file name, or None."""
    names = {_plain(artifact.title), _plain(artifact.path.rsplit("/", 1)[-1].rsplit(".", 1)[0])}
    for held in certificates:
        body = _plain(words_of(held))
        if held.path != artifact.path and any(n in body for n in names if len(n) > SHORT_NAME):
            return held.path
    return None


def ordered_by(artifact: RawArtifact, held: Beside) -> str | None:
    """The path of what the customer wrote that takes a quote as it stands, or None."""
    if not is_quote(artifact) or signatures_in(words_of(artifact)).slots:
        return None
    numbers = numbers_of(artifact)
    for order in held.orders:
        if order.path == artifact.path:
            continue
        text = words_of(order)
        named = any(n in f"{order.title}\n{text}" for n in numbers)
        if order.kind != "mail":
            if named:
                return order.path
            continue
        if any(_takes(s, named, held.quotes == 1) for s in re.split(r"(?<=[.!?])\s+|\n+", text)):
            return order.path
    return None


def _takes(sentence: str, named: bool, only: bool) -> bool:
    """Whether a sentence takes the quote: named in the mail, or the only one there is."""
    taken = _ACCEPTS.search(sentence) and not _CONDITION.search(sentence)
    return bool(taken) and (named or (only and bool(_QUOTE.search(sentence))))


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
