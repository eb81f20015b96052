"""A disk that fails at call N, for N = 1, 2, 3 ... until the whole script gets by: no answered put is lost, every error is a problem.

A full disk passes by itself. A disk that fails is never trusted again: the queue takes nothing more until it is opened anew.
"""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import count
from pathlib import Path

import apsw
import pytest

from tests.support.disk import Disk, integrity, miscounted
from tests.support.launches import NOW, a_launch, moved, options
from tieline.domain.launch import Launch, State
from tieline.problems.base import Kind, ProblemError
from tieline.queue import requests
from tieline.queue.sqlite import SqliteQueue


class FailAt:
    """Lets `calls - 1` writes and syncs pass, then fails; for good, or until `mended`."""

    def __init__(self, calls: int, error: int) -> None:
        self.left = calls
        self.error = error
        self.met = False
        self.mended = False

    def __call__(self, what: str, path: str) -> None:
        self.left -= 1
        if self.left > 0 or self.mended:
            return
        self.met = True
        raise apsw.exception_for(self.error)


class Script:
    """Some puts and a launch; keeps what was answered, and the problems met."""

    def __init__(self, queue: SqliteQueue) -> None:
        self.queue = queue
        self.answered: dict[str, set[State]] = {}
        self.problems: list[ProblemError] = []

    async def run(self) -> None:
        await self._put(1, 3)
        await self._launch()
        await self._put(4, 40, body=bytes(3_000))
        await self._launch()
        await self._put(44, 1)

    async def _put(self, first: int, size: int, **facts: bytes) -> None:
        try:
            receipts = await self.queue.put([a_launch(n, **facts) for n in range(first, first + size)])
        except ProblemError as error:
            self.problems.append(error)
        else:
            self.answered |= {receipt.id: set(State) for receipt in receipts}

    async def _launch(self) -> None:
        try:
            for claim in await self.queue.claim("dev", now=NOW + 100, lease_ms=9_000, limit=1):
                sending = moved(claim.launch, State.SENDING)
                await self.queue.permit(claim, "pool", lambda _: (b"1", True), sending=partial(_given, sending))
                self.answered[sending.id] = {State.SENDING, State.AMBIGUOUS, State.LAUNCHED}
                if await self.queue.settle(claim, moved(claim.launch, State.LAUNCHED)):
                    self.answered[sending.id] = {State.LAUNCHED}
        except ProblemError as error:
            self.problems.append(error)


def _given(launch: Launch, _: bool) -> Launch:
    return launch


def _open(path: Path, disk: Disk | None = None) -> SqliteQueue:
    return SqliteQueue.open(options(str(path)), lambda: NOW, vfs=disk.vfs if disk else None)


async def _check(path: Path, answered: dict[str, set[State]]) -> None:
    queue = _open(path)
    try:
        for id, states in answered.items():
            stands = await queue.get(id)
            assert stands is not None
            assert stands.state in states
        assert len(await queue.put([a_launch(900)])) == 1
    finally:
        await queue.close()
    assert integrity(path) == "ok"
    assert miscounted(path) == []


@pytest.mark.parametrize("error", [apsw.SQLITE_IOERR_WRITE, apsw.SQLITE_IOERR_FSYNC], ids=["write", "fsync"])
async def test_a_failing_disk_loses_nothing_answered_and_is_not_trusted_again(tmp_path: Path, error: int) -> None:
    for calls in count(1):
        path, disk = tmp_path / f"{calls}.db", Disk()
        queue, fault = _open(path, disk), FailAt(calls, error)
        disk.fault = fault
        script = Script(queue)
        await script.run()
        fault.mended = True
        if fault.met:
            assert script.problems
            assert {p.kind for e in script.problems for p in e.problems} == {Kind.UNAVAILABLE}
            with pytest.raises(ProblemError, match="TL303"):
                await queue.put([a_launch(800)])
        await queue.close()
        await _check(path, script.answered)
        if not fault.met:
            break
    assert calls > 10


async def test_a_full_disk_refuses_then_goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "RUN_ROWS", 4)  # so that a generation of request ids is begun while the disk is full
    monkeypatch.setattr(requests, "SLICES", 2)
    for calls in count(1):
        path, disk = tmp_path / f"{calls}.db", Disk()
        queue, fault = _open(path, disk), FailAt(calls, apsw.SQLITE_FULL)
        disk.fault = fault
        script = Script(queue)
        await script.run()
        if fault.met:
            assert {p.code for e in script.problems for p in e.problems} == {"TL301"}
        fault.mended = True
        assert [r.id for r in await queue.put([a_launch(800)])] == [a_launch(800).id]
        again: list[Launch] = [a_launch(n) for n in (1, 2, 3)]
        assert [r.id for r in await queue.put(again)] == [launch.id for launch in again]
        script.answered |= {a_launch(n).id: set(State) for n in (800,)}
        await queue.close()
        await _check(path, script.answered)
        if not fault.met:
            break
    assert calls > 10


async def test_one_verb_that_fails_harms_no_other_of_its_group(tmp_path: Path) -> None:
    queue = _open(tmp_path / "queue.db")

    def broken(_: bytes) -> tuple[bytes, None]:
        raise LookupError("no such pace")

    found = await asyncio.gather(
        queue.put([a_launch(1)]),
        queue.pace("pool", broken),
        queue.put([a_launch(2), a_launch(3)]),
        queue.put([a_launch(1, request_id="another id", fingerprint=b"x")]),
        queue.pace("pool", lambda state: (state + b"x", len(state))),
        return_exceptions=True,
    )
    assert isinstance(found[1], LookupError)
    assert isinstance(found[3], ValueError)
    assert found[4] == 0
    for n in (1, 2, 3):
        assert await queue.get(a_launch(n).id) is not None
    assert (await queue.counts())["dev"] == {State.QUEUED: 3}
    assert await queue.pace("pool", lambda state: (state, state)) == b"x"
    await queue.close()
    await _check(tmp_path / "queue.db", {})
