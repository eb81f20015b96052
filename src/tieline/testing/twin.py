"""Twins without pytest: `with twin() as cloud:` in plain code, `async with async_twin() as cloud:` in async code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from tieline.app.twin import start_twin
from tieline.testing.background import background
from tieline.testing.genesys_twin import GenesysTwin, Seed
from tieline.twin.options import TwinOptions

__all__ = ["GenesysTwin", "async_twin", "connect", "twin"]


def connect(url: str, *, namespace: str | None = None) -> GenesysTwin:
    """Give a twin that runs already, such as one of a Compose file. Raises `OSError` when nobody answers, `ControlError` for a namespace
    there is not.
    """
    return GenesysTwin(url, namespace=namespace)


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
        yield GenesysTwin(served.url, seed=seed, faults=faults)
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
        yield GenesysTwin(served.url, seed=seed, faults=faults)
    finally:
        await loop.run_async(served.stop())
