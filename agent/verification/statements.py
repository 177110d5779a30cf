"""Sources cut into statements: a sentence, who said it, and what became of it in the next breath."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Literal

from agent.verification.dates import When, whens
from agent.verification.mood import Mood, asks_bare, mood_of
from agent.verification.plain import make_plain, tokens
from agent.verification.quantities import quantities
from agent.verification.quantity import Quantity
from agent.verification.words import stems_of
from indexer.models import Frozen, Side
from indexer.sentences import sentence_spans

MAX_STATEMENT = 600
"""Characters; what has no sentence ends is cut at spaces, so that no text takes long."""
_WHO = r"(?P<who>[A-ZÄÖÜ][\w.'&-]*(?:(?: (?:von|van|de|der|den|di|da|la|le|al|bin|of)){0,2} [A-ZÄÖÜ(][\w.'&)-]*){0,3})"
_TURN = re.compile(
    rf"(?:^|(?<=[.!?] ))[ \t]*(?:\[[^\W\d_]{{2,12}}\] )?(?P<clock>[\[(]?\d{{1,2}}:\d\d(?::\d\d)?(?:\.\d+)?[\])]?\s*[-|]?\s*)?(?:\*\*)?{_WHO}"
    r"(?P<role>\s*(?:\([^()\n]{1,60}\)|\[[^\]\n]{1,60}\]|, [^:.\n]{1,50}))?(?:\*\*)?\s*:(?:\*\*)?(?=\s|$)|"
    r"^(?P<poster>[A-ZÄÖÜ][\w.'-]*(?: [A-ZÄÖÜ][\w.'-]*){0,3})[ \t]+[\[(]?\d{1,2}:\d\d(?: ?[AaPp][Mm])?[\])]?[ \t]*$",
    re.M,
)
_HANDLE = re.compile(r"^(?P<who>[a-z][\w.-]{2,20})(?P<role>\s*\([^()\n]{1,40}\))?:(?= )", re.M)
"""Who writes in a chat whose names are handles: `maria.k: sent it`."""
_NO_PERSON = frozenset(
    "from to reply-to von an betreff datum kopie gesendet subject date note notes summary agenda action actions next topic re fw fwd attendees participants cc bcc sent title order "
    "price total term terms section scope goal goals risk risks status update question answer q a passage decision decisions todo "
    "phase scope interface interfaces champion blocker sponsor skeptic budget timeline background context background open done competitors competitor "
    "kickoff support plan licence licenses discount term terms pricing integration integrations stakeholders stakeholder recap minutes present "
    "payment payments fee fees services service deliverables deliverable support duration start end users seats value amount "
    "stage owner name account contact phone email address quantity description deadline important warning example result results".split()
)
_CUSTOMER = re.compile(r"\b(?:customer|client|prospect|buyer|kunde|kundin)\b", re.I)
_VENDOR = re.compile(
    r"\b(?:vendor|seller|rep|sales rep|sales|ae|account executive|csm|supplier|agent|our side|se|verkäufer|verkauf|vertrieb)\b", re.I
)  # fmt: skip


class Source(Frozen):
    """Cited words and what is known of them; only `text` may support what a claim states."""

    text: str
    speaker: str | None = None
    side: Side = "unknown"
    about: str = ""
    """Where and when it was said, titles of those present: may name what a claim names, states nothing."""
    origin: frozenset[str] = frozenset()
    """What the artifact may be called (`order form`, `mail`); empty if unknown."""


class Statement:
    """One sentence of a source; what costs time is read when it is first asked for."""

    def __init__(
        self, source: int, start: int, end: int, plain: str, speaker: str, side: Side
    ) -> None:
        self.source, self.start, self.end = source, start, end
        self.text, self.speaker, self.side = plain, speaker, side
        self.tokens = tokens(plain)
        self.stems = stems_of(self.tokens)
        self.answer: Literal["", "yes", "no"] = ""
        """What the next turn says to a question."""
        self.is_topic = False
        """Whether it only names what the next turn speaks of: `And training?`"""
        self.topic = ""
        """Such words of the turn before."""
        self.number_ends = 0
        """Where the number ends that only counts it among others (`6. Recovery takes an hour.`)."""

    @cached_property
    def words(self) -> frozenset[str]:
        said = {t.text for t in self.tokens}
        return frozenset(said | {w.removesuffix("'s") for w in said})

    @cached_property
    def whens(self) -> list[When]:
        return whens(self.text)

    @cached_property
    def quantities(self) -> list[Quantity]:
        return [q for q in quantities(self.text, self.whens) if q.start >= self.number_ends]

    @cached_property
    def mood(self) -> Mood:
        return mood_of(self.text, bool(self.answer) or self.is_topic)

    @property
    def is_question(self) -> bool:
        """Whether it is put as a question, answered or not."""
        return self.text.rstrip(" \"')").endswith("?") or asks_bare(self.text)

    @property
    def meant(self) -> str:
        """Its words, with a denial before a question that is answered by no, and behind the topic that they go on about."""
        if self.answer == "no":
            return f"not {self.text.replace(',', '')}"
        return f"{self.topic} {self.text}" if self.topic else self.text


def _side_of(label: str) -> Side:
    if _CUSTOMER.search(label):
        return "customer"
    return "vendor" if _VENDOR.search(label) else "unknown"


def _turns(plain: str, source: Source) -> list[tuple[int, int, str, Side]]:
    """Of each turn: where its words begin and end, who speaks and for which side."""
    found: list[tuple[int, int, str, Side]] = []
    begin, speaker, side = 0, source.speaker or _signed(plain), source.side
    matches = sorted([*_TURN.finditer(plain), *_FROM.finditer(plain), *_handles(plain)], key=lambda m: m.start())  # fmt: skip
    labels = Counter(_who(m) for m in matches)
    talk = bool(_TALK.search(plain))
    if _is_record(matches, labels, talk):
        matches = []
    for match in matches:
        who = _who(match)
        role = match.groupdict().get("role") or ""
        if match.re is _TURN and not _is_label(match, who, labels, plain, talk):
            continue
        found.append((begin, match.start(), speaker, side))
        begin, speaker, side = match.end(), who + role, _side_of(f"{who} {role}")
    return [*found, (begin, len(plain), speaker, side)]


_FIELDS = 4
"""So many lines that each begin with another label, and nobody who says I or you, are a form."""


def _is_record(matches: Sequence[re.Match[str]], labels: Counter[str], talk: bool) -> bool:
    """Whether the labels are a form's (`Lead Source: fair`) and name no speakers."""
    own = [m for m in matches if m.re is _TURN]
    timed = any(m.group("clock") or m.group("poster") for m in own)
    return (
        len(own) >= _FIELDS and len(own) == len(matches) and not talk and not timed
        and all(n == 1 for n in labels.values())
    )  # fmt: skip


def _handles(plain: str) -> list[re.Match[str]]:
    """The handles that begin lines, where one does so again and again and no label of a form is among them."""
    found = list(_HANDLE.finditer(plain))
    again = len(found) > len({m["who"] for m in found}) > 1
    return found if again and not {m["who"] for m in found} & _NO_PERSON else []


def _who(match: re.Match[str]) -> str:
    found = match.groupdict()
    return str(found["who"] or found.get("poster")).strip()


_LETTER = re.compile(
    r"(?:^|\n)(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|liebe[rs]?|hallo|sehr geehrte[rs]?|guten (?:tag|morgen))\b[^\n]*",
    re.I,
)
_SIGNED = re.compile(
    r"(?:\n|[Rr]egards,? |[Bb]est,? |[Cc]heers,? |Grüße,? |Grüßen,? )(?P<who>[A-ZÄÖÜ][\w'-]+(?: [A-ZÄÖÜ][\w.'-]*){0,2})\s*$"
)


def _signed(plain: str) -> str:
    """Who signs a letter that greets somebody; nobody for anything else."""
    match = _SIGNED.search(plain) if _LETTER.match(plain.lstrip()) else None
    return match["who"] if match else ""


_GREETS = re.compile(r"(?:Dear|Hi|Hello|Hey|Hallo|Liebe[rs]?|Sehr geehrte\w*)\b")
_IN_A_SENTENCE = re.compile(
    r"\b(?:to|what|that|this|as|since|because|if|when|so|not|I|we|you|it|my|your|our|is|are|was|were|have|has|had|will|would|can|please|zu|was|dass|ich|wir|Sie|hier|here|\w{3,}ing)\b"
)
"""`Paul, to sum up what we said:` opens a letter, where `Paul, head of sales:` names who speaks."""
_TALK = re.compile(r"\?|\b(?:I|I'm|I'd|I'll|I've|you|we|we'll|we're|ich|wir|Sie)\b")


def _is_label(match: re.Match[str], who: str, labels: Counter[str], plain: str, talk: bool) -> bool:
    """Whether `Name:` begins a turn: a clock time, a role, a second turn or a full name say so; in notes less does."""
    role = match.groupdict().get("role") or ""
    if _GREETS.match(who) or (role.startswith(",") and _IN_A_SENTENCE.search(role)):
        return False
    if any(word.lower().strip("(.") in _NO_PERSON for word in who.split()):
        return bool(match.group("clock"))
    if match.group("poster") or match.group("clock") or match.group("role"):
        return True
    starts_line = match.start() == 0 or plain[match.start() - 1] == "\n"
    if not starts_line:
        return " " not in who and bool(re.search(rf"\b{re.escape(who)} [A-ZÄÖÜ]", plain))
    return labels[who] > 1 or " " in who or (len(labels) > 1 and talk)


_ITEM = re.compile(r"(?<=[.;,]) (?=\((?:[a-z]|[ivx]{1,4}|\d{1,2})\) )")
"""Where the next item of an enumeration in running text begins."""


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    out = []
    for match in _ITEM.finditer(text, start, end):
        out += _pieces(text, start, match.start()) if match.start() > start else []
        start = match.end()
    while end - start > MAX_STATEMENT:
        cut = text.rfind(" ", start + MAX_STATEMENT // 2, start + MAX_STATEMENT)
        cut = cut if cut > start else start + MAX_STATEMENT
        out.append((start, cut))
        start = cut + (text[cut : cut + 1] == " ")
    return [*out, (start, end)] if end > start else out


@lru_cache(maxsize=64)
def _of_source(number: int, source: Source) -> tuple[Statement, ...]:
    plain = make_plain(source.text)
    out: list[Statement] = []
    for start, end, speaker, side in _turns(plain.text, source):
        body = plain.text[start:end]
        for a, b in sentence_spans(body):
            for c, d in _pieces(body, a, b):
                first, last = plain.original(start + c, start + d)
                out.append(Statement(number, first, last, body[c:d], speaker, side))
    _mark_numbered(out)
    _mark_answered(out)
    return tuple(out)


_FROM = re.compile(r"^(?:From|Von|De)[ \t]*:[ \t]*(?P<who>[^\W\d_][^<\n@:;|]{1,60}?)[ \t]*(?:<[^>\n]*>|\([^)\n]*\)|\[[^\]\n]*\])?[ \t]*$", re.M)  # fmt: skip
"""The head of a mail: whose words the lines below are."""


_YES = re.compile(r"^\W*(?:yes|yeah|yep|correct|right|exactly|that's right|absolutely|definitely|sure|indeed|we do|it does|it is|they do|of course|ja|genau|richtig|stimmt|korrekt)\b", re.I)  # fmt: skip


_NO = re.compile(r"^\W*(?:no\b|nope|nein|not really|not (?:yet|now|currently|at present|at all|any more|so far)|never\b|noch nicht|(?:he|she|it|they|we|i|that|there) (?:won't|isn't|doesn't|don't|can't|cannot|didn't|wasn't|aren't|haven't|hasn't|will not|does not|is not)\s*[.,!])", re.I)  # fmt: skip


_DENIED = re.compile(r"^\W*(?:it|they|that|this|he|she|these|those)(?:'re|'s| is| are| was| were| do| does| did| will| has| have| can| could| would)? ?(?:not|n't)\s*(?:[.,;!]|$)", re.I)  # fmt: skip
"""`They're not.` after something that somebody said."""


_NUMBERED = re.compile(r"^\W*(\d{1,2})[.)](?=\s|$)")


def _mark_numbered(found: Sequence[Statement]) -> None:
    """Tell numbers that count items from those that say something: their neighbours are there, too."""
    leading = [(s, m) for s in found if (m := _NUMBERED.match(s.text))]
    counted = {int(m.group(1)) for _, m in leading}
    for statement, match in leading:
        if {int(match.group(1)) - 1, int(match.group(1)) + 1} & counted:
            statement.number_ends = match.end()


_TOPIC_WORDS = 4
_TOPIC = re.compile(r"^\W*(?:and|und|what about|how about|was ist mit)\b", re.I)


def _names_a_topic(question: Statement) -> bool:
    """`And go-live?` asks nothing that may be so or not: what is said next is said of it."""
    if not _TOPIC.match(question.text) or len(question.stems) > _TOPIC_WORDS:
        return False
    return (
        not question.whens and not question.quantities and len(question.tokens) <= _TOPIC_WORDS + 2
    )


def _mark_answered(found: Sequence[Statement]) -> None:
    for one, following in itertools.pairwise(found):
        if one.is_question and _names_a_topic(one):
            one.is_topic, following.topic = (
                True,
                re.sub(r"(?i)^\W*(?:and|und)\b|[?]", "", one.text).strip(),
            )
        elif one.is_question and _YES.match(following.text):
            one.answer = "yes"
        elif (one.is_question and _NO.match(following.text)) or _DENIED.match(following.text):
            one.answer = "no"


def statements(sources: Sequence[Source]) -> list[Statement]:
    """The statements of all sources, in order."""
    return [s for n, source in enumerate(sources) for s in _of_source(n, source)]
