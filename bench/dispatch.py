"""How fast launches leave: claim, permit, send, settle on a synced store, unpaced, beside bare posts of the same bodies.

Run: `make bench`, or `.venv/bin/python -m bench.dispatch [launches]`. The cloud allows five launches a second for each token,
so this measures only that dispatch is never what one waits for.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import structlog
import uvloop

from bench.measure import Table, child, paired
from tieline.app.clock import system_clock
from tieline.cloud.http import HttpCloud
from tieline.cloud.options import CloudOptions
from tieline.domain.launch import Launch, State
from tieline.domain.secret import Secret
from tieline.handoff.dispatch import Dispatcher
from tieline.handoff.dispatch_options import DispatchOptions
from tieline.pacing.options import PaceOptions
from tieline.queue.options import QueueOptions
from tieline.queue.sqlite import SqliteQueue

LAUNCHES = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
IN_FLIGHT = 32
BODY = b'{"flowId":"8bac0364-4aa2-4032-b8d9-b5c32bba6a9a","inputData":{"Flow.customerId":"c-1","Flow.attempt":1}}'


def run(work: Any) -> Any:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def dispatched(url: str) -> float:
    """Put launches, let a dispatcher launch them all, and check that it did."""
    clock = system_clock()
    with tempfile.TemporaryDirectory() as folder:
        queue = SqliteQueue.open(QueueOptions(path=str(Path(folder) / "bench.db"), max_waiting=0), clock)
        await queue.put([_launch(number, clock()) for number in range(LAUNCHES)])
        options = CloudOptions(api_url=url, login_url=url, client_id="c", client_secret=Secret("s"))
        cloud = HttpCloud(options, clock)
        pace = PaceOptions(limit=0, in_flight=IN_FLIGHT)
        dispatcher = Dispatcher("bench", queue, cloud, DispatchOptions(), pace, clock, random.random)
        stop = asyncio.Event()
        start = time.perf_counter()
        task = asyncio.create_task(dispatcher.run(stop))
        while (await queue.counts())["bench"].get(State.LAUNCHED, 0) < LAUNCHES:
            await asyncio.sleep(0.005)
        took = time.perf_counter() - start
        stop.set()
        await task
        await cloud.close()
        await queue.close()
    return LAUNCHES / took


def _launch(number: int, now: int) -> Launch:
    id = f"{number:020d}"
    times: dict[str, Any] = {"create_time": now, "update_time": now, "schedule_time": now}
    return Launch(id=id, request_id=id, fingerprint=b"f" * 16, environment="bench", body=BODY, **times)


async def posted(url: str) -> float:
    """Post the same bodies with the same client library, as many at once."""
    left = iter(range(LAUNCHES))
    async with aiohttp.ClientSession() as session:

        async def caller() -> None:
            for _ in left:
                async with session.post(f"{url}/api/v2/flows/executions", data=BODY) as answer:
                    await answer.read()

        start = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(IN_FLIGHT)))
        return LAUNCHES / (time.perf_counter() - start)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with child("-m", "bench.answering") as cloud:
        table = Table(f"Dispatch, {LAUNCHES} launches, {IN_FLIGHT} in flight, unpaced", "launches/s")
        table.row(
            "claim, permit, send, settle / bare posts",
            paired(lambda: run(dispatched(cloud["url"])), lambda: run(posted(cloud["url"]))),
        )


if __name__ == "__main__":
    main()
