"""Is whoever the claim makes say or do something tied to it in the evidence at all?

Tied is who says it, who is named where it is said or right before, who is spoken to, and who answers it. What somebody says
or wants is tied to who says it or of whom it is told, not to whom it is said.
"""

from __future__ import annotations

import re

from agent.verification import dates
from agent.verification.agreement import agrees
from agent.verification.fault import Fault
from agent.verification.names import is_everyday, names
from agent.verification.plain import tokens
from agent.verification.statements import Statement
from agent.verification.support import Grounds
from agent.verification.words import stem

_NEAR = 0.6
"""Statements that hold so much of what the best one holds may tie somebody to it."""
_LEAST = 2
"""So much a statement must share with the claim for it to show whose it is; a value counts so much by itself."""
_BEFORE = 2
"""A name so many statements before may be whom the words go on about."""
_YOU = re.compile(r"\b(?:you|your|yours|u|pls|please|sie|ihnen|ihr|dir|dich)\b", re.I)
_YES = re.compile(r"^\W*(?:yes|yeah|yep|ok(?:ay)?|sure|fine|agreed|right|deal|done|good|great|perfect|exactly|understood|noted|will do|of course|no problem|ja|genau|gut|in ordnung)\b", re.I)  # fmt: skip
_I_WILL = re.compile(
    r"\b(?:I|we)(?:'ll| will| can| could)\b|\b(?:ich|wir) (?:werde|werden|kann|können)\b"
)
_CALLED = re.compile(r"^\W*(?:(?:hi|hello|hey|dear|hola|bonjour|salut|ciao|hej|good (?:morning|afternoon|evening)|thanks|thank you|ok(?:ay)?|yes|no|sorry|hallo|liebe[rs]?)\b[, ]*)?(?:(?:mr|ms|mrs|dr)\.? )?[^\W\d_][\w'-]*(?: [A-ZÄÖÜ][\w'-]*)?[,:!] ", re.I)  # fmt: skip
"""Whom a sentence is said to, at its beginning: `Paul, the parts are late.`"""
_HEAD = re.compile(r"^[ \t]*(?:to|cc|bcc|an|kopie)[ \t]*:.*$", re.I | re.M)
_SAYS = re.compile(
    r"^,? (?:(?:has|had|also|only|now|then|still) )*(?:say|said|tell|told|state|explain|report|mention|confirm|warn|note|think|thought|believe|claim|point|describ|wish|want|ask|request|demand|insist|promis|offer|"
    r"assur|advis|suggest|propos|recommend|admit|concede|allow|write|wrote|announc|estimat|reckon|count|put|expect|prefer|complain|object|fear|hope|sagt|meint|möchte|will )\w*\b"
)
_SAID_BY = re.compile(r"\b(?:per|according to|says|said|as|laut)\s+$", re.I)


def untied(grounds: Grounds) -> Fault | None:
    """The evidence of what the claim tells of its subject names, addresses and quotes others only."""
    name = grounds.subject
    if name is None:
        return None
    part, wanted = grounds.part, set(name.parts)
    own = {stem(p) for n in (*part.names, name) for p in n.parts}
    content = part.stems - own
    shares = [_share(content, grounds, s) for s in grounds.all]
    best = max(shares, default=0)
    if best < _LEAST:
        return None
    says = bool(_SAYS.match(part.text[name.end :]) or _SAID_BY.search(part.text[: name.start]))
    at = [i for i, n in enumerate(shares) if n >= _NEAR * best]
    if any(_is_tied(i, wanted, content, grounds, says) for i in at):
        return None
    return Fault("misattributed", f"the evidence does not say this of {name.text}")


def _share(content: frozenset[str], grounds: Grounds, said: Statement) -> int:
    part = grounds.part
    values = sum(any(agrees(q, o) for o in said.quantities) for q in part.quantities)
    values += sum(any(dates.agrees(w, o) for o in said.whens) for w in part.whens)
    return len(content & said.stems) + _LEAST * values


def _speaks(wanted: set[str], said: Statement) -> bool:
    return bool(wanted & {t.text for t in tokens(said.speaker)})


def _named(wanted: set[str], said: Statement) -> bool:
    """Whether a statement names somebody other than to call them."""
    if not wanted & said.words:
        return False
    text = _HEAD.sub("", said.text)
    called = _CALLED.match(text)
    rest = text[called.end() :] if called else text
    return bool(wanted & {t.text.removesuffix("'s") for t in tokens(rest)})


def _is_tied(
    at: int, wanted: set[str], content: frozenset[str], grounds: Grounds, says: bool
) -> bool:
    found = grounds.all
    here = found[at]
    if _speaks(wanted, here) or _named(wanted, here):
        return True
    before = [s for s in found[max(0, at - _BEFORE) : at] if s.source == here.source]
    other = _another(here, grounds)
    if not other and any(_named(wanted, s) for s in before):
        return True
    if not here.speaker:
        return not other
    beside = [*before, *(s for s in found[at + 1 : at + 3] if s.source == here.source)]
    if not says and (wanted & here.words or _YOU.search(here.text)):
        return any(wanted & s.words or _speaks(wanted, s) for s in [here, *beside]) or not beside
    answers = not _I_WILL.search(here.text)
    return any(
        _speaks(wanted, s) and (content & s.stems or (answers and _YES.match(s.text)))
        for s in beside
    )


def _another(said: Statement, grounds: Grounds) -> bool:
    """Whether words without a speaker begin with somebody whom the claim leaves out."""
    claimed = {t.text for t in grounds.part.tokens}
    for name in names(said.text)[:1]:
        alone = not any(map(is_everyday, name.parts)) and not name.code and not name.text.isupper()
        if alone and len(said.text[: name.start].split()) <= 1 and not claimed & set(name.parts):
            return True
    return False
