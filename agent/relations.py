"""Who stands how to whom: two people of the deal in one sentence with words that say what binds them, each cited.

The speaker counts as named where the sentence says `I` or `my`. Nothing is inferred from who was in the same call.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from agent.cast import Cast, Mention
from agent.door import BriefDoor
from agent.ranking import Scores, looks_like_instruction
from indexer.models import Person, Segment
from indexer.search import AccountIndex
from indexer.sentences import sentence_spans
from prompts.cues import cues
from tools.drafts import EvidenceRef

MAX_RELATIONS = 16
BETWEEN = 14
"""Words that may stand between two people whom one sentence binds."""
_OWN = re.compile(r"\b(?:I|me|my|mine|myself|ich|mein\w*)\b")


def relations_of(
    index: AccountIndex, cast: Cast, door: BriefDoor, asking: Scores
) -> tuple[dict[str, Any], ...]:
    """Edges `{from, to, how, citations}` between people, the customer's first; `asking` tells what states nothing.

    Args:
        index: the account's evidence.
        cast: its people.
        door: copies the words that prove an edge.
        asking: for each segment how surely it asks, supposes or tells of others: (segments,).
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for position, segment in enumerate(index.segments):
        artifact = index.artifacts[segment.artifact]
        if segment.role not in ("body", "field", "row") or asking[position] >= 0.5:
            continue
        if artifact.meta.get("bulk") == "true" or artifact.kind in ("contract", "invite"):
            continue
        if looks_like_instruction(segment.text):
            continue
        for edge in _edges(segment, cast, door):
            found.setdefault((edge["from"], edge["to"], edge["how"]), edge)
    sides = {p.name: p.side for p in cast.people}
    edges = sorted(
        found.values(), key=lambda e: (sides[e["from"]], sides[e["to"]]) != ("customer",) * 2
    )
    return tuple(edges[:MAX_RELATIONS])


def _edges(segment: Segment, cast: Cast, door: BriefDoor) -> list[dict[str, Any]]:
    speaker = cast.known(segment.person or segment.speaker)
    edges = []
    for n, (start, end) in enumerate(sentence_spans(segment.text)):
        sentence = segment.text[start:end]
        present = _present(sentence, cast, speaker)
        for one, other in itertools.pairwise(present):
            how = _bound(sentence, one, other)
            if (
                how is None
                or one.person is other.person
                or "vendor" in (one.person.side, other.person.side)
            ):
                continue
            cited = door.cite(EvidenceRef(segment=segment.id, first_sentence=n, last_sentence=n))
            if cited is not None:
                edges.append({
                    "from": one.person.name, "to": other.person.name, "how": how,
                    "citations": [cited.model_dump(mode="json")],
                })  # fmt: skip
    return edges


def _present(sentence: str, cast: Cast, speaker: Person | None) -> list[Mention]:
    """The people of a sentence in order, the speaker where it says `I`; each once."""
    found = cast.named(sentence)
    if speaker is not None:
        own = _OWN.search(sentence)
        if own is not None:
            found.append(Mention(own.start(), own.end(), speaker))
    unique: dict[str, Mention] = {}
    for mention in sorted(found, key=lambda m: m.start):
        unique.setdefault(mention.person.name, mention)
    return list(unique.values())


def _bound(sentence: str, one: Mention, other: Mention) -> str | None:
    """What the words from one name to the other, and just after it, say binds them."""
    between = sentence[one.end : other.start]
    if len(between.split()) > BETWEEN:
        return None
    words = sentence[one.start : other.end + 40]
    for how, pattern in cues("relations").items():
        match = pattern.search(words)
        if match is not None and match.start() <= other.end - one.start + 12:
            return how
    return None
