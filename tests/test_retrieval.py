"""Search by three legs, and the retrieval sets: scores, split, baselines, on small corpora written for this file."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import benchmarks, evaluation
from app.session import Session
from eval.benchmarks import baselines
from eval.benchmarks.corpora import (
    Corpus,
    Query,
    as_corpus,
    is_left_out,
    load_corpora,
    load_queries,
)
from eval.benchmarks.items import is_tuned
from eval.benchmarks.searching import Row, record_rows, retrieval_table, run_retrieval
from eval.benchmarks.systems import Baton
from eval.evidence import places, reach, reach_table
from eval.gold import Case, Files
from eval.retrieval import ranking_scores
from eval.train.asked import SETS, from_benchmark
from indexer.answer_head import AnswerHead
from indexer.dated import Moments, days_asked
from indexer.embed import Vectors, packaged_encoder, packaged_model_folder
from indexer.errors import InputError, ModelMissing
from indexer.legs import Neighbours, Spread
from indexer.models import Person
from indexer.named import Speakers
from indexer.rerank import Reranker
from indexer.search import POINTED, AccountIndex

SAID = [
    ("Ines Vogt", "Good morning, did everybody find the building?"),
    ("Paul Okoro", "The lift was out of order, so I took the stairs."),
    ("Ines Vogt", "Anything beyond twenty grand goes to the trustees, and they meet every second month."),
    ("Paul Okoro", "Fine, we will plan around that."),
    ("Ines Vogt", "The canteen has moved to the third floor since your last visit."),
    ("Paul Okoro", "The scanner firmware of the cold store is from 2019."),
    ("Ines Vogt", "Nobody has updated that firmware because the vendor went out of business."),
]  # fmt: skip
ASKED = "Who has to approve a bigger purchase?"


class Words:
    """Vectors of a text's words, each at a place of its own: no meaning, only spelling."""

    name, size = "words", 384

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        out = np.full((len(texts), self.size), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                out[row, zlib.crc32(word.strip("?.,").encode()) % self.size] += 1
        return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True), np.float32)


def corpus(corpus_id: str = "call") -> Corpus:
    rows = [{"id": f"t{n}", "speaker": who, "text": text} for n, (who, text) in enumerate(SAID)]
    return as_corpus(corpus_id, "call", rows)


@pytest.fixture(scope="module")
def head(models: Path) -> AnswerHead:
    return AnswerHead(packaged_encoder(models))


@pytest.fixture(scope="module")
def index(head: AnswerHead, tmp_path_factory: pytest.TempPathFactory) -> AccountIndex:
    return Baton(tmp_path_factory.mktemp("record"), Words(), head).index(corpus())


def first(index: AccountIndex, query: str) -> str:
    return index.search(query, 1)[0].segment.id


def test_the_late_leg_finds_what_shares_no_word(index: AccountIndex, tmp_path: Path) -> None:
    assert first(index, ASKED) == "t2"
    found = index.search(ASKED, 1)[0]
    assert found.found_by == ("dense", "lexical", "late")


def test_without_the_late_leg_it_is_not_found(
    index: AccountIndex, head: AnswerHead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnswerHead, "likeness", lambda self, q, p: np.zeros(len(p.whole)))
    assert first(index, ASKED) != "t2"


def test_an_index_without_a_head_has_two_legs(head: AnswerHead, tmp_path: Path) -> None:
    made = Baton(tmp_path, Words(), head)
    with_head = made.index(corpus())
    slug = with_head.account.slug
    bare = AccountIndex(with_head._store, tmp_path, slug, Words())
    found = bare.search("scanner firmware of the cold store", 1)[0]
    assert (found.segment.id, found.found_by) == ("t5", ("dense", "lexical"))


def test_who_is_named_is_heard_first(index: AccountIndex) -> None:
    assert first(index, "What did Paul say about the firmware?") == "t5"
    assert first(index, "What did Ines Vogt say about the firmware?") == "t6"


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("What did Okoro think of it?", "Paul Okoro"),
        ("what did ines vogt say", "Ines Vogt"),
        ("Did P. Okoro agree?", "Paul Okoro"),
        ("What does the Grad B want?", "Grad B"),
        ("What did Wally promise?", "Walter Brandt"),
        ("Will it rain?", ""),
        ("Is there a grad school?", ""),
        ("How long does it take?", ""),
    ],
)
def test_names_in_a_query(query: str, who: str) -> None:
    names = ["Paul Okoro", "Ines Vogt", "Grad A", "Grad B", "Walter Brandt", "Will Long"]
    rows = [{"id": n, "speaker": n, "text": "Yes."} for n in names]
    people = [Person(name="Walter Brandt", aliases=("Wally Brandt", "wally@tarn.example"))]
    named = Speakers(as_corpus("c", "call", rows).segments, people).named(query)
    assert [n for n, hit in zip(names, named, strict=True) if hit] == ([who] if who else [])


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 6), st.floats(0, 1, width=32)), max_size=12))  # fmt: skip
def test_every_segment_takes_its_best_run(runs: list[tuple[int, int, float]]) -> None:
    first_ = np.array([a for a, _, _ in runs], np.int32)
    last = np.array([min(19, a + n) for a, n, _ in runs], np.int32)
    scores = np.array([s for _, _, s in runs], np.float32)
    plain = np.zeros(20, np.float32)
    for a, b, s in zip(first_, last, scores, strict=True):
        plain[a : b + 1] = np.maximum(plain[a : b + 1], s)
    assert Spread(first_, last, 20)(scores) == pytest.approx(plain)


def test_neighbours_lend_within_their_artifact_only() -> None:
    lent = Neighbours(["a", "a", "b", "b", "b"]).lend(np.array([1, 0, 0, 0, 2], np.float32), (0.5, 0.1))  # fmt: skip
    assert lent == pytest.approx([1, 0.5, 0.2, 1, 2])
    assert Neighbours(["a"]).lend(np.array([3], np.float32), (0.5, 0.1)) == pytest.approx([3])


def test_what_points_is_the_same_whatever_the_limit(head: AnswerHead, tmp_path: Path) -> None:
    rows = [{"id": f"t{n}", "speaker": "A", "text": f"Shelf {n} holds {n * 7} boxes of tins."} for n in range(40)]  # fmt: skip
    index = Baton(tmp_path, Words(), head).index(as_corpus("shelves", "call", rows))
    every = index.search("How many boxes does shelf 21 hold?", 40)
    few = index.search("How many boxes does shelf 21 hold?", POINTED)
    assert [e.segment.id for e in every[:POINTED]] == [e.segment.id for e in few]
    assert len({e.segment.id for e in every}) == 40
    scores = [e.score for e in every]
    assert scores == sorted(scores, reverse=True)


def test_ranking_scores() -> None:
    scores = ranking_scores(["a", "a", "b", "c", "d", "e", "f"], frozenset("bf"))
    assert scores == {"hit@1": 0, "hit@5": 1, "hit@10": 1, "recall@5": 0.5, "recall@10": 1, "MRR": 0.5}  # fmt: skip
    assert set(ranking_scores([], frozenset("b")).values()) == {0}


def sources(tuned: bool, count: int) -> list[str]:
    return [s for s in map(str, range(200)) if is_tuned(s) == tuned][:count]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of three corpora to tune on and two to report."""
    target = tmp_path / "qmsum"
    target.mkdir()
    ids = sources(True, 3) + sources(False, 2)
    rows = [{"id": f"t{n}", "speaker": who, "text": text} for n, (who, text) in enumerate(SAID)]
    queries: list[dict[str, Any]] = []
    for corpus_id in ids:
        queries.append({"qid": f"{corpus_id}-1", "query": "scanner firmware of the cold store", "corpus_id": corpus_id, "gold": ["t5"]})  # fmt: skip
        queries.append({"qid": f"{corpus_id}-2", "query": "penguins", "corpus_id": corpus_id, "gold": [], "label": "absent"})  # fmt: skip
    lines = [json.dumps({"corpus_id": i, "segments": rows}) for i in ids]
    (target / "corpora.jsonl").write_text("\n".join(lines), "utf-8")
    (target / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), "utf-8")
    return target


def test_both_parts_are_told_apart_and_good_from_bad(folder: Path) -> None:
    systems = {
        "good": lambda c: lambda q: [f"t{n}" for n in range(5, -1, -1)],
        "bad": lambda c: lambda q: [f"t{n}" for n in range(6)],
    }
    rows = run_retrieval("qmsum", folder, systems, lambda *_: None)
    assert [(r.part, r.system, r.queries) for r in rows] == [
        ("tuned on", "good", 3), ("tuned on", "bad", 3), ("reported", "good", 2), ("reported", "bad", 2),
    ]  # fmt: skip
    good, bad = rows[2].scores, rows[3].scores
    assert (good["hit@1"], good["MRR"], good["recall@10"]) == (1, 1, 1)
    assert (bad["hit@1"], bad["hit@5"], bad["recall@10"]) == (0, 0, 1)
    assert bad["MRR"] == pytest.approx(1 / 6)
    assert good["words@1000"] == 1
    text = retrieval_table("qmsum", rows)
    assert "tuned on (3 queries)" in text
    assert "reported (2 queries)" in text


def test_one_query_is_judged_alone(folder: Path) -> None:
    seen: list[str] = []
    lone = {"lone": lambda c: lambda q: seen.append(q) or ["t5"]}
    run_retrieval("qmsum", folder, lone, lambda *_: None)
    assert set(seen) == {"scanner firmware of the cold store"}, (
        "queries without an answer are left out"
    )
    with pytest.raises(InputError, match="no retrieval set"):
        run_retrieval("nonesuch", folder, lone, lambda *_: None)
    with pytest.raises(InputError, match="can't be read"):
        run_retrieval("qmsum", folder / "missing", lone, lambda *_: None)


def test_evidence_shares_the_meetings_beside_it(folder: Path) -> None:
    beside = folder.parent / "qmsum_evidence"
    beside.mkdir()
    (beside / "queries.jsonl").write_text((folder / "queries.jsonl").read_text("utf-8"), "utf-8")
    assert load_corpora("qmsum_evidence", beside) == load_corpora("qmsum", folder)
    assert len(load_queries(beside)) == 10


def test_the_baselines_find_words_and_tell_segments(tmp_path: Path) -> None:
    texts = [corpus().segments]
    query = "scanner firmware of the cold store"
    assert baselines.bm25_segments(texts)(query)[0] == "t5"
    for search in (
        baselines.llama_index(texts, Words()), baselines.llama_index_fusion(texts, Words()), baselines.bm25_chunks(texts),
    ):  # fmt: skip
        assert search(query) == [f"t{n}" for n in range(len(SAID))], "one chunk holds all, in order"


def test_a_baseline_of_small_chunks_ranks_them(tmp_path: Path) -> None:
    rows = [{"id": f"t{n}", "speaker": "", "text": f"{topic} " * 60} for n, topic in enumerate(["tin", "box", "jar", "cup"])]  # fmt: skip
    texts = [as_corpus("c", "document", rows).segments]
    ranked = baselines.llama_index(texts, Words(), tokens=64)("jar")
    assert ranked[0] == "t2" or not ranked, ranked


def test_rows_are_appended_below_their_heading(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    results.write_text("# Results\n\n## Deals\n\n| a |\n", "utf-8")
    row = Row(system="Baton", part="reported", queries=7, scores={"hit@1": 0.5})
    for note in ("one", "two"):
        record_rows(results, "qmsum", [row], note, date(2026, 1, 2))
    text = results.read_text("utf-8")
    assert text.count("## Retrieval") == text.count("| date | note |") == 1
    assert text.index("| one |") < text.index("| two | qmsum | reported | 7 | Baton | 0.500 |")
    assert text.index("| two |") < text.index("## Deals"), "rows of deals go to the end of the file"
    assert text.endswith("| a |\n")


def test_evidence_of_a_deal_within_a_budget(index: AccountIndex) -> None:
    segments = [s.model_copy(update={"artifact": "call.vtt"}) for s in index.segments]
    texts = {"call.vtt": index.artifacts["call"].text, "other.md": "The canteen has moved."}
    quote = "second month. Fine, we"
    case = Case.model_validate({
        "account": "Tarn",
        "questions": [
            {"id": "a", "q": "one", "answerable": True, "must": [["x"]],
             "evidence": [{"file": "artifacts/call.vtt", "quote": quote}, {"file": "artifacts/call.vtt", "quote": "never said"}]},
            {"id": "b", "q": "two", "answerable": False},
        ],
    })  # fmt: skip
    files = Files()
    evidence = case.questions[0].evidence
    assert places(evidence[0], texts, segments, files) == [frozenset({"t2", "t3"})]
    assert places(evidence[1], texts, segments, files) == []
    long = [s.model_copy(update={"text": "word " * 995}) if s.id == "t0" else s for s in segments]
    systems = {"near": lambda q: ["t2", "t3"], "far": lambda q: ["t0", "t2", "t3"]}
    near, far = reach(case, texts, long, files, systems)
    assert (near.pieces, near.within) == (2, {1000: 1, 2000: 1})
    assert far.within == {1000: 0, 2000: 1}
    assert "1/2 0.50" in reach_table([near])


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny cross-encoder of random weights, saved as people keep them."""
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("cross")
    words = Tokenizer.from_file(str(packaged_model_folder() / "tokenizer.json"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", model_max_length=64)  # fmt: skip
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=words.get_vocab_size(), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, num_labels=1, initializer_range=1.0,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_configured_reranker_puts_the_first_in_its_order(
    index: AccountIndex, head: AnswerHead, cross_encoder: Path
) -> None:
    reranker = Reranker(cross_encoder)
    slug = index.account.slug
    again = AccountIndex(index._store, index.home, slug, Words(), head, reranker)
    found = again.search(ASKED, 7)
    said = reranker.score(ASKED, [e.segment.text for e in found])
    assert list(said) == sorted(said, reverse=True)
    assert {e.segment.id for e in found} == {e.segment.id for e in index.search(ASKED, 7)}
    assert [e.score for e in found] == sorted((e.score for e in found), reverse=True)


def test_the_reranker_comes_from_the_settings(tmp_path: Path, cross_encoder: Path) -> None:
    assert Session(tmp_path).reranker is None
    (tmp_path / "settings.yaml").write_text(f"reranker: {cross_encoder}\n", "utf-8")
    assert isinstance(Session(tmp_path).reranker, Reranker)
    (tmp_path / "settings.yaml").write_text(f"reranker: {tmp_path / 'nowhere'}\n", "utf-8")
    with pytest.raises(ModelMissing, match=r"Correct `reranker` in settings\.yaml"):
        _ = Session(tmp_path).reranker


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("What was said on 12 March?", {(3, 12)}),
        ("the mail of March 3rd", {(3, 3)}),
        ("What happened in March?", {(3, None)}),
        ("Is 2026-05-04 still right?", {(5, 4)}),
        ("May we call them?", set()),
        ("Do they march on?", set()),
    ],
)
def test_days_in_a_query(query: str, days: set[tuple[int, int | None]]) -> None:
    assert days_asked(query) == days


def test_when_and_which_side() -> None:
    plain = corpus()
    at = [date(2026, 3, 12), None, date(2026, 3, 20), None, None, None, None]
    segments = [s.model_copy(update={"at": day, "side": "customer" if n % 2 else "vendor"}) for n, (s, day) in enumerate(zip(plain.segments, at, strict=True))]  # fmt: skip
    moments = Moments(segments, {"call": plain.artifact.model_copy(update={"date": date(2026, 5, 1)})})  # fmt: skip
    assert list(moments.named("on 12 March")) == [1, 0, 0, 0, 0, 0, 0]
    assert list(moments.named("in March")) == [1, 0, 1, 0, 0, 0, 0]
    assert list(moments.named("the May 1 call")) == [0, 1, 0, 1, 1, 1, 1]
    assert list(moments.named("What did the customer want?")) == [0, 1, 0, 1, 0, 1, 0]
    assert list(moments.named("What did our rep promise?")) == [1, 0, 1, 0, 1, 0, 1]
    assert not moments.named("How much is it?").any()


@pytest.fixture
def session(models: Path, tmp_path: Path) -> Session:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    return Session(home)


def test_a_public_set_from_the_command(session: Session, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    results = tmp_path / "RESULTS.md"
    results.write_text("# Results\n", "utf-8")
    monkeypatch.setattr(benchmarks, "RESULTS", results)
    found, text = benchmarks.run_public_set(session, "qmsum", folder, lambda *_: None, True, "first")  # fmt: skip
    rows = [row for row in found["retrieval"] if row["part"] == "reported"]
    assert [row["system"] for row in rows] == ["Baton", "LlamaIndex default", "LlamaIndex fusion with BM25", "BM25 over segments"]  # fmt: skip
    assert rows[0]["scores"]["hit@1"] == rows[3]["scores"]["hit@1"] == 1
    assert rows[1]["scores"]["hit@1"] == 0, "its one chunk begins with the first turn"
    assert results.read_text("utf-8").count("| first | qmsum | reported |") == 4
    assert "tuned on (3 queries)" in text
    with pytest.raises(InputError, match="no benchmark"):
        benchmarks.run_public_set(session, "nonesuch", folder, lambda *_: None, False, "")


def test_a_deal_evaluated_says_what_search_returns(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    deal = tmp_path / "moss" / "artifacts"
    deal.mkdir(parents=True)
    (deal / "notes.md").write_text("# Money\n\nThe yearly price is 48,000 dollars.\n\n# People\n\nMaria signs.\n", "utf-8")  # fmt: skip
    gold = tmp_path / "moss" / "gold.json"
    evidence = [{"file": "artifacts/notes.md", "quote": "The yearly price is 48,000 dollars."}]
    asked = {"id": "q", "q": "What does it cost a year?", "answerable": True, "must": [["48"]], "evidence": evidence}  # fmt: skip
    gold.write_text(json.dumps({"account": "Moss", "questions": [asked]}), "utf-8")
    results = tmp_path / "RESULTS.md"
    monkeypatch.setattr(evaluation, "RESULTS", results)
    report, text = evaluation.run_evaluation(session, [(deal, gold)], True, "noted")
    rows = results.read_text("utf-8")
    assert "| noted | 1 | Baton | 1/1 | 1/1 |" in rows
    assert rows.index("| noted | 1 | Baton") < rows.index("| date | note | deals | facts |")
    assert [(r.system, r.pieces, r.within[1000]) for r in report.evidence] == [
        ("Baton", 1, 1), ("LlamaIndex default", 1, 1), ("Vectors of 256-token chunks", 1, 1), ("BM25 over 256-token chunks", 1, 1),
    ]  # fmt: skip
    assert "within 1000 words" in text


def test_what_is_learned_from_a_set(folder: Path) -> None:
    found = from_benchmark("qmsum", folder.parent, random.Random(1))
    assert {a.origin for a in found} == set(sources(True, 3)), (
        "the reported part is never learned from"
    )
    assert sorted(bool(a.answers) for a in found) == [False] * 3 + [True] * 3
    firmware = next(a for a in found if a.answers)
    assert ["cold store is from 2019" in text for ((_, text),) in firmware.answers] == [True]
    assert firmware.others
    assert not set(firmware.answers[0]) & set(firmware.others)
    assert "Nobody has updated that firmware" in firmware.others[0][1], "the likest wrong one first"


def test_some_kinds_of_question_are_never_learned_from() -> None:
    assert "beam" not in SETS
    assert "ragtruth_qa" not in SETS
    asked = [Query(qid=f"cnli-3-nda-{n}", query="q", corpus_id="c") for n in range(10)]
    assert [is_left_out(q) for q in asked] == [n % 5 == 2 for n in range(10)]
    one = Query(qid="cuad-1-renewalterm", query="q", corpus_id="a")
    assert is_left_out(one) == is_left_out(one.model_copy(update={"qid": "cuad-2-renewalterm"}))
    assert not is_left_out(Query(qid="qmsum-x-s2", query="q", corpus_id="c"))
