"""What a handoff document leaves out of what the account's brief has: promises, conflicts, fields, gaps.

Two things are the same where they mean nearly the same or give one topic the same value. A document speaks to a field
where a statement is like its answer, stands under its title, or the reading head sees the field in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from agent.conflicts import agrees, statements_in
from agent.models import Citation, Claim, Conflict
from agent.roles import told
from indexer.embed import Embedder, Vectors
from indexer.heads import Heads
from prompts.template import FieldSpec
from review.audit.document import Statement
from review.audit.models import LeftOut
from review.models import Brief

SAME_AT, NEAR_AT, FIELD_AT = 0.55, 0.45, 0.5
"""Likeness of words that say the same, that are about the same, and the head's probability of a field."""
_OPEN = re.compile(
    r"\?|\b(?:tbd|tbc|unknown|unclear|not (?:known|yet known|clear|confirmed|decided|discussed|named)|to be (?:confirmed|defined|named|clarified|"
    r"decided)|open (?:question|point|item)|needs? clarification|still open|offen|unklar|noch nicht)\b",
    re.I,
)


class LeftOuts:
    """Compares one document with one brief."""

    def __init__(
        self, brief: Brief, specs: dict[str, FieldSpec], statements: Sequence[Statement],
        embedder: Embedder, heads: Heads,
    ) -> None:  # fmt: skip
        self._brief, self._specs, self._statements = brief, specs, statements
        self._embedder = embedder
        self._claims = {c.id: c for c in brief.claims}
        self._vectors = embedder.embed([s.whole for s in statements])
        pairs = [(s.heading, f"vendor note: {s.text}") for s in statements]
        read = heads.reading.read(pairs)[:, : len(heads.reading.fields)]
        self._read = dict(zip(heads.reading.fields, np.asarray(read, np.float32).T, strict=True))
        said = " \n".join(s.whole for s in statements)
        self._values = list(statements_in(said, 0))

    def find(self) -> tuple[LeftOut, ...]:
        """Promises first, then conflicts, fields, gaps."""
        return (*self._promises(), *self._conflicts(), *self._fields(), *self._gaps())

    def answered(self) -> int:
        """How many fields of the template the document speaks to."""
        return sum(self._speaks_to(f) for f in self._specs)

    def _likeness(self, words: Sequence[str]) -> Vectors:
        """Of each of these words to every statement: (words, statements)."""
        if not words or not len(self._vectors):
            return np.zeros((len(words), len(self._statements)), np.float32)
        return np.asarray(self._embedder.embed(list(words)) @ self._vectors.T, np.float32)

    def _most(self, words: str) -> float:
        return float(self._likeness([words]).max(initial=0.0))

    def _says(self, claim: Claim) -> bool:
        words = told(claim)
        if self._most(words) >= SAME_AT:
            return True
        return any(
            agrees(said.value, [v for v in self._values if v.topic == said.topic])
            for said in statements_in(words, 0)
        )

    def _promises(self) -> Iterator[LeftOut]:
        gone = {
            c.id for c in self._claims.values() if any(f.startswith("superseded") for f in c.flags)
        }
        for promise in self._brief.commitments:
            claim = self._claims[promise.claim]
            if claim.id not in gone and not self._says(claim):
                text = f"{promise.type}, signed scope: {promise.scope}"
                yield self._item("promise", claim.key, claim.field, text, claim.citations[:1])

    def _conflicts(self) -> Iterator[LeftOut]:
        for conflict in self._brief.conflicts:
            if not all(self._side_said(conflict, n) for n in range(len(conflict.sides))):
                cited = tuple(side.citations[0] for side in conflict.sides)
                field = next(iter(conflict.fields), None)
                yield self._item(
                    "conflict", conflict.key, field, f"{conflict.topic}: {conflict.why}", cited
                )

    def _side_said(self, conflict: Conflict, side: int) -> bool:
        """True if the document gives this side's value, or words like it."""
        words = conflict.sides[side].citations[0].quote
        values = [v for v in statements_in(words, 0) if v.topic == conflict.topic]
        mine = [v for v in self._values if v.topic == conflict.topic]
        if values:
            return any(agrees(v.value, mine) for v in values)
        return self._most(words) >= SAME_AT

    def _speaks_to(self, name: str) -> bool:
        title = self._specs[name].title.casefold()
        if any(s.heading.casefold() == title and not s.asks for s in self._statements):
            return True
        stating = [n for n, s in enumerate(self._statements) if not _OPEN.search(s.text)]
        read = self._read.get(name)
        if read is not None and any(read[n] >= FIELD_AT for n in stating):
            return True
        shown = [told(self._claims[c]) for c in self._shown(name)]
        likeness = self._likeness(shown)
        return bool(stating) and bool((likeness[:, stating] >= SAME_AT).any())

    def _shown(self, name: str) -> tuple[str, ...]:
        fields = (f for s in self._brief.sections for f in s.fields if f.id == name)
        return next((tuple(c for c in f.shown if c in self._claims) for f in fields), ())

    def _fields(self) -> Iterator[LeftOut]:
        for name, spec in self._specs.items():
            shown = self._shown(name)
            if shown and not self._speaks_to(name):
                claim = self._claims[shown[0]]
                yield self._item("field", name, name, spec.title, claim.citations[:1])

    def _gaps(self) -> Iterator[LeftOut]:
        """Gaps that no open point of the document names."""
        asked = [n for n, s in enumerate(self._statements) if s.asks or _OPEN.search(s.whole)]
        for gap in self._brief.gaps:
            likeness = self._likeness([gap.question])[:, asked]
            read = self._read.get(gap.field or "")
            named = read is not None and any(read[n] >= FIELD_AT for n in asked)
            if not named and not (likeness >= NEAR_AT).any():
                yield self._item("gap", gap.key, gap.field, gap.question)

    @staticmethod
    def _item(
        kind: str, key: str, field: str | None, text: str, cited: Sequence[Citation] = ()
    ) -> LeftOut:
        return LeftOut.model_validate(
            {"kind": kind, "key": key, "field": field, "text": text, "citations": tuple(cited)}
        )
