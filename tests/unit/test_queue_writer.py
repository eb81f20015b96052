"""The writer, on a store that only counts: who shares a commit, when a group gathers, and what a shared verb refuses."""

from __future__ import annotations

import asyncio
from queue import SimpleQueue
from typing import Any

import apsw
import pytest

from tieline.problems.base import ProblemError
from tieline.problems.queue import QueueOverloaded
from tieline.queue import writer
from tieline.queue.store import Changes
from tieline.queue.writer import FADE, GATHER_STEP_S, GATHER_STEPS, MANY_CALLS_S, RATE_S, Callers, Rate, Writer


class Counting:
    """Keeps what was done in each committed transaction, and in which way it was begun."""

    def __init__(self, limit: int = 100, busy: int = 0) -> None:
        self.limit = limit
        self.busy = busy
        self.open: list[Any] = []
        self.committed: list[list[Any]] = []
        self.begun: list[bool] = []

    def begin(self, *, wait: bool) -> None:
        self.begun.append(wait)
        if self.busy and not wait:
            self.busy -= 1
            raise apsw.BusyError("another process writes")
        self.open = []

    def seal(self) -> None:
        """Nothing is left to be written."""

    def commit(self) -> Changes:
        self.committed.append(self.open)
        return Changes()

    def rollback(self) -> None:
        self.open = []

    def put(self, items: list[int]) -> list[str]:
        if len(items) > self.limit:
            raise ProblemError(QueueOverloaded(what="launches", waiting=0, limit=self.limit, retry_after_ms=1))
        if 13 in items:
            raise ValueError("13 cannot be stored")
        self.open.append(items)
        return [f"stored {item}" for item in items]


def _writer(store: Counting) -> Writer:
    return Writer(store, "counting.db", 1_000, lambda _: None)


async def test_puts_of_one_turn_are_one_put_and_each_gets_its_own_answers() -> None:
    store = Counting()
    one = _writer(store)
    answers = await asyncio.gather(*(one.share(store.put, items) for items in ([1, 2], [3], [4, 5])))
    assert answers == [["stored 1", "stored 2"], ["stored 3"], ["stored 4", "stored 5"]]
    assert store.committed == [[[1, 2, 3, 4, 5]]]
    await one.close()


async def test_what_is_refused_of_all_is_taken_of_those_that_fit() -> None:
    store = Counting(limit=2)
    one = _writer(store)
    answers = await asyncio.gather(one.share(store.put, [1, 2]), one.share(store.put, [3, 4, 5]), return_exceptions=True)
    assert answers[0] == ["stored 1", "stored 2"]
    assert isinstance(answers[1], ProblemError)
    assert store.committed == [[[1, 2]]]
    await one.close()


async def test_a_mistake_of_one_is_undone_and_the_others_are_stored() -> None:
    store = Counting()
    one = _writer(store)
    answers = await asyncio.gather(
        one.share(store.put, [1]), one.share(store.put, [13]), one.share(store.put, [2]), return_exceptions=True
    )
    assert answers[0] == ["stored 1"]
    assert isinstance(answers[1], ValueError)
    assert answers[2] == ["stored 2"]
    assert store.committed == [[[1]], [[2]]]
    await one.close()


async def test_only_the_thread_waits_for_another_process() -> None:
    store = Counting(busy=1)
    one = _writer(store)
    assert await one.share(store.put, [1]) == ["stored 1"]
    assert store.begun == [False, True]
    assert await one.share(store.put, [2]) == ["stored 2"]
    assert store.begun == [False, True, False]
    await one.close()


async def test_a_slow_verb_does_not_run_on_the_loop() -> None:
    store = Counting()
    one = _writer(store)
    loops: list[asyncio.AbstractEventLoop | None] = []

    def where() -> None:
        try:
            loops.append(asyncio.get_running_loop())
        except RuntimeError:
            loops.append(None)

    await one.do(where)
    await one.do(where, slow=True)
    assert loops == [asyncio.get_running_loop(), None]
    await one.close()


class Steps:
    """Stands in for the passing of time where a group gathers: counts the steps, and holds each until it is let go."""

    def __init__(self) -> None:
        self.begun: SimpleQueue[float] = SimpleQueue()
        self.go: SimpleQueue[None] = SimpleQueue()

    def __call__(self, seconds: float) -> None:
        self.begun.put(seconds)
        self.go.get(timeout=30)

    async def next(self) -> float:
        return await asyncio.to_thread(self.begun.get, timeout=30)


async def test_where_calls_are_many_a_group_gathers_until_a_step_brings_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MANY_CALLS_S", 0)
    store, steps = Counting(), Steps()
    one = Writer(store, "counting.db", 1_000, lambda _: None, pause=steps)
    await asyncio.gather(*(one.share(store.put, [1]) for _ in range(8)))  # so many callers there are
    more = []
    for n in (2, 3, 4):
        assert await steps.next() == GATHER_STEP_S
        more.append(asyncio.ensure_future(one.share(store.put, [n])))
        await asyncio.sleep(0)
        steps.go.put(None)
    await steps.next()
    assert not any(call.done() for call in more)
    steps.go.put(None)  # this step brought none: they share a commit
    assert await asyncio.gather(*more) == [["stored 2"], ["stored 3"], ["stored 4"]]
    assert store.committed == [[[1] * 8], [[2, 3, 4]]]
    for _ in range(GATHER_STEPS):
        steps.go.put(None)
    await one.close()


async def test_a_group_that_holds_most_callers_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MANY_CALLS_S", 0)
    store, steps = Counting(), Steps()
    one = Writer(store, "counting.db", 1_000, lambda _: None, pause=steps)
    await asyncio.gather(*(one.share(store.put, [1]) for _ in range(8)))
    await steps.next()
    five = [asyncio.ensure_future(one.share(store.put, [2])) for _ in range(5)]
    await asyncio.sleep(0)
    steps.go.put(None)
    await steps.next()  # five of eight are not enough
    assert not any(call.done() for call in five)
    sixth = asyncio.ensure_future(one.share(store.put, [2]))
    await asyncio.sleep(0)
    steps.go.put(None)
    await asyncio.gather(*five, sixth)
    assert store.committed == [[[1] * 8], [[2] * 6]]
    for _ in range(GATHER_STEPS):
        steps.go.put(None)
    await one.close()


def test_callers_are_the_most_of_late() -> None:
    callers = Callers()
    assert callers.after(6, 10) == 16
    assert callers.after(3, 2) == pytest.approx(16 * FADE)
    assert callers.after(10, 10) == 20
    for _ in range(200):
        estimate = callers.after(1, 2)
    assert estimate == 3


async def test_a_group_does_not_gather_for_ever_nor_past_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MANY_CALLS_S", 0)
    monkeypatch.setattr(writer, "GROUP_ROWS", 20)
    store, steps = Counting(), Steps()
    one = Writer(store, "counting.db", 1_000, lambda _: None, pause=steps)
    calls = [asyncio.ensure_future(one.share(store.put, [0])) for _ in range(2 * GATHER_STEPS)]
    for n in range(1, GATHER_STEPS + 1):
        await steps.next()
        calls.append(asyncio.ensure_future(one.share(store.put, [n])))
        await asyncio.sleep(0)
        steps.go.put(None)
    await calls[-1]
    assert store.committed == [[[0] * 2 * GATHER_STEPS], [list(range(1, GATHER_STEPS + 1))]]
    await steps.next()
    many = asyncio.ensure_future(one.share(store.put, list(range(20, 40))))
    await asyncio.sleep(0)
    steps.go.put(None)
    assert len(await many) == 20
    for _ in range(GATHER_STEPS):
        steps.go.put(None)
    await one.close()


def test_the_rate_is_that_of_the_last_window_and_falls_after_a_rest() -> None:
    rate = Rate()
    assert rate.after(1, 1_000.0) < 1
    assert rate.after(40, 1_000.0 + RATE_S / 2) < 1
    assert rate.after(40, 1_000.0 + 2 * RATE_S) == pytest.approx(40 / RATE_S)
    assert 40 / RATE_S > MANY_CALLS_S
    assert rate.after(1, 1_010.0) < 1
