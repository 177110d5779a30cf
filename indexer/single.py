"""Reads one file by itself, in the confined child that reads deals, for looking at: nothing of it is kept."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import InputError
from indexer.manifest import Manifest
from indexer.models import RawArtifact
from indexer.reading import read_deal
from indexer.walk import Walk


def read_file(path: Path) -> list[RawArtifact]:
    """What the file holds, as artifacts. Raises InputError where it is no file or can't be read."""
    if not path.is_file():
        raise InputError(f"{path} is no file. Name the document to be looked at.")
    reading = read_deal(Walk(files={path.name: path.resolve()}), Manifest())
    found = [a for a in reading.artifacts if any(s.text.strip() for s in a.segments)]
    if not found:
        why = next((n.why for n in reading.not_read), "there is no text in it")
        raise InputError(
            f"{path} can't be read: {why}. Save it as Markdown, text, HTML, Word or PDF."
        )
    return found
