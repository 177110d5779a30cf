"""`baton status`: the health of the sources, as JSON and in the terminal."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import cli
from indexer.contacts import outdated_before
from indexer.manifest import Manifest
from indexer.models import Artifact

MAIL = """Date: Thu, 12 Mar 2026 09:00:00 +0000
From: Paul Okoro <paul@ledgerline.example>
To: Ines Vogt <ines@tarn.example>
Cc: Sam Unknown <sam.unknown@gmail.com>
Subject: Plan
Message-ID: <plan@ledgerline.example>

Hello Ines, the plan for both sites is attached and the yearly price stays as it is.
"""
OLD_MAIL = MAIL.replace("12 Mar 2026", "12 Mar 2025").replace("plan@", "old@").replace(
    "Ines Vogt <ines@tarn.example>", "Rita Sand <rita@tarn.example>").replace("the plan for", "an old plan for")  # fmt: skip
FORWARD = (
    MAIL.replace("Subject: Plan", "Subject: Fwd: Plan")
    .replace("<plan@", "<fwd@")
    .replace("12 Mar", "14 Mar")
)
CALL = """WEBVTT

00:00:01.000 --> 00:00:09.000
<v Ines Vogt>We lost two warehouse customers last autumn because counts were wrong.</v>

00:00:10.000 --> 00:00:19.000
<v Speaker 2>I see, that is why we are talking to you about the scanner interface.</v>

00:00:20.000 --> 00:00:29.000
<v Ines>Only a first name stands here, so nobody may be joined with it at all.</v>
"""
INVITE = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:{uid}
DTSTART:{day}T100000Z
DTEND:{day}T110000Z
SUMMARY:{title}
STATUS:{status}
ORGANIZER;CN=Paul Okoro:mailto:paul@ledgerline.example
END:VEVENT
END:VCALENDAR
"""
FORM = "# Order Form SQ-4410\n\nTwo sites, 40 users.\n\nBy: /s/ Ines Vogt\n\nDate: 3 March 2026\n\nBy: /s/ Paul Okoro\n\nDate: 4 March 2026\n"
SOW = "# Statement of Work SOW-88\n\nTwo sites.\n\nBy: /s/ Ines Vogt\n\nBy: ____________\n"


def sf(kind: str, own_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "attributes": {"type": kind, "url": f"/services/data/v61.0/sobjects/{kind}/{own_id}"},
        "Id": own_id,
        **fields,
    }


def crm() -> dict[str, list[dict[str, Any]]]:
    account = "0015g00000AbcdeAAG"
    return {
        "Account": [sf("Account", account, Name="Tarn Robotics", Website="https://tarn.example")],
        "Opportunity": [sf("Opportunity", "0065g00000AbcdeAAE", AccountId=account, Name="Tarn", StageName="Closed Won", Amount=48000.0,
                           CloseDate="2026-03-20", Motivation__c="Counting errors", OwnerId="0055g00000AbcdeAAA")],
        "User": [sf("User", "0055g00000AbcdeAAA", Name="Paul Okoro", Email="paul@ledgerline.example")],
        "Contact": [
            sf("Contact", f"0035g0000{i}AbcdeAA", AccountId=account, FirstName=first, LastName=last, Email=mail)
            for i, (first, last, mail) in enumerate([("Ines", "Vogt", "ines@tarn.example"), ("Rita", "Sand", "rita@tarn.example"),
                                                     ("Otto", "Silent", "otto@tarn.example")])
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def home(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("status")
    (base / "home").mkdir()
    (base / "home" / "models").symlink_to(models)
    files = {
        f"crm/{name}.json": json.dumps({"totalSize": len(r), "done": True, "records": r})
        for name, r in crm().items()
    }
    files |= {
        "mail/1.eml": MAIL, "mail/2.eml": MAIL, "mail/3.eml": OLD_MAIL, "mail/4.eml": FORWARD,
        "calls/2026-03-10 discovery.vtt": CALL, "usage.csv": "Day,Logins\n3/4/2026,5\n3/5/2026,7\n",
        "cal/a.ics": INVITE.format(uid="a", day="20260305", title="Demo", status="CONFIRMED"),
        "cal/b.ics": INVITE.format(uid="b", day="20260306", title="Called off", status="CANCELLED"),
        "cal/c.ics": INVITE.format(uid="c", day="20260310", title="Discovery", status="CONFIRMED"),
        "cal/d.ics": INVITE.format(uid="d", day="20270310", title="Ahead", status="CONFIRMED"),
        "contract/form.md": FORM, "contract/sow.md": SOW, "broken.docx": "PK\x03\x04[Content_Types].xml and no more",
        "deal.yaml": "kinds:\n  contract/*: contract\ndates:\n  calls/*: 2026-03-10\n",
    }  # fmt: skip
    for name, text in files.items():
        path = base / "tarn" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    said = run(base / "home", "index", str(base / "tarn"))
    assert "tarn-robotics" in said
    return base / "home"


def run(home: Path, *args: str) -> str:
    result = CliRunner().invoke(
        cli.app, list(args), env={"BATON_HOME": str(home), "COLUMNS": "160"}, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def test_report_as_json(home: Path) -> None:
    held = json.loads(run(home, "status", "tarn-robotics", "--format", "json"))
    assert {s["system"] for s in held["systems"]} >= {"salesforce", "mail", "calendar"}
    newest = next(s for s in held["systems"] if s["system"] == "mail")
    assert (newest["newest"][:10], newest["newest_artifact"]) == ("2026-03-14", "mail/4.eml")
    assert held["missing"] == {"chat": "no chat"}
    assert held["missing_kinds"] == []
    assert [e["field"] for e in held["empty_fields"]] == [
        "next step",
        "decision maker",
        "contact roles",
    ]
    assert [(c["title"], c["day"], c["by"]) for c in held["calls_without_transcript"]] == [
        ("Demo", "2026-03-05", "calendar")
    ]
    assert [n["path"] for n in held["not_read"]] == ["broken.docx"]
    assert [a["what"] for a in held["ambiguous_dates"]] == [["3/4/2026", "3/5/2026"]]
    assert [a["what"] for a in held["unmapped_fields"]] == [["Motivation__c"]]
    assert sorted(p["name"] for p in held["outdated_contacts"]) == ["Otto Silent", "Rita Sand"]
    assert held["duplicates"] == [{"artifact": "mail/2.eml", "of": "mail/1.eml"}]
    assert held["forwarded"] == [{"artifact": "mail/4.eml", "of": "mail/1.eml"}]
    assert held["executed"] == ["contract/form.md"]
    papers = {p["artifact"]: (p["execution"], p["in_scope"], p["why"]) for p in held["contracts"]}
    assert papers["contract/form.md"][:2] == ("executed", True)
    assert papers["contract/sow.md"] == ("partly_signed", False, "1 of 2 signature lines signed")
    speakers = {u["label"]: u["why"] for u in held["unresolved_speakers"]}
    assert "first name" in speakers["Ines"]
    assert "recorder" in speakers["Speaker 2"]
    assert "free-mail" in held["undecided_people"]["Sam Unknown"]
    assert {a["path"]: a["kind"] for a in held["artifacts"]}["contract/sow.md"] == "contract"
    assert held["date_unknown"] == ["contract/sow.md", "usage.csv"]
    assert {p["name"]: p["side"] for p in held["people"]}["Ines Vogt"] == "customer"
    assert held["account"]["close_date"] == "2026-03-20"


def test_report_in_the_terminal(home: Path) -> None:
    said = run(home, "status", "tarn-robotics")
    for words in (
        "Tarn Robotics (tarn-robotics)", "signed scope", "contract/form.md", "1 of 2 signature lines signed", "no chat", "next step",
        "2026-03-05  Demo", "broken.docx", "3/4/2026", "Otto Silent", "never seen in a mail", "Motivation__c", "mail/2.eml", "free-mail",
        "only a first name", "customer: the CRM account's domain",
    ):  # fmt: skip
        assert words in said, words
    assert "Called off" not in said
    assert "Ahead" not in said


def test_brief_flags_outdated_contacts(home: Path) -> None:
    brief = json.loads(run(home, "brief", "tarn-robotics", "--format", "json"))
    flagged = {p["name"]: p["outdated"] for p in brief["people"]}
    assert flagged["Otto Silent"] is True
    assert flagged["Ines Vogt"] is False
    assert {"artifact": "mail/2.eml", "of": "mail/1.eml"} in brief["sources"]["duplicates"]


def test_since_when_a_contact_must_have_been_seen() -> None:
    mail = Artifact(
        id="1",
        path="1.eml",
        kind="mail",
        system="mail",
        title="",
        date=date(2026, 3, 1),
        authority=7,
        text="",
    )
    close = date(2026, 3, 20)
    assert outdated_before(Manifest(), close, [mail]) == date(2025, 9, 21)
    assert outdated_before(Manifest(outdated_after_days=10), close, [mail]) == date(2026, 3, 10)
    assert outdated_before(Manifest(outdated_before=date(2026, 1, 1)), close, [mail]) == date(
        2026, 1, 1
    )
    assert outdated_before(Manifest(outdated_after_days=10), None, [mail]) == date(2026, 2, 19)
    assert outdated_before(Manifest(), close, []) is None


def test_a_changed_field_map_reads_its_records_again(
    home: Path, models: Path, tmp_path: Path
) -> None:
    folder = Path(
        json.loads(run(home, "status", "tarn-robotics", "--format", "json"))["account"]["folder"]
    )
    own = tmp_path / "home"
    shutil.copytree(home, own, symlinks=True, ignore=shutil.ignore_patterns("*.lock"))
    (own / "fields").mkdir()
    (own / "fields" / "salesforce.yaml").write_text(
        "terms:\n  next_step: [Motivation__c]\n", encoding="utf-8"
    )
    report = json.loads(run(own, "index", str(folder), "--format", "json"))
    assert report["read"] == ["crm/Opportunity.json!/0065g00000AbcdeAAE"]
    assert report["chunks_embedded"] == 0
    held = json.loads(run(own, "status", "tarn-robotics", "--format", "json"))
    assert held["unmapped_fields"] == []
    assert "next step" not in [e["field"] for e in held["empty_fields"]]
    assert json.loads(run(own, "index", str(folder), "--format", "json"))["read"] == []
