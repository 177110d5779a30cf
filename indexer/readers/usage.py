"""Tells product usage from tables that people wrote: a log's rows would flood a brief.

Owns no format. Usage tables have a date, somebody or something that acted, what was done and how
often, under many names; a plan or price list has at most one of these and says more in its cells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

MANY_ROWS = 50
"""Up to so many rows a person may read them, and a brief cite them."""
WORDS_OF_A_NAME = 6

DATES = frozenset({
    "date", "day", "week", "weekstart", "month", "timestamp", "time", "datetime", "eventtime",
    "eventdate", "occurredat", "activitydate", "usagedate", "reportdate", "period", "createdat",
})  # fmt: skip
ACTORS = frozenset({
    "user", "userid", "useremail", "username", "email", "account", "accountid", "accountname",
    "workspace", "workspaceid", "org", "orgid", "organization", "tenant", "tenantid", "site", "team",
    "customer", "customerid", "seat", "device", "deviceid",
})  # fmt: skip
EVENTS = frozenset({
    "event", "eventname", "eventtype", "action", "feature", "featurename", "module", "metric", "page",
    "screen", "endpoint", "operation",
})  # fmt: skip
COUNT = re.compile(
    r"(?:\w*count|counts|events|total|sessions?|logins?|quantity|usage|hits|views|pageviews|requests"
    r"|calls|apicalls|minutes|duration\w*|active\w*|\w+users|dau|wau|mau|num\w+)"
)
_DAY = re.compile(
    r"\d{4}-\d\d(?:-\d\d)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{10}(?:\d{3})?$|\d{4}-?W\d\d"
)
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d+)*%?")


def machine_rows(rows: Sequence[Mapping[str, str]]) -> bool:
    """True for more than `MANY_ROWS` rows of product usage: cells by header, no header row."""
    if len(rows) <= MANY_ROWS:
        return False
    names: dict[str, str] = {}
    for row in rows:
        for header in row:
            names.setdefault(header, re.sub(r"[\W_]", "", header.lower()))
    dated = [h for h, name in names.items() if name in DATES and _most(rows, h, _DAY)]
    counted = [h for h, name in names.items() if COUNT.fullmatch(name) and _most(rows, h, _NUMBER)]
    acting = any(name in ACTORS for name in names.values())
    doing = any(name in EVENTS for name in names.values())
    if not dated or acting + doing + bool(counted) < 2:
        return False
    return all(_terse(rows, header) for header in names)


def _most(rows: Sequence[Mapping[str, str]], header: str, pattern: re.Pattern[str]) -> bool:
    """True if nine of ten cells of a column begin as the pattern says."""
    filled = [row[header] for row in rows if row.get(header)]
    return sum(bool(pattern.match(cell)) for cell in filled) >= max(1, 0.9 * len(rows))


def _terse(rows: Sequence[Mapping[str, str]], header: str) -> bool:
    """True if a column holds names and numbers, not sentences."""
    wordy = sum(len(row.get(header, "").split()) > WORDS_OF_A_NAME for row in rows)
    return wordy <= 0.02 * len(rows)
