"""Holds each statement of a document against the account's evidence: one verdict, the reason, the words.

Looked up like a question, verified like a claim. A statement that some words support is still contradicted where the
signed papers give its topic another value, or where the words are the weaker side of a conflict of the brief.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agent.models import Citation, Conflict
from agent.planted import looks_like_instruction
from agent.quoting import best_sentences
from agent.relatedness import read_anew, relatedness
from agent.scope import SignedScope
from agent.verification.statements import Source
from agent.verification.words import content
from agent.verify import Finding, Span, verify
from indexer.heads import Heads
from indexer.models import Artifact, Segment
from indexer.reading_head import Passage
from indexer.search import AccountIndex
from indexer.sentences import sentence_spans
from review.audit.document import Statement
from review.audit.models import Audited, Verdict

LOOKED_AT = 20
CLAUSE_WORDS = 24
SINGLE = 8
"""Of the best evidence each is tried alone, so that no words are put together of many; then all of it at once."""
ABOUT_AT, SAME_AT = 0.35, 0.5
"""Likeness from which on words can carry a statement; and from which on they say the same thing otherwise."""
_UNREAD_ROLES = ("event", "hidden", "signature", "quoted")
_OTHERWISE: Mapping[str, Verdict] = {
    "contradicted": "contradicted", "altered": "altered", "misattributed": "misattributed",
}  # fmt: skip


SAME_THING = 0.3
"""How related a clause must be to a document's statement to be held against it: a document says much that no paper speaks of."""


class Evidence:
    """One account's evidence, ready to be asked whether it carries a statement."""

    def __init__(
        self, index: AccountIndex, heads: Heads, conflicts: Sequence[Conflict]
    ) -> None:  # fmt: skip
        self._index = index
        self._vectors = index.single_vectors()
        self._at = {s.id: i for i, s in enumerate(index.segments)}
        self._conflicts = [x for x in conflicts if len(x.sides) > 1]
        self._related = relatedness(index, heads)
        self._scope = SignedScope(index, self._related)
        self._heads = heads
        self._companies = [
            (_company(name), role)
            for name, role in (
                (index.account.name, "the customer"),
                (index.account.vendor, "the vendor"),
            )
            if name
        ]
        names = {*index.account.name.split(), *(index.account.vendor or "").split()}
        self._names = {w.strip(".,").casefold() for w in names}

    def weigh(self, statement: Statement) -> Audited:
        """The statement with its verdict."""
        found = self._found(statement)
        signed = self._signed_otherwise(statement.text)
        if signed is not None:
            return self._audited(statement, "contradicted", signed[0], (signed[1],))
        verdict, why, cited = self._judged(statement.text, found)
        if verdict == "supported" and (weaker := self._contradicted(cited)) is not None:
            conflict, clause = weaker
            why = f"said so, but the sources contradict it: {conflict.why}"
            return self._audited(statement, "contradicted", why, (clause, *cited))
        return self._audited(statement, verdict, why, cited)

    def _contradicted(self, cited: Sequence[Citation]) -> tuple[Conflict, Citation] | None:
        """The conflict of the brief in which these words are a weaker side, and the strongest side's words."""
        for conflict in self._conflicts:
            for said in (c for side in conflict.sides[:-1] for c in side.citations):
                if any(
                    c.segment == said.segment and c.start < said.end and said.start < c.end
                    for c in cited
                ):
                    return conflict, conflict.sides[-1].citations[0]
        return None

    @staticmethod
    def _audited(
        statement: Statement, verdict: Verdict, why: str, cited: tuple[Citation, ...] = ()
    ) -> Audited:
        return Audited(
            text=statement.text, place=statement.place, heading=statement.heading, verdict=verdict,
            why=why, citations=cited,
        )  # fmt: skip

    def _found(self, statement: Statement) -> list[Segment]:
        """The evidence nearest to a statement, by its words alone and under its heading, best first."""
        found: dict[str, Segment] = {}
        bare = " ".join(
            w for w in statement.text.split() if w.strip(".,").casefold() not in self._names
        )
        for query in dict.fromkeys((bare or statement.text, statement.whole)):
            for evidence in self._index.search(query, LOOKED_AT):
                segment = evidence.segment
                if self._evident(segment, self._index.artifacts[segment.artifact]):
                    found.setdefault(segment.id, segment)
        return list(found.values())

    @staticmethod
    def _evident(segment: Segment, artifact: Artifact) -> bool:
        if segment.role in _UNREAD_ROLES or artifact.meta.get("bulk") == "true":
            return False
        return not looks_like_instruction(segment.text)

    def _source(self, segment: Segment) -> Source:
        artifact = self._index.artifacts[segment.artifact]
        present = " ".join(f"{p.name} {p.title or ''}" for p in artifact.participants)
        account = self._index.account
        about = f"{segment.side} {segment.locator.label} {artifact.title} {artifact.kind} {present} {account.name} {account.vendor or ''}"
        speaker = segment.person or segment.speaker
        return Source(text=segment.text, speaker=speaker, side=segment.side, about=about)

    def _judged(
        self, claim: str, found: Sequence[Segment]
    ) -> tuple[Verdict, str, tuple[Citation, ...]]:
        """The verdict over each piece of evidence alone, else over all, with the reason and the words."""
        likeness, claim = self._likeness(claim, found), self._neutral(claim)
        about = [n for n, s in enumerate(found) if self._is_about(likeness[n], claim, s)]
        near = sorted(about, key=lambda n: -likeness[n])[:SINGLE]
        alone = [(n, verify(claim, [self._source(found[n])])) for n in near]
        held = [(f, n) for n, f in alone if f.verdict == "supported"]
        if held:
            finding, n = max(held, key=lambda pair: pair[0].score + likeness[pair[1]])
            return "supported", finding.why, self._cited(finding, [found[n]], claim)
        looked = [found[n] for n in about]
        if looked:
            whole = verify(claim, [self._source(s) for s in looked])
            if whole.verdict == "supported":
                return "supported", whole.why, self._cited(whole, looked, claim)
        for verdict, ours in _OTHERWISE.items():
            for n, finding in alone:
                same = likeness[n] >= SAME_AT and self._shares(claim, found[n].text)
                if finding.verdict == verdict and same:
                    return ours, finding.why, self._cited(finding, [found[n]], claim)
        return "not_found", "nothing in the evidence says this", ()

    def _is_about(self, likeness: float, claim: str, segment: Segment) -> bool:
        """True for evidence that is like a statement, or shares its telling words."""
        return likeness >= ABOUT_AT or self._shares(claim, segment.text)

    def _neutral(self, claim: str) -> str:
        """The statement with the companies' names as roles: as its subject a company is nobody who says something."""
        for pattern, role in self._companies:
            claim = pattern.sub(role, claim)
        return claim

    def _shares(self, claim: str, words: str) -> bool:
        """True if two telling words stand in both, the names of account and vendor apart."""
        mine, theirs = (content(t) - self._names for t in (claim, words))
        return len(mine & theirs) >= 2

    def _likeness(self, claim: str, found: Sequence[Segment]) -> list[float]:
        """How alike the statement and each piece of evidence are: the cosine of their vectors."""
        vector = self._index.embedder.embed([claim])[0]
        held = [self._vectors[self._at[s.id]] for s in found]
        short = [n for n, v in enumerate(held) if not v.any()]
        for n, made in zip(
            short, self._index.embedder.embed([found[n].text for n in short]), strict=True
        ):
            held[n] = made
        return [float(v @ vector) for v in held]

    @staticmethod
    def _cited(finding: Finding, found: Sequence[Segment], claim: str) -> tuple[Citation, ...]:
        """The sentences that a finding rests on, as citations: of each place those that share most words, at most
        two places."""
        wanted = set(re.findall(r"\w{3,}", claim.casefold()))
        best: dict[int, tuple[int, Span]] = {}
        for span in finding.support:
            words = found[span.source].text[span.start : span.end].casefold()
            shared = len(wanted & set(re.findall(r"\w{3,}", words)))
            if span.source not in best or shared > best[span.source][0]:
                best[span.source] = (shared, span)
        chosen = sorted(best.values(), key=lambda pair: -pair[0])[:2]
        return tuple(cite(found[s.source], s.start, s.end) for _, s in chosen)

    def _signed_otherwise(self, claim: str) -> tuple[str, Citation] | None:
        """Why the signed papers say otherwise, and the words of the clause; None where they don't."""
        vector = self._index.embedder.embed([claim])[0]
        pair = [Passage(0, 0, len(claim), ("", f"vendor note: {claim}"))]
        meant = read_anew(self._heads, vector, pair)
        finding = self._scope.compare(claim, meant)
        related, _ = self._related.of(meant, [self._at[finding.clause]] if finding.clause else [])
        named = bool(len(related) and related[0] >= SAME_THING) and (finding.status == "excluded" or bool(finding.signed))  # fmt: skip
        if (
            finding.clause is None
            or not named
            or finding.status not in ("contradicted", "excluded")
        ):
            return None
        clause = self._index.segments[self._at[finding.clause]]
        first, last = best_sentences(clause.text, [finding.words, finding.signed], CLAUSE_WORDS)
        spans = sentence_spans(clause.text) or [(0, len(clause.text))]
        start, end = spans[first or 0][0], spans[-1 if last is None else last][1]
        why = "the signed papers exclude it"
        if finding.status == "contradicted":
            why = f"the document says {finding.promised}, signed is {finding.signed}"
        return why, cite(clause, start, end)


def cite(segment: Segment, start: int, end: int) -> Citation:
    """The whole sentences of a segment that a span touches, as a citation copied from the stored text."""
    spans = [s for s in sentence_spans(segment.text) if s[0] < end and start < s[1]]
    low, high = (spans[0][0], spans[-1][1]) if spans else (0, len(segment.text))
    return Citation(
        artifact=segment.artifact, segment=segment.id, start=segment.start + low,
        end=segment.start + high, quote=segment.text[low:high], locator=segment.locator,
        speaker=segment.person or segment.speaker, side=segment.side, at=segment.at,
    )  # fmt: skip


def _company(name: str) -> re.Pattern[str]:
    """A company's name, whole or its first words: two of them, or one where there is only one."""
    words = [re.escape(w.strip(",")) for w in name.split()]
    least = min(2, len(words))
    forms = [",? ".join(words[:n]) for n in range(len(words), least - 1, -1)]
    return re.compile(rf"\b(?:{'|'.join(forms)})(?!\w)")
