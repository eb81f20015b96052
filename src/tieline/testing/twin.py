"""Twins without pytest: `with twin() as cloud:` in plain code, `async with async_twin() as cloud:` in async code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from tieline.app.twin import read_faults, start_twin
from tieline.testing.background import background
from tieline.testing.genesys_twin import GenesysTwin, Seed
from tieline.twin.options import TwinOptions

Faults: TypeAlias = Sequence[Mapping[str, Any] | str] | str

__all__ = ["GenesysTwin", "async_twin", "connect", "twin"]


def connect(url: str, *, namespace: str | None = None) -> GenesysTwin:
    """Give a twin that runs already, such as one of a Compose file. Raises `OSError` when nobody answers, `ControlError` for a namespace
    there is not.
    """
    return GenesysTwin(url, namespace=namespace)


@contextmanager
def twin(seed: Seed | None = None, *, faults: Faults = (), **options: Any) -> Iterator[GenesysTwin]:
    """Run a twin of its own port and state until the block ends.

    `seed` is a list of flows, or a file or folder of them as `tieline twin --seed` takes it; the sample flows when left out. `faults`
    are faults in the words of a scenario file, presets by name, or scenario files. `options` are fields of
    `tieline.twin.options.TwinOptions`: `limit`, `run_ms`, `permissions`, `token_life_s`, `strict` and others. Raises `TypeError`
    for an option there is not, `ProblemError` for flows or faults that cannot be (TL570, TL571) and for a port that is taken (TL110).
    """
    loop, chosen = background(), _options(seed, faults, options)
    served = loop.run(start_twin(chosen))
    try:
        yield GenesysTwin(served.url)
    finally:
        loop.run(served.let_go())
        loop.leave(served.stop())


@asynccontextmanager
async def async_twin(seed: Seed | None = None, *, faults: Faults = (), **options: Any) -> AsyncIterator[GenesysTwin]:
    """Run a twin as `twin` does, without holding up the loop while it starts and stops; what it gives is the same."""
    loop, chosen = background(), _options(seed, faults, options)
    served = await loop.run_async(start_twin(chosen))
    try:
        yield GenesysTwin(served.url)
    finally:
        await loop.run_async(served.stop())


def _options(seed: Seed | None, faults: Faults, options: Mapping[str, Any]) -> TwinOptions:
    start = Path(seed) if isinstance(seed, str) else seed
    return TwinOptions(seed=start, faults=read_faults([faults] if isinstance(faults, str) else faults), **options)
