"""Twins without pytest: `with twin() as cloud:` in plain code, `async with async_twin() as cloud:` in async code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from tieline.app.twin import start_twin
from tieline.testing.background import background
from tieline.testing.genesys_twin import GenesysTwin, Runs, Seed
from tieline.testing.told import Launched
from tieline.twin.executions import Execution
from tieline.twin.options import TwinOptions
from tieline.twin.server import Twin

__all__ = ["GenesysTwin", "async_twin", "twin"]


@contextmanager
def twin(seed: Seed | None = None, *, faults: Sequence[Mapping[str, Any]] = (), **options: Any) -> Iterator[GenesysTwin]:
    """Run a twin of its own port and state until the block ends.

    `seed` is a JSON file or a list of flows, the sample flows when left out. `options` are fields of
    `tieline.twin.options.TwinOptions`: `limit`, `run_ms`, `permissions`, `token_life_s`, `strict` and others. Raises `TypeError`
    for an option there is not, `ControlError` for flows or faults that cannot be, TL110 for a port that is taken.
    """
    loop, chosen = background(), TwinOptions(**options)
    served = loop.run(start_twin(chosen))
    try:
        yield GenesysTwin(served.url, lambda: loop.run(_runs(served)), seed=seed, faults=faults)
    finally:
        loop.leave(served.stop())


@asynccontextmanager
async def async_twin(
    seed: Seed | None = None, *, faults: Sequence[Mapping[str, Any]] = (), **options: Any
) -> AsyncIterator[GenesysTwin]:
    """Run a twin as `twin` does, without holding up the loop while it starts and stops; what it gives is the same."""
    loop, chosen = background(), TwinOptions(**options)
    served = await loop.run_async(start_twin(chosen))
    try:
        yield GenesysTwin(served.url, lambda: loop.run(_runs(served)), seed=seed, faults=faults)
    finally:
        await loop.run_async(served.stop())


async def _runs(served: Twin) -> Runs:
    """Read the runs in the loop that writes them."""
    now, runs = served.state.clock(), served.executions
    return Runs(launches=tuple(_launched(run) for run in runs), executions=tuple(run.entity(now) for run in runs))


def _launched(run: Execution) -> Launched:
    body = run.body or {}
    return Launched(
        execution_id=run.id,
        flow=run.flow.name,
        flow_id=run.flow.id,
        version=run.version,
        name=run.name,
        inputs=body.get("inputData") or {},
        request=run.body,
    )
