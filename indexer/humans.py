"""One human as several sources name them, and what can be said of a few who bear one name.

Mutable while they are merged; who is whom is decided in `people`, sides in `sides`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.companies import company_key, domain_of, names_company
from indexer.models import Side
from indexer.names import Label, first_name, forms, read_label, words_of


@dataclass(frozen=True)
class SideEvidence:
    """What one source says of a human's side. A lower tier counts before a higher one."""

    tier: int
    side: Side
    why: str


@dataclass(eq=False)
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
    companies: set[str] = field(default_factory=set)
    evidence: list[SideEvidence] = field(default_factory=list)
    undecided: bool = False
    """True if sources contradict each other about the side: then nothing may guess it."""
    contact: bool = False
    """True if a CRM lists them as the customer's contact."""

    @property
    def domains(self) -> set[str]:
        """Domains of their company addresses; free mail counts for none."""
        return {d for e in self.emails if (d := domain_of(e))}

    @property
    def names(self) -> set[str]:
        """Every name they go by, without decoration."""
        return {self.name, *(n for a in self.aliases for n in readings_of(read_label(a)))}


def readings_of(label: Label) -> tuple[str, ...]:
    """The name of a label, and the same name read another way."""
    return (label.name, *label.others)


def akin(a: str, b: str) -> bool:
    """True if two names of one address can be one person's: they share a word in some spelling."""
    x = {f for w in words_of(a) for f in forms(w)}
    y = {f for w in words_of(b) for f in forms(w)}
    return bool(x & y) or any(len(min(p, q, key=len)) == 1 and p[0] == q[0] for p in x for q in y)


def bears(human: Human, first: str) -> bool:
    """True if a human goes by a first name."""
    return any(first_name(n).casefold() == first.casefold() for n in human.names if "@" not in n)


def known_at(human: Human, company: str) -> bool:
    """True if a human is known to be of a company, by mail domain or label."""
    return any(names_company(company, d) for d in human.domains) or any(
        company_key(c) == company_key(company) for c in human.companies
    )


def of_company(group: Sequence[Human], domain: str) -> list[Human]:
    """Those of a group who are of the company with this mail domain."""
    return [
        h for h in group if domain in h.domains
        or (not h.domains and any(names_company(c, domain) for c in h.companies))
    ]  # fmt: skip


def saying(company: str, group: list[Human]) -> list[Human]:
    """Of several namesakes those whom a label's company fits; one alone stays unless it is another company's."""
    certain = [h for h in group if known_at(h, company)]
    if certain:
        return certain
    return [h for h in group if not h.companies] if len(group) == 1 else group


def spells(address: str, human: Human) -> bool:
    """True if a private address spells the human's surname."""
    local = "".join(forms(address.split("@", 1)[0]))
    surnames = {
        f
        for n in human.names
        if "@" not in n
        for f in forms(words_of(n)[-1] if words_of(n) else "")
    }
    return any(len(s) > 2 and s in local for s in surnames)


def where(human: Human) -> str:
    """What tells a human apart from namesakes: company domain, address, company."""
    found = sorted(human.domains) or sorted(human.emails) or sorted(human.companies)
    return found[0] if found else "no address"


def either(group: Sequence[Human]) -> str:
    """`A of x or B of y`."""
    return " or ".join(sorted(f"{h.name} of {where(h)}" for h in group))


def opposes(human: Human, side: Side | None) -> bool:
    """True if sources put the human on the other side only."""
    stated = {e.side for e in human.evidence}
    return side in ("customer", "vendor") and bool(stated) and side not in stated
