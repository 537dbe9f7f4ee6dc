"""What is wrong on a screen counts only if it lasts longer than a frame takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Grace(Generic[T]):
    """Things that began to be wrong, in order, until they have lasted longer than a bound."""

    def __init__(self, bound_us: int) -> None:
        self._bound_us = bound_us
        self._began: deque[tuple[int, T]] = deque()

    def begin(self, time_us: int, thing: T) -> None:
        """Remember that something began to be wrong now."""
        assert not self._began or self._began[-1][0] <= time_us, time_us
        self._began.append((time_us, thing))

    def over(self, until_us: int) -> Iterator[tuple[int, T]]:
        """Yield, and forget, what began more than the bound before `until_us`, and when.

        The caller knows whether it has been put right since.
        """
        began = self._began
        while began and until_us - began[0][0] > self._bound_us:
            yield began.popleft()
