"""Gaps of scope `detail`: what an answered field still lacks, each looked for in all evidence before it is marked.

A goal without a measure, a risk that nobody looks after, an action without a day, a sponsor who was in no call, an
integration without version or owner, an objection without an answer, security items that nobody spoke of. A detail that
stands anywhere in words about the same thing is not missing. Only the few that matter most are asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.cast import Cast
from agent.door import BriefDoor
from agent.found import Found
from agent.models import ChecklistItem, Claim, Objection, PersonRow, Risk
from agent.relatedness import Relatedness
from agent.roles import absent, told
from agent.values import values_of
from agent.verification.dates import whens
from agent.verification.words import content
from indexer.search import AccountIndex
from prompts.cues import all_of, cue, cues
from prompts.details import DetailSpec, detail_specs
from tools.drafts import GapDraft

MAX_DETAILS = 6
MAX_A_KIND = 2
SAME_AT, SHARED = 0.3, 3
"""How related words must be, or how many telling words they must share, for a number, day or person in them to count
as the detail looked for."""
LOOKED_AT = 14
WORDS = 14
_CLAUSE = re.compile(r"[,;:.!?–—]\s+|\s+-{1,2}\s+")
_LINK = re.compile(r"^(?:(?:is|are|was|were|would be|and|but|so|because|that) )+", re.I)
_SYSTEM = re.compile(
    r"\b(?:[A-Z][\w&-]*[A-Z0-9][\w&-]*|[A-Z][a-z][\w&-]{2,})(?: (?:[A-Z][\w&-]+))?\b"
)
_GOALS = ("summary.success", "goals.first_90_days", "goals.success_metrics", "goals.first_value")
_TITLES = {"executive_sponsor": "the executive sponsor", "economic_buyer": "the one who pays"}


@dataclass(frozen=True)
class Wanted:
    """A detail that seems to be missing: its words filled in, and the segments that came nearest."""

    spec: DetailSpec
    worth: float
    nearest: tuple[str, ...] = ()


def phrase(text: str, around: re.Pattern[str] | None = None, limit: int = WORDS) -> str:
    """A few words of a text, verbatim: the clause that `around` matches in, else its first telling one."""
    match = around.search(text) if around else None
    clauses, start = [], 0
    for cut in _CLAUSE.finditer(text):
        clauses.append((start, cut.start()))
        start = cut.end()
    clauses.append((start, len(text.rstrip(" .,;:!?"))))
    long = [c for c in clauses if len(text[slice(*c)].split()) >= 4] or clauses
    held = [c for c in clauses if match and c[0] <= match.start() < max(c[1], c[0] + 1)]
    chosen = (held or long)[0]
    words = _LINK.sub("", text[slice(*chosen)].strip(' .,;:!?"“”')).split()
    return " ".join(words[:limit]) + ("…" if len(words) > limit else "")


class Details:
    """Looks for what one account's answered fields lack."""

    def __init__(
        self, index: AccountIndex, related: Relatedness, cast: Cast, door: BriefDoor, found: Found
    ) -> None:
        self._index, self._related, self._cast = index, related, cast
        self._door, self._found = door, found
        self._readings = related.readings
        self._at = {s.id: i for i, s in enumerate(index.segments)}
        self._vague = cues("vague")
        asking = self._readings.act("question", "hypothetical", "other_customer", "smalltalk")
        self._asking = self._readings.by_segment(asking)

    def mark(
        self, people: Sequence[PersonRow], risks: Sequence[Risk], objections: Sequence[Objection],
        checklist: Sequence[ChecklistItem],
    ) -> None:  # fmt: skip
        """Mark what is missing as gaps of scope `detail`: the few most worth asking, no field all by itself."""
        open_fields = {g.field for g in self._door.gaps.values() if g.scope == "field"}
        wanted = [
            *self._goals(), *self._sponsor(people), *self._objections(objections), *self._risks(risks),
            *self._actions(), *self._integrations(), *self._checklist(checklist),
        ]  # fmt: skip
        marked: dict[str, int] = {}
        for one in sorted(wanted, key=lambda w: -w.worth):
            field = one.spec.field
            if field in open_fields or marked.get(field, 0) == MAX_A_KIND:
                continue
            if sum(marked.values()) == MAX_DETAILS:
                break
            marked[field] = marked.get(field, 0) + 1
            self._door.mark_gap(GapDraft(
                field=field, scope="detail", about=one.spec.about, question=one.spec.question,
                ask=one.spec.ask, searched=one.spec.searched, nearest=one.nearest,
            ))  # fmt: skip

    def _listed(self, fields: Sequence[str], count: int = 2) -> Iterator[Claim]:
        for field in fields:
            for claim in self._found.by_field.get(field, [])[:count]:
                yield self._door.claims[claim]

    def _near(self, claim: Claim) -> list[int]:
        """Positions of segments about the same thing as a claim, its own first, most related next."""
        cited = claim.citations[0]
        own = self._at[cited.segment]
        words = told(claim)
        vector = self._index.embedder.embed([words])[0]
        scores = self._index.score(words, vector)
        looked = [int(i) for i in (-scores).argsort()[:LOOKED_AT]]
        said = self._related.said(list(self._readings.of(own)), vector)
        sure, _ = self._related.of(said, range(len(self._index.segments)))
        same = [int(i) for i in (-sure).argsort()[:LOOKED_AT]]
        stems = content(words)
        kept = [
            i
            for i in dict.fromkeys((*same, *looked))
            if i != own and (sure[i] >= SAME_AT or len(stems & content(self._text(i))) >= SHARED)
        ]
        return [own, *(i for i in kept if self._asking[i] < 0.5)]

    def _text(self, position: int) -> str:
        return self._index.segments[position].text

    def _missing(self, claim: Claim, holds: Callable[[str], bool]) -> tuple[bool, tuple[str, ...]]:
        """Whether no words about the same thing hold the detail; and the nearest segments besides its own."""
        near = self._near(claim)
        if any(holds(self._text(i)) for i in near):
            return False, ()
        return True, tuple(self._index.segments[i].id for i in near[1:3])

    def _wanted(
        self,
        kind: str,
        values: Mapping[str, str],
        nearest: tuple[str, ...] = (),
        ask: str | None = None,
    ) -> Wanted:
        spec = detail_specs()[kind].filled(**values)
        if ask:
            spec = spec.model_copy(update={"ask": ask})
        return Wanted(spec, spec.worth, nearest)

    def _said(self, claim: Claim, around: re.Pattern[str] | None = None) -> dict[str, str]:
        """Who said a claim's words, and a few of them."""
        cited = claim.citations[0]
        place = self._index.artifacts[cited.artifact].kind
        who = cited.speaker.split(" (")[0] if cited.speaker else f"The {place}"
        return {"who": who, "words": phrase(told(claim), around)}

    def _measured(self, text: str) -> bool:
        return bool(values_of(text) or self._vague["measured"].search(text))

    def _goals(self) -> Iterator[Wanted]:
        better = self._vague["comparative"]
        seen: set[str] = set()
        for claim in self._listed(_GOALS):
            words, cited = told(claim), claim.citations[0]
            if cited.segment in seen or not better.search(words) or self._measured(words):
                continue
            seen.add(cited.segment)
            missing, nearest = self._missing(claim, self._measured)
            if missing and cited.side == "customer":
                wanted = self._wanted(
                    "goal_measure", self._said(claim, better), nearest, "customer"
                )
                own = wanted.spec.model_copy(update={"field": claim.field or wanted.spec.field})
                yield Wanted(own, own.worth, nearest)

    def _sponsor(self, people: Sequence[PersonRow]) -> Iterator[Wanted]:
        for role, title in _TITLES.items():
            person = absent(people, role)
            if person is not None:
                calls = person.of_calls
                count = f"in none of the {calls} calls" if calls > 1 else "not in the one call"
                values = {"who": person.name, "thing": title, "count": count}
                yield self._wanted("sponsor_absent", values)
                return

    def _objections(self, objections: Sequence[Objection]) -> Iterator[Wanted]:
        for objection in objections:
            if objection.state == "open" and objection.answered_by is None:
                claim = self._door.claims[objection.claim]
                yield self._wanted("objection_unanswered", self._said(claim))

    def _taken_care_of(self, text: str) -> bool:
        """True if a text names somebody of the deal, or somebody says `I will`."""
        return bool(
            re.search(r"\bI(?:'ll| will|'m going to| can)\b|\bich (?:werde|kümmere)\b", text)
        )

    def _risks(self, risks: Sequence[Risk]) -> Iterator[Wanted]:
        for risk in risks:
            claim = self._door.claims[risk.claim]
            if risk.severity != "high" or not (claim.field or "").startswith("risks."):
                continue
            missing, nearest = self._missing(claim, self._taken_care_of)
            if missing:
                yield self._wanted("risk_owner", self._said(claim), nearest)

    def _dated(self, text: str) -> bool:
        kinds = {v.kind for v in values_of(text)}
        return bool(kinds & {"date", "duration"} or self._vague["dated"].search(text))

    def _actions(self) -> Iterator[Wanted]:
        for claim in self._listed(("next_steps.first_30_days",), 3):
            if self._dated(claim.citations[0].quote):
                continue
            missing, nearest = self._missing(claim, self._dated)
            if missing:
                ask = "customer" if claim.citations[0].side == "customer" else None
                yield self._wanted("action_date", self._said(claim), nearest, ask)

    def _systems(self, claim: Claim) -> list[str]:
        """Names of systems in a claim's words: capitalised inside a sentence, and nobody's name."""
        words = told(claim)
        people = {w.casefold() for p in self._cast.people for w in re.findall(r"\w+", p.name)}
        company = f"{self._index.account.name} {self._index.account.vendor or ''}".casefold()
        found = []
        for match in _SYSTEM.finditer(words):
            name, before = match.group(), words[: match.start()].rstrip()
            starts = not before or before[-1] in ".!?:"
            parts = [p.casefold() for p in name.split()]
            if (
                starts
                or cue("no_system").search(name)
                or whens(name)
                or people & set(parts)
                or any(p in company for p in parts)
            ):
                continue
            found.append(name)
        return list(dict.fromkeys(found))

    def _integrations(self) -> Iterator[Wanted]:
        done: set[str] = set()
        for claim in self._listed(("technical.integrations",), 3):
            for system in self._systems(claim):
                told_of = [s for s in self._index.segments if system in s.text]
                connects = "technical" in all_of("risks", told(claim))
                if system in done or not (connects or len(told_of) > 1):
                    continue
                done.add(system)
                nearest = tuple(s.id for s in told_of if s.id != claim.citations[0].segment)[:2]
                values = {
                    "thing": system,
                    "words": phrase(told(claim), re.compile(re.escape(system))),
                }
                if not any(self._vague["versioned"].search(s.text) for s in told_of):
                    yield self._wanted("integration_version", values, nearest)
                owned = (s for s in told_of if s.side != "vendor" or self._cast.named(s.text))
                if not any(self._owner_in(s.text) for s in owned):
                    yield self._wanted("integration_owner", values, nearest)

    def _owner_in(self, text: str) -> bool:
        """True if somebody of the customer is named, or says `my team`, `we run`."""
        if any(m.person.side != "vendor" for m in self._cast.named(text)):
            return True
        return bool(re.search(r"\b(?:I|my|our (?:IT|team|admin\w*)|unsere? IT)\b", text))

    def _checklist(self, items: Sequence[ChecklistItem]) -> Iterator[Wanted]:
        silent = [i.item for i in items if i.claim is None]
        if len(silent) < 2 or len(silent) == len(items):
            return
        listed = ", ".join(silent[:-1]) + f" or {silent[-1]}"
        yield self._wanted("checklist", {"thing": listed})
