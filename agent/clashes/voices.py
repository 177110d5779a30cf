"""Whose word a segment is, for holding words against words: what was signed, sold, said by the customer, or recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from agent.planted import looks_like_instruction
from indexer.authority import AGREEMENT, ORDER_FORM
from indexer.days import day_of
from indexer.models import Artifact, Segment
from indexer.search import AccountIndex

Voice = Literal["signed", "seller", "customer", "record", "inside"]
"""`record` is what a system or a note states as a fact, `inside` what the seller's people tell each other."""
_SILENT = ("event", "hidden", "signature", "quoted", "heading", "summary")
_RECORDS = ("crm", "document", "sheet")
_SORTS = re.compile(
    r"(?P<form>\border\s*form|bestellformular|purchase order|orderformulär)|(?P<work>statement of work|\bsow\b|implementation (?:statement|plan)|work order|leistungsbeschreibung)|"
    r"(?P<data>data processing|\bdpa\b|auftragsverarbeitung)|(?P<change>amendment|addendum|nachtrag)|(?P<frame>(?:master|framework|subscription|services?) [\w ]*agreement|rahmenvertrag|ramavtal)",
    re.I,
)
_OPENING = 600
_MESSAGE = re.compile(
    r"(?:^|[\s.,])(?:text|message|body|content|comment)\b[\w.]*: \S+(?: \S+){3}", re.I
)
"""A record that holds what somebody wrote: a chat in an export of a system that nobody knows."""
_TALK = ("call", "mail", "chat", "statement", "ticket")


def meets_customer(index: AccountIndex) -> frozenset[str]:
    """Paths of sources in which the customer takes part: what is said elsewhere is said among ourselves."""
    ours = {p for p, a in index.artifacts.items() if a.kind not in ("call", "chat")}
    heard = {
        s.artifact
        for s in index.segments
        if s.speaker
        and (
            s.side == "customer"
            or (s.side == "unknown" and index.artifacts[s.artifact].kind == "call")
        )
    }
    return frozenset(ours | heard)


def binding_papers(index: AccountIndex) -> frozenset[str]:
    """Paths of the signed papers, and of the newest paper of each sort of which none is signed.

    A statement of work often carries no signature of its own; the draft of an order form that was signed later says nothing.
    """
    papers = {p: a for p, a in index.artifacts.items() if a.kind == "contract"}
    signed = {p for p, a in papers.items() if a.authority in (ORDER_FORM, AGREEMENT)}
    sorts = {_sort(papers[p]) for p in signed}
    newest: dict[str, str] = {}
    for path, paper in sorted(papers.items(), key=lambda p: (str(p[1].date or ""), p[0])):
        if _sort(paper) not in sorts:
            newest[_sort(paper)] = path
    return frozenset(signed.union(newest.values()))


def _sort(paper: Artifact) -> str:
    """What a paper calls itself first."""
    found = _SORTS.search(f"{paper.title}\n{paper.text[:_OPENING]}")
    return found.lastgroup or "" if found else ""


def executed(index: AccountIndex, position: int) -> bool:
    """Whether a segment stands in a paper that was signed."""
    artifact = index.artifacts[index.segments[position].artifact]
    return artifact.authority in (ORDER_FORM, AGREEMENT)


@dataclass(frozen=True)
class Voices:
    """Whose word each segment of an account is."""

    met: frozenset[str]
    papers: frozenset[str]

    @classmethod
    def of(cls, index: AccountIndex) -> Voices:
        """Over all sources of an account."""
        return cls(meets_customer(index), binding_papers(index))

    def voice(self, segment: Segment, artifact: Artifact) -> Voice | None:
        """Whose word a segment is; None for what nobody says: headings, bulk mail, text that talks to a machine."""
        if segment.role in _SILENT or artifact.meta.get("bulk") == "true":
            return None
        if artifact.meta.get("automatic") == "true" or looks_like_instruction(segment.text):
            return None
        if artifact.path in self.papers:
            return "signed"
        if artifact.kind in _TALK:
            if segment.side == "customer":
                return "customer"
            if artifact.kind == "ticket":
                return "record"
            return "seller" if artifact.path in self.met else "inside"
        if artifact.kind in ("proposal", "slides"):
            return "seller"
        if artifact.kind == "note":
            return "inside"
        if artifact.kind == "sheet" and _MESSAGE.search(segment.text):
            return "inside"
        return "record" if artifact.kind in _RECORDS else None


def said_on(segment: Segment, artifact: Artifact) -> date | None:
    """The day of a segment's words: its own, else its source's."""
    return day_of(segment.at or artifact.date)
