"""The gRPC door: LaunchService and EventService over accept and the queue, with health, reflection and a graceful stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from secrets import token_hex
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from tieline.domain.clock import Clock
from tieline.doors.accepting import Accepting
from tieline.doors.grpc_batches import Batches
from tieline.doors.grpc_calls import Calls
from tieline.doors.grpc_guard import BearerTokens, Context, Slots, Unreadable, answered, in_time, readable, reader
from tieline.doors.grpc_health import Health
from tieline.doors.options import DoorOptions
from tieline.problems.base import ProblemError
from tieline.problems.doors import CannotListen
from tieline.queue.port import Queue
from tieline.v1 import event_service_pb2 as events
from tieline.v1 import launch_service_pb2 as launches

LAUNCHES = launches.DESCRIPTOR.services_by_name["LaunchService"].full_name
EVENTS = events.DESCRIPTOR.services_by_name["EventService"].full_name


class GrpcDoor:
    """Serves proto/tieline/v1. A message over `max_bytes` is RESOURCE_EXHAUSTED by grpc itself, without details."""

    def __init__(
        self,
        options: DoorOptions,
        accept: Accepting,
        queue: Queue,
        clock: Clock,
        *,
        new_trace: Callable[[], str] = token_hex,
    ) -> None:
        """Take the settings, the script that accepts, the queue to read from, the clock, and what names an entry in the log."""
        self._options = options
        self._new_trace = new_trace
        self._stopping = asyncio.Event()
        self._slots = Slots(options.max_in_flight)
        self._calls = Calls(options, accept, queue, clock, self._stopping)
        self._batches = Batches(options, accept, self._slots, self._stopping)
        self._health = Health((LAUNCHES, EVENTS), self._stopping)
        self._server = self._make()

    async def start(self) -> int:
        """Listen and serve; gives the port. Raises `ProblemError` (TL110) when the address cannot be bound."""
        host = f"[{self._options.host}]" if ":" in self._options.host else self._options.host
        address = f"{host}:{self._options.port}"
        try:
            port = self._server.add_insecure_port(address)
        except RuntimeError:
            raise ProblemError(CannotListen(address=address)) from None
        await self._server.start()
        return port

    async def stop(self) -> None:
        """Drain: say NOT_SERVING, end open streams (TL103) after the batches under way, let calls under way finish for `drain_ms`."""
        self._stopping.set()
        await self._server.stop(self._options.drain_ms / 1000)

    def _make(self) -> grpc.aio.Server:
        options = (
            ("grpc.max_receive_message_length", self._options.max_bytes),
            ("grpc.so_reuseport", 0),  # else a second gateway would silently share the port
        )
        interceptors = (BearerTokens(self._options.tokens),) if self._options.tokens else ()
        server = grpc.aio.server(interceptors=interceptors, options=options)
        server.add_generic_rpc_handlers((self._launch_service(), self._event_service()))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection((LAUNCHES, EVENTS, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        return server

    def _launch_service(self) -> grpc.GenericRpcHandler:
        calls = self._calls
        return grpc.method_handlers_generic_handler(
            LAUNCHES,
            {
                "LaunchFlow": self._unary(launches.LaunchFlowRequest, calls.launch_flow),
                "LaunchFlows": self._stream(launches.LaunchFlowsRequest, self._batches.launch_flows),
                "GetLaunch": self._unary(launches.GetLaunchRequest, calls.get_launch),
                "ListLaunches": self._unary(launches.ListLaunchesRequest, calls.list_launches),
                "WatchLaunch": self._watch(),
                "CancelLaunch": self._unary(launches.CancelLaunchRequest, calls.cancel_launch),
                "ReplayLaunch": self._unary(launches.ReplayLaunchRequest, calls.replay_launch),
            },
        )

    def _event_service(self) -> grpc.GenericRpcHandler:
        return grpc.method_handlers_generic_handler(
            EVENTS,
            {
                "PublishEvent": self._unary(events.PublishEventRequest, self._calls.publish_event),
                "PublishEvents": self._stream(events.PublishEventsRequest, self._batches.publish_events),
            },
        )

    def _unary(self, kind: type[Any], method: Callable[[Any], Awaitable[Message]]) -> grpc.RpcMethodHandler[Any, Any]:
        async def handle(message: Any, context: Context) -> Message:
            with self._slots:
                in_time(context)
                return await method(readable(message))

        async def call(message: Any, context: Context) -> Message:
            return await answered(handle(message, context), context, self._new_trace)

        return grpc.unary_unary_rpc_method_handler(call, request_deserializer=reader(kind), response_serializer=_write)

    def _stream(
        self, kind: type[Any], batches: Callable[[AsyncIterator[Any]], AsyncIterator[Message]]
    ) -> grpc.RpcMethodHandler[Any, Any]:
        async def handle(requests: AsyncIterator[Any], context: Context) -> None:
            in_time(context)
            answers: Any = batches(requests)
            async with aclosing(answers):
                async for answer in answers:
                    await context.write(answer)

        async def call(requests: AsyncIterator[Any], context: Context) -> None:
            await answered(handle(requests, context), context, self._new_trace)

        return grpc.stream_stream_rpc_method_handler(call, request_deserializer=reader(kind), response_serializer=_write)

    def _watch(self) -> grpc.RpcMethodHandler[Any, Any]:
        async def handle(message: launches.WatchLaunchRequest | Unreadable, context: Context) -> None:
            changes: Any = self._calls.watch_launch(readable(message))
            async with aclosing(changes):
                async for change in changes:
                    await context.write(change)

        async def call(message: Any, context: Context) -> None:
            await answered(handle(message, context), context, self._new_trace)

        return grpc.unary_stream_rpc_method_handler(
            call, request_deserializer=reader(launches.WatchLaunchRequest), response_serializer=_write
        )


def _write(message: Message) -> bytes:
    return message.SerializeToString()
