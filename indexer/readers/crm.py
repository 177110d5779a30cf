"""What the CRM readers share: field values as text, times, names, and joins by id.

Owns no format. Values keep the source's words; only markup, trailing `.0` and empty values go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from indexer.models import FieldLocator, RawSegment
from indexer.readers.day_order import DayOrder
from indexer.readers.fields import MATTER, FieldMap
from indexer.readers.text import html_to_text

MARKUP = re.compile(
    r"</?(?:p|br|div|span|b|i|u|strong|em|ul|ol|li|a|table|tr|td|h[1-6]|html|body|font)\b[^>]*>",
    re.I,
)
ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#\d+|#x[0-9a-f]+);", re.I)
FREE_MAIL = frozenset({"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com"})


def plain(value: object) -> str:
    """A field's value as a person sees it; empty for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return "; ".join(filter(None, map(plain, value)))
    text = str(value).strip()
    if MARKUP.search(text) or ENTITY.search(text):
        text = html_to_text(text.replace("\n", "<br>") if not MARKUP.search(text) else text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\.0$", "", text) if re.fullmatch(r"-?\d{1,15}\.0", text) else text


def words(name: str) -> str:
    """An API name in words: `NextStep` -> `Next Step`, `Term_Months__c` -> `Term Months`."""
    bare = re.sub(r"__[cr]\b", "", name).replace("_", " ").replace(".", " ")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare).strip()


def when(value: object, day_first: bool | None = None) -> datetime | date | None:
    """A time as the source tells it: aware UTC if it names an offset, else just the date.

    `day_first` says how to read `3/4/2026`; None leaves a date that could be either unread.
    A time that no calendar holds is none.
    """
    text = str(value if value is not None else "").strip()
    try:
        return _when(text, day_first)
    except (OverflowError, ValueError, OSError):
        return None


def _when(text: str, day_first: bool | None) -> datetime | date | None:
    if re.fullmatch(r"\d{13}|\d{10}", text):
        seconds = int(text) / 1000 if len(text) == 13 else int(text)
        return datetime.fromtimestamp(seconds, UTC)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return _date(int(text[:4]), int(text[5:7]), int(text[8:]))
    if re.match(r"\d{4}-\d\d-\d\d[T ]", text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return _date(int(text[:4]), int(text[5:7]), int(text[8:10]))
        return moment.astimezone(UTC) if moment.tzinfo else moment.date()
    written = re.fullmatch(
        r"(?:\w+day, )?(\d{1,2} \w+ \d{4})(?: at|,)? (\d{1,2}:\d\d:\d\d(?: [AP]M)?) UTC", text
    )
    if written:
        clock = "%I:%M:%S %p" if written[2].endswith("M") else "%H:%M:%S"
        found = datetime.strptime(f"{written[1]} {written[2]}", f"%d %B %Y {clock}")
        return found.replace(tzinfo=UTC)
    return _local(text, day_first)


def _local(text: str, day_first: bool | None) -> date | None:
    match = re.match(r"(\d{1,2})([./])(\d{1,2})[./](\d{4})\b", text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first > 12:
        day_first = True
    elif second > 12 or first == second:
        day_first = False
    if day_first is None:
        return None
    return _date(year, second, first) if day_first else _date(year, first, second)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def deal_terms(fields: Mapping[str, str], names: FieldMap, order: DayOrder) -> dict[str, str]:
    """A deal's `meta` from its field map: what a handoff asks for, and its unmapped custom fields."""
    terms = names.by_term(fields)
    meta = {
        term: terms[term] for term in (*MATTER, "stage", "competitor", "csm") if terms.get(term)
    }
    if closed := meta.get("close_date"):
        meta["close_date"] = iso_day(closed, order.day_first)
    return meta


def iso_day(text: str, order: bool | None = None) -> str:
    """A day in whatever form as ISO; as it stands where it could be two or none."""
    at = when(text, order)
    return (at.date() if isinstance(at, datetime) else at).isoformat() if at else text


def domain(website_or_mail: str) -> str:
    """The domain of a website or mail address; empty for none and for free mail."""
    text = website_or_mail.strip().lower()
    if "@" in text:
        host = text.rsplit("@", 1)[1]
    else:
        try:
            host = urlsplit(text if "//" in text else "//" + text).hostname or ""
        except ValueError:
            host = ""
    host = host.removeprefix("www.")
    return host if "." in host and host not in FREE_MAIL else ""


def field_segment(
    record_type: str,
    name: str,
    value: str,
    at: datetime | date | None,
    speaker: str | None = None,
) -> RawSegment:
    """One field as a segment `Name: value`."""
    locator = FieldLocator(object=record_type, name=name, label=f"{record_type}.{words(name)}")
    return RawSegment(
        text=f"{name}: {value}", locator=locator, at=at, role="field", speaker=speaker
    )


def day(at: datetime | date | None) -> str:
    """`3 Feb 2026`, for labels; empty without a time."""
    return f"{at.day} {at:%b %Y}" if at else ""


def only(values: Iterable[str]) -> str:
    """The value, if all that are filled are the same one; else empty."""
    different = {value for value in values if value}
    return different.pop() if len(different) == 1 else ""
