"""Reads the labelled utterances in `eval/dev/utterances/`: two plain text formats, one value type.

Block files: a header `@ fields | side | source | act`, then one utterance a line, optionally with the
preceding turn before ` >> `. Dialogue files: `# industry; product; source`, then one turn a line,
`C|V <TAB> labels <TAB> act <TAB> text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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


def _dialogues(path: Path) -> Iterator[Utterance]:
    source, previous = "call", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            source, previous = line.rsplit(";", 1)[-1].strip(), ""
            continue
        cells = line.split("\t")
        if len(cells) != 4:
            continue
        side = {"C": "customer", "V": "vendor"}.get(cells[0].strip(), "unknown")
        yield Utterance(
            cells[3].strip(), previous, side, source, cells[2].strip(), _fields(cells[1]), path.stem
        )
        previous = cells[3].strip()


def load_utterances(folder: Path) -> list[Utterance]:
    """All utterances of the folder, file by file. Unknown acts are an error, so typos show."""
    found: list[Utterance] = []
    for path in sorted(folder.glob("*.txt")):
        reader = _dialogues if path.stem.startswith("dialogue") else _blocks
        found.extend(reader(path))
    wrong = {u.act for u in found} - set(ACTS)
    if wrong:
        raise ValueError(f"unknown acts in the utterances: {sorted(wrong)}")
    return found
