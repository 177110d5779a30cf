"""Measures speed and prints it beside its goals: `python -m eval.bench [PART ...]`.

Embedding is compared with LlamaIndex's ingestion (SentenceSplitter and HuggingFaceEmbedding as they
come) with the same weights on the same machine, warm, in this process. Commands are timed from the
shell, cold, in a fresh home. Every figure is the median of several runs. What it doesn't know: quality.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.bench_commands import DEAL, OFFLINE, ROOT, Ran, Shell, command_figures, demo_shell
from eval.figures import RUNS, Figure, median_s, medians_in_turn_s, percentile
from eval.reading_speed import reading_speed
from indexer.build import index_deal
from indexer.chunking import chunk_artifact
from indexer.embed import (
    BULK_TEXTS,
    MAX_TOKENS,
    OnnxEmbedder,
    packaged_encoder,
    packaged_model_folder,
)
from indexer.heads import Heads
from indexer.models import Segment
from indexer.search import AccountIndex
from indexer.store import Store
from prompts.template import load_template

PARTS = ("embedding", "heads", "commands", "search", "reading")
SEARCHED = 2000
"""Chunks that the searched account has at least."""


def count_words(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


def ingest(texts: Sequence[str], embedding: Any) -> list[str]:
    """LlamaIndex's default ingestion; returns the nodes' texts. A new pipeline, so nothing is cached."""
    from llama_index.core import Document
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter

    pipeline = IngestionPipeline(transformations=[SentenceSplitter(), embedding])
    nodes = pipeline.run(documents=[Document(text=text) for text in texts])
    return [node.get_content() for node in nodes]


def words_embedded(texts: Sequence[str]) -> int:
    """Words that reach the model: it reads the first MAX_TOKENS tokens of a text and no more."""
    from tokenizers import Tokenizer

    tokenizer: Any = Tokenizer.from_file(str(packaged_model_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    ends = [
        max(end for _, end in encoding.offsets) for encoding in tokenizer.encode_batch(list(texts))
    ]
    return count_words([text[:end] for text, end in zip(texts, ends, strict=True)])


def embedding_figures(
    chunks: Sequence[str], artifacts: Sequence[str], whole_s: float
) -> list[Figure]:
    """Baton's embedding and whole indexing beside LlamaIndex's; `whole_s` is what `baton index` took."""
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    folder = packaged_model_folder()
    theirs: Any = HuggingFaceEmbedding(model_name=str(folder), device="cpu")
    ingest(chunks[:8], theirs)
    with tempfile.TemporaryDirectory() as cache:
        ours = OnnxEmbedder(folder, Path(cache), wanted=lambda: "auto")
        full = OnnxEmbedder(folder, Path(cache))
        many = [
            *chunks,
            *itertools.islice(itertools.cycle(chunks), max(0, BULK_TEXTS - len(chunks))),
        ]
        ours.embed(many), full.embed(many)
        ours_s, full_s, theirs_s, default_s = medians_in_turn_s(
            lambda: ours.embed(chunks),
            lambda: full.embed(chunks),
            lambda: ingest(chunks, theirs),
            lambda: ingest(artifacts, theirs),
        )
    nodes = ingest(artifacts, theirs)

    read, embedded = count_words(artifacts), words_embedded(chunks)
    return [
        Figure("Baton embeds its chunks", len(chunks) / ours_s, "chunks/s"),
        Figure("", embedded / ours_s, "words/s"),
        Figure("LlamaIndex ingests the same chunks", len(chunks) / theirs_s, "chunks/s"),
        Figure("", embedded / theirs_s, "words/s"),
        Figure("Baton / LlamaIndex, same chunks", theirs_s / ours_s, "x", 3.0, at_least=True),
        Figure("  in full precision by onnxruntime", theirs_s / full_s, "x"),
        Figure("LlamaIndex ingests the whole texts, default chunks", len(nodes) / default_s, "chunks/s"),
        Figure("  words that it embeds", words_embedded(nodes) / default_s, "words/s"),
        Figure("  share of the words that reach its model", 100 * words_embedded(nodes) / read, "%"),
        Figure("  seconds for the deal, texts already extracted", default_s, "s"),
        Figure("Baton indexes the deal: files, words embedded, all written", embedded / whole_s, "words/s"),
        Figure("  seconds for the deal", whole_s, "s"),
        Figure("  times the deal's words are embedded", embedded / read, "x"),
        Figure("Whole pipelines, words embedded a second, Baton / LlamaIndex",
               embedded / whole_s / (words_embedded(nodes) / default_s), "x"),
        Figure("Whole pipelines, deals a second, Baton / LlamaIndex", default_s / whole_s, "x"),
    ]  # fmt: skip


def reading_figures() -> list[Figure]:
    """Reading alone: the demo deals' files to segments, nothing embedded or written."""
    rounds = [reading_speed(ROOT / "data") for _ in range(RUNS)]
    return [
        Figure(f"Baton reads {name}", statistics.median(one[name] for one in rounds), "a second")
        for name in sorted(rounds[0])
    ]


def _models(home: Path) -> tuple[OnnxEmbedder, Heads]:
    """The models of a home, as a command opens them."""
    encoder = packaged_encoder(home / "models")
    return OnnxEmbedder(encoder.folder, home / "models", encoder), Heads.over(encoder)


def heads_figures(home: Path) -> list[Figure]:
    """Both heads over the deal's passages in one pass, beside one pass each."""
    embedder, heads = _models(home)
    passages = AccountIndex(Store(home), home, DEAL, embedder).passages()
    pairs = list(dict.fromkeys(p.pair for p in passages))
    heads.read(pairs[:100])
    together_s, apart_s = medians_in_turn_s(
        lambda: heads.read(pairs), lambda: (heads.reading.read(pairs), heads.answers.vectors(pairs))
    )
    return [
        Figure("Both heads read the deal's passages", len(pairs) / together_s, "a second"),
        Figure("  one pass of the shared layers / a pass each", apart_s / together_s, "x"),
    ]


def search_figures() -> list[Figure]:
    """Warm searches of an account that several deals were read into, with a template's questions."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, home = Path(scratch) / "many", Path(scratch) / "home"
        for deal in sorted((ROOT / "data").iterdir()):
            shutil.copytree(deal, folder / deal.name, ignore=shutil.ignore_patterns("deal.yaml"))
        store, (embedder, heads) = Store(home), _models(home)
        index_deal(store, home, folder, embedder, heads, account="many")
        index = AccountIndex(store, home, "many", embedder)
        if len(index.windows) < SEARCHED:
            raise SystemExit(f"The searched account has only {len(index.windows)} chunks.")
        questions = [q for f in load_template("sales-to-cs").fields().values() for q in f.questions]
        times = []
        for question in [*questions[:5], *questions]:
            start = time.perf_counter()
            index.search(question)
            times.append(1000 * (time.perf_counter() - start))
        warm = times[5:]
        return [
            Figure(f"Warm search of {len(index.windows)} chunks, median", statistics.median(warm), "ms", 20),
            Figure("  95 of 100", percentile(warm, 0.95), "ms", 50),
        ]  # fmt: skip


def _texts(home: Path) -> tuple[list[str], list[str]]:
    """The deal's chunks as they were embedded, each distinct text once, and its artifacts' texts."""
    store = Store(home)
    try:
        by_artifact: dict[str, list[Segment]] = {}
        for segment in store.segments(DEAL):
            by_artifact.setdefault(segment.artifact, []).append(segment)
        stored = {row[4] for row in store.chunk_rows(DEAL)}
    finally:
        store.close()
    cut = {c.hash: c.text for run in by_artifact.values() for c in chunk_artifact(run)}
    if set(cut) != stored:
        raise SystemExit("The chunks cut here are not those of the index: nothing to compare.")
    return list(cut.values()), ["\n".join(s.text for s in run) for run in by_artifact.values()]


def measure(parts: Sequence[str]) -> Iterator[Figure]:
    """The figures of some parts, on copies of the demo deals."""
    with demo_shell() as shell:
        first: Ran = shell.index()
        if "commands" in parts:
            yield from command_figures(shell, first)
        if "heads" in parts:
            yield from heads_figures(shell.home)
        if "embedding" in parts:
            yield from _embedding(shell)
    if "search" in parts:
        yield from search_figures()
    if "reading" in parts:
        yield from reading_figures()


def _embedding(shell: Shell) -> list[Figure]:
    chunks, artifacts = _texts(shell.home)
    whole_s = median_s(shell.index, RUNS, before=shell.forget)
    return embedding_figures(chunks, artifacts, whole_s)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all if none is named"
    )
    parts = parser.parse_args().parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    os.environ.update(OFFLINE, TOKENIZERS_PARALLELISM="true", TQDM_DISABLE="1")
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {DEAL}; medians\n"
    )
    for figure in measure(parts):
        print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
