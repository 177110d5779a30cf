"""Long work as a stream of steps: for a page that shows what a model does while it does it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from agent.llm.steps import OnStep, Step

T = TypeVar("T")


@dataclass(frozen=True)
class Done(Generic[T]):
    """The end of a stream: what the work came to."""

    result: T


def stream(work: Callable[[OnStep], T]) -> Iterator[Step | Done[T]]:
    """Run `work` in a thread of its own and yield its steps as they happen, then `Done` with its result.

    `work` must open its own session: a record's connection stays in one thread. What it raises is raised here.
    Example: `stream(lambda on_step: Session(home).make_brief(slug, template, view, on_step))`.
    """
    heard: queue.SimpleQueue[Step | Done[T] | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            heard.put(Done(work(heard.put)))
        except BaseException as error:  # handed over to the reading thread, which raises it
            heard.put(error)

    threading.Thread(target=run, daemon=True).start()
    while True:
        one = heard.get()
        if isinstance(one, BaseException):
            raise one
        yield one
        if isinstance(one, Done):
            return
