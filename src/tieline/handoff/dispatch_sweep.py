"""The sweeper: lets leases lapse, ends what is past its time, forgets what is old; one for each queue."""

from __future__ import annotations

import asyncio

import structlog

from tieline.domain.clock import Clock
from tieline.problems.base import ProblemError
from tieline.queue.port import Queue, Swept

EVERY_MS = 2_000


class Sweeper:
    """Sweeps a queue every `every_ms` milliseconds, and at once again while there is more to do."""

    def __init__(self, queue: Queue, clock: Clock, every_ms: int = EVERY_MS) -> None:
        """Take the queue and the clock."""
        self._queue = queue
        self._clock = clock
        self._every_ms = every_ms
        self._log = structlog.get_logger("tieline.sweep")

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep until `stop` is set; a sweep that fails is told and tried again."""
        while not stop.is_set():
            swept = await self._sweep()
            if swept.lapsed or swept.ambiguous or swept.expired:
                self._log.info("swept", lapsed=swept.lapsed, ambiguous=swept.ambiguous, expired=swept.expired)
            try:
                await asyncio.wait_for(stop.wait(), 0.01 if swept.forgotten or swept.expired else self._every_ms / 1_000)
            except TimeoutError:
                continue

    async def _sweep(self) -> Swept:
        try:
            return await self._queue.sweep(now=self._clock())
        except ProblemError as error:
            self._log.error("sweep failed", code=error.problems[0].code, problem=str(error))
        except Exception:  # noqa: BLE001 - the sweeper outlives what it meets
            self._log.exception("sweep failed", code="TL901")
        return Swept()
