"""Companies as sources name them: legal forms, mail domains, free mail."""

from __future__ import annotations

import re
import unicodedata

FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "outlook.de", "hotmail.com", "hotmail.co.uk", "hotmail.de", "hotmail.fr",
    "live.com", "msn.com", "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com", "icloud.com", "me.com", "mac.com",
    "aol.com", "gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "web.de", "freenet.de", "t-online.de", "arcor.de",
    "proton.me", "protonmail.com", "pm.me", "tutanota.com", "mail.com", "email.com", "zoho.com", "fastmail.com", "hey.com",
    "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "libero.it", "virgilio.it", "bluewin.ch", "mail.ru",
    "yandex.ru", "yandex.com", "qq.com", "163.com", "126.com", "naver.com", "btinternet.com", "comcast.net", "verizon.net",
    "att.net", "sbcglobal.net", "cox.net", "bigpond.com", "rediffmail.com", "uol.com.br", "terra.com.br", "seznam.cz",
    "wp.pl", "o2.pl", "interia.pl", "posteo.de", "mailbox.org",
})  # fmt: skip
_LEGAL_FORMS = frozenset({
    "inc", "incorporated", "llc", "llp", "lp", "ltd", "limited", "corp", "corporation", "co",
    "company", "pc", "plc", "pty", "gmbh", "ag", "kg", "kgaa", "se", "ug", "ohg", "sa", "sas",
    "sarl", "sl", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps",
})  # fmt: skip
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu"})


def company_key(name: str) -> str:
    """A company's name for comparison: `Acme, Inc.`, `ACME Inc` and `Acme` are one."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace(".", "")
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = [word for word in re.findall(r"\w+", letters) if word not in ("and", "und")]
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def domain_of(email: str | None) -> str | None:
    """The mail domain, lower case; None without an address or for free-mail domains."""
    if not email or "@" not in email:
        return None
    domain = email.rsplit("@", 1)[1].strip(" >").lower()
    return None if domain in FREE_MAIL else domain


def domain_label(domain: str) -> str:
    """The part of a domain that names its owner: `mail.acme.co.uk` -> `acme`."""
    parts = domain.split(".")[:-1] or [domain]
    if len(parts) > 1 and parts[-1] in _SECOND_LEVEL:
        parts.pop()
    return re.sub(r"[^a-z0-9]", "", parts[-1])


def names_company(company: str, domain: str) -> bool:
    """True if a domain is a company's by its name: `Acme Foods` and `acmefoods.com` or `acme.com`."""
    key = re.sub(r"[^a-z0-9]", "", company_key(company))
    label = domain_label(domain)
    first = (
        re.sub(r"[^a-z0-9]", "", company_key(company).split(" ")[0]) if company_key(company) else ""
    )
    if len(key) < 3 or len(label) < 3:
        return bool(key) and key == label
    return key == label or (len(first) > 2 and first == label) or (
        len(label) > 4 and key.startswith(label)) or (len(key) > 4 and label.startswith(key))  # fmt: skip


def same_domain(domain: str, known: str) -> bool:
    """True for the domain itself and what is below it: `eu.acme.com` is `acme.com`'s."""
    return domain == known or domain.endswith("." + known)
