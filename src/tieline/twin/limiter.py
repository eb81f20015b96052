"""The rate limit of one token: pure, time is handed in.

A request that is refused is not counted (whether the cloud counts it is unknown). The figures are those the cloud's headers carry.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque

import msgspec

from tieline.contract.limits import TOKEN_RATE
from tieline.twin.options import Window

WINDOW_MS = TOKEN_RATE.seconds * 1000


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """What the limiter says to one request: whether it passes, how many are counted, how many the window allows, and in how
    many whole seconds (at least one) there is room again.
    """

    passed: bool
    count: int
    allowed: int
    reset_s: int


class Limiter(ABC):
    """Counts the requests of one token."""

    def __init__(self, allowed: int) -> None:
        """Allow so many requests in a window; at least one."""
        self.allowed = allowed

    @abstractmethod
    def take(self, now: int) -> Count:
        """Ask for one request at `now` (milliseconds)."""

    def _say(self, passed: bool, count: int, ends: int, now: int) -> Count:
        return Count(passed=passed, count=count, allowed=self.allowed, reset_s=max(1, -(-(ends - now) // 1000)))


class _Fixed(Limiter):
    """A window that begins with the first request after the last one ended, or with the clock's minute."""

    def __init__(self, allowed: int, *, by_clock: bool) -> None:
        super().__init__(allowed)
        self._by_clock = by_clock
        self._ends = 0
        self._count = 0

    def take(self, now: int) -> Count:
        if now >= self._ends:
            begins = now - now % WINDOW_MS if self._by_clock else now
            self._ends, self._count = begins + WINDOW_MS, 0
        passed = self._count < self.allowed
        self._count += passed
        return self._say(passed, self._count, self._ends, now)


class _Sliding(Limiter):
    """The minute before each request."""

    def __init__(self, allowed: int) -> None:
        super().__init__(allowed)
        self._times: deque[int] = deque()

    def take(self, now: int) -> Count:
        while self._times and self._times[0] <= now - WINDOW_MS:
            self._times.popleft()
        if passed := len(self._times) < self.allowed:
            self._times.append(now)
        return self._say(passed, len(self._times), self._times[0] + WINDOW_MS, now)


def limiter(window: Window, allowed: int) -> Limiter:
    """Make a limiter of this kind."""
    return _Sliding(allowed) if window is Window.SLIDING else _Fixed(allowed, by_clock=window is Window.CLOCK_MINUTE)
