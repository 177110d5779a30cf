"""The words and signs of units, English and German: currencies, parts of time, rates, periods."""

from __future__ import annotations

CURRENCIES = {
    "$": "$", "usd": "$", "dollar": "$", "dollars": "$", "bucks": "$", "€": "€", "eur": "€", "euro": "€", "euros": "€",
    "£": "£", "gbp": "£", "pound": "£", "pounds": "£", "sterling": "£", "chf": "chf", "franken": "chf", "francs": "chf", "franc": "chf", "¥": "¥", "jpy": "¥", "yen": "¥",
    "sek": "sek", "kronor": "sek", "nok": "nok", "dkk": "dkk", "kr": "kr", "kroner": "kr", "krona": "sek", "krone": "kr",
    "aud": "aud", "cad": "cad", "nzd": "nzd", "sgd": "sgd", "hkd": "hkd", "inr": "inr", "rupees": "inr", "pln": "pln", "zloty": "pln", "złoty": "pln",
    "czk": "czk", "huf": "huf", "forint": "huf", "brl": "brl", "reais": "brl", "zar": "zar", "rand": "zar", "aed": "aed", "dirham": "aed",
}  # fmt: skip
CENTS = {"cent", "cents", "pence"}
PERCENT = {"%", "percent", "prozent", "pct", "percentage"}
DAYS = {
    "minute": 1 / 1440, "min": 1 / 1440, "minuten": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "stunde": 1 / 24, "stunden": 1 / 24,
    "second": 1 / 86400, "sekunden": 1 / 86400, "sec": 1 / 86400,
    "fortnight": 14, "day": 1, "tag": 1, "tage": 1, "tagen": 1, "week": 7, "wk": 7, "wks": 7, "h": 1 / 24, "hrs": 1 / 24, "mins": 1 / 1440, "d": 1, "woche": 7, "wochen": 7,
}  # fmt: skip
MONTHS = {
    "month": 1, "mo": 1, "monat": 1, "monate": 1, "monaten": 1, "monats": 1, "quarter": 3, "quartal": 3, "quartale": 3, "year": 12, "yr": 12, "yrs": 12, "y": 12, "mos": 1, "mth": 1, "mths": 1,
    "jahr": 12, "jahre": 12, "jahren": 12,
}  # fmt: skip
RATES = {
    "year": "year", "annum": "year", "annually": "year", "yearly": "year", "annual": "year", "jahr": "year", "jährlich": "year", "pa": "year",
    "month": "month", "monthly": "month", "monat": "month", "monatlich": "month", "mo": "month", "week": "week", "weekly": "week",
    "day": "day", "daily": "day", "quarter": "quarter", "quarterly": "quarter",
}  # fmt: skip
PERIOD_DAYS = {
    "daily": 1.0, "day-to-day": 1.0, "day to day": 1.0, "weekly": 7.0, "biweekly": 14.0, "fortnightly": 14.0, "monthly": 30.0, "quarterly": 90.0, "yearly": 360.0, "annually": 360.0, "annual": 360.0,
    "täglich": 1.0, "wöchentlich": 7.0, "monatlich": 30.0, "vierteljährlich": 90.0, "jährlich": 360.0,
    "day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.0, "quarter": 90.0, "year": 360.0,
}  # fmt: skip
