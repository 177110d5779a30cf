"""Where a claim stands in its evidence: the statements that share most with it, and what lies around them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from agent.verification.agreement import agrees
from agent.verification.dates import When, whens
from agent.verification.dates import agrees as dated
from agent.verification.names import Name, names
from agent.verification.plain import tokens
from agent.verification.quantities import quantities
from agent.verification.quantity import Quantity
from agent.verification.statements import Source, Statement
from agent.verification.subjects import first_name, parts_of, subject_of
from agent.verification.words import content, is_content, stem

NEAR = 0.7
"""A statement counts as near the best if it shares at least this part of the best's weight."""
AROUND = 2
MANY = 200
"""From so many statements on, those that share no word with the claim are passed over: values alone take long to read."""
_SPEECH = frozenset(
    stem(w) for w in
    "say state mention note explain confirm report add point emphasize highlight according express describe statement comment".split()
)  # fmt: skip

_BARE = frozenset(
    stem(w) for w in
    "itself himself herself themselves since upon within nobody nothing somebody everybody everyone "
    "though although however whereas therefore also both each per".split()
)  # fmt: skip
"""What only joins: it is no sign of invention that the evidence lacks it."""


class Part:
    """One sentence of a claim, read once."""

    def __init__(self, text: str, about: str = "") -> None:
        """`about` is what is known of the sources: a value that stands there is no statement of the claim's."""
        self.text = text
        self.tokens = tokens(text)
        found = whens(text)
        known, valued = whens(about), quantities(about)
        self.whens: list[When] = [w for w in found if not any(dated(w, k) for k in known)]
        self.quantities: list[Quantity] = [
            q for q in quantities(text, found) if not any(agrees(q, k) for k in valued)
        ]
        self.names: list[Name] = [
            n
            for n in names(text)
            if not any(q.start < n.end and n.start < q.end for q in self.quantities)
        ]

    @cached_property
    def stems(self) -> frozenset[str]:
        """What it says, without the words that only say that somebody says so."""
        dated = [(w.start, w.end) for w in self.whens] + [(q.start, q.end) for q in self.quantities]
        return (
            frozenset(
                stem(t.text)
                for t in self.tokens
                if is_content(t) and not any(a <= t.start < b for a, b in dated)
            )
            - _SPEECH
        )


class Grounds:
    """A part of a claim beside all statements of its evidence."""

    def __init__(self, part: Part, found: Sequence[Statement]) -> None:
        self.part, self.all = part, found
        self._common = Counter(w for s in found for w in s.stems & part.stems)
        self.weights = [self._weight(s) for s in found]

    def _weight(self, statement: Statement) -> float:
        shared = sum(1 / (1 + math.log(self._common[w])) for w in statement.stems & self.part.stems)
        said = statement.words
        spoken = frozenset(statement.speaker.lower().replace("(", " ").replace(")", " ").split())
        named = sum(0.5 for n in self.part.names if any(p in said for p in n.parts))
        named += sum(0.4 for n in self.part.names if any(p in spoken for p in n.parts))
        if not shared and not named and len(self.all) > MANY:
            return 0.0
        valued = sum(
            0.8 for q in self.part.quantities if any(agrees(q, s) for s in statement.quantities)
        )
        return shared + named + valued + (0.5 if self.part.whens and statement.whens else 0.0)

    @cached_property
    def subject(self) -> Name | None:
        """Whom the part is about, if that is somebody whom the evidence knows."""
        speakers = frozenset(p for s in {s.speaker for s in self.all} for p in parts_of(s))
        name = subject_of(self.part.text, self.part.names)
        if name is None:
            raw = frozenset(t.raw for s in self.all for t in s.tokens[1:])
            return first_name(self.part.tokens, speakers, raw)
        wanted = set(name.parts)
        known = wanted & speakers or any(wanted & s.words for s in self.all)
        return name if known and not name.code else None

    @cached_property
    def best(self) -> float:
        return max(self.weights, default=0.0)

    @cached_property
    def near(self) -> list[int]:
        """Positions of the statements that share most with the part, best first."""
        if not self.best:
            return []
        order = sorted(range(len(self.all)), key=lambda i: (-self.weights[i], i))
        return [i for i in order[:12] if self.weights[i] >= NEAR * self.best]

    @cached_property
    def chosen(self) -> list[int]:
        """The nearest statements and those that add words of the part which these lack, at most six."""
        picked = self.near[:3]
        covered = {w for i in picked for w in self.all[i].stems}
        while len(picked) < 6:
            rest = [
                i
                for i in range(len(self.all))
                if i not in picked and self.all[i].stems & self.part.stems - covered
            ]
            if not rest:
                break
            gain = max(
                rest,
                key=lambda i: (len(self.all[i].stems & self.part.stems - covered), self.weights[i]),
            )
            picked.append(gain)
            covered |= self.all[gain].stems
        return picked

    @cached_property
    def around(self) -> list[int]:
        """The chosen statements with their neighbours in the same source."""
        reach = {
            j
            for i in self.chosen
            for j in range(max(0, i - AROUND), min(len(self.all), i + AROUND + 1))
            if self.all[j].source == self.all[i].source
        }
        return sorted(reach)

    def coverage(self, about: frozenset[str]) -> float:
        """Share of the part's words that the chosen statements and their neighbours hold; values count as held."""
        values = len(self.part.quantities) + len(self.part.whens)
        if not self.part.stems and not values:
            return 1.0
        held = {w for i in self.around for w in self.all[i].stems} | about
        wanted = self.part.stems - (_BARE - held)
        if not wanted and not values:
            return 0.0
        return (len(wanted & held) + values) / (len(wanted) + values)


def about_stems(sources: Sequence[Source], found: Sequence[Statement]) -> frozenset[str]:
    """Stems of what is known of the sources and their speakers."""
    known = " ".join(
        [
            *(f"{s.about} {s.speaker or ''} {' '.join(s.origin)}" for s in sources),
            *{s.speaker for s in found},
        ]
    )
    return content(known)
