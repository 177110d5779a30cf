"""A small deal that is indexed once, and a home whose settings name a scripted server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from app.session import Session
from tests.ollama_server import MODEL, OllamaServer

SLUG = "tarn-robotics"

CALL = """WEBVTT

1
00:00:01.000 --> 00:00:09.000
Ines Vogt (Tarn Robotics): We lost two warehouse customers last autumn because the stock counts were wrong.

2
00:00:10.000 --> 00:00:19.000
Ines Vogt (Tarn Robotics): Success for us means cycle counts under 2 percent error by the end of June.

3
00:00:20.000 --> 00:00:29.000
Paul Okoro (Ledgerline): We will have the first two sites live in six weeks, and I will send the plan on Friday.

4
00:00:30.000 --> 00:00:39.000
Ines Vogt (Tarn Robotics): My worry is the old scanner interface, nobody here can maintain it any more.

5
00:00:40.000 --> 00:00:49.000
Paul Okoro (Ledgerline): We will build the scanner connector at no extra charge, that is a promise.

6
00:00:50.000 --> 00:00:59.000
Ines Vogt (Tarn Robotics): Our two warehouse leads count by hand every evening and type it into a sheet. It takes them ninety minutes.
"""


def mail(number: int, sender: str, subject: str, body: str) -> str:
    people = {
        "ines": "Ines Vogt <ines@tarn.example>",
        "paul": "Paul Okoro <paul@ledgerline.example>",
    }
    other = people["paul" if sender == "ines" else "ines"]
    return (
        f"Date: Thu, {10 + number} Mar 2026 09:00:00 +0000\nFrom: {people[sender]}\\nTo: {other}\n"
        f"Subject: {subject}\nMessage-ID: <m{number}@deal.example>\n\n{body}\n"
    )


FILES = {
    "calls/discovery.vtt": CALL,
    "email/1.eml": mail(1, "paul", "Plan and price", "Hello Ines,\n\nThe yearly price is $48,000 for 40 users, invoiced in advance.\n\nGo-live for both sites is planned for ten weeks after kickoff.\n\nBest\nPaul"),
    "email/2.eml": mail(2, "ines", "Re: Plan and price", "Hello Paul,\n\nMaria Lund, our COO, signs the budget and she wants a monthly report.\n\nPlease never schedule calls on Mondays, our floor staff is counting then.\n\nInes"),
    "notes/discovery.md": "# Discovery notes\n\nTarn Robotics uses spreadsheets for stock counts today and wants to replace them.\n\nIntegration with their SAP system is required before go-live.\n",
    "crm/Opportunity.json": json.dumps({"totalSize": 1, "done": True, "records": [{
        "attributes": {"type": "Opportunity", "url": "/services/data/v61.0/sobjects/Opportunity/0065g00000AbcdeAAE"},
        "Id": "0065g00000AbcdeAAE", "AccountId": "0015g00000AbcdeAAG",
        "Account": {"attributes": {"type": "Account"}, "Name": "Tarn Robotics"}, "Name": "Tarn Robotics - 40 users",
        "StageName": "Closed Won", "Amount": 48000.0, "CloseDate": "2026-03-20",
        "Owner": {"attributes": {"type": "User"}, "Name": "Paul Okoro"},
    }]}),
}  # fmt: skip

FAST = {
    "connect_s": 0.4, "first_token_s": 0.5, "between_tokens_s": 0.3, "section_s": 1.5, "backoff_s": 0.01,
    "num_ctx": 8192, "max_steps": 6,
}  # fmt: skip
"""The real limits on a clock some hundred times faster."""
STEADY = FAST | {"section_s": 60, "connect_s": 2, "first_token_s": 5, "between_tokens_s": 5}
"""For a server that works, on a machine that may be busy."""


def index_deal(
    home: Path, folder: Path, exported: Path, files: dict[str, str] = FILES, slug: str = SLUG
) -> Session:
    """A session over a fresh home with the deal indexed. `exported` keeps the models' export between tests."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    home.mkdir(parents=True, exist_ok=True)
    exported.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(exported)
    session = Session(home)
    _LOADED.append(session)
    session.index_deal(folder, slug, False, False, lambda _what, _done, _total: None)
    return session


def settings(
    home: Path, server: OllamaServer | str, limits: dict[str, Any] | None = None, **more: Any
) -> None:
    """Name a server in the home's settings."""
    url = server if isinstance(server, str) else server.url
    model = {"name": MODEL, "host": url, "limits": limits or STEADY, **more}
    (home / "settings.yaml").write_text(yaml.safe_dump({"model": model}), encoding="utf-8")


_LOADED: list[Session] = []


def open_home(home: Path) -> Session:
    """A session over a home, with the models that are in memory already."""
    session = Session(home)
    if _LOADED:
        session.__dict__.update(
            {k: v for k, v in _LOADED[0].__dict__.items() if k in ("embedder", "heads")}
        )
    return session


def copy_home(home: Path, to: Path) -> Path:
    """A home of its own for a test that writes."""
    shutil.copytree(home, to, symlinks=True)
    return to
