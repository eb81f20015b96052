"""Replay: puts a launch that was refused, held or exhausted back in the queue, as it would be made today."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec
import structlog

from tieline.domain.clock import Clock
from tieline.domain.launch import REPLAYABLE, Launch, State
from tieline.domain.next import replayed
from tieline.handoff.verdict import Refused
from tieline.problems.accept import MayRepeat, NotReplayable
from tieline.problems.base import ProblemError
from tieline.problems.doors import LaunchUnknown
from tieline.queue.port import Queue, Repeated

Remake: TypeAlias = Callable[[Launch], Launch | Refused]
"""Makes a stored launch anew as it would be made today, and stores nothing."""

log = structlog.get_logger("tieline.replay")


async def replay(queue: Queue, remake: Remake, id: str, clock: Clock, *, may_repeat: bool) -> Launch | Refused:
    """Put one launch back as QUEUED, and give it as it then stands; `Refused` with today's findings, and nothing changed.

    It stays the same launch: id, time and attempts. Everything else is what its event, or its request, makes today. Raises
    `ProblemError`: TL104 when there is no such launch, TL175 when its state cannot be replayed, TL176 when it may have run and
    `may_repeat` was not said, 3xx for faults of the store.
    """
    while True:
        stands = await queue.get(id)
        if stands is None:
            raise ProblemError(LaunchUnknown(id=id))
        if stands.state not in REPLAYABLE:
            raise ProblemError(NotReplayable(id=id, state=stands.state))
        if stands.state is State.HELD and not may_repeat:
            raise ProblemError(MayRepeat(id=id, state=stands.state))
        made = remake(stands)
        if isinstance(made, Refused):
            return made
        answer = await _put_back(queue, stands, replayed(stands, made, clock()), may_repeat=may_repeat)
        if answer is not None:  # else somebody moved it meanwhile, and it is looked at again
            where = answer.environment
            log.info("replayed", launch=id, environment=where, was=stands.state, route=answer.route, may_repeat=may_repeat)
            return answer


async def _put_back(queue: Queue, stands: Launch, after: Launch, *, may_repeat: bool) -> Launch | None:
    """Put it back under the request_id it makes today, or under its own where another launch holds that and it may repeat."""
    answer = await queue.requeue(stands, after)
    if not isinstance(answer, Repeated):
        return answer
    if not may_repeat:
        raise ProblemError(MayRepeat(id=stands.id, state=stands.state, other=answer.id, request_id=answer.request_id))
    own = await queue.requeue(stands, msgspec.structs.replace(after, request_id=stands.request_id))
    return own if isinstance(own, Launch) else None
