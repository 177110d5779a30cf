"""Sentences cut into clauses: what each is about, and how often it says no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from agent.verification.plain import tokens
from agent.verification.quantities import quantities
from agent.verification.rarity import is_word
from agent.verification.words import is_content, stem, stems_of

_BREAK = re.compile(
    r"[;:.!?]\s+|\s-\s|,\s+(?!or (?:whether|if)\b)|\s(?=(?:without|ohne)\b)|"
    r"\b(?:but|whereas|while|although|though|because|owing to|on account of|however|(?<=, )yet|(?<=and )yet|yet(?= \w+ed\b)|except that|aber|sondern|obwohl|weil|anstelle|(?:an)?statt(?= (?:de|ein|\d)))\b|\s(?=(?:instead of|rather than)\b)|"
    r"\band (?=(?:\w+ly |to )?\w{3,}(?<!ne)ed (?:the|an?|that|to|his|her|their|its|for|in|on|by|\d+|one|two|three)\b)|"
    r"\band (?=(?:it|they|he|she|we|i|you|nobody|nothing|there)\b)|"
    r"\band (?=(?:never|not|no|none|nobody|nothing|nor|cannot|does|do|will|would|can|is|are|has|have|was|were|must|should)\b)|\b(?:since|as)(?= (?:the|it|they|he|she|we|no|nobody|there|\w+ (?:is|was|has|had|have|were|are))\b)|"
    r"\b(?:that|which|who|whose)(?= (?:should|must|is|are|was|were|will|can|cannot|could|would|do|does|did|has|have|had|not)\b)"
)
NOT = re.compile(
    r"\b(?:not|n't|unless|instead of|rather than|free of|exempt from|never|no|none|nobody|nothing|nowhere|neither|nor|cannot|can't|without|nicht|kein|keine|keinen|keiner|keinem|keinerlei|nie|niemals|niemand|nichts|ohne|weder)\b|n't\b"
)
NO_NOT = re.compile(
    r"\b(?:excl(?:uding|usive of|\.)? (?:\w+ )?(?:vat|tax(?:es)?|gst|sales tax|mwst|shipping|expenses)|not only|(?:at )?no (?:extra |additional |further )?(?:charge|cost|fee)s?\b|no (?:\w+er|less|more) than|no doubt|no problem|not just|not to mention|why not|whether or not|no matter|if not|nicht nur|no need to worry|not bad|"
    r"(?:never|not|cannot|can't|n't|won't|doesn't|may not|must not|shall not) (?:be )?(?:exceed|go over|go above|more than|over|above|beyond)|"
    r"stop(?:s|ped|ping)? (?:at|by|over)(?= )|without cause|without delay|no,|no (?=sooner)|not yet clear)\b"
)
LACKING = frozenset(
    stem(w) for w in
    "refuse reject block remove removal exclude lack omit deny unable forbid prohibit prevent avoid unsupported ausgeschlossen "
    "ablehnen unwilling unavailable waive skip freeze ban moratorium discontinue abolish abandon withhold disallow preclude oppose stop quit doubt doubtful disagree dislike abgelehnt dagegen verweigert untersagt entfällt gestrichen".split()
)  # fmt: skip
OUT = re.compile(
    r"\b(?:out of scope|(?:put |placed |is |are |stays? )?on hold|(?:stood|stands?|standing) (?:still|idle)|shut(?:s|ting)? (?:\w+ )?down|at a standstill|out of the question|fehl(?:t|en|te|ten)|fail(?:s|ed|ing|ure)? to|(?:stay|stays|stayed|remain|remains|kept|keeps) out of|stays? behind|zurückge(?:schickt|wiesen|sandt)|(?:sent|sends|send) back|(?:outside|beyond|on top of) (?:of )?(?:the|this|our|that|its) (?:scope|order|contract|agreement|fee|price|package|subscription)|drop(?:s|ped)? (?:the|this|our|their|his|her|my|that|its|any|all)|(?:take|takes|taken|took|taking) (?:\w+ ){0,3}out|declin(?:e|es|ed|ing) (?:to|the|our|your|his|her|their|an?|any)|(?:strik(?:e|es|ing)|struck) (?:\w+ ){1,5}(?:from|out)\b|(?:has|have|had|needs?) to go(?! (?:to|through|live|into|on|over|up|down|back|ahead|for|with))|costs? extra|(?:is|are|'s|'re|bill(?:ed|s)?|charg(?:e|es|ed)|pric(?:e|es|ed)|invoiced?|sold|sell|quoted?|comes?) (?:\w+ )?separate(?:ly)?|(?:is|are|be) (?:\w+ )?extras?(?! \w)|lehn(?:t|en|te|ten)\b[^.;]{0,60}\bab|not in scope|off the table|(?:left|leave|leaves|leaving) (?:\w+ ){0,3}out|rul(?:e|es|ed|ing) (?:\w+ )?out|turn(?:ed|s)? down|no longer|anything but|far from|"
    r"too (?:\w+) to|außerhalb des (?:umfangs|leistungsumfangs)|opt(?:ed)? out|nicht mehr|kommt nicht infrage|object(?:s|ed|ing)? to|object(?:s|ed)?(?= (?:but|and|any|that|because|strongly)\b|\W*$)|objections?(?: to)?|(?:is|are|was|were|'s|'re) out(?! (?:of|on|in|for|there|to|with|until|till|today|tomorrow|this|next|sick))|oppos(?:e|es|ed|ing)|(?:is|are|was|were|be|speaks?|spoke|voted?|votes|\d|one|two|three|four|five|six) against|against (?=\()|(?:may|can|could|might|would|will|should|to|not) object|(?:rais(?:e|es|ed|ing)|lodg(?:e|es|ed|ing)|mak(?:e|es|ing)|made|fil(?:e|es|ed|ing)) (?:an |any )?objections?|resist(?:s|ed|ing)?|veto\w*|(?:outside|beyond) (?:of )?(?:the )?scope|walk(?:ed)? away from|held back)\b"
)
_GOES_ON = re.compile(
    r"\s*(?:and |but |so )?(?:it|they|he|she|this|that|those|these|not|no|none|nobody|neither|nor|never|es|sie|das|nicht)\b"
)
_AS_OBJECT = re.compile(r"(?:\bthat|\bit|\bthis|\bthem|\bthose|\bso|\bone)\W*$")
"""`But I can't promise that.`"""


def _refers(part: str) -> bool:
    """Whether a clause goes on about what the one before is about."""
    return bool(_GOES_ON.match(part) or _AS_OBJECT.search(part))


@dataclass(frozen=True)
class Clause:
    """A clause with its content stems and how often it says no."""

    text: str
    stems: frozenset[str]
    noes: int
    inherited: frozenset[str] = frozenset()
    """What the clause before is about, where this one goes on about it (`it isn't there today`)."""
    soft: frozenset[str] = frozenset()
    """Stems of what only first letters deny (`unreliable`): without them on the other side such a no may stand for a word as well."""


_FREE = re.compile(
    r"\b(?:costs?|pays?) (?:(?:you|us|them|him|her|the \w+) )?nothing\b|\b(?:(?:at|for) )?no (?:extra |additional |further )?(?:charge|cost)s?\b|\bfree of charge\b|\bfor (?:nothing|free)\b|"
    r"\b(?:nothing|no (?:fee|charge)) (?:is|was|will be|gets) (?:charged|billed|made)\b|\b(?:not|n't) (?:be )?(?:charged|billed)(?= for\b)|"
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
_NUMBER_SIGN = re.compile(r"\bno\. ?(?=[a-z]{0,4}-?\d)")
"""`Order form No. OF-12` denies nothing."""
_NOT_LISTED = re.compile(
    r"^\W*(?:[^\W\d_]+ ){0,2}(?:not|excluded|exclusions?|exceptions?|out of scope|nicht|ohne)\b[^:,]{0,40}:"
)
"""What such a label denies it denies of the whole list after it."""
_FIRM = re.compile(r"\b(ltd|inc|co|corp)\.(?= )")
_TBD = re.compile(
    r"\b(?:tb[dac]|n/a|to be (?:determined|decided|confirmed|named|announced|defined))\b"
)
_YET_TO = re.compile(r"\b(has|have|had) yet to\b")


JOINT = "\N{MIDDLE DOT}"
_SOFT = re.compile(rf"not {JOINT}([a-z]+)")
_UN = re.compile(
    r"\bun-?(?!less\b|like\b|fortunately\b|til\b)(?P<un>[a-z]{4,})\b|"
    r"\bi[nm](?P<in>[a-z]{2,}(?:able|ible|ient|ect|ete|ate|ent|ant|ive|id|ure))\b|\bdis(?P<dis>agree|satisf|approv|allow)"
)
"""Words that deny by their first letters: `unwelcome`, `incomplete`."""


def _taken_apart(match: re.Match[str]) -> str:
    """`not welcome` for `unwelcome`; as it is where what follows is no word (`understood`, `indicate`)."""
    bare = str(match["un"] or match["in"] or match["dis"])
    known = match["dis"] or (is_word(bare) and len(bare) > 3 + bool(match["in"]))
    return f"not {JOINT}{bare}" if known else match.group()


def settled(text: str) -> str:
    """In lower case, `unwelcome` as `not welcome`, what costs nothing called free, `not A without B` put as `A only with B`."""
    plain = _UN.sub(_taken_apart, _FIRM.sub(r"\1", _NUMBER_SIGN.sub("number ", text.lower())))
    plain = _TBD.sub("not yet", _YET_TO.sub(r"\1 not", _FREE.sub("free", plain)))
    plain = _NOT_WITHOUT.sub(r"\1 only with", _WITHOUT_NOT.sub(r"only with\1", plain))
    if _NOT_LISTED.match(plain):
        plain = plain.replace(", ", " and ")
    return _LABEL.sub(r"\1 ", plain)


def clauses(text: str) -> list[Clause]:
    """The clauses of a plain sentence."""
    return list(_clauses(text))


@lru_cache(maxsize=512)
def _clauses(text: str) -> tuple[Clause, ...]:
    out: list[Clause] = []
    inherited: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    for part in _BREAK.split(settled(text)):
        if part and part.strip():
            stems = stems_of(tokens(part)) | {f"#{v:g}" for q in quantities(part) for v in q.spoken}
            if _ELLIPSIS.search(part) and len(stems) < 4:
                stems |= last
            if stems or NOT.search(part):
                out.append(
                    Clause(
                        part,
                        stems,
                        _noes(part),
                        inherited if _refers(part) else frozenset(),
                        frozenset(map(stem, _SOFT.findall(part))),
                    )
                )
                last = _last(part)
                inherited = stems | out[-1].inherited
    return tuple(out)


def _last(part: str) -> frozenset[str]:
    """The stem of the last word that says something."""
    found = [stem(t.text) for t in tokens(part) if is_content(t)]
    return frozenset(found[-1:])


def _noes(part: str) -> int:
    plain = NO_NOT.sub(" ", part)
    idioms = len(OUT.findall(plain))
    plain = OUT.sub(" ", plain)
    words = {stem(t.text) for t in tokens(plain) if is_content(t)}
    return len(NOT.findall(plain)) + idioms + len(words & LACKING)
