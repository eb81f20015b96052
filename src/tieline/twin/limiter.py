"""The rate limit of one token: pure, time is handed in.

Whether a request that is refused is counted is unknown, and a setting. The figures are those the cloud's headers carry.
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

    def __init__(self, allowed: int, *, count_refused: bool = False) -> None:
        """Allow so many requests in a window; at least one."""
        self.allowed, self.count_refused = allowed, count_refused

    @abstractmethod
    def take(self, now: int) -> Count:
        """Ask for one request at `now` (milliseconds)."""

    def _say(self, passed: bool, count: int, ends: int, now: int) -> Count:
        return Count(passed=passed, count=count, allowed=self.allowed, reset_s=max(1, -(-(ends - now) // 1000)))


class _Fixed(Limiter):
    """A window that begins with the first request after the last one ended, or with the clock's minute."""

    def __init__(self, allowed: int, *, count_refused: bool, by_clock: bool) -> None:
        super().__init__(allowed, count_refused=count_refused)
        self._by_clock = by_clock
        self._ends = 0
        self._count = 0

    def take(self, now: int) -> Count:
        if now >= self._ends:
            begins = now - now % WINDOW_MS if self._by_clock else now
            self._ends, self._count = begins + WINDOW_MS, 0
        passed = self._count < self.allowed
        self._count += passed or self.count_refused
        return self._say(passed, self._count, self._ends, now)


class _Sliding(Limiter):
    """The minute before each request."""

    def __init__(self, allowed: int, *, count_refused: bool) -> None:
        super().__init__(allowed, count_refused=count_refused)
        self._times: deque[int] = deque(maxlen=2 * allowed)

    def take(self, now: int) -> Count:
        while self._times and self._times[0] <= now - WINDOW_MS:
            self._times.popleft()
        if (passed := len(self._times) < self.allowed) or self.count_refused:
            self._times.append(now)
        leaves = self._times[max(0, len(self._times) - self.allowed)]  # when this one is a minute old there is room
        return self._say(passed, len(self._times), leaves + WINDOW_MS, now)


def limiter(window: Window, allowed: int, *, count_refused: bool = False) -> Limiter:
    """Make a limiter of this kind."""
    if window is Window.SLIDING:
        return _Sliding(allowed, count_refused=count_refused)
    return _Fixed(allowed, count_refused=count_refused, by_clock=window is Window.CLOCK_MINUTE)
