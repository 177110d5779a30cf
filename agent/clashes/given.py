"""What is in and what is out: a thing that somebody gives and the signed papers leave out, or charge for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from agent.clashes.same import Nearness
from agent.clashes.stated import Place, Stated
from agent.clashes.things import NAMED, Thing, shared, subject_of
from agent.clashes.typed import Typed

RELATED_AT, ALIKE_AT, WORDS_AT, GIVEN_AT, TERMS_AT = 0.3, 0.1, 0.5, 0.15, 0.6
"""How related (less where both name the same rare thing) a giving and an excluding sentence must be, what their shared words must weigh, and how surely it speaks of terms."""
WHOLE = 0.9
"""Share of what is given that a row which prices it must hold to be of nothing else."""
_OUT = re.compile(
    r"not (?:\w+ )?(?:included|covered|part of|in scope|supported|provided|offered|available)|exclud(?:e[ds]?|ing|es)\b(?! (?:of )?(?:any )?(?:VAT|tax\w*|(?:public |bank |u\.?s\.? )?holidays?|weekends?|travel|sales|GST))|exclusions?\b|out of scope|outside (?:of )?(?:the )?scope|"
    r"at (?:its|their|your|his|the (?:customer|client|buyer|licensee|subscriber)(?:['’]s)?) own (?:expense|cost|charge)|(?:borne|paid|bought|purchased|procured) by the (?!provider|supplier|vendor|contractor|licensor|seller|company)\w+|"
    r"does not (?:include|cover|support|provide)|sold separately|separate(?:ly)? (?:quoted|priced|ordered|charged|billed|invoiced|agreed)|"
    r"(?:quoted|priced|charged|billed|invoiced|bought|ordered|purchased) separately|at (?:an )?(?:additional|extra) (?:cost|charge|fee)|subject to (?:a )?separate|"
    r"nicht enthalten|ausgeschlossen|nicht bestandteil|gesondert|ingår inte|only by e-?mail|e-?mail only|is the customer's responsibility|"
    r"no (?:direct|custom|telephone|phone|on-?site)\b|paid (?:option|extra|add-?on|module)|add-?on\b|optional (?:extra|module)|(?:for|against|at) an? (?:additional|extra|separate) (?:charge|fee|cost|price)|chargeable|"
    r"closed (?:on|at|over|during)\b|(?:requires?|needs?|depends? on) (?:an? )?(?:\w+ ){0,3}(?:connection|network|internet)|there is no\b|"
    r"(?:delivered|provided|held|given|done|conducted|takes? place|carried out)\b[^.;]{0,24}\b(?:remotely|online|by video|via video|virtually)|"
    r"(?:does|do|can|will)(?:n't| not) (?:work|run|support|include|cover|offer|provide|have)\b",
    re.I,
)
_BEYOND = re.compile(r"\b(?:beyond|other than|except(?: for)?|besides|apart from|in addition to|in excess of|exceeding)\b.*?(?=\b(?:is|are|will|can|shall)\b|[,;.]|$)", re.I)  # fmt: skip
"""What stands behind it is in."""
_HEADED_OUT = re.compile(r"out of scope|exclusions?|excluded|not included|nicht enthalten|ausschlüsse", re.I)  # fmt: skip
_CATCH_ALL = re.compile(
    r"\b(?:anything|items?|services?|features?|work|all else|any other)\b(?: that (?:is|are))? not (?:expressly |specifically )?(?:listed|described|stated|included|named)",
    re.I,
)
_GIVES = re.compile(
    r"\b(?:includ\w+|comes? with|part of (?:it|the|your)|in there|in the (?:price|package|plan)|covered|you(?:'ll| will|'d)? (?:get|have)|you can|we(?:'ll| will| can|'d) |we (?:connect|hook|sync|set|do|bring|load|move|provide|cover|give|host|train|build|handle|take|pay|bear)|on our (?:side|account|cost|expense)|on us|free\b|"
    r"waive\w*|throw(?:n|ing)? in|no (?:extra |additional )?(?:charge|cost|fee)|don't (?:pay|charge)|works? with|connects?|integrat\w+|hooks? into|talks? to|built[- ]in|standard\b|right out of|"
    r"there(?:'s| is| are) (?:some(?:one|body)|always|a person|people)|somebody|someone|out of the box|comes? in\b|also in\b|"
    r"supports?|inklusive|kostenlos|enthalten|ingår|gratis)",
    re.I,
)
_FREE = re.compile(
    r"\bwaiv\w+|\bfree\b|\bon us\b|no (?:extra |additional |set-?up )?(?:charge|cost|fee)|(?:don't|do not|won't|doesn't) (?:have to )?(?:pay|charge|cost)|"
    r"\bincluded\b|in the price|throw(?:n|ing)? in|part of (?:it|the (?:price|package))|kostenlos|gratis|at no ",
    re.I,
)
_DENIES = re.compile(r"\b(?:not|never|no longer|cannot|can't|won't|don't|didn't|haven't|hasn't|doesn't|isn't|aren't|unfortunately|nicht|kein\w*|inte)\b", re.I)  # fmt: skip
_DEFINES = re.compile(r'["”] (?:means|shall mean|has the meaning)\b', re.I)
_LACKS = re.compile(r"\bdon't (?:\w+ )?(?:pay|charge|need|have to|worry|count|do anything|cost)\b|\bwon't (?:have to|need)\b|\b(?:with no|without|even without|no) (?:an? |any )?(?:\w+ )?(?:connection|network|internet|signal|reception|dramas?|problem|worries|matter)\b", re.I)  # fmt: skip
"""No denial: what it works without."""
_IS_FREE = re.compile(r"waived|included|no (?:additional )?(?:charge|cost|fee)|free of charge|[$€£] ?0(?:[.,]00)?\b|\b0[.,]00\b", re.I)  # fmt: skip


@dataclass(frozen=True)
class Ruled:
    """A signed sentence that leaves something out, or puts a price on it."""

    place: Place
    thing: Thing
    free: bool
    """Only what is given for nothing is against it: it names a price."""


class Givens:
    """What the seller's side gives, and what the signed papers rule out, put a price on or grant."""

    def __init__(self, found: Sequence[Place], priced: Collection[tuple[int, int]]) -> None:
        """`priced` names the sentences that hold a sum, by segment and number."""
        self._gives = [
            (p, _thing(p, _GIVES))
            for p in found
            if p.voice in ("seller", "inside") and _is_giving(p)
        ]
        signed = [p for p in found if p.voice == "signed"]
        self._rules = [r for p in signed if (r := _ruled(p, priced)) is not None]
        self._granted = [
            _thing(p, _IS_FREE).near
            for p in signed
            if _IS_FREE.search(p.words) and not _OUT.search(p.words)
        ]

    @property
    def positions(self) -> list[int]:
        """The segments that are looked at."""
        return [p.position for p, _ in self._gives] + [r.place.position for r in self._rules]

    def pairs(self, near: Nearness) -> Iterator[tuple[Stated, Stated, float]]:
        """Each rule with the sentence that most surely gives what it leaves out."""
        for rule in self._rules:
            rated = [(self._sure(p, t, rule, near), p, t) for p, t in self._gives]
            sure, place, thing = max(
                rated, key=lambda r: r[0], default=(0.0, rule.place, rule.thing)
            )
            if sure >= GIVEN_AT:
                yield _stated(place, thing, "yes"), _stated(rule.place, rule.thing, "no"), sure

    def _sure(self, place: Place, thing: Thing, rule: Ruled, near: Nearness) -> float:
        """How surely a sentence gives what a rule leaves out."""
        if rule.free and not _FREE.search(place.words):
            return 0.0
        words = shared(thing.near, rule.thing.near)
        if words < WORDS_AT:
            return 0.0
        if words >= WHOLE * sum(thing.near.values()) and rule.free:
            words = max(words, NAMED)
        related = near.of(place.position, rule.place.position)
        same = any(
            w >= NAMED and rule.thing.near.get(k, 0.0) >= NAMED for k, w in thing.near.items()
        )
        if related < (ALIKE_AT if same and words >= NAMED else RELATED_AT):
            return 0.0
        granted = rule.free and any(shared(thing.near, g) >= words for g in self._granted)
        return 0.0 if granted else max(related, RELATED_AT) * min(words, 2.0) / 2


def _ruled(p: Place, priced: Collection[tuple[int, int]]) -> Ruled | None:
    if _CATCH_ALL.search(p.words) or _DEFINES.search(p.words):
        return None
    if _OUT.search(p.words) or _HEADED_OUT.search(p.heading):
        return Ruled(p, _thing(replace(p, words=_BEYOND.sub(" ", p.words)), _OUT), False)
    if (p.position, p.sentence) in priced and not _IS_FREE.search(p.words):
        return Ruled(p, _thing(p, _OUT), True)
    return None


def _is_giving(place: Place) -> bool:
    if place.terms < TERMS_AT and not _GIVES.search(place.words):
        return False
    return place.real and not _DENIES.search(_LACKS.sub("", _FREE.sub("", place.words)))


def _thing(place: Place, cue: re.Pattern[str]) -> Thing:
    """What a sentence gives or leaves out: its words but those that say so."""
    return subject_of(cue.sub(" ", place.words), place.around)


def _stated(place: Place, thing: Thing, given: str) -> Stated:
    value = Typed("given", 0, len(place.words), place.words, name=given)
    return place.stated(value, thing)
