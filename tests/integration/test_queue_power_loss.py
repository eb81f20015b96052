"""What was answered is on the disk, whatever the power does. `kill -9` cannot show this: the kernel keeps what was written.

A run is recorded once; then the power goes at many moments of it, and each time the disk keeps of the unsynced
writes nothing, all, some, or torn parts. The same run without syncing must lose something, or this test shows nothing.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import msgspec
import pytest

from tests.support.disk import Disk, integrity, lay_out, miscounted
from tests.support.launches import a_launch
from tieline.domain.launch import Launch, Receipt, State
from tieline.problems.base import ProblemError
from tieline.queue import attest
from tieline.queue.options import QueueOptions
from tieline.queue.sqlite import SqliteQueue

CUTS = 40
CALLERS = 4
CALLS = 16
BODY = 6_000


class Answered(msgspec.Struct):
    """Something a caller was told, and how long the disk's log was then."""

    moment: int
    id: str
    state: State


def _clock() -> int:
    return 1_000_000


def _open(path: Path, disk: Disk | None = None, synchronous: str = "FULL") -> SqliteQueue:
    vfs = None if disk is None else disk.vfs
    return SqliteQueue.open(
        QueueOptions(path=str(path)), _clock, vfs=vfs, synchronous=synchronous, accept_loss=synchronous != "FULL"
    )


async def _caller(queue: SqliteQueue, disk: Disk, number: int, told: list[Answered]) -> None:
    chance = random.Random(number)
    at = number * 1_000_000
    for _ in range(CALLS):
        size = chance.choice((1, 3, 10, 40))
        facts = {"body": chance.randbytes(BODY), "environment": f"env-{number}", "create_time": 1_000}
        batch = [a_launch(n, **facts) for n in range(at, at + size)]
        at += size
        for receipt in await queue.put(batch):
            assert isinstance(receipt, Receipt)
            told.append(Answered(len(disk.log), receipt.id, State.QUEUED))
        await _launch_some(queue, disk, f"env-{number}", told)


async def _launch_some(queue: SqliteQueue, disk: Disk, environment: str, told: list[Answered]) -> None:
    for claim in await queue.claim(environment, now=2_000, lease_ms=60_000, limit=2):

        def sending(_: bool, held: Launch = claim.launch) -> Launch:
            return msgspec.structs.replace(held, state=State.SENDING)

        assert await queue.permit(claim, "pool", lambda _: (b"spent", True), sending=sending)
        told.append(Answered(len(disk.log), claim.launch.id, State.SENDING))
        done = msgspec.structs.replace(claim.launch, state=State.LAUNCHED, schedule_time=None)
        assert await queue.settle(claim, done)
        told.append(Answered(len(disk.log), claim.launch.id, State.LAUNCHED))


async def _record(folder: Path, synchronous: str) -> tuple[Disk, list[Answered]]:
    disk = Disk()
    told: list[Answered] = []
    folder.mkdir()
    queue = _open(folder / "queue.db", disk, synchronous)
    await asyncio.gather(*(_caller(queue, disk, number, told) for number in range(CALLERS)))
    await queue.close()
    return disk, told


REACHED = {
    State.QUEUED: set(State),
    # The lease of a sender that died lapses when the store is opened again.
    State.SENDING: {State.SENDING, State.AMBIGUOUS, State.LAUNCHED},
    State.LAUNCHED: {State.LAUNCHED},
}


async def _lost(path: Path, told: list[Answered]) -> list[Answered]:
    """Open what the disk kept, and give what was answered and is gone."""
    queue = _open(path)
    try:
        stands = {answer.id: await queue.get(answer.id) for answer in told}
    finally:
        await queue.close()
    return [a for a in told if (launch := stands[a.id]) is None or launch.state not in REACHED[a.state]]


async def test_no_answered_event_is_lost_whenever_the_power_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attest, "CHECKPOINT_PAGES", 300)
    disk, told = await _record(tmp_path / "run", "FULL")
    assert sum(write.is_sync and write.path.endswith(".db") for write in disk.log) > 3, "no checkpoint while it ran"
    chance = random.Random(20)
    for cut in range(CUTS):
        moment = chance.randint(0, len(disk.log))
        path = lay_out(disk.after_power_loss(moment, chance), tmp_path / str(cut))
        assert not await _lost(path, [answer for answer in told if answer.moment <= moment]), f"cut {cut} at {moment}"
        assert integrity(path) == "ok"
        assert miscounted(path) == []


async def test_without_a_sync_at_every_commit_answered_events_are_lost(tmp_path: Path) -> None:
    """The proof that the test above can fail."""
    disk, told = await _record(tmp_path / "run", "NORMAL")
    chance = random.Random(20)
    lost = 0
    for cut in range(12):
        moment = chance.randint(len(disk.log) // 2, len(disk.log))
        path = lay_out(disk.after_power_loss(moment, chance), tmp_path / str(cut))
        lost += len(await _lost(path, [answer for answer in told if answer.moment <= moment]))
    assert lost > 0


async def test_a_weaker_sync_is_refused_unless_loss_is_accepted(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="TL311"):
        SqliteQueue.open(QueueOptions(path=str(tmp_path / "queue.db")), _clock, synchronous="NORMAL")
