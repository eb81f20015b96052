"""The steps dispatch hands to the queue: the pace is read and written by the pacing room, inside the queue's transaction."""

from __future__ import annotations

from typing import TypeAlias

from tieline.domain.next import throttle_wait_ms
from tieline.domain.outcome import ExecutionView, Outcome, OutcomeKind
from tieline.pacing import permits
from tieline.pacing.options import PaceOptions
from tieline.pacing.permits import Granted, Pace, Wait
from tieline.queue.port import Claim, Step

Taken: TypeAlias = tuple[Granted | Wait, Pace]
"""The answer of a take, and the pace as it then stands."""


def taking(options: PaceOptions, claim: Claim, now: int) -> Step[Taken]:
    """Make the step that takes a permit for `claim`."""

    def step(data: bytes) -> tuple[bytes, Taken]:
        pace, answer = permits.take(permits.decode(data), options, now, claim.lease_until)
        return permits.encode(pace), (answer, pace)

    return step


def stamping(options: PaceOptions, slot: int, answer: Outcome | ExecutionView, answered_at: int, draw: float) -> Step[None]:
    """Make the step that stamps a permit with its answer, or gives it back when nothing was sent."""
    throttled = answer.throttled if isinstance(answer, ExecutionView) else answer.kind is OutcomeKind.THROTTLED
    wait = throttle_wait_ms(answer, draw) if throttled else None

    def step(data: bytes) -> tuple[bytes, None]:
        pace = permits.decode(data)
        if not answer.counted:
            return permits.encode(permits.unused(pace, slot)), None
        pace = permits.stamp(pace, options, slot, answered_at, allowance=answer.allowance, throttle_ms=wait)
        return permits.encode(pace), None

    return step
