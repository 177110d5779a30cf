"""Papers that are good by what stands beside them: certificates apart, quotes that the customer takes in writing."""

from __future__ import annotations

import pytest

from indexer.accepted import Beside, beside, certified_by, is_certificate, ordered_by
from indexer.assemble import assemble, executed_papers
from indexer.authority import AGREEMENT
from indexer.manifest import Manifest
from indexer.models import ClauseLocator, Kind, MessageLocator, RawArtifact, RawSegment
from indexer.people import People

QUOTE = "Quotation KN-4410\nOne kiln, type 3\t1\tCHF 61,000\nDelivery within nine weeks of order."
CERTIFICATE = (
    "Kiln hire agreement\nFinal Audit Report\nStatus: Signed\nDocument e-signed by Ada Roth\n"
    "Document e-signed by Bo Vance\nAgreement completed."
)


def paper(path: str, text: str, kind: Kind = "document", title: str = "") -> RawArtifact:
    segments = tuple(
        RawSegment(text=line, locator=ClauseLocator(paragraph=n))
        for n, line in enumerate(text.split("\n"))
    )
    return RawArtifact(path=path, kind=kind, system="files", title=title or path, segments=segments)


def mail(text: str, title: str = "Re: Quotation KN-4410") -> RawArtifact:
    where = MessageLocator(id="m1", label="mail")
    return RawArtifact(
        path="mail/1.eml", kind="mail", system="mail", title=title,
        segments=(RawSegment(text=text, locator=where, speaker="Ada Roth"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("Dear Bo, we accept your quotation KN-4410 of Monday. Ada", True),
        ("Please treat this mail as our order.", True),
        ("Hello, please go ahead with KN-4410. Kind regards", True),
        ("Approved. When does the lorry come?", True),
        ("Wir bestellen gemäß Angebot KN-4410.", True),
        ("We accept your quotation if the price drops by five percent.", False),
        ("We can't accept quotation KN-4410.", False),
        ("We would accept it subject to the board's approval.", False),
        ("Do we accept this by mail?", False),
        ("Thank you for quotation KN-4410, we are looking at it.", False),
    ],
)
def test_a_quote_is_an_agreement_once_the_customer_takes_it_without_conditions(
    words: str, taken: bool
) -> None:
    quote, said = paper("quote.docx", QUOTE), mail(words)
    held = beside([quote, said], [said.path])
    assert bool(ordered_by(quote, held)) == taken
    made, _ = assemble(quote, People(), Manifest(), [said], (), held)
    assert (made.kind, made.authority) == (("contract", AGREEMENT) if taken else ("document", 11))


def test_the_seller_cannot_take_its_own_quote_and_a_place_to_sign_waits() -> None:
    said = mail("We accept your quotation KN-4410.")
    assert not beside([paper("quote.docx", QUOTE), said], []).orders
    open_ = paper("quote.docx", f"{QUOTE}\nAccepted by: ____________")
    assert ordered_by(open_, beside([open_, said], [said.path])) is None
    order_form = paper("form.docx", "Order form KN-4410\nOne kiln")
    assert ordered_by(order_form, beside([order_form, said], [said.path])) is None


def test_a_purchase_order_that_names_the_quote_takes_it() -> None:
    quote = paper("quote.docx", QUOTE)
    order = paper("po.docx", "PURCHASE ORDER 88\nAs per your quotation KN-4410", "contract")
    assert ordered_by(quote, beside([quote, order], [])) == "po.docx"
    other = paper("po.docx", "PURCHASE ORDER 88\nAs per your quotation KN-4411", "contract")
    assert ordered_by(quote, beside([quote, other], [])) is None


def test_a_certificate_in_a_file_of_its_own_makes_the_paper_that_it_names_good() -> None:
    form = paper("c/Kiln hire agreement.pdf", "The owner lends one kiln for two years.")
    other = paper("c/Glaze price list.pdf", "Prices of glazes.")
    audit = paper("c/Kiln hire agreement - audit.pdf", CERTIFICATE, "contract")
    held = beside([form, other, audit], [])
    assert is_certificate(CERTIFICATE)
    assert certified_by(form, held.certificates) == audit.path
    assert certified_by(other, held.certificates) is None
    assert [p for p, _ in executed_papers([form, other, audit], [], held)] == [form.path]
    assert assemble(audit, People(), Manifest(), [], (), held)[0].kind == "document"
    pending = paper("a.pdf", CERTIFICATE.replace("Status: Signed", "Status: Out for signature"))
    assert beside([form, pending], []) == Beside()


@pytest.mark.parametrize("kind", ["sheet", "note", "document"])
def test_whatever_both_have_signed_is_a_contract(kind: Kind) -> None:
    text = "Hire\nOne kiln\t1\tCHF 900\nAccepted by customer\tAda Roth\t04/03/2026\nAccepted by supplier\tBo Vance\t05/03/2026"
    assert assemble(paper("x", text, kind), People(), Manifest())[0].execution == "executed"
    half = text.replace("Bo Vance\t05/03/2026", "\t")
    assert assemble(paper("x", half, kind), People(), Manifest())[0].authority != AGREEMENT
