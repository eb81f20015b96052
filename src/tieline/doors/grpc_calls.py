"""The gRPC door's calls on one thing: launch, read, list, watch, cancel, replay, publish."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import aclosing
from hashlib import blake2b
from typing import Any

from tieline.domain.clock import Clock
from tieline.domain.finding import find
from tieline.domain.launch import SETTLED, Launch, State
from tieline.doors.accepting import Accepting
from tieline.doors.filters import read_filter
from tieline.doors.grpc_guard import until
from tieline.doors.grpc_refusal import RefusedError
from tieline.doors.options import DoorOptions
from tieline.doors.translate_events import event_field_of, to_event
from tieline.doors.translate_proto import fill_receipt, to_answer, to_launch, to_submission
from tieline.handoff.verdict import Refused
from tieline.problems.base import ProblemError
from tieline.problems.doors import FieldMissing, LaunchUnknown, NotCancellable, PageSizeInvalid, PageTokenInvalid
from tieline.queue.port import Queue
from tieline.v1 import event_service_pb2 as events
from tieline.v1 import launch_pb2 as pb
from tieline.v1 import launch_service_pb2 as launches

PAGE = 50
MAX_PAGE = 500
_MARK = 8


class Calls:
    """Answers one call each. They raise `ProblemError` and `RefusedError`; the guard answers those."""

    def __init__(self, options: DoorOptions, accept: Accepting, queue: Queue, clock: Clock, stopping: asyncio.Event) -> None:
        """Take what the door was given, and the event that says it stops."""
        self._options = options
        self._accept = accept
        self._queue = queue
        self._clock = clock
        self._stopping = stopping

    async def launch_flow(self, message: launches.LaunchFlowRequest) -> launches.LaunchFlowResponse:
        """Check one launch and store it, or only check it."""
        submission = to_submission(message, self._options.max_depth)
        answer = self._accept.validate(submission) if message.validate_only else await self._accept.launch(submission)
        if isinstance(answer, Refused):
            raise RefusedError(answer.findings)
        return to_answer(answer)

    async def publish_event(self, message: events.PublishEventRequest) -> events.PublishEventResponse:
        """Store what one event becomes."""
        if not message.HasField("event"):
            raise RefusedError((find(FieldMissing(field="event"), "field:event"),), event_field_of)
        event = to_event(message.event, self._options.max_depth)
        verdict = event if isinstance(event, Refused) else (await self._accept.events((event,)))[0]
        if isinstance(verdict, Refused):
            raise RefusedError(verdict.findings, _in_event)
        response = events.PublishEventResponse()
        fill_receipt(response.receipt, verdict)
        return response

    async def get_launch(self, message: launches.GetLaunchRequest) -> pb.Launch:
        """Read one launch."""
        return to_launch(await self._get(message.id))

    async def list_launches(self, message: launches.ListLaunchesRequest) -> launches.ListLaunchesResponse:
        """Read a page of launches."""
        if message.page_size < 0:
            raise ProblemError(PageSizeInvalid(seen=message.page_size, most=MAX_PAGE))
        before = _before(message.page_token, message.filter) if message.page_token else None
        limit = min(message.page_size or PAGE, MAX_PAGE)
        page = await self._queue.list(read_filter(message.filter), limit=limit, before=before)
        return launches.ListLaunchesResponse(
            launches=[to_launch(launch) for launch in page.launches],
            next_page_token=_page_token(page.next_before, message.filter) if page.next_before is not None else "",
        )

    async def cancel_launch(self, message: launches.CancelLaunchRequest) -> pb.Launch:
        """Cancel a launch that was not sent."""
        launch = await self._queue.cancel(message.id, now=self._clock())
        if launch is None:
            raise ProblemError(LaunchUnknown(id=message.id))
        if launch.state is not State.CANCELLED:
            raise ProblemError(NotCancellable(id=launch.id, state=launch.state))
        return to_launch(launch)

    async def replay_launch(self, message: launches.ReplayLaunchRequest) -> pb.Launch:
        """Put a launch back that was refused, held or exhausted."""
        answer = await self._accept.replay(message.id, may_repeat=message.may_repeat)
        if isinstance(answer, Refused):
            raise RefusedError(answer.findings, str)
        return to_launch(answer)

    async def watch_launch(self, message: launches.WatchLaunchRequest) -> AsyncIterator[launches.WatchLaunchResponse]:
        """Give a launch as it stands, then after each change, until nothing more is to come."""
        await self._get(message.id)
        changes: Any = self._queue.watch((message.id,))
        steps: Any = until(self._stopping, changes)
        async with aclosing(changes), aclosing(steps):
            async for launch in steps:
                yield launches.WatchLaunchResponse(launch=to_launch(launch))
                if not message.keep_open and _ended(launch):
                    return

    async def _get(self, id: str) -> Launch:
        if (launch := await self._queue.get(id)) is None:
            raise ProblemError(LaunchUnknown(id=id))
        return launch


def _ended(launch: Launch) -> bool:
    # A launched one whose run is followed has a next look due.
    return launch.state in SETTLED and launch.schedule_time is None


def _in_event(at: str) -> str:
    return f"event.{event_field_of(at)}"


def _page_token(before: str, filter: str) -> str:
    return urlsafe_b64encode(_mark(filter) + before.encode()).decode()


def _before(token: str, filter: str) -> str:
    try:
        data = urlsafe_b64decode(token.encode())
        mark, before = data[:_MARK], data[_MARK:].decode()
    except ValueError:
        raise ProblemError(PageTokenInvalid()) from None
    if mark != _mark(filter):
        raise ProblemError(PageTokenInvalid())
    return before


def _mark(filter: str) -> bytes:
    return blake2b(filter.encode(), digest_size=_MARK).digest()
