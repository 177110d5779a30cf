"""Yes or no: whether a clause of the claim and the clause of the evidence that it rests on agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.verification.plain import tokens
from agent.verification.quantities import quantities
from agent.verification.words import is_content, opposites, stem, stems_of

MIN_SHARED = 0.34
MIN_DENIED = 0.12
"""Share of a clause's words that must be met for its yes, or its no, to be compared at all."""
_BREAK = re.compile(
    r"[;:.!?]\s+|\s-\s|,\s+(?!or (?:whether|if)\b)|\s(?=(?:without|ohne)\b)|"
    r"\b(?:but|whereas|while|although|though|because|however|(?<!not )yet|except that|aber|sondern|obwohl|weil|anstelle|(?:an)?statt(?= (?:de|ein|\d)))\b|\s(?=(?:instead of|rather than)\b)|"
    r"\band (?=(?:it|they|he|she|we|i|you|nobody|nothing|there)\b)|"
    r"\band (?=(?:never|not|no|none|nobody|nothing|nor|cannot|does|do|will|would|can|is|are|has|have|was|were|must|should)\b)|\b(?:since|as)(?= (?:the|it|they|he|she|we|no|nobody|there|\w+ (?:is|was|has|had|have|were|are))\b)|"
    r"\b(?:that|which|who|whose)(?= (?:should|must|is|are|was|were|will|can|cannot|could|would|do|does|did|has|have|had|not)\b)"
)
_NOT = re.compile(
    r"\b(?:not|n't|unless|instead of|rather than|free of|exempt from|never|no|none|nobody|nothing|nowhere|neither|nor|cannot|can't|without|nicht|kein|keine|keinen|keiner|keinem|keinerlei|nie|niemals|niemand|nichts|ohne|weder)\b|n't\b"
)
_DENIES = re.compile(
    r"\b(?:not|never|cannot|can't|nobody|nothing|neither|nicht|kein\w*|niemand|nie)\b|n't\b|^\W*no\b|\b(?:is|are|was|were|has|have|had|there|with|need|needs|get|gets) no\b"
)
_NO_NOT = re.compile(
    r"\b(?:not only|(?:at )?no (?:extra |additional |further )?(?:charge|cost|fee)s?\b|no (?:\w+er|less|more) than|no doubt|no problem|not just|not to mention|why not|whether or not|no matter|if not|nicht nur|no need to worry|not bad|"
    r"(?:never|not|cannot|can't|n't|won't|doesn't|may not|must not|shall not) (?:be )?(?:exceed|go over|go above|more than|over|above|beyond)|"
    r"without cause|without delay|no,|no (?=sooner)|not yet clear)\b"
)
_LACKING = frozenset(
    stem(w) for w in
    "fail refuse reject exclude lack omit deny unable forbid prohibit prevent avoid unsupported ausgeschlossen fehlt fehlen "
    "ablehnen unwilling unavailable waive skip freeze ban moratorium discontinue abolish abandon withhold disallow preclude stop quit doubt doubtful disagree dislike abgelehnt dagegen verweigert untersagt entfällt gestrichen".split()
)  # fmt: skip
_OUT = re.compile(
    r"\b(?:out of scope|out of the question|(?:take|takes|taken|took|taking) (?:\w+ ){0,3}out|declin(?:e|es|ed|ing) (?:to|the|our|your|his|her|their|an?|any)|(?:has|have|had|needs?) to go(?! (?:to|through|live|into|on|over|up|down|back|ahead|for|with))|costs? extra|(?:is|are|'s|'re|billed|charged|priced|sold|comes?) (?:\w+ )?separate(?:ly)?|lehn(?:t|en|te|ten)\b[^.;]{0,60}\bab|not in scope|off the table|(?:left|leave|leaves|leaving) (?:\w+ ){0,3}out|rul(?:e|es|ed|ing) (?:\w+ )?out|turn(?:ed|s)? down|no longer|anything but|far from|"
    r"too (?:\w+) to|außerhalb des (?:umfangs|leistungsumfangs)|opt(?:ed)? out|nicht mehr|kommt nicht infrage|object(?:s|ed|ing)? to|objections?(?: to)?|(?:is|are|was|were|'s|'re) out(?! (?:of|on|in|for|there|to|with|until|till|today|tomorrow|this|next|sick))|oppos(?:e|es|ed|ing)|(?:is|are|was|were|be) against|resist(?:s|ed|ing)?|veto\w*|(?:outside|beyond) (?:of )?(?:the )?scope|walk(?:ed)? away from|held back)\b"
)
_GOES_ON = re.compile(
    r"\s*(?:and |but |so )?(?:it|they|he|she|this|that|those|these|not|no|nor|never|es|sie|das|nicht)\b"
)
_UN = re.compile(r"^(?:un|in|im|non|dis|ir)(?=\w{5,})")


@dataclass(frozen=True)
class Clause:
    """A clause with its content stems and how often it says no."""

    text: str
    stems: frozenset[str]
    noes: int
    inherited: frozenset[str] = frozenset()
    """What the clause before is about, where this one goes on about it (`it isn't there today`)."""


_FREE = re.compile(
    r"\b(?:(?:at|for) )?no (?:extra |additional |further )?(?:charge|cost)s?\b|\bfree of charge\b|\bfor (?:nothing|free)\b|"
    r"\bwithout (?:extra |additional )?(?:charge|cost)s?\b|\bkostenlos\b|\bgratis\b|\b(?:don't|doesn't|do not|does not|won't|need not) (?:(?:have|need) to )?pay(?: for)?\b"
)
_NOT_WITHOUT = re.compile(
    r"\b(?:cannot|\w+n't|not|neither|never|no|nobody|none|nicht|kein\w*)\b([^.;:]{3,90}?)\b(?:without|unless|ohne)\b(?! (?:cause|delay|notice)\b)"
)

_WITHOUT_NOT = re.compile(
    r"\b(?:without|unless|ohne)\b([^.;:]{2,60}?)\b(?:cannot|\w+n't|not|no|nobody|nothing|never|nicht|kein\w*)\b"
)
_ELLIPSIS = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|will|can|would|should|ist|sind)(?: not| nicht|n't)\W*$"
)
"""`Training is included, travel is not.`: the verb stands in the clause before."""
_LABEL = re.compile(r"((?:^|[.;] |\n)(?:[^\W\d_]+ ){0,3}[^\W\d_]+):(?= )")
"""`Not in scope: training.` says one thing, not two."""
_YET_TO = re.compile(r"\b(has|have|had) yet to\b")


def _settled(text: str) -> str:
    """In lower case, with what costs nothing called free and `not A without B` put as `A only with B`."""
    plain = _YET_TO.sub(r"\1 not", _FREE.sub("free", text.lower()))
    plain = _NOT_WITHOUT.sub(r"\1 only with", _WITHOUT_NOT.sub(r"only with\1", plain))
    return _LABEL.sub(r"\1 ", plain)


def clauses(text: str) -> list[Clause]:
    """The clauses of a plain sentence."""
    out = []
    inherited: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    for part in _BREAK.split(_settled(text)):
        if part and part.strip():
            stems = stems_of(tokens(part)) | {f"#{v:g}" for q in quantities(part) for v in q.spoken}
            if _ELLIPSIS.search(part) and len(stems) < 4:
                stems |= last
            if stems or _NOT.search(part):
                out.append(
                    Clause(
                        part, stems, _noes(part), inherited if _GOES_ON.match(part) else frozenset()
                    )
                )
                last = _last(part)
                inherited = stems | (out[-1].inherited if _GOES_ON.match(part) else frozenset())
    return out


def _last(part: str) -> frozenset[str]:
    """The stem of the last word that says something."""
    found = [stem(t.text) for t in tokens(part) if is_content(t)]
    return frozenset(found[-1:])


def _noes(part: str) -> int:
    plain = _NO_NOT.sub(" ", part)
    idioms = len(_OUT.findall(plain))
    plain = _OUT.sub(" ", plain)
    words = {stem(t.text) for t in tokens(plain) if is_content(t)}
    return len(_NOT.findall(plain)) + idioms + len(words & _LACKING)


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
    # Words that deny by themselves are counted as noes already, on whichever side they stand.
    denials = (claim.stems ^ said.stems) & _LACKING
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
    plain = _OUT.sub(" ", _NO_NOT.sub(" ", clause.text))
    words = [t for t in tokens(plain) if is_content(t)]
    marks = [(m.end(), 0) for m in _NOT.finditer(plain)]
    marks += [(t.end, 2) for t in words if stem(t.text) in _LACKING]
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


def ruled_out(claim: str, evidence: Sequence[str]) -> str | None:
    """A word that the evidence has only behind `no` or `without` and the claim without either."""
    text = _settled(" ".join(evidence))
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


_INSTEAD = re.compile(r"\W*(?:instead of|rather than)\b")


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
        if _INSTEAD.match(clause.text) and len(_worded(clause)) < 2:
            continue
        ranked = sorted(((_weight(clause, s), s) for s in said), key=lambda p: -p[0])
        if not ranked or not ranked[0][0]:
            continue
        best = ranked[0][0]
        if best < (MIN_DENIED if _DENIES.search(clause.text) else MIN_SHARED) * (
            1 + len(clause.stems)
        ):
            continue
        near = [s for weight, s in ranked if weight >= 0.8 * best]
        if all(
            (clause.noes + s.noes + _turned(clause, s)) % 2
            and _denied_of_both(clause, s, claimed, told)
            for s in near
        ):
            return clause.text.strip(), near[0].text.strip()
    return _said_never(stated, said, told)


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
                return clause.text.strip(), denier.text.strip()
    return None
