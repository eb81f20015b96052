"""Group commit: what waits while one group is being synced goes into the next one, whole, with one sync; a group is bounded."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from tests.support.disk import Disk
from tests.support.launches import NOW, a_launch, options
from tieline.queue.sqlite import SqliteQueue
from tieline.queue.writer import GROUP_ROWS


class Held:
    """Holds the disk at its first sync of the log until it is let go, and counts the syncs of the log."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go = threading.Event()
        self.syncs = 0

    def __call__(self, what: str, path: str) -> None:
        if what == "sync" and path.endswith("-wal"):
            self.syncs += 1
            self.reached.set()
            assert self.go.wait(30)


async def _syncs_for(path: Path, *calls: range) -> tuple[int, int]:
    """Hold the writer in the sync of one put, make more calls meanwhile, let go; gives the syncs, and how many were answered early."""
    disk, held = Disk(), Held()
    queue = SqliteQueue.open(options(str(path)), lambda: NOW, vfs=disk.vfs)
    disk.fault = held
    first = asyncio.create_task(queue.put([a_launch(0)]))
    await asyncio.to_thread(held.reached.wait, 30)
    more = [asyncio.create_task(queue.put([a_launch(n) for n in numbers])) for numbers in calls]
    await asyncio.sleep(0)  # each has handed its rows to the writer, which is held
    early = sum(task.done() for task in (first, *more))
    held.go.set()
    answers = [answer for answers in await asyncio.gather(first, *more) for answer in answers]
    assert [answer.id for answer in answers] == [a_launch(n).id for n in (0, *(n for numbers in calls for n in numbers))]
    syncs = held.syncs
    await queue.close()
    return syncs, early


async def test_all_waiting_puts_share_one_sync_and_none_is_answered_before_it(tmp_path: Path) -> None:
    calls = [range(at, at + 3) for at in range(1, 151, 3)]
    assert await _syncs_for(tmp_path / "queue.db", *calls) == (2, 0)


async def test_a_group_is_bounded_and_a_call_is_never_parted(tmp_path: Path) -> None:
    half = GROUP_ROWS // 2
    calls = [range(1 + at * half, 1 + (at + 1) * half) for at in range(4)]
    assert await _syncs_for(tmp_path / "queue.db", *calls) == (3, 0)
