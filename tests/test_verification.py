"""The verifier: verdicts with their reasons, moods, speakers, hostile texts, the mutation test, `baton verify`."""

from __future__ import annotations

import json
import string
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from agent.verification.plain import make_plain
from agent.verification.statements import Source, statements
from agent.verification.words import stem
from agent.verify import MAX_CLAIM_CHARS, verify
from eval.benchmarks import contractnli, ragtruth_qa, summedits
from eval.benchmarks.abstention import run_abstention
from eval.benchmarks.items import auroc, balanced, first_sources, is_tuned
from eval.benchmarks.run import ADAPTERS, run_benchmark
from eval.mutation import PARTS, invented, of_brief, paraphrases, run
from indexer.adapted import VECTOR_SIZE, Pair
from indexer.answer_head import TOKEN_SIZE, Packed
from indexer.embed import Vectors
from indexer.errors import InputError
from indexer.store import Store
from prompts.lexicon import lexicon

CALL = """Marta Kowal (customer): We need SSO for all 40 users, and the rollout can't take longer than six weeks.
Jonas Weber (vendor): The rollout takes four weeks. Is SCIM important to you?
Marta Kowal (customer): Not now. What if we bought the analytics module next year?
Jonas Weber (vendor): Another customer of ours got 20 percent off for that. I promise you a named engineer."""


@pytest.mark.parametrize(
    ("claim", "verdict", "why"),
    [
        ("The rollout takes 4 weeks", "supported", "carry it"),
        ("The rollout takes nine weeks", "altered", "the claim says nine weeks"),
        ("Marta Kowal needs SSO for forty users", "supported", "carry it"),
        ("Marta Kowal needs SSO for fourteen users", "altered", "says 40 users"),
        ("Marta Kowal needs LDAP for 40 users", "altered", "does not name LDAP"),
        ("Jonas Weber needs SSO for all users", "misattributed", "Marta Kowal says this"),
        ("The customer promised a named engineer", "misattributed", "the vendor says this"),
        ("The rollout does not take four weeks", "contradicted", "yes or no"),
        ("They bought the analytics module", "unsupported", "only asks"),
        ("Analytics costs 20 percent less", "unsupported", "another customer"),
        ("Penguins swim across frozen oceans", "unsupported", "most of the claim's words"),
    ],
)
def test_each_verdict_says_why(claim: str, verdict: str, why: str) -> None:
    finding = verify(claim, [CALL])
    assert (finding.verdict, why in finding.why) == (verdict, True), finding


@pytest.mark.parametrize(
    ("evidence", "claim", "why"),
    [
        ("Do you include training?", "Training is included", "only asks"),
        ("Maybe we add a second site.", "We add a second site", "supposes"),
        ("If you sign by Friday, we waive the fee.", "We waive the fee", "condition"),
        ("I heard the budget is frozen.", "The budget is frozen", "hearsay"),
        ("One of our other clients cut costs by half.", "The client cut its costs", "somebody else"),
        ("We offer a discount. Scratch that, the discount is gone.", "We offer a discount", "takes this back"),
        ("It takes six, no, eight weeks.", "It takes six weeks", "takes this back"),
        ("Vielleicht starten wir im Mai.", "Wir starten im Mai", "supposes"),
        ("It polls every five minutes and it never writes.", "It polls and writes every five minutes", "yes or no"),
        ("I wrote off a hundred and forty thousand dollars.", "The write-off was $40,100", "does not say"),
        ("We put it in in twenty twenty three.", "They put it in in 2022", "2022"),
        ("We start in May, and if you sign by Friday we waive the fee.", "The fee is waived", "condition"),
        ("The first year costs $3,720.00 in all.", "The first year costs $8713,720.00 in all", "8713,720.00"),
        ("She called on 6/2/2026 about the key.", "She called on 8713/2/2026 about the key", "8713/2/2026"),
        ("The board meets on June 22, not the 29th.", "The board meets on June 29", "June"),
    ],
)  # fmt: skip
def test_what_is_not_stated_is_not_supported(evidence: str, claim: str, why: str) -> None:
    finding = verify(claim, [evidence])
    assert finding.verdict != "supported"
    assert why in finding.why, finding


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("Do you include training?\nYes, it is included.", "Training is included"),
        ("Maybe we add a second site.", "They might add a second site"),
        ("If you sign by Friday, we waive the fee.", "The fee is waived if they sign by Friday"),
        ("It takes six, no, eight weeks.", "It takes eight weeks"),
        ("We need six weeks. Scratch that, eight weeks.", "We need eight weeks"),
        ("The connector is not included.", "The connector is excluded"),
        ("Credits never exceed 15 % a month.", "Credits are capped at fifteen percent monthly"),
        (
            "It polls every five minutes and it never changes anything.",
            "It polls every five minutes",
        ),
        (
            "By May we want all sites on it, because after that we don't change anything.",
            "They want all sites on it by May",
        ),
        (
            "It comes from the north office, and if you get that wrong you will hear of it.",
            "It comes from the north office",
        ),
        (
            "I can't tell you if the gauge was in calibration.",
            "Nobody can tell whether the gauge was in calibration",
        ),
        ("We lost two point three million a year.", "They lost $2.3M a year"),
        ("I wrote off a hundred and forty thousand dollars.", "The write-off was $140,000"),
        ("We put it in in twenty twenty three.", "They put it in in 2023"),
        ("It is ledger account sixty one forty.", "The ledger account is 6140"),
        ("They are on the phone till ten thirty.", "They are on the phone until 10:30"),
        ("Sign by tomorrow, the twenty seventh.", "They are to sign by February 27"),
        ("The partners voted on 3/3.", "The partners voted on March 3"),
        ("The scorecards are included at no charge.", "The scorecards are free and included"),
    ],
)
def test_what_is_said_in_other_words_is_supported(evidence: str, claim: str) -> None:
    finding = verify(claim, [evidence])
    assert finding.verdict == "supported", finding


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("Delivery takes ten working days.", "Delivery takes two weeks"),
        ("They lose a quarter of a million a year.", "They lose 250,000 a year"),
        ("The budget is one and a half million.", "The budget is 1.5m"),
        ("It takes 3½ weeks.", "It takes three and a half weeks"),
        ("Das dauert zweieinhalb Wochen.", "It takes two and a half weeks"),
        ("Four in ten orders are late.", "40 percent of the orders are late"),
        ("Every sixth order is late.", "One in six orders is late"),
        ("Costs rose by a quarter.", "Costs rose 25 percent"),
        ("The cap is 1.5 times the annual fee.", "The cap is 150% of the annual fee"),
        ("The fee is 240 a year.", "The fee is 20 a month"),
        ("The call is at half past two.", "The call is at 2:30 pm"),
        ("We close at six.", "They close at 6 pm"),
        ("Der Start ist zum 1.9. geplant.", "Der Start ist für den 1. September geplant"),
        ("The audit is in the second half of 2028.", "The audit is in H2 2028"),
        ("It has to be done by the end of Q1.", "It has to be done by the end of March"),
        ("We meet once a fortnight.", "They meet every two weeks"),
        ("Term (months): 24.", "The term is two years"),
        ("Es kostet 5 T€ im Jahr.", "It costs 5k euros a year"),
    ],
)
def test_numbers_and_times_in_other_notations_are_the_same(evidence: str, claim: str) -> None:
    assert verify(claim, [evidence]).verdict == "supported", verify(claim, [evidence])


@pytest.mark.parametrize(
    ("evidence", "claim", "other"),
    [
        ("We can't accept that clause.", "The clause is unacceptable", "The clause is acceptable"),
        ("The desktop client is discontinued.", "There is no desktop client any more", "The desktop client is still offered"),
        ("Neither party may assign this without prior consent.", "Assigning this takes prior consent", "Assigning this does not take prior consent"),
        ("The tablets are waterproof. They're not.", "The tablets are not waterproof", "The tablets are waterproof"),
        ("They use Okta, not Azure.", "They use Okta instead of Azure", "They use Azure instead of Okta"),
        ("The board has yet to approve the budget.", "The board has not approved the budget", "The board has approved the budget"),
        ("Training is included, travel is not.", "Travel is not included", "Travel is included"),
        ("Without SSO we can't go live.", "SSO is a precondition of going live", "They can go live without SSO"),
        ("Ms Roth supports the project.", "Ms Roth is in favour of the project", "Ms Roth opposes the project"),
        ("The pilot runs in spring.", "The pilot runs in spring", "The pilot runs in autumn"),
        ("They took the medium package.", "They chose the medium package", "They chose the large package"),
        ("From: Ana Ruiz\nTo: Ben Holt\nHi Ben, we need thirty days.", "Ana Ruiz needs thirty days", "Ben Holt needs thirty days"),
        ("The forklifts in the northern hall are charged every night by Otto.",
         "The forklifts in the northern hall are charged every night by Otto",
         "The forklifts in the northern hall are washed every night by Otto"),
    ],
)  # fmt: skip
def test_a_claim_passes_and_its_opposite_does_not(evidence: str, claim: str, other: str) -> None:
    assert verify(claim, [evidence]).verdict == "supported", verify(claim, [evidence])
    assert verify(other, [evidence]).verdict != "supported", other


@pytest.mark.parametrize(
    ("evidence", "claim", "other"),
    [
        ("The mill has 40 looms; 14 are down.", "The mill ends up with 26 looms", "The mill ends up with 36 looms"),
        ("Turnaround went from 9 to 6.5 days.", "Turnaround is 2.5 days faster", "Turnaround is 2.5 days slower"),
        ("The ferry lends us two pilots for at least nine hours a week each.", "The ferry lends two pilots for a combined eighteen hours a week", "The ferry lends two pilots for a combined twenty hours a week"),
        ("300 of 400 nurses use it weekly.", "75% of the nurses use it weekly", "65% of the nurses use it weekly"),
        ("(a) The yard stays open. (b) Cranes may be hired if the yard is full.", "The yard stays open", "The yard stays closed"),
        ("Not included: catering, travel, translation.", "Travel and translation are not included", "Travel and translation are included"),
        ("Order No. K-88. Included: the annual inspection.", "The annual inspection is included", "The annual inspection is not included"),
        ("The union wants the shift plan before 3 May.", "The union wants the shift plan before May 3", "The union wants the shift plan after May 3"),
        ("All vans have trackers. Scrap is to fall from 8 to 3 percent.", "Scrap is to fall from 8 to 3 percent", "Scrap is to rise from 8 to 3 percent"),
        ("Greta Ohm, head of quality, found us.", "Greta Ohm, who heads quality, found us", "Greta Ohm, who heads logistics, found us"),
        ("Disputes are settled under Danish law in Odense.", "Danish law applies to disputes, in Odense", "Swedish law applies to disputes, in Odense"),
        ("The audit log is part of the basic plan.", "The audit log is in the basic plan", "The audit log is in the premium plan"),
        ("The kiln fires at 900 degrees for eleven hours. Drying takes three hours.", "Drying takes three hours", "Drying takes eleven hours"),
        ("The pilot ends on 4 June. The board meets on 9 July.", "The board meets on July 9", "The board meets on June 4"),
        ("1. Who hosts it? The supplier. 2. Recovery takes 2 hours. 3. Keys rotate monthly.", "Recovery takes two hours", "Recovery takes three hours"),
        ("Do you hold the permit? Not yet.", "They do not hold the permit so far", "They hold the permit"),
    ],
)  # fmt: skip
def test_what_is_typed_is_strict_and_what_follows_from_it_is_carried(
    evidence: str, claim: str, other: str
) -> None:
    assert verify(claim, [evidence]).verdict == "supported", verify(claim, [evidence])
    assert verify(other, [evidence]).verdict != "supported", other


def test_a_word_of_the_lexicon_stands_in_one_group() -> None:
    """A word of two groups would make their words mean the same."""
    strays = [w for group in lexicon("same") for w in group if stem(w) != stem(group[0])]
    assert len(strays) <= 16, strays


def test_most_of_what_nobody_said_is_refused() -> None:
    """Invented claims without a figure or a name; the goal is all of them (see eval/RESULTS.md)."""
    tally = run(invented(), verify)
    assert tally.mutants >= 40
    assert tally.refused >= 0.86 * tally.mutants, tally.missed_mutants


def test_the_score_grades_what_the_verdict_decides() -> None:
    """Rare words that stand nowhere cost more than common ones; free prose is refused by its score alone."""
    source = "Tides rise and fall twice a day. If the moon is new, spring tides follow."
    common = verify("Tides rise and fall twice a day for people", [source])
    rare = verify("Tides rise and fall twice a day in Archimedean estuaries", [source])
    nowhere = verify("Penguins swim across frozen oceans", [source])
    assert 1 >= common.score > rare.score > nowhere.score == 0
    said = [verify("Spring tides follow", [source], prose=p).verdict for p in (False, True)]
    assert said == ["unsupported", "supported"]
    assert verify("Penguins swim across frozen oceans", [source], prose=True).verdict == "unsupported"  # fmt: skip


def test_a_company_is_spoken_of_by_its_own_people() -> None:
    we = Source(text="We've got four branches.", speaker="Ines Vogt", about="Tarn Robotics")
    assert verify("Tarn Robotics has four branches.", [we]).verdict == "supported"
    told = Source(text="I promise a named engineer.", speaker="Ines Vogt", about="Paul Okoro")
    assert verify("Paul Okoro promises a named engineer.", [told]).verdict == "misattributed"


def test_speaker_and_kind_of_paper_come_with_the_source() -> None:
    quote = Source(
        text="I own the budget.",
        speaker="Ines Vogt",
        about="Ines Vogt Tom Ash",
        origin=frozenset({"mail"}),
    )
    assert verify("Ines Vogt owns the budget", [quote]).verdict == "supported"
    assert verify("Tom Ash owns the budget", [quote]).verdict == "misattributed"
    assert verify("Ines Vogt on the budget", [quote]).verdict == "supported"
    assert verify("The CRM says who owns the budget", [quote]).verdict == "misattributed"


def test_support_points_at_the_words_as_given() -> None:
    source = "Intro.\u00a0…  The “rollout” takes four\u00a0weeks – no more. Bye."
    finding = verify("The rollout takes 4 weeks", ["Nothing here.", source])
    assert [(s.source, source[s.start : s.end]) for s in finding.support] == [
        (1, "The “rollout” takes four\u00a0weeks – no more.")
    ]


def test_each_claim_is_judged_alone() -> None:
    alone = verify("The rollout takes 4 weeks", [CALL])
    verify("The rollout takes 5 weeks", [CALL])
    assert verify("The rollout takes 4 weeks", [CALL]) == alone


# --- the mutation test ---


@pytest.mark.parametrize(
    ("part", "accepted", "refused"),
    [
        (1, 0.98, 0.94),
        (2, 0.96, 0.94),
        (3, 0.95, 0.88),
        (4, 0.95, 0.95),
        (5, 0.89, 0.87),
        (6, 0.94, 0.87),
        (7, 0.79, 0.85),
        (8, 0.77, 0.73),
        (10, 0.79, 0.82),
        (11, 0.85, 0.79),
    ],
)
def test_written_paraphrases_and_their_mutants(part: int, accepted: float, refused: float) -> None:
    """Floors are what the rules reach; the goal is 0.98 of both (see eval/RESULTS.md)."""
    tally = run(paraphrases(part), verify)
    print(f"paraphrases {part}: {tally.line()}, missed {tally.missed_kinds}")
    assert tally.accepted >= accepted * tally.claims, tally.rejected_claims
    assert tally.refused >= refused * tally.mutants, tally.missed_mutants


def test_the_even_places_of_file_9_keep_what_was_reached() -> None:
    tally = run(paraphrases(9, "even"), verify)
    assert tally.accepted >= 0.87 * tally.claims, tally.rejected_claims
    assert tally.refused >= 0.85 * tally.mutants, tally.missed_mutants
    assert len(paraphrases(9, "even")) + len(paraphrases(9, "odd")) == len(paraphrases(9)) == 80


@pytest.mark.parametrize(("part", "accepted", "refused"), [(9, 32, 84), (12, 49, 167)])
def test_held_out_paraphrases_keep_what_was_reached(part: int, accepted: int, refused: int) -> None:
    """Only totals: their claims and failures are not shown, so that nothing is fitted to them."""
    tally = run(paraphrases(part, "odd" if part == 9 else "all"), verify)
    totals = (tally.accepted, tally.refused)
    assert totals[0] >= accepted, totals
    assert totals[1] >= refused, totals


ABBEY = (
    "Hello Mette,\nthe cellar crew counted the barrels. Please strike the barrel ledger module from the offer, the "
    "abbey keeps its own. Delivery of the racks is on the 6th, of the pumps on the 9th. The pump engineer comes at no "
    "extra charge. We got an additional 9k for this season. Lease of the press is 310 a month. I still need the prior's "
    "approval for it. Sunday tours are unwelcome.\nAnselm Ketterer"
)
"""Another trade, and none of the words of the written paraphrases."""


@pytest.mark.parametrize(
    ("true", "altered"),
    [
        ("The barrel ledger module is to be left out.", "The cheese ledger module is to be left out."),
        ("Anselm Ketterer wrote that the cellar crew counted the barrels.", "Mette wrote that the cellar crew counted the barrels."),
        ("The pumps are delivered three days later than the racks, on the 9th.", "The pumps are delivered five days later, on the 9th."),
        ("The pump engineer comes free of charge.", "The pump engineer comes for a charge."),
        ("An additional 9k was granted for this season.", "The season's money was cut by 9k."),
        ("The lease of the press costs 310 monthly.", "The lease of the press costs 310 weekly."),
        ("The prior's approval is still needed.", "The prior's approval had been granted."),
        ("Sunday tours are not welcome.", "Sunday tours are welcome."),
    ],
)  # fmt: skip
def test_each_way_of_altering_is_seen_in_another_trade(true: str, altered: str) -> None:
    assert verify(true, [ABBEY]).verdict == "supported", verify(true, [ABBEY]).why
    assert verify(altered, [ABBEY]).verdict != "supported"


DAIRY = """From: Ilze Krauja
To: Bo Sandahl
Subject: churn line

Bo, to sum up before your visit: the butter churns run hot and the herdsmen are fed up with the noise. We pushed the switch of the milk pumps back to 14 and 15 Sept. The loyalty points are kept for a year. The vet needs the fodder report in april. Hygiene officer: tbd. Hauling costs nothing. Tolls are not included."""
HANDLES = """milda.k: the crane inspector signed the slip
bo.s: does that cover the ramp too
milda.k: no, only the hoist. I'll send the sketch on fri 12
bo.s: fine"""
"""A letter and a chat of other trades."""


@pytest.mark.parametrize(
    ("source", "true", "altered"),
    [
        (DAIRY, "Ilze Krauja writes that the butter churns run hot.", "Bo Sandahl writes that the butter churns run hot."),
        (DAIRY, "The herdsmen are unhappy about the noise.", "The herdsmen are pleased about the noise."),
        (DAIRY, "The switch of the milk pumps was postponed.", "The switch of the milk pumps was brought forward."),
        (DAIRY, "The milk pumps are switched on 14 and 15 September.", "The milk pumps are switched on 13 and 15 September."),
        (DAIRY, "Loyalty points are retained for a year.", "Loyalty points are wiped after a year."),
        (DAIRY, "In April the vet needs the fodder report.", "In May the vet needs the fodder report."),
        (DAIRY, "No hygiene officer has been named.", "A hygiene officer has been named."),
        (DAIRY, "Hauling is free.", "Hauling is billed separately."),
        (DAIRY, "Tolls cost extra.", "Tolls are included."),
        (HANDLES, "Milda will send the sketch on Friday.", "Bo will send the sketch on Friday."),
        (HANDLES, "The inspector of the crane signed the slip.", "The inspector of the tram signed the slip."),
    ],
)  # fmt: skip
def test_more_ways_of_altering_are_seen_in_other_trades(
    source: str, true: str, altered: str
) -> None:
    assert verify(true, [source]).verdict == "supported", verify(true, [source]).why
    assert verify(altered, [source]).verdict != "supported"


@pytest.mark.parametrize(
    ("claim", "contradicts"),
    [
        ("Rents rise from 12 to 9.", True),
        ("Rents rise from 9 to 12.", False),
        ("Rents drop to 12 from 9.", True),
        ("Rents drop to 9 from 12.", False),
        ("The fair was delayed from May to March.", True),
        ("The fair was delayed from March to May.", False),
    ],
)
def test_a_claim_goes_the_way_that_its_own_two_values_go(claim: str, contradicts: bool) -> None:
    assert ("of its own" in verify(claim, [claim]).why) == contradicts


def test_a_form_has_fields_and_no_speakers() -> None:
    form = "Lead Source: harvest show\nHay Barns: 3\nClose Reason: price\nMilk Buyer: Aldona Rimkus"
    assert {s.speaker for s in statements([Source(text=form)])} == {""}


def test_groups_of_sides_and_kinds_are_well_formed() -> None:
    for part in ("sides", "kinds"):
        for line in lexicon(part):
            halves = " ".join(line).split(" | ")
            assert len(halves) == 2 or (part == "kinds" and len(halves) > 2), line
            assert all(word.strip() for half in halves for word in half.split(", ")), line


def test_a_topic_put_as_a_question_is_answered_by_the_next_turn() -> None:
    call = "Ruta Balode (customer): The looms are fine.\nEwan Pask (vendor): And night shifts?\nRuta Balode (customer): Not in July, that is our holiday."
    assert verify("Night shifts in July were ruled out.", [call]).verdict == "supported"
    assert verify("Night shifts in July were agreed.", [call]).verdict != "supported"


def test_what_cannot_be_promised_is_what_was_spoken_of() -> None:
    call = (
        "Ewan Pask (vendor): A Latvian manual is on our list for autumn, but I can't promise that."
    )
    assert verify("Ewan Pask made no promise of a Latvian manual.", [call]).verdict == "supported"
    assert verify("Ewan Pask promised a Latvian manual.", [call]).verdict != "supported"


def test_there_are_enough_paraphrases_and_mutants() -> None:
    found = [s for part in PARTS for s in paraphrases(part)]
    assert len(found) >= 300
    assert sum(len(s.mutants) for s in found) >= 700


def test_claims_of_a_brief_are_altered_one_thing_at_a_time() -> None:
    quote = "We pay 40,000 euros a year and Nadia Brandt signs it in May."
    citation = {
        "quote": quote,
        "speaker": "Ines Vogt",
        "side": "customer",
        "artifact": "a.eml",
        "locator": {"label": "mail"},
    }
    other = citation | {"speaker": "Tom Ash", "quote": "It is included."}
    claims = [
        {"text": "Ines Vogt on the budget", "citations": [citation]},
        {"text": "Tom Ash on scope", "citations": [other]},
    ]
    subjects = of_brief({"claims": claims})
    assert {m.kind for s in subjects for m in s.mutants} == {
        "speaker",
        "number",
        "date",
        "name",
        "negation",
    }
    tally = run(subjects, verify)
    assert (tally.accepted, tally.refused) == (tally.claims, tally.mutants), tally


# --- hostile texts ---

HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from(string.printable + "…“”‘’–—½€£\u202e\u200b\u0301אבג٣"), st.characters()
    ),
    max_size=300,
)


@settings(max_examples=150, deadline=None, database=None)
@given(claim=HOSTILE, source=HOSTILE)
def test_no_text_breaks_it(claim: str, source: str) -> None:
    finding = verify(claim, [source, ""])
    assert 0 <= finding.score <= 1
    assert finding.why
    for span in finding.support:
        assert 0 <= span.start < span.end <= len((source, "")[span.source])


@settings(max_examples=100, deadline=None, database=None)
@given(text=HOSTILE)
def test_plain_text_keeps_its_places(text: str) -> None:
    plain = make_plain(text)
    for start in range(0, len(plain.text), 7):
        first, last = plain.original(start, start + 1)
        assert 0 <= first < last <= len(text)
    assert all(text[s.start : s.end].strip() for s in statements([Source(text=text)]))


@pytest.mark.parametrize("claim", ["", "   ", "?!…", "\u202e\u200b"])
def test_a_claim_without_words_is_unsupported(claim: str) -> None:
    assert verify(claim, ["Some words."]).verdict == "unsupported"


@pytest.mark.parametrize("sources", [[], [""], ["...", " \n "]])
def test_no_evidence_supports_nothing(sources: list[str]) -> None:
    assert verify("The rollout takes 4 weeks", sources).verdict == "unsupported"


def test_an_endless_claim_is_refused() -> None:
    finding = verify("word " * MAX_CLAIM_CHARS, ["word"])
    assert "longer than" in finding.why


@pytest.mark.parametrize(
    "unit", ["1 to ", "A: b\n", "e\u0301", "a", "2026 ", "We pay 12,000 euros. "]
)
def test_a_megabyte_is_read_in_seconds(unit: str) -> None:
    """Processor time, so that a busy machine doesn't fail it."""
    start = time.process_time()
    verify("The rollout takes six weeks and costs 12,500 euros", [unit * (1_000_000 // len(unit))])
    assert time.process_time() - start < 12


# --- the command ---


def run_verify(tmp_path: Path, text: str, *options: str) -> tuple[int, str, str]:
    from app.cli import app

    path = tmp_path / "claims.jsonl"
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(
        app, ["verify", "--claims", str(path), "--home", str(tmp_path), *options]
    )
    return done.exit_code, done.stdout, str(done.exception or "")


def test_verify_answers_line_by_line(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "claim": "The rollout takes 4 weeks", "sources": [CALL]},
        {"id": "b", "claim": "The rollout takes 9 weeks", "sources": [CALL]},
        {"claim": "Nothing", "sources": []},
    ]
    code, out, _ = run_verify(tmp_path, "\n".join(map(json.dumps, rows)), "--format", "json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [a["id"] for a in answers] == [1, "b", None]
    assert [a["verdict"] for a in answers] == ["supported", "altered", "unsupported"]
    assert all(set(a) == {"id", "verdict", "score", "why", "support"} for a in answers)
    assert CALL[answers[0]["support"][0]["start"] :].startswith("The rollout takes four weeks")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{broken", "line 2 is not JSON"),
        ('{"id": 1}', 'line 2 has no "claim"'),
        ('{"claim": "x", "sources": "text"}', '"sources" is not a list'),
        ("[" * 100_000, "line 2 is not JSON"),
    ],
)
def test_a_bad_line_is_named_after_the_good_ones_are_answered(
    tmp_path: Path, line: str, why: str
) -> None:
    good = json.dumps({"id": 1, "claim": "It rains", "sources": ["It rains."]})
    code, out, error = run_verify(tmp_path, f"{good}\n{line}\n", "--format", "json")
    assert code == 1
    assert json.loads(out.splitlines()[0])["verdict"] == "supported"
    assert why in error


def test_verify_for_people_shows_the_words(tmp_path: Path) -> None:
    row = json.dumps({"claim": "It rains", "sources": ["It rains.\x1b[2J"]})
    code, out, _ = run_verify(tmp_path, row)
    assert code == 0
    assert "supported" in out
    assert "“It rains." in out
    assert "\x1b" not in out


def test_free_prose_is_refused_by_its_score_only(tmp_path: Path) -> None:
    row = {"id": 1, "claim": "Spring tides follow", "sources": ["If the moon is new, spring tides follow."]}  # fmt: skip
    said = [
        json.loads(run_verify(tmp_path, json.dumps(row), "--format", "json", *more)[1])["verdict"]
        for more in ((), ("--prose",))
    ]
    assert said == ["unsupported", "supported"]


# --- the benchmarks ---


def test_scores_are_computed_as_named() -> None:
    assert auroc([(True, 0.9), (True, 0.6), (False, 0.6), (False, 0.1)]) == 0.875
    assert balanced([(True, True), (True, False), (False, False)]) == 0.75
    shares = [is_tuned(f"source-{n}") for n in range(1000)]
    assert 600 < sum(shares) < 800


def test_benchmark_folders_are_read_and_scored(tmp_path: Path) -> None:
    held = next(f"s{n}" for n in range(100) if not is_tuned(f"s{n}"))
    tuned = next(f"s{n}" for n in range(100) if is_tuned(f"s{n}"))
    texts = [{"source_id": s, "text": CALL, "task": "sales_call"} for s in (held, tuned)]
    claims = [
        {"id": f"{s}{v}", "source": s, "claim": f"The rollout takes {v} weeks", "label": label, "task": "sales_call", "checkable": True}
        for s in (held, tuned)
        for v, label in (("4", "supported"), ("7", "unsupported"))
    ]  # fmt: skip
    for name, rows in (("sources", texts), ("claims", claims)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    def judge(claim: str, sources: object) -> tuple[str, float]:
        finding = verify(claim, list(sources))  # type: ignore[call-overload]
        return finding.verdict, finding.score

    for name in ("summedits", "ragtruth_qa"):
        lines = run_benchmark(name, tmp_path, judge, lambda _done, _all: None)
        assert lines[0].value == 1.0
        assert lines[0].items == 2
    with pytest.raises(InputError, match="no benchmark"):
        run_benchmark("nonsense", tmp_path, judge, lambda _done, _all: None)
    with pytest.raises(InputError, match="can't be read"):
        run_benchmark("contractnli", tmp_path, judge, lambda _done, _all: None)
    assert set(ADAPTERS.values()) == {contractnli, ragtruth_qa, summedits}


class _Words:
    """Stands in for the answer head: a passage supports a question by the words they share."""

    name = "words"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def vectors(self, passages: Sequence[Pair]) -> list[Packed]:
        self.texts += [text for _, text in passages]
        row = np.concatenate([np.zeros(VECTOR_SIZE, np.float16).view(np.uint8), np.zeros(TOKEN_SIZE, np.uint8)])  # fmt: skip
        return [row for _ in passages]

    def support(self, question: str, passages: object) -> Vectors:
        asked = set(question.lower().split())
        return np.array([len(asked & set(t.lower().split())) / len(asked) for t in self.texts], np.float32)  # fmt: skip


def test_abstention_counts_refusals_and_contradictions(tmp_path: Path) -> None:
    held = next(f"c{n}" for n in range(100) if not is_tuned(f"c{n}"))
    segments = [
        {"id": "m1", "speaker": "user", "text": "I have never used the Flask routes of this project."},
        {"id": "m2", "speaker": "user", "text": "I used the Flask routes of this project for the homepage."},
        {"id": "m3", "speaker": "assistant", "text": "The sprint ends on March 29."},
    ]  # fmt: skip
    queries = [
        {"query": "when does the sprint ends on", "label": "answerable", "gold": ["m3"]},
        {"query": "which colour has grandmother's bicycle", "label": "unanswerable", "gold": []},
        {"query": "used the flask routes", "label": "contradictory", "gold": ["m1"], "sides": [["m1"], ["m2"]]},
    ]  # fmt: skip
    rows = [{"qid": str(n), "corpus_id": held, **q} for n, q in enumerate(queries)]
    (tmp_path / "corpora.jsonl").write_text(json.dumps({"corpus_id": held, "segments": segments}), "utf-8")  # fmt: skip
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    store, head = Store(tmp_path / "home"), _Words()
    found = run_abstention("beam", tmp_path, head, store, lambda *_: None)
    lines = {x.name: x.value for x in found}
    assert lines["answerable or unanswerable, AUROC"] == 1.0
    assert lines["unanswerable refused at Baton's own bar"] == 1.0
    assert lines["  answerable kept at that bar"] == 1.0
    assert lines["contradiction: both sides among the ten best"] == 1.0
    assert lines["contradiction: noticed"] == 1.0
    with pytest.raises(InputError, match="no set"):
        run_abstention("summedits", tmp_path, head, store, lambda *_: None)
    assert found == run_abstention("beam", tmp_path, head, store, lambda *_: None)
    assert len(head.texts) == 3, "what was read once is not read again"


def test_a_sample_takes_so_many_sources_of_each_part() -> None:
    ids = [f"c{n}" for n in range(40)]
    assert first_sources([*ids, *ids], None) == ids
    some = first_sources(ids, 2)
    assert [is_tuned(i) for i in some] == [True, True, False, False]
    assert set(some) <= set(ids)
