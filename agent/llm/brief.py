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
from agent.extract import Extractor
from agent.found import Found
from agent.llm.connect import Talker
from agent.llm.details import Details
from agent.llm.door import ModelDoor
from agent.llm.faults import ModelFault
from agent.llm.pack import Piece, field_lines, field_pieces, merged, quoted_pieces
from agent.llm.settings import Limits
from agent.llm.steps import OnStep, Run, SectionRun
from agent.llm.writer import Ear, Job, new_mark, write
from agent.ranking import Ranking
from indexer.models import Person, Segment
from indexer.search import AccountIndex
from prompts.template import FieldSpec, SectionSpec
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

    def write(self, extractor: Extractor, fingerprint: str) -> Written:
        """Write all sections into the door and the findings of `extractor`, which has run."""
        run = self._begin(extractor, fingerprint)
        done = {s.id: s for s in run.sections if s.fault is None}
        ear, degraded, failing = Ear(self.on_step), [], 0
        hopeless: str | None = None
        sections = sorted(extractor.template.sections, key=lambda s: s.id == SUMMARY)
        for section in sections:
            ear.begin(section.id)
            if section.id in done:
                written, ids = done[section.id], self._again(done[section.id], extractor.door)
                ear.notice("note", f"{section.title}: taken over from the unfinished run")
            elif hopeless:
                degraded.append(f"{section.title}: {hopeless}")
                continue
            else:
                ear.notice("section", section.title)
                written, ids = self._section(section, extractor, ear)
            _merge(extractor, section, ids)
            if written.fault:
                degraded.append(f"{section.title}: {written.fault}")
            run = _with(run, written, len(sections))
            self.keep(run)
            failing = failing + 1 if written.fault_kind in _TWICE else 0
            if written.fault_kind in _HOPELESS or failing == 2:
                hopeless = written.fault
        return Written(run, tuple(degraded))

    def _begin(self, extractor: Extractor, fingerprint: str) -> Run:
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        slug, template = extractor.index.account.slug, extractor.template.id
        number = hashlib.sha256(f"{slug}{now}".encode()).hexdigest()[:10]
        run = Run(
            id=f"run-{number}", account=slug, what="brief", engine=self.talker.engine, model=self.talker.name,
            index=fingerprint, prompts={**self.prompts(), "template": template}, started=now, context=self.talker.context,
        )  # fmt: skip
        return self.unfinished(run) or run

    def _section(
        self, section: SectionSpec, extractor: Extractor, ear: Ear
    ) -> tuple[SectionRun, list[str]]:
        ranking, door, found = extractor.ranking, extractor.door, extractor.found
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
        asks = {name: spec.ask for name, spec in specs.items()}
        details = Details(ranking.index, extractor.heads.answers, asks)
        model_door = ModelDoor(
            door, ranking.index, _relevance(ranking, specs, summary), answered, ear.notice, details
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
        """Pass the claims and the missing details of a finished section through the door once more."""
        outcomes = [door.record_claim(draft) for draft in section.claims]
        for detail in section.details:
            door.mark_gap(detail)
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


def _with(run: Run, written: SectionRun, sections: int) -> Run:
    """The run with one more section, in the place of an earlier try of the same."""
    done = (*(s for s in run.sections if s.id != written.id), written)
    complete = len(done) == sections and all(s.fault is None for s in done)
    return run.model_copy(update={"sections": done, "complete": complete})


def _merge(extractor: Extractor, section: SectionSpec, ids: Sequence[str]) -> None:
    """Put a model's claims beside the extractive ones, close the gaps they answer, enter what they promise."""
    found, door, ranking = extractor.found, extractor.door, extractor.ranking
    for claim in dict.fromkeys(ids):
        if door.claims[claim].kind == "commitment":
            extractor.promises.take(claim)
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
