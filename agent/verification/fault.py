"""What is wrong with a claim: the verdict and the reason, in words that a model or a person can act on."""

from __future__ import annotations

from dataclasses import dataclass

from agent.models import Verdict


@dataclass(frozen=True)
class Fault:
    """What is wrong with a claim, in words to act on."""

    verdict: Verdict
    why: str
    sure: bool = True
    """False for what only weighs one place against another: it costs free prose nothing."""
