"""A second opinion on a finding, where a natural language inference model is configured: never the only one.

What code found altered, contradicted or said by somebody else stays so. The model may refuse what the checks let
through, and may let through what they miss most words of, if no figure and no name in it is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from agent.verification.names import names
from agent.verification.plain import make_plain, tokens
from agent.verification.quantities import quantities
from agent.verify import MIN_COVERAGE, Finding
from indexer.entailment import Reading
from indexer.sentences import sentence_spans

SURE_AT = 0.9
"""How sure the model must be to be heard."""
PREMISE_WORDS = 250
"""A longer text is read only where the finding rests on it, and around."""
CONTEXT_CHARS = 200


class Reader(Protocol):
    """What says how surely texts entail or contradict a claim."""

    def read(self, claim: str, texts: Sequence[str]) -> list[Reading]: ...


def with_second_opinion(
    finding: Finding, claim: str, texts: Sequence[str], reader: Reader | None
) -> Finding:
    """The finding, changed where the reader is sure of something else; as it is without a reader."""
    open_to_it = finding.verdict == "supported" or (
        finding.verdict == "unsupported" and finding.coverage < MIN_COVERAGE
    )
    premises = _premises(finding, texts)
    if reader is None or not open_to_it or not premises:
        return finding
    readings = reader.read(claim, premises)
    entails = max(r.entails for r in readings)
    contradicts = max(r.contradicts for r in readings)
    if finding.verdict == "supported" and contradicts >= SURE_AT > entails:
        why = f"the configured NLI model reads the opposite in the cited words ({contradicts:.2f})"
        return finding.model_copy(
            update={"verdict": "contradicted", "why": why, "score": min(finding.score, 1 - contradicts)}
        )  # fmt: skip
    if entails >= SURE_AT and contradicts < SURE_AT and not _new_in(claim, premises):
        why = finding.why
        if finding.verdict != "supported":
            why = f"the configured NLI model reads it in the cited words ({entails:.2f})"
        return finding.model_copy(
            update={"verdict": "supported", "why": why, "score": max(finding.score, entails),
                    "coverage": max(finding.coverage, entails)}
        )  # fmt: skip
    return finding


def _premises(finding: Finding, texts: Sequence[str]) -> list[str]:
    """The texts as they are if they are short, else the sentences that the finding rests on; several also as one."""
    found = []
    for n, text in enumerate(texts):
        if len(text.split()) <= PREMISE_WORDS:
            found.append(text)
            continue
        for span in (s for s in finding.support if s.source == n):
            low, high = span.start - CONTEXT_CHARS, span.end + CONTEXT_CHARS
            near = [text[a:b] for a, b in sentence_spans(text) if a < high and b > low]
            found.append(" ".join(near))
    joined = " ".join(found)
    if len(found) > 1 and len(joined.split()) <= PREMISE_WORDS:
        found.append(joined)
    return [f for f in found if f.strip()]


def _new_in(claim: str, premises: Sequence[str]) -> bool:
    """True if the claim holds a figure or a name that no premise has."""
    plain, evidence = make_plain(claim).text, make_plain(" \n".join(premises)).text
    known = {t.text.casefold() for t in tokens(evidence)}
    figures = {v for q in quantities(evidence) for v in (*q.values, *q.spoken)}
    if any(not set(q.spoken or q.values) & figures for q in quantities(plain)):
        return True
    return any(not set(n.parts) <= known for n in names(plain))
