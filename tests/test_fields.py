"""Field maps, custom fields, day or month first, deals of CRMs without a reader of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.errors import InputError
from indexer.models import Reading
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Source, SourceMap
from indexer.readers.day_order import DayOrder, day_order
from indexer.readers.fields import load_maps, maps_mark, packaged


def read(name: str, content: str, home: Path | None = None) -> tuple[str, Reading]:
    source = Source(name, content.encode())
    reader = reader_for(source, load_readers())
    assert reader is not None
    maps = load_maps(home) if home else {}
    return reader.name, reader.read(source, SourceMap({name: source.content}, maps=maps))


def opportunity(**fields: object) -> str:
    record = {"attributes": {"type": "Opportunity", "url": "/services/data/v61.0/sobjects/Opportunity/0065g00000AbcdeAAE"},
              "Id": "0065g00000AbcdeAAE", "Name": "Acme", **fields}  # fmt: skip
    return json.dumps({"totalSize": 1, "done": True, "records": [record]})


def test_unmapped_custom_fields_are_kept_and_listed() -> None:
    _, reading = read(
        "crm/o.json",
        opportunity(NextStep="Call", Motivation__c="Audit in May", Competitor__c="Vizzaro"),
    )
    (deal,) = reading.artifacts
    assert "Motivation__c: Audit in May" in [s.text for s in deal.segments]
    assert deal.meta["unmapped_fields"] == "Motivation__c"
    assert (deal.meta["next_step"], deal.meta["competitor"]) == ("Call", "Vizzaro")


def test_hubspots_custom_properties() -> None:
    deal = {"results": [{"id": "901", "archived": False, "properties": {
        "dealname": "Acme", "amount": "5", "dealstage": "closedwon", "closedate": "2026-03-31T00:00:00Z",
        "hs_next_step": "Kickoff", "special_requirement": "Works offline", "decision_maker": "Jo Roe", "hs_object_id": "901"}}]}  # fmt: skip
    _, reading = read("crm/deals.json", json.dumps(deal))
    meta = reading.artifacts[0].meta
    assert meta["unmapped_fields"] == "special_requirement"
    assert (meta["next_step"], meta["decision_maker"], meta["close_date"]) == (
        "Kickoff",
        "Jo Roe",
        "2026-03-31",
    )


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Opportunity-Name;Account-Name;Phase;Schlusstermin;Betrag;Opportunity-Inhaber;Nächster Schritt", "Acme 40;Acme AG;Gewonnen;31.03.2026;48000;Ann Lee;Kickoff"),
        ("Nom de l'opportunité;Nom du compte;Étape;Date de clôture;Montant;Propriétaire de l'opportunité;Prochaine étape", "Acme 40;Acme AG;Gewonnen;03/04/2026;48000;Ann Lee;Kickoff"),
        ("Nombre de la oportunidad;Nombre de la cuenta;Etapa;Fecha de cierre;Importe;Propietario de oportunidad;Siguiente paso", "Acme 40;Acme AG;Gewonnen;03/04/2026;48000;Ann Lee;Kickoff"),
    ],
)  # fmt: skip
def test_localised_report_headers(header: str, row: str) -> None:
    name, reading = read("report.csv", f"{header}\n{row}\n")
    assert "Salesforce" in name
    (deal,) = reading.artifacts
    assert deal.meta["stage"] == "Gewonnen"
    assert deal.meta["close_date"] in ("2026-03-31", "2026-04-03")
    assert (deal.meta["amount"], deal.meta["next_step"], deal.meta["account_name"]) == (
        "48000",
        "Kickoff",
        "Acme AG",
    )
    assert reading.facts["ae"] == "Ann Lee"
    words = " ".join(s.text for s in deal.segments)
    assert all(cell in words for cell in row.split(";")), "values stay as written"


def test_a_teams_own_map_extends_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "fields").mkdir()
    own = tmp_path / "fields" / "salesforce.yaml"
    own.write_text(
        "terms:\n  decision_maker: [Signer__c]\n  motivation: [Motivation__c]\n", encoding="utf-8"
    )
    _, reading = read(
        "crm/o.json",
        opportunity(Signer__c="Jo Roe", Motivation__c="Audit", Other__c="x", StageName="Won"),
        tmp_path,
    )
    meta = reading.artifacts[0].meta
    assert (meta["decision_maker"], meta["unmapped_fields"], meta["stage"]) == (
        "Jo Roe",
        "Other__c",
        "Won",
    )
    assert maps_mark(load_maps(tmp_path)) != maps_mark(load_maps(tmp_path / "nowhere"))
    own.write_text("terms:\n  stage: StageName\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"fields/salesforce\.yaml line 2, terms\.stage"):
        load_maps(tmp_path)
    own.write_text("term: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="did you mean terms"):
        load_maps(tmp_path)
    own.rename(tmp_path / "fields" / "salseforce.yaml")
    with pytest.raises(InputError, match="no CRM that Baton maps"):
        load_maps(tmp_path)


@pytest.mark.parametrize("system", ["salesforce", "hubspot", "generic"])
def test_packaged_maps_say_each_name_once(system: str) -> None:
    held = packaged(system)
    for term, names in held.terms.items():
        for name in names:
            assert held.term(name) == term, f"{name} is {held.term(name)} before {term}"


@pytest.mark.parametrize(
    ("rows", "headers", "expected"),
    [
        (["3/4/2026", "14/4/2026"], [], True),
        (["3/4/2026", "4/14/2026"], [], False),
        (["14/4/2026", "4/14/2026"], [], None),
        (["Tue 3/4/2026"], [], None),
        (["Wed 3/4/2026"], [], False),
        (["Fri 3/4/2026"], [], True),
        (["3/4/2026"], ["Close Date"], None),
        (["3/4/2026"], ["Fecha de cierre"], True),
        (["3/4/2026"], ["Date de clôture"], True),
        (["1/3/2026", "2/3/2026", "5/3/2026", "1/4/2026"], [], True),
        (["1/3/2026", "1/9/2026", "2/1/2026", "3/4/2026"], [], False),
        (["5/5/2026"], [], None),
        (["31.03.2026"], [], None),
    ],
)  # fmt: skip
def test_day_or_month_first(rows: list[str], headers: list[str], expected: bool | None) -> None:
    assert day_order([{"When": r} for r in rows], headers).day_first is expected


def test_an_iso_neighbour_tells_the_order() -> None:
    assert day_order([{"Closed": "3/4/2026", "Modified": "2026-04-03T22:10:00Z"}]).day_first is True
    assert (
        day_order([{"Closed": "3/4/2026", "Modified": "2026-03-04T22:10:00Z"}]).day_first is False
    )
    assert day_order([{"Closed": "3/4/2026", "Modified": "2026-12-24"}]).day_first is None


def test_what_stays_open_is_listed() -> None:
    assert day_order([{"a": "3/4/2026"}, {"a": "5/5/2026"}, {"a": "6/7/2026"}]) == DayOrder(
        None, ("3/4/2026", "6/7/2026")
    )
    _, reading = read(
        "report1642777476321.csv", "Opportunity Name,Stage,Close Date\nAcme,Won,3/4/2026\n"
    )
    (deal,) = reading.artifacts
    assert deal.meta["ambiguous_dates"] == "3/4/2026"
    assert deal.meta["close_date"] == "3/4/2026"
    assert "close_date" not in reading.facts or not reading.facts["close_date"].startswith("2026")
    _, table = read("usage.csv", "Day,Logins\n3/4/2026,5\n3/5/2026,7\n")
    assert table.artifacts[0].meta["ambiguous_dates"] == "3/4/2026; 3/5/2026"


def test_deals_of_other_crms() -> None:
    pipedrive = "Deal - ID,Deal - Title,Deal - Organization,Deal - Value,Deal - Stage,Deal - Expected close date,Deal - Owner,Deal - Contact person,Why now\n7,Acme 40,Acme AG,48000,Won,2026-03-31,Ann Lee,Jo Roe,Audit\n"
    name, reading = read("deals.csv", pipedrive)
    assert "other CRMs" in name
    (deal,) = reading.artifacts
    assert (deal.kind, deal.path, deal.title) == ("crm", "deals.csv!/7", "Deal Acme 40")
    assert deal.meta["unmapped_fields"] == "Why now"
    assert reading.facts == {
        "account_name": "Acme AG",
        "stage": "Won",
        "close_date": "2026-03-31",
        "amount": "48000",
        "ae": "Ann Lee",
    }
    assert [(p.name, p.side) for p in reading.people] == [
        ("Ann Lee", "vendor"),
        ("Jo Roe", "customer"),
    ]
    dynamics = {"@odata.context": "x", "value": [{"name": "Acme 40", "estimatedclosedate": "2026-03-31", "estimatedvalue": 48000.0,
        "stepname": "4-Close", "_customerid_value@OData.Community.Display.V1.FormattedValue": "Acme AG", "new_motivation": "Audit"}]}  # fmt: skip
    _, reading = read("opps.json", json.dumps(dynamics))
    assert reading.artifacts[0].meta["close_date"] == "2026-03-31"
    assert "new_motivation" in reading.artifacts[0].meta["unmapped_fields"]
    assert reading.facts["account_name"] == "Acme AG"
    name, _ = read("numbers.csv", "Region,Quarter,Total\nNorth,Q1,5\n")
    assert name == "CSV table"


def test_dynamics_choices_and_look_ups_are_read_as_its_users_see_them() -> None:
    shown = "@OData.Community.Display.V1.FormattedValue"
    won = {
        "name": "Acme 40", "actualclosedate": "2026-03-31", "actualvalue": 48000.0, "statuscode": 3,
        f"statuscode{shown}": "Won", "_ownerid_value": "6f1d2a90", f"_ownerid_value{shown}": "Ann Lee",
        "_parentaccountid_value": "77aa", f"_parentaccountid_value{shown}": "Acme AG",
    }  # fmt: skip
    _, reading = read("opps.json", json.dumps({"value": [won]}))
    assert reading.facts["account_name"] == "Acme AG"
    assert (reading.facts["stage"], reading.facts["ae"]) == ("Won", "Ann Lee")
    texts = [s.text for s in reading.artifacts[0].segments]
    assert "statuscode: Won" in texts
    assert not [t for t in texts if "FormattedValue" in t or "6f1d2a90" in t]


def test_deals_of_other_crms_in_any_envelope() -> None:
    deal = {"id": 7, "title": "Acme 40", "stage_name": "Won", "value": 48000, "org_name": "Acme AG"}
    twice = json.dumps({"status": "ok", "body": {"data": [deal, deal | {"value": 1}, "x"]}})
    lines = json.dumps(deal) + "\n" + json.dumps(deal | {"id": 8}) + "\n"
    for name, content, paths in (
        ("api.json", twice, ["api.json!/7", "api.json!/7~2"]),
        ("deals.jsonl", lines, ["deals.jsonl!/7", "deals.jsonl!/8"]),
    ):
        reader, reading = read(name, content)
        assert "other CRMs" in reader
        assert [a.path for a in reading.artifacts] == paths
        assert reading.artifacts[0].meta["stage"] == "Won"


def test_columns_of_one_meaning_keep_both_values() -> None:
    header = "Opportunity Name,Stage,Phase,Close Date,Opportunity ID"
    _, reading = read("report.csv", f"{header}\nAcme,Won,Signed,2026-03-31,006A\n")
    texts = [s.text for a in reading.artifacts for s in a.segments]
    assert {"StageName: Won", "Phase: Signed"} <= set(texts)


def test_a_teams_own_names_reach_activities(tmp_path: Path) -> None:
    (tmp_path / "fields").mkdir()
    own = tmp_path / "fields" / "hubspot.yaml"
    own.write_text("activities:\n  subject: [Thema]\n", encoding="utf-8")
    table = "Activity type,Activity date,Body preview,Thema\nNote,2026-03-01,Went well,Kickoff\n"
    assert "Kickoff" in read("notes.csv", table, tmp_path)[1].artifacts[0].title
    assert "Kickoff" not in read("notes.csv", table)[1].artifacts[0].title
