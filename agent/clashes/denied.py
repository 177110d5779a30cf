"""What somebody says there is none of, and another source has: `there is no minimum fee`, `we don't need a purchase order`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.clashes.cases import other_case
from agent.clashes.same import Nearness
from agent.clashes.stated import Place, Stated
from agent.clashes.things import Thing, shared, subject_of
from agent.clashes.typed import Typed

RELATED_AT, ALIKE_AT, WHOLE_AT, WORDS_AT, UNSIGNED_WORDS_AT, SURE = 0.3, 0.1, 0.9, 0.55, 0.7, 0.5
"""How related the denial and its counterpart must be (less from a weight of words on), what the denied words must weigh, and how sure such a clash is."""
_WHAT = r"(?:(?:any|an?|the|your|our|such|additional|further|extra|separate) )*(?P<{}>[^\W\d][\w-]*(?: (?!and\b|or\b|but\b|for\b|in\b|on\b|at\b|to\b|of\b|with\b|from\b|is\b|are\b|if\b|until\b|unless\b|we\b|you\b|that\b|which\b|they\b|behind\b)[^\W\d][\w-]*){{0,2}})"
_NONE_OF = re.compile(
    rf"\b(?:there(?:'s| is| are| will be) (?:never )?no|(?:we|i|they|you|it) (?:have|has|need|needs|charge|use|want|get|pay)s? no|^\W*no|without) {_WHAT.format('none')}|"
    rf"\b(?:do|does|will|would)(?:n't| not) (?:need|require|use|have) {_WHAT.format('unneeded')}|"
    rf"{_WHAT.format('subject')} (?:is|are)(?:n't| not) (?:needed|required|necessary|mandatory|used|in use)\b",
    re.I,
)
_SPEECH = re.compile(r"(?:problem|worr|idea|need|rush|long|later|more|one|way|doubt|surpris|matter|question|hurry|drama|thank|reply|reason|pressure|hard feeling|issue|trouble|sense|clue|news|point|time|chance|choice|other|further|less|end|charge|cost|fee\b(?<!minimum fee)|network|internet|signal|connection|limit)\w*", re.I)  # fmt: skip
"""What is said to be missing by way of speaking, or is looked at elsewhere."""
_DENIES = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|cannot|nobody|excluded?|except|waived|free)\b|n't\b",
    re.I,
)
_ASSERTS = re.compile(r"\b(?:must|need(?:s|ed)?|requir\w+|mandatory|has to|have to|obligat\w+|compulsory|insist\w*)\b", re.I)  # fmt: skip
_NEGATES = re.compile(r"\b(?:no|not|without)\b|n't\b", re.I)
_ELLIPTIC = re.compile(r"\W*no\b", re.I)
"""`No subcontractors.` is an answer where the seller gives it; elsewhere a way of speaking."""
_ABSOLUTE = re.compile(
    r"\b(?:no|without(?: any)?) exceptions?\b|\bno (?:matter|later|less|more) \w+", re.I
)
_NOT_YET = re.compile(
    r"\b(?:before|until|till|yet|so far|at the moment|right now|currently|any ?more)\b", re.I
)
"""What there is none of now may be there later."""
_FIELD = re.compile(
    r"(?P<label>[^:\t]{3,50})(?::[ \t]*|\t)(?:(?P<no>no|none|false|not (?:required|needed|applicable))|(?P<yes>yes|true|required|mandatory|included))\W*",
    re.I,
)
"""A field or row that says yes or no."""
_HAS = re.compile(r"\d|\b(?:shall|will|is|are|has|have|engages?|uses?|applies|pays?|must|requires?|includes?|per)\b", re.I)  # fmt: skip


@dataclass(frozen=True)
class Denial:
    """A sentence that says there is none of something."""

    place: Place
    thing: Thing


class Denials:
    """What is denied, and where it is asserted."""

    def __init__(self, found: Sequence[Place]) -> None:
        self._denied = [
            Denial(p, t) for p in found if p.voice != "signed" and p.real for t in _denied(p)
        ]
        words = {w for d in self._denied for w in d.thing.near}
        self._asserted = [(p, t) for p in found if (t := _asserted(p, words)) is not None]

    @property
    def positions(self) -> list[int]:
        """The segments that are looked at."""
        return [d.place.position for d in self._denied] + [p.position for p, _ in self._asserted]

    def pairs(self, near: Nearness) -> Iterator[tuple[Stated, Stated, float]]:
        """Each denial with the sentence that most surely asserts what it denies; the signed one above all."""
        for denial in self._denied:
            rated = [
                (self._sure(denial, p, t, near), p.voice == "signed", p, t)
                for p, t in self._asserted
            ]
            sure, _, place, thing = max(
                rated, key=lambda r: (r[1] and r[0] > 0, r[0]), default=(0.0, False, denial.place, denial.thing)
            )  # fmt: skip
            if sure > 0:
                yield _stated(denial.place, denial.thing, "no"), _stated(place, thing, "yes"), sure

    def _sure(self, denial: Denial, p: Place, thing: Thing, near: Nearness) -> float:
        one = denial.place
        if (
            one.voice == p.voice == "record"
            or one.who == p.who
            or one.position == p.position
            or (p.source and p.source == one.source)
        ):
            return 0.0
        if not denial.thing.near.keys() <= thing.near.keys():
            return 0.0
        weight = shared(denial.thing.near, thing.near)
        if weight < (WORDS_AT if p.voice == "signed" else UNSIGNED_WORDS_AT):
            return 0.0
        related = near.of(one.position, p.position)
        if related < (ALIKE_AT if weight >= WHOLE_AT else RELATED_AT) or other_case(
            one.words, p.words
        ):
            return 0.0
        return SURE


def _denied(p: Place) -> Iterator[Thing]:
    """What a sentence says there is none of; what is missing by way of speaking is nothing."""
    if p.voice == "record" and (field := _FIELD.fullmatch(p.words.strip())) and field["no"]:
        yield subject_of(f"the {field['label']}", "")
        return
    if not _NEGATES.search(p.words) or _NOT_YET.search(p.words):
        return
    for m in _NONE_OF.finditer(p.words):
        what = m["none"] or m["unneeded"] or m["subject"]
        if _ELLIPTIC.match(m.group()) and p.voice != "seller":
            continue
        if not _SPEECH.match(what) and (thing := subject_of(f"the {what}", "")).near:
            yield thing


def _asserted(p: Place, words: set[str]) -> Thing | None:
    if (
        p.voice in ("record", "signed")
        and (field := _FIELD.fullmatch(p.words.strip()))
        and field["yes"]
    ):
        thing = subject_of(f"the {field['label']}", "")
        return thing if words & thing.near.keys() else None
    if _DENIES.search(_ABSOLUTE.sub(" ", p.words)) or not (
        p.real and (_HAS if p.voice == "signed" else _ASSERTS).search(p.words)
    ):
        return None
    thing = subject_of(p.words, p.around)
    return thing if words & thing.near.keys() else None


def _stated(place: Place, thing: Thing, given: str) -> Stated:
    return place.stated(Typed("given", 0, len(place.words), place.words, name=given), thing)
