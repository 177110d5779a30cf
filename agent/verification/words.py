"""Content words by their stems, with the words that mean the same or the opposite in talk about deals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from agent.verification.plain import Token, tokens

_SUFFIX = re.compile(
    r"(?:at(?:e|es|ed|ing|ions?|ors?|ive)|itions?|ments?|ings?|ances?|ences?|able|ible|ness|ities|ity|ives?|ally|ly|ers?|ern|ors?|ions?|ied|ies|ed|es|en|em|s|e|y)$"
)
_STOP = frozenset(
    "a an the and or but if of to in on at by for from with as is are was were be been being am do does did done has have had "
    "having it its this that these those there here he she they them his her their we us our you your i me my mine ours who whom "
    "whose which what when where why how than then so too very just also only even still yet about into over under up down out "
    "off again once per via will would shall should can could may might must not no nor s t re ve ll d m get gets got "
    "instead rather one ones all any some each every such own same more most other another while after before during until because "
    "take takes took taken make makes made go goes went gone come comes came put puts keep keeps kept give gives gave given "
    "de van von both few let like well really quite much many said says say saying tell tells told "
    "der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wird werden wurde wurden hat haben "
    "hatte sein seine ihr ihre wir uns unser unsere sie er es ich nicht kein keine keinen mit von zu zum zur im in am an auf aus bei "
    "für um als wie dass daß so auch noch nur schon man sich mich mir dich bis nach vor über".split()
)

_SAME = """
live launch rollout roll-out deploy deployment golive implementation implement produktiv einführung start
price cost fee charge pay paid payment preis kosten kostet pricing spend
buy bought purchase procure acquire kaufen
customer client account kunde kunden
vendor supplier provider lieferant anbieter
contract agreement vertrag
sign signed signature unterschrift unterschreiben unterzeichnen execute
user seat license licence benutzer lizenz lizenzen nutzer anwender
month monat monate
week woche wochen
year annual annually yearly jahr jährlich
quarter quarterly quartal
day tag tage daily
team crew staff employee people mitarbeiter workforce personnel
boss head lead leader leads chief director leiter leiterin
approve approval approves sign-off signoff greenlight genehmigen freigeben freigabe authorize
problem issue pain trouble difficulty concern worry worries problem sorge bedenken
reduce cut lower decrease decline fall fell drop dropped shrink reduction senken sinken
increase rise rose raise grow grew growth climb gain up erhöhen steigen surge expand expansion
begin start commence kick-off kickoff beginnen starten
end finish conclude complete completion expire enden ende
want need require request wish desire ask möchte wollen braucht brauchen requirement
promise commit commitment guarantee assure pledge zusagen versprechen zugesagt zusage
discount rebate reduction rabatt nachlass
renew renewal extend extension prolong verlängern verlängerung
terminate cancel cancellation termination exit leave kündigen kündigung kündigungsfrist
invoice bill billing invoiced rechnung
support help assist assistance unterstützung hilfe
train training teach workshop schulung
error mistake bug defect fault fehler
fast quick rapid speed schnell
big large huge groß
small little tiny klein
data daten
meeting call session meet
email mail message
deadline due date
plan schedule intend planned scheduled geplant
use used using usage employ utilize nutzen verwenden
store shop branch location site outlet filiale filialen standort standorte
build develop create construct entwickeln bauen
deliver provide supply ship offer liefern bieten
include contain cover comprise included part enthalten umfassen inbegriffen
exclude omit ausgeschlossen
connect integrate integration connector interface link anbindung schnittstelle
replace substitute swap supersede ersetzen
move migrate migration transfer switch umzug
manual hand manually manuell händisch
budget money funds funding
owner own owns responsible charge accountable verantwortlich
handle manage run oversee administer
report reporting bericht dashboard
test pilot trial poc testen
freeze frozen
limit cap
attend join participate
override overrule overturn
total overall altogether
late delay delayed behind overdue verspätet
happy pleased satisfied glad zufrieden fine content ok okay
matter care important
unhappy dissatisfied unzufrieden
lose lost loss verlieren verloren
hire recruit einstellen
choose chose select pick decide decision wählen entscheiden
warehouse lager
machine maschine
factory plant werk
security sicherheit
weekly wöchentlich
monthly monatlich
show present demonstrate demo
find found discover
reject decline refuse turn
stop halt cease
talk speak discuss conversation
"""

_OPPOSITE = """
increase reduce
include exclude
above below
before after
more less
more fewer
high low
higher lower
approve reject
accept refuse
allow forbid
allow prohibit
allow prevent
permit prohibit
require optional
mandatory optional
mandatory voluntary
enable disable
internal external
open closed
win lose
buy sell
success failure
succeed fail
early late
earlier later
minimum maximum
able unable
happy unhappy
likely unlikely
fast slow
easy hard
easy difficult
strong weak
positive negative
profit loss
possible impossible
complete incomplete
confirm deny
agree disagree
keep drop
stay leave
stay move
remain leave
continue stop
inside outside
import export
upload download
public private
online offline
unlimited limited
centralized decentralized
automatic manual
verbal written
temporary permanent
begin end
add remove
present absent
with without
better worse
best worst
old new
first last
remote onsite
recover suffer
hire fire
"""


def _lines(block: str) -> list[list[str]]:
    return [line.split() for line in block.strip().splitlines()]


def _cut(word: str) -> str:
    """The word without its ending, at most seven letters."""
    if len(word) <= 4:
        word = (
            word[:-1] if word.endswith("s") and len(word) == 4 and not word.endswith("ss") else word
        )
        return word[:-1] if word.endswith("e") and len(word) == 4 else word
    cut = _SUFFIX.sub("", word)
    if len(cut) < 3:
        cut = word[:4]
    if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "sl":
        cut = cut[:-1]
    return cut[:7]


@cache
def _same() -> dict[str, str]:
    groups: dict[str, str] = {}
    for words in _lines(_SAME):
        for word in words:
            groups.setdefault(_cut(word.replace("-", "")), words[0])
    return groups


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a word in lower case; words of one meaning share the first one's."""
    word = word.removesuffix("'s").replace("'", "")
    cut = _cut(word)
    return _same().get(cut, cut)


@cache
def opposites() -> dict[str, frozenset[str]]:
    """For each stem the stems that turn a statement into its opposite."""
    found: dict[str, set[str]] = {}
    for one, other in _lines(_OPPOSITE):
        a, b = stem(one), stem(other)
        if a != b:
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
    return {k: frozenset(v) for k, v in found.items()}


def is_content(token: Token) -> bool:
    """Whether a token says something by itself: no number, no sign, no filler."""
    head = token.text.split("'")[0]
    return (
        not token.text.endswith("n't")
        and head not in _STOP
        and token.text not in _STOP
        and token.raw[0].isalpha()
        and len(head) > 1
    )


def content(text: str) -> frozenset[str]:
    """The stems of the content words of a plain text."""
    return stems_of(tokens(text))


def stems_of(found: Iterable[Token]) -> frozenset[str]:
    return frozenset(stem(t.text) for t in found if is_content(t))
