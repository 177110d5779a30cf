"""deal.yaml: faults told by line and key, globs, kinds and dates, redaction of everything that is stored."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app import cli
from indexer.contents import contents_of
from indexer.errors import InputError
from indexer.manifest import Manifest, load_manifest, path_matches
from indexer.reading import read_deal
from indexer.redaction import Redaction, Rule
from indexer.walk import walk_deal

ROOT = Path(__file__).resolve().parent.parent


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "deal.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("account: Acme\nown_domain: [a.example]\n", 2, ["own_domain", "did you mean own_domains?"]),
        ("account: Acme\ncolour: red\n", 2, ["colour", "unknown key", "own_domains"]),
        ("account: Acme\n\nclose_date: soon\n", 3, ["close_date"]),
        ("account: [1]\n", 1, ["account", "string"]),
        ("own_domains:\n  - acme.example\n  - jo@acme.example\n", 1, ["own_domains", "no domain"]),
        ("kinds:\n  notes/*: banana\n", 2, ["kinds.notes/*"]),
        ("redact:\n  - literal: Falcon\n  - regex: '('\n", 3, ["redact.2", "regular expression"]),
        ("redact:\n  - kind: shoe_size\n", 2, ["redact.1.kind", "email"]),
        ("redact:\n  - literal: Falcon\n    regex: x\n", 2, ["redact.1", "one of literal, regex and kind"]),
        ("redact:\n  - regex: 'x*'\n", 2, ["empty text"]),
        ("redact:\n  - literal: Falcon\n    placeholder: (falcon)\n", 2, ["placeholder"]),
        ("redact:\n  - litteral: Falcon\n", 2, ["did you mean literal?"]),
        ("account: A\naccount: B\n", 2, ["account", "twice"]),
        ("account: 'A\n", None, ["not readable YAML", "line"]),
        ("- a\n- b\n", None, ["must hold keys"]),
        ("direct_messages: perhaps\n", 1, ["direct_messages", "boolean"]),
        ("outdated_after_days: 0\n", 1, ["outdated_after_days"]),
    ],
)  # fmt: skip
def test_faults_name_line_and_key(
    tmp_path: Path, text: str, line: int | None, words: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        load_manifest(written(tmp_path, text))
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith("deal.yaml")
    assert "index again" in said
    if line is not None:
        assert f"line {line}," in said
    for word in words:
        assert word in said


def test_the_documented_example_is_valid(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "deal-yaml.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    manifest = load_manifest(written(tmp_path, example))
    assert manifest.account
    assert len(manifest.redact) >= 3
    for key in Manifest.model_fields:
        assert f"`{key}`" in page, f"{key} is not documented"


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("notes/*", "notes/a.md", True), ("notes/*", "x/notes/a.md", False), ("*.pdf", "contract/a.pdf", True),
        ("**/a.pdf", "a.pdf", True), ("private/", "private/deep/a.md", True), ("private/", "privateer/a.md", False),
        ("box.mbox", "mail/box.mbox!/1@x", True), ("a.zip!/in/*", "a.zip!/in/b.txt", True), ("./a.md", "a.md", True),
        ("a.md", "b.md", False),
    ],
)  # fmt: skip
def test_globs(pattern: str, path: str, expected: bool) -> None:
    assert path_matches(path, pattern) is expected


def test_excluded_members_of_archives_are_not_read(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("keep.txt", "one")
        archive.writestr("private/secret.txt", "two")
    manifest = Manifest(exclude=("all.zip!/private/*", "*.tmp", "old.md"))
    (tmp_path / "old.md").write_text("three")
    reading = read_deal(walk_deal(tmp_path, manifest.exclude), manifest)
    assert [path for path, _ in reading.readings] == ["all.zip!/keep.txt"]
    assert (reading.met, reading.not_read) == ({"all.zip!/private/*", "old.md"}, [])
    (tmp_path / "all.zip").write_bytes(b"PK\x03\x04 and no more")
    reading = read_deal(walk_deal(tmp_path, manifest.exclude), manifest)
    assert reading.met == {"all.zip!/private/*", "old.md"}, "of a damaged ZIP nobody can tell"


def test_manifest_inside_a_zipped_deal(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "deal.zip", "w") as archive:
        archive.writestr("tarn/deal.yaml", "account: Tarn\nvendor: Ledgerline\n")
        archive.writestr("tarn/notes.md", "words")
    assert load_manifest(tmp_path / "deal.zip").vendor == "Ledgerline"


def test_a_hostile_manifest_inside_a_zip_is_one_line(tmp_path: Path) -> None:
    for content, words in (("x" * 5_000_000, "256 KB"), ("a: " + "[" * 9_000, "brackets")):
        with zipfile.ZipFile(tmp_path / "deal.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("deal.yaml", content)
        with pytest.raises(InputError, match=words):
            load_manifest(tmp_path / "deal.zip")
    packed = (tmp_path / "deal.zip").read_bytes()
    (tmp_path / "deal.zip").write_bytes(packed.replace(packed[40:46], b"\xff" * 6, 1))
    with pytest.raises(InputError, match="damaged"):
        load_manifest(tmp_path / "deal.zip")
    (tmp_path / "deal.zip").write_bytes(b"PK\x03\x04 and no more")
    assert load_manifest(tmp_path / "deal.zip") == Manifest()


# --- redaction of texts ---


def shown(text: str, **rule: Any) -> str:
    return Redaction([Rule(**rule)]).text(text)


@pytest.mark.parametrize(
    "text",
    ["Project Falcon", "PROJECT  FALCON", "project\nfalcon", "project-falcon", "Project_Falcon", "ProjectFalcon",
     "Project\u00a0Falcon", "Pro\u00adject Falcon", "Project%20Falcon"],
)  # fmt: skip
def test_a_literal_in_all_its_shapes(text: str) -> None:
    assert shown(f"the {text} deal", literal="Project Falcon") == "the [redacted] deal"


def test_a_literal_is_a_whole_word() -> None:
    assert shown("Falconry and Falcon", literal="Falcon", placeholder="[x]") == "Falconry and [x]"


@pytest.mark.parametrize(
    ("kind", "text", "gone"),
    [
        ("email", "write to jo.roe+x@acme.example now", "jo.roe+x@acme.example"),
        ("email", "jo [at] acme.example", "jo [at] acme.example"),
        ("phone", "call +49 30 1234567-0 now", "+49 30 1234567"),
        ("phone", "call (555) 010-4477 now", "(555) 010-4477"),
        ("phone", "Tel. 030 / 12 34 56 78", "030 / 12 34 56 78"),
        ("card", "card 4111 1111 1111 1111 ok", "4111 1111 1111 1111"),
        ("bank", "IBAN DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
        ("bank", "Account number: 12345678", "12345678"),
        ("bank", "Sort code 12-34-56", "12-34-56"),
    ],
)  # fmt: skip
def test_named_kinds(kind: str, text: str, gone: str) -> None:
    assert shown(text, kind=kind).count("[redacted]") == 1
    assert gone not in shown(text, kind=kind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "on 2026-03-31 at 10:00 for $1,240,000 and 48,000 users"),
        ("phone", "invoice 2026-000123, 31.03.2026, v1.2.3, 99.95 percent"),
        ("card", "id 7782342274025937895 and 4111 1111 1111 1112"),
        ("bank", "The account is important. Account manager: Jo"),
        ("email", "@jo said acme.example"),
    ],
)
def test_named_kinds_leave_other_numbers(kind: str, text: str) -> None:
    assert shown(text, kind=kind) == text


# --- a whole deal: nothing of what goes is anywhere in the home ---

MAIL = """Date: Thu, 12 Mar 2026 09:00:00 +0000
From: Paul Okoro <paul@ledgerline.example>
To: Ines Vogt <ines@tarn.example>
Subject: Plan for Project Falcon
Message-ID: <plan-falcon@ledgerline.example>

Hello Ines, here is Project
Falcon as we discussed it. Your code is ZX-4471-Q.

The yearly price is $48,000. Pay to DE89 3704 0044 0532 0130 00 or call +49 30 1234567.

Ask Otto Geheim when you are unsure.
"""
CALL = """WEBVTT

1
00:00:01.000 --> 00:00:09.000
Ines Vogt: We want Project Falcon live by the end of June for all counts.

2
00:00:10.000 --> 00:00:19.000
Otto Geheim: I will look after the scanner interface of project-falcon myself.
"""
RULES = """account: Tarn Robotics
own_domains: [ledgerline.example]
customer_domains: [tarn.example]
redact:
  - Project Falcon
  - literal: Falcon
  - literal: Otto Geheim
    placeholder: "[a person]"
  - regex: 'ZX-\\d{4}-Q'
  - kind: email
  - kind: phone
  - kind: bank
"""
GONE = [
    "falcon",
    "geheim",
    "zx-4471",
    "@ledgerline.example",
    "@tarn.example",
    "0532 0130",
    "30 1234567",
]


def run(home: Path, *args: str | Path) -> Result:
    return CliRunner().invoke(
        cli.app, [str(a) for a in args], env={"BATON_HOME": str(home)}, catch_exceptions=False
    )


def run_json(home: Path, *args: str | Path) -> dict[str, Any]:
    result = run(home, *args, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def deal_of(folder: Path, rules: str | None) -> Path:
    for name, text in {
        "email/plan Project Falcon.eml": MAIL,
        "calls/falcon kickoff.vtt": CALL,
        "calls/falcon kickoff copy.vtt": CALL,
        "notes/falcon.png": "\x89PNG",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if rules:
        written(folder, rules)
    return folder


def traces(home: Path, words: list[str]) -> list[str]:
    """Where in the home's files a word stands, in any case, as UTF-8 or UTF-16."""
    found = []
    for path in sorted(home.rglob("*")):
        if path.is_file() and "models" not in path.relative_to(home).parts:
            held = path.read_bytes().lower()
            found += [f"{path.name}: {w}" for w in words
                      if w.encode() in held or w.encode("utf-16-le") in held or w in path.name.lower()]  # fmt: skip
    return found


def test_what_the_child_reports_is_redacted_too(tmp_path: Path) -> None:
    """Members of containers, reasons, unknown JSON, attachments and copies; links to the mail stay links."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "jo@tarn.example", "Falcon plan", "<1@x>"
    mail.set_content("The plan is attached.")
    note = "Falcon starts in May, after the review of the plan with both of the teams."
    mail.add_attachment(note, filename="falcon plan.txt")
    (tmp_path / "falcon mail.eml").write_bytes(mail.as_bytes())
    feed = {"title": "Falcon feed", "entries": [{"falcon_step": "Falcon", "count": 3}]}
    (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "all falcon.zip", "w") as archive:
        archive.writestr("../falcon.txt", "leads out")
        archive.writestr("falcon.docx", "PK\x03\x04[Content_Types].xml and no more")
        archive.writestr("falcon copy.json", json.dumps(feed))
    written(tmp_path, "redact: [Falcon]\n")
    manifest = load_manifest(tmp_path)
    reading = read_deal(walk_deal(tmp_path), manifest)
    assert len(reading.not_read) == 2
    assert len(reading.duplicates) == 1
    contents = contents_of("tarn", "tarn", manifest, reading, ())
    assert "falcon" not in repr(contents).lower()
    assert (len(contents.not_read), len(contents.duplicates)) == (2, 1)
    attached = next(a for a in contents.artifacts if a.path.endswith("plan.txt"))
    assert attached.meta["attachment_of"] in {a.path for a in contents.artifacts}
    assert any(a.system == "json" for a in contents.artifacts)


def test_redaction_leaves_no_trace_in_the_home(models: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    folder = deal_of(tmp_path / "tarn", None)
    run_json(home, "index", folder, "--account", "tarn")
    run_json(home, "brief", "tarn")
    assert len(traces(home, GONE)) > 5, "the words must be there first, or the test proves nothing"
    written(folder, RULES)
    report = run_json(home, "index", folder, "--account", "tarn")
    assert traces(home, GONE) == []
    text = json.dumps(report).lower() + run(home, "status", "tarn").stdout.lower()
    text += (
        json.dumps(run_json(home, "status", "tarn")).lower()
        + run(home, "brief", "tarn").stdout.lower()
    )
    text += json.dumps(run_json(home, "brief", "tarn")).lower()
    assert [w for w in GONE if w in text] == []
    assert traces(home, GONE) == []
    assert run_json(home, "index", folder, "--account", "tarn")["read"] == []
    mail = next(a for a in run_json(home, "status", "tarn")["artifacts"] if a["kind"] == "mail")
    assert mail["path"] == "email/plan [redacted].eml"
    kept = rows(home, "SELECT text FROM artifact WHERE path=?", mail["path"])[0][0]
    assert "here is [redacted] as we discussed it. Your code is [redacted]." in kept.replace(
        "\n", " "
    )
    segments = [
        json.loads(r[0])
        for r in rows(home, "SELECT json FROM segment WHERE artifact=?", mail["path"])
    ]
    assert segments
    assert all(s["text"] == kept[s["start"] : s["end"]] for s in segments)
    sides = {p["name"]: p["side"] for p in run_json(home, "status", "tarn")["people"]}
    assert sides["Ines Vogt"] == "customer", "addresses must have told the side before they went"
    assert sides["Paul Okoro"] == "vendor"


def rows(home: Path, query: str, *values: str) -> list[Any]:
    db = sqlite3.connect(home / "baton.db")
    try:
        return db.execute(query, values).fetchall()
    finally:
        db.close()


def test_a_changed_manifest_reads_again_only_what_it_must(models: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    folder = deal_of(tmp_path / "tarn", "account: Tarn\n")
    first = run_json(home, "index", folder)
    assert first["chunks_embedded"] > 0
    written(folder, "account: Tarn\nae: Paul Okoro\n")
    named = run_json(home, "index", folder)
    assert (named["read"], named["chunks_embedded"]) == ([], 0)
    assert run_json(home, "status", "tarn")["account"]["ae"] == "Paul Okoro"
    written(folder, "account: Tarn\nkinds:\n  '*.vtt': note\ndates:\n  calls/*: 2026-02-01\n")
    kinds = run_json(home, "index", folder)
    assert {p.split("/")[0] for p in kinds["read"]} == {"calls"}
    assert kinds["chunks_embedded"] == 0
    written(folder, "account: Tarn\nexclude: [email/*]\n")
    assert run_json(home, "index", folder)["removed"] == ["email/plan Project Falcon.eml"]
    written(folder, "account: Tarn\nexclude:\n  - email/*\n  - drafts/*\n")
    with pytest.raises(
        InputError, match=r"deal\.yaml line 4, exclude\.2: 'drafts/\*' matches no file"
    ):
        run(home, "index", folder)
    written(folder, "account: Tarn\nkinds:\n  nothing.pdf: contract\n")
    with pytest.raises(
        InputError, match=r"deal\.yaml line 3, kinds\.nothing\.pdf: .*matches no file"
    ):
        run(home, "index", folder)
