"""One value in many notations: equal ones agree, others do not; English and German."""

from __future__ import annotations

import pytest

from agent.verification import agreement, dates, quantities
from agent.verification.plain import make_plain

SAME = [
    ("€84,500", "84.5k euros"),
    ("1.234,56 EUR", "€1,234.56"),
    ("€1.2k", "1.200 Euro"),
    ("1,2 Mio. €", "1.2 million euros"),
    ("CHF 1.35m", "1.35 million Swiss francs"),
    ("12'500 CHF", "CHF 12,500"),
    ("12 000 dollars", "$12k"),
    ("USD 96,000", "$96k"),
    ("$0.10", "ten cents"),
    ("ten thousand pounds sterling", "£10,000"),
    ("2,5 Mrd. Euro", "€2.5bn"),
    ("half a million dollars", "$500,000"),
    ("five hundred bucks", "$500"),
    ("15 %", "fifteen percent"),
    ("15 %", "15 per cent"),
    ("15 Prozent", "15 pct"),
    ("0.5 %", "50 basis points"),
    ("50 %", "half"),
    ("80 %", "four fifths"),
    ("two thirds", "66.7 %"),
    ("a third", "33 percent"),
    ("four weeks", "28 days"),
    ("4-week", "four weeks"),
    ("vier Wochen", "4 weeks"),
    ("a fortnight", "14 days"),
    ("18 months", "a year and a half"),
    ("anderthalb Jahre", "18 months"),
    ("36 months", "three years"),
    ("90 days", "three months"),
    ("a quarter of an hour", "15 minutes"),
    ("half an hour", "30 minutes"),
    ("half a day", "12 hours"),
    ("two and a half days", "2.5 days"),
    ("24 hours", "one day"),
    ("net 45", "45 days"),
    ("week ten", "week 10"),
    ("a dozen", "12"),
    ("ein Dutzend", "twelve"),
    ("a couple of", "two"),
    ("twenty-two", "22"),
    ("einundzwanzig", "21"),
    ("zweitausendfünfhundert", "2,500"),
    ("one hundred and twenty", "120"),
    ("1.2 million", "1,200,000"),
    ("a hundred", "100"),
    ("4 to 6 weeks", "four-six weeks"),
    ("between 4 and 6 weeks", "4–6 weeks"),
    ("$10-12k", "$10,000 to $12,000"),
]
OTHER = [
    ("€84,500", "$84,500"),
    ("12k a month", "12k a year"),
    ("15 %", "51 %"),
    ("4 weeks", "4 months"),
    ("four weeks", "a month"),
    ("4 to 6 weeks", "5 weeks"),
    ("at least 40 users", "at most 40 users"),
    ("12 %", "$12"),
    ("1.234,56 EUR", "1.234,65 EUR"),
    ("a couple of", "three"),
    ("1,2 Mio. €", "12 Mio. €"),
]
SAME_DAY = [
    ("14 May", "May 14th"),
    ("2026-03-12", "12 March 2026"),
    ("12.03.2026", "12. März 2026"),
    ("am 12.03. um", "March 12"),
    ("03/12/2026", "12 March 2026"),
    ("12/03/2026", "12 March 2026"),
    ("the twenty-first of May", "May 21"),
    ("31 March", "end of March"),
    ("Q2 2026", "second quarter of 2026"),
    ("third quarter", "Q3"),
    ("3 pm", "15:00"),
    ("15 Uhr", "3 p.m."),
    ("Wednesdays", "Wednesday"),
    ("Mittwoch", "Wednesday"),
    ("Dezember 2026", "Dec 2026"),
    ("Sept. 4", "4 September"),
    ("12 March '26", "March 12, 2026"),
    ("March", "12 March 2026"),
    ("Tuesday", "2026-03-03"),
]
OTHER_DAY = [
    ("14 May", "May 24th"),
    ("14 May", "14 June"),
    ("12 March 2026", "12 March 2027"),
    ("Q2", "Q3"),
    ("3 pm", "4 pm"),
    ("Monday", "Tuesday"),
    ("31 March", "March"),
    ("30 March", "end of March"),
    ("Monday", "2026-03-03"),
]


def first_value(text: str) -> quantities.Quantity:
    return quantities.quantities(make_plain(text).text)[0]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_value_agrees(one: str, other: str) -> None:
    a, b = first_value(one), first_value(other)
    assert agreement.agrees(a, b), (a, b)
    assert agreement.agrees(b, a), (b, a)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_value_does_not(one: str, other: str) -> None:
    assert not agreement.agrees(first_value(one), first_value(other))


@pytest.mark.parametrize(("claim", "said"), SAME_DAY)
def test_the_same_time_agrees(claim: str, said: str) -> None:
    a, b = dates.whens(make_plain(claim).text)[0], dates.whens(make_plain(said).text)[0]
    assert dates.agrees(a, b), (a, b)


@pytest.mark.parametrize(("claim", "said"), OTHER_DAY)
def test_another_time_does_not(claim: str, said: str) -> None:
    a, b = dates.whens(make_plain(claim).text)[0], dates.whens(make_plain(said).text)[0]
    assert not dates.agrees(a, b), (a, b)


@pytest.mark.parametrize(
    "text", ["SOC2", "PL-2026-0417", "v3", "version SHA256 here", "support 24/7"]
)
def test_identifiers_are_no_values(text: str) -> None:
    assert quantities.quantities(text) == []
