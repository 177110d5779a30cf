"""Who is on which side, and who is the same human.

First that applies: the manifest; the settings' own domains; what the source itself says (Gong
affiliation); domains and names of CRM owners; the Slack workspace's members. Customers: the CRM
account's domain and contacts. Free-mail domains never decide. Neither or both: unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from indexer.manifest import Manifest
from indexer.models import Participant, Side

FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "proton.me",
        "protonmail.com",
        "t-online.de",
        "mail.com",
        "zoho.com",
    ]
)
_PAREN = re.compile(r"\s*[\(\[|].*$")
_NOT_NAME = re.compile(r"[^\w\s'’.-]", re.U)


def bare_name(label: str) -> str:
    """A speaker label without company suffix and decoration: `Jo Roe (Acme)` -> `Jo Roe`."""
    name = _PAREN.sub("", label).strip()
    if "," in name and name.count(",") == 1:
        last, first = (p.strip() for p in name.split(","))
        if first and last and " " not in first:
            name = f"{first} {last}"
    return re.sub(r"\s+", " ", _NOT_NAME.sub(" ", name)).strip()


def domain_of(email: str | None) -> str | None:
    """The mail domain, lower case; None without an address or for free-mail domains."""
    if not email or "@" not in email:
        return None
    domain = email.rsplit("@", 1)[1].strip(" >").lower()
    return None if domain in FREE_MAIL else domain


@dataclass
class Human:
    """One human as gathered from several sources; mutable while they are merged."""

    name: str
    side: Side = "unknown"
    why: str = ""
    title: str | None = None
    emails: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)


class People:
    """The people of one deal, found by address, system id or name."""

    def __init__(self) -> None:
        self.humans: list[Human] = []
        self._by_key: dict[str, Human] = {}

    def _keys(self, p: Participant) -> list[str]:
        keys = [f"mail:{p.email.lower()}"] if p.email else []
        keys += [f"id:{p.system_id}"] if p.system_id else []
        name = bare_name(p.name).lower()
        if " " in name:
            keys.append(f"name:{name}")
        return keys

    def add(self, p: Participant) -> Human | None:
        """Merge one naming of a person in; returns the human it belongs to."""
        keys = self._keys(p)
        name = bare_name(p.name)
        if not keys or not name or name.lower().startswith("unknown"):
            return None
        human = next((self._by_key[k] for k in keys if k in self._by_key), None)
        if human is None:
            human = Human(name=name)
            self.humans.append(human)
        if "@" in human.name or (" " not in human.name and " " in name):
            human.aliases.add(human.name)
            human.name = name
        human.aliases.add(p.name)
        human.title = human.title or p.title
        if p.email:
            human.emails.add(p.email.lower())
        if p.system_id:
            human.ids.add(p.system_id)
        if p.role:
            human.roles.add(p.role)
        if p.side in ("customer", "vendor") and human.side == "unknown":
            human.side, human.why = p.side, "the source says so"
        for key in keys:
            self._by_key.setdefault(key, human)
        return human

    def find(self, label: str | None, speaker_id: str | None = None) -> Human | None:
        """The human behind a speaker label or id; a first name alone only if one bears it."""
        for key in (f"mail:{(speaker_id or '').lower()}", f"id:{speaker_id}"):
            if speaker_id and key in self._by_key:
                return self._by_key[key]
        if not label:
            return None
        name = bare_name(label).lower()
        if f"name:{name}" in self._by_key:
            return self._by_key[f"name:{name}"]
        parts = name.split()
        if not parts:
            return None
        if len(parts) > 1:
            matches = [h for h in self.humans if _same_name(parts, h.name.lower().split())]
        else:
            matches = [
                h for h in self.humans if h.name.lower().split()[:1] == parts and " " in h.name
            ]
        return matches[0] if len(matches) == 1 else None


def _same_name(a: list[str], b: list[str]) -> bool:
    """Same surname and one given name the other's start or initial."""
    if len(a) < 2 or len(b) < 2 or a[-1] != b[-1]:
        return False
    x, y = a[0].strip("."), b[0].strip(".")
    return x.startswith(y) or y.startswith(x)


def _own_domains(people: People, manifest: Manifest, configured: Iterable[str]) -> dict[str, str]:
    own = {d.lower(): "deal.yaml" for d in manifest.own_domains}
    own.update({d.lower(): "settings" for d in configured})
    if own:
        return own
    for human in people.humans:
        if human.side == "vendor":
            own.update(
                {
                    d: f"{human.name} is ours ({human.why})"
                    for e in human.emails
                    if (d := domain_of(e))
                }
            )
    return own


def _customer_domains(
    people: People, manifest: Manifest, facts: Mapping[str, str], own: Mapping[str, str]
) -> dict[str, str]:
    found = {d.lower(): "deal.yaml" for d in manifest.customer_domains}
    if facts.get("account_domain"):
        found.setdefault(facts["account_domain"].lower(), "the CRM account's domain")
    for human in people.humans:
        if human.side == "customer":
            for email in human.emails:
                if domain := domain_of(email):
                    found.setdefault(domain, f"CRM contact {human.name}")
    return {d: why for d, why in found.items() if d not in own}


def _by_account_name(
    people: People, account: str, own: dict[str, str], customer: dict[str, str]
) -> None:
    """Without a CRM: the domain that resembles the account's name is the customer's."""
    counts: dict[str, int] = defaultdict(int)
    for human in people.humans:
        for domain in {domain_of(e) for e in human.emails} - {None}:
            counts[str(domain)] += 1
    squashed = re.sub(r"[^a-z0-9]", "", account.lower())
    for domain in counts:
        label = re.sub(r"[^a-z0-9]", "", domain.split(".")[0])
        alike = len(label) > 3 and (label[:5] in squashed or squashed[:6] in label)
        if alike and domain not in own and domain not in customer:
            customer[domain] = "resembles the account's name"
    if own or not customer:
        return
    others = sorted((d for d in counts if d not in customer), key=lambda d: -counts[d])
    if others and counts[others[0]] >= 2:
        own[others[0]] = "the other party in the mails"


def set_sides(
    people: People,
    manifest: Manifest,
    configured: Iterable[str],
    facts: Mapping[str, str],
    account: str,
) -> dict[str, str]:
    """Give every human a side where one can be inferred. Returns domain or name -> side and why."""
    names = {n.lower() for n in manifest.own_people}
    for human in people.humans:
        if human.name.lower() in names or human.emails & names:
            human.side, human.why = "vendor", "deal.yaml"
    own = _own_domains(people, manifest, configured)
    customer = _customer_domains(people, manifest, facts, own)
    _by_account_name(people, account, own, customer)
    explained = {d: f"vendor: {why}" for d, why in own.items()}
    explained.update({d: f"customer: {why}" for d, why in customer.items()})
    for human in people.humans:
        domains = {domain_of(e) for e in human.emails}
        sides: set[Side] = set()
        if domains & set(own):
            sides.add("vendor")
        if domains & set(customer):
            sides.add("customer")
        if len(sides) == 1 and human.why != "deal.yaml":
            human.side, human.why = sides.pop(), "mail domain"
        if human.side != "unknown" and human.why != "mail domain":
            explained[human.name] = f"{human.side}: {human.why}"
    return explained
