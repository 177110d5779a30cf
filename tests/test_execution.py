"""Which papers count: signature lines of unusual shapes, certificates, versions, amendments."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest

from indexer.assemble import assemble, executed_papers
from indexer.authority import AGREEMENT, DRAFT, ORDER_FORM
from indexer.days import days_in
from indexer.execution import execution_of, made_part_by, named_by_completion
from indexer.manifest import Manifest
from indexer.models import Artifact, ClauseLocator, Kind, RawArtifact, RawSegment
from indexer.people import People
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Source, SourceMap
from indexer.versions import settle_versions

BOTH = "By: /s/ Jo Roe\nName: Jo Roe\nDate: 3 March 2026\nBy: /s/ Paul Okoro\nDate: March 4, 2026"
GERMAN = (
    "Vertrag\n{0}Berlin, 3. März 2026\n_________\nOrt, Datum\n{1}\n_________\nUnterschrift Auftraggeber\n"
    "Köln, 4. März 2026\n_________\nOrt, Datum\n{2}\n_________\nUnterschrift Auftragnehmer"
)


@pytest.mark.parametrize(
    ("name", "text", "state"),
    [
        ("slash s", f"ORDER FORM\n{BOTH}", "executed"),
        ("two columns", "SOW\nCustomer\tSupplier\nBy: Jo Roe\tBy: Paul Okoro\nDate: 2026-03-03\tDate: 2026-03-04", "executed"),
        ("table rows", "SOW\n\tCustomer\tSupplier\nSignature\tJo Roe\tPaul Okoro\nDate\t3 March 2026\t4 March 2026", "executed"),
        ("table rows, one empty", "SOW\n\tCustomer\tSupplier\nSignature\tJo Roe\t\nDate\t3 March 2026\t", "partly_signed"),
        ("one party", "Agreement\nBy: /s/ Jo Roe\nBy: ______________\nName: Paul", "partly_signed"),
        ("printed names only", "Agreement\nBy: ____\nName: Jo Roe\nBy: ______\nName: Paul Okoro", "unsigned"),
        ("initials only", "Agreement\nInitials: JR\nBy: JR\nBy: P.O.", "unsigned"),
        ("initials after /s/", "Agreement\nBy: /s/ JR\nBy: /s/ PO", "unsigned"),
        ("german", GERMAN.format("", "Anna Berg", "Paul Okoro"), "executed"),
        ("german, one party", GERMAN.format("", "Anna Berg", ""), "partly_signed"),
        ("german, empty", "Vertrag\n____\nOrt, Datum\n____\nUnterschrift Auftraggeber\n____\nOrt, Datum\n____\nUnterschrift Auftragnehmer", "unsigned"),
        ("german, gez.", "Vertrag\nOrt, Datum: Berlin, 3.3.2026\nUnterschrift: gez. Anna Berg\nOrt, Datum: Köln, 4.3.2026\nUnterschrift: gez. Paul Okoro", "executed"),
        ("signed by", "SOW\nSigned by: Jo Roe\nSigned by: Paul Okoro", "executed"),
        ("signed by, on", "SOW\nSigned by Jo Roe on 3 March 2026\nSigned by Paul Okoro on 4 March 2026", "executed"),
        ("adobe sign", "Order\nSignature: Jo Roe (Mar 3, 2026 10:02 PST)\nSignature: Paul Okoro (Mar 4, 2026 09:00 PST)", "executed"),
        ("envelope stamp is no certificate", "Order form\nDocuSign Envelope ID: 1F-2\nDocuSigned by:\nJo Roe\nBy: ____", "partly_signed"),
        ("certificate", "Order form\nTerms.\nCertificate Of Completion\nEnvelope Id: 1\nStatus: Completed\nSigned: 3/14/2026", "executed"),
        ("certificate, sent", "Order form\nBy: /s/ Jo Roe\nBy: ____\nCertificate Of Completion\nStatus: Sent", "partly_signed"),
        ("certificate, voided", "Order form\nBy: ____\nBy: ____\nCertificate Of Completion\nStatus: Voided", "unsigned"),
        ("prose", "This Agreement is signed by both parties.\nSigned by the duly authorised officers:\nBy: ____\nBy: ____", "unsigned"),
        ("date line empty", "X\nBy: /s/ Jo Roe\nDate: ______\nBy: /s/ Paul Okoro\nDate: 3 March 2026", "partly_signed"),
        ("draft", "DRAFT\nOrder form\nBy: ____\nBy: ____", "draft"),
        ("redline", "MSA v3 redline\nterms\nBy: /s/ Jo Roe\nBy: ____", "draft"),
        ("label above", "Agreement\nSignature:\nJo Roe\nName: Jo Roe\nSignature:\nPaul Okoro\nName: Paul Okoro", "executed"),
        ("printed names below lost lines", "Agreement\nBy:\nJo Roe\nCEO\nBy:\nPaul Okoro\nCFO", "unsigned"),
        ("companies above empty labels", "Agreement\nACME INC\nSignature:\nName: Jo Roe\nLEDGERLINE GMBH\nSignature:\nName: Paul", "unsigned"),
        ("printed names below ruled lines", "Agreement\nSignature: ______\nJo Roe, CEO\nSignature: ______\nPaul Okoro, CFO", "unsigned"),
        ("two of one party", "Order\nCUSTOMER\nBy: /s/ Jo Roe\nBy: /s/ Ann Lee\nSUPPLIER\nBy: ______", "partly_signed"),
        ("placeholders", "Agreement\nBy: [signature]\nBy: {{sig_es_:signer1}}", "unsigned"),
        ("no block", "Agreement\nThe parties agree.", "unsigned"),
        ("one party with its day beside", "Order\nAccepted by customer\tRuth Amos\t04/03/2026", "partly_signed"),
        ("one party with its day in words beside", "Order\nSignature\tRuth Amos\t4 March 2026", "partly_signed"),
        ("for the party: /s/, title, day", "Supply agreement\nText.\nFor the Lessor: /s/ Ruth Amos, Chair, 4 March 2026\nFor the Lessee: /s/ Tom Bray, Bursar, 5 March 2026", "executed"),
        ("for the party: /s/, one only", "Supply agreement\nText.\nFor the Lessor: /s/ Ruth Amos, Chair, 4 March 2026\nFor the Lessee:", "partly_signed"),
        ("for the party: /s/ under a heading", "Lease\nText.\nSignatures\nFor Moss Ltd: /s/ Ruth Amos, 4 March 2026\nFor Byre plc: /s/ Tom Bray, 5 March 2026", "executed"),
        ("accepted by, cells", "Order sheet\nAccepted by client\tRuth Amos\t04/03/2026\nAccepted by supplier\tTom Bray\t05/03/2026", "executed"),
        ("accepted by, cells, one empty", "Order sheet\nAccepted by client\tRuth Amos\t04/03/2026\nAccepted by supplier\t\t", "partly_signed"),
        ("electronically signed by with address", "Order 5\nElectronically signed by Ruth Amos (ruth@moss.example) on 4 March 2026 at 16:20\nElectronically signed by Tom Bray (tom@byre.example) on 5 March 2026 at 09:02", "executed"),
        ("digitally accepted with IP", "Order 5\nAccepted online by Ruth Amos on 4 March 2026, 16:20 UTC, IP 203.0.113.9\nConfirmed by Tom Bray for Byre plc on 5 March 2026", "executed"),
        ("PO with acknowledgement", "PURCHASE ORDER 77\nLine 10 gloves\nAuthorised by: Ruth Amos, Buyer, 4 March 2026\n\nORDER ACKNOWLEDGEMENT\nByre plc accepts purchase order 77.\nAccepted by: Tom Bray, Sales Manager, 5 March 2026", "executed"),
        ("PO alone", "PURCHASE ORDER 77\nLine 10 gloves\nAuthorised by: Ruth Amos, Buyer, 4 March 2026", "partly_signed"),
        ("PO, acknowledgement empty", "PURCHASE ORDER 77\nAuthorised by: Ruth Amos, Buyer, 4 March 2026\nAccepted by: ______ Date: ____", "partly_signed"),
        ("pdf form in one line", "HIRE FORM\nName: Ruth Amos          Position: Chair\nSignature: Ruth Amos     Date: 04/03/2026\nOn behalf of Byre plc:\nName: Tom Bray          Position: Sales\nSignature: Tom Bray      Date: 05/03/2026", "executed"),
        ("pdf form in one line, second empty", "HIRE FORM\nName: Ruth Amos          Position: Chair\nSignature: Ruth Amos     Date: 04/03/2026\nOn behalf of Byre plc:\nName: Tom Bray          Position: Sales\nSignature:               Date:", "partly_signed"),
        ("docusign columns with marks", "Order form\nSigned for the Hirer\tSigned for the Owner\nDocuSigned by:\tDocuSigned by:\nRuth Amos\tTom Bray\n9D2C1A77E0B34C1\t1B77AA09C2D94E0\nDate: 4 March 2026\tDate: 5 March 2026", "executed"),
        ("docusign columns with wide gaps", "Order form\nSigned for the Hirer              Signed for the Owner\nDocuSigned by:                    DocuSigned by:\nRuth Amos                         Tom Bray\n9D2C1A77E0B34C1                   1B77AA09C2D94E0\nDate: 4 March 2026                Date: 5 March 2026", "executed"),
        ("docusign one column", "Order form\nFor the Hirer\nDocuSigned by:\nRuth Amos\nA81BC22D91E34F0\n4 March 2026 | 10:02 GMT\nFor the Owner\nDocuSigned by:\nTom Bray\nB22CC22D91E34F1\n5 March 2026 | 10:02 GMT", "executed"),
        ("docusign one column, second open", "Order form\nFor the Hirer\nDocuSigned by:\nRuth Amos\nA81BC22D91E34F0\n4 March 2026 | 10:02 GMT\nFor the Owner\nSignature: \n", "partly_signed"),
        ("an item called draft", "Order form\nDraft beer lines, 12\nBy: /s/ Ruth Amos\nDate: 4 March 2026\nBy: /s/ Tom Bray\nDate: 5 March 2026", "executed"),
        ("an item called draft, unsigned", "Order form\nDraft beer lines, 12\nBy: ____\nBy: ____", "unsigned"),
        ("draft of, unsigned", "Order form\nDraft of 3 March\nBy: ____\nBy: ____", "draft"),
        ("dropbox sign", "Hire agreement\nText\nAudit trail\nTITLE Hire agreement\nDOCUMENT ID 1234\nSTATUS ● Signed\nSIGNED 03 / 04 / 2026 Signed by Ruth Amos\nCOMPLETED 03 / 05 / 2026 The document has been completed.", "executed"),
        ("pandadoc", "Quote 12\nText\nCertificate of signature\nDocument completed by all parties on:\n5 Mar 2026 10:00:00 UTC", "executed"),
        ("zoho", "Order\nText\nCompletion certificate\nThis document was signed by all recipients on 5 March 2026", "executed"),
        ("name with title and day under role", "Order\nAGREED\nCustomer: Ruth Amos, Chair, 4 March 2026\nSupplier: Tom Bray, Director, 5 March 2026", "executed"),
        ("printed names with roles only", "Order\nCustomer: Ruth Amos, Chair\nSupplier: Tom Bray, Director", "unsigned"),
        ("agreed by", "Order\nAgreed by Ruth Amos for Moss Ltd, 4 March 2026\nAgreed by Tom Bray for Byre plc, 5 March 2026", "executed"),
        ("approved by", "Order\nApproved by: Ruth Amos (Moss Ltd) 04 Mar 2026\nApproved by: Tom Bray (Byre plc) 05 Mar 2026", "executed"),
        ("authorised signatory under names", "Order\nRuth Amos\nAuthorised signatory, Moss Ltd\n4 March 2026\nTom Bray\nAuthorised signatory, Byre plc\n5 March 2026", "executed"),
        ("s marks", "Order\n[signed] Ruth Amos, 4 March 2026\n[signed] Tom Bray, 5 March 2026", "executed"),
        ("prose about approval", "Order\nChanges must be approved by the Customer in writing.\nInvoices are accepted by the Customer within five days.", "unsigned"),
        ("prepared by", "Quote 7\nPrepared by: Tom Bray, 3 March 2026\nPrepared for: Ruth Amos", "unsigned"),
        ("ordered by", "Order\nOrdered by: Ruth Amos, 4 March 2026\nConfirmed by: Tom Bray, 5 March 2026", "executed"),
        ("signed by table", "Order\nParty\tSignatory\tSigned\nMoss Ltd\tRuth Amos\t4 March 2026\nByre plc\tTom Bray\t5 March 2026", "executed"),
        ("signed by table, one open", "Order\nParty\tSignatory\tSigned\nMoss Ltd\tRuth Amos\t4 March 2026\nByre plc\tTom Bray\t", "partly_signed"),
        ("role with signature", "Order\nClient signature: Ruth Amos 4/3/2026\nProvider signature: Tom Bray 5/3/2026", "executed"),
        ("role with signature, empty", "Order\nClient signature: Ruth Amos 4/3/2026\nProvider signature: ____________", "partly_signed"),
        ("french", "Bon de commande\nPour le client : lu et approuvé, Ruth Amos, le 4 mars 2026\nPour le fournisseur : lu et approuvé, Tom Bray, le 5 mars 2026", "executed"),
    ],
)  # fmt: skip
def test_signing_by_the_papers_own_words(name: str, text: str, state: str) -> None:
    found = execution_of(text)
    assert found.state == state, (name, found)
    assert found.why


def test_day_of_signing() -> None:
    assert execution_of(f"ORDER FORM\n{BOTH}").day == date(2026, 3, 4)
    assert days_in("Köln, 4. März 2026; Mar 5th, 2026; 2026-03-06; 3/4/2026; 3/14/2026; 31.02.2026") == [
        date(2026, 3, 6), date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 14),
    ]  # fmt: skip


def test_signature_block_as_a_word_table() -> None:
    def block(*rows: tuple[str, ...]) -> str:
        document = docx.Document()
        document.add_heading("Order Form SQ-1", 1)
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        out = io.BytesIO()
        document.save(out)
        source = Source("form.docx", out.getvalue())
        reader = reader_for(source, load_readers())
        assert reader is not None
        (artifact,) = reader.read(source, SourceMap({})).artifacts
        return assemble(artifact, People(), Manifest())[0].text

    signed = block(
        ("Customer", "Supplier"),
        ("By: /s/ Jo Roe", "By: /s/ Paul Okoro"),
        ("Date: 3 March 2026", "Date: 4 March 2026"),
    )
    assert execution_of(signed).state == "executed"
    assert execution_of(signed.replace("/s/ Paul Okoro", "")).state == "partly_signed"
    beside = block(
        ("", "Customer", "Supplier"),
        ("Signature", "Jo Roe", "Paul Okoro"),
        ("Date", "3 March 2026", "4 March 2026"),
    )
    assert execution_of(beside).state == "executed"
    half = block(
        ("", "Customer", "Supplier"), ("Signature", "Jo Roe", ""), ("Date", "3 March 2026", "")
    )
    assert execution_of(half).state == "partly_signed"
    none = block(
        ("", "Customer", "Supplier"), ("Signature", "", ""), ("Name", "Jo Roe", "Paul Okoro")
    )
    assert execution_of(none).state == "unsigned"


def raw(path: str, text: str, kind: Kind = "contract", title: str = "") -> RawArtifact:
    segments = tuple(
        RawSegment(text=line, locator=ClauseLocator(paragraph=i))
        for i, line in enumerate(text.split("\n"))
    )
    return RawArtifact(path=path, kind=kind, system="docx", title=title or path, segments=segments)


def papers(*found: RawArtifact) -> dict[str, Artifact]:
    mails = [a for a in found if a.kind == "mail"]
    executed = executed_papers(found, mails)
    return {
        a.path: a
        for a in settle_versions(
            [assemble(f, People(), Manifest(), mails, executed)[0] for f in found]
        )
    }


def test_newest_executed_version_wins() -> None:
    old = raw(
        "contract/Order Form v2 signed.docx", "Order Form\nFee 10\n" + BOTH.replace("2026", "2025")
    )
    new = raw("contract/Order Form v3 final.docx", "Order Form\nFee 12\n" + BOTH)
    draft = raw("contract/Order Form v4.docx", "Order Form\nFee 14\nBy: ____\nBy: ____")
    found = papers(old, new, draft)
    assert found[new.path].authority == ORDER_FORM
    assert found[old.path].authority == DRAFT
    assert found[old.path].meta["superseded_by"] == new.path
    assert found[draft.path].authority == DRAFT
    assert "empty" in found[draft.path].meta["execution_why"]


def test_amendment_stands_on_the_rung_of_what_it_amends() -> None:
    form = raw("contract/OF.docx", "Order Form SQ-20881\nFee 10\n" + BOTH.replace("2026", "2025"))
    work = raw(
        "contract/SOW.docx", "Statement of Work SOW-11\nPlan\n" + BOTH.replace("2026", "2025")
    )
    amendment = raw("contract/A1.docx", "Amendment No. 1 to SQ-20881\nFee 12\n" + BOTH)
    found = papers(form, work, amendment)
    assert found[amendment.path].authority == ORDER_FORM
    assert found[amendment.path].meta["amends"] == form.path
    assert found[form.path].authority == ORDER_FORM
    assert found[work.path].authority == AGREEMENT
    assert found[amendment.path].date == date(2026, 3, 4)
    assert (
        papers(
            form, raw("contract/A1.docx", "Amendment No. 1 to SQ-20881\nFee 12\nBy: ____\nBy: ____")
        )["contract/A1.docx"].authority
        == DRAFT
    )


def test_an_executed_paper_makes_another_part_of_itself() -> None:
    form = raw(
        "OF.docx",
        "Order Form\nStatement of Work SOW-4410 is attached and forms part of this order.\n" + BOTH,
    )
    work = raw("SOW-4410.docx", "Statement of Work SOW-4410\nTwo sites")
    other = raw("SOW-4411.docx", "Statement of Work SOW-4411\nTwo sites\nBy: ___\nBy: ___")
    found = papers(form, work, other)
    assert found["SOW-4410.docx"].execution == "executed"
    assert "OF.docx" in found["SOW-4410.docx"].meta["execution_why"]
    assert found["SOW-4411.docx"].execution == "unsigned"


def test_completion_mail_names_the_paper() -> None:
    mail = raw(
        "mail/1.eml",
        "Certificate of completion: Order_Form_77.pdf has been completed by all parties.",
        "mail",
        "Completed: Order_Form_77.pdf",
    )
    paper = raw("contract/Order_Form_77.pdf", "Order Form\nBy: ____\nBy: ____")
    assert named_by_completion(paper, [mail]) == "mail/1.eml"
    assert papers(mail, paper)[paper.path].execution == "executed"
    assert named_by_completion(raw("contract/Order_Form_78.pdf", "Order Form"), [mail]) is None


def test_signatures_that_say_of_themselves_that_they_are() -> None:
    stamped = (
        "Signatures\nOakmill AB\tBrightware ApS\n"
        "Göran Lind, CFO. Signed\tMette Dahl, Sales Director. Signed electronically\n"
        "electronically 2026-02-27 14:50\t2026-02-27 15:12 CET\n"
    )
    assert execution_of(stamped).state == "executed"
    assert execution_of(stamped.replace("2026-02-27", "")).state != "executed", "no day, no stamp"
    assert execution_of(f"{stamped}Brightware GmbH\nBy: ______").state == "partly_signed"
    assert (
        execution_of("Göran Lind, CFO. Signed copies go to him by 2026-02-27.").state == "unsigned"
    )


def test_the_entire_agreement_names_its_parts() -> None:
    text = "This Order Form with the Statement of Work V-2026-0117-A is the entire agreement."
    assert made_part_by(["V-2026-0117-A"], [("form.pdf", text)]) == "form.pdf"
    assert made_part_by(["V-2026-0117-B"], [("form.pdf", text)]) is None


def test_names_with_titles_and_days_under_a_heading_are_signatures() -> None:
    signed = (
        "Signatures\nOakmill LLC\tBrightware, Inc.\nAna Lima Reis, Chief\tGwen Abara, VP Sales, June 30, 2026\n"
        "Financial Officer, June 30, 2026"
    )
    assert execution_of(signed).state == "executed"
    assert execution_of(signed.replace("Officer, June 30, 2026", "Officer")).state != "executed"
    assert execution_of("Oakmill\n\nAna Reis, CFO, June 30, 2026").state == "unsigned"


def test_a_paper_of_the_same_number_is_named_by_its_kind() -> None:
    form = f"Order Form MP-4471\n{'Fees are due. ' * 30}\nEntire agreement. This Order Form, the Statement of Work and the Terms replace all."
    assert made_part_by(["MP-4471"], [("f.pdf", form)], "Statement of Work MP-4471") == "f.pdf"
    assert made_part_by(["MP-9"], [("f.pdf", form)], "Statement of Work MP-9") is None
    assert made_part_by(["MP-4471"], [("f.pdf", form)], "Proposal MP-4471") is None


def test_a_paper_without_places_to_sign_belongs_to_the_executed_one_it_names() -> None:
    form = raw("OF-7714.docx", "Order Form OF-7714\nPool heating, three sites\n" + BOTH)
    work = "Statement of Work\nIssued under Order Form OF-7714 of 3 March 2026.\nTwo pumps a site"
    found = papers(form, raw("sow.docx", work))
    assert found["sow.docx"].execution == "executed"
    assert "OF-7714.docx" in found["sow.docx"].meta["execution_why"]
    by_kind = "Annex 2 to the Order Form: Service Description\nTwo pumps a site"
    assert papers(form, raw("annex.docx", by_kind))["annex.docx"].execution == "executed"
    for other in (
        work.replace("7714", "7715"),
        work + "\nBy: ______\nBy: ______",
        "DRAFT\n" + work,
        work.replace("Statement of Work", "Proposal"),
    ):
        assert papers(form, raw("sow.docx", other))["sow.docx"].execution != "executed", other
    open_form = raw("OF-7714.docx", "Order Form OF-7714\nPool heating\nBy: ____\nBy: ____")
    assert papers(open_form, raw("sow.docx", work))["sow.docx"].execution == "unsigned"


DATED = ("3 March 2026", "4 March 2026")


@pytest.mark.parametrize(
    "block",
    [
        "7. Signatures\nFor the Customer\tFor the Supplier\nUna Roe, Bursar\tKarl Maier, CEO\n"
        "Signed electronically {}\tSigned electronically {}",
        "Signed for and on behalf of Acme Ltd by:\nName: Una Roe\nDate: {}\n"
        "Signed for and on behalf of Beta GmbH by:\nName: Karl Maier\nDate: {}",
        "SIGNED for and on behalf of ACME LTD by Una Roe, Director, on {}\n"
        "SIGNED for and on behalf of BETA LTD by Karl Maier, CEO, on {}",
        "Executed by the parties\nFor Acme: Una Roe (COO), {}\nFor Beta: Karl Maier (CEO), {}",
        "Customer: [signed] Una Roe {}\nSupplier: [signed] Karl Maier {}",
        "For the Customer\nUna Roe\nSigned {} via a signing service\n"
        "For the Supplier\nKarl Maier\nSigned {} via a signing service",
        "Underskrifter\nFör Kunden\tFör Leverantören\nAnna Berg\tOlle Dahl\n{}\t{}",
    ],
)
def test_signatures_that_are_stated_in_many_ways(block: str) -> None:
    opening = "Service Order\nCleaning of two halls.\n"
    assert execution_of(opening + block.format(*DATED)).state == "executed"
    assert execution_of(opening + block.format(DATED[0], "")).state != "executed"


def test_one_party_that_signs_twice_over_is_one_party() -> None:
    once = "Order Form\nBy: Una Roe\nName: Una Roe\nSigned electronically 3 March 2026"
    assert execution_of(once).state == "partly_signed"
    headed = "Order Form\nAccepted and agreed\nAcme Inc.\tBeta LLC\n/s/ Una Roe\t/s/ Karl Maier\n3/3/2026\t3/4/2026"
    assert execution_of(headed).state == "executed"
