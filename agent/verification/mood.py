"""The mood of a sentence: does it state, ask, suppose, take back, or tell what others say or had?"""

from __future__ import annotations

import re
from typing import Literal

Mood = Literal["states", "asks", "supposes", "conditional", "takes_back", "hearsay", "others"]

REASONS: dict[Mood, str] = {
    "asks": "the evidence only asks this; nobody says that it is so",
    "supposes": "the evidence only supposes this; the claim states it as fact",
    "conditional": "the evidence ties this to a condition that the claim leaves out",
    "takes_back": "the evidence takes this back",
    "hearsay": "the evidence only reports this from hearsay; the claim states it as fact",
    "others": "the evidence tells this of somebody else, another customer or company",
}

_ASKS = re.compile(
    r"\?[\"')\]\s]*$|^\W*(?:do|does|did|is|are|can|could|will|would|should|have|has|what|when|who|how|why|which)\b[^.!]{0,200}\?", re.I
)  # fmt: skip
_ASKS_BARE = re.compile(r"^\W*(?:do|does|did|is|are|can|could|will|would|have|has|was) (?:you|we|they|it|that|this|he|she|i|there|someone|anyone|anybody)\b[^.!]{0,120}$|^\W*(?:how (?:long|much|many|soon|often)|who(?:'s| is)?|what(?:'s| is| are)|where(?:'s| is| are)|when(?:'s| is| are| do| does| will| can)) [^.,!]{0,50}$", re.I)  # fmt: skip
"""A question in a chat, which needs no sign."""
_TAG = re.compile(
    r",\s*(?:does|would|will|is|are|can|could|how|what)(?:n't)? (?:does |about )?(?:that|this|it|you) ?(?:help|work|do|suit|sound|fit|fine|ok(?:ay)?|good|enough|alright|all right|fair|live with (?:that|it))[^?]{0,20}\?|,\s*(?:right|correct|isn't it|don't you|ok|okay|yes|no|remember|huh|you see|you know|oder|nicht wahr|gell|sound good|fair)\s*\?",
    re.I,
)
_INDIRECT = re.compile(
    r"\b(?:ask(?:ed|s|ing)?|wonder(?:ed|s|ing)?|want(?:ed|s)? to know|check(?:ing)?|find out|clarify|unclear|not (?:sure|clear|certain)|don't know|"
    r"do(?:es)? not know|no idea|remains to be seen|open question|undecided|tbd|fragt[e]?|ob)\s+(?:whether|if|what|when|who|how|which)\b|"
    r"\b(?:fragte?n?|unklar|klären|wissen nicht),? ob\b",
    re.I,
)
_SUPPOSES = re.compile(
    r"\b(?:what if|suppose|supposing|hypothetically|in theory|theoretically|might|(?:maybe|perhaps|vielleicht)(?!,? (?:what,? |like,? |say,? )?(?:an? |ein )?(?:\d|half|third|quarter|dozen|couple|few|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|hundred|zwei|drei|vier|fünf|zehn|zwanzig))|possibly|let's say|imagine|potentially|"
    r"could (?:be|imagine|see|perhaps|end|turn|probably)|i guess|toy(?:ing)? with|thinking (?:about|of)|wäre denkbar|eventuell|möglicherweise|"
    r"könnten?|angenommen|würden? gern|would be (?:nice|great|lovely|cool)|in an ideal world|ideally|if we ever|wish we|one day|some day|someday)\b",
    re.I,
)
CONDITION = re.compile(
    r"(?<!as )(?<!see )(?<!what )(?<!wonder )\b(?:if(?! (?:that's|you don't mind|i remember|i recall|you like|memory|anything|not|only|possible|you need|there are any questions|you have))|"
    r"unless|provided (?:that )?|assuming|as long as|on condition|subject to|contingent (?:on|upon)|only once|falls|sofern|vorausgesetzt|wenn)\b",
    re.I,
)
_CONDITION_NOT = re.compile(
    r"\b(?:let (?:me|us) know|even|ask(?:ed|ing|s)?|check(?:ing)?|see|whether or|(?:tell|know|say|sure)(?: (?:you|me|us|them|him|her))?) (?:if|wenn)\b",
    re.I,
)
BESIDE = re.compile(r"[,;-] (?:and|but) (?=if\b)|, und (?=wenn\b)", re.I)
"""What stands before such a condition is stated without it: `..., and if you get that wrong, you will hear of it`."""
_TAKES_BACK = re.compile(
    r"\b(?:scratch that|strike that|forget (?:that|what i said|it)|i misspoke|take (?:that|it) back|took (?:that|it) back|"
    r"correct(?:ion|ing myself)|my mistake|i was wrong|that was wrong|never ?mind|ignore that|on second thought|no longer (?:true|valid|applies|holds|the case|on offer|available)|"
    r"off the table|withdraw[n]?|withdrew|retract(?:ed)?|disregard|is (?:now )?(?:cancelled|canceled|dropped|obsolete)|doesn't (?:hold|stand) (?:any ?more|any longer)|"
    r"not (?:true|the case|valid) any ?more|has been (?:dropped|cancelled|pulled|superseded)|was (?:dropped|pulled|superseded)|"
    r"vergessen sie das|nehme ich zurück|nehmen wir zurück|gilt nicht mehr|hat sich erledigt|stimmt nicht mehr|doch nicht)\b",
    re.I,
)
_CORRECTS = re.compile(
    r"(?:,|\.|-|;|^)\s*(?:no|sorry|actually|wait|i mean|rather|or rather|make that|correction|nein|quatsch|pardon|beziehungsweise)\b[,:]?\s", re.I
)  # fmt: skip
_HEARSAY = re.compile(
    r"\b(?:i(?:'ve)? heard|we heard|rumou?r(?:s|ed)?|apparently|supposedly|allegedly|reportedly|word (?:is|on the street|has it)|they say|people say|"
    r"somebody (?:said|told|mentioned)|someone (?:said|told|mentioned)|hearsay|second[- ]hand|grapevine|angeblich|gerüchte?|habe gehört|man sagt|soll angeblich)\b",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:(?:an)?other (?:customers?|clients?|company|companies|accounts?|prospects?|deals?|vendor|supplier)|"
    r"(?:one|some|most|many|several) of our (?:other )?(?:\w+ )?(?:customers?|clients?|accounts?)|a (?:customer|client) of ours|(?:a|one) (?:similar |different |big |large |\w+ )?(?:customer|client) (?:in|of|from|who|that|we)|"
    r"(?:at|in) my (?:last|previous|old|former) (?:company|job|employer|role|place)|previous employer|competitors?'?s? (?:customer|client)|reference (?:customer|client)|case study|"
    r"(?:a friend|a buddy|someone i know) (?:at|of|from)|(?:einem|ein) anderen? kunden?|andere kunden|unsere?n? (?:andere[nr]? )?kunden (?:in|aus|bei)|bei meinem (?:letzten|früheren))\b",
    re.I,
)  # fmt: skip


def asks_bare(text: str) -> bool:
    """Whether a line asks without a question mark: `does that put it at risk`."""
    return bool(_ASKS_BARE.match(text.strip()))


def mood_of(text: str, answered: bool = False) -> Mood:
    """How a plain sentence holds what it says; `answered`: a question that was said yes to."""
    if _TAKES_BACK.search(text):
        return "takes_back"
    if _OTHERS.search(text):
        return "others"
    if not answered and (
        (_ASKS.search(text) and not _TAG.search(text)) or asks_bare(text) or _INDIRECT.search(text)
    ):
        return "asks"
    if _HEARSAY.search(text):
        return "hearsay"
    if _SUPPOSES.search(text):
        return "supposes"
    if CONDITION.search(text) and not _CONDITION_NOT.search(text):
        return "conditional"
    return "states"


_ADMITS: dict[Mood, re.Pattern[str]] = {
    "asks": re.compile(
        r"\b(?:ask|wonder|question|unclear|unknown|whether|undecided|open|not (?:sure|clear|known)|clarif|fragt|frage|unklar|ob)\w*|\?",
        re.I,
    ),
    "supposes": re.compile(
        r"\b(?:might|may|could|possib\w*|perhaps|maybe|potential\w*|consider\w*|idea|suggest\w*|would|hop(?:e|es|ed|ing)|wish\w*|think\w*|ideal\w*|"
        r"hypothe\w*|explor\w*|float\w*|toy\w*|eventual\w*|tentativ\w*|vielleicht|könnten?|möglich\w*|if|likely|probab\w*|want\w*|interested|open to|like to|nice)\b",
        re.I,
    ),
    "conditional": re.compile(
        r"\b(?:if|unless|provided|assum\w*|condition\w*|subject|contingent|once|when|depend\w*|as long as|only|after|falls|wenn|sofern|would|could|might|may|requires?|"
        r"should|in case|in the event|for \w+ing|with|upon|by|in return|below|under|above|over|up to|more than|less than|given|shall|must|until|before|without|where)\b",
        re.I,
    ),
    "takes_back": re.compile(
        r"\b(?:no longer|withdr\w*|retract\w*|drop\w*|cancel\w*|taken? back|initial\w*|original\w*|formerly|previous\w*|earlier|first|not|no|none|never|without|supersed\w*|correct\w*|off the table|instead|changed?|zurück\w*|nicht|mehr)\b",
        re.I,
    ),
    "hearsay": re.compile(
        r"\b(?:heard|rumou?r\w*|apparent\w*|suppos\w*|alleg\w*|report\w*|hearsay|said|says|told|accord\w*|angeblich|gehört|mention\w*|believ\w*|seem\w*)\b",
        re.I,
    ),
    "others": re.compile(
        r"\b(?:other|another|reference|previous|former|earlier|last|friend|competitor\w*|customers|clients|someone|similar|elsewhere|case stud\w*|anderen?|accounts|one of)\b",
        re.I,
    ),
}


def admits(claim: str, mood: Mood) -> bool:
    """Whether the claim itself says that it is only asked, supposed, heard and so on."""
    return mood == "states" or bool(_ADMITS[mood].search(claim))


def corrects(text: str) -> int | None:
    """Where a sentence corrects itself (`six, no, eight weeks`): offset of what then holds; else None."""
    found = list(_CORRECTS.finditer(text))
    return found[-1].end() if found else None
