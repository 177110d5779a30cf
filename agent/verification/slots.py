"""Another word in the place of the evidence's: the sales managers where the evidence has plant managers.

A compound's head tells what the word before it must be. Where the evidence never has that head without another word before
it, and the claim's word stands nowhere, the claim altered it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from agent.verification.fault import Fault
from agent.verification.plain import Token
from agent.verification.statements import Statement
from agent.verification.support import Grounds, Part
from agent.verification.words import is_content, stem

_DESCRIBES = re.compile(
    r"\w+(?:al|ive|ed|ing|ous|ful|less|able|ible|ary|ic|ate|ly|est|ern|ish)|"
    r"old|older|new|newer|legacy|simple|single|plain|main|whole|other|others|else|extra|free|full|high|higher|low|lower|long|longer|short|shorter|own|big|bigger|small|smaller|"
    r"large|larger|great|good|bad|better|worse|early|late|later|recent|current|present|former|prior|previous|next|last|sole|certain|sure|clear|open|close|near|right|wrong|true|real|"
    r"hard|soft|fast|slow|quick|cheap|dear|rich|poor|strong|weak|safe|clean|fresh|raw|ready|heavy|light|deep|wide|broad|narrow|major|minor|common|proper|entire|separate|overall|"
    r"different|similar|frequent|urgent|permanent|independent|sufficient|relevant|important|significant|outstanding|second|third|several|various|plus|back|only|"
    r"within|against|between|among|across|through|towards?|without|under|beyond|except|since|during|upon|along|around|behind|inside|outside|per|pro|"
    r"broke|went|ran|got|kept|sent|lost|held|met|paid|left|chose|wrote|spoke|took"
)
"""Words that describe, by their ending or by the list, and little ones that head no compound: they are freely put otherwise."""


def other_in_slot(grounds: Grounds, about: frozenset[str]) -> Fault | None:
    """The first word of the claim in whose place the evidence has another one."""
    part = grounds.part
    here = [grounds.all[i] for i in grounds.around]
    known = about | {w for s in grounds.all for w in s.stems}
    words = {w for s in grounds.all for w in s.words}
    pairs = [p for s in here for p in _compounds(s.tokens, s)]
    for mine, head in _compounds(part.tokens, part):
        if (
            stem(mine.text) in known
            or _DESCRIBES.fullmatch(mine.text)
            or any(mine.text[:5] == w[:5] for w in words)
        ):
            continue
        theirs = [m for m, h in pairs if stem(h.text) == stem(head.text)]
        bare = sum(stem(t.text) == stem(head.text) for s in here for t in s.tokens)
        if not theirs or len(theirs) < bare:
            continue
        if all(stem(m.text) not in part.stems and not _DESCRIBES.fullmatch(m.text) for m in theirs):
            return Fault(
                "altered",
                f"the evidence says {theirs[0].raw} {head.raw}, the claim says {mine.raw} {head.raw}",
            )
    return None


def _compounds(found: Sequence[Token], within: Part | Statement) -> Iterator[tuple[Token, Token]]:
    """Words that say something and the like right behind them, but for numbers and dates."""
    values = [(q.start, q.end) for q in within.quantities]
    values += [(w.start, w.end) for w in within.whens]
    for one, two in itertools.pairwise(found):
        if (
            two.start - one.end != 1
            or within.text[one.end] != " "
            or not (is_content(one) and is_content(two))
            or two.text.endswith("ed")
            or two.raw[0].isupper()
        ):
            continue
        if any(a < two.end and one.start < b for a, b in values):
            continue
        yield one, two
