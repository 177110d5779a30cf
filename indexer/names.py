"""Names as sources write them: `Roe, Jo (Acme)`, `J. Roe`, `Jo Roe | Acme`, `Robert "Bob" Smith`, `Müller` and `Mueller`.

Takes labels apart and says whether two names can be one person's. Knows nothing of deals.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Likeness = Literal["full", "short", "no"]

_ADDRESS = re.compile(r"<?\s*([^\s<>()\[\]\"']+@[^\s<>()\[\]\"']+)\s*>?")
_ASIDE = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_DIVIDER = re.compile(r"\s+[|/@•·–—-]\s+|\s*\|\s*|\s+(?:from|at|bei|via|von der Firma)\s+", re.I)
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]|(?<!\w)['‘’]([^'‘’]{2,})['‘’](?!\w)")
_PRONOUNS = re.compile(r"^(?:she|he|they|her|him|sie|er|ella|elle|il)\s*/", re.I)
_STATUS = frozenset({
    "guest", "gast", "external", "extern", "ext", "you", "me", "host", "co-host", "organizer", "presenter",
    "unverified", "invité", "invitado", "he", "him", "she", "her", "they", "mobile", "phone", "ipad", "iphone",
})  # fmt: skip
_BEFORE = frozenset({
    "dr", "prof", "mr", "mrs", "ms", "miss", "mx", "herr", "frau", "sir", "ing", "dipl", "hr", "fr", "mme", "m", "sr", "sra",
})  # fmt: skip
_AFTER = frozenset({
    "jr", "sr", "ii", "iii", "iv", "phd", "mba", "md", "cpa", "pmp", "esq", "msc", "bsc", "ma", "ba", "cfa", "cissp", "pe",
})  # fmt: skip
_PARTICLES = frozenset({
    "van", "von", "de", "del", "der", "den", "di", "da", "dos", "du", "la", "le", "el", "al", "bin", "ibn", "ten", "ter", "zu", "st",
})  # fmt: skip
_NOT_NAME = re.compile(r"[^\w\s'’.-]")
_GENERIC = re.compile(
    r"(?:unknown|unbekannt|unidentified|speaker|sprecher(?:in)?|participant|teilnehmer(?:in)?|attendee|guest|gast|user|voice|"
    r"phone|caller|call-in user|conference room|meeting room|room)\b[\w\s#@.-]{0,14}$|@?\d+$|\+?\d[\d\s*x-]+$",
    re.I,
)
ROLE_MAILBOX = frozenset({
    "info", "sales", "support", "office", "billing", "accounts", "accounting", "procurement", "purchasing", "einkauf",
    "buchhaltung", "kontakt", "contact", "team", "hello", "admin", "it", "hr", "noreply", "no-reply", "donotreply", "legal",
    "finance", "service", "helpdesk", "orders", "invoices", "invoice", "ap", "security", "privacy", "marketing", "mail",
    "notifications", "vertrieb", "zentrale", "empfang", "reception", "success", "customersuccess", "onboarding", "dse",
})  # fmt: skip


@dataclass(frozen=True)
class Label:
    """A label taken apart."""

    name: str
    """As one would say it: given name first, without decoration."""
    company: str = ""
    """What stands in brackets, behind a bar or a dash: mostly a company."""
    titled: bool = False
    """True for a form of address with a surname only: `Dr. Batista`, `Frau Berg`."""
    others: tuple[str, ...] = ()
    """The same name read another way: with the nickname, or turned round."""


@lru_cache(maxsize=20_000)
def read_label(label: str) -> Label:
    """Take a label apart: name, company, other readings of the name."""
    text = unicodedata.normalize("NFKC", label).strip()
    bare = _ADDRESS.sub(" ", text).strip(" '\"<>")
    if not bare:
        return Label(text.strip("<> ").lower())
    nick, bare = _nickname(bare)
    companies: list[str] = []
    for aside in _ASIDE.findall(bare):
        if aside.strip().lower() not in _STATUS and not _PRONOUNS.match(aside.strip()):
            companies.append(aside.strip())
    bare = _ASIDE.sub(" ", bare)
    bare, *rest = _DIVIDER.split(re.sub(r"[(\[{].*$", "", bare).strip()) or [""]
    companies += [r.strip() for r in rest if r.strip()]
    name, turned, behind = _turned(bare)
    others = [turned] if turned else []
    parts = name.split()
    if nick and len(parts) > 1:
        others.append(f"{nick} {parts[-1]}")
    company = next((c for c in [*companies, behind] if c), "")
    before, _, surname = bare.strip().partition(" ")
    if len(parts) == 1 and surname and before.lower().strip(".") in _BEFORE:
        return Label(f"{before} {name}", company, titled=True)
    return Label(name, company, others=tuple(others))


def _nickname(text: str) -> tuple[str, str]:
    """A nickname that stands inside a name, and the name without it."""
    inside = re.search(r"(?<=\w)\s*\(([A-ZÀ-Þ][\w'’-]+)\)\s+(?=[A-ZÀ-Þ])", text)
    if inside:
        return inside[1], text[: inside.start()] + " " + text[inside.end() :]
    quoted = _QUOTED.search(text)
    if quoted and text[: quoted.start()].strip():
        return (quoted[1] or quoted[2]).strip(), _QUOTED.sub(" ", text)
    return "", text


def _turned(text: str) -> tuple[str, str, str]:
    """(name, another reading, what stands behind a comma and is no name)."""
    first, comma, last = (part.strip() for part in text.partition(","))
    if not comma or not first or not last:
        return _clean(text), "", ""
    behind = _clean(last.split(",")[0])
    if behind.lower().replace(".", "") in _AFTER or not behind:
        return _clean(first), "", ""
    before = first.split()
    inverted = len(before) == 1 or before[0].lower() in _PARTICLES
    if inverted and len(behind.split()) <= 3:
        return _clean(f"{behind} {first}"), "", ""
    other = _clean(f"{behind} {first}") if len(behind.split()) == 1 else ""
    return _clean(first), other, behind


def _clean(text: str) -> str:
    words = re.sub(r"\s+", " ", _NOT_NAME.sub(" ", text)).strip(" -'’").split()
    while len(words) > 1 and words[0].lower().strip(".") in _BEFORE:
        words.pop(0)
    while len(words) > 2 and words[-1].lower().replace(".", "") in _AFTER:
        words.pop()
    return " ".join(words)


def bare_name(label: str) -> str:
    """A speaker label without company and decoration: `Roe, Jo (Acme)` -> `Jo Roe`."""
    return read_label(label).name


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """A word's spellings in plain letters: `Müller` is `muller` and `mueller`."""
    from anyascii import anyascii

    folded = unicodedata.normalize("NFC", word).casefold()
    spelled = re.sub(
        "[äöüøåæ]",
        lambda m: {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"}[m[0]],
        folded,
    )
    found = {re.sub(r"[^a-z0-9]", "", anyascii(w).lower()) for w in (folded, spelled)}
    return frozenset(found - {""})


def words_of(name: str) -> list[str]:
    """The words of a name; a particle and a hyphenated word count as parts of it."""
    return [w.strip(".'’") for w in re.split(r"[\s.]+", name) if w.strip(".'’")]


def _alike(a: str, b: str) -> bool:
    return bool(forms(a) & forms(b))


def _short(a: str, b: str) -> bool:
    """True if one is the other's initial or beginning (`J`, `Dan` and `Daniel`)."""
    return any(x.startswith(y) or y.startswith(x) for x in forms(a) for y in forms(b)) and (
        min(len(a), len(b)) == 1 or min(len(a), len(b)) >= 3
    )


def likeness(a: str, b: str) -> Likeness:
    """Can two names be one person's? `full`: given name and surname; `short`: surname and initial or short form.

    Names of one word are never alike: a first name alone tells nobody apart.
    """
    x, y = words_of(a), words_of(b)
    if len(x) < 2 or len(y) < 2:
        return "no"
    surnames = {p for p in (x[-1], *x[-1].split("-"))}, {p for p in (y[-1], *y[-1].split("-"))}
    if _alike(x[-1], y[-1]):
        whole = True
    elif any(_alike(p, q) for p in surnames[0] for q in surnames[1]):
        whole = False
    else:
        return "no"
    if _alike(x[0], y[0]):
        return "full" if whole else "short"
    return "short" if whole and _short(x[0], y[0]) else "no"


def is_generic(label: str) -> bool:
    """True for labels that a recorder gives to voices it doesn't know: `Speaker 1`, `Unknown`."""
    return bool(_GENERIC.match(label.strip()))


def first_name(name: str) -> str:
    """The first word of a name."""
    words = words_of(name)
    return words[0] if words else ""


def name_in_address(address: str) -> str:
    """The name that a mail address spells (`jo.roe@...` -> `Jo Roe`); empty if it spells none."""
    local = address.split("@", 1)[0].split("+", 1)[0]
    words = re.split(r"[._]", local)
    if local.lower() in ROLE_MAILBOX or len(words) != 2 or not all(w.isalpha() for w in words):
        return ""
    return " ".join(w.title() for w in words) if min(map(len, words)) > 1 else ""


def is_role_mailbox(address: str) -> bool:
    """True for addresses that several people write from: `info@`, `support@`."""
    local = address.split("@", 1)[0].lower()
    return local in ROLE_MAILBOX or re.split(r"[.+_-]", local)[0] in (
        "noreply",
        "info",
        "support",
        "no",
        "donotreply",
    )
