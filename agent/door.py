"""The one door: the only place where claims and gaps come into being.

It looks up the segment, copies the quote from the stored text, checks the claim against it and either
makes a `Claim` or says why not. Engines, rules and people all pass here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from agent.models import Citation, Claim, Gap, Nearest
from agent.offices import offices
from agent.second_opinion import Reader, with_second_opinion
from agent.verification.statements import Source
from agent.verify import verify
from indexer.models import Account, Artifact, Person, Segment
from indexer.sentences import sentence_spans
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft, Refusal

MAX_CLAIM_WORDS = 30
MAX_QUOTE_WORDS = 60
_CALLED = {
    "contract": {"contract", "order form", "sow", "signed paper", "unsigned paper"},
    "note": {"note"}, "crm": {"crm"}, "mail": {"mail"}, "chat": {"chat"}, "call": {"call"}, "ticket": {"ticket"},
}  # fmt: skip
"""By which names a claim may call the kind of its source."""


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _normal(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def item_key(field: str | None, place: str, words: str) -> str:
    """The stable key of a claim, conflict or gap: where it belongs, what it cites or is about, what it says."""
    return _key(field or "", place, _normal(words))


_YOU = re.compile(r"\b(?:you|your|yours|you'\w+|Sie|Ihnen|Ihr|Ihre\w?|dir|dich|euch)\b")


class Sources(Protocol):
    """What the door looks claims up in: an account's index, or a single statement."""

    @property
    def segments(self) -> Sequence[Segment]: ...

    @property
    def artifacts(self) -> Mapping[str, Artifact]: ...


class BriefDoor:
    """The door of one brief or answer over one account's evidence."""

    def __init__(
        self,
        index: Sources,
        titles: Mapping[str, str] | None = None,
        account: Account | None = None,
        people: Sequence[Person] = (),
        reader: Reader | None = None,
    ) -> None:
        """`titles` are the template's own words for its fields, which no source need contain.

        `account` and `people` tell who the speakers are: a claim may name their company, their whole name, their title.
        `reader` gives a second opinion on every claim, where one is configured.
        """
        self._company = {"customer": account.name, "vendor": account.vendor} if account else {}
        self._people = [(p, set(p.name.split())) for p in people]
        self._offices = offices(index.segments, people)
        self._index, self._reader = index, reader
        self._titles = titles or {}
        self._segments = {s.id: s for s in index.segments}
        self._at = {(s.artifact, s.ordinal): s for s in index.segments}
        self.claims: dict[str, Claim] = {}
        self.gaps: dict[str, Gap] = {}
        self.refusals: list[Refusal] = []
        self._gaps_made = 0

    def cite(self, ref: EvidenceRef) -> Citation | None:
        """The citation that a reference means: whole sentences, copied from the record."""
        segment = self._segments.get(ref.segment)
        if segment is None:
            return None
        start, end = _span(segment.text, ref.first_sentence, ref.last_sentence)
        quote = segment.text[start:end]
        return Citation(
            artifact=segment.artifact, segment=segment.id, start=segment.start + start,
            end=segment.start + end, quote=quote, locator=segment.locator,
            speaker=segment.person or segment.speaker, side=segment.side, at=segment.at,
        )  # fmt: skip

    def record_claim(self, draft: ClaimDraft, carried: float = 0.0) -> str | Refusal:
        """Check a draft and take it in. Returns the claim's id, or the refusal.

        `carried` is how surely the cited words must carry it where its author may make things up.
        """
        citations = [self.cite(ref) for ref in draft.evidence]
        why, verdict = "", "unsupported"
        if not citations or any(c is None for c in citations):
            why = "it names evidence that does not exist"
        elif len(draft.text.split()) > MAX_CLAIM_WORDS:
            why = f"it is longer than {MAX_CLAIM_WORDS} words"
        else:
            known = [c for c in citations if c is not None]
            if self._own_words(draft.text, known):
                return self._admit(draft, tuple(known))
            title = self._titles.get(draft.field or "", "")
            finding = verify(draft.text, [self._source(c, title) for c in known])
            quotes = [c.quote for c in known]
            finding = with_second_opinion(finding, draft.text, quotes, self._reader)
            if finding.verdict == "supported" and finding.coverage >= carried:
                return self._admit(draft, tuple(known))
            why, verdict = finding.why, finding.verdict
            if verdict == "supported":
                why, verdict = "the cited words hold too little of it", "unsupported"
        refusal = Refusal(field=draft.field, text=draft.text, verdict=verdict, why=why)
        self.refuse(refusal)
        return refusal

    def refuse(self, refusal: Refusal) -> None:
        """Keep a refusal for the run's record."""
        self.refusals.append(refusal)

    def _own_words(self, text: str, known: Sequence[Citation]) -> bool:
        """True for what a person told Baton, claimed word for word: nobody else's words are to be weighed."""
        kinds = {self._index.artifacts[c.artifact].kind for c in known}
        return kinds == {"statement"} and any(text == c.quote for c in known)

    def _source(self, c: Citation, title: str) -> Source:
        """The quote with who said it, where, and what the source says of them."""
        artifact = self._index.artifacts[c.artifact]
        called = _CALLED.get(artifact.kind, {artifact.kind})
        who = self._who(c)
        about = f"{c.side} source says {c.locator.label} {artifact.title} {artifact.kind} {' '.join(called)} {who} {title}"
        return Source(
            text=c.quote, speaker=c.speaker, side=c.side, about=about, origin=frozenset(called)
        )

    def _who(self, c: Citation) -> str:
        """The company of who says it, of everybody in it or speaking whole name and title, and whom it speaks to.

        Who else was there is not among them: a claim may draw in nobody whom the cited words leave out.
        """
        words = {
            w.strip(".,;:!?\"'()").removesuffix("'s").removesuffix("’s") for w in c.quote.split()
        }
        named = [
            f"{p.name} {p.title or ''} {self._offices.get(p.name, '')}"
            for p, parts in self._people
            if p.name == c.speaker or parts & words
        ]
        return " \n".join([self._company.get(c.side) or "", *named, *self._addressed(c)])

    def _addressed(self, c: Citation) -> list[str]:
        """Whom a `you` in the words may mean: the other side's company, and who speaks right before or after."""
        if not _YOU.search(c.quote):
            return []
        here = self._segments[c.segment].ordinal
        near = (self._at.get((c.artifact, here + step)) for step in (-2, -1, 1, 2))
        spoken = [s.person or s.speaker for s in near if s is not None]
        return [
            *(self._company.get(side) or "" for side in ("customer", "vendor")),
            *(name for name in spoken if name and name != c.speaker),
        ]

    def _admit(self, draft: ClaimDraft, citations: tuple[Citation, ...]) -> str:
        places = "|".join(f"{c.artifact}:{c.start}-{c.end}" for c in citations)
        key = item_key(draft.field, places, draft.text)
        known = next((c.id for c in self.claims.values() if c.key == key), None)
        if known:
            return known
        claim_id = f"c{len(self.claims) + 1}"
        self.claims[claim_id] = Claim(
            id=claim_id, key=key, field=draft.field, kind=draft.kind, text=draft.text,
            flags=draft.flags, citations=citations, core=self._core(draft, citations[0]),
        )  # fmt: skip
        return claim_id

    def _core(self, draft: ClaimDraft, first: Citation) -> tuple[int, int] | None:
        """The draft's core as offsets in the first quote; None if it reaches beyond it."""
        if draft.core is None:
            return None
        before = first.start - self._segments[first.segment].start
        start, end = draft.core[0] - before, draft.core[1] - before
        return (start, end) if 0 <= start < end <= len(first.quote) else None

    def flag(self, claim_id: str, *flags: str) -> None:
        """Add flags to a claim that is already in."""
        claim = self.claims[claim_id]
        merged = tuple(dict.fromkeys((*claim.flags, *flags)))
        self.claims[claim_id] = claim.model_copy(update={"flags": merged})

    def mark_gap(self, draft: GapDraft) -> str:
        """Take a gap in, with its nearest misses as quotes. Returns its id."""
        self._gaps_made += 1
        gap_id = f"g{self._gaps_made}"
        nearest = [self._nearest(self._segments[s]) for s in draft.nearest if s in self._segments]
        self.gaps[gap_id] = Gap(
            id=gap_id, key=item_key(draft.field, draft.about or "", draft.question),
            field=draft.field, scope=draft.scope, about=draft.about, question=draft.question,
            ask=draft.ask, searched=draft.searched, nearest=tuple(nearest),
        )  # fmt: skip
        return gap_id

    def close_gap(self, field: str) -> None:
        """Take away the gap of a field that a claim has since answered."""
        for gap in [g for g in self.gaps.values() if g.field == field and g.scope == "field"]:
            del self.gaps[gap.id]

    @staticmethod
    def _nearest(segment: Segment) -> Nearest:
        start, end = _span(segment.text, None, None)
        return Nearest(
            artifact=segment.artifact, segment=segment.id, quote=segment.text[start:end],
            label=segment.locator.label or segment.artifact,
        )  # fmt: skip


def _span(text: str, first: int | None, last: int | None) -> tuple[int, int]:
    """Offsets of the sentences meant, at most 60 words; the whole text if it is short enough."""
    spans = sentence_spans(text) or [(0, len(text))]
    lo = 0 if first is None else min(max(first, 0), len(spans) - 1)
    hi = (
        len(spans) - 1
        if last is None and first is None
        else min(max(last if last is not None else lo, lo), len(spans) - 1)
    )
    while hi > lo and len(text[spans[lo][0] : spans[hi][1]].split()) > MAX_QUOTE_WORDS:
        hi -= 1
    return spans[lo][0], spans[hi][1]
