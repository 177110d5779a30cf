"""Who is the same human across systems.

Joined on a system's id or a mail address first; on a full name (or surname with initial) only within a meeting, or where a
matching company or the lack of any namesake leaves one human; never on a first name alone. Where two could be meant nobody is
chosen, and it is noted why. Sides are decided in `sides`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.companies import domain_of
from indexer.humans import (
    Human,
    SideEvidence,
    akin,
    bears,
    either,
    known_at,
    of_company,
    opposes,
    readings_of,
    saying,
    spells,
    where,
)
from indexer.models import Participant, Side
from indexer.names import (
    Label,
    forms,
    is_generic,
    is_role_mailbox,
    likeness,
    name_in_address,
    read_label,
    words_of,
)

SHORT_ID = 6
"""An id with fewer characters may stand for somebody else in another system or meeting."""
IN_DOUBT = ("could be ", "both sides: ", "belongs to the related account ")
"""How the reasons begin for which somebody's side must not be guessed."""
_DIRECTORIES = frozenset(
    {"salesforce", "hubspot", "crm", "slack", "teams", "zendesk", "intercom", "jira"}
)
"""Systems in which an id means one person wherever it stands."""


def _evidence(system: str, p: Participant) -> SideEvidence | None:
    if p.side not in ("customer", "vendor"):
        return None
    if system in ("salesforce", "hubspot", "crm"):
        why = "a CRM contact" if p.side == "customer" else "an owner or user of the CRM"
        return SideEvidence(2, p.side, why)
    if system == "slack":
        return SideEvidence(3, p.side, "a member of the Slack workspace")
    if system in ("gong", "chorus"):
        return SideEvidence(2, p.side, f"{system.title()}'s affiliation")
    return SideEvidence(3, p.side, f"{system or 'the source'} says so")


@dataclass(frozen=True)
class Naming:
    """One naming of a person by one source; `place` is the artifact it stands in, if any."""

    participant: Participant
    system: str = ""
    place: str | None = None


class People:
    """The people of one deal, found by address, system id or name."""

    def __init__(self) -> None:
        self.humans: list[Human] = []
        self.doubts: dict[str, str] = {}
        """Labels and names that stay unresolved or undecided, and why."""
        self._by_key: dict[str, Human] = {}
        self._at: dict[str, list[Human]] = defaultdict(list)
        self._by_surname: dict[str, list[Human]] = defaultdict(list)
        self._shared: set[str] = set()

    def note_shared(self, namings: Iterable[Naming]) -> None:
        """Learn which addresses several people use: role mailboxes, and those with names that have no word in common."""
        names: dict[str, list[str]] = defaultdict(list)
        for naming in namings:
            p = naming.participant
            if p.email and "@" not in p.name and len(words_of(read_label(p.name).name)) > 1:
                names[p.email.lower()].append(read_label(p.name).name)
        for address, held in names.items():
            if any(not akin(held[0], other) for other in held[1:]):
                self._shared.add(address)
                self.doubts[address] = "a mailbox that several people write from: it names nobody"

    def is_shared(self, address: str) -> bool:
        return address.lower() in self._shared or is_role_mailbox(address)

    def add(self, p: Participant, system: str = "", place: str | None = None) -> Human | None:
        """Merge one naming of a person in; returns the human it belongs to.

        None for what is no person, and for a bare label that could be two people: it makes no third one.
        """
        label = read_label(p.name)
        if not label.name or is_generic(label.name):
            return None
        address = p.email.lower() if p.email and not self.is_shared(p.email) else None
        key = _id_key(system, p.system_id, place)
        human = self._by_key.get(key) or self._by_key.get(f"mail:{address}")
        if human is None:
            if len(words_of(label.name)) < 2 and not (address or key):
                return None
            human, doubt = self._by_name(label, p.email, place, p.side)
            if human is None and doubt and not address and not key:
                self.doubts.setdefault(p.name, doubt)
                return None
        if human is None:
            human = Human(name=label.name)
            self.humans.append(human)
        self._merge(human, label, p, address, key)
        if evidence := _evidence(system, p):
            human.evidence.append(evidence)
        human.contact |= _is_contact(system, p)
        if place is not None and human not in self._at[place]:
            self._at[place].append(human)
        return human

    def _merge(
        self, human: Human, label: Label, p: Participant, address: str | None, key: str
    ) -> None:
        better = "@" in human.name or len(words_of(human.name)) < 2
        if (
            better
            and "@" not in label.name
            and len(words_of(label.name)) >= len(words_of(human.name))
        ):
            human.aliases.add(human.name)
            human.name = label.name
        spelled = name_in_address(address or "")
        if "@" in human.name and spelled:
            human.aliases.add(human.name)
            human.name = spelled
        human.aliases.add(p.name)
        human.title = human.title or p.title
        if label.company:
            human.companies.add(label.company)
        if address:
            human.emails.add(address)
            self._by_key.setdefault(f"mail:{address}", human)
        if p.system_id:
            human.ids.add(p.system_id)
        if key:
            self._by_key.setdefault(key, human)
        if p.role:
            human.roles.add(p.role)
        self._note_names(human)

    def _note_names(self, human: Human) -> None:
        for name in human.names:
            words = words_of(name)
            if len(words) > 1 and "@" not in name:
                for part in {words[-1], *words[-1].split("-")}:
                    for form in forms(part):
                        if human not in self._by_surname[form]:
                            self._by_surname[form].append(human)

    def _namesakes(self, label: Label) -> tuple[list[Human], list[Human]]:
        """Humans whose full name, and whose surname with an initial or short form, the label gives."""
        full: list[Human] = []
        short: list[Human] = []
        for name in readings_of(label):
            words = words_of(name)
            if len(words) < 2:
                continue
            near = {
                id(h): h
                for part in {words[-1], *words[-1].split("-")}
                for form in forms(part)
                for h in self._by_surname.get(form, ())
            }
            for human in near.values():
                degrees = {likeness(name, other) for other in human.names}
                if ("full" in degrees or label.titled) and human not in full:
                    full.append(human)
                elif "short" in degrees and human not in short:
                    short.append(human)
        return full, [h for h in short if h not in full]

    def _by_name(
        self, label: Label, email: str | None, place: str | None, side: Side | None
    ) -> tuple[Human | None, str]:
        """The one human whom a label can mean, or None and why nobody is chosen.

        Nobody whom another source puts on the opposite of `side`, nor a second address of one meeting.
        """
        present = self._at.get(place or "", [])
        full, short = ([h for h in g if not opposes(h, side)] for g in self._namesakes(label))
        if email:
            full, short = (
                [h for h in g if h not in present or not h.emails] for g in (full, short)
            )
        domain = domain_of(email)
        if domain:  # an address of a company: only people of that company, or without any
            full = of_company(full, domain) or [
                h for h in full if not h.domains and not h.companies
            ]
            short = of_company(short, domain)
        elif email:  # free mail: the address itself must spell the surname
            full = [h for h in full if spells(email, h)]
            short = []
        if label.company:
            full, short = (saying(label.company, group) for group in (full, short))
        for group in (full, short):
            here = [h for h in group if h in present]
            if len(here) == 1:
                return here[0], ""
            if len(here) > 1:
                return None, f"could be {either(here)}, all present"
            if len(group) == 1:
                return group[0], ""
            if len(group) > 1:
                return None, f"could be {either(group)}"
        return None, ""

    def find(
        self,
        label: str | None,
        speaker_id: str | None = None,
        place: str | None = None,
        system: str = "",
    ) -> Human | None:
        """The human behind a speaker's label or id at a place, or None; why stands in `doubts`."""
        if speaker_id:
            keys = (f"mail:{speaker_id.lower()}", _id_key(system, speaker_id, place))
            for key in keys:
                if key in self._by_key:
                    return self._by_key[key]
        if not label:
            return None
        parts = read_label(label)
        if not parts.name or is_generic(parts.name):
            return None
        address = speaker_id if speaker_id and "@" in speaker_id else None
        if len(words_of(parts.name)) < 2:
            return self._by_first_name(label, parts, place)
        human, doubt = self._by_name(parts, address, place, None)
        if human is None and doubt:
            self.doubts.setdefault(label, doubt)
        return human

    def _by_first_name(self, label: str, parts: Label, place: str | None) -> Human | None:
        """A first name with a company, where one such person takes part; alone it names nobody."""
        present = self._at.get(place or "", [])
        called = [h for h in present if bears(h, parts.name)]
        if parts.company:
            certain = [h for h in called if known_at(h, parts.company)]
            if len(certain) == 1:
                return certain[0]
        if any(bears(h, parts.name) for h in self.humans):
            self.doubts.setdefault(label, "only a first name: it is joined with nobody")
        return None

    def settle(self) -> None:
        """Give namesakes names that tell them apart: `Anna Berg (acme.example)`."""
        same: dict[str, list[Human]] = defaultdict(list)
        for human in self.humans:
            same[human.name.casefold()].append(human)
        for group in same.values():
            if len(group) > 1:
                why = f"{len(group)} people of this name ({either(group)}): they are kept apart"
                self.doubts.setdefault(group[0].name, why)
                used: set[str] = set()
                for human in group:
                    place = where(human)
                    human.aliases.add(human.name)
                    number = f" {len(used) + 1}" if place in used else ""
                    used.add(place)
                    human.name = f"{human.name} ({place}{number})"


def _id_key(system: str, own_id: str | None, place: str | None) -> str:
    if not own_id or "@" in own_id:
        return ""
    if len(own_id) >= SHORT_ID:
        return f"id:{own_id}"
    return f"id:{system if system in _DIRECTORIES else place}:{own_id}"


def _is_contact(system: str, p: Participant) -> bool:
    role = p.role or ""
    return p.side == "customer" and (
        system in ("salesforce", "hubspot", "crm") or role.startswith("contact")
    )
