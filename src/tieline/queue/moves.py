"""What the queue itself does to a launch: lapse, cancel; pure, and the same for every store."""

from __future__ import annotations

import msgspec

from tieline.domain.finding import find
from tieline.domain.launch import CANCELLABLE, NEXT, REPLAYABLE, Launch, State
from tieline.problems.base import ProblemError
from tieline.problems.queue import LeaseLapsed, WrongMove
from tieline.queue.port import Repeated

WAITING = frozenset({State.QUEUED, State.SENDING, State.SCHEDULED})
"""States that hold back later launches with the same ordering key, and that count as waiting."""

EXPIRABLE = frozenset({State.QUEUED, State.SCHEDULED})


DUE = frozenset({State.QUEUED, State.SENDING, State.SCHEDULED, State.LAUNCHED})
"""States in which a next step may be due."""


def at_rest(launch: Launch) -> Launch:
    """Clear the due time of a launch that nothing more is owed to, so that it can never be claimed."""
    if launch.schedule_time is None or launch.state in DUE:
        return launch
    return msgspec.structs.replace(launch, schedule_time=None)


def check_move(before: Launch, after: Launch) -> None:
    """Hold a step against the table of states; staying in LAUNCHED while the run is followed is no step. Raises TL308."""
    if after.state in NEXT[before.state] or (before.state is after.state is State.LAUNCHED):
        return
    raise ProblemError(WrongMove(launch=before.id, before=before.state, after=after.state))


def lapsed(launch: Launch, now: int) -> Launch:
    """What becomes of a launch whose lease ran out: SENDING may have left, anything else simply waits again."""
    if launch.state is not State.SENDING:
        return launch
    finding = find(LeaseLapsed(attempt=launch.begun), "")
    return msgspec.structs.replace(
        launch, state=State.AMBIGUOUS, schedule_time=None, update_time=now, findings=(*launch.findings, finding)
    )


def cancelled(launch: Launch, now: int) -> Launch:
    """Cancel a launch where its state allows it, else give it back as it is."""
    if launch.state not in CANCELLABLE:
        return launch
    return msgspec.structs.replace(launch, state=State.CANCELLED, schedule_time=None, update_time=now)


def repeated(first: Launch) -> Repeated:
    """Say that `first` holds the request_id."""
    return Repeated(id=first.id, request_id=first.request_id, state=first.state, create_time=first.create_time)


def can_requeue(stands: Launch, before: Launch) -> bool:
    """Tell whether a launch may be put back as QUEUED: it has to stand as it did when that was decided."""
    return stands.state in REPLAYABLE and stands == before
