"""The scorers tell right from stubbed: each figure moves when, and only when, it should."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.gold import Case, Files, GoldError, load_case
from eval.report import append_row, misses, table
from eval.retrieval import word_recall
from eval.run import evaluate
from eval.score import Tally, score_answers, score_brief

Json = dict[str, Any]

CALL = "So look. We lost Halvorsen Foods in September. We'll have you live in six weeks."
ORDER = "The planned duration is ten weeks from kickoff."
TEXTS = {"calls/gong.json!/77": CALL, "contract/sow.docx": ORDER}

GOLD: Json = {
    "account": "Northwind",
    "vendor": "Stowline",
    "stage": "Closed Won",
    "notes": "an extra key",
    "facts": [
        {
            "id": "f1",
            "field": "summary.why_bought",
            "statement": "Lost Halvorsen.",
            "must": [["halvorsen"], ["lost|churn"]],
            "evidence": [{"file": "artifacts/calls/gong.json", "quote": "We lost Halvorsen Foods"}],
            "weight": 2,
        }
    ],
    "gaps": [{"field": "goals.first_value", "what": "the first win"}],
    "conflicts": [{"id": "c1", "topic": "go-live", "must": ["six weeks", "ten weeks|May 22"]}],
    "commitments": [
        {
            "id": "p1",
            "file": "artifacts/calls/gong.json",
            "quote": "We'll have you live in six weeks.",
            "signed_scope": "absent",
        }
    ],
    "traps": [{"id": "t1", "kind": "retracted", "file": "x", "quote": "y", "never": ["two-way"]}],
    "questions": [
        {
            "id": "q1",
            "q": "How long will it take?",
            "answerable": True,
            "must": [["six"], ["ten"]],
            "evidence": [{"file": "artifacts/contract/sow.docx", "quote": "ten weeks"}],
        },
        {"id": "q2", "q": "Who covers for Joelle?", "answerable": False, "why": "nobody says"},
    ],
}


def cite(artifact: str, quote: str) -> Json:
    start = TEXTS[artifact].index(quote)
    return {"artifact": artifact, "start": start, "end": start + len(quote), "quote": quote}


def claim(name: str, field: str, text: str, *citations: Json) -> Json:
    return {"id": name, "field": field, "text": text, "citations": list(citations)}


LOST = cite("calls/gong.json!/77", "We lost Halvorsen Foods in September.")
SIX = cite("calls/gong.json!/77", "We'll have you live in six weeks.")
TEN = cite("contract/sow.docx", ORDER)


def field(name: str, *shown: str, status: str = "answered") -> Json:
    return {"id": name, "status": status, "claims": list(shown), "shown": list(shown)}


@pytest.fixture
def case() -> Case:
    return Case.model_validate(GOLD)


@pytest.fixture
def brief() -> Json:
    sides = [{"text": "6 weeks", "citations": [SIX]}, {"text": "10 weeks", "citations": [TEN]}]
    fields = [field("summary.why_bought", "c1"), field("goals.first_value")]
    built: Json = {
        "sections": [{"id": "all", "fields": fields}],
        "claims": [
            claim("c1", "summary.why_bought", "They lost a shipper.", LOST),
            claim("c2", "commitments.timeline_promises", "Live in 6 weeks.", SIX),
        ],
        "commitments": [{"claim": "c2", "scope": "silent", "scope_citations": []}],
        "conflicts": [{"id": "x1", "topic": "go-live", "sides": sides}],
        "gaps": [{"id": "g1", "field": "goals.first_value", "question": "What is it?"}],
        "risks": [],
        "sources": {"read": 2, "not_read": [], "duplicates": []},
    }
    copied: Json = json.loads(json.dumps(built))  # so that no two places share a citation
    return copied


def text_of(path: str) -> str:
    return TEXTS[path]


def test_a_right_brief_scores_full(case: Case, brief: Json) -> None:
    score = score_brief(case, brief, text_of)
    full = Tally(count=1, total=1)
    assert score.facts == score.section == score.gaps == score.conflicts == full
    assert score.promises == score.scope == full
    assert str(score.traps) == str(score.false_gaps) == "0/1"
    assert score.quotes == Tally(count=4, total=4)
    assert (score.false_conflicts, score.gaps_listed, score.promises_listed) == ((), 1, 1)
    assert (score.claims_shown, score.claims_total) == (1, 2)
    # 4 shown + 4 in the promise table + 3 of the gap + 7 and 8 of the conflict's quotes
    assert score.words == 26


@pytest.mark.parametrize("nothing", [{}, {"sections": [], "claims": [], "gaps": None}])
def test_an_empty_brief_finds_nothing(case: Case, nothing: Json) -> None:
    score = score_brief(case, nothing, text_of)
    assert score.facts == Tally(total=1, look_at=("f1",))
    assert score.gaps.look_at == ("goals.first_value",)
    assert score.conflicts.look_at == ("c1",)
    assert score.promises.look_at == ("p1",)
    assert score.section.total == score.scope.total == score.words == 0


def test_a_brief_of_gaps_only_pays_in_false_gaps(case: Case) -> None:
    names = ["summary.why_bought", "goals.first_value"]
    fields = [field(n, status="needs_clarification") for n in names]
    gaps = [{"field": n, "question": "?"} for n in names]
    score = score_brief(case, {"sections": [{"fields": fields}], "gaps": gaps})
    assert str(score.gaps) == "1/1"
    assert score.false_gaps == Tally(count=1, total=1, look_at=("summary.why_bought",))
    assert score.facts.count == 0
    assert score.quotes is None


def hide(brief: Json) -> None:
    brief["sections"][0]["fields"][0]["shown"] = []


def fourth_of_its_field(brief: Json) -> None:
    brief["claims"] += [claim(f"d{i}", "summary.why_bought", "Other.", TEN) for i in range(3)]
    brief["sections"][0]["fields"][0]["shown"] = ["d0", "d1", "d2", "c1"]


def cite_another_file(brief: Json) -> None:
    brief["claims"][0]["text"] = "They lost Halvorsen."
    brief["claims"][0]["citations"] = [TEN]


def leave_a_group_unmatched(brief: Json) -> None:
    brief["claims"][0]["citations"][0]["quote"] = "Halvorsen Foods"
    brief["claims"][0]["text"] = "A shipper."


def spread_over_two_claims(brief: Json) -> None:
    quotes = [{**LOST, "quote": "Halvorsen"}, {**LOST, "quote": "lost"}]
    brief["claims"] = [
        claim(n, "summary.why_bought", "X.", q) for n, q in zip("ab", quotes, strict=True)
    ]
    brief["sections"][0]["fields"][0]["shown"] = ["a", "b"]


@pytest.mark.parametrize(
    "spoil",
    [hide, fourth_of_its_field, cite_another_file, leave_a_group_unmatched, spread_over_two_claims],
)
def test_facts_not_found(case: Case, brief: Json, spoil: Callable[[Json], None]) -> None:
    spoil(brief)
    assert score_brief(case, brief).facts.look_at == ("f1",)


@pytest.mark.parametrize("key", ["commitments", "risks"])
def test_tables_find_facts_too(case: Case, brief: Json, key: str) -> None:
    hide(brief)
    brief[key] = [{"claim": "c1", "scope": "silent"}]
    assert score_brief(case, brief).facts.count == 1


def test_a_fact_in_another_field_is_found_but_misplaced(case: Case, brief: Json) -> None:
    brief["claims"][0]["field"] = "risks.open_risks"
    score = score_brief(case, brief)
    assert (score.facts.count, score.section.look_at) == (1, ("f1",))


def test_an_unmatched_conflict_is_counted_apart(case: Case, brief: Json) -> None:
    brief["conflicts"][0]["sides"] = [{"text": "six weeks", "citations": []}] * 2
    score = score_brief(case, brief)
    assert (score.conflicts.look_at, score.false_conflicts) == (("c1",), ("go-live",))


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("live in six weeks", False),  # 4 words of 8: we, ll, have, you, live, in, six, weeks
        ("you live in six weeks", True),
        ("weeks six in live you", True),
        ("weeks weeks weeks six in live", False),
    ],
)
def test_promises_need_most_of_their_words(
    case: Case, brief: Json, quote: str, found: bool
) -> None:
    brief["claims"][1]["citations"][0]["quote"] = quote
    assert score_brief(case, brief).promises.count == found


def test_a_promises_repeated_words_must_be_quoted_as_often(brief: Json) -> None:
    gold = copy.deepcopy(GOLD)
    gold["commitments"][0]["quote"] = "ten or ten or ten units"
    brief["claims"][1]["citations"][0]["quote"] = "ten or units"
    assert score_brief(Case.model_validate(gold), brief).promises.count == 0


def test_promises_need_their_file_and_a_row(case: Case, brief: Json) -> None:
    elsewhere = copy.deepcopy(brief)
    elsewhere["claims"][1]["citations"][0]["artifact"] = "mail/1.eml"
    assert score_brief(case, elsewhere).promises.count == 0
    brief["commitments"] = []
    brief["sections"][0]["fields"][0]["shown"].append("c2")
    assert score_brief(case, brief).promises.count == 0


def test_scope_is_scored_on_promises_found(case: Case, brief: Json) -> None:
    brief["commitments"][0]["scope"] = "covered"
    score = score_brief(case, brief)
    assert score.scope == Tally(total=1, look_at=("p1: covered, gold silent",))
    assert score.promises.count == 1


def test_a_trap_fires_on_any_claims_text_but_not_on_quotes(case: Case, brief: Json) -> None:
    brief["claims"][0]["citations"][0]["quote"] = "a two-way sync"
    assert score_brief(case, brief).traps.count == 0
    brief["claims"].append(claim("c9", "technical.integrations", "It's a Two-Way sync.", TEN))
    assert score_brief(case, brief).traps == Tally(count=1, total=1, look_at=("t1",))


@pytest.mark.parametrize(
    "change", [{"quote": "We lost halvorsen Foods in September."}, {"start": 0}, {"artifact": "z"}]
)
def test_altered_quotes_are_seen(case: Case, brief: Json, change: Json) -> None:
    brief["claims"][0]["citations"][0].update(change)
    quotes = score_brief(case, brief, text_of).quotes
    assert quotes is not None
    assert (quotes.count, quotes.total) == (3, 4)


def test_an_empty_quote_proves_nothing(case: Case, brief: Json) -> None:
    brief["conflicts"][0]["sides"][0]["citations"][0].update(quote="", start=0, end=0)
    quotes = score_brief(case, brief, text_of).quotes
    assert quotes is not None
    assert quotes.count == 3


def test_paths_count_as_their_containers_and_twins() -> None:
    files = Files([("b/copy.json", "a/b.json"), ("y.zip", "z.zip")])
    assert files.named("a/b.json!/77") >= {"a/b.json", "b/copy.json", "a/b.json!/77"}
    assert {"y.zip!/in.json", "z.zip"} <= files.named("z.zip!/in.json!/3")
    assert files.named("a/b.json.bak") == {"a/b.json.bak"}
    record = Files([("b.json!/1", "a.json!/1")])
    assert "b.json" in record.named("a.json!/1")
    assert "b.json" not in record.named("a.json!/2")


def test_a_brief_may_cite_a_duplicate(case: Case, brief: Json) -> None:
    brief["claims"][0]["citations"][0]["artifact"] = "aa/gong (1).json!/77"
    assert score_brief(case, brief).facts.count == 0
    brief["sources"]["duplicates"] = [{"artifact": "calls/gong.json", "of": "aa/gong (1).json"}]
    assert score_brief(case, brief).facts.count == 1


ANSWER: Json = {
    "question": "How long will it take?",
    "status": "conflict",
    "claims": [claim("a", "", "6 said.", SIX), claim("b", "", "10 signed.", TEN)],
}


def test_right_answers(case: Case) -> None:
    abstained = {"question": "Who covers for Joelle?", "status": "needs_clarification"}
    score = score_answers(case, [abstained, ANSWER])
    assert score.answered == score.abstained == Tally(count=1, total=1)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "needs_clarification"},
        {"claims": ANSWER["claims"][:1]},
        {"claims": [claim("a", "", "six or ten", SIX)]},
        {"question": "Another?"},
    ],
)
def test_wrong_answers(case: Case, change: Json) -> None:
    made_up = {"question": "Who covers for Joelle?", "status": "answered", "claims": []}
    score = score_answers(case, [{**ANSWER, **change}, made_up])
    assert score.answered.look_at == ("q1",)
    assert score.abstained.look_at == ("q2",)


def test_yaml_and_json_load_alike(tmp_path: Path) -> None:
    (tmp_path / "gold.json").write_text(json.dumps(GOLD), "utf-8")
    (tmp_path / "gold.yaml").write_text(yaml.safe_dump(GOLD), "utf-8")
    assert load_case(tmp_path / "gold.json") == load_case(tmp_path / "gold.yaml")


def test_unquoted_yaml_numbers_are_patterns(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("account: 7\ntraps: [{id: t1, kind: retracted, never: [6140, yes]}]", "utf-8")
    assert load_case(path).traps[0].never == ("6140", "yes")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"account": "A", "traps": [{"id": "t", "kind": "k", "never": ["("]}]}', "never"),
        ('{"account": "A", "questions": [{"id": "q1", "q": "?", "answerable": true}]}', "q1"),
        ('{"account": ', "bad.json"),
    ],
)
def test_a_broken_case_says_where(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, "utf-8")
    with pytest.raises(GoldError, match=where):
        load_case(path)


def test_a_run_is_scored_shown_and_recorded(tmp_path: Path, brief: Json) -> None:
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps(GOLD), "utf-8")
    asked: list[str] = []

    def answer(folder: Path, questions: list[str]) -> list[Json]:
        asked.extend(questions)
        return [ANSWER]

    pairs = [(tmp_path, gold), (tmp_path, gold)]
    report = evaluate(pairs, lambda folder: (brief, text_of), answer)
    assert asked[:2] == ["How long will it take?", "Who covers for Joelle?"]
    lines = table(report).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[-1].split()[:3] == ["total", "2/2", "2/2"]
    assert "answered though nobody knows: q2" in misses(report)
    results = tmp_path / "RESULTS.md"
    for note in ("first", "a | b\nc"):
        append_row(results, report, note, date(2026, 4, 1))
    written = results.read_text("utf-8")
    assert written.count("# Results") == 1
    assert "| 2026-04-01 | a \\| b c | 2 | 2/2 |" in written
    header, rule, *rows = [x.replace("\\|", "") for x in written.splitlines() if x[:1] == "|"]
    assert {x.count("|") for x in [header, rule, *rows]} == {17}


def test_word_recall_stops_at_the_budget() -> None:
    lengths = {"a": 6, "b": 6, "c": 6}
    gold = frozenset("bc")
    assert word_recall(["a", "b", "c"], gold, lengths, 9) == pytest.approx(3 / 12)
    assert word_recall(["b", "b", "c"], gold, lengths, 99) == 1
    assert word_recall([], gold, lengths, 9) == 0
