"""Salesforce, HubSpot and generic CSV readers on small files made up here."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from indexer.errors import UnreadableFile
from indexer.models import FieldLocator, Reading, RowLocator
from indexer.readers import hubspot, salesforce, tabular
from indexer.readers.base import Reader, Source, SourceMap
from indexer.readers.crm import domain, plain, when
from indexer.readers.day_order import day_order
from indexer.readers.text import decode, html_lines, html_to_text


def read(reader: Reader, files: dict[str, Any], name: str) -> Reading:
    content = {
        path: held.encode() if isinstance(held, str) else held if isinstance(held, bytes)
        else json.dumps(held).encode()
        for path, held in files.items()
    }  # fmt: skip
    sources = SourceMap(content)
    source = sources.get(name)
    assert source is not None
    assert reader.recognises(source)
    return reader.read(source, sources)


def sf(kind: str, own_id: str, **fields: Any) -> dict[str, Any]:
    url = f"/services/data/v61.0/sobjects/{kind}/{own_id}"
    return {"attributes": {"type": kind, "url": url}, "Id": own_id, **fields}


def answer(*records: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"totalSize": len(records), "done": True, "records": list(records), **more}


def texts(reading: Reading) -> list[str]:
    return [segment.text for artifact in reading.artifacts for segment in artifact.segments]


OPPORTUNITY = sf(
    "Opportunity",
    "0065g00000AbcdeAAE",
    AccountId="0015g00000AbcdeAAG",
    Name="Acme - 40 seats",
    StageName="Closed Won",
    Amount=90816.0,
    CloseDate="2026-02-27",
    NextStep="Kickoff 3/11",
    Description="<p>Two <b>si</b>tes</p><p>One go-live</p>",
    Loss_Reason__c=None,
    Term_Months__c=36.0,
    Partner__c="001Xx00000AbcdeAAG",
    SystemModstamp="2026-02-27T22:46:01.000+0000",
    IsDeleted=False,
    Owner={"attributes": {"type": "User"}, "Name": "Ann Lee"},
    LastModifiedDate="2026-02-27T22:46:01.000+0000",
)
ACCOUNT = sf(
    "Account", "0015g00000AbcdeAAG", Name="Acme, Inc.", Website="https://www.acme.example/x"
)
CONTACT = sf(
    "Contact",
    "0035g00000AbcdeAAC",
    AccountId="0015g00000AbcdeAAG",
    FirstName="Jo",
    LastName="Roe",
    Title="CTO",
    Email="jo@acme.example",
)


def test_salesforce_record_fields() -> None:
    files = {"crm/Opportunity.json": answer(OPPORTUNITY), "crm/Account.json": answer(ACCOUNT)}
    reading = read(salesforce.reader, files, "crm/Opportunity.json")
    (artifact,) = reading.artifacts
    assert artifact.path == "crm/Opportunity.json!/0065g00000AbcdeAAE"
    assert (artifact.kind, artifact.system) == ("crm", "salesforce")
    assert artifact.date == datetime(2026, 2, 27, 22, 46, 1, tzinfo=UTC)
    shown = texts(reading)
    assert "Account.Name: Acme, Inc." in shown
    assert "Amount: 90816" in shown
    assert "Owner.Name: Ann Lee" in shown
    assert "Term_Months__c: 36" in shown
    assert "Description: Two sites\n\nOne go-live" in shown
    assert not [t for t in shown if t.startswith(("SystemModstamp", "IsDeleted", "AccountId"))]
    assert not [t for t in shown if t.startswith(("Loss_Reason", "Id:", "Partner__c"))]
    step = next(s for s in artifact.segments if s.text == "NextStep: Kickoff 3/11")
    assert step.locator == FieldLocator(
        object="Opportunity", name="NextStep", label="Opportunity.Next Step"
    )
    assert reading.facts == {
        "account_name": "Acme, Inc.",
        "stage": "Closed Won",
        "close_date": "2026-02-27",
        "amount": "90816",
        "ae": "Ann Lee",
    }
    assert [(p.name, p.side, p.role) for p in reading.people] == [("Ann Lee", "vendor", "owner")]


def test_salesforce_account_facts() -> None:
    reading = read(salesforce.reader, {"Account.json": answer(ACCOUNT)}, "Account.json")
    assert reading.facts == {"account_name": "Acme, Inc.", "account_domain": "acme.example"}


def test_salesforce_contact_role_joined_by_short_id() -> None:
    role = sf("OpportunityContactRole", "00K5g00000AbcdeAAA", ContactId="0035g00000Abcde",
              Role="Economic Buyer", IsPrimary=True)  # fmt: skip
    files = {"Role.json": answer(role), "Contact.json": answer(CONTACT)}
    (person,) = read(salesforce.reader, files, "Role.json").people
    assert person.name == "Jo Roe"
    assert person.email == "jo@acme.example"
    assert person.title == "CTO"
    assert (person.side, person.role) == ("customer", "contact role: Economic Buyer")


def test_salesforce_contact_of_another_account_has_no_side() -> None:
    other = CONTACT | {"AccountId": "0015g00000ZzzzzAAG"}
    files = {"Contact.json": answer(other), "Opportunity.json": answer(OPPORTUNITY)}
    (person,) = read(salesforce.reader, files, "Contact.json").people
    assert person.side is None


def test_salesforce_history_is_one_artifact() -> None:
    rows = [
        sf("OpportunityHistory", f"0085g00000H0{i}AAD", OpportunityId="0065g00000AbcdeAAE",
           StageName=stage, Amount=amount, CreatedDate=f"2026-02-0{i}T10:00:00.000+0000")
        for i, (stage, amount) in enumerate([("Discovery", None), ("Negotiation", 91848.0)], 1)
    ]  # fmt: skip
    reading = read(salesforce.reader, {"History.json": answer(*rows)}, "History.json")
    (artifact,) = reading.artifacts
    assert artifact.path == "History.json"
    assert texts(reading) == [
        "2026-02-01 StageName: Discovery",
        "2026-02-02 StageName: Negotiation, Amount: 91848",
    ]
    assert isinstance(artifact.segments[1].locator, RowLocator)
    assert artifact.segments[1].locator.row == 2


def test_salesforce_field_history_says_old_and_new() -> None:
    row = sf("OpportunityFieldHistory", "0175g00000AbcdeAAA", Field="CloseDate",
             OldValue="2026-01-30", NewValue="2026-02-27",
             CreatedDate="2026-02-01T10:00:00.000+0000")  # fmt: skip
    reading = read(salesforce.reader, {"f.json": answer(row)}, "f.json")
    assert texts(reading) == ["2026-02-01 CloseDate: 2026-01-30 -> 2026-02-27"]


def test_salesforce_missing_pages_are_reported() -> None:
    files = {"o.json": answer(OPPORTUNITY, totalSize=412, done=False)}
    (entry,) = read(salesforce.reader, files, "o.json").not_read
    assert entry.path == "o.json"
    assert "412 expected, 1 read" in entry.why


def test_salesforce_second_page_beside_the_first() -> None:
    second = OPPORTUNITY | {"Id": "0065g00000FghijAAE"}
    files = {
        "p1.json": answer(OPPORTUNITY, totalSize=2, done=False),
        "p2.json": answer(second, totalSize=2),
    }
    assert read(salesforce.reader, files, "p1.json").not_read == ()


def test_salesforce_children_wrapper_and_bare_record() -> None:
    child = {"attributes": {"type": "OpportunityContactRole", "url": "x"}, "Role": "Evaluator",
             "Contact": {"attributes": {"type": "Contact"}, "Name": "Jo Roe"}}  # fmt: skip
    parent = OPPORTUNITY | {"OpportunityContactRoles": answer(child, totalSize=3, done=False)}
    reading = read(salesforce.reader, {"q.json": {"status": 0, "result": answer(parent)}}, "q.json")
    assert [a.meta["record_type"] for a in reading.artifacts] == [
        "Opportunity",
        "OpportunityContactRole",
    ]
    assert "OpportunityContactRoles: 3 expected, 1 read" in reading.not_read[0].why
    assert ("Jo Roe", "contact role: Evaluator") in [(p.name, p.role) for p in reading.people]
    bare = read(salesforce.reader, {"r.json": CONTACT}, "r.json")
    assert bare.artifacts[0].title == "Contact Jo Roe"


def test_salesforce_export_tree_has_references() -> None:
    tree = {"records": [
        {"attributes": {"type": "Account", "referenceId": "AccountRef1"}, "Name": "Acme"},
        {"attributes": {"type": "Opportunity", "referenceId": "OppRef1"}, "Name": "Deal",
         "AccountId": "@AccountRef1"},
    ]}  # fmt: skip
    reading = read(salesforce.reader, {"tree.json": tree}, "tree.json")
    assert [a.path for a in reading.artifacts] == ["tree.json!/AccountRef1", "tree.json!/OppRef1"]
    assert "Account.Name: Acme" in [s.text for s in reading.artifacts[1].segments]


LOADER = (
    '"ID","ISDELETED","NAME","STAGENAME","AMOUNT","CLOSEDATE","OWNERID","CREATEDDATE"\n'
    '"006x0000001YtCrAAK","false","The ""Best"" deal","Closed Won","500.0","2005-11-09",'
    '"005x0000000fNSiAAM","2006-06-15T20:47:07.000Z"\n'
)


def test_salesforce_data_loader_csv() -> None:
    reading = read(salesforce.reader, {"export.csv": LOADER}, "export.csv")
    (artifact,) = reading.artifacts
    assert artifact.path == "export.csv!/006x0000001YtCrAAK"
    assert [s.text for s in artifact.segments][:3] == [
        'Name: The "Best" deal', "StageName: Closed Won", "Amount: 500"
    ]  # fmt: skip
    assert artifact.date == datetime(2006, 6, 15, 20, 47, 7, tzinfo=UTC)


def test_salesforce_loader_log_is_no_data() -> None:
    head, row = LOADER.strip().split("\n")
    log = f'{head},"STATUS"\n{row},"Item Updated"\n'
    with pytest.raises(UnreadableFile, match="log"):
        read(salesforce.reader, {"success.csv": log}, "success.csv")


def test_salesforce_report_footer_and_date_order() -> None:
    report = (
        "Opportunity Name,Stage,Close Date,Amount,Opportunity Owner\n"
        'Acme,Closed Won,2/27/2026,"1,200",Ann Lee\n'
        "\n\nMy report\nCopyright (c) 2000-2026 salesforce.com\nGenerated By: Ann Lee\n"
    )
    reading = read(
        salesforce.reader, {"report1642777476321.csv": report}, "report1642777476321.csv"
    )
    assert texts(reading) == [
        "Name: Acme", "StageName: Closed Won", "CloseDate: 2/27/2026", "Amount: 1,200",
        "Owner.Name: Ann Lee",
    ]  # fmt: skip
    assert reading.facts["ae"] == "Ann Lee"


ACTIVITIES = '"Date","Name","Comments"\n"3/13/2026","Jo Roe","demo, went well"\n"4/2/2026","Al Po","quote out"\n'
FOOTERS = (
    '\n\n"Activities"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
    '"Confidential Information - Do Not Distribute"\n"Generated By:  Ann Lee  6/29/2026 8:12 AM"\n"Us, Inc."\n',
    # Without quotes the commas of a line make cells.
    "\nActivities\nCopyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\n",
    "\nReport Name: Activities\nAs of 2026-06-29 08:12:00 PST\nGenerated By: Ann Lee\n",
    '"Generated By: Ann Lee"\n"Confidential Information - Do Not Distribute"\n',
    '\n"Aktivitäten"\n"Vertrauliche Informationen - Nicht weitergeben"\n"Generiert von: Ann Lee"\n',
    '\n"Activités"\n"Informations confidentielles - Ne pas diffuser"\n"Généré par : Ann Lee"\n',
)


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_salesforce_report_is_known_by_its_footer(footer: str, encoding: str) -> None:
    reading = read(
        salesforce.reader, {"tasks.csv": (ACTIVITIES + footer).encode(encoding)}, "tasks.csv"
    )
    (artifact,) = reading.artifacts
    assert (artifact.path, artifact.kind) == ("tasks.csv", "crm")
    assert [(s.text, s.at) for s in artifact.segments] == [
        ("Date: 3/13/2026, Name: Jo Roe, Comments: demo, went well", date(2026, 3, 13)),
        ("Date: 4/2/2026, Name: Al Po, Comments: quote out", date(2026, 4, 2)),
    ]


def test_salesforce_report_of_several_accounts_stays_apart() -> None:
    report = '"Account Name","Comments"\n"Acme","demo"\n"Other","call"\n' + FOOTERS[0]
    found = read(salesforce.reader, {"tasks.csv": report}, "tasks.csv").artifacts
    assert [a.meta["account_name"] for a in found] == ["Acme", "Other"]


@pytest.mark.parametrize(
    "table",
    [
        "Item,Remark\nDesk,as of 3/1 see Ann\n\nAs of 3/1/2026 all is paid\n",
        "Item,Remark\nDesk,Copyright (c) salesforce.com is theirs\n",
        "Confidential information - keep,Remark\nDesk,red\n",
    ],
)
def test_other_tables_are_no_salesforce_report(table: str) -> None:
    assert not salesforce.reader.recognises(Source("t.csv", table.encode()))


def test_hubspot_v3_with_owners_and_pipelines() -> None:
    deal = {"id": "9012345678901234567", "properties": {
        "dealname": "Acme", "amount": "140000", "dealstage": "777",
        "closedate": "2026-03-31T00:00:00Z",
        "hubspot_owner_id": "70", "hs_object_id": "9012345678901234567", "empty": None},
        "archived": False,
        "propertiesWithHistory": {"dealstage": [
            {"value": "777", "timestamp": "2026-03-02T10:00:00.000Z"}]},
        "associations": {"contacts": {"results": [
            {"id": "551", "type": "deal_to_contact"},
            {"id": "551", "type": "x_unlabeled"}]}}}  # fmt: skip
    files = {
        "deals.json": {"results": [deal], "paging": {"next": {"after": "x"}}},
        "owners.json": {"results": [
            {"id": "70", "email": "ann@v.example", "firstName": "Ann", "lastName": "Lee",
             "userId": 1}]},
        "pipelines.json": {"results": [{"id": "default", "label": "Sales", "displayOrder": 0,
            "stages": [{"id": "777", "label": "Contract out", "displayOrder": 1}]}]},
        "contacts.json": {"results": [{"id": "551", "archived": False, "properties": {
            "firstname": "Jo", "lastname": "Roe", "email": "jo@acme.example",
            "hs_object_id": "551"}}]},
    }  # fmt: skip
    reading = read(hubspot.reader, files, "deals.json")
    (artifact,) = reading.artifacts
    assert artifact.path == "deals.json!/9012345678901234567"
    assert texts(reading) == [
        "dealname: Acme", "amount: 140000", "dealstage: Contract out",
        "closedate: 2026-03-31T00:00:00Z", "hubspot_owner_id: Ann Lee",
        "2026-03-02 dealstage: Contract out",
    ]  # fmt: skip
    assert [(p.name, p.side) for p in artifact.participants] == [
        ("Ann Lee", "vendor"), ("Jo Roe", "customer")
    ]  # fmt: skip
    assert "further pages" in reading.not_read[0].why
    assert reading.facts["stage"] == "Contract out"
    owners = read(hubspot.reader, files, "owners.json")
    assert owners.people[0].email == "ann@v.example"
    assert owners.artifacts == ()


def test_hubspot_owner_ids_in_any_field_are_names() -> None:
    def owner(own: str, first: str) -> dict[str, Any]:
        return {
            "id": own,
            "email": f"{first}@v.example",
            "firstName": first,
            "lastName": "Lee",
            "userId": 1,
        }

    deal = {"id": "9", "archived": False, "properties": {
        "dealname": "Acme", "csm_assigned": "70120317", "team": "70120317;70118842", "seats": "70",
        "onboarding_owner_id": "70118842", "other": "70120317;1", "partner_id": "55512345"}}  # fmt: skip
    deal["propertiesWithHistory"] = {
        "csm_assigned": [{"value": "70118842", "timestamp": "2026-03-02T10:00:00.000Z"}]
    }
    owners = [owner("70120317", "Ilse"), owner("70118842", "Al"), owner("70", "Jo")]
    files = {"deals.json": {"results": [deal]}, "owners.json": {"results": owners}}
    assert texts(read(hubspot.reader, files, "deals.json")) == [
        "dealname: Acme", "csm_assigned: Ilse Lee", "team: Ilse Lee; Al Lee", "seats: 70",
        "onboarding_owner_id: Al Lee", "other: 70120317;1", "2026-03-02 csm_assigned: Al Lee",
    ]  # fmt: skip


def test_hubspot_unknown_stage_is_reported() -> None:
    deal = {"id": "1", "archived": False, "properties": {"dealname": "A", "dealstage": "4711"}}
    (entry,) = read(hubspot.reader, {"deals.json": {"results": [deal]}}, "deals.json").not_read
    assert "4711" in entry.why


def test_hubspot_note_body_in_paragraphs() -> None:
    note = {"id": "5", "archived": False, "properties": {
        "hs_note_body": "<p>First&nbsp;<b>pa</b>rt</p><p>Second</p>", "hubspot_owner_id": "70",
        "hs_timestamp": "2026-02-03T10:00:00Z",
        "hs_createdate": "2026-02-09T10:00:00Z"}}  # fmt: skip
    owner = {
        "id": "70",
        "email": "Ann@v.example",
        "firstName": "Ann",
        "lastName": "Lee",
        "userId": 1,
    }
    files = {"notes.json": {"results": [note]}, "owners.json": {"results": [owner]}}
    (artifact,) = read(hubspot.reader, files, "notes.json").artifacts
    bodies = [s for s in artifact.segments if s.role == "body"]
    assert [s.text for s in bodies] == ["First part", "Second"]
    assert artifact.kind == "note"
    assert bodies[0].at == datetime(2026, 2, 3, 10, tzinfo=UTC)
    assert (bodies[0].speaker, bodies[0].speaker_id, bodies[0].side) == (
        "Ann Lee", "ann@v.example", "vendor"
    )  # fmt: skip
    assert bodies[0].locator.label == "note 3 Feb 2026, Ann Lee"


def test_hubspot_incoming_mail_is_not_the_owners() -> None:
    headers = json.dumps(
        {"from": {"email": "jo@acme.example", "firstName": "Jo", "lastName": "Roe"}}
    )
    mail = {"id": "6", "archived": False, "properties": {
        "hs_email_subject": "Re: price", "hs_email_text": "Too high.",
        "hs_email_html": "<p>Too high.",
        "hs_email_direction": "INCOMING_EMAIL", "hs_email_headers": headers,
        "hubspot_owner_id": "70", "hs_timestamp": "2026-02-03T10:00:00Z"}}  # fmt: skip
    (artifact,) = read(
        hubspot.reader, {"emails.json": {"results": [mail]}}, "emails.json"
    ).artifacts
    (body,) = [s for s in artifact.segments if s.role == "body"]
    assert artifact.kind == "mail"
    assert (body.text, body.speaker, body.side) == ("Too high.", "Jo Roe", None)


def test_hubspot_legacy_engagement_and_deal() -> None:
    engagement = {
        "engagement": {"id": 42, "type": "NOTE", "timestamp": 1459244820170, "ownerId": 70},
        "metadata": {"body": "This is&nbsp; a note<br>"},
    }
    (artifact,) = read(hubspot.reader, {"e.json": engagement}, "e.json").artifacts
    assert artifact.segments[-1].text == "This is a note"
    assert artifact.date == datetime(2016, 3, 29, 9, 47, 0, 170000, tzinfo=UTC)
    deal = {"portalId": 1, "dealId": 7, "properties": {"amount": {"value": "30", "versions": []}}}
    (artifact,) = read(hubspot.reader, {"d.json": deal}, "d.json").artifacts
    assert artifact.path == "d.json!/7"
    assert texts(Reading(artifacts=(artifact,))) == ["amount: 30"]


def test_hubspot_csv_of_several_accounts() -> None:
    deals = (
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Account,Associated Contact\n"
        "11,One,Won,2026-05-29,Ann Lee,Acme,Jo Roe (jo@acme.example);Al Fox (al@acme.example)\n"
        "12,Two,Lost,2026-04-30,Ann Lee,Other Ltd,\n"
    )
    reading = read(hubspot.reader, {"deals_export.csv": deals}, "deals_export.csv")
    assert [a.path for a in reading.artifacts] == ["deals_export.csv!/11", "deals_export.csv!/12"]
    assert [a.meta["account_name"] for a in reading.artifacts] == ["Acme", "Other Ltd"]
    assert reading.facts == {}
    assert [p.name for p in reading.artifacts[0].participants] == ["Ann Lee", "Jo Roe", "Al Fox"]


def test_hubspot_activities_csv() -> None:
    rows = (
        "Date,Type,Owner,Account,Subject,Body\n"
        '2026-05-05,Call,Ann Lee,Acme,intro,"good call\nunder 15k"\n'
        "2026-05-20,Email,Ann Lee,Acme,quote,sent\n"
    )
    reading = read(hubspot.reader, {"activities_export.csv": rows}, "activities_export.csv")
    call, mail = reading.artifacts
    assert (call.path, call.kind, mail.kind) == ("activities_export.csv!/2", "note", "mail")
    body = call.segments[-1]
    assert body.text == "good call\nunder 15k"
    assert (body.speaker, body.side, body.at) == ("Ann Lee", "vendor", date(2026, 5, 5))
    assert isinstance(body.locator, RowLocator)
    assert body.locator.row == 2


def test_tabular_rows_counted_as_shown() -> None:
    table = 'Name;Note;Note\nDock;"two\nlines";x\n\nGate;;y\n'
    (artifact,) = read(tabular.reader, {"t.csv": table}, "t.csv").artifacts
    assert [s.text for s in artifact.segments] == [
        "Name: Dock, Note: two\nlines, Note (2): x", "Name: Gate, Note (2): y"
    ]  # fmt: skip
    assert [s.locator.label for s in artifact.segments] == ["row 2", "row 4"]


def test_tabular_utf16() -> None:
    content = b"\xff\xfe" + '"a","b"\n1,ü\n'.encode("utf-16-le")
    (artifact,) = read(tabular.reader, {"u.csv": content}, "u.csv").artifacts
    assert artifact.segments[0].text == "a: 1, b: ü"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-27", date(2026, 2, 27)),
        ("2026-02-27T10:00:00.000+0000", datetime(2026, 2, 27, 10, tzinfo=UTC)),
        ("2026-03-31 16:02", date(2026, 3, 31)),
        ("1772186400", datetime(2026, 2, 27, 10, tzinfo=UTC)),
        ("1772186400000", datetime(2026, 2, 27, 10, tzinfo=UTC)),
        ("31.03.2026", date(2026, 3, 31)),
        ("3/31/2026", date(2026, 3, 31)),
        ("3/4/2026", None),
        ("2026-02-31", None),
        ("soon", None),
    ],
)
def test_when(text: str, expected: date | None) -> None:
    assert when(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+12:00",
        "9999-12-31T23:59:59-12:00",
        "0000-00-00",
        "99/99/9999",
        "2026-02-30",
    ],
)
def test_times_out_of_the_calendar_are_no_times(text: str) -> None:
    assert when(text, True) is None


def test_day_order_is_told_by_the_column() -> None:
    def told(*values: str) -> bool | None:
        return day_order([{"Close Date": value} for value in values]).day_first

    assert told("3/4/2026", "3/31/2026") is False
    assert told("3/4/2026", "31/3/2026") is True
    assert when("3/4/2026", told("31/3/2026")) == date(2026, 4, 3)


def test_plain_and_domain() -> None:
    assert plain("a < b and R&D") == "a < b and R&D"
    assert plain(True) == "true"
    assert domain("https://www.acme.example/x?y") == "acme.example"
    assert domain("jo@gmail.com") == ""


def test_html_breaks_only_at_blocks() -> None:
    html = "<div>Second <b>li</b>ne<br>x&nbsp;y</div><script>no</script><p>One<p>Two"
    assert html_to_text(html) == "Second line\nx y\n\nOne\n\nTwo"


def test_html_marks_unseen_text() -> None:
    html = "<p>a</p><p style='color:#FFFFFF'>b</p><p style='background:#000;color:#fff'>c</p>"
    assert [(row.text, row.hidden) for row in html_lines(html) if row.text] == [
        ("a", False), ("b", True), ("c", False)
    ]  # fmt: skip
    assert "b" not in html_to_text(html)


def test_html_of_any_depth() -> None:
    assert html_to_text("<div>" * 20000 + "deep") == "deep"


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_decode(name: str) -> None:
    assert decode("Grüße an die Köchin\r\nx".encode(name)) == "Grüße an die Köchin\nx"
