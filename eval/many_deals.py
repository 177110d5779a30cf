"""Many small deals, each with words of its own: `python -m eval.many_deals FOLDER COUNT` writes them."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

PRODUCTS = ("scanner", "ledger", "roster", "dispatch", "tariff", "archive", "kiosk", "sensor")
PLACES = (
    "Aldgate",
    "Bergen",
    "Corvo",
    "Dundee",
    "Eupen",
    "Faro",
    "Gouda",
    "Horta",
    "Izola",
    "Jena",
)
TRADES = ("Bakeries", "Clinics", "Freight", "Hotels", "Mills", "Optics", "Schools", "Textiles")
PEOPLE = ("Ada Wren", "Bo Lind", "Cleo Marsh", "Dov Stern", "Eva Kahn", "Finn Rhys", "Gil Tamm")


def write_deals(folder: Path, count: int) -> list[Path]:
    """Write `count` deals below `folder`. The same call writes the same bytes."""
    return [_write(folder / f"deal-{n:03}", n) for n in range(count)]


def _write(folder: Path, n: int) -> Path:
    choose = random.Random(n)
    name = f"{PLACES[n % len(PLACES)]} {TRADES[n // len(PLACES) % len(TRADES)]} {n}"
    buyer, seller = choose.sample(PEOPLE, 2)
    product, weeks, price = (
        choose.choice(PRODUCTS),
        choose.randint(3, 20),
        choose.randint(9, 90) * 1000,
    )
    said = [
        f"{buyer} ({name}): We lost {choose.randint(2, 40)} orders because the {product} data was wrong.",
        f"{seller} (Ledgerline): The {product} module goes live in {weeks} weeks, that is a promise.",
        f"{buyer} ({name}): Success means fewer than {choose.randint(1, 9)} percent errors in {choose.choice(PLACES)}.",
        f"{seller} (Ledgerline): We will train {choose.randint(4, 60)} people before the start.",
    ]
    cues = "\n".join(
        f"{k + 1}\n00:00:{k}1.000 --> 00:00:{k}9.000\n{t}\n" for k, t in enumerate(said)
    )
    mail = (
        f"Date: Thu, 12 Mar 2026 09:00:00 +0000\nFrom: {seller} <{seller[:3].lower()}@ledgerline.example>\n"
        f"To: {buyer} <{buyer[:3].lower()}@customer{n}.example>\nSubject: Price\nMessage-ID: <{n}@ledgerline.example>\n\n"
        f"The yearly price is ${price:,} for {choose.randint(5, 90)} users of the {product} module.\n"
    )
    record = {"Id": f"0065g0000{n:09}", "Name": f"{name} rollout", "StageName": "Closed Won", "Amount": price,
              "Account": {"attributes": {"type": "Account"}, "Name": name},
              "attributes": {"type": "Opportunity", "url": "/x"}}  # fmt: skip
    for path, text in {
        "calls/kickoff.vtt": f"WEBVTT\n\n{cues}",
        "mail/price.eml": mail,
        "crm/Opportunity.json": json.dumps({"totalSize": 1, "done": True, "records": [record]}),
        "notes/notes.md": f"# {name}\n\nThe {product} data of {choose.choice(PLACES)} moves first, {buyer} decides.\n",
    }.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    write_deals(Path(sys.argv[1]), int(sys.argv[2]))
