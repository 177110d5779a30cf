"""Takes out of a deal what must not be stored: words, patterns, addresses and numbers that deal.yaml names.

Knows texts and values, not where they are stored. Names and addresses are needed to tell who is who, so rules apply to what
was made of the deal, before any of it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

PLACEHOLDER = "[redacted]"
Named = Literal["email", "phone", "card", "bank"]
Match = tuple[int, int, str]

_INVISIBLE = "[\u00ad\u200b\u200c\u200d\u2060\ufeff]*"
_BETWEEN_WORDS = r"(?:[\s_\-.+\u00ad\u200b\ufeff]|%20)*"
_EMAIL = r"(?i)(?<![\w.+-])[\w.+'=-]+(?:@|%40|\s?\[at\]\s?|\s?\(at\)\s?)[\w-]+(?:\.[\w-]+)+"
_PHONE = (
    r"(?<![\w.,/-])(?:(?:\+|00)[1-9](?:[ ()./\u00a0-]{0,3}\d){6,14}"
    r"|\(?0\d{1,5}\)?[ /\u00a0-]{1,3}\d(?:[ /\u00a0-]?\d){4,9}"
    r"|(?:\(\d{3}\) ?|\d{3}[ .\u00a0-])\d{3}[ .\u00a0-]\d{4})(?![\w/-]?\d)"
)
_CARD = r"(?<![\w.-])\d(?:[ \u00a0-]?\d){12,18}(?![\w-]?\d)"
_IBAN = r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}(?![A-Za-z0-9])"
_ACCOUNT = (
    r"(?i)(?:\b(?:bank )?(?:account|acct|a/c|routing|sort code|aba|kontonummer|konto-?nr|konto|blz|bankleitzahl|iban|bic|swift)"
    r"(?:[ -]?(?:no|nr|number|nummer|code))?\.?\s*[:#]?\s*)((?=[\w -]*\d{2})[A-Z0-9]{2,}(?:[ -][A-Z0-9]{2,}){0,7})(?!\w)"
)


def _luhn(text: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    digits = [int(c) for c in text if c.isdigit()][::-1]
    doubled = (sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(digits))
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _iban(text: str) -> bool:
    """The check digits of an IBAN (ISO 13616)."""
    bare = re.sub(r"\s", "", text)
    turned = bare[4:] + bare[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _no_date(text: str) -> bool:
    return not re.fullmatch(r"\d{2}[ ./-]\d{2}[ ./-]\d{4}", text)


def _any(_text: str) -> bool:
    return True


_NAMED: dict[Named, tuple[tuple[str, Callable[[str], bool]], ...]] = {
    "email": ((_EMAIL, _any),),
    "phone": ((_PHONE, _no_date),),
    "card": ((_CARD, _luhn),),
    "bank": ((_IBAN, _iban), (_ACCOUNT, _any)),
}


class Rule(BaseModel):
    """One rule of `redact`: exactly one of `literal`, `regex` and `kind`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    literal: str | None = None
    """Words, in any case, with whatever stands between them (`Project Falcon`, `project-falcon`)."""
    regex: str | None = None
    """A Python regular expression, taken as written."""
    kind: Named | None = None
    placeholder: str = PLACEHOLDER

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = [v for v in (self.literal, self.regex, self.kind) if v is not None]
        if len(given) != 1:
            raise ValueError("a rule needs one of literal, regex and kind")
        if self.literal is not None and not re.sub(r"[\W_]", "", self.literal):
            raise ValueError("literal holds no letter and no digit")
        try:
            patterns = [pattern for pattern, _ in self.patterns]
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if any(p.match("") for p in patterns):
            raise ValueError("regex matches the empty text, so it would match everywhere")
        if any(p.search(self.placeholder) for p in patterns):
            raise ValueError("placeholder holds what the rule takes out")
        return self

    @property
    def patterns(self) -> list[tuple[re.Pattern[str], Callable[[str], bool]]]:
        """What finds the rule's matches, each with a check of what was found."""
        if self.literal is not None:
            return [(re.compile(_flexible(self.literal), re.I), _any)]
        if self.regex is not None:
            return [(re.compile(self.regex), _any)]
        return [(re.compile(p), check) for p, check in _NAMED[self.kind or "email"]]


def _flexible(literal: str) -> str:
    """A pattern for words with any separators between them and invisible characters inside."""
    words = [w for w in re.split(r"[\s_]+", literal.strip()) if w]
    inner = (_INVISIBLE.join(re.escape(c) for c in word) for word in words)
    start = r"(?<![^\W_])" if words[0][0].isalnum() else ""
    end = r"(?![^\W_])" if words[-1][-1].isalnum() else ""
    return start + _BETWEEN_WORDS.join(inner) + end


class Redaction:
    """The rules of one deal, applied to texts and to whole values."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)

    def __bool__(self) -> bool:
        return bool(self._rules)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Callable[[str], bool], str]]:
        return [(p, check, r.placeholder) for r in self._rules for p, check in r.patterns]

    def matches(self, text: str) -> list[Match]:
        """(start, end, placeholder) of all that goes, in order; what overlaps is one."""
        found: list[Match] = []
        for pattern, check, placeholder in self._patterns:
            for match in pattern.finditer(text):
                start, end = (
                    match.span(match.lastindex or 0)
                    if pattern.pattern == _ACCOUNT
                    else match.span()
                )
                if end > start and check(text[start:end]):
                    found.append((start, end, placeholder))
        merged: list[Match] = []
        for start, end, placeholder in sorted(found):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
            else:
                merged.append((start, end, placeholder))
        return merged

    def text(self, text: str) -> str:
        """`text` with placeholders for all that goes."""
        return self.part(text, 0, len(text), self.matches(text))

    @staticmethod
    def part(text: str, start: int, end: int, matches: Sequence[Match]) -> str:
        """`text[start:end]` with placeholders for the matches (of all of `text`) that touch it."""
        out: list[str] = []
        at = start
        for first, last, placeholder in matches:
            if last <= start or first >= end:
                continue
            out += (text[at : max(first, start)], placeholder)
            at = min(last, end)
        return "".join((*out, text[at:end]))

    def value(self, value: Any) -> Any:
        """A JSON-like value with every string in it redacted, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(k): self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(v) for v in value]
        return value
