"""A brief with a model: section by section beside what the extractive engine found, the summary last.

The extractive result is the floor. A model's verified claims come before it; a section whose run failed keeps it,
and the brief says so. A gap that a model marks where the extractive engine has a verified claim is none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from agent.door import BriefDoor
from agent.found import Found
from agent.llm.connect import Talker
from agent.llm.door import ModelDoor
from agent.llm.faults import ModelFault
from agent.llm.pack import Piece, field_lines, field_pieces, merged, quoted_pieces
from agent.llm.settings import Limits
from agent.llm.steps import OnStep, Run, SectionRun
from agent.llm.writer import Ear, Job, new_mark, write
from agent.ranking import Ranking
from indexer.models import Person, Segment
from indexer.search import AccountIndex
from prompts.template import FieldSpec, SectionSpec, Template
from prompts.words import fill, words_hash
from tools.box import section_tools, tools_hash
from tools.desk import Desk
from tools.drafts import Refusal

SUMMARY = "summary"
RELEVANT_AT = 0.1
"""Share of a field's `answer_at` that a cited segment must score for it. All 55 gold facts of the two deals to
develop on do; four of five segments taken at random don't."""
_HOPELESS = ("unreachable", "model_missing", "out_of_memory", "remote_model", "other_host", "redirected",
             "not_allowed", "interrupted")  # fmt: skip
_TWICE = ("stalled", "too_slow", "busy", "server_error")


@dataclass(frozen=True)
class Written:
    """What a model's run came to."""

    run: Run
    degraded: tuple[str, ...]


@dataclass
class BriefWriter:
    """Has a model write beside the extractive engine; `keep` is called with the run after every section."""

    talker: Talker
    limits: Limits
    people: Sequence[Person]
    on_step: OnStep
    keep: Callable[[Run], None]
    unfinished: Callable[[Run], Run | None]
    """An earlier run that this one may carry on: same account, evidence, model and prompts."""

    def prompts(self) -> dict[str, str]:
        """Hashes of all words that the model reads beside the evidence."""
        texts = words_hash("section", "section_task", "summary_task", "structured", "again")
        return {"section": texts, "tools": tools_hash(section_tools())}

    def write(
        self, ranking: Ranking, template: Template, door: BriefDoor, found: Found, fingerprint: str
    ) -> Written:
        """Write all sections into `door` and `found`."""
        run = self._begin(ranking.index, template, fingerprint)
        done = {s.id: s for s in run.sections}
        ear, degraded, failing = Ear(self.on_step), [], 0
        hopeless: str | None = None
        sections = sorted(template.sections, key=lambda s: s.id == SUMMARY)
        for section in sections:
            ear.begin(section.id)
            if section.id in done:
                ids = self._again(done[section.id], door)
                ear.notice("note", f"{section.title}: taken over from the interrupted run")
                written = done[section.id]
            elif hopeless:
                degraded.append(f"{section.title}: {hopeless}")
                continue
            else:
                ear.notice("section", section.title)
                written, ids = self._section(section, ranking, door, found, ear)
            _merge(found, door, section, ids, ranking)
            if written.fault:
                degraded.append(f"{section.title}: {written.fault}")
            if written.fault_kind != "interrupted":
                run = run.model_copy(
                    update={"sections": (*(s for s in run.sections if s.id != written.id), written)}
                )
                self.keep(run)
            failing = failing + 1 if written.fault_kind in _TWICE else 0
            if written.fault_kind in _HOPELESS or failing == 2:
                hopeless = written.fault
        if hopeless is None or written.fault_kind != "interrupted":
            run = run.model_copy(update={"complete": True})
            self.keep(run)
        return Written(run, tuple(degraded))

    def _begin(self, index: AccountIndex, template: Template, fingerprint: str) -> Run:
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        prompts = {**self.prompts(), "template": template.id}
        number = hashlib.sha256(f"{index.account.slug}{now}".encode()).hexdigest()[:10]
        run = Run(
            id=f"run-{number}", account=index.account.slug, what="brief", engine=self.talker.engine,
            model=self.talker.name, index=fingerprint, prompts=prompts, started=now,
        )  # fmt: skip
        return self.unfinished(run) or run

    def _section(
        self, section: SectionSpec, ranking: Ranking, door: BriefDoor, found: Found, ear: Ear
    ) -> tuple[SectionRun, list[str]]:
        specs = {f"{section.id}.{f.id}": f for f in section.fields}
        summary = section.id == SUMMARY
        pieces = (
            _proofs(found, door, ranking.index)
            if summary
            else merged(field_pieces(ranking, list(specs)))
        )
        answered: dict[str | None, list[str]] = {
            name: found.by_field.get(name, []) for name in specs
        }
        model_door = ModelDoor(
            door, ranking.index, _relevance(ranking, specs, summary), answered, ear.notice
        )
        desk = Desk(
            ranking.index, self.people, new_mark(), model_door, {n: s.kind for n, s in specs.items()},
            frozenset(p.segment.id for p in pieces) if summary else None, watch=ear.notice,
        )  # fmt: skip
        tools = section_tools()[:2] if summary else section_tools()
        text = "summary_task" if summary else "section_task"

        def task(evidence: str) -> str:
            return fill(text, title=section.title, fields=field_lines(specs), evidence=evidence)

        job = Job(section.id, "section", task, tools, pieces)
        written = write(self.talker, self.limits, job, desk, model_door, ear)
        return self._with_context(written), list(model_door.claims)

    def _with_context(self, written: SectionRun) -> SectionRun:
        """The section, marked if the server turned out to have loaded the model with less context."""
        if not written.calls:
            return written
        try:
            given = self.talker.loaded()
        except ModelFault:
            return written  # a server that is gone shows in the next section
        if given is None or given >= self.talker.context:
            return written
        asked, self.talker = self.talker.context, replace(self.talker, context=given)
        said = f"The server loaded the model with {given} tokens of context, {asked} were asked for; from here on evidence is cut to that."
        return written.model_copy(update={"fault": said, "fault_kind": "context_cut"})

    @staticmethod
    def _again(section: SectionRun, door: BriefDoor) -> list[str]:
        """Pass the claims of a finished section through the door once more."""
        outcomes = [door.record_claim(draft) for draft in section.claims]
        return [o for o in outcomes if not isinstance(o, Refusal)]


def _relevance(
    ranking: Ranking, specs: Mapping[str, FieldSpec], summary: bool
) -> Callable[[str | None, Segment], bool]:
    """Does a segment speak to a field of this section at all? The summary's evidence was chosen beforehand."""
    scores = {} if summary else {name: ranking.score(name) for name in specs}
    position = {s.id: i for i, s in enumerate(ranking.index.segments)}

    def relevant(field: str | None, segment: Segment) -> bool:
        if summary or field is None:
            return True
        return float(scores[field][position[segment.id]]) >= RELEVANT_AT * specs[field].answer_at

    return relevant


def _proofs(found: Found, door: BriefDoor, index: AccountIndex) -> list[Piece]:
    """The evidence of the other sections' best claims: what a summary may be made of."""
    segments = {s.id: s for s in index.segments}
    first = [
        claims[0]
        for name, claims in found.by_field.items()
        if claims and not name.startswith(f"{SUMMARY}.")
    ]
    own = [
        c
        for name, claims in found.by_field.items()
        if name.startswith(f"{SUMMARY}.")
        for c in claims[:3]
    ]
    cited = [door.claims[c].citations[0] for c in dict.fromkeys((*own, *first))]
    unique = {c.segment: c for c in reversed(cited)}
    return quoted_pieces([(segments[c.segment], c.quote) for c in list(unique.values())[::-1]])


def _merge(
    found: Found, door: BriefDoor, section: SectionSpec, ids: Sequence[str], ranking: Ranking
) -> None:
    """Put a model's claims beside the extractive ones, and close the gaps that they answer."""
    position = {s.id: i for i, s in enumerate(ranking.index.segments)}
    for name in (f"{section.id}.{f.id}" for f in section.fields):
        own = [c for c in dict.fromkeys(ids) if door.claims[c].field == name]
        if not own:
            continue
        scores = ranking.score(name)
        for claim in own:
            found.scores.setdefault(
                claim, float(scores[position[door.claims[claim].citations[0].segment]])
            )
        found.by_field[name] = beside(own, found.by_field.get(name, []), door)
        door.close_gap(name)


def beside(own: Sequence[str], extractive: Sequence[str], door: BriefDoor) -> list[str]:
    """The order of a field's claims: two of the model's, the extractive engine's best, then the rest.

    Extractive claims that quote the same words as a model's come last: they say nothing more. None is dropped.
    """
    own = [c for c in own if c not in extractive]
    same = [c for c in extractive if any(_overlap(door, c, o) for o in own)]
    other = [c for c in extractive if c not in same]
    return [*own[:2], *other[:1], *own[2:], *other[1:], *same]


def _overlap(door: BriefDoor, one: str, other: str) -> bool:
    return any(
        a.artifact == b.artifact and a.start < b.end and b.start < a.end
        for a in door.claims[one].citations
        for b in door.claims[other].citations
    )
