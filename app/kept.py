"""Keeps what was opened of accounts, up to a number of bytes; beyond it the least lately used is given up."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by account, each with the mark of the state it was made from; threads may share it.

    The latest is kept whatever its size. A value that is given up lives on where somebody still uses it.
    """

    def __init__(self, limit: int, size_of: Callable[[T], int]) -> None:
        """`size_of` says how many bytes a value holds, about."""
        self._limit, self._size_of = limit, size_of
        self._values: OrderedDict[str, tuple[object, T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, slug: str, mark: object) -> T | None:
        """The account's value, or None if there is none of this state."""
        with self._lock:
            known = self._values.get(slug)
            if known is None or known[0] != mark:
                return None
            self._values.move_to_end(slug)
            return known[1]

    def put(self, slug: str, mark: object, value: T) -> T:
        """Keep a value in place of the account's last one. Returns it."""
        size = self._size_of(value)
        with self._lock:
            self._values.pop(slug, None)
            self._values[slug] = (mark, value, size)
            while len(self._values) > 1 and self.bytes > self._limit:
                self._values.popitem(last=False)
        return value

    def drop(self, slug: str) -> None:
        """Give up what is kept of an account."""
        with self._lock:
            self._values.pop(slug, None)

    @property
    def bytes(self) -> int:
        """What all values hold, about."""
        return sum(size for _, _, size in self._values.values())

    def __len__(self) -> int:
        return len(self._values)
