"""The one writer: a thread that takes everything that waits, commits it once, and answers all of it.

No timer and no artificial wait: while one group is being synced the next one gathers. A receipt is given only after the
commit that holds it; when the commit fails, nothing of the group is stored and everyone in it hears so.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import apsw

from tieline.problems.base import Problem, ProblemError
from tieline.problems.queue import QueueOverloaded, StoreBusy, StoreFailed, StoreFull
from tieline.queue.store import Changes

T = TypeVar("T")

GROUP_ROWS = 2_000
"""Rows a commit holds at most: past that a group gains nothing and readers wait."""


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

    def begin(self) -> None:
        """Begin a transaction."""

    def commit(self) -> Changes:
        """Commit it, synced."""

    def rollback(self) -> None:
        """Undo it."""


class _Work:
    """One verb that waits for the writer."""

    __slots__ = ("fault", "future", "result", "rows", "verb")

    def __init__(self, verb: Callable[[], Any], rows: int, future: asyncio.Future[Any]) -> None:
        self.verb = verb
        self.rows = rows
        self.future = future
        self.result: Any = None
        self.fault: Exception | None = None


class Writer:
    """Runs verbs in groups, in a thread of its own."""

    def __init__(self, store: Transactional, path: str, max_unwritten: int, told: Callable[[Changes], None]) -> None:
        """Take the store, the file's name for the words, the bound on rows in flight, and who is told of changes (on the loop)."""
        self._store = store
        self._path = path
        self._max_unwritten = max_unwritten
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Work] = deque()
        self._rows = 0
        self._ready = threading.Condition()
        self.closing = False
        self._failed: Problem | None = None
        self._thread = threading.Thread(target=self._run, name="tieline-queue-writer", daemon=True)
        self._thread.start()

    async def do(self, verb: Callable[[], T], rows: int = 1) -> T:
        """Run a verb in the next group; gives its result after the commit. Raises `ProblemError` (TL301 to TL303) when it is not stored."""
        future: asyncio.Future[T] = self._loop.create_future()
        with self._ready:
            self._check(rows)
            self._rows += rows
            self._waiting.append(_Work(verb, rows, future))
            self._ready.notify()
        return await future

    def _check(self, rows: int) -> None:
        if self._failed is not None or self.closing:
            raise ProblemError(self._failed or StoreFailed(path=self._path, fault="the queue is closing"))
        if self._rows and self._rows + rows > self._max_unwritten:
            facts = {"waiting": self._rows, "limit": self._max_unwritten, "retry_after_ms": 200}
            raise ProblemError(QueueOverloaded(what="rows for the writer", **facts))

    async def close(self) -> None:
        """Finish what waits, then end the thread."""
        with self._ready:
            self.closing = True
            self._ready.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while group := self._take():
            changes = self._write(group)
            self._loop.call_soon_threadsafe(self._answer, group, changes)

    def _take(self) -> list[_Work]:
        group: list[_Work] = []
        with self._ready:
            while not self._waiting and not self.closing:
                self._ready.wait()
            rows = 0
            while self._waiting and (not group or rows + self._waiting[0].rows <= GROUP_ROWS):
                work = self._waiting.popleft()
                rows += work.rows
                group.append(work)
            self._rows -= rows
        return group

    def _write(self, group: list[_Work]) -> Changes | None:
        if self._failed is not None:
            _fail(group, ProblemError(self._failed))
            return None
        try:
            self._store.begin()
            for work in group:
                self._one(work)
            return self._store.commit()
        except apsw.FullError:
            self._undo(group, StoreFull(path=self._path))
        except apsw.BusyError as fault:
            self._undo(group, StoreBusy(path=self._path, fault=str(fault)))
        except _FATAL as fault:
            # After a failed sync nobody knows what is on the disk: never try again and call it good.
            self._failed = StoreFailed(path=self._path, fault=str(fault) or type(fault).__name__)
            self._undo(group, self._failed)
        except Exception as fault:  # noqa: BLE001 - a boundary: whatever it is, its caller must hear of it, and no other
            self._rollback()
            self._alone(group, fault)
        return None

    def _alone(self, group: list[_Work], fault: Exception) -> None:
        """A verb failed by a mistake, and its group is undone: give each a transaction of its own, so that only that one fails."""
        if len(group) == 1:
            group[0].fault = fault
            return
        for work in group:
            work.fault = None
            changes = self._write([work])
            self._loop.call_soon_threadsafe(self._answer, [work], changes)

    @staticmethod
    def _one(work: _Work) -> None:
        """Run one verb; what it refuses (before it wrote anything) is its own affair and not the group's."""
        try:
            work.result = work.verb()
        except ProblemError as refused:
            work.fault = refused

    def _undo(self, group: list[_Work], problem: Problem) -> None:
        self._rollback()
        _fail(group, ProblemError(problem))

    def _rollback(self) -> None:
        try:
            self._store.rollback()
        except apsw.Error as fault:
            self._failed = StoreFailed(path=self._path, fault=str(fault) or type(fault).__name__)

    def _answer(self, group: list[_Work], changes: Changes | None) -> None:
        for work in group:
            if work.future.done():  # its caller went away; what it stored stays stored
                continue
            if work.fault is not None:
                work.future.set_exception(work.fault)
            else:
                work.future.set_result(work.result)
        if changes is not None:
            self._told(changes)


def _fail(group: list[_Work], fault: Exception) -> None:
    for work in group:
        work.fault = fault
