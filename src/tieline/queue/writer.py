"""The one writer: everything that waits goes into one transaction, is committed with one sync, and then answered.

A group's verbs run on the loop, one after another, and only the commit, which waits for the disk, runs in a thread. Verbs
in a thread of their own would take the interpreter's lock from the loop, and give it back, at every statement; that costs
more than the statements do. Verbs that may read much of the disk (`slow`) run in the thread, before the commit.

While one group is being synced the next one gathers. There is no other wait, but where calls come by the thousand: a commit
costs the processor as much as a call or two, so there a group gathers for a moment more (`GATHER_STEPS`), and many share it, but
not all: where every caller waited for the same commit, the callers and this side would work in turn instead of at once (`ENOUGH`).

A receipt is given only after the commit that holds it; when the commit fails, nothing of the group is stored and everyone in
it hears so.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, Protocol, TypeAlias, TypeVar

import apsw

from tieline.problems.base import Problem, ProblemError
from tieline.problems.queue import QueueOverloaded, StoreBusy, StoreFailed, StoreFull
from tieline.queue.group import Ended, Group, Work, failed, run_one, run_together
from tieline.queue.store import Changes

T = TypeVar("T")
Item = TypeVar("Item")

GROUP_ROWS = 1_000
"""Rows a commit holds at most: past that a group gains little, and the loop and the readers wait."""
MANY_CALLS_S = 3_000
"""How many calls a second are many: there a group gathers before it begins."""
GATHER_STEP_S = 0.0002
"""A group gathers in steps of so many seconds, until one brings no further call: then everyone waits already."""
GATHER_STEPS = 10
"""How many such steps at most."""
ENOUGH = 0.75
"""A group that holds this part of the callers there are begins: the others have their answer only now, and would be waited for."""
FADE = 0.98
"""What is left, a group later, of the callers there were."""
RATE_S = 0.01
"""Over how long the rate is counted at least, in seconds."""

_FATAL = (
    apsw.IOError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.PermissionsError,
    apsw.NoLFSError,
    apsw.InternalError,
    apsw.NoMemError,
)
"""What says that the disk or the file cannot be trusted any more. Any other error is a mistake of the verb that met it."""


class Transactional(Protocol):
    """What the writer needs of a store."""

    def begin(self, *, wait: bool) -> None:
        """Begin a transaction; `wait` for another process that writes, or raise `apsw.BusyError` at once."""

    def seal(self) -> None:
        """Write what the verbs since the last seal left to be written once for all of them."""

    def commit(self) -> Changes:
        """Seal and commit it, synced."""

    def rollback(self) -> None:
        """Undo it."""


class Rate:
    """Counts how many calls are answered a second."""

    def __init__(self) -> None:
        """Begin with none."""
        self._calls = 0
        self._since = 0.0
        self._rate = 0.0

    def after(self, calls: int, now: float) -> float:
        """Count more calls, at this time (seconds); gives the rate, of the last `RATE_S` or more."""
        self._calls += calls
        if (passed := now - self._since) >= RATE_S:
            self._rate, self._calls, self._since = self._calls / passed, 0, now
        return self._rate


class Callers:
    """Estimates how many callers there are: of late, the most that a group answered and that waited by then."""

    def __init__(self) -> None:
        """Begin with none."""
        self._most = 0.0

    def after(self, answered: int, waiting: int) -> float:
        """Count those of one group more; gives the estimate."""
        self._most = max(FADE * self._most, answered + waiting)
        return self._most


_Begun: TypeAlias = tuple[Group, Exception | None]
"""A group whose quick verbs ran, or the fault that one of them met."""


class Writer:
    """Runs verbs in groups: one group at a time, each in a transaction of its own."""

    def __init__(
        self,
        store: Transactional,
        path: str,
        max_unwritten: int,
        told: Callable[[Changes], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the store, the file's name for the words, the bound on rows in flight, and who is told of changes (on the loop).

        `clock` tells seconds, and `pause` lets some pass; both are asked in the thread alone.
        """
        self._store = store
        self._path = path
        self._max_unwritten = max_unwritten
        self._told = told
        self._clock = clock
        self._pause = pause
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Work] = deque()
        self._rows = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._rate = Rate()
        self._callers = Callers()
        self.closing = False
        self._failed: Problem | None = None
        self._begun: SimpleQueue[_Begun | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tieline-queue-writer", daemon=True)
        self._thread.start()

    async def do(self, verb: Callable[[], T], rows: int = 1, *, slow: bool = False) -> T:
        """Run a verb in the next group; gives its result after the commit. Raises `ProblemError` (TL301 to TL303) when it is not stored."""
        self._check(rows)
        future: asyncio.Future[T] = self._loop.create_future()
        self._enter(Work(verb, rows, slow, None, future))
        return await future

    async def share(self, verb: Callable[[list[Item]], list[T]], items: Sequence[Item]) -> list[T]:
        """Run a verb on these items and those of others in the next group; gives what it said of these. Raises as `do`.

        The verb gives one answer an item, in order, and refuses (`ProblemError`) before it wrote anything.
        """
        self._check(len(items))
        future: asyncio.Future[list[T]] = self._loop.create_future()
        self._enter(Work(verb, len(items), False, items, future))
        return await future

    def _enter(self, work: Work) -> None:
        self._rows += work.rows
        self._waiting.append(work)
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._begin)  # what else this turn of the loop brings joins the group

    def _check(self, rows: int) -> None:
        if self._failed is not None or self.closing:
            raise ProblemError(self._failed or StoreFailed(path=self._path, fault="the queue is closing"))
        if self._rows and self._rows + rows > self._max_unwritten:
            facts = {"waiting": self._rows, "limit": self._max_unwritten, "retry_after_ms": 200}
            raise ProblemError(QueueOverloaded(what="rows for the writer", **facts))

    async def close(self) -> None:
        """Finish what waits, then end the thread."""
        self.closing = True
        await self._idle.wait()
        self._begun.put(None)
        await asyncio.to_thread(self._thread.join)

    # -- on the loop -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Begin the next group: run its quick verbs here, and hand it to the thread."""
        if not self._waiting:
            self._idle.set()
            return
        group = self._take()
        try:
            if self._failed is None:
                self._store.begin(wait=False)
                self._run_quick(group)
        except Exception as fault:  # noqa: BLE001 - a boundary: the thread tells what it is, and its caller hears of it
            self._begun.put((group, fault))
        else:
            self._begun.put((group, None))

    def _run_quick(self, group: Group) -> None:
        shared: dict[Callable[..., Any], Group] = {}
        for work in group:
            if work.items is not None:
                shared.setdefault(work.verb, []).append(work)
            elif not work.slow:
                run_one(work)
        for works in shared.values():
            run_together(works)
        if not any(work.slow for work in group):
            self._store.seal()

    def _take(self) -> Group:
        group: Group = []
        rows = 0
        while self._waiting and (not group or rows + self._waiting[0].rows <= GROUP_ROWS):
            work = self._waiting.popleft()
            rows += work.rows
            group.append(work)
        self._rows -= rows
        return group

    def _end(self, ended: Ended) -> None:
        """Answer, and tell of the changes."""
        for group, changes in ended:
            for work in group:
                work.answer()
            if changes is not None:
                self._told(changes)

    # -- in the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (begun := self._begun.get()) is not None:
            ended = self._finish(*begun)
            self._loop.call_soon_threadsafe(self._end, ended)
            answered = sum(len(group) for group, _ in ended)
            callers = self._callers.after(answered, len(self._waiting))
            if self._rate.after(answered, self._clock()) >= MANY_CALLS_S:
                self._gather(ENOUGH * callers)
            self._loop.call_soon_threadsafe(self._begin)

    def _gather(self, enough: float) -> None:
        """Wait while calls keep coming, until there are enough, for a moment at most."""
        seen = -1
        for _ in range(GATHER_STEPS):
            self._pause(GATHER_STEP_S)
            waiting = len(self._waiting)
            if waiting == seen or waiting >= enough or self._rows >= GROUP_ROWS:
                return
            seen = waiting

    def _finish(self, group: Group, fault: Exception | None) -> Ended:
        if self._failed is not None:
            return failed(group, ProblemError(self._failed))
        if isinstance(fault, apsw.BusyError):  # another process writes: here it can be waited for
            self._rollback()
            return self._whole(group)
        if fault is not None:
            return self._after(group, fault)
        try:
            for work in group:
                if work.slow:
                    run_one(work)
            return [(group, self._store.commit())]
        except Exception as met:  # noqa: BLE001 - as in `_begin`
            return self._after(group, met)

    def _whole(self, group: Group) -> Ended:
        """Run a group from its beginning to its end."""
        try:
            self._store.begin(wait=True)
            for work in group:
                run_one(work)
            return [(group, self._store.commit())]
        except Exception as fault:  # noqa: BLE001 - as in `_begin`
            return self._after(group, fault)

    def _after(self, group: Group, fault: Exception) -> Ended:
        """Undo a group that met a fault: all of it hears of it, or, where one verb's own mistake made it, that one alone."""
        problem: Problem | None = None
        if isinstance(fault, apsw.FullError):
            problem = StoreFull(path=self._path)
        elif isinstance(fault, apsw.BusyError):
            problem = StoreBusy(path=self._path, fault=str(fault))
        elif isinstance(fault, _FATAL):
            # After a failed sync nobody knows what is on the disk: never try again and call it good.
            problem = self._failed = StoreFailed(path=self._path, fault=str(fault) or type(fault).__name__)
        self._rollback()
        if problem is not None:
            return failed(group, ProblemError(problem))
        if len(group) == 1:
            return failed(group, fault)
        return [ended for work in group for ended in self._whole([work])]

    def _rollback(self) -> None:
        try:
            self._store.rollback()
        except apsw.Error as fault:
            self._failed = StoreFailed(path=self._path, fault=str(fault) or type(fault).__name__)
