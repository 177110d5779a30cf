"""Measures speed and prints it beside its goals: `python -m eval.bench`.

Embedding is compared with LlamaIndex's ingestion (SentenceSplitter and HuggingFaceEmbedding as they
come) with the same weights on the same machine, warm, in this process. Commands are timed from the
shell, cold, in a fresh home. Every figure is the median of several runs. What it doesn't know: quality.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.reading_speed import reading_speed
from indexer.chunking import chunk_artifact
from indexer.embed import MAX_TOKENS, OnnxEmbedder, packaged_model_folder
from indexer.models import Segment
from indexer.store import Store

ROOT = Path(__file__).resolve().parent.parent
DEAL = "brightwater-utilities"
QUESTION = "How quickly did our rep say they would be up and running?"
RUNS = 3
QUICK_RUNS = 7
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}


@dataclass(frozen=True)
class Figure:
    """One measured figure; `goal` is a limit in the figure's unit, `at_least` says which way it holds."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False

    def line(self) -> str:
        """The figure as a row of the printed table."""
        row = f"{self.name:<58} {self.value:>9.2f} {self.unit:<9}"
        if self.goal is None:
            return row.rstrip()
        met = self.value >= self.goal if self.at_least else self.value <= self.goal
        sign = ">=" if self.at_least else "<="
        return f"{row} goal {sign} {self.goal:g}  {'met' if met else 'MISSED'}"


def median_s(
    act: Callable[[], object], runs: int, before: Callable[[], object] = lambda: None
) -> float:
    """Median seconds of `runs` calls; `before` is called ahead of each, untimed."""
    times = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def medians_in_turn_s(*acts: Callable[[], object]) -> list[float]:
    """Median seconds of each, run in turn, so that what else the machine does falls on all alike."""
    rounds = [[median_s(act, 1) for act in acts] for _ in range(RUNS)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def count_words(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


@dataclass(frozen=True)
class Shell:
    """Runs the installed `baton` on a copy of a demo deal with a home of its own."""

    folder: Path
    home: Path

    def baton(self, *args: str) -> None:
        """Run one command. Raises SystemExit with its last line of output when it fails."""
        command = [str(Path(sys.executable).parent / "baton"), *args]
        # Measured over a file, wherever else the record may be kept.
        env = {**os.environ, **OFFLINE, "BATON_HOME": str(self.home), "BATON_DATABASE_URL": ""}
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
            raise SystemExit(f"`baton {' '.join(args)}` failed: {said[-1]}")

    def index(self) -> None:
        self.baton("index", str(self.folder), "--account", DEAL)

    def forget(self) -> None:
        """Empty the record; the exported models stay, as they do for a second deal."""
        self.baton("forget", DEAL)


@contextmanager
def demo_shell() -> Iterator[Shell]:
    """A copy of the demo deal and an empty home, both gone afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / DEAL
        shutil.copytree(ROOT / "data" / DEAL, folder)
        yield Shell(folder, Path(scratch) / "home")


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
        ours = OnnxEmbedder(folder, Path(cache))
        ours.embed(chunks[:8])
        ours_s, theirs_s, default_s = medians_in_turn_s(
            lambda: ours.embed(chunks),
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
        Figure("Baton / LlamaIndex, same chunks", theirs_s / ours_s, "x", 2.5, at_least=True),
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


def command_figures(shell: Shell) -> list[Figure]:
    """The commands people wait for, timed from the shell."""
    ask = median_s(lambda: shell.baton("ask", DEAL, QUESTION), QUICK_RUNS)
    brief = median_s(lambda: shell.baton("brief", DEAL), RUNS)
    usage = median_s(lambda: shell.baton("--help"), QUICK_RUNS)
    again = median_s(shell.index, QUICK_RUNS)
    return [
        Figure("baton brief", brief, "s", 3.0),
        Figure("baton ask, cold", ask, "s", 1.5),
        Figure("baton --help", usage, "s", 0.3),
        Figure("baton index, nothing changed", again, "s", 1.0),
    ]


def reading_figures() -> list[Figure]:
    """Reading alone: the demo deals' files to segments, nothing embedded or written."""
    rounds = [reading_speed(ROOT / "data") for _ in range(RUNS)]
    return [
        Figure(f"Baton reads {name}", statistics.median(one[name] for one in rounds), "a second")
        for name in sorted(rounds[0])
    ]


def measure() -> list[Figure]:
    """All figures, on a copy of one demo deal."""
    with demo_shell() as shell:
        shell.index()
        commands = command_figures(shell)
        store = Store(shell.home)
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
        chunks = list(cut.values())
        artifacts = ["\n".join(s.text for s in run) for run in by_artifact.values()]
        whole_s = median_s(shell.index, RUNS, before=shell.forget)
        return embedding_figures(chunks, artifacts, whole_s) + reading_figures() + commands


def main() -> None:
    """Measure and print."""
    os.environ.update(OFFLINE, TOKENIZERS_PARALLELISM="true", TQDM_DISABLE="1")
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {DEAL}; medians of {RUNS}-{QUICK_RUNS} runs\n"
    )
    for figure in measure():
        print(figure.line())


if __name__ == "__main__":
    main()
