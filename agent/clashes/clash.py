"""What is found: two or more places that give one thing different values."""

from __future__ import annotations

from dataclasses import dataclass

from agent.clashes.stated import Stated
from agent.verification.words import content
from prompts.cues import all_of


@dataclass(frozen=True)
class Clash:
    """Words that can't hold beside other words; `signed` stands higher, or is the later where neither was signed."""

    topic: str
    said: Stated
    signed: Stated
    sure: float
    """0..1, for ranking only."""
    others: tuple[Stated, ...] = ()
    """Further places that say the same as `said`, or something else again."""

    @property
    def sides(self) -> tuple[Stated, ...]:
        """All places, the lowest first."""
        return (*self.others, self.said, self.signed)

    def why(self, executed: bool = True) -> str:
        """Why the places can't all be right, in a few words; a paper that wasn't `executed` isn't called signed."""
        said, signed = (s.value.text[:80].rstrip(" .,;") for s in (self.said, self.signed))
        if self.signed.voice == "signed":
            return f"said {said}, {'signed' if executed else 'in an unsigned paper'} {signed}"
        return f"{said} in one place, {signed} in another"

    @property
    def promised(self) -> bool:
        """Whether the seller said it to the customer, and a binding paper says otherwise."""
        return self.said.voice == "seller" and self.signed.voice == "signed"

    def asked_by(self, question: str) -> bool:
        """Whether a question is about what the places contradict each other on."""
        told = self.said.thing.measures | self.signed.thing.measures | {self.topic}
        asked = set(all_of("measures", question))
        if asked:
            return bool(asked & told)
        return bool(content(self.topic) & content(question))
