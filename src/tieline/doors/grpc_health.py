"""The gRPC door's health service (grpc.health.v1): SERVING until the gateway stops, then NOT_SERVING, and no watcher holds the stop."""

from __future__ import annotations

import asyncio

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tieline.doors.grpc_guard import Context

Answer = health_pb2.HealthCheckResponse
Asked = health_pb2.HealthCheckRequest


class Health(health_pb2_grpc.HealthServicer):
    """Health of the door as a whole (the empty name) and of each of its services.

    The library's own servicer keeps every `Watch` open for ever. A client that checks health over its channel keeps one
    open, and a stop would wait for it as long as it waits for anything.
    """

    def __init__(self, services: tuple[str, ...], stopping: asyncio.Event) -> None:
        """Take the names of the services, and the event that says the gateway stops."""
        self._services = frozenset({"", *services})
        self._stopping = stopping

    async def Check(self, request: Asked, context: Context) -> Answer:
        """Say the status; NOT_FOUND for a service that is not here, as the protocol has it."""
        if request.service not in self._services:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such service here")
        return self._status(request.service)

    async def Watch(self, request: Asked, context: Context) -> None:
        """Say the status now and when the gateway stops; then end with UNAVAILABLE: look elsewhere."""
        await context.write(self._status(request.service))
        await self._stopping.wait()
        await context.write(self._status(request.service))
        await context.abort(grpc.StatusCode.UNAVAILABLE, "the gateway is stopping")

    def _status(self, service: str) -> Answer:
        if service not in self._services:
            return Answer(status=Answer.SERVICE_UNKNOWN)
        return Answer(status=Answer.NOT_SERVING if self._stopping.is_set() else Answer.SERVING)
