"""Builds a twin, with the one engine to explain its refusals."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from tieline.app.clock import system_clock
from tieline.app.stopping import Stopping
from tieline.diagnosis.launch_request import judge_launch
from tieline.domain.exchange import CapturedRequest
from tieline.domain.flow import Flow
from tieline.problems.base import ProblemError
from tieline.problems.doors import CannotListen
from tieline.twin.flows import TwinFlow
from tieline.twin.options import TwinOptions
from tieline.twin.server import Twin


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
    twin = await start_twin(options, explain=running.explain)
    try:
        yield Stand(twin, Stopping())
    finally:
        await twin.stop()


async def start_twin(options: TwinOptions, *, explain: bool = True) -> Twin:
    """Start a twin in this loop and leave signals alone; whoever asked for it stops it. Raises TL110."""
    twin = Twin(
        options,
        clock=system_clock(),
        new_id=lambda: str(uuid.uuid4()),
        explain=(lambda body, flows: explain_refusal(body, KnownFlows(flows))) if explain else None,
    )
    try:
        await twin.start()
    except OSError as fault:
        raise ProblemError(CannotListen(address=f"{options.host}:{options.port}")) from fault
    return twin


_READ: WeakKeyDictionary[TwinFlow, Flow] = WeakKeyDictionary()


class KnownFlows(Mapping[str, Flow]):
    """The flows of a twin's org as the engine knows flows; each is read when it is asked for, and kept with the twin's own."""

    def __init__(self, flows: Mapping[str, TwinFlow]) -> None:
        """Take the twin's flows, by id."""
        self._flows = flows

    def __getitem__(self, id: str) -> Flow:
        """Give one; raises `KeyError`."""
        flow = self._flows[id]
        if flow not in _READ:
            _READ[flow] = Flow(
                id=flow.id, name=flow.name, type=flow.type, published=flow.published, input_schema=flow.input_schema
            )
        return _READ[flow]

    def __iter__(self) -> Iterator[str]:
        """Give the ids."""
        return iter(self._flows)

    def __len__(self) -> int:
        """Count them."""
        return len(self._flows)


def explain_refusal(body: bytes, flows: Mapping[str, Flow]) -> list[str]:
    """Name every fault of a launch request's body, a line each, from the one engine."""
    request = CapturedRequest(body=body.decode("utf-8", "replace"))
    spotted, _ = judge_launch(request, "body", None, flows)
    return [f"{one.finding.code} {one.finding.at or '/'} {one.finding.line}" for one in spotted]
