"""The system's clock, made so that it never goes back."""

from __future__ import annotations

import time

from tieline.domain.clock import Clock


def system_clock() -> Clock:
    """Give a clock that starts at the system's time and never goes back, whatever is done to the system's clock."""
    start = time.time_ns() - time.monotonic_ns()
    return lambda: (start + time.monotonic_ns()) // 1_000_000
