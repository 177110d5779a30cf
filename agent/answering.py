"""How surely each segment of an account answers a question, and whether any does: a few signs, weighed as written deals taught.

A segment may lie near a question because it answers it, because it asks the same, or because it says that nobody knows yet.
Nearness can't tell these apart; how a passage is put, whether what is asked for (a number, a date) stands in it, and whether it
speaks of the fields that the question asks about, can.
The weights come from `python -m eval.train.answering`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agent.fields_asked import FieldsAsked, learned
from agent.ranking import Scores
from indexer.answer_head import Likeness
from indexer.embed import Vectors
from indexer.models import Segment
from indexer.search import Readings

WEIGHTS = Path(__file__).parent / "answering.json"
SIGNS = (
    "likeness", "word by word", "retrieved", "asks", "only asks", "unanswered", "tells", "length",
    "no number", "no date", "about", "about, log", "clear", "spoken of",
)  # fmt: skip
"""Every sign, in the order of the columns."""
DECIDING = SIGNS[:10]
"""Those that tell whether anything answers. What a question asks about tells which segment does, not whether one does."""


_WANTS = (
    ("reason", re.compile(r"^\W*(?:why|warum)\b|\b(?:what|which) (?:\w+ ){0,2}reason|\bwhat made\b|\bhow come\b", re.I)),
    ("person", re.compile(
        r"^\W*(?:who|whose|whom|wer)\b|\b(?:by|to|with|for|from) whom\b|'s name\b|\bname of\b"
        r"|\b(?:which|what) (?:person|people|colleague|executive|man|woman|director|manager|sister|brother|partner)", re.I)),
    ("date", re.compile(
        r"\b(?:when|wann|how soon|since when|until when|deadline|how long)\b"
        r"|\b(?:what|which) (?:\w+ )?(?:dates?|days?|weekdays?|months?|weeks?|years?|time|hours|morning|evening|quarter|season)\b", re.I)),
    ("number", re.compile(
        r"\bhow (?:many|much|often|far|big|large|high|old|fast)\b|\bwie ?viele?"
        r"|\b(?:what|which) (?:\w+ )?(?:price|percentage|percent|discount|number|amount|share|figure|sum|cost|fee|rate|budget|limit"
        r"|target|threshold|size|version|quantity|count)\b|\bwhat (?:does|do|did|will|would) .{1,60}\b(?:cost|charge|pay)\b", re.I)),
)  # fmt: skip
"""What a question asks for, by its words, first match: `why` may hold a date, `who` a number."""
_HOLDS = {
    "date": re.compile(
        r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
        r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weeks?|months?|years?|days?|hours?|quarters?"
        r"|tomorrow|yesterday|today|tonight|spring|summer|autumn|winter|easter|christmas|morning|evening|noon|midnight|o'?clock"
        r"|\d{1,2}[./:]\d{1,2}|(?:19|20)\d\d|q[1-4]|\d(?:st|nd|rd|th))\b", re.I),
    "number": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy"
        r"|eighty|ninety|hundred|thousand|million|half|third|quarter|dozen|both|none|nobody|every|daily|weekly|monthly|once|twice"
        r"|double)\b", re.I),
}  # fmt: skip
"""Which words are such a value."""


FAINT = 0.01
"""What is spoken of no more than so counts as not spoken of."""
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """What is known of the account's segments for one question."""

    question: str
    likeness: Likeness
    """By passage: how near it lies to the question."""
    bar: float
    """The likeness that the answer head takes for an answer."""
    retrieved: Scores
    """By segment, 0..1."""


Aim = Literal["ranks", "decides"]
"""What signs are weighed for: which segment answers best, or whether any does."""


@cache
def _weights(aim: Aim) -> tuple[Vectors, float]:
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))[aim]
    weights = [held["weights"].get(s, 0.0) for s in SIGNS]
    return np.array(weights, np.float32), float(held["bias"])


def wants(question: str) -> str | None:
    """What a question asks for, reason, person, date or number; None if any words may answer."""
    return next((kind for kind, pattern in _WANTS if pattern.search(question)), None)


def only_asks(text: str) -> bool:
    """True for one question that states nothing beside it."""
    text = text.rstrip()
    return text.endswith("?") and "." not in text


def best_passages(readings: Readings, likeness: Scores) -> tuple[Positions, Positions]:
    """The segments that have passages, and the row of the passage of each that lies nearest."""
    order = np.lexsort((likeness, readings.owner))
    last = np.flatnonzero(np.append(np.diff(readings.owner[order]), 1))
    return readings.owner[order][last], np.asarray(order[last], np.int64)


def signs(
    asked: Asked, readings: Readings, segments: list[Segment], fields: FieldsAsked | None = None
) -> Vectors:
    """The signs of every segment: (segments, signs). A segment without a passage lies far from any question.

    `fields` tells which fields are asked about, in place of what ships.
    """
    found = np.zeros((len(segments), len(SIGNS)), np.float32)
    found[:, 0] = -1.0
    found[:, 2] = asked.retrieved
    likeness = asked.likeness.mixed
    owners, rows = best_passages(readings, likeness)
    found[owners, 0] = likeness[rows] - asked.bar
    found[owners, 1] = asked.likeness.word_by_word[rows]
    found[owners, 3] = readings.act("question")[rows]
    found[:, 4] = [only_asks(s.text) for s in segments]
    found[owners, 5] = readings.act("unanswered")[rows]
    tells = readings.signals[:, : len(readings.fields)].max(axis=1, initial=0.0)
    found[:, 6] = readings.by_segment(tells)
    fields = fields or learned()
    chances = fields.chances(asked.likeness.question)
    about = fields.spoken_of(chances, readings)
    found[:, 10], found[:, 11] = about, np.log(about + FAINT)
    found[:, 12], found[:, 13] = chances.max(), about.max(initial=0.0)
    kind = wants(asked.question) or ""
    holds = _HOLDS.get(kind)
    for owner, row in zip(owners.tolist(), rows.tolist(), strict=True):
        start, end = readings.spans[row]
        text = segments[owner].text[start:end]
        found[owner, 7] = np.log1p(len(text.split()))
        if holds is not None:
            found[owner, SIGNS.index(f"no {kind}")] = holds.search(text) is None
    return found


def surely(table: Vectors, aim: Aim) -> Scores:
    """How surely each segment answers the question, by its `signs`, 0..1: (segments,)."""
    weights, bias = _weights(aim)
    return np.asarray(1 / (1 + np.exp(-(table @ weights + bias))), np.float32)
