"""Running twins for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.twin.raw import Caller, Hands, started
from tieline.twin.options import TwinOptions

Start = Callable[..., Awaitable[Caller]]


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def start(clock: Hands) -> AsyncIterator[Start]:
    """Give a maker of twins with options of their own, and stop them all afterwards."""
    callers: list[Caller] = []

    async def make(explain: Any = None, **options: Any) -> Caller:
        callers.append(await started(TwinOptions(**options), clock, explain))
        return callers[-1]

    yield make
    for caller in callers:
        await caller.twin.stop()


@pytest.fixture
async def twin(start: Start) -> Caller:
    """A twin with the sample flows and the usual options."""
    return await start()
