"""Makes claims of what people say in a review: their words become an artifact, and pass the door like any other.

A claim of at most thirty words is the person's own; a longer answer stands as `NAME on TOPIC` beside its quote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.door import MAX_CLAIM_WORDS, BriefDoor
from agent.models import Claim, Commitment
from agent.owed import promise_type
from agent.quoting import best_sentences
from agent.relatedness import read_anew, relatedness
from agent.scope import SignedScope
from indexer.errors import Refused
from indexer.heads import Heads
from indexer.models import Artifact, Segment, Side
from indexer.reading_head import passages
from indexer.search import AccountIndex
from indexer.statements import Read, Statement, StatementParts, statement_parts
from prompts.template import load_template, template_names
from review.render.titles import field_title
from tools.drafts import ClaimDraft, ClaimKind, EvidenceRef, Refusal

CLAUSE_WORDS = 24


class Bench(Protocol):
    """What making evidence of a person's words takes; opened at its first use, for models are slow to load."""

    def read_statement(self, parts: StatementParts) -> Read:
        """What search and the engines need of a statement."""
        ...

    @property
    def heads(self) -> Heads:
        """The trained heads."""
        ...

    def account_index(self, slug: str) -> AccountIndex:
        """The account's evidence."""
        ...


@dataclass(frozen=True)
class Words:
    """What a person said about one field of a brief."""

    author: str
    side: Side
    at: datetime
    text: str
    field: str | None
    kind: ClaimKind
    about: str


@dataclass(frozen=True)
class Made:
    """A claim that passed the door; `read` is to be kept with it, `promise` is its place against the signed scope."""

    claim: Claim
    read: Read | None = None
    promise: Commitment | None = None


@dataclass(frozen=True)
class _Statement:
    """One statement as the door's sources."""

    segments: Sequence[Segment]
    artifacts: Mapping[str, Artifact]


def claim_of_words(bench: Bench, slug: str, words: Words) -> Made:
    """The claim that a person's words make, with the statement to keep. Raises Refused where the door refuses."""
    parts = statement_parts(
        Statement(
            author=words.author, side=words.side, at=words.at, text=words.text, about=words.about
        )
    )
    text = parts.artifact.text
    if len(text.split()) > MAX_CLAIM_WORDS:
        title = field_title(words.field) if words.field else "this"
        text = f"{words.author} on {title[:1].lower()}{title[1:]}"
    sources = _Statement(parts.segments, {parts.artifact.path: parts.artifact})
    draft = ClaimDraft(
        field=words.field, text=text, kind=words.kind, flags=("human",),
        evidence=(EvidenceRef(segment=parts.segments[0].id),),
    )  # fmt: skip
    claim = _through(BriefDoor(sources, _titles(words.field)), draft)
    promise = _promise(bench, slug, claim, parts) if words.kind == "commitment" else None
    if promise is not None and promise.scope != "covered":
        claim = claim.model_copy(update={"flags": (*claim.flags, "custom_promise")})
    return Made(claim, bench.read_statement(parts), promise)


def claim_of_draft(bench: Bench, slug: str, draft: ClaimDraft) -> Made:
    """A claim over the account's own evidence, as an answer showed it. Raises Refused where the door refuses."""
    index = bench.account_index(slug)
    claim = _through(BriefDoor(index, _titles(draft.field)), draft)
    promise = _promise(bench, slug, claim, None) if draft.kind == "commitment" else None
    return Made(claim, promise=promise)


def draft_of(claim: Claim, field: str, segments: Mapping[str, str]) -> ClaimDraft:
    """The draft that brings an answer's claim into a field; `segments` are texts of segments by id."""
    from indexer.sentences import sentence_spans

    refs = []
    for cited in claim.citations:
        text = segments.get(cited.segment, "")
        inside = [
            n for n, (start, end) in enumerate(sentence_spans(text))
            if text[start:end] and text[start:end] in cited.quote
        ]  # fmt: skip
        refs.append(
            EvidenceRef(
                segment=cited.segment,
                first_sentence=inside[0] if inside else None,
                last_sentence=inside[-1] if inside else None,
            )
        )
    return ClaimDraft(
        field=field, text=claim.text, kind=claim.kind, evidence=tuple(refs), flags=claim.flags
    )


def _titles(field: str | None) -> dict[str, str]:
    return {field: field_title(field)} if field else {}


def _through(door: BriefDoor, draft: ClaimDraft) -> Claim:
    outcome = door.record_claim(draft)
    if isinstance(outcome, Refusal):
        raise Refused(
            f"The door refused it: {outcome.why}. Word it nearer to what its source says."
        )
    return door.claims[outcome]


def _promise(bench: Bench, slug: str, claim: Claim, parts: StatementParts | None) -> Commitment:
    """The promise held against the signed scope, as the ledger does it; `parts` if the record has no such words yet."""
    index, heads, said = bench.account_index(slug), bench.heads, claim.citations[0]
    related, words = relatedness(index, heads), index.embedder.embed([said.quote])[0]
    if parts is not None:
        meant = read_anew(heads, words, passages(parts.artifact, parts.segments))
    else:
        at = [
            n
            for n, p in enumerate(index.passages())
            if index.segments[p.segment].id == said.segment
        ]
        meant = related.said(at, words)
    finding = SignedScope(index, related).compare(said.quote, meant)
    clause = None
    if finding.clause is not None:
        text = next(s.text for s in index.segments if s.id == finding.clause)
        first, last = best_sentences(text, [said.quote, finding.signed], CLAUSE_WORDS)
        ref = EvidenceRef(segment=finding.clause, first_sentence=first, last_sentence=last)
        clause = BriefDoor(index).cite(ref)
    return Commitment(
        claim=claim.id, type=promise_type(said.quote), by=said.speaker, scope=finding.status,
        scope_citations=(clause,) if clause else (),
    )  # fmt: skip


def known_field(template: str, field: str) -> bool:
    """True if the template asks for this field; a template that isn't here asks for anything."""
    return template not in template_names() or field in load_template(template).fields()


def field_kind(template: str, field: str | None) -> ClaimKind:
    """What kind of claim answers a field."""
    if field is None or template not in template_names():
        return "fact"
    spec = load_template(template).fields().get(field)
    return spec.kind if spec else "fact"
