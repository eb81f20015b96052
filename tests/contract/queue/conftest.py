"""Every implementation of the queue, one line each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.launches import NOW, options
from tieline.queue.memory import MemoryQueue
from tieline.queue.port import Queue
from tieline.queue.sqlite import SqliteQueue

Make = Callable[..., Awaitable[Queue]]

IMPLEMENTATIONS: dict[str, Callable[..., Queue]] = {
    "memory": MemoryQueue,
    "sqlite": SqliteQueue.open,
}


@pytest.fixture(params=list(IMPLEMENTATIONS))
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Make]:
    """Make queues with options of one's own; all are closed at the end."""
    made: list[Queue] = []

    async def one(**more: Any) -> Queue:
        path = str(tmp_path / f"queue-{len(made)}.db")
        queue = IMPLEMENTATIONS[request.param](options(path, **more), lambda: NOW)
        made.append(queue)
        return queue

    yield one
    for queue in made:
        await queue.close()


@pytest.fixture
async def queue(make: Make) -> Queue:
    return await make()
