"""What an account is called where no record of the CRM names one: what its deal's name begins with, if people say it too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.session import Session

MAIL = "From: Jo Roe <jo@halden.example>\nTo: Ann Lee <ann@brightware.example>\nSubject: Start\nDate: Tue, 3 Mar 2026 09:00:00 +0000\n\n{}\n"


def _deal(folder: Path, name: str, said: str) -> Path:
    folder.mkdir()
    deal = {"id": "7", "properties": {"dealname": name, "dealstage": "closedwon", "amount": "48000", "closedate": "2026-03-31"}}  # fmt: skip
    (folder / "hubspot_deals.json").write_text(json.dumps({"results": [deal]}), encoding="utf-8")
    (folder / "1.eml").write_text(MAIL.format(said), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "said", "called"),
    [
        ("Halden Tramways - 40 seats", "Halden Tramways signs on Friday. All of Halden Tramways is glad.", "Halden Tramways"),
        ("Halden Tramways | Depot app", "At Halden Tramways we start in May. Halden Tramways runs nine lines.", "Halden Tramways"),
        ("New business - 40 seats", "We sign on Friday and start in May.", "Export"),
    ],
)  # fmt: skip
def test_a_deals_name_names_the_account_where_talk_knows_it(
    tmp_path: Path, name: str, said: str, called: str
) -> None:
    session = Session(tmp_path / "home")
    slug = session.index_deal(_deal(tmp_path / "export", name, said), None, False, False, lambda *_: None).account  # fmt: skip
    assert session.store.account(slug).name == called
