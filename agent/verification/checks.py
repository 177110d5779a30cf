"""The checks that a claim must pass, one function each: values, names, speakers, mood, negation.

Each looks at one part of a claim beside its grounds and returns a `Fault`, or None where nothing is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.models import Verdict
from agent.verification import dates
from agent.verification.mood import REASONS, Mood, admits, corrects
from agent.verification.names import Known, Name, is_everyday, is_named, names
from agent.verification.polarity import disagreement, ruled_out
from agent.verification.quantities import Quantity, agrees
from agent.verification.statements import Source, Statement
from agent.verification.support import Grounds, Part
from agent.verification.words import is_content, stem


@dataclass(frozen=True)
class Fault:
    """What is wrong with a claim, in words to act on."""

    verdict: Verdict
    why: str


def altered_value(grounds: Grounds) -> Fault | None:
    """A number, amount, duration or date that the evidence gives differently or not at all."""
    here = [grounds.all[i] for i in grounds.around]
    said = [(q, s) for s in here for q in s.quantities]
    for quantity in grounds.part.quantities:
        if _is_idle(quantity):
            continue
        values = [q for q, _ in said]
        carried = any(agrees(quantity, q) for q in values) or _said_elsewhere(quantity, grounds) or _listed(quantity, grounds)
        if quantity.kind == "period":
            if not carried and any(q.kind == "period" for q in values):
                return Fault("altered", _values_differ(quantity, values))
            continue
        if not carried and quantity.top:
            ends = [replace(quantity, top=frozenset()), replace(quantity, values=quantity.top, top=frozenset())]
            carried = all(any(agrees(end, q) for q in values) for end in ends)
        if not carried or _other_noun(quantity, values) or _elsewhere_bound(quantity, grounds.part, said):
            return Fault("altered", _values_differ(quantity, values))
    for when in grounds.part.whens:
        if not _dated(when, grounds):
            return Fault("altered", _dates_differ(when, [w for s in here for w in s.whens]))
    return None


_REACH = 30
"""Characters on either side of a value that tell what it counts, within its clause."""


def _context(q: Quantity, within: Part | Statement) -> frozenset[str]:
    """The content words around a value."""
    low = max(within.text.rfind(sign, 0, q.start) for sign in ",;:(")
    high = min((at for at in (within.text.find(sign, q.end) for sign in ",;:(") if at >= 0), default=q.end + _REACH)
    low, high = max(low, q.start - _REACH), min(high, q.end + _REACH)
    near = [t for t in within.tokens if low <= t.start < high and not q.start <= t.start < q.end]
    return frozenset(stem(t.text) for t in near if is_content(t))


def _elsewhere_bound(quantity: Quantity, part: Part, said: Sequence[tuple[Quantity, Statement]]) -> bool:
    """The value is there, but of something else, and what the claim speaks of has another value."""
    if quantity.kind == "count" and not quantity.nouns:
        return False
    mine = _context(quantity, part)
    if any(agrees(quantity, q) and q.kind != quantity.kind or agrees(quantity, q) and not q.unit and not q.nouns for q, _ in said):
        return False
    agreeing = [max(len(mine & _context(q, s)), len(part.stems & s.stems)) for q, s in said if agrees(quantity, q)]
    others = [
        len(mine & _context(q, s))
        for q, s in said
        if q.kind == quantity.kind and not q.ordinal and not _is_idle(q) and not agrees(quantity, q)
    ]
    return bool(agreeing) and max(agreeing) == 0 and max(others, default=0) > 0


def _dated(when: dates.When, grounds: Grounds) -> bool:
    """Whether the nearest statements that date anything of the kind carry the date."""
    for reach in (grounds.chosen, grounds.around, range(len(grounds.all))):
        known = [w for i in reach for w in grounds.all[i].whens]
        if any(dates.agrees(when, w) for w in known) or _year_and_day(when, known):
            return True
        if reach is grounds.around and _day_and_month(when, [grounds.all[i] for i in reach]):
            return True
        if any(_comparable(when, w) for w in known) and (reach is not grounds.chosen or when.minute is not None):
            break
    if when.weekday is not None and _WEEKDAYS.search(" ".join(grounds.all[i].text for i in grounds.around)):
        return when.weekday in (0, 4)
    return when.is_year and any(float(when.year or 0) in q.values for s in grounds.all for q in s.quantities)


_WEEKDAYS = re.compile(r"\b(?:weekdays?|business (?:days?|hours)|working (?:days?|hours)|werktags?|werktagen?)\b", re.I)


def _comparable(a: dates.When, b: dates.When) -> bool:
    if (a.minute is None) != (b.minute is None) or (a.weekday is None) != (b.weekday is None):
        return False
    return bool(a.months) == bool(b.months)


def _day_and_month(when: dates.When, here: Sequence[Statement]) -> bool:
    """`By the tenth.` - `Of November?` - `Yes`: the day and the month in two statements."""
    if when.day is None:
        return False
    day = any(
        q.ordinal and float(when.day) in q.values and not s.text[: q.start].rstrip().endswith(("not the", "not"))
        for s in here
        for q in s.quantities
    )
    return day and any(w.months == when.months for s in here for w in s.whens)


def _is_idle(q: Quantity) -> bool:
    """`one` and `first` without a unit rarely count anything; `both` and `a half` neither."""
    alone = q.kind == "count" and not q.top
    word = q.text.lower()
    return alone and (word in ("one", "first", "both", "second", "ein", "eine", "einen", "erste", "ersten", "pair", "half", "third", "quarter") or word.isalpha() and q.values == {0.0})


_ENUMERATOR = re.compile(r"^\W*(\d{1,2})[.)]?(?=\s|$)")


def _listed(quantity: Quantity, grounds: Grounds) -> bool:
    """The evidence numbers its items, and the last one has the claim's count."""
    if quantity.kind != "count" or not quantity.nouns:
        return False
    counted = [int(m.group(1)) for s in grounds.all if (m := _ENUMERATOR.match(s.text))]
    return 1 in counted and float(max(counted)) in quantity.values


def _said_elsewhere(quantity: Quantity, grounds: Grounds) -> bool:
    """The value stands in a statement further off that shares words with the claim."""
    return any(
        agrees(quantity, q)
        for i, s in enumerate(grounds.all)
        if len(s.stems & grounds.part.stems) >= 2 and grounds.weights[i] >= 0.4 * grounds.best
        for q in s.quantities
    )


def _year_and_day(when: dates.When, known: Sequence[dates.When]) -> bool:
    """The day stands in one place and the year in another."""
    if when.year is None or not when.months:
        return False
    bare = dates.When(when.start, when.end, when.text, None, when.months, when.day)
    undated = [w for w in known if w.year is None]
    return any(dates.agrees(bare, w) for w in undated) and any(w.year == when.year for w in known)


def _other_noun(quantity: Quantity, said: Sequence[Quantity]) -> bool:
    """The evidence counts the same thing otherwise: 40 doors where it has 40 users and 12 doors."""
    if quantity.kind != "count" or not quantity.nouns or quantity.ordinal:
        return False
    nouns = set(map(stem, quantity.nouns))
    same = [q for q in said if q.kind == "count" and not q.ordinal and nouns & set(map(stem, q.nouns))]
    matching = [q for q in said if agrees(quantity, q)]
    others = matching and all(q.nouns and not nouns & set(map(stem, q.nouns)) for q in matching)
    return bool(same) and bool(others) and not any(agrees(quantity, q) for q in same)


def _values_differ(quantity: Quantity, said: Sequence[Quantity]) -> str:
    like = [q for q in said if q.kind == quantity.kind and q.ordinal == quantity.ordinal]
    nouns = {stem(n) for n in quantity.nouns}
    like.sort(key=lambda q: (not nouns & {stem(n) for n in q.nouns}, q.unit != quantity.unit))
    if like:
        other = like[0].text + (f" {like[0].nouns[0]}" if like[0].nouns else "")
        mine = quantity.text + (f" {quantity.nouns[0]}" if quantity.nouns else "")
        return f"the evidence says {other}, the claim says {mine}"
    return f"the evidence does not say {quantity.text}"


def _dates_differ(when: dates.When, known: Sequence[dates.When]) -> str:
    like = [w for w in known if (w.minute is None) == (when.minute is None) and (w.weekday is None) == (when.weekday is None)]
    if like:
        return f"the evidence says {like[0].text}, the claim says {when.text}"
    return f"the evidence does not say {when.text}"


def altered_name(grounds: Grounds, known: Known) -> Fault | None:
    """A person, product, place or identifier that the evidence does not name."""
    for name in grounds.part.names:
        if not is_named(name, known):
            return Fault("altered", f"the evidence does not name {name.text}")
    return None


_SUBJECT_BEFORE = re.compile(r"(?:according to|as per|(?:\w+ed|written|led|run|given|known|taken|chosen|built|made) by|laut|quoting)\s+(?:mr\.?|ms\.?|mrs\.?|dr\.?|frau|herr)?\s*$", re.I)
_SAYS_AFTER = re.compile(r"^,? (?:says?|said|told|confirm\w*|report\w*|stat(?:es|ed)|warns?|warned|wrote|sagt\w*)\s*\W*$")


def _parts_of(label: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{2,}", label.lower()))


def _subject(part_text: str, mentioned: Sequence[Name]) -> Name | None:
    """The name that a sentence makes say or do what follows, if it begins with one or ends in `by` one."""
    for name in mentioned:
        if _SAYS_AFTER.match(part_text[name.end :]):
            return name
    for name in mentioned:
        before = part_text[: name.start]
        if not before.strip(" \"'(") or _SUBJECT_BEFORE.search(before) or before.strip().lower() in ("mr", "ms", "mrs", "dr", "dr.", "mr.", "ms.", "frau", "herr"):
            return name
    return None


def misattributed(grounds: Grounds, sources: Sequence[Source]) -> Fault | None:
    """The words are there, but someone else said them, another side, or another artifact did."""
    return _wrong_origin(grounds, sources) or _wrong_speaker(grounds) or _wrong_side(grounds) or _not_meant(grounds)


def _not_meant(grounds: Grounds) -> Fault | None:
    """A speaker of the evidence whom the claim draws in, though nobody speaks of them and they state nothing of it."""
    speakers = [_parts_of(s.speaker) for s in grounds.all if s.speaker]
    subject = _subject(grounds.part.text, grounds.part.names)
    for name in grounds.part.names:
        wanted = set(name.parts)
        if name is subject or name.code or not wanted or not any(wanted <= spoken for spoken in speakers):
            continue
        here = [grounds.all[i] for i in grounds.around]
        if any(wanted & s.words for s in here) or any(_ADDRESSED.search(s.text) for s in here):
            continue
        if not any(wanted & _parts_of(s.speaker) and not s.is_question for s in here):
            return Fault("misattributed", f"the evidence does not say this of {name.text}")
    return None


_ADDRESSED = re.compile(r"\b(?:you|your|yours|sie|ihnen|ihr|dir|dich|dein\w*)\b", re.I)


def _wrong_speaker(grounds: Grounds) -> Fault | None:
    name = _subject(grounds.part.text, grounds.part.names)
    if name is None:
        return None
    wanted = set(name.parts)
    speakers = {s.speaker: _parts_of(s.speaker) for s in grounds.all if s.speaker}
    known = any(wanted & parts for parts in speakers.values())
    without = _near_without(grounds, name)
    near = [grounds.all[i] for i in without] or [grounds.all[i] for i in grounds.near]
    if not near or any(wanted & s.words for s in near):
        return None
    own = [s for s in near if wanted & _parts_of(s.speaker)]
    if own:
        return _told_of_another(own, grounds, name)
    if any(wanted & grounds.all[i - 1].words for i in without if i and grounds.all[i].speaker and grounds.all[i - 1].speaker == grounds.all[i].speaker):
        return None
    if not all(s.speaker for s in near):
        return _of_another(grounds, without, wanted)
    if _takes_part(grounds, without, wanted, near) or not known and _is_meant(grounds, without, wanted):
        return None
    return Fault("misattributed", f"{near[0].speaker.split('(')[0].strip()} says this in the evidence, not {name.text}")


def _takes_part(grounds: Grounds, near: Sequence[int], wanted: set[str], others: Sequence[Statement]) -> bool:
    """The named person gives a value of the claim right beside the nearest words, which lack it."""
    part = grounds.part
    if any(agrees(q, o) for q in part.quantities for s in others for o in s.quantities) or any(
        dates.agrees(w, o) for w in part.whens for s in others for o in s.whens
    ):
        return False
    for i in {j for n in near for j in range(n - 2, n + 3) if 0 <= j < len(grounds.all)}:
        s = grounds.all[i]
        if wanted & _parts_of(s.speaker) and (
            any(agrees(q, o) for q in part.quantities for o in s.quantities)
            or any(dates.agrees(w, o) for w in part.whens for o in s.whens)
        ):
            return True
    return False


def _is_meant(grounds: Grounds, near: Sequence[int], wanted: set[str]) -> bool:
    """Someone else speaks of `she` or `they` right after the name was mentioned."""
    return any(
        _THIRD.search(grounds.all[i].text) and not names(grounds.all[i].text) and any(wanted & s.words for s in grounds.all[max(0, i - 3) : i]) for i in near
    )


_THIRD = re.compile(r"\b(?:he|she|they|his|her|their|him|them|er|sie|ihr|ihm)\b", re.I)
_FIRST = re.compile(r"\b(?:I|I'm|I've|I'll|me|my|mine|we|we're|we've|we'll|us|ich|mir|mich|wir)\b")
_TELLS = re.compile(r"^\W*(?:also )?(?:says?|said|states?|explain\w*|report\w*|mention\w*|confirm\w*|warn\w*|note[sd]?|told|tells|thinks?|believes?|claims?|points?|describ\w*|names?|named|sagt\w*)\b")


def _told_of_another(own: Sequence[Statement], grounds: Grounds, name: Name) -> Fault | None:
    """The named person speaks, but tells it of somebody whom the claim leaves out."""
    tells = _TELLS.match(grounds.part.text[name.end :])
    if tells and all(s.is_question for s in own):
        return Fault("misattributed", f"{name.text} only asks this in the evidence")
    if tells or any(_FIRST.search(s.text) for s in own):
        return None
    mine = {p for n in grounds.part.names for p in n.parts}
    for s in own:
        for other in names(s.text):
            if len(other.parts) == 2 and not other.code and not mine & set(other.parts):
                return Fault("misattributed", f"the evidence says this of {other.text}, not of {name.text}")
    return None


def _of_another(grounds: Grounds, at: Sequence[int], wanted: set[str]) -> Fault | None:
    """In notes without speakers: the nearest words tell it of somebody else, and the claim's person stands elsewhere."""
    if len(wanted) != 2 or not any(wanted & s.words for s in grounds.all):
        return None
    told: list[Name] = []
    for i in at:
        people = [n for n in names(grounds.all[i].text) if _is_person(n, grounds)]
        before = grounds.all[i - 1] if i and not people and grounds.all[i - 1].source == grounds.all[i].source else None
        if before is not None and not wanted & before.words:
            people = [n for n in names(before.text) if _is_person(n, grounds)]
        if not people:
            return None
        told += people
    return Fault("misattributed", f"the evidence says this of {told[0].text}") if told else None


def _is_person(name: Name, grounds: Grounds) -> bool:
    """Two words with capitals that are no everyday words of the evidence."""
    plain = {t.raw for s in grounds.all for t in s.tokens}
    return not name.code and len(name.parts) == 2 and not plain & set(name.parts) and not any(map(is_everyday, name.parts))




def _near_without(grounds: Grounds, name: Name) -> list[int]:
    """The nearest statements by what is said, whoever says it."""
    own = {stem(p) for p in name.parts}
    wanted = grounds.part.stems - own
    scored = []
    for i, s in enumerate(grounds.all):
        shared = len(wanted & s.stems) + sum(any(agrees(q, o) for o in s.quantities) for q in grounds.part.quantities)
        shared += any(dates.agrees(w, o) for o in s.whens for w in grounds.part.whens)
        if shared:
            scored.append((shared, i))
    best = max((n for n, _ in scored), default=0)
    near = [i for n, i in scored if n >= 0.7 * best]
    valued = [i for i in near if any(agrees(q, o) for q in grounds.part.quantities for o in grounds.all[i].quantities)]
    return valued or near


_CLAIMED_SIDE = re.compile(
    r"^\W*(?:the |our |der |die )?(?:(?P<customer>customer|client|prospect|buyer|kunde|kundin)|(?P<vendor>vendor|seller|supplier|sales rep|rep|account executive|ae|anbieter|verkäufer))"
    r"(?:'s \w+)?,? (?:\w+ )?(?:says?|said|states?|stated|promise[sd]?|commit(?:s|ted)?|claims?|claimed|asks?|asked|requests?|requested|confirms?|confirmed|insists?|insisted|"
    r"expects?|expected|wants?|wanted|demands?|demanded|agree[sd]?|offers?|offered|guarantee[sd]?|worries|worried|fears?|prefers?|preferred|sagte?|verspricht|versprach|möchte|will|zugesagt|assure[sd]?)\b",
    re.I,
)
_YOU = re.compile(r"\b(?:you|your|sie|ihr|ihnen|they|customer|client)\b", re.I)


def _wrong_side(grounds: Grounds) -> Fault | None:
    match = _CLAIMED_SIDE.match(grounds.part.text)
    if match is None:
        return None
    claimed, other = ("customer", "vendor") if match.group("customer") else ("vendor", "customer")
    near = [grounds.all[i] for i in grounds.near]
    if not near or any(s.side != other for s in near):
        return None
    if claimed == "customer" and any(_YOU.search(s.text) for s in near) and "want" in match.group().lower():
        return None
    return Fault("misattributed", f"the {other} says this in the evidence, not the {claimed}")


_ORIGIN = re.compile(
    r"\b(?:the|an?|der|die|das|according to the|per the|in the) (?:(?:signed|unsigned|executed) )?(?P<kind>order form|sow|statement of work|signed paper|unsigned paper|crm|e-?mail|mail|call|chat|ticket)\b"
    r"(?= (?:says?|states?|on|shows?|lists?|commits?|requires?|sets?|gives?|names?|records?|mentions?|specif|confirm|has)\b)",
    re.I,
)  # fmt: skip


def _wrong_origin(grounds: Grounds, sources: Sequence[Source]) -> Fault | None:
    match = _ORIGIN.match(grounds.part.text)
    if match is None or any(not s.origin for s in sources):
        return None
    kind = match.group("kind").lower().replace("e-mail", "mail").replace("email", "mail")
    if any(kind in s.origin for s in sources):
        return None
    found = sorted(sources[0].origin)[0]
    return Fault("misattributed", f"the cited words stand in the {found}, not in the {kind}")


def wrong_mood(grounds: Grounds) -> Fault | None:
    """The evidence asks, supposes, takes back or tells of others what the claim states."""
    if fault := _taken_back(grounds):
        return fault
    for quantity in grounds.part.quantities:
        holding = [
            grounds.all[i]
            for i in grounds.around
            if any(agrees(quantity, q) for q in grounds.all[i].quantities)
        ]
        if quantity.kind == "period" or any(_PRESUPPOSES.match(s.text) for s in holding):
            continue
        if holding and not _is_idle(quantity) and (fault := _mood_fault(holding, grounds.part.text)):
            return fault
    return _mood_fault([grounds.all[i] for i in grounds.near], grounds.part.text)


_PRESUPPOSES = re.compile(r"^\W*(?:and |so |but |ok,? |okay,? )?(?:what|when|who|how|why|which|where|was|wann|wer|wie|warum|welche\w*)\b", re.I)
"""A question that takes what it mentions for granted."""


def _mood_fault(held_by: Sequence[Statement], claim: str) -> Fault | None:
    moods: list[Mood] = [s.mood for s in held_by]
    if not moods or any(admits(claim, m) or m == "takes_back" for m in moods):
        return None
    return Fault("unsupported", REASONS[moods[0]])


def _taken_back(grounds: Grounds) -> Fault | None:
    """A later statement withdraws what the claim rests on, or the same sentence corrects itself."""
    part = grounds.part
    if admits(part.text, "takes_back") or not grounds.near:
        return None
    for i in grounds.near:
        if grounds.all[i].mood != "takes_back" and not _corrected(grounds, i) and not _withdrawn(grounds, i):
            return None
    last = max(grounds.near)
    after = [q for s in grounds.all[last : last + 4] if s.source == grounds.all[last].source for q in _final(s)]
    if part.quantities and all(any(agrees(q, a) for a in after) for q in part.quantities):
        return None
    return Fault("contradicted", "the evidence takes this back later")


def _final(statement: Statement) -> list[Quantity]:
    cut = corrects(statement.text)
    return [q for q in statement.quantities if cut is None or q.start >= cut]


def _corrected(grounds: Grounds, at: int) -> bool:
    statement, cut = grounds.all[at], corrects(grounds.all[at].text)
    if cut is None:
        return False
    before = [q for q in statement.quantities if q.start < cut]
    after = [q for q in statement.quantities if q.start >= cut]
    return any(
        any(agrees(q, b) for b in before) and not any(agrees(q, a) for a in after) and any(a.kind == q.kind for a in after)
        for q in grounds.part.quantities
    )


def _withdrawn(grounds: Grounds, at: int) -> bool:
    here = grounds.all[at]
    for later in grounds.all[at + 1 : at + 4]:
        if later.source != here.source or later.mood != "takes_back":
            continue
        if later.speaker == here.speaker or later.stems & here.stems:
            return True
    return False


def contradicted(grounds: Grounds) -> Fault | None:
    """The evidence says yes where the claim says no, or the other way round."""
    reach = [grounds.all[i] for i in dict.fromkeys([*grounds.near[:4], *grounds.chosen])]
    texts = [s.meant for s in reach if s.mood != "asks"] or [s.text for s in reach]
    if word := ruled_out(grounds.part.text, texts):
        return Fault("contradicted", f"the evidence rules out what the claim says of “{word}”")
    speakers = {p for s in grounds.all for p in _parts_of(s.speaker)}
    subject = _subject(grounds.part.text, grounds.part.names)
    named = frozenset(stem(p) for n in grounds.part.names if not n.code for p in n.parts if n is subject or p in speakers)
    if clash := disagreement(grounds.part.text, texts, named):
        return Fault("contradicted", f"the claim and the evidence differ in a yes or no: “{_short(clash[0])}” against “{_short(clash[1])}”")
    return None


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:14]) + (" ..." if len(words) > 14 else "")
