"""The dated story of the deal: stages in the CRM, calls, mails, signing, kickoff, and the days that people named.

Every row is a claim that passed the door. A stage, call, mail or paper has the day it bears; a milestone that somebody
named has the day named, and a trial's outcome the day it was told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from agent.door import BriefDoor
from agent.found import Found
from agent.models import Claim, TimelineRow
from agent.owed import resolve_day
from agent.ranking import looks_like_instruction
from agent.roles import told
from agent.verification.dates import whens
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.days import day_of, days_in
from indexer.models import Artifact, Segment
from indexer.search import AccountIndex
from indexer.signatures import signatures_in
from tools.drafts import ClaimDraft, EvidenceRef

_STAGE = re.compile(
    r"\b\w*(?:stage|phase|fase|étape|etapa|estágio)\w*\s*:\s*(?P<stage>[^,\n]+)", re.I
)
_NAMED = (
    "next_steps.first_30_days", "timeline.implementation", "goals.first_90_days", "goals.first_value",
    "commitments.timeline_promises", "technical.risks_dependencies", "timeline.poc", "timeline.last_push",
    "timeline.final_negotiation", "timeline.late_stage", "summary.success", "risks.open_risks",
)  # fmt: skip
"""Fields whose claims may name a day that belongs on the timeline."""
_TOLD = ("timeline.poc", "timeline.final_negotiation", "timeline.last_push", "timeline.late_stage")
"""Fields whose claims count by the day they were told, if they name none."""
_CLOSE = re.compile(r"clos\w*[\s_]*date|abschlussdatum|date de clôture|fecha de cierre", re.I)
_MEETS = ("call", "mail", "invite")
MAX_NAMED = 14


class Journey:
    """Builds one account's timeline."""

    def __init__(self, index: AccountIndex, door: BriefDoor, found: Found) -> None:
        self._index, self._door, self._found = index, door, found
        self._first: dict[str, Segment] = {}
        for segment in index.segments:
            if segment.role in ("body", "field", "row") and segment.text.strip():
                self._first.setdefault(segment.artifact, segment)

    def rows(self) -> tuple[TimelineRow, ...]:
        """All dated events, oldest first, each once."""
        rows = [
            *self._stages(),
            *self._meetings(),
            *self._signings(),
            *self._named(),
            *self._told(),
        ]
        unique = {(r.date, r.claim): r for r in rows}
        return tuple(sorted(unique.values(), key=lambda r: (r.date, r.kind, r.claim)))

    def _claim(self, text: str, ref: EvidenceRef, field: str | None) -> str | None:
        draft = ClaimDraft(field=field, text=text, kind="milestone", evidence=(ref,))
        outcome = self._door.record_claim(draft)
        return outcome if isinstance(outcome, str) else None

    def _row(
        self, day: date, kind: str, text: str, ref: EvidenceRef, field: str | None = None
    ) -> Iterator[TimelineRow]:
        claim = self._claim(text, ref, field)
        if claim is not None:
            yield TimelineRow(date=day.isoformat(), text=text, claim=claim, kind=kind)

    def _stages(self) -> Iterator[TimelineRow]:
        """Each change of stage in the CRM's history, in order, a stage that only repeats left out."""
        last = ""
        rows = [s for s in self._index.segments if s.role == "row" and s.at is not None]
        crm = [s for s in rows if self._index.artifacts[s.artifact].kind == "crm"]
        for segment in sorted(crm, key=lambda s: str(s.at)[:19]):
            match, day = _STAGE.search(segment.text), day_of(segment.at)
            if match is None or day is None:
                continue
            stage = " ".join(match["stage"].rsplit("->", 1)[-1].split())
            if stage and stage != last:
                last = stage
                text = f"Stage in the CRM: {stage}"
                yield from self._row(
                    day, "stage", text, EvidenceRef(segment=segment.id), "timeline.late_stage"
                )

        yield from self._close()

    def _close(self) -> Iterator[TimelineRow]:
        """The CRM's close date, where it is the account's."""
        closed = self._index.account.close_date
        for segment in self._index.segments:
            crm = self._index.artifacts[segment.artifact].kind == "crm" and segment.role == "field"
            if closed and crm and _CLOSE.search(segment.text) and closed in days_in(segment.text):
                ref = EvidenceRef(segment=segment.id)
                yield from self._row(
                    closed, "stage", "Close date in the CRM", ref, "timeline.late_stage"
                )
                return

    def _meetings(self) -> Iterator[TimelineRow]:
        """Calls and mails by their titles, and the kickoff by its invite."""
        seen: set[tuple[date, str]] = set()
        for artifact in sorted(self._index.artifacts.values(), key=lambda a: a.path):
            day, first = day_of(artifact.date), self._first.get(artifact.path)
            if artifact.kind not in _MEETS or day is None or first is None or _no_event(artifact):
                continue
            title = " ".join(artifact.title.split()[:14])
            if (day, title) in seen:
                continue
            seen.add((day, title))
            yield from self._row(
                day,
                artifact.kind,
                f"{title} ({artifact.kind})",
                EvidenceRef(segment=first.id, first_sentence=0, last_sentence=0),
            )

    def _signings(self) -> Iterator[TimelineRow]:
        """The last signature under each executed paper."""
        for artifact in self._index.artifacts.values():
            if artifact.authority not in (ORDER_FORM, AGREEMENT):
                continue
            held = [s for s in self._index.segments if s.artifact == artifact.path]
            day = signatures_in(artifact.text).last_day
            if day is None:
                continue
            dated = [s for s in held if any(resolve_day(w, None) == day for w in whens(s.text))]
            for segment in dated[-1:]:
                yield from self._row(
                    day,
                    "signing",
                    "The signed paper bears this day",
                    EvidenceRef(segment=segment.id),
                )

    def _listed(self, fields: Sequence[str], count: int = 3) -> Iterator[Claim]:
        """The best claims of fields, the CRM's left out: its history has rows of its own."""
        for field in fields:
            for claim in (
                self._door.claims[c] for c in self._found.by_field.get(field, [])[:count]
            ):
                if self._index.artifacts[claim.citations[0].artifact].kind != "crm":
                    yield claim

    def _named(self) -> Iterator[TimelineRow]:
        """Days that people named in what the brief says of plans, dates and risks."""
        taken: set[date] = set()
        for claim in self._listed(_NAMED):
            said = day_of(claim.citations[0].at) or self._index.account.close_date
            for when in whens(told(claim)):
                day = resolve_day(when, said)
                if day is None or day in taken or len(taken) == MAX_NAMED:
                    continue
                taken.add(day)
                yield TimelineRow(
                    date=day.isoformat(), text=claim.text, claim=claim.id, kind="named"
                )

    def _told(self) -> Iterator[TimelineRow]:
        for claim in self._listed(_TOLD, 1):
            day = day_of(claim.citations[0].at)
            if day is not None and not any(resolve_day(w, day) for w in whens(told(claim))):
                yield TimelineRow(
                    date=day.isoformat(), text=claim.text, claim=claim.id, kind="told"
                )


def _no_event(artifact: Artifact) -> bool:
    """True for what nobody sent on purpose to anybody here: newsletters, auto-replies, cancelled meetings, and words
    that are meant for a machine."""
    meta = artifact.meta
    if looks_like_instruction(artifact.text):
        return True
    return (
        meta.get("bulk") == "true" or meta.get("automatic") == "true" or bool(meta.get("cancelled"))
    )
