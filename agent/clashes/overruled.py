"""What somebody says of a thing of which a signed sentence says otherwise, whatever kind of words says so.

How surely a said and a signed sentence contradict each other is learned from signs, in two steps: a quick one over what is reckoned anyway,
then one over all signs for what is left. Weights and figures: `python -m eval.train.overruled`.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.against import against
from agent.bearing import near, same_values
from agent.clashes.apart import agree, comparable
from agent.clashes.beside import Beside, Candidate, Spot
from agent.clashes.cases import other_case
from agent.clashes.named import same_part
from agent.clashes.pairing import NAMING, SMALL, Pair, day_key
from agent.clashes.same import Rivals, chance
from agent.clashes.stated import Place, Stated
from agent.clashes.things import parts_in, shared, subject_of
from agent.clashes.typed import Typed
from agent.relatedness import ANSWERS, BIAS, FIELDS, WORDS
from agent.scope import weights as bearing

WEIGHTS = Path(__file__).parent / "overruled.json"
VOICES = ("seller", "customer", "inside", "record")
SMALL_DEAL, LARGE_DEAL = 40, 1000
"""Said sentences of a deal of a few pages, and of one of some fifty sources."""
FEW, UNRIVALLED = 15, 0.5
"""Said sentences up to which everything is nearest to everything, and the chance from which a pair is a clash there."""
LEAST, MOST = 0.2, 0.7
"""Chances from which a pair is a clash in such deals: the more there is to pair, the more resembles a contradiction by chance."""
LOOKED_AT = 20
"""Pairs that no rule finds and that are weighed by all signs."""
APART = 0.1
"""Chance of being of one thing from which two values that can't both hold are shown as what contradicts."""
_NAMED = frozenset({"who decides", "who leads", "place of data"})
"""Matters that are settled by a name."""
_OURS = re.compile(r"\b(?:we|we['’](?:ll|d|re|ve)|our|ours|(?<!from )us|i['’](?:ll|d)|my|ourselves|wir|unser\w*|vi|vår)\b", re.I)  # fmt: skip
_YOURS = re.compile(
    r"\b(?:you|your|yours) (?:\w+ )?(?:side|own|buy|bring|pay|send|hand|give|need to|must|have to|do it|provide|supply)\b|\bby you\b|\bnot from us\b|\byou set\b",
    re.I,
)
_CUSTOMER = re.compile(
    r"(?:^[\W\d]*|[:\t,;]\s*|\b(?:by|to|of|from) (?:the )?|\bresponsib\w+(?: party)?,? (?:of )?(?:the )?)(?:the )?(?:customer|client|licensee|subscriber|buyer|purchaser|kunde|auftraggeber|kunden)\b(?!['’]s (?:data|name))",
    re.I,
)
_STORY = re.compile(
    r"^\W*(?:(?:and|but|so|for|at|in [A-Z][\w-]+,?) )*(?:an?|another|one of our|some) (?:[\w-]+ ){1,4}?(?:in|of|at|near|from|we)\b|^\W*(?:in|at|for|over in) [A-Z][\w-]+,? (?:an?|they|it|we|the)\b|"
    r"\b(?:my|our) (?:old|other|last|previous) (?:firm|company|job|employer|customer|client|place)s?\b|\b(?:other|another) (?:customer|client|hospital|school|company|firm|site)s?\b",
    re.I,
)
"""What is told of somebody else: `a dairy in Galicia`, `at my old firm`."""
Signs = dict[str, float]


@dataclass(frozen=True)
class Weights:
    """A bias and what each sign weighs, for the quick step and for the whole one; and the chances to pass them."""

    quick: Mapping[str, float]
    quick_bias: float
    quick_at: float
    whole: Mapping[str, float]
    bias: float
    ruled_at: float
    """Chance from which a pair is a clash that a rule for one kind of words finds as well."""


@cache
def weights() -> Weights:
    """As `python -m eval.train.overruled` left them."""
    return Weights(**json.loads(WEIGHTS.read_text(encoding="utf-8")))


class Overruled:
    """What is said beside what is signed, in all its words."""

    def __init__(self, beside: Beside, values: Sequence[Stated], rules: Sequence[Pair]) -> None:
        """`values` are all that are stated, `rules` the pairs that rules for one kind of words hold against each other."""
        self.beside = beside
        self._values: defaultdict[Spot, list[Stated]] = defaultdict(list)
        for v in values:
            self._values[v.position, v.sentence].append(v)
        self._other = [v for v in values if v.voice != "signed"]
        self._rivals = Rivals(v for v in values if v.voice == "signed")
        self._rules: defaultdict[tuple[Spot, Spot], list[Pair]] = defaultdict(list)
        for pair in rules:
            self._rules[_spot(pair[0]), _spot(pair[1])].append(pair)

    def candidates(self) -> list[Candidate]:
        """Whatever is near, and whatever a rule holds against each other."""
        at = {_spot(p): n for n, p in enumerate(self.beside.said)}
        clauses = {_spot(p): n for n, p in enumerate(self.beside.signed)}
        ruled = [(at[a], clauses[b]) for a, b in self._rules if a in at and b in clauses]
        return self.beside.candidates(ruled)

    def pairs(self) -> Iterator[Pair]:
        """Each said sentence with the signed one that most surely says otherwise."""
        held, best = weights(), dict[int, tuple[float, Candidate]]()
        for c, quick in self._looked_at():
            sure, ruled = _chance(self.signs(c, quick), held.whole, held.bias), self._rule(c)
            bar = held.ruled_at if ruled else bar_for(self.beside.told)
            if sure >= bar and sure > best.get(c.said, (0.0, c))[0]:
                best[c.said] = (sure, c)
        for sure, c in best.values():
            yield *self._shown(c), max((r[2] for r in self._rule(c)), default=sure)

    def _looked_at(self) -> Iterator[tuple[Candidate, Signs]]:
        """The pairs that pass the quick step: what rules found, and of the others the likeliest."""
        held, rest = weights(), list[tuple[float, Candidate, Signs]]()
        for c in self.candidates():
            signs = self.quick_signs(c)
            chance = _chance(signs, held.quick, held.quick_bias)
            if self._rule(c):
                yield c, signs
            elif chance >= held.quick_at and not (self._measures_other(c) or self._met_nearer(c)):
                rest.append((chance, c, signs))
        rest.sort(key=lambda r: -r[0])
        yield from ((c, signs) for _, c, signs in rest[:LOOKED_AT])

    def _measures_other(self, c: Candidate) -> bool:
        """Whether the values that could be held against each other are of two measures: hours of support, hours of maintenance."""
        said, signed = self._values_of(c)
        pairs = [
            (x.thing.measures, y.thing.measures)
            for x in said
            for y in signed
            if x.value.kind == y.value.kind
        ]
        return bool(pairs) and all(a and b and not a & b for a, b in pairs)

    def _rule(self, c: Candidate) -> Sequence[Pair]:
        """The pairs of this said and this signed sentence that rules found."""
        said, signed = self.beside.said[c.said], self.beside.signed[c.signed]
        return self._rules.get((_spot(said), _spot(signed)), ())

    def quick_signs(self, c: Candidate) -> Signs:
        """Signs that cost nothing."""
        b, place = self.beside, self.beside.said[c.said]
        clause = b.signed[c.signed]
        at = (c.said, c.signed)
        both = len(b.said_matters[c.said] & b.signed_matters[c.signed])
        told = self._rule(c)
        return {
            "words": float(b.words[at]), "answers": float(b.answers[at]), "fields": float(b.fields[at]),
            "rank": math.log1p(c.rank), "rank back": math.log1p(c.rank_back),
            "gap": max(min(c.gap, 3.0), -3.0), "gap back": max(min(c.gap_back, 3.0), -3.0),
            "shared": min(float(b.shared[at]), 2.0), "anchored": min(float(b.anchored[at]), 1.5),
            "matters": min(float(both), 3.0), "anchored matters": min(float(b.matters[at]), 1.5),
            "no matters": float(not b.said_matters[c.said] or not b.signed_matters[c.signed]),
            "terms": place.terms, "doubt": place.doubt, "past": float(place.unreal == "past"),
            "length": math.log1p(len(place.words.split())), "asked": float(place.before.rstrip().endswith("?")),
            "written": float(bool(place.source)), "row": float("\t" in clause.words or ": " in clause.words[:50]),
            "rule on values": max((p[2] for p in told if p[0].value.kind not in (*NAMING, "given")), default=0.0),
            "rule on giving": max((p[2] for p in told if p[0].value.kind == "given"), default=0.0),
            "rule on names": max((p[2] for p in told if p[0].value.kind in NAMING), default=0.0),
            **{f"voice {v}": float(place.voice == v) for v in VOICES},
        }  # fmt: skip

    def signs(self, c: Candidate, quick: Signs) -> Signs:
        """Everything that speaks for or against a contradiction, by name."""
        b = self.beside
        place, clause = b.said[c.said], b.signed[c.signed]
        said, signed = b.said_puts[c.said], b.signed_puts[c.signed]
        like = {n: quick[n] for n in ("words", "answers", "fields")}
        about, otherwise = near(said, signed, like), against(said, signed)
        learned = bearing()
        says = learned.bias + _weighed(otherwise, learned.against)
        mine, theirs = b.said_matters[c.said], b.signed_matters[c.signed]
        both = mine & theirs
        ours, yours = _OURS.search(place.words), _YOURS.search(place.words)
        duty = bool(_CUSTOMER.search(clause.words))
        return quick | {f"near {n}": v for n, v in about.items()} | self._typed(c) | {
            "about it": _weighed(about, learned.near), "says otherwise": says, "surely otherwise": 1 / (1 + math.exp(-says)),
            "settled": float(self._is_settled(c)), "other matters": float(bool(mine and theirs and not both)),
            "other name of it": float(bool(both & _NAMED) and bool(signed.names) and not said.names & signed.names),
            "customer does it": float(place.voice in ("seller", "inside") and bool(ours) and duty),
            "customer does it, as said": float(bool(yours) and not ours and duty),
            "story": float(bool(_STORY.search(place.words))),
            "other case": float(other_case(place.words, clause.words)),
            "parts": float(min(len(parts_in(place.words) ^ parts_in(clause.words)), 3)),
        }  # fmt: skip

    def _is_settled(self, c: Candidate) -> bool:
        """Whether another signed sentence that is about as near holds a value that was said."""
        b = self.beside
        said, row = b.said_puts[c.said], b.nearness[c.said]
        return bool(said.values) and any(
            same_values(said, o)
            for n, o in enumerate(b.signed_puts)
            if n != c.signed and row[n] >= row[c.signed] - 2
        )

    def _met_nearer(self, c: Candidate) -> bool:
        """Whether a signed sentence that is nearer says what was said: a value belongs to the one it relates to best."""
        row, (said, _) = self.beside.nearness[c.said], self._values_of(c)
        nearer = [p for n, p in enumerate(self.beside.signed) if row[n] > row[c.signed]]
        return any(
            comparable(x.value, y.value) and agree(x.value, y.value)
            for x in said
            if x.value.kind not in (*NAMING, "count")
            for p in nearer
            for y in self._values.get(_spot(p), ())
        )

    def _values_of(self, c: Candidate) -> tuple[Sequence[Stated], Sequence[Stated]]:
        place, clause = self.beside.said[c.said], self.beside.signed[c.signed]
        return self._values.get(_spot(place), ()), self._values.get(_spot(clause), ())

    def _both(self, c: Candidate) -> Iterator[tuple[Stated, Stated]]:
        """Every two values of both sentences that can be compared."""
        said, signed = self._values_of(c)
        for x in said:
            for y in signed:
                if x.value.kind == y.value.kind and (
                    x.value.kind in NAMING or comparable(x.value, y.value)
                ):
                    yield x, y

    def _typed(self, c: Candidate) -> Signs:
        """What the values of both make of it, and whether the clause's value is said elsewhere too."""
        related = self.beside.chance(c, (BIAS, WORDS, ANSWERS, FIELDS))
        found = dict.fromkeys(("value meets", "value apart", "name meets", "name apart", "told later", "told elsewhere"), 0.0)  # fmt: skip
        for x, y in self._both(c):
            if x.value.kind in NAMING:
                met = agree(x.value, y.value)
                if met or same_part(x, y):
                    found["name meets" if met else "name apart"] = 1.0
                continue
            sure = chance(x, y, related, self._rivals)
            key = "value meets" if agree(x.value, y.value) else "value apart"
            found[key] = max(found[key], sure)
            if key == "value apart" and sure > APART:
                others = self._told(x, y)
                found["told elsewhere"] = max(found["told elsewhere"], float(bool(others)))
                later = any(day_key(o) >= day_key(x) and o.position > x.position for o in others)
                found["told later"] = max(found["told later"], float(later))
        if found["value meets"] >= found["value apart"] / 2:
            found["value apart"] = 0.0
        return found

    def _told(self, one: Stated, clause: Stated) -> list[Stated]:
        """Where the very number of a clause is said of what may be the same."""
        return [
            o
            for o in self._other
            if _spot(o) != _spot(one)
            and set(o.value.spoken) & set(clause.value.spoken)
            and comparable(o.value, clause.value)
            and agree(o.value, clause.value)
            and (max(o.value.spoken) > SMALL or shared(o.thing.near, clause.thing.near) > 0)
        ]

    def _shown(self, c: Candidate) -> tuple[Stated, Stated]:
        """Both sides by what can't both hold of them: two values, two names, or the sentences as they are."""
        place, clause = self.beside.said[c.said], self.beside.signed[c.signed]
        told = self._rule(c)
        if told:
            return max(told, key=lambda p: p[2])[:2]
        related = self.beside.chance(c, (BIAS, WORDS, ANSWERS, FIELDS))
        rated = [
            (chance(x, y, related, self._rivals), x, y)
            for x, y in self._both(c)
            if x.value.kind not in NAMING and not agree(x.value, y.value)
        ]
        sure, said, signed = max(rated, key=lambda r: r[0], default=(0.0, None, None))
        if said is not None and signed is not None and sure >= APART:
            return said, signed
        both = self.beside.said_matters[c.said] & self.beside.signed_matters[c.signed]
        return _whole(place, "yes", both), _whole(clause, "no", both)


def bar_for(said: int) -> float:
    """The chance from which a pair is a clash among so many said sentences."""
    if said <= FEW:
        return UNRIVALLED
    share = math.log(max(said, 1) / SMALL_DEAL) / math.log(LARGE_DEAL / SMALL_DEAL)
    return LEAST + (MOST - LEAST) * min(max(share, 0.0), 1.0)


def _whole(place: Place, given: str, matters: frozenset[str]) -> Stated:
    """A sentence as it is; where it shares no word, the matter names what it is about."""
    value = Typed("given", 0, len(place.words), place.words, name=given)
    return place.stated(value, subject_of(place.words, place.around))


def _spot(of: Place | Stated) -> Spot:
    return of.position, of.sentence


def _weighed(signs: Mapping[str, float], held: Mapping[str, float]) -> float:
    return sum(held[n] * v for n, v in signs.items() if v and n in held)


def _chance(signs: Mapping[str, float], held: Mapping[str, float], bias: float) -> float:
    return 1 / (1 + math.exp(-bias - _weighed(signs, held)))
