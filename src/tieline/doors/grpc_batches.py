"""The gRPC door's streams of batches: several handled at once, answered in order, one put each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeAlias, TypeVar

from google.protobuf.message import Message

from tieline.domain.launch import Receipt
from tieline.doors.accepting import Accepting
from tieline.doors.grpc_guard import Slots, Unreadable, readable, until
from tieline.doors.options import DoorOptions
from tieline.doors.translate_events import event_field_of, to_event
from tieline.doors.translate_proto import fill_receipt, fill_refusal, fill_verdict, to_submission
from tieline.handoff.verdict import Refused, Submission
from tieline.v1 import event_service_pb2 as events
from tieline.v1 import launch_service_pb2 as launches

M = TypeVar("M", bound=Message)
Ready: TypeAlias = "asyncio.Queue[asyncio.Future[Any] | None]"

AHEAD = 8
"""How many batches of one stream are under way at once: one is read while others are being stored."""


class Batches:
    """Handles streams of batches."""

    def __init__(self, options: DoorOptions, accept: Accepting, slots: Slots, stopping: asyncio.Event) -> None:
        """Take what the door was given, the bound on what is handled at once, and the event that says it stops."""
        self._options = options
        self._accept = accept
        self._slots = slots
        self._stopping = stopping

    def launch_flows(
        self, requests: AsyncIterator[launches.LaunchFlowsRequest | Unreadable]
    ) -> AsyncIterator[launches.LaunchFlowsResponse]:
        """Answer each batch of launches, in order."""
        return self._in_order(requests, self._launch_batch)

    def publish_events(
        self, requests: AsyncIterator[events.PublishEventsRequest | Unreadable]
    ) -> AsyncIterator[events.PublishEventsResponse]:
        """Answer each batch of events, in order."""
        return self._in_order(requests, self._event_batch)

    async def _launch_batch(self, message: launches.LaunchFlowsRequest) -> launches.LaunchFlowsResponse:
        depth = self._options.max_depth
        read = [(to_submission(item, depth), item.validate_only) for item in message.launches]
        stored = iter(await self._store([submission for submission, only_check in read if not only_check]))
        response = launches.LaunchFlowsResponse(sequence=message.sequence)
        add = response.verdicts.add
        for submission, only_check in read:
            fill_verdict(add(), self._accept.validate(submission) if only_check else next(stored))
        return response

    async def _store(self, submissions: Sequence[Submission]) -> Sequence[Receipt | Refused]:
        return await self._accept.launches(submissions) if submissions else ()

    async def _event_batch(self, message: events.PublishEventsRequest) -> events.PublishEventsResponse:
        read = [to_event(item, self._options.max_depth) for item in message.events]
        sound = [event for event in read if not isinstance(event, Refused)]
        stored = iter(await self._accept.events(sound) if sound else ())
        response = events.PublishEventsResponse(sequence=message.sequence)
        for event in read:
            verdict = event if isinstance(event, Refused) else next(stored)
            if isinstance(verdict, Receipt):
                fill_receipt(response.verdicts.add().receipt, verdict)
            else:
                fill_refusal(response.verdicts.add().refusal, verdict, event_field_of)
        return response

    async def _in_order(
        self, requests: AsyncIterator[M | Unreadable], handle: Callable[[M], Awaitable[Message]]
    ) -> AsyncIterator[Any]:
        """Give the answers in the order of their batches; what ends the stream is raised after the answers before it."""
        ready: Ready = asyncio.Queue()
        room = asyncio.Semaphore(AHEAD)
        under_way: set[asyncio.Future[Any]] = set()
        begun = asyncio.ensure_future(self._begin(requests, handle, ready, room, under_way))
        try:
            while (step := await ready.get()) is not None:
                answer = await step
                room.release()
                yield answer
            await begun
        finally:
            left = (begun, *under_way)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _begin(
        self,
        requests: AsyncIterator[M | Unreadable],
        handle: Callable[[M], Awaitable[Message]],
        ready: Ready,
        room: asyncio.Semaphore,
        under_way: set[asyncio.Future[Any]],
    ) -> None:
        """Read batches and begin each in the order they came; its answers stand in `ready` in that order, and then None."""
        steps: Any = until(self._stopping, requests)
        try:
            async with aclosing(steps):
                async for message in steps:
                    await room.acquire()
                    task = asyncio.ensure_future(self._with_slot(handle, readable(message)))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                    ready.put_nowait(task)
        finally:
            ready.put_nowait(None)

    async def _with_slot(self, handle: Callable[[M], Awaitable[Message]], message: M) -> Message:
        with self._slots:
            return await handle(message)
