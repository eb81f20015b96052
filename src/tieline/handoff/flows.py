"""Reads the flows of an environment at its pace: a page counts against the same budget as a launch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from tieline.cloud.port import Cloud
from tieline.domain.clock import Clock
from tieline.domain.flow import Flow
from tieline.pacing import permits
from tieline.pacing.options import PaceOptions
from tieline.pacing.permits import Granted, Wait
from tieline.queue.port import Queue

log = structlog.get_logger("tieline.handoff")

HELD_MS = 120_000
"""How long a permit for a page is held when its reader dies: longer than any one request takes."""


async def read_flows(environment: str, cloud: Cloud, queue: Queue, pace: PaceOptions, clock: Clock) -> Sequence[Flow]:
    """Read every flow of an environment, page by page, each under a permit; every tenth page is logged, for a large org takes a
    while. Raises `ProblemError` (4xx).
    """

    @asynccontextmanager
    async def turn() -> AsyncIterator[None]:
        slot = await _permit(environment, queue, pace, clock)
        try:
            yield
        finally:
            await queue.pace(environment, lambda state: (_stamped(state, pace, slot, clock()), None))

    def seen(page: int, pages: int | None) -> None:
        if worth_a_line(page, pages):
            log.info("reading flows", environment=environment, page=page, pages=pages)

    return await cloud.flows(turn, seen)


def worth_a_line(page: int, pages: int | None) -> bool:
    """Tell whether somebody who reads lines wants to hear of this page: every tenth, but the last."""
    return page % 10 == 0 and page != pages


async def _permit(pool: str, queue: Queue, pace: PaceOptions, clock: Clock) -> int:
    while True:
        now = clock()
        answer = await queue.pace(pool, lambda state, at=now: _taken(state, pace, at))  # type: ignore[misc]
        if isinstance(answer, Granted):
            return answer.slot
        await asyncio.sleep(max(0.001, (answer.until - clock()) / 1000))


def _taken(state: bytes, pace: PaceOptions, now: int) -> tuple[bytes, Granted | Wait]:
    after, answer = permits.take(permits.decode(state), pace, now, now + HELD_MS)
    return permits.encode(after), answer


def _stamped(state: bytes, pace: PaceOptions, slot: int, now: int) -> bytes:
    return permits.encode(permits.stamp(permits.decode(state), pace, slot, now))
