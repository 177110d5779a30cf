"""Yes or no: whether a clause of the claim and the clause of the evidence that it rests on agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.verification.clauses import JOINT, LACKING, NO_NOT, NOT, OUT, Clause, clauses, settled
from agent.verification.plain import tokens
from agent.verification.quantities import quantities
from agent.verification.words import is_content, opposites, stem, stems_of

MIN_SHARED = 0.34
MIN_REFUSED = 0.25
MIN_DENIED = 0.12
"""Share of a clause's words that must be met for its yes, or its no, to be compared at all."""
_DENIES = re.compile(
    r"\b(?:not|never|cannot|can't|nobody|nothing|neither|nicht|kein\w*|niemand|nie)\b|n't\b|^\W*no\b|\b(?:is|are|was|were|has|have|had|there|with|need|needs|get|gets) no\b"
)
_REFUSES = frozenset(map(stem, "refuse reject decline oppose".split()))
_LACK, _NEED = stem("lack"), stem("need")
"""Whoever needs a thing lacks it."""
_UN = re.compile(r"^(?:un|in|im|non|dis|ir)(?=\w{5,})")


def _turned(claim: Clause, said: Clause) -> int:
    """How many of the claim's words stand in the evidence only as their opposites."""
    table = opposites()
    turned = 0
    for word in claim.stems - said.stems:
        if table.get(word, frozenset()) & (said.stems - claim.stems) or (
            _bare_of(word, said.stems)
        ):
            turned += 1
    turned += sum(_bare_of(word, claim.stems) for word in said.stems - claim.stems)
    turned += _prefixed(claim, said) + _prefixed(said, claim)
    turned += any(_LACK in a.stems and _NEED in b.stems for a, b in ((claim, said), (said, claim)))
    # Words that deny by themselves are counted as noes already, on whichever side they stand.
    denials = (claim.stems ^ said.stems) & LACKING
    return turned - min(
        turned, sum(1 for d in denials if table.get(d, frozenset()) & (claim.stems | said.stems))
    )


def _bare_of(word: str, stems: frozenset[str]) -> bool:
    """Whether a word is one of the stems with `un-`, `in-` or the like before it (stems are cut at seven letters)."""
    bare = _UN.sub("", word)
    return (
        bare != word
        and len(bare) > 3
        and any(s[: len(bare)] == bare[:6] or s[:6] == bare[:6] for s in stems)
    )


_NON = re.compile(r"\bnon[- ]?(\w{4,})")


def _prefixed(one: Clause, other: Clause) -> int:
    """How many words one clause has with `non-` and the other without."""
    with_it = {stem(w) for w in _NON.findall(other.text)}
    return sum(
        1 for w in _NON.findall(one.text) if stem(w) in other.stems and stem(w) not in with_it
    )


def _weight(claim: Clause, said: Clause) -> float:
    shared = len(claim.stems & said.stems)
    return (
        shared
        + shared / (1 + len(said.stems))
        + 0.9 * len((claim.stems - said.stems) & said.inherited)
    )


DENIED_CHARS = 60
SAME = 0.5
"""Clauses that share this part of the denying one's words speak of the same thing."""
_NEXT_THING = re.compile(
    r"\b(?:and|so|but|because|until|before|after|when|und|aber|weil|bis)\b|[,;/]"
)


def _denied(clause: Clause) -> frozenset[str] | None:
    """Stems of what a clause denies: what follows its `not`, what stands around a `waived`; None if that is not clear."""
    plain = OUT.sub(" ", NO_NOT.sub(" ", clause.text))
    words = [t for t in tokens(plain) if is_content(t)]
    marks = [(m.end(), 0) for m in NOT.finditer(plain)]
    marks += [(t.end, 2) for t in words if stem(t.text) in LACKING]
    if not marks or len(marks) < clause.noes:
        return None
    values = quantities(plain)
    denied: set[str] = set()
    for at, before in marks:
        stop = _NEXT_THING.search(plain, at + 4)
        end = min(at + DENIED_CHARS, stop.start() if stop else len(plain))
        denied |= {stem(t.text) for t in words if at <= t.start < end}
        denied |= {stem(t.text) for t in [w for w in words if w.end <= at][-before:] if before}
        denied |= {f"#{v:g}" for q in values if at <= q.start < end for v in q.spoken}
    return frozenset(denied) or None


def _affirmed(found: Sequence[Clause]) -> frozenset[str]:
    """Stems of the clauses that say yes."""
    return frozenset(w for c in found if not c.noes % 2 for w in c.stems | c.inherited)


def _denied_of_both(
    claim: Clause, said: Clause, claimed: frozenset[str], told: frozenset[str]
) -> bool:
    """A `no` on one side only contradicts the other if that affirms what is denied, or nearly all else.

    `claimed` and `told` are the stems that the whole claim and the whole evidence affirm.
    """
    for one, other, affirmed in ((claim, said, told), (said, claim, claimed)):
        denied = _denied(one) if one.noes % 2 and not other.noes else None
        shared = one.stems & (other.stems | other.inherited)
        if denied is not None and not denied & affirmed and len(shared) < SAME * len(one.stems):
            return False
    return True


_WITHOUT = re.compile(
    r"\b(?:no|without|kein|keine|keinen|ohne)\s+(?:(?:any|more|further|extra|additional)\s+)?([^\W\d_]{3,})"
)


_FOR_A_TIME = re.compile(
    r"\b(?:no|without|kein|keine|keinen|ohne)\s+(?=[^.;,]{3,40}\b(?:during|until|before|(?:in|for|within) the first|bis|vor|während)\b)"
)
"""`No indexation during the first two years` rules out none after them."""


def ruled_out(claim: str, evidence: Sequence[str]) -> str | None:
    """A word that the evidence has only behind `no` or `without` and the claim without either."""
    text = _FOR_A_TIME.sub(" ", settled(" ".join(evidence)))
    gone = {
        stem(w)
        for w in _WITHOUT.findall(text)
        if w not in ("longer", "more", "less", "later", "matter", "problem", "doubt", "idea")
    }
    kept = stems_of(tokens(_WITHOUT.sub(" ", text)))
    for clause in clauses(claim):
        if not clause.noes and (found := clause.stems & (gone - kept)):
            return min(found)
    return None


def _worded(clause: Clause) -> list[str]:
    """The clause's stems but for its numbers."""
    return [s for s in clause.stems if not s.startswith("#")]


_SCRAP = 2
"""A clause of fewer words, none of them a verb, that says no no (`the accountant,`) says no yes either."""
_SAYS = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|will|would|can|could|shall|should|may|might|must|ist|sind|wird|hat)\b|'(?:s|re|ll|ve|d)\b|\w{3,}ed\b"
)
_FRAGMENT = re.compile(
    r"^\W*(?:mr|mrs|ms|dr|frau|herr)\b|^\W*(?:instead of|rather than|outside|beyond)\b|\b(?:aside|excepted|apart from|other than|save for)\b"
)
"""What only sets something apart from the clause beside it."""


def disagreement(
    claim: str, evidence: Sequence[str], names: frozenset[str] = frozenset()
) -> tuple[str, str] | None:
    """The claim's clause and the evidence's that say yes and no to the same; None where they agree.

    Of each clause of the claim, the evidence's clauses that share most with it are compared; it is enough
    that one of those that come near the best agrees. `names` are stems that show nothing, as both name them.
    """
    said = [c for sentence in evidence for c in clauses(sentence)]
    stated = clauses(claim)
    claimed, told = _affirmed(stated), _affirmed(said)
    for whole in stated:
        bare = whole.stems - names
        clause = replace(whole, stems=bare) if len(bare) > 1 else whole
        if (
            len(stated) > 1
            and len(clause.stems) < _SCRAP
            and not clause.noes
            and not _SAYS.search(whole.text)
        ):
            continue
        if _FRAGMENT.search(clause.text) and len(_worded(clause)) < 3 and len(stated) > 1:
            continue
        ranked = sorted(((_weight(clause, s), s) for s in said), key=lambda p: -p[0])
        if not ranked or not ranked[0][0]:
            continue
        best = ranked[0][0]
        if best < (
            MIN_DENIED
            if _DENIES.search(clause.text)
            else MIN_REFUSED
            if clause.stems & _REFUSES
            else MIN_SHARED
        ) * (1 + len(clause.stems)):
            continue
        near = [s for weight, s in ranked if weight >= 0.8 * best]
        if clause.noes % 2 and any(
            s.noes % 2 and s.stems and s.stems <= clause.stems for s in said
        ):
            continue
        if all(
            (clause.noes + s.noes + _turned(clause, s)) % 2
            and clause.soft <= s.stems
            and s.soft <= clause.stems
            and _denied_of_both(clause, s, claimed, told)
            for s in near
        ):
            return _as_said(clause), _as_said(near[0])
    return _said_never(stated, said, told)


def _as_said(clause: Clause) -> str:
    return clause.text.strip().replace(JOINT, "")


_OF_THE_SAME = re.compile(r"\W*(?:it|they|he|she)\b")


def _said_never(
    stated: Sequence[Clause], said: Sequence[Clause], told: frozenset[str]
) -> tuple[str, str] | None:
    """A clause of the claim that holds all of what `and it never ...` denies of the same thing."""
    for denier in said:
        if not denier.noes % 2 or not _OF_THE_SAME.match(denier.text):
            continue
        denied = _denied(denier) or frozenset()
        for clause in stated:
            same = denied <= clause.stems - told and clause.stems & denier.inherited
            if denied and same and not clause.noes:
                return _as_said(clause), _as_said(denier)
    return None
