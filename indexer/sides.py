"""Who is on which side, and why.

First that applies: deal.yaml; the settings' own domains; mail domains and what the sources themselves say (CRM, Gong,
Chorus); weaker words (the Slack workspace's members, a label's company). Within one of these, both sides or neither means
unknown, and the reason is noted. Free-mail domains never decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indexer.companies import company_key, domain_of, names_company, same_domain
from indexer.humans import Human, SideEvidence
from indexer.manifest import Manifest
from indexer.models import RawArtifact, Side
from indexer.names import likeness
from indexer.people import People

_SUPPLIER = re.compile(
    r"^\W*(?:supplier|provider|vendor|seller|licensor|contractor|service provider|anbieter|auftragnehmer|lieferant|fournisseur)"
    r"(?: name)?\s*[:\t]\s*([^\t\n,;(]{2,60})",
    re.I | re.M,
)


@dataclass
class Domains:
    """Whose a mail domain is, and how that is known."""

    own: dict[str, SideEvidence] = field(default_factory=dict)
    customer: dict[str, SideEvidence] = field(default_factory=dict)

    def add(self, domain: str | None, tier: int, side: Side, why: str) -> None:
        """Note a domain unless it is known better already, as the other side's or as this one's."""
        if not domain or any(same_domain(domain, d) for d in (*self.own, *self.customer)):
            return
        held = self.own if side == "vendor" else self.customer
        held[domain] = SideEvidence(tier, side, why)

    def evidence(self, domain: str) -> list[SideEvidence]:
        """What is known of an address's domain."""
        found = [
            e
            for held in (self.own, self.customer)
            for d, e in held.items()
            if same_domain(domain, d)
        ]
        return [SideEvidence(e.tier, e.side, f"mail domain {domain} ({e.why})") for e in found]


def _given_domains(manifest: Manifest, configured: Iterable[str]) -> Domains:
    found = Domains()
    for domain in manifest.own_domains:
        found.add(domain.lower(), 0, "vendor", "deal.yaml")
    for domain in manifest.customer_domains:
        found.add(domain.lower(), 0, "customer", "deal.yaml")
    for domain in configured:
        found.add(domain.lower(), 1, "vendor", "settings")
    return found


def _counted(people: People, side: Side, tier: int) -> Counter[str]:
    """Company domains of those whom sources of a tier put on a side."""
    return Counter(
        domain
        for human in people.humans
        if any(e.side == side and e.tier == tier for e in human.evidence)
        for domain in human.domains
    )


def _infer_from_crm(found: Domains, people: People, facts: Mapping[str, str], account: str) -> None:
    """Domains that deal.yaml and the settings leave open, from the CRM, its users and contacts."""
    found.add(_domain(facts.get("account_domain")), 2, "customer", "the CRM account's domain")
    if not found.own:
        users = _counted(people, "vendor", 2) or _counted(people, "vendor", 3)
        found.add(_domain(facts.get("vendor_domain")), 2, "vendor", "the CRM users' domain")
        for domain, count in users.most_common():
            if count * 4 >= users.most_common(1)[0][1]:
                found.add(domain, 2, "vendor", f"{count} of our people in the CRM, calls or chat")
    contacts = _counted(people, "customer", 2)
    for domain, count in contacts.most_common():
        # One contact alone may be a consultant: their domain is the customer's only if it bears its name.
        if count > 1 or len(contacts) == 1 or names_company(account, domain):
            found.add(domain, 2, "customer", f"{count} CRM contacts")


def _infer_from_names(
    found: Domains, people: People, account: str, papers: Sequence[RawArtifact]
) -> None:
    """Without a CRM: domains that bear the account's or the supplier's name; at last the other party's."""
    everybody = Counter(d for h in people.humans for d in h.domains)
    for domain in sorted(everybody):
        if names_company(account, domain):
            found.add(domain, 2, "customer", "resembles the account's name")
    if not found.own:
        supplier = _supplier(papers)
        for domain in sorted(everybody):
            if supplier and names_company(supplier, domain):
                found.add(domain, 2, "vendor", f"the supplier in the order form, {supplier}")
    if not found.own and found.customer:
        others = Counter({d: n for d, n in everybody.items() if d not in found.customer})
        top = others.most_common(2)
        if top and top[0][1] >= 2 and (len(top) == 1 or top[0][1] > top[1][1]):
            found.add(top[0][0], 2, "vendor", "the other party in the mails")


def _domain(value: str | None) -> str | None:
    return domain_of(f"x@{value}") if value else None


def _supplier(papers: Sequence[RawArtifact]) -> str | None:
    """The company that an order form names as its supplier."""
    for paper in papers:
        for segment in paper.segments[:60]:
            match = _SUPPLIER.search(segment.text)
            if match:
                return match[1].strip(" .")
    return None


def _related(human: Human, manifest: Manifest) -> str | None:
    """The related account whose person this is, by mail domain or company, if one."""
    for name in manifest.related_accounts:
        if any(names_company(name, d) for d in human.domains):
            return name
        if any(company_key(c) == company_key(name) for c in human.companies):
            return name
    return None


def _named_people(human: Human, manifest: Manifest) -> list[SideEvidence]:
    """What deal.yaml says of a human by name or address."""
    found: list[SideEvidence] = []
    sides: tuple[tuple[Side, tuple[str, ...]], ...] = (
        ("vendor", manifest.own_people),
        ("customer", manifest.customer_people),
    )
    for side, listed in sides:
        for given in listed:
            by_address = "@" in given and given.lower() in human.emails
            if by_address or any(likeness(given, n) == "full" for n in human.names):
                found.append(SideEvidence(0, side, "deal.yaml"))
                break
    return found


def _by_company(human: Human, account: str, vendor: str | None) -> list[SideEvidence]:
    """What the company in somebody's label says: `Jo Roe (Acme)`."""
    found = []
    for company in sorted(human.companies):
        key = company_key(company)
        if key == company_key(account):
            found.append(SideEvidence(3, "customer", f"labelled {company}"))
        elif vendor and key == company_key(vendor):
            found.append(SideEvidence(3, "vendor", f"labelled {company}"))
    return found


def _decide(human: Human, evidence: Sequence[SideEvidence]) -> str | None:
    """Set the human's side from the first tier that says anything; returns why it stays open, if it does."""
    if not evidence:
        return None
    first = [e for e in evidence if e.tier == min(e.tier for e in evidence)]
    sides = {e.side for e in first}
    if len(sides) > 1:
        human.side, human.why = "unknown", ""
        human.undecided = True
        said = {side: next(e.why for e in first if e.side == side) for side in sorted(sides)}
        return "both sides: " + ", but ".join(f"{side} by {why}" for side, why in said.items())
    human.side, human.why = first[0].side, first[0].why
    return None


def set_sides(
    people: People,
    manifest: Manifest,
    configured: Iterable[str],
    facts: Mapping[str, str],
    account: str,
    papers: Sequence[RawArtifact] = (),
) -> dict[str, str]:
    """Give every human a side where one can be inferred. Returns domain or name -> side and why.

    Why somebody stays unknown is noted in `people.doubts`.
    """
    domains = _given_domains(manifest, configured)
    _infer_from_crm(domains, people, facts, account)
    _infer_from_names(domains, people, account, papers)
    vendor = manifest.vendor or _supplier(papers)
    explained = {d: f"vendor: {e.why}" for d, e in domains.own.items()}
    explained.update({d: f"customer: {e.why}" for d, e in domains.customer.items()})
    for human in people.humans:
        by_domain = [e for d in sorted(human.domains) for e in domains.evidence(d)]
        given = _named_people(human, manifest)
        related = _related(human, manifest)
        if related and not given:
            human.side, human.why, human.undecided = "unknown", "", True
            people.doubts[human.name] = f"belongs to the related account {related}"
            continue
        doubt = _decide(
            human, [*given, *by_domain, *human.evidence, *_by_company(human, account, vendor)]
        )
        if doubt:
            people.doubts[human.name] = doubt
        elif human.side == "unknown" and human.emails:
            people.doubts.setdefault(human.name, _why_unknown(human))
        elif human.side != "unknown" and not human.why.startswith("mail domain"):
            explained[human.name] = f"{human.side}: {human.why}"
    return explained


def _why_unknown(human: Human) -> str:
    if not human.domains:
        return "a free-mail address tells no side"
    return f"nothing tells whose {', '.join(sorted(human.domains))} is"


def infer_call_sides(artifacts: Sequence[RawArtifact], people: People) -> dict[str, str]:
    """Speakers of a call with us whom no source of ours knows are the customer's."""
    explained: dict[str, str] = {}
    ours = {h.name for h in people.humans if h.side == "vendor"}
    for artifact in artifacts:
        if artifact.kind != "call":
            continue
        speakers = {
            id(h): h
            for s in artifact.segments
            if s.speaker
            and (h := people.find(s.speaker, s.speaker_id, artifact.path, artifact.system))
        }
        if not any(h.name in ours for h in speakers.values()):
            continue
        for human in speakers.values():
            if human.side == "unknown" and not human.emails and not human.undecided:
                human.side, human.why = "customer", "on a call with us and none of ours"
                explained[human.name] = f"customer: {human.why}"
    return explained
