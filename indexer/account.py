"""The account itself: which one a deal folder is about, what it is called, what is known of its deal.

deal.yaml first, then the CRM, then what the papers and folders say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from indexer.companies import company_key, domain_of
from indexer.manifest import Manifest
from indexer.models import Account, NotRead, RawArtifact, Reading
from indexer.people import People

_DEALS = ("deal", "opportunity")
KNOWN_AT = 2
"""How often talk and papers must name an account that only its deal's name tells."""


def slugify(name: str) -> str:
    """A name as a slug: lower case, ASCII letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "account"


def choose_account(readings: Sequence[Reading], folder: str) -> str | None:
    """The account's name: what the CRM says, or of several accounts in one export the one spoken of.

    An export of all deals names many; the one whose name's words occur most in mails, calls and
    papers (and in the folder's name) is this deal's.
    """
    named = next((r.facts["account_name"] for r in readings if r.facts.get("account_name")), None)
    if named:
        return named
    candidates = {
        a.meta["account_name"] for r in readings for a in r.artifacts if a.meta.get("account_name")
    }
    text = " ".join(
        s.text for r in readings for a in r.artifacts if a.kind != "crm" and not a.meta.get("account_name") for s in a.segments
    ).lower() + " " + folder.lower().replace("-", " ")  # fmt: skip
    if not candidates:
        return _named_by_deals(readings, text)
    rare = {c: [w for w in re.findall(r"[a-z]{3,}", c.lower())] for c in candidates}
    return max(
        sorted(candidates),
        key=lambda c: text.count(c.lower()) * 50 + sum(text.count(w) for w in rare[c][:2]),
    )


def _named_by_deals(readings: Sequence[Reading], text: str) -> str | None:
    """What a deal's name begins with, if talk and papers know it: `Acme Foods - 40 seats` is the deal of Acme Foods.

    `text` is what they say, in lower case.
    """
    titles = [
        a.title.partition(" ")[2]
        for r in readings
        for a in r.artifacts
        if a.kind == "crm" and a.meta.get("record_type", "").lower() in _DEALS
    ]
    heads = [re.split(r"\s[-–—|/]\s|:\s", title)[0].strip() for title in titles]
    known = [h for h in heads if len(h) > 3 and text.count(h.lower()) >= KNOWN_AT]
    return max(known, key=lambda h: text.count(h.lower()), default=None)


def of_account(
    reading: Reading, account: str | None, related: Sequence[str] = ()
) -> tuple[Reading, list[NotRead]]:
    """The reading without records of other accounts, which are reported as not read.

    Without an `account` only records of the `related` ones go. A help desk's organisation counts only
    where one of them is the account: it may name a site.
    """
    own = company_key(account or "")
    other = {company_key(name) for name in related}
    organisations = {company_key(a.meta.get("organization", "")) for a in reading.artifacts}
    name = {
        a.path: a.meta.get("account_name") or (a.meta.get("organization") if own in organisations else "")
        for a in reading.artifacts
    }  # fmt: skip

    def elsewhere(key: str) -> bool:
        return key in other or (account is not None and key != own)

    others = [
        a for a in reading.artifacts if name[a.path] and elsewhere(company_key(name[a.path] or ""))
    ]
    if not others:
        return reading, []
    kept = tuple(a for a in reading.artifacts if a not in others)
    left_out = [
        NotRead(path=a.path, why=f"belongs to another account ({name[a.path]})") for a in others
    ]
    participants = tuple(p for a in kept for p in a.participants)
    names = {p.name for p in participants} | {p.name for p in reading.people if p.side == "vendor"}
    people = tuple(p for p in reading.people if p.name in names)
    return reading.model_copy(update={"artifacts": kept, "people": people}), left_out


def _parse_day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def vendor_name(manifest: Manifest, people: People, texts: Sequence[str]) -> str | None:
    """The vendor as the papers spell it: the capitalised words that match its mail domain."""
    if manifest.vendor:
        return manifest.vendor
    domains = [
        d for h in people.humans if h.side == "vendor" for e in h.emails if (d := domain_of(e))
    ]
    if not domains:
        return None
    label = max(set(domains), key=domains.count).split(".")[0]
    squashed = re.sub(r"[^a-z]", "", label)
    pattern = re.compile(r"\b[A-Z][\w&]*(?:[ ][A-Z][\w&]*){0,3}")
    for text in texts:
        for match in pattern.finditer(text):
            words = match.group().split()
            for n in range(len(words), 0, -1):
                joined = re.sub(r"[^a-z]", "", "".join(words[:n]).lower())
                if joined == squashed or (
                    n == 1 and len(joined) > 4 and squashed.startswith(joined)
                ):
                    name = " ".join(words[:n])
                    return name.title() if name.isupper() and len(name) > 4 else name
    return label.capitalize()


def deal_facts(artifacts: Sequence[RawArtifact], facts: dict[str, str]) -> dict[str, str]:
    """The account's facts, completed from the meta of its own deal records."""
    found = dict(facts)
    for artifact in artifacts:
        if artifact.kind == "crm":
            for key, name in (
                ("stage", "stage"),
                ("close_date", "close_date"),
                ("owner", "ae"),
                ("ae", "ae"),
            ):
                if artifact.meta.get(key):
                    found.setdefault(name, artifact.meta[key])
    return found


def account_of(
    slug: str, name: str, manifest: Manifest, facts: dict[str, str], vendor: str | None
) -> Account:
    """The account's head: manifest before CRM."""
    return Account(
        slug=slug, name=name, vendor=vendor,
        stage=manifest.stage or facts.get("stage"),
        close_date=manifest.close_date or _parse_day(facts.get("close_date")),
        kickoff_date=manifest.kickoff_date or _parse_day(facts.get("kickoff_date")),
        ae=manifest.ae or facts.get("ae"), csm=manifest.csm or facts.get("csm"),
        related_accounts=manifest.related_accounts,
    )  # fmt: skip


def named_by_folder(folder: str) -> str:
    """A folder's name as a person would write the account's: `acme-foods` -> `Acme Foods`."""
    return folder.replace("-", " ").replace("_", " ").title() if folder.islower() else folder
