"""An optional second reader of claims: a natural language inference model in a folder that `BATON_NLI_MODEL` names.

It says how surely a text entails a claim, and how surely it contradicts it. What follows from that is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.cross_encoder import CrossEncoder

SETTING = "BATON_NLI_MODEL"


@dataclass(frozen=True)
class Reading:
    """What the model makes of one text and a claim: probabilities."""

    entails: float
    contradicts: float


class Entailment:
    """The model of a folder, ONNX or safetensors; it loads at its first claim."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelMissing when the folder holds no model, or none that tells entailment from contradiction."""
        self._model = CrossEncoder(folder, SETTING)
        self.name = self._model.name
        labels = [label.casefold() for label in self._model.labels]
        self._entails, self._contradicts = (
            next((n for n, label in enumerate(labels) if label.startswith(start)), -1)
            for start in ("entail", "contradict")
        )
        if min(self._entails, self._contradicts) < 0:
            said = ", ".join(self._model.labels) or "none"
            raise self._model.fault(f"has the labels {said}, not entailment and contradiction")

    def read(self, claim: str, texts: Sequence[str]) -> list[Reading]:
        """Each text as the premise, the claim as what may follow from it."""
        scores = self._model.scores([(text, claim) for text in texts])
        powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        shares = powers / powers.sum(axis=1, keepdims=True)
        return [Reading(float(row[self._entails]), float(row[self._contradicts])) for row in shares]
