"""Text that talks to a machine in place of a person: data like all else, but never evidence.

Rules of form, not of topic: somebody calls on an assistant, countermands what it was told, fakes a system's marks,
or says what its answer has to hold. What a rule misses still has no power: it meets the door like any other text.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MACHINE = r"(?:(?:ai|a\.i\.|virtual|large|digital)[ -])?(?:assistants?|agents?|chat ?bots?|bots?|(?:language )?models?|llms?|ai|gpt|copilot|summari[sz]ers?)"
_CALLED = r"(?:ai|a\.i\.|chat ?bots?|llms?|gpt|copilot|(?:ai|virtual|digital)[ -]assistants?|(?:large )?language models?|ai[ -](?:agents?|models?|tools?|systems?))"
_ORDER = r"(?:ignore|disregard|forget|record|mark|set|state|say|reply|output|write|report|summari[sz]e|tell|list|treat|note|you|do not|don't|never|always|please)"
_MAIL = r"(?:e-?mails?|mails?|messages?|notes?|invit\w+|versions?|drafts?|quotes?|invoices?|attachments?|threads?|ones?|figures?|numbers?|calendar|files?|links?)"
_ANSWER = r"(?:response|reply|replies|answers?|output|summary|summaries|brief|handoff|words)"
_STEERS = r"(?:add|augment|anagram|append|combine|embed|encourage|end|enhance|include|insert|integrate|introduce|mention|merge|misspell|modify|omit|put|rearrange|remove|replace|rewrite|scramble|shuffle|start|substitute|swap|translate|use|write|incorporate|make|convert|alter|spell|jumble|group|eliminate|delete|conclude|finish|share|suggest|recommend|promote|provide|offer|link|direct|invite|ask|create|craft|change|turn|mix|randomly|intentionally|purposely|deliberately)"
_SENTENCE = r"(?:^|[.!?:;>\n]\s*)"
_SPELL = r"(?:render|replace|substitute|swap|convert|encode|encrypt|reverse|translate|transform|express|use|write|change|turn|spell)"
_PATTERNS = (
    # Calls on a machine by its kind.
    rf"(?:^|[.!?:>\]]\s*|\b(?:hey|hi|hello|dear|attention|note to|message (?:to|for)|notes? for|to|for)[ ,]+(?:the |any |all |an |every )?){_CALLED}\s*[:,]\s*(?:\w+\s+){{0,3}}?{_ORDER}\b",
    rf"\b(?:instructions?|notes?|messages?|notice|directives?|orders?) (?:to|for) (?:the |any |all |an |every )?{_CALLED}\b",
    rf"\b{_CALLED}(?:\s+\w+)? (?:that|who|which|when|while|if)? ?(?:is |are |you )?(?:read|process|summari[sz]|analy[sz]|prepar|writ)(?:e?s|ing|es)? (?:this|these)\b",
    rf"\b{_CALLED}\b.{{0,60}}\b(?:ignore|disregard|forget)\b",
    rf"\b(?:to you,? the|you are (?:now )?an?|you(?:'re| are) the) {_MACHINE}\b|\bas an ai\b",
    # Countermands what it was told.
    rf"\b(?:ignore|disregard|forget|override)\b(?:\s+\w+){{0,3}}?\s+(?:previous|earlier|prior|above)\b(?! {_MAIL}\b)",
    r"\b(?:ignore|disregard|forget|override)\b(?:\s+\w+){0,4}?\s+(?:instructions?|directions?|directives?|prompts?|guidelines?|what you (?:were|have been) told|everything (?:above|before|you were))\b",
    # Fakes the marks of a conversation with a machine.
    r"\bsystem prompt\b|#\s*\(?system|\bsystem_message\b|</?(?:system|information|instructions?|user|assistant)>|\[/?inst\]|<\|\w+\|>",
    # Says what its answer must hold or look like.
    rf"(?:^|[.!?:;>\n]\s*|\b(?:in|to|with|at the end of|throughout) your {_ANSWER},?\s+){_STEERS}\b[^\n]{{0,160}}?\b(?:your|each|every|the) {_ANSWER}\b",
    rf"\b(?:in|within|throughout|at the end of|at the start of) your {_ANSWER},\s*(?:{_STEERS}|tease|hint|pretend|imply)\b",
    rf"\b(?:state|say|mention|report|claim|assert|note|confirm)\s+in (?:your|the) {_ANSWER}\s+that\b",
    # Says how its answer is to be spelt.
    rf"{_SENTENCE}(?:jumble|scramble|misspell|anagram|shuffle)\b[^.!?\n]{{0,80}}\b(?:letters?|words?|vowels?|consonants?|characters?)\b",
    rf"{_SENTENCE}{_SPELL}\b[^.!?\n]{{0,80}}\b(?:vowels?|consonants?|(?:every|each) (?:\w+ )?letters?|letters? (?:of|in) (?:your|each|every)|\w+ ciphers?|\w+ic substitution|your {_ANSWER})\b",
    r"\b(?:set|mark) (?:all|every|each)(?: of the)? (?:sections?|fields?|risks?|gates?)\b",
)
_PLANTED = re.compile("|".join(_PATTERNS), re.I)


@lru_cache(maxsize=4096)
def looks_like_instruction(text: str) -> bool:
    """True if a text talks to an AI assistant: such text is data and never answers a field."""
    return bool(_PLANTED.search(text))
