"""Builds a whole gateway: queue, books, accept, dispatchers and doors, started and stopped in order."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from tieline.app.clock import system_clock
from tieline.app.stopping import Stopping, unless
from tieline.cloud.http import HttpCloud
from tieline.cloud.port import Cloud
from tieline.config.settings import EnvironmentSettings, Settings
from tieline.domain.clock import Clock
from tieline.domain.next import RetryPolicy
from tieline.doors.grpc_door import GrpcDoor
from tieline.doors.http_door import HttpDoor
from tieline.doors.options import DoorOptions
from tieline.flowbook.book import Book, merged
from tieline.flowbook.port import FlowBook
from tieline.handoff.accept import Accept
from tieline.handoff.dispatch import Dispatcher
from tieline.handoff.dispatch_options import DispatchOptions
from tieline.handoff.dispatch_sweep import Sweeper
from tieline.handoff.flows import read_flows
from tieline.handoff.ids import launch_ids
from tieline.problems.base import ProblemError
from tieline.queue.memory import MemoryQueue
from tieline.queue.port import Queue
from tieline.queue.sqlite import SqliteQueue

log = structlog.get_logger("tieline.app")

FIRST_READ_SECONDS = 10.0
"""How long a start waits for the flows of its environments before it goes on without them; their reading goes on."""


class Gateway:
    """A whole gateway: queue, books, accept, dispatchers and doors, started and stopped in order."""

    def __init__(
        self, settings: Settings, queue: Queue, clouds: Mapping[str, Cloud], clock: Clock, *, dispatching: bool = True
    ) -> None:
        """Build the rooms; nothing runs yet. When it is not `dispatching`, it takes events and launches nothing: they wait."""
        self._settings = settings
        self._dispatching = dispatching
        self._queue = queue
        self._clouds = clouds
        self._clock = clock
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._looked = {env.name: asyncio.Event() for env in settings.environments if env.read_flows}
        self._books: dict[str, FlowBook] = {env.name: Book(env.flows, complete=False) for env in settings.environments}
        self._addresses: dict[str, str] = {}
        new_id = launch_ids(clock, secrets.randbits)
        self._accept = Accept(queue, self._books, settings.router, settings.accept, clock=clock, new_id=new_id)
        self._grpc = GrpcDoor(settings.grpc, self._accept, queue, clock)
        self._http = HttpDoor(
            settings.http, settings.sources, self._accept, queue, clock=clock, ready=self._readiness, dispatching=dispatching
        )
        self._stopping = Stopping()

    async def start(self) -> None:
        """Read the flows, begin to dispatch, open the doors. Raises `ProblemError` (TL110) when a door cannot listen."""
        for env in self._settings.environments:
            if env.read_flows:
                self._run(self._keep_read(env), f"flows {env.name}")
        await unless(self._stopping.event, self._first_looks())
        self._dispatch()
        self._run(Sweeper(self._queue, self._clock).run(self._stop), "sweep")
        http, grpc = await self._http.start(), await self._grpc.start()
        self._addresses = {"http": f"http://{_host(self._settings.http)}:{http}", "grpc": f"{_host(self._settings.grpc)}:{grpc}"}

    def ready(self) -> dict[str, Any]:
        """Say where the doors are, and what a receipt means."""
        return {
            **self._addresses,
            "durability": self._queue.durability.value,
            "dispatching": self._dispatching,
            "environments": [env.name for env in self._settings.environments],
            "flows": {name: len(book.names()) for name, book in self._books.items()},
        }

    async def stopped(self) -> None:
        """Return when a signal asks for a stop."""
        await self._stopping.event.wait()

    async def stop(self) -> None:
        """Drain: the doors first, then what is in flight, then the store."""
        log.info("stopping")
        await asyncio.gather(self._http.stop(), self._grpc.stop())
        self._stop.set()
        await asyncio.gather(*self._tasks)
        await asyncio.gather(*(cloud.close() for cloud in self._clouds.values()))
        await self._queue.close()
        log.info("stopped")

    def _dispatch(self) -> None:
        """Begin to send what is due, and to look at runs that are followed."""
        if not self._dispatching:
            log.warning("not dispatching")
            return
        for env in self._settings.environments:
            self._run(self._dispatcher(env).run(self._stop), f"dispatch {env.name}")

    def _dispatcher(self, env: EnvironmentSettings) -> Dispatcher:
        cloud = self._clouds[env.name]
        options = dispatch_options(self._settings.retry, env)
        return Dispatcher(env.name, self._queue, cloud, options, env.pace, self._clock, random.random)

    def _run(self, work: Awaitable[None], name: str) -> None:
        self._tasks.append(asyncio.ensure_future(self._guard(work, name)))

    async def _guard(self, work: Awaitable[None], name: str) -> None:
        """Run a task of the gateway; one that ends by a fault stops the whole, so that whoever runs it starts it again."""
        try:
            await work
        except Exception:
            log.exception("a task of the gateway failed", task=name, code="TL901")
            self._stopping.event.set()

    async def _first_looks(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_READ_SECONDS):
                await asyncio.gather(*(looked.wait() for looked in self._looked.values()))

    async def _keep_read(self, env: EnvironmentSettings) -> None:
        """Read the flows now and then; a stop does not wait for a reading under way, which can take minutes."""
        while not self._stop.is_set():
            if not await unless(self._stop, self._read(env)):
                return
            self._looked[env.name].set()
            wait = env.refresh_ms if self._books[env.name].complete else min(env.refresh_ms, 15_000)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait / 1000)

    async def _read(self, env: EnvironmentSettings) -> None:
        """Read the flows anew; what was known stays known when that fails."""
        try:
            live = await read_flows(env.name, self._clouds[env.name], self._queue, env.pace, self._clock)
        except ProblemError as error:
            first = error.problems[0]
            log.warning("flows not read", environment=env.name, code=first.code, line=first.line(), help=first.help())
            return
        self._books[env.name] = Book(merged(env.flows, live), complete=True)
        log.info("flows read", environment=env.name, flows=len(live))

    def _readiness(self) -> Mapping[str, bool]:
        return {
            "queue": True,
            **{f"flows of {env.name}": self._books[env.name].complete for env in self._settings.environments if env.read_flows},
        }


def dispatch_options(retry: RetryPolicy, env: EnvironmentSettings) -> DispatchOptions:
    """Give dispatch times that follow from the environment's: a lease has to outlive the longest call, however long it is set."""
    send = env.cloud.longest_ms
    return DispatchOptions(retry=retry, send_ms=send, lease_ms=max(180_000, 3 * send), drain_ms=env.cloud.answer_ms + 5_000)


@asynccontextmanager
async def run_gateway(settings: Settings, *, dispatching: bool = True) -> AsyncIterator[Gateway]:
    """Build a gateway, start it, and stop it when the block ends. Raises `ProblemError` when it cannot start."""
    clock = system_clock()
    queue = open_queue(settings, clock)
    clouds = {env.name: HttpCloud(env.cloud, clock) for env in settings.environments}
    gateway = Gateway(settings, queue, clouds, clock, dispatching=dispatching)
    try:
        await gateway.start()
        yield gateway
    finally:
        await gateway.stop()


def open_queue(settings: Settings, clock: Clock) -> Queue:
    """Open the store the settings name. Raises `ProblemError` (3xx)."""
    return SqliteQueue.open(settings.queue, clock) if settings.store == "sqlite" else MemoryQueue(settings.queue, clock)


def _host(options: DoorOptions) -> str:
    return f"[{options.host}]" if ":" in options.host else options.host
