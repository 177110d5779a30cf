"""Does the evidence say no anywhere near where the claim does?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from agent.verification.clauses import NOT, Clause, clauses

_VERB_NOT = re.compile(
    r"\b(?:is|are|was|were|be|been|do|does|did|has|have|had|will|would|can|could|may|must|should|shall|need)(?: not|n't)\b|\b(?:cannot|can't|won't|never|nie|niemals)\b"
)
_NO_CLAIM = re.compile(r"\b(?:not only|not just|(?:not|n't|cannot|never)\b[^.;,]{0,40}\b(?:more than|exceed|over|above|before|until|without|unless|but|only|later than|earlier than))\b")  # fmt: skip
_ALSO_DENIES = re.compile(
    r"\b(?:only|just|nur|alone|solely|exclusively|too|extra|extras|separate\w*|hardly|barely|scarcely|instead|except\w*|otherwise|else|un\w{4,}|in(?:sufficient|correct|complete|valid|adequate|capable|active|visible)\w*|im(?:possible|practical)\w*|"
    r"dis\w{4,}|\w{3,}less|miss\w*|lost|lose|stay\w*|remain\w*|later|follow\w*|on you|on us|yourself|yourselves|themselves|against|open|pending|hold|wait\w*|still|yet|stop\w*|quit|out|off|away|leave\w*|left|wrong|fail\w*|hat(?:e|es|ed)|worr\w*|problem\w*)\b"
)
"""Words that may stand for a no which is not said."""


_SHORT = 3
"""A clause of fewer words (`we don't`) may deny what the one before says."""


def _reach(clause: Clause, before: Clause | None) -> frozenset[str]:
    """What a denying clause may deny: its own words, and if it has few those of the clause before."""
    own = clause.stems | clause.inherited
    return own | before.stems if before is not None and len(clause.stems) < _SHORT else own


def undenied(claim: str, evidence: Sequence[str]) -> str | None:
    """A clause of the claim whose verb is denied, where nothing in the evidence denies anything that it shares a word with."""
    if not _VERB_NOT.search(claim.lower()):
        return None
    said = [c for sentence in evidence for c in clauses(sentence)]
    denying = [
        (c, before) for before, c in itertools.pairwise([None, *said])
        if c is not None and (NOT.search(c.text) or c.noes or _ALSO_DENIES.search(c.text))
    ]  # fmt: skip
    for clause in clauses(claim):
        if (
            not clause.noes % 2
            or not _VERB_NOT.search(clause.text)
            or _NO_CLAIM.search(clause.text)
        ):
            continue
        values = {s for s in clause.stems if s.startswith("#") and s != "#1"}
        holding = [s for s in said if values & s.stems]
        wanted = values if holding else clause.stems
        if not any(_reach(s, before) & wanted for s, before in denying):
            return clause.text.strip()
    return None
