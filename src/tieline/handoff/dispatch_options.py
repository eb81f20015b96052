"""Dispatch's settings and its counters."""

from __future__ import annotations

from collections import Counter

import msgspec

from tieline.domain.next import RetryPolicy


class DispatchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of dispatch; milliseconds.

    `lease_ms` is how long a claim holds, and has to be longer than `send_ms`, the longest one call to the cloud may take
    (`CloudOptions.longest_ms`). `idle_ms` is the longest wait between two looks at the queue, `drain_ms` how long a stop
    waits for answers under way. After `breaker_after` tries in a row that were not sent, one launch at a time probes the
    way, and its tries cost no attempt.
    """

    retry: RetryPolicy = RetryPolicy()
    lease_ms: int = 180_000
    send_ms: int = 60_000
    idle_ms: int = 5_000
    drain_ms: int = 35_000
    breaker_after: int = 5
    bug_pause_ms: int = 1_000


class Tally:
    """What a dispatcher did since it started, and how its pace stands; read by metrics, written by the dispatcher alone.

    `outcomes` counts tries by how they ended. `lost` counts answers that came after the lease was gone. `limit` is the
    limit in force (0: unpaced), `used` the permits spent, `foreign` the requests of other programs seen on the token,
    `blocked_until` and `paused_until` (milliseconds since the epoch) what dispatch waits for.
    """

    def __init__(self) -> None:
        """Start at nothing."""
        self.outcomes: Counter[str] = Counter()
        self.claimed = 0
        self.looks = 0
        self.expired = 0
        self.released = 0
        self.lost = 0
        self.bugs = 0
        self.in_flight = 0
        self.limit = 0
        self.used = 0
        self.foreign = 0
        self.blocked_until = 0
        self.paused_until = 0
