"""A conversation about one account: kept in the record, read back for follow-up questions, forgotten on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agent.conversation import Turn

if TYPE_CHECKING:
    from agent.llm.steps import OnStep
    from agent.models import Answer
    from app.session import Session


class Chat:
    """The conversation of one account."""

    def __init__(self, session: Session, slug: str) -> None:
        """Raises UnknownAccount."""
        session.store.account(slug)
        self._session, self._slug = session, slug

    def ask(self, question: str, on_step: OnStep | None = None) -> Answer:
        """The answer to a question in its conversation; both are kept."""
        turns = [turn for _, turn in self.history()]
        answer = self._session.answer(self._slug, question, turns, on_step)
        kept = (Turn(role="user", text=question, read_as=answer.read_as), answer_turn(answer))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._session.store.add_turns(self._slug, now, [t.model_dump_json() for t in kept])
        return answer

    def history(self) -> Iterator[tuple[str, Turn]]:
        """(when, turn), oldest first."""
        for at, content in self._session.store.turns(self._slug):
            yield at, Turn.model_validate_json(content)

    def forget(self) -> int:
        """Forget the conversation. Returns how many turns it had."""
        return self._session.store.forget_turns(self._slug)


def answer_turn(answer: Answer) -> Turn:
    """An answer as a turn: its words, whom it quotes, its points in order."""
    gaps = " ".join(f"{g.label}: {g.question}" for g in answer.gaps)
    said = " ".join(f"{c.text}: {c.citations[0].quote}" for c in answer.claims)
    speakers = (c.citations[0].speaker for c in answer.claims)
    return Turn(
        role="assistant", text=said or gaps, people=tuple(dict.fromkeys(s for s in speakers if s)),
        items=tuple(c.citations[0].quote for c in answer.claims), asks_back=any(g.ask == "you" for g in answer.gaps),
    )  # fmt: skip
