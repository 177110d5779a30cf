"""People as the brief shows them: the parts they play by what they say and what is said of them.

A part is given by passages that the reading head and general cues take for words about it, to whom these are about;
each role names the claim that proves it. Engagement is counted; influence only where somebody states it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agent.cast import Cast
from agent.door import BriefDoor
from agent.found import Proposer, flags_of
from agent.models import Claim, PersonRow
from agent.quoting import run_around
from agent.ranking import Ranking, looks_like_instruction
from indexer.days import day_of
from indexer.models import Person
from indexer.search import AccountIndex
from prompts.cues import cue, cues
from prompts.template import FieldSpec

PARTS = {
    "economic_buyer": "stakeholders.economic_buyer", "champion": "stakeholders.champion",
    "executive_sponsor": "stakeholders.executive_sponsor", "skeptic": "stakeholders.skeptics",
}  # fmt: skip
SHARED = ("skeptic",)
"""Parts that several people play; of the others there is one, with most of the evidence."""
CUED, READ = 0.4, 0.6
"""What a cue counts for, and the reading head's probability of the part's field."""
SURE_AT, SHARED_AT, SURE_ALONE_AT = 0.4, 0.5, 0.8
"""From which on a passage with a cue speaks of a part that one plays, that several play; and one that only the head
takes for it."""
PREFERS_AT = 0.3
_WEIGHT = {"call": 1.0, "mail": 1.0, "chat": 0.9, "note": 0.8, "contract": 0.0}
_SAYS_NOTHING = ("question", "hypothetical", "other_customer", "smalltalk")
_SIDES = {"customer": 0, "unknown": 1, "vendor": 2}


def told(claim: Claim) -> str:
    """The words of a claim that say it most plainly."""
    quote = claim.citations[0].quote
    return quote[slice(*claim.core)] if claim.core else quote


class Passage(NamedTuple):
    """A passage that speaks of somebody's part, and how surely."""

    row: int
    person: Person
    sure: float


class Roles:
    """Works out the rows of one deal's people."""

    def __init__(
        self, index: AccountIndex, ranking: Ranking, specs: Mapping[str, FieldSpec], cast: Cast,
        door: BriefDoor,
    ) -> None:  # fmt: skip
        self._index, self._ranking, self._specs = index, ranking, specs
        self._cast, self._door = cast, door
        self._readings = ranking.readings
        self._stated = 1 - self._readings.act(*_SAYS_NOTHING)
        self._proposer = Proposer(index, door)
        self._calls = {p for p, a in index.artifacts.items() if a.kind == "call"}

    def rows(self, objections: Sequence[str] = ()) -> tuple[PersonRow, ...]:
        """Everybody who was heard, written to, or has a part; the customer's people first.

        `objections` are claims that raise one: they are concerns of those who raise them.
        """
        proofs: dict[str, dict[str, str]] = defaultdict(dict)
        for part, field in PARTS.items():
            if field in self._specs:
                for name, claim in self._players(part, field):
                    proofs[name][part] = claim
        preferences, influence = self._preferences(), self._influence()
        concerns: dict[str, list[str]] = defaultdict(list)
        for claim in objections:
            speaker = self._cast.known(self._door.claims[claim].citations[0].speaker)
            if speaker is not None:
                concerns[speaker.name].append(claim)
        attended = self._attendance()
        rows = []
        for person in self._cast.people:
            own, roles = proofs.get(person.name, {}), self._crm_roles(person)
            engagement = {"calls": person.calls, "mails": person.mails, "messages": person.messages}
            if not (any(engagement.values()) or roles or own or person.title or person.outdated):
                continue
            doubts = [own["skeptic"]] if "skeptic" in own else []
            worries = tuple(dict.fromkeys((*doubts, *concerns[person.name])))
            wishes, say = preferences.get(person.name, ()), influence.get(person.name)
            about = (*own.values(), *wishes, *worries, *((say,) if say else ()))
            rows.append(PersonRow(
                name=person.name, title=person.title, side=person.side,
                roles=tuple(dict.fromkeys((*own, *roles))), proofs=own, engagement=engagement,
                attended=attended.get(person.name, 0), of_calls=len(self._calls),
                last_seen=str(day_of(person.last_seen) or "") or None, outdated=person.outdated,
                influence=say, preferences=wishes, concerns=worries, claims=tuple(dict.fromkeys(about)),
                citations=tuple(self._door.claims[c].citations[0] for c in dict.fromkeys(own.values())),
            ))  # fmt: skip
        return tuple(sorted(rows, key=lambda r: (
            _SIDES[r.side], not r.roles, -sum(r.engagement.values()), r.name,
        )))  # fmt: skip

    def _attendance(self) -> dict[str, int]:
        """In how many calls each person spoke or is listed as taking part."""
        present: dict[str, set[str]] = defaultdict(set)
        for segment in self._index.segments:
            if segment.artifact in self._calls and segment.person:
                present[segment.person].add(segment.artifact)
        for path in self._calls:
            for p in self._index.artifacts[path].participants:
                person = self._cast.known(p.email) or self._cast.known(p.name)
                if person is not None:
                    present[person.name].add(path)
        return {name: len(paths) for name, paths in present.items()}

    @staticmethod
    def _crm_roles(person: Person) -> list[str]:
        """The CRM's contact roles, a template role by the template's name."""
        said = [
            r.removeprefix("contact role: ") for r in person.roles if r.startswith("contact role")
        ]
        ids = {r: re.sub(r"\W+", "_", r.lower()).strip("_") for r in said}
        return [ids[r] if ids[r] in PARTS else r for r in said]

    def _about_people(self, field: str) -> Iterator[tuple[int, str, Person, float]]:
        """Rows of passages about one of the customer's people, with their words and the head's probability."""
        chances = self._readings.field(field)
        for row, position in enumerate(self._readings.owner.tolist()):
            segment = self._index.segments[position]
            artifact = self._index.artifacts[segment.artifact]
            weight = _WEIGHT.get(artifact.kind, 0.7)
            if segment.role != "body" or not weight or artifact.meta.get("bulk") == "true":
                continue
            if self._stated[row] < 0.5 or looks_like_instruction(segment.text):
                continue
            words = segment.text[slice(*self._readings.spans[row])]
            person = self._cast.subject(words, self._cast.known(segment.person or segment.speaker))
            if person is not None and person.side == "customer":
                yield row, words, person, float(chances[row]) * weight

    def _players(self, part: str, field: str) -> Iterator[tuple[str, str]]:
        """Who plays a part, with the claim that proves it."""
        pattern, heard = cues("roles")[part], defaultdict[str, list[Passage]](list)
        enough = SHARED_AT if part in SHARED else SURE_AT
        for row, words, person, chance in self._about_people(field):
            cued = pattern.search(words) is not None
            sure = CUED + READ * chance if cued else chance
            if sure >= (enough if cued else SURE_ALONE_AT):
                heard[person.name].append(Passage(row, person, sure))
        crm = {p.name for p in self._cast.people if part in self._crm_roles(p)}
        weight = {
            n: sum(p.sure for p in ps) + (1.0 if n in crm else 0.0) for n, ps in heard.items()
        }
        order = sorted(weight, key=lambda n: (-weight[n], n))
        for name in order if part in SHARED else order[:1]:
            claim = self._claim(max(heard[name], key=lambda p: p.sure).row, field)
            if claim is not None:
                yield name, claim

    def _claim(self, row: int, field: str) -> str | None:
        position, span = int(self._readings.owner[row]), self._readings.spans[row]
        segment = self._index.segments[position]
        spans = [self._readings.spans[r] for r in self._readings.of(position)]
        worth = [float(s == span) for s in spans]
        sentences = run_around(segment.text, spans, worth, span)
        flags = flags_of(self._index, segment)
        return self._proposer.propose(
            field, self._specs[field], position, sentences, flags, core=span
        )

    def _preferences(self) -> dict[str, tuple[str, ...]]:
        """Of each customer's person how they want to be reached, by their own words or what is said of them."""
        field = "relationship.communication"
        found: dict[str, list[str]] = defaultdict(list)
        if field not in self._specs:
            return {}
        for row, words, person, chance in self._about_people(field):
            if (
                chance >= PREFERS_AT
                and cue("channel").search(words)
                and len(found[person.name]) < 2
            ):
                claim = self._claim(row, field)
                if claim is not None and claim not in found[person.name]:
                    found[person.name].append(claim)
        return {name: tuple(ids) for name, ids in found.items() if ids}

    def _influence(self) -> dict[str, str]:
        """Of each customer's person the claim in which their say is stated; nothing is guessed."""
        found: dict[str, str] = {}
        for claim in self._door.claims.values():
            if claim.field not in ("relationship.decision_process", "stakeholders.economic_buyer"):
                continue
            words = told(claim)
            if not cue("influence").search(words):
                continue
            subject = self._cast.subject(words, self._cast.known(claim.citations[0].speaker))
            for person in (subject, *(m.person for m in self._cast.named(words))):
                if person is not None and person.side == "customer":
                    found.setdefault(person.name, claim.id)
        return found


def absent(rows: Sequence[PersonRow], role: str) -> PersonRow | None:
    """The person of a role who was in none of the deal's calls, where there were any."""
    return next((r for r in rows if role in r.roles and r.of_calls and not r.attended), None)
