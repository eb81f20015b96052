"""The queue on one machine: SQLite through apsw, one writer with group commit, a reader of its own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import apsw

from tieline.domain.clock import Clock
from tieline.domain.launch import Launch, Receipt, State
from tieline.problems.base import ProblemError
from tieline.problems.queue import NotDurable
from tieline.queue import schema
from tieline.queue.attest import SYNCED, check_library, connect, lock, reader
from tieline.queue.options import QueueOptions
from tieline.queue.port import Claim, Durability, Filter, Page, Queue, Repeated, Step, Swept, T
from tieline.queue.rows import decode
from tieline.queue.store import PRIORITIES, Changes, Store
from tieline.queue.watching import Watchers
from tieline.queue.writer import Writer


class SqliteQueue(Queue):
    """Keeps launches in one SQLite file. A receipt is given after the commit that holds the launch was synced."""

    def __init__(self, db: apsw.Connection, read: apsw.Connection, held: IO[str], options: QueueOptions, now: int) -> None:
        """Take open connections and the lock; use `open`."""
        self._db = db
        self._reader = read
        self._held = held
        self._watchers = Watchers()
        self._due: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._store = Store(db, options, self._watchers.wanted)
        self._lapse_all(now)
        self._writer = Writer(self._store, options.path, options.max_unwritten, self._told)
        self._reading = ThreadPoolExecutor(1, "tieline-queue-reader")

    @classmethod
    def open(
        cls, options: QueueOptions, clock: Clock, *, vfs: str | None = None, synchronous: str = "FULL", accept_loss: bool = False
    ) -> SqliteQueue:
        """Open the store, making it where it is new. `vfs` and `synchronous` are for the tests of durability alone, and a
        `synchronous` under which a receipt means nothing is refused unless `accept_loss`.

        Raises `ProblemError`: TL304 when another process has it, TL305 when the SQLite library is too old, TL306 for a
        database of another version, TL307 when it cannot be opened, TL311 when it does not sync.
        """
        check_library()
        path = Path(options.path)
        if synchronous not in SYNCED and not accept_loss:
            raise ProblemError(NotDurable(path=options.path, setting="synchronous", seen=synchronous, needed="FULL"))
        held = lock(path)
        try:
            db = connect(path, vfs=vfs, synchronous=synchronous)
            return cls(db, reader(path, vfs=vfs), held, options, clock())
        except BaseException:
            held.close()
            raise

    def _lapse_all(self, now: int) -> None:
        """Nobody else has the file, so whoever held a lease is gone."""
        self._store.begin()
        self._store.lapse_all(now)
        self._store.commit()

    @property
    def durability(self) -> Durability:
        """Synced to one disk: attested when the file was opened."""
        return Durability.ONE_DISK

    async def put(self, launches: Sequence[Launch]) -> list[Receipt | Repeated]:
        """Store launches; see the port."""
        return await self._writer.do(lambda: self._store.put(launches), len(launches)) if launches else []

    async def claim(self, environment: str, *, now: int, lease_ms: int, limit: int) -> list[Claim]:
        """Hold due launches; see the port."""
        return await self._writer.do(lambda: self._store.claim(environment, now, lease_ms, limit), limit)

    async def permit(self, claim: Claim, pool: str, step: Step[T], *, sending: Callable[[T], Launch | None]) -> T | None:
        """Take a permit and write SENDING; see the port."""
        return await self._writer.do(lambda: self._store.permit(claim, pool, step, sending))

    async def pace(self, pool: str, step: Step[T]) -> T:
        """Run a step on the pool's pace; see the port."""
        return await self._writer.do(lambda: self._store.pace(pool, step))

    async def settle(self, claim: Claim, launch: Launch, *, pool: str | None = None, step: Step[None] | None = None) -> bool:
        """Store the next value and end the claim; see the port."""
        return await self._writer.do(lambda: self._store.settle(claim, launch, pool, step))

    async def release(self, claim: Claim, *, schedule_time: int) -> bool:
        """Give a claim back; see the port."""
        return await self._writer.do(lambda: self._store.release(claim, schedule_time))

    async def requeue(self, launch: Launch) -> bool:
        """Put back what can be replayed; see the port."""
        return await self._writer.do(lambda: self._store.requeue(launch))

    async def cancel(self, id: str, *, now: int) -> Launch | None:
        """Cancel what has not left; see the port."""
        return await self._writer.do(lambda: self._store.cancel(id, now))

    async def sweep(self, *, now: int) -> Swept:
        """Lapse, expire, forget; see the port."""
        return await self._writer.do(lambda: self._store.sweep(now))

    async def get(self, id: str) -> Launch | None:
        """Read one launch."""
        rows = await self._read("SELECT content FROM launches WHERE id = ?", (id,))
        return decode(rows[0][0]) if rows else None

    async def list(self, filter: Filter, *, limit: int, before: str | None = None) -> Page:
        """Read launches, newest first; see the port."""
        where, values = _where(filter, before)
        rows = await self._read(f"SELECT content FROM launches {where} ORDER BY id DESC LIMIT ?", (*values, limit + 1))  # noqa: S608 - fixed words
        found = [decode(content) for (content,) in rows]
        return Page(launches=tuple(found[:limit]), next_before=found[limit - 1].id if len(found) > limit else None)

    def watch(self, ids: Sequence[str]) -> AsyncIterator[Launch]:
        """Follow launches; see the port."""
        return self._watchers.watch(ids, self.get)

    async def next_due(self, environment: str) -> int | None:
        """When the earliest unheld launch falls due."""
        found = [await self._read(schema.NEXT_DUE, (environment, priority)) for priority in PRIORITIES]
        return min((rows[0][0] for rows in found if rows[0][0] is not None), default=None)

    async def wait(self, environment: str) -> None:
        """Wait for a hint that something may be claimable."""
        await self._due[environment].wait()
        self._due[environment].clear()

    async def counts(self) -> Mapping[str, Mapping[State, int]]:
        """Count launches by environment and state; kept beside the rows, in the same transactions."""
        found: defaultdict[str, dict[State, int]] = defaultdict(dict)
        for (environment, state), n in dict(self._store.counts).items():
            if n:
                found[environment][state] = n
        return found

    async def close(self) -> None:
        """Finish what was accepted, fold the log into the database, let go of the file."""
        await self._writer.close()
        self._reading.shutdown(wait=True)
        self._reader.close()
        self._db.close()
        self._held.close()

    async def _read(self, statement: str, values: tuple[Any, ...]) -> Sequence[Any]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, lambda: self._reader.execute(statement, values).fetchall())

    def _told(self, changes: Changes) -> None:
        for environment in changes.environments:
            self._due[environment].set()
        self._watchers.tell(changes.launches)


def _where(filter: Filter, before: str | None) -> tuple[str, tuple[Any, ...]]:
    marks = ", ".join("?" * len(filter.states))
    asked: list[tuple[str, tuple[Any, ...]]] = [
        (f"state IN ({marks})", tuple(state.value for state in filter.states)) if filter.states else ("", ()),
        ("environment = ?", (filter.environment,)) if filter.environment is not None else ("", ()),
        ("route = ?", (filter.route,)) if filter.route is not None else ("", ()),
        ("(flow = ? OR flow_id = ?)", (filter.flow, filter.flow)) if filter.flow is not None else ("", ()),
        ("request_id = ?", (filter.request_id,)) if filter.request_id is not None else ("", ()),
        ("create_time > ?", (filter.created_after,)) if filter.created_after is not None else ("", ()),
        ("create_time < ?", (filter.created_before,)) if filter.created_before is not None else ("", ()),
        ("id < ?", (before,)) if before is not None else ("", ()),
    ]
    clauses = [clause for clause, _ in asked if clause]
    return ("WHERE " + " AND ".join(clauses) if clauses else ""), tuple(value for _, values in asked for value in values)
