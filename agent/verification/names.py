"""Names in a claim: people, products, places, identifiers; and whether the evidence has them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from agent.verification.dates import whens
from agent.verification.rarity import rarity
from agent.verification.words import stem

_NAME = re.compile(
    r"(?<![^\W\d_])[A-ZÄÖÜÀ-Þ][^\W\d_]*(?:['.&-][^\W\d_]+)*(?:(?: (?:(?:von|van|de|der|den|di|da|du|la|le|al|bin|of|&) ){1,2}| |-)[A-ZÄÖÜÀ-Þ][^\W\d_]*(?:['.&-][^\W\d_]+)*)*"
)
_CODE = re.compile(r"\b(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9]+(?:[-./][A-Za-z0-9]+)*\b")
_LETTERED = re.compile(
    r"\b(?:hall|phase|plan|tier|site|wave|group|option|annex|exhibit|appendix|building|dock|line|room|gate|zone|block|unit|variant|version|halle|gruppe|zone|teil) [A-Z]\b", re.I
)  # fmt: skip
_QUANTITY_LIKE = re.compile(
    r"\d+(?:[.,]\d+)*(?:k|m|mn|bn|mio|x|st|nd|rd|th|am|pm|a|h|d|w|s|min|kg|km|gb|tb|mb|ms|kw|kwh|mw|hrs?|%)",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+", re.U)
_TITLES = frozenset(
    "eur usd gbp chf mr mrs ms dr prof frau herr sir madam inc ltd llc gmbh ag corp co plc bv sa kg the".split()
)
_BIDS = frozenset(
    "call text email mail ping ring copy cc ask tell write contact invite keep avoid loop include send meet thank remind".split()
)
"""Verbs with which a sentence that bids begins: `Call Deb` names Deb."""
_PARTICLES = frozenset("von van de der den di da du la le al bin of".split())
_COMMON = frozenset(
    """a about above access accepting according account accounts action additional admin after agreement all already also although an and another any
    approval around as asked at audit backup bank because before below billing board both budget but buyer by calls champion change
    churn claim claims client clients cloud commitment company compliance contract cost costs currently customer customers cutover daily data date
    delivery demo deployment besides beyond concerning regarding using like unlike versus apart alongside among between behind through throughout thanks given should could
    can does did have let despite discount discounts document due during each early end engineering every everyone everything everybody exec executives exit
    fees few finance first five for four from full go going golive growth half he head her here his hosting hourly hr how however i if in
    initial instead integration internal internally invoice invoices is it its kickoff last late later launch leadership leaders legal licence licences license licenses live
    local logistics management manual many marketing may migration monthly more most much my nearly neither net new next no nobody none nor not nothing
    now of officials on once one ongoing only onsite operations operators or order other others our out over overtime owner owners part payment payments
    penalties people per phase pilot plan plans please price prices pricing procurement product production project proposal provided purchasing quarterly quote reporting
    reports renewal response risk risks roles rollout sales savings scope seats security seven sharing she shipping should signing since single site sites six so software some someone
    staff stakeholders standard stock storage success support table talks team teams ten term terms that the their them then there these they this those three to today
    together tomorrow training travel trial twelve two under unless until up updates usage user users vendor volume warranty was we weekly were what when where whether which
    while who whole why will with within without work workshops would year yearly yes yesterday you your zero therefore remember note please moreover furthermore nevertheless nonetheless overall yet thus hence likewise meanwhile otherwise perhaps sometimes often regardless unfortunately afterwards altogether besides maybe yoy qoq mom ytd eod eow
    dear hi hello hey hola regards cheers ok okay free inv rep reps cert
    der die das den dem ein eine wir sie er es ich und oder aber im in am an auf aus bei bis für mit nach von vor zu zum zur nicht kein keine ab pro laut seit
    kunde kundin kunden anbieter vertrag preis preise frist rechnung rechnungen bezahlung lieferung laufzeit schulung schulungen einführung start team alle jeder jede""".split()
)  # fmt: skip
_COMMON_END = re.compile(
    r"(?:ments?|tions?|sions?|ings?|ity|ities|ances?|ences?|ships?|ness|ures?|ages?|ics|ally|ly|ers|ors|ists|ives?|ized|ated|ful|less|able|ible|ous|ung|ungen|heit|keit|schaft)$"
)
_VERB_NEXT = re.compile(
    r"^(?:'s\b|\s+(?:is|was|has|had|will|would|wants?|said|says|asks?|needs?|prefers?|leads?|owns?|runs?|signs?|expects?|plans?|insists?|thinks?|"
    r"believes?|agrees?|hopes?|told|leaves?|left|took|takes|gave|gives|made|makes|keeps?|kept|heads?|sees|saw|does|did|can|can't|cannot|may|must|should|won't|isn't|came|comes|went|goes|got|gets|put|puts|began|held|met|paid|pays|sent|sends|spent|won|lost|chose|knew|knows|brought|built|handles|works|receives|stands|"
    r"wasn't|doesn't|didn't|and [A-ZÄÖÜ]|on\b|from [A-ZÄÖÜ]|at [A-ZÄÖÜ]|of [A-ZÄÖÜ]|\([^)]*\)|hat|ist|will|möchte|braucht|sagt|sagte|\w+(?:ed|te)\b)|,|:)"
)
_THIRD_PERSON = re.compile(r"\s+[a-zäöü]{2,}(?<![su])s\b")
_FORMED = re.compile(r"(?:ed|ing|aid|ept|s)$")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|\n\s*|[\"'(]\s*)$")


@dataclass(frozen=True)
class Name:
    """A name as the claim writes it."""

    text: str
    start: int
    end: int
    code: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(
            p
            for p in (w.lower() for w in _WORD.findall(self.text))
            if p not in _TITLES and p not in _PARTICLES and len(p) > 1
        )


@dataclass(frozen=True)
class Known:
    """What the evidence names: its words, their stems, its text squeezed, its runs of capitalised words."""

    words: frozenset[str]
    stems: frozenset[str]
    squeezed: str
    runs: tuple[tuple[str, ...], ...]
    initials: str
    lower: frozenset[str]
    """Those of the words that are also written without a capital."""


def make_known(texts: Iterable[str]) -> Known:
    """What plain texts name."""
    text = "\n".join(texts)
    words = [w.lower() for w in _WORD.findall(text)]
    runs = {
        tuple(w.lower() for w in _WORD.findall(m.group()) if w.lower() not in _TITLES)
        for m in _NAME.finditer(text)
    }
    return Known(
        frozenset(words),
        frozenset(map(stem, words)),
        re.sub(r"[\W_]", "", text.lower()),
        tuple(r for r in runs if len(r) > 1),
        " ".join(
            "".join(w[0] for w in re.findall(r"[^\W\d_]{2,}", part.lower()))
            for part in re.split(r"[.!?,;:\n]", text)
        ),
        frozenset(w for w in _WORD.findall(text) if w[0].islower()),
    )


def is_everyday(word: str) -> bool:
    """Whether a word is on the list of everyday words."""
    return word.lower() in _COMMON


def is_common(word: str) -> bool:
    """Whether a word with a capital is an everyday word, as at a sentence's start or in a title."""
    low = word.lower().split("'")[0].split("-")[0]
    return low in _COMMON or (bool(_COMMON_END.search(low)) and len(low) > 5)


_GERMAN = re.compile(
    r"\b(?:der|die|das|und|ist|wird|werden|nicht|für|mit|sind|hat|den|dem|ein|eine|im|zu|vor|auf|aus|bei|von|zum|zur|wir|keine?|soll|sollen|muss|müssen|kann|nach|vom|es|sie)\b"
)
_PARTICLE = re.compile(r" (?:der|den|des|dem) ")
_GERMAN_LEAD = re.compile(
    r"(?:^|[.,;:]\s|\b(?:in|bei|aus|nach|von|laut|an|Frau|Herr|Herrn|Dr\.)\s)$"
)


def names(text: str) -> list[Name]:
    """The names of a plain text: capitalised words that no sentence start explains, and identifiers.

    German writes every noun with a capital: there a single word is a name only where names stand, at a clause's
    start or right after a preposition.
    """
    found = _capitalised(text)
    if len(set(_GERMAN.findall(text))) >= 2:
        found = [
            n
            for n in found
            if n.code
            or (
                len(n.parts) > 1
                and not (_PARTICLE.search(n.text) and any(map(is_common, n.text.split())))
            )
            or n.text.isupper()
            or _GERMAN_LEAD.search(text[max(0, n.start - 6) : n.start])
        ]
    return found


def _capitalised(text: str) -> list[Name]:
    dates = [(w.start, w.end) for w in whens(text)]
    found: list[Name] = []
    for match in _NAME.finditer(text):
        start, words = match.start(), match.group()
        if any(a <= start < b for a, b in dates):
            continue
        inside = [a for a, b in dates if start < a < match.end()]
        words = words[: min(inside) - start].rstrip() if inside else words
        if _SENTENCE_START.search(text[max(0, start - 3) : start]):
            head, _, rest = words.partition(" ")
            if is_common(head) or (rest and head.lower() in _BIDS):
                start, words = start + len(head) + 1, rest
            elif not rest and not _names_somebody(head, text[match.end() : match.end() + 24]):
                continue
        words = words.strip(" .&-'")
        if (
            len(words) > 1
            and not (" " not in words and is_common(words))
            and words.lower() not in _TITLES
        ):
            found.append(Name(words, start, start + len(words)))
    for match in _LETTERED.finditer(text):
        found.append(Name(match.group(), match.start(), match.end(), code=True))
    for match in _CODE.finditer(text):
        if not _QUANTITY_LIKE.fullmatch(match.group()) and not any(
            a < match.end() and match.start() < b for a, b in dates
        ):
            found.append(Name(match.group(), match.start(), match.end(), code=True))
    return found


def _names_somebody(head: str, after: str) -> bool:
    """Whether the one capitalised word at a sentence's start is a name, by what follows it."""
    if head.isupper() and len(head) > 1:
        return True
    if rarity(head.lower()) >= 1 and _THIRD_PERSON.match(after) and not _FORMED.search(head):
        return True
    if _is_no_word(head) and not after.startswith("-"):
        return True
    plural = head.endswith("s") and not head.endswith("'s")
    return bool(_VERB_NEXT.match(after)) and not plural


_OPENS = re.compile(
    r"(?:re|un|over|under|pre|post|mis|out|up|down|in|on|off|by|co|de|dis|non|super|sub|inter|multi|auto|self)"
)
_ENDS = re.compile(
    r"(?:ed|ing|s|er|or|e?st|ly|al|ic|ive|ous|able|ible|ant|ent|man|men|ware|time|line|work|book|load|date|set|up|out|off|back|down|age|ure|ette|ism|dom|hood|craft|page|code|card|room|way|en|t)$"
)
_SHORTEST = 5


def _is_no_word(head: str) -> bool:
    """Whether a capitalised word is made like no English word, in whole or in two parts: a name."""
    low = head.lower()
    return (
        len(low) >= _SHORTEST and low.isalpha() and rarity(low) >= 1
        and not _COMMON_END.search(low) and not _ENDS.search(low) and not _OPENS.match(low)
    )  # fmt: skip


def is_named(name: Name, known: Known) -> bool:
    """Whether the evidence names it: every part, in other letters too, or by its initials."""
    if name.code:
        return re.sub(r"[\W_]", "", name.text.lower()) in known.squeezed
    parts = name.parts
    missing = [p for p in parts if not _has(p, known)]
    if not missing:
        return not _other_bearer(parts, known)
    if len(missing) < len(parts) and not _other_bearer(parts, known):
        return all(len(p) < 3 for p in missing)
    return len(parts) == 1 and _by_initials(name.text, known)


def _has(part: str, known: Known) -> bool:
    return part in known.words or part.removesuffix("s") in known.words or f"{part}s" in known.words or (
        len(part) > 4 and stem(part) in known.stems
    ) or (len(part) > 3 and part in known.squeezed and part not in known.words and any(w.startswith(part) or w.endswith(part) for w in known.words if len(w) > len(part)))  # fmt: skip


def _other_bearer(parts: Collection[str], known: Known) -> bool:
    """A name of several parts that the evidence only has mixed: Marta Kowal and Jonas Weber are no Marta Weber."""
    if len(parts) < 2 or (len(parts) > 2 and any(p in known.lower for p in parts)):
        return False
    wanted = set(parts)
    sharing = [r for r in known.runs if wanted & set(r)]
    if not sharing or any(wanted <= set(r) for r in sharing):
        return False
    return any(
        len(set(r) - wanted) and len(set(r) & wanted) < len(wanted) and len(r) == len(parts)
        for r in sharing
    )


def _by_initials(text: str, known: Known) -> bool:
    letters = re.sub(r"\W", "", text)
    if not (2 <= len(letters) <= 6 and letters.isupper()):
        return False
    return letters.lower() in known.initials
