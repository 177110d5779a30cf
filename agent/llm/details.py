"""What a model may name as missing from an answered field: a thing, never a value or a name of its own.

Its words are shown to people, so they are checked like a claim's: no links, no numbers, no names that the sources
don't hold, nothing that a source answers after all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.planted import looks_like_instruction
from agent.verification.names import names
from agent.verification.quantities import quantities
from indexer.answer_head import AnswerHead
from indexer.models import Segment
from indexer.search import AccountIndex

MOST_WORDS = 12
A_FIELD = 2
ANSWERED_AT = 0.6
"""What the answer head must make of the best passage for the detail to count as answered."""
_ASKS = re.compile(
    r"(?:who|whom|whose|what|when|where|which|whether|how|why|if|is|are|does|do|will|can)\b", re.I
)
_FIRST = re.compile(r"(?:the|an?|who|whom|whose|what|when|where|which|whether|how|why|if)\b", re.I)
_LEAD = re.compile(r"^(?:(?:it is )?(?:not |un)(?:clear|known|said)|missing|unknown)\s*:?\s+", re.I)


class Details:
    """One account's sources, asked whether they leave a detail open."""

    def __init__(self, index: AccountIndex, head: AnswerHead, asks: Mapping[str, str]) -> None:
        """`asks`: whom to ask about each field."""
        self._index, self._head, self.asks = index, head, asks
        usable = [
            s for s in index.segments if s.role != "hidden" and not looks_like_instruction(s.text)
        ]
        texts = [s.text for s in usable] + [s.person or s.speaker or "" for s in usable]
        self._known = frozenset(w for t in texts for w in re.findall(r"[^\W\d_]+", t.lower()))

    def objection(self, about: str) -> str | None:
        """Why these words can't be shown as a thing that is missing, or None."""
        words = about.split()
        if not 2 <= len(words) <= MOST_WORDS:
            return f"name the missing thing in 2 to {MOST_WORDS} words"
        if any(q.kind != "period" for q in quantities(about)) or re.search(r"\d", about):
            return "name the thing, not a number"
        strange = [n.text for n in names(about) if not set(n.parts) <= self._known]
        if strange:
            return f"no source speaks of {strange[0]}"
        return None

    def answered_by(self, about: str) -> Segment | None:
        """The segment that answers what is said to be missing, or None."""
        asked = about.rstrip("?") if _ASKS.match(about) else f"What is {about}"
        support = self._head.support(f"{asked}?", self._index.answer_vectors(self._head))
        best = int(support.argmax()) if len(support) else -1
        if best < 0 or float(support[best]) < ANSWERED_AT:
            return None
        return self._index.segments[self._index.passages()[best].segment]


def plain_detail(missing: str) -> str:
    """The thing itself, without `unclear:` before it or a full stop behind it."""
    return _LEAD.sub("", " ".join(missing.split())).strip(" .;:")


def question_of(about: str) -> str:
    """The question to send: a question as it is, a thing as one."""
    if about.endswith("?"):
        return about[0].upper() + about[1:]
    first = _FIRST.match(about)
    said = about if first is None else first.group().lower() + about[first.end() :]
    return f"Can you tell us {said}? The sources leave it open."
