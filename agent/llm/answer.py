"""An answer with a model: beside the extractive one, over the same evidence, through the same door."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent.asking import Asking, Judged
from agent.conversation import Turn
from agent.door import BriefDoor
from agent.llm.brief import beside
from agent.llm.connect import Talker
from agent.llm.door import ModelDoor
from agent.llm.pack import Piece, whole
from agent.llm.settings import Limits
from agent.llm.steps import OnStep, Run
from agent.llm.writer import Ear, Job, new_mark, write
from agent.quoting import best_run
from indexer.models import Person, Segment
from prompts.words import fill, words_hash
from tools.box import answer_tools, tools_hash
from tools.desk import Desk

PIECES = 16
RELEVANT_AT = 0.2
"""Share of the best segment's score that a cited one must have. All gold evidence of the two deals to develop on has."""
TURNS_SHOWN = 3


@dataclass(frozen=True)
class WrittenAnswer:
    """What a model's run came to: the order of all claims, what to say of the run, what was searched."""

    order: list[str]
    provenance: dict[str, Any]
    searched: list[str]


@dataclass
class AnswerWriter:
    """Has a model answer a question."""

    talker: Talker
    limits: Limits
    people: Sequence[Person]
    on_step: OnStep
    keep: Callable[[Run], None]
    turns: Sequence[Turn] = ()
    """The conversation before the question, oldest first."""

    def prompts(self) -> dict[str, str]:
        """Hashes of all words that the model reads beside question and evidence."""
        texts = words_hash("answer", "answer_task", "structured", "again")
        return {"answer": texts, "tools": tools_hash(answer_tools())}

    def write(
        self, asking: Asking, judged: Judged, door: BriefDoor, fingerprint: str
    ) -> WrittenAnswer:
        """Have the model record claims in `door`, after what the extractive engine recorded there."""
        index, extractive = asking.index, list(door.claims)
        ear = Ear(self.on_step)
        ear.begin("answer")
        answered: dict[str | None, list[str]] = {None: extractive}
        model_door = ModelDoor(door, index, _relevance(asking, judged), answered, ear.notice)
        desk = Desk(index, self.people, new_mark(), model_door, {"": "fact"}, watch=ear.notice)

        def task(evidence: str) -> str:
            return fill(
                "answer_task",
                question=judged.question,
                evidence=evidence,
                conversation=self._conversation(desk),
            )

        job = Job("answer", "answer", task, answer_tools(), _pieces(asking, judged))
        section = write(self.talker, self.limits, job, desk, model_door, ear)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        slug = index.account.slug
        run = Run(
            id=f"run-{hashlib.sha256(f'{slug}{now}'.encode()).hexdigest()[:10]}", account=slug, what="answer",
            question=judged.question, engine=self.talker.engine, model=self.talker.name, index=fingerprint,
            prompts=self.prompts(), started=now, context=self.talker.context, sections=(section,),
            complete=section.fault is None,
        )  # fmt: skip
        self.keep(run)
        said = {
            "engine": self.talker.engine, "model": self.talker.name, "prompts": self.prompts(), "run": run.id,
            "degraded": (f"Answer: {section.fault}",) if section.fault else (),
        }  # fmt: skip
        return WrittenAnswer(beside(list(model_door.claims), extractive, door), said, desk.searched)

    def _conversation(self, desk: Desk) -> str:
        """The last turns, as data: what was answered came from sources, too."""
        if not self.turns:
            return ""
        lines = (
            f"{t.role}: {' '.join(t.text.split())[:300]}" for t in self.turns[-2 * TURNS_SHOWN :]
        )
        return "Conversation so far:\n" + desk.data(lines)


def _pieces(asking: Asking, judged: Judged) -> list[Piece]:
    """The best segments, of long ones the sentences around the passage that answers."""
    pieces = []
    for position in judged.ranked[:PIECES]:
        rows = asking.readings.of(position)
        spans = [asking.readings.spans[r] for r in rows]
        segment = asking.index.segments[position]
        run = best_run(segment.text, spans, [float(judged.support[r]) for r in rows])
        pieces.append(Piece(segment, whole(run)))
    return pieces


def _relevance(asking: Asking, judged: Judged) -> Callable[[str | None, Segment], bool]:
    """Does a segment speak to the question at all?"""
    position = {s.id: i for i, s in enumerate(asking.index.segments)}
    floor = RELEVANT_AT * float(judged.scores.max(initial=0.0))
    return lambda _field, segment: float(judged.scores[position[segment.id]]) >= floor
