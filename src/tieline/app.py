"""Builds every room from one configuration; the only place that picks implementations."""

from __future__ import annotations

import asyncio
import random
import secrets
import signal
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import structlog

from tieline.cloud.flows import flow_of
from tieline.cloud.http import HttpCloud
from tieline.cloud.port import Cloud
from tieline.cloud.probing_http import HttpProbing
from tieline.config.settings import EnvironmentSettings, Settings
from tieline.diagnosis.diagnose import diagnose
from tieline.doctor.network import Network
from tieline.doctor.probe import Probe
from tieline.doctor.walk import Checkup, Doctor
from tieline.domain.clock import Clock
from tieline.domain.event import Event
from tieline.domain.exchange import CapturedRequest, Exchange
from tieline.domain.flow import Flow
from tieline.domain.launch import Launch
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
from tieline.problems.doors import CannotListen
from tieline.problems.settings import SampleUnreadable
from tieline.queue.memory import MemoryQueue
from tieline.queue.port import Queue
from tieline.queue.sqlite import SqliteQueue
from tieline.tap.judge import Say
from tieline.tap.options import TapOptions
from tieline.tap.proxy import Tap
from tieline.twin.options import TwinOptions
from tieline.twin.server import Twin

log = structlog.get_logger("tieline.app")

FIRST_READ_SECONDS = 10.0
"""How long a start waits for the flows of an environment before it goes on without them."""


def system_clock() -> Clock:
    """Give a clock that starts at the system's time and never goes back, whatever is done to the system's clock."""
    start = time.time_ns() - time.monotonic_ns()
    return lambda: (start + time.monotonic_ns()) // 1_000_000


class Stopping:
    """A stop that SIGTERM or SIGINT asks for."""

    def __init__(self) -> None:
        """Listen for both signals on the running loop."""
        self.event = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.event.set)


class Gateway:
    """A whole gateway: queue, books, accept, dispatchers and doors, started and stopped in order."""

    def __init__(self, settings: Settings, queue: Queue, clouds: Mapping[str, Cloud], clock: Clock) -> None:
        """Build the rooms; nothing runs yet."""
        self._settings = settings
        self._queue = queue
        self._clouds = clouds
        self._clock = clock
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._books: dict[str, FlowBook] = {env.name: Book(env.flows, complete=False) for env in settings.environments}
        self._addresses: dict[str, str] = {}
        new_id = launch_ids(clock, secrets.randbits)
        self._accept = Accept(queue, self._books, settings.router, settings.accept, clock=clock, new_id=new_id)
        self._grpc = GrpcDoor(settings.grpc, self._accept, queue, clock)
        self._http = HttpDoor(settings.http, settings.sources, self._accept, queue, clock=clock, ready=self._readiness)
        self._stopping = Stopping()

    async def start(self) -> None:
        """Read the flows, begin to dispatch, open the doors. Raises `ProblemError` (TL110) when a door cannot listen."""
        reading = [self._first_read(env) for env in self._settings.environments if env.read_flows]
        await asyncio.gather(*reading)
        for env in self._settings.environments:
            self._run(self._dispatcher(env).run(self._stop), f"dispatch {env.name}")
            if env.read_flows:
                self._run(self._refresh(env), f"flows {env.name}")
        self._run(Sweeper(self._queue, self._clock).run(self._stop), "sweep")
        http, grpc = await self._http.start(), await self._grpc.start()
        self._addresses = {"http": f"http://{_host(self._settings.http)}:{http}", "grpc": f"{_host(self._settings.grpc)}:{grpc}"}

    def ready(self) -> dict[str, Any]:
        """Say where the doors are, and what a receipt means."""
        return {
            **self._addresses,
            "durability": self._queue.durability.value,
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

    async def _first_read(self, env: EnvironmentSettings) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_READ_SECONDS):
                await self._read(env)

    async def _refresh(self, env: EnvironmentSettings) -> None:
        while not self._stop.is_set():
            wait = env.refresh_ms if self._books[env.name].complete else min(env.refresh_ms, 15_000)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait / 1000)
                return
            await self._read(env)

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
async def run_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """Build a gateway, start it, and stop it when the block ends. Raises `ProblemError` when it cannot start."""
    clock = system_clock()
    queue = open_queue(settings, clock)
    clouds = {env.name: HttpCloud(env.cloud, clock) for env in settings.environments}
    gateway = Gateway(settings, queue, clouds, clock)
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


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an event would become: the launch as it would be stored."""

    event: Event
    launch: Launch


def preview_launches(settings: Settings, events: Sequence[Event], *, live: bool) -> list[Preview]:
    """Show the launch each event would make; nothing is stored or sent. `live` reads the flows first (may raise `ProblemError` 4xx)."""
    return asyncio.run(_preview(settings, events, live=live))


async def _preview(settings: Settings, events: Sequence[Event], *, live: bool) -> list[Preview]:
    clock = system_clock()
    books: dict[str, FlowBook] = {}
    for env in settings.environments:
        flows: Sequence[Flow] = await _read_once(env, clock) if live and events else ()
        books[env.name] = Book(merged(env.flows, flows), complete=live)
    queue = MemoryQueue(settings.queue, clock)
    accept = Accept(queue, books, settings.router, settings.accept, clock=clock, new_id=launch_ids(clock, secrets.randbits))
    return [Preview(event=event, launch=accept.preview(event)) for event in events]


def live_flows(env: EnvironmentSettings) -> dict[str, Flow]:
    """Read the flows of one environment from its cloud, by id. Raises `ProblemError` (4xx)."""
    flows = asyncio.run(_read_once(env, system_clock()))
    return {flow.id: flow for flow in merged(env.flows, flows)}


async def _read_once(env: EnvironmentSettings, clock: Clock) -> Sequence[Flow]:
    cloud = HttpCloud(env.cloud, clock)
    try:
        return await cloud.flows()
    finally:
        await cloud.close()


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """How a twin is to run. `limit` is requests a minute for each token, `run_ms` how long a run takes."""

    host: str = "127.0.0.1"
    port: int = 0
    seed: Path | None = None
    limit: int = 300
    run_ms: int = 1000
    explain: bool = True


class Stand:
    """A running twin, until a signal asks it to stop."""

    def __init__(self, twin: Twin, stopping: Stopping) -> None:
        """Take the twin and the stop it waits for."""
        self._twin = twin
        self._stopping = stopping

    def ready(self) -> dict[str, Any]:
        """Say where it is, as whom to come, and which flows it has."""
        return self._twin.ready()

    async def stopped(self) -> None:
        """Return when a signal asks for a stop."""
        await self._stopping.event.wait()


@asynccontextmanager
async def run_twin(running: Running) -> AsyncIterator[Stand]:
    """Start a twin, with the one engine to explain its refusals, and stop it when the block ends. Raises TL110."""
    options = TwinOptions(host=running.host, port=running.port, seed=running.seed, limit=running.limit, run_ms=running.run_ms)
    flows: dict[str, Flow] = {}
    twin = Twin(
        options,
        clock=system_clock(),
        new_id=lambda: str(uuid.uuid4()),
        explain=(lambda body: explain_refusal(body, flows)) if running.explain else None,
    )
    try:
        await twin.start()
    except OSError as fault:
        raise ProblemError(CannotListen(address=f"{running.host}:{running.port}")) from fault
    flows.update({flow["id"]: _flow(flow) for flow in twin.ready()["flows"]})
    try:
        yield Stand(twin, Stopping())
    finally:
        await twin.stop()


def explain_refusal(body: bytes, flows: Mapping[str, Flow]) -> list[str]:
    """Name every fault of a launch request's body, a line each, from the one engine."""
    text = body.decode("utf-8", "replace")
    judged = diagnose(Exchange(id="twin", form="body", request=CapturedRequest(body=text)), flows)
    return [f"{one.finding.code} {one.finding.at or '/'} {one.finding.line}" for one in judged.findings]


def _flow(told: Mapping[str, Any]) -> Flow:
    return Flow(
        id=told["id"], name=told["name"], type=told["type"], published=told["published"], input_schema=told["inputSchema"]
    )


async def run_doctor(env: EnvironmentSettings, checkup: Checkup) -> AsyncIterator[Probe]:
    """Walk the way to an environment's cloud, and give each probe as it ends."""
    clock = system_clock()
    probing = HttpProbing(env.cloud, clock)
    try:
        async for probe in Doctor(checkup, probing, Network(env.cloud.connect_ms), clock).probes():
            yield probe
    finally:
        await probing.close()


class Tapping:
    """A running tap, until a signal asks it to stop."""

    def __init__(self, options: TapOptions, port: int, stopping: Stopping) -> None:
        """Take its settings, the port it has, and the stop it waits for."""
        self._options = options
        self._port = port
        self._stopping = stopping

    def ready(self) -> dict[str, Any]:
        """Say where it is and where it leads."""
        options = self._options
        host = f"[{options.host}]" if ":" in options.host else options.host
        return {
            "url": f"http://{host}:{self._port}",
            "host": options.host,
            "port": self._port,
            "api": options.target.api,
            "login": options.target.login,
            "enforce": options.enforce,
            "record": str(options.record) if options.record else None,
        }

    async def stopped(self) -> None:
        """Return when a signal asks for a stop."""
        await self._stopping.event.wait()


@asynccontextmanager
async def run_tap(options: TapOptions, schemas: Sequence[Path], say: Say) -> AsyncIterator[Tapping]:
    """Start a tap with the one diagnosis, and stop it when the block ends. Raises `ProblemError` when it cannot start."""
    flows = {flow.id: flow for file in schemas for flow in read_flow_file(file)}
    tap = Tap(options, judge=lambda exchange: diagnose(exchange, flows), say=say, clock=system_clock())
    try:
        try:
            port = await tap.start()
        except OSError as fault:
            raise ProblemError(CannotListen(address=f"{options.host}:{options.port}")) from fault
        yield Tapping(options, port, Stopping())
    finally:
        await tap.stop()


def read_flow_file(file: Path) -> list[Flow]:
    """Read flows as the cloud gives them: one, a list or a page of them; or an input schema alone, for every flow not known.

    Raises `ProblemError` (TL516).
    """
    try:
        told = msgspec.json.decode(file.read_bytes())
    except (OSError, ValueError, RecursionError) as fault:
        raise ProblemError(SampleUnreadable(file=str(file), fault=str(fault))) from None
    if isinstance(told, dict) and "id" not in told and ("properties" in told or "$schema" in told):
        return [Flow(id="*", name="*", input_schema=told)]
    listed = told.get("entities", [told]) if isinstance(told, dict) else told
    flows = [flow_of(entity) for entity in listed] if isinstance(listed, list) else []
    known = [flow for flow in flows if flow is not None]
    if not known:
        raise ProblemError(SampleUnreadable(file=str(file), fault="no flow with `id` and `name`, and no input schema"))
    return known
