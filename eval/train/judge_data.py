"""What the judge learns from: claims beside sources, true ones, altered ones, and ones that stand nowhere.

The written speech in `eval/dev/utterances` and the tuned part of three benchmark folders; their texts stay there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.verification.names import names
from agent.verification.plain import tokens
from agent.verification.words import is_content
from eval.benchmarks import contractnli, summedits
from eval.benchmarks.items import is_tuned, read_lines
from eval.train.altered import altered
from indexer.sentences import sentence_spans

UTTERANCES = Path(__file__).parent.parent / "dev" / "utterances"
WINDOW = 10
MEETING_CLAIMS = 350
MEETING_CHARS = 2200
"""Few and short enough to be read in minutes on two cores."""
_FIRST_PERSON = re.compile(r"\b(I|we|my|our|me|us|I'm|we're|I've|we've|I'll|we'll)\b", re.I)


@dataclass(frozen=True)
class Example:
    """A claim, its source, whether the source supports it, and where it comes from."""

    claim: str
    source: str
    supported: bool
    origin: str
    key: str
    """The document it comes from, to split by."""


def _sentences(text: str, least: int = 6) -> list[str]:
    return [
        text[a:b]
        for a, b in sentence_spans(text)
        if len(text[a:b].split()) >= least and not text[a:b].endswith("?")
    ]


def _others(texts: Sequence[str], rng: random.Random) -> list[str]:
    """Names, words and phrases of other places, for alterations."""
    out: list[str] = []
    for text in rng.sample(list(texts), min(12, len(texts))):
        out += [n.text for n in names(text) if not n.code][:3]
        out += [t.text for t in tokens(text) if is_content(t) and len(t.text) > 3][:10]
        words = text.split()
        if len(words) > 12:
            at = rng.randrange(len(words) - 8)
            out.append(" ".join(words[at : at + rng.randrange(3, 8)]).strip(" .,?!"))
    return out


def _reported(sentence: str, who: str) -> str:
    """First person told of in the third, as a brief would."""
    words = {"i": who, "we": who, "my": "their", "our": "their", "me": "them", "us": "them", "i'm": f"{who} is", "we're": f"{who} is",
             "i've": f"{who} has", "we've": f"{who} has", "i'll": f"{who} will", "we'll": f"{who} will"}  # fmt: skip
    return _FIRST_PERSON.sub(lambda m: words[m.group().lower()], sentence)


def _shorter(sentence: str, rng: random.Random) -> str:
    """The sentence without its fillers, perhaps without its last clause."""
    text = re.sub(
        r"^(?:well|so|yeah|yes|okay|ok|and|but|look|honestly|right|i mean|you know|um|uh)\b[, ]*",
        "",
        sentence,
        flags=re.I,
    )
    head, _, tail = text.rpartition(", ")
    if (
        head
        and len(head.split()) >= 6
        and len(tail.split()) >= 2
        and rng.random() < 0.4
        and " if " not in text
    ):
        text = head + "."
    return text[:1].upper() + text[1:]


def _with_alterations(
    claim: str,
    source: str,
    origin: str,
    key: str,
    rng: random.Random,
    others: Sequence[str],
    count: int,
) -> Iterator[Example]:
    yield Example(claim, source, True, origin, key)
    for new in altered(claim, rng, others, count):
        yield Example(new, source, False, origin, key)


def speech(rng: random.Random, windows: int) -> Iterator[Example]:
    """Own written calls and mails: a sentence told in other words, altered, or cut out of its source."""
    turns: list[tuple[str, list[tuple[str, str]]]] = []
    for path in sorted(UTTERANCES.glob("d*.txt")):
        lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        said = [
            ("Customer" if row[0] == "C" else "Vendor", row[-1]) for row in lines if len(row) == 4
        ]
        turns += [
            (f"{path.stem}-{i}", said[i : i + WINDOW]) for i in range(0, len(said) - WINDOW, WINDOW)
        ]
    texts = [t for _, run in turns for _, t in run]
    for key, run in rng.sample(turns, min(windows, len(turns))):
        source = "\n".join(f"{who}: {text}" for who, text in run)
        pool = [(who, text, s) for who, text in run for s in _sentences(text)]
        rng.shuffle(pool)
        others = _others(texts, rng)
        for who, _text, sentence in pool[:2]:
            claim = _shorter(_reported(sentence, f"the {who.lower()}"), rng)
            yield from _with_alterations(claim, source, "speech", key, rng, others, 2)
        for who, _text, sentence in pool[2:4]:
            claim = _shorter(_reported(sentence, f"the {who.lower()}"), rng)
            yield Example(claim, source.replace(sentence, ""), False, "speech", key)


def meetings(root: Path, rng: random.Random) -> Iterator[Example]:
    """QMSum's summary sentences beside the turns that annotators marked for them, and beside other turns."""
    corpora = {
        c["corpus_id"]: c["segments"]
        for c in read_lines(root / "qmsum" / "corpora.jsonl")
        if is_tuned(c["corpus_id"])
    }
    rows = [
        r
        for r in read_lines(root / "qmsum_evidence" / "queries.jsonl")
        if r["corpus_id"] in corpora and r["gold"]
    ]
    claims = [r["query"] for r in rows]
    for row in rng.sample(rows, min(MEETING_CLAIMS, len(rows))):
        segments = corpora[row["corpus_id"]]
        place = {s["id"]: i for i, s in enumerate(segments)}
        marked = {place[g] for g in (*row["gold"], *row["gold_peripheral"])}
        around = sorted(
            {j for i in marked for j in range(max(0, i - 1), min(len(segments), i + 2))}
        )
        source = _talk([segments[i] for i in around])[:MEETING_CHARS]
        yield from _with_alterations(
            row["query"], source, "meeting", row["corpus_id"], rng, _others(claims, rng), 2
        )
        if rng.random() < 0.5:
            far = [i for i in range(len(segments)) if all(abs(i - m) > 15 for m in marked)]
            if far:
                at = rng.choice(far)
                yield Example(
                    row["query"],
                    _talk(segments[at : at + 8])[:MEETING_CHARS],
                    False,
                    "meeting",
                    row["corpus_id"],
                )


def _talk(segments: Sequence[dict[str, str]]) -> str:
    return "\n".join(f"{s['speaker']}: {re.sub(r'{[a-z]+}', '', s['text'])}" for s in segments)


def summaries(root: Path, rng: random.Random) -> Iterator[Example]:
    """SummEdits' claims, its supported ones altered again, and sentences cut out of their documents."""
    items = [i for i in summedits.load(root / "summedits") if is_tuned(i.source)]
    claims = [i.claim for i in items if i.supported]
    for item in items:
        yield Example(item.claim, item.texts[0], item.supported, "summary", item.source)
        if item.supported:
            for new in altered(item.claim, rng, _others(claims, rng), 1):
                yield Example(new, item.texts[0], False, "summary", item.source)


def contracts(root: Path) -> Iterator[Example]:
    """ContractNLI's hypotheses beside the whole contract; one in five hypotheses is left out."""
    for item in contractnli.load(root / "contractnli"):
        if is_tuned(item.source) and not contractnli.is_left_out(item):
            yield Example(item.claim, item.texts[0], item.supported, "contract", item.source)


def examples(root: Path, seed: int = 7, windows: int = 150) -> list[Example]:
    """All examples, in a fixed order."""
    rng = random.Random(seed)
    return [*summaries(root, rng), *speech(rng, windows), *meetings(root, rng), *contracts(root)]
