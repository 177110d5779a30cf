"""Records what the sources contradict each other on: one conflict a topic, a side for each value, its quotes in order of authority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.clashes.apart import agree, comparable
from agent.clashes.clash import Clash
from agent.clashes.stated import Stated
from agent.clashes.voices import executed
from agent.door import BriefDoor
from agent.found import Found
from agent.models import Citation, Conflict, ConflictSide
from indexer.authority import NAMES, segment_rung
from indexer.search import AccountIndex
from tools.drafts import EvidenceRef

_FIELDS: Mapping[str, str] = {
    "money": "commitments.pricing", "percent": "commitments.pricing", "date": "commitments.timeline_promises",
    "who": "account.owners", "given": "commitments.promised_features", "where": "technical.security_compliance",
}  # fmt: skip
"""The field of the template that a kind of value touches; terms of the contract else."""
MAX_TEXT = 200


class Disputes:
    """Writes clashes into what a run has found."""

    def __init__(self, index: AccountIndex, door: BriefDoor, found: Found) -> None:
        self._index, self._door, self._found = index, door, found

    def record(self, clashes: Sequence[Clash]) -> None:
        """Every clash as a conflict; one that is already known, of a promise, gets the further places as well."""
        for clash in clashes:
            sides = self._sides(clash)
            if len(sides) > 1:
                self._enter(clash, sides)

    def _sides(self, clash: Clash) -> tuple[ConflictSide, ...]:
        """A side for each value, each with the places that say so; what can't both hold comes last, what is signed the very last."""
        groups: list[list[Stated]] = []
        for stated in (clash.said, *clash.others, clash.signed):
            near = (
                g
                for g in groups
                if comparable(g[0].value, stated.value) and agree(g[0].value, stated.value)
            )
            group = next(near, None)
            if group is None:
                groups.append([stated])
            else:
                group.append(stated)
        groups.sort(key=lambda g: (clash.signed in g, clash.said in g))
        sides = [self._side(sorted(group, key=self._rung)) for group in groups]
        return tuple(s for s in sides if s is not None)

    def _side(self, stated: Sequence[Stated]) -> ConflictSide | None:
        cited = [c for c in map(self._cite, stated) if c is not None]
        if not cited:
            return None
        text = stated[0].value.text[:MAX_TEXT]
        return ConflictSide(
            text=text, authority=NAMES[self._rung(stated[0])], citations=tuple(cited)
        )

    def _cite(self, stated: Stated) -> Citation | None:
        segment = self._index.segments[stated.position]
        n = stated.sentence
        return self._door.cite(EvidenceRef(segment=segment.id, first_sentence=n, last_sentence=n))

    def _rung(self, stated: Stated) -> int:
        segment = self._index.segments[stated.position]
        artifact = self._index.artifacts[segment.artifact]
        return segment_rung(artifact.authority, artifact.kind, segment.side, False)

    def _enter(self, clash: Clash, sides: tuple[ConflictSide, ...]) -> None:
        said, signed = (self._index.segments[s.position].id for s in (clash.said, clash.signed))
        for n, known in enumerate(self._found.conflicts):
            cited = {c.segment for side in known.sides for c in side.citations}
            if known.topic == clash.topic and signed in cited:
                whole = {c.segment for side in sides for c in side.citations}
                if cited <= whole:
                    self._found.conflicts[n] = known.model_copy(update={"sides": sides})
                    return
            if {said, signed} <= cited:
                return
        field = _FIELDS.get(clash.said.value.kind, "commitments.contract_terms")
        self._found.conflicts.append(
            Conflict(
                id=f"x{len(self._found.conflicts) + 1}", key=f"{said}-{signed}", topic=clash.topic, why=clash.why(executed(self._index, clash.signed.position)),
                sides=sides, fields=(field,),
            )
        )  # fmt: skip
