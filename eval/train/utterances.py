"""Reads the labelled utterances in `eval/dev/utterances/`: two plain text formats, one value type.

Block files: a header `@ fields | side | source | act`, then one utterance a line, optionally with the
preceding turn before ` >> `. Dialogue and deal files: `# ...; source` (dialogue) or `# source; title` (deal), then one
turn a line, `C|V|U <TAB> labels <TAB> act <TAB> text`. Deal files also have `= customer; ...` before each deal and, at its
end, `? question <TAB> fragment of the answering line || fragment of another`, or `-` where nobody ever answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.passages import passage_spans

CONTEXT_CHARS = 140
ACTS = (
    "statement", "question", "hypothetical", "retraction", "hearsay", "other_customer", "promise",
    "unanswered", "smalltalk",
)  # fmt: skip


@dataclass(frozen=True)
class Utterance:
    """One labelled utterance; `previous` is the turn before it, empty if none is given."""

    text: str
    previous: str
    side: str
    source: str
    act: str
    fields: tuple[str, ...]
    origin: str


def _fields(cell: str) -> tuple[str, ...]:
    return tuple(f.strip() for f in cell.split(",") if f.strip() not in ("", "none"))


def _blocks(path: Path) -> Iterator[Utterance]:
    header: tuple[tuple[str, ...], str, str, str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            cells = [c.strip() for c in line[2:].split("|")]
            header = (_fields(cells[0]), cells[1], cells[2], cells[3])
        elif line.strip() and header:
            previous, _, text = line.rpartition(" >> ")
            yield Utterance(
                text.strip(),
                previous.strip(),
                header[1],
                header[2],
                header[3],
                header[0],
                path.stem,
            )


def pieces(u: Utterance) -> list[tuple[str, str]]:
    """The utterance as a head reads it at run time: its passages, each with what came before it."""
    found, before = [], u.previous
    for start, end in passage_spans(u.text):
        text = u.text[start:end]
        found.append((before[-CONTEXT_CHARS:], f"{u.side} {u.source}: {text}"))
        before = text
    return found or [("", u.text)]


@dataclass(frozen=True)
class Question:
    """A follow-up question of a deal; `answers` are positions among the deal's utterances, empty if unanswerable."""

    text: str
    answers: tuple[int, ...]


@dataclass(frozen=True)
class Deal:
    """A whole written deal: its utterances in order and its questions."""

    name: str
    origin: str
    utterances: tuple[Utterance, ...]
    questions: tuple[Question, ...]


_SIDES = {"C": "customer", "V": "vendor", "U": "unknown"}


def load_deals(folder: Path) -> list[Deal]:
    """All deals of the folder's `deal_*.txt`. Raises ValueError where a fragment fits no single line."""
    return [deal for path in sorted(folder.glob("deal_*.txt")) for deal in _deals(path)]


def _deals(path: Path) -> Iterator[Deal]:
    name, source, previous = "", "call", ""
    turns: list[Utterance] = []
    questions: list[Question] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), "= "]:
        if line.startswith("= "):
            if turns:
                yield Deal(name, path.stem, tuple(turns), tuple(questions))
            name, turns, questions = line[2:].split(";")[0].strip(), [], []
        elif line.startswith("# "):
            source, previous = line[2:].split(";")[0].strip(), ""
        elif line.startswith("? "):
            text, _, cell = line[2:].partition("\t")
            questions.append(Question(text.strip(), _answers(cell.strip(), turns, path)))
        elif line.count("\t") == 3:
            side, labels, act, text = (c.strip() for c in line.split("\t"))
            before = previous if source in ("call", "chat", "mail") else ""
            turns.append(
                Utterance(text, before, _SIDES[side], source, act, _fields(labels), path.stem)
            )
            previous = text


def _answers(cell: str, turns: list[Utterance], path: Path) -> tuple[int, ...]:
    if cell == "-":
        return ()
    found = []
    for fragment in (f.strip() for f in cell.split("||")):
        hits = [i for i, u in enumerate(turns) if fragment in u.text]
        if len(hits) != 1:
            raise ValueError(f"{path.name}: {fragment!r} stands in {len(hits)} lines, not in one")
        found.append(hits[0])
    return tuple(found)


def _dialogues(path: Path) -> Iterator[Utterance]:
    source, previous = "call", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            source, previous = line.rsplit(";", 1)[-1].strip(), ""
            continue
        cells = line.split("\t")
        if len(cells) != 4:
            continue
        side = _SIDES.get(cells[0].strip(), "unknown")
        yield Utterance(
            cells[3].strip(), previous, side, source, cells[2].strip(), _fields(cells[1]), path.stem
        )
        previous = cells[3].strip()


def load_utterances(folder: Path) -> list[Utterance]:
    """All utterances of the folder, file by file. Unknown acts are an error, so typos show."""
    found: list[Utterance] = []
    for deal in load_deals(folder):
        found.extend(deal.utterances)
    for path in sorted(folder.glob("*.txt")):
        if path.stem.startswith("deal_"):
            continue
        reader = _dialogues if path.stem.startswith("dialogue") else _blocks
        found.extend(reader(path))
    wrong = {u.act for u in found} - set(ACTS)
    if wrong:
        raise ValueError(f"unknown acts in the utterances: {sorted(wrong)}")
    return found
