"""The twin's clock: it runs with the one handed in, until a test holds it or moves it."""

from __future__ import annotations

from tieline.twin.options import Clock


class TwinClock:
    """Gives milliseconds since the epoch. Held, it stands still until it is moved; moved, it runs on from there."""

    def __init__(self, real: Clock) -> None:
        """Run with `real`."""
        self._real = real
        self._ahead = 0
        self._held: int | None = None

    def __call__(self) -> int:
        """Give the time."""
        return self._real() + self._ahead if self._held is None else self._held

    @property
    def held(self) -> bool:
        """Whether it stands still."""
        return self._held is not None

    def hold(self, at: int | None = None) -> None:
        """Stand still, now or at the given time (milliseconds)."""
        self._held = self() if at is None else at

    def move(self, ms: int) -> None:
        """Go forward at once by so many milliseconds; raises `ValueError` for a step back."""
        if ms < 0:
            raise ValueError("the clock goes forward only")
        if self._held is None:
            self._ahead += ms
        else:
            self._held += ms

    def release(self) -> None:
        """Run on from where it stands."""
        if self._held is not None:
            self._ahead = self._held - self._real()
            self._held = None

    def reset(self) -> None:
        """Run with the real clock again."""
        self._ahead, self._held = 0, None
