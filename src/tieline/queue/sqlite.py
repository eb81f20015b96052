"""The queue on one machine: SQLite through apsw, one writer with group commit, a reader of its own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import apsw

from tieline.domain.clock import Clock
from tieline.domain.launch import Launch, Receipt, State
from tieline.problems.base import ProblemError
from tieline.problems.queue import NotDurable
from tieline.queue.attest import SYNCED, attested, check_library, connect, lock
from tieline.queue.options import QueueOptions
from tieline.queue.port import Claim, Durability, Filter, Page, Queue, Repeated, Step, Swept, T
from tieline.queue.reading import Reading
from tieline.queue.store import Changes, Store
from tieline.queue.watching import Watchers
from tieline.queue.writer import Writer


class SqliteQueue(Queue):
    """Keeps launches in one SQLite file. A receipt is given after the commit that holds the launch was synced."""

    def __init__(self, db: apsw.Connection, reading: Reading, store: Store, options: QueueOptions, held: IO[str]) -> None:
        """Take what `open` opened."""
        self._db = db
        self._held = held
        self._reading = reading
        self._store = store
        self._watchers = Watchers()
        self._due: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._writer = Writer(store, options.path, options.max_unwritten, self._told)
        self._durability = attested(db)

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
            store = Store(db, options)
            _lapse_all(store, clock())
            return cls(db, Reading(path, vfs, store.recent), store, options, held)
        except BaseException:
            held.close()
            raise

    @property
    def durability(self) -> Durability:
        """What was attested when the file was opened."""
        return self._durability

    async def put(self, launches: Sequence[Launch]) -> list[Receipt | Repeated]:
        """Store launches; see the port."""
        return await self._writer.share(self._store.put, launches) if launches else []

    async def claim(self, environment: str, *, now: int, lease_ms: int, limit: int) -> list[Claim]:
        """Hold due launches; see the port."""
        return await self._writer.do(lambda: self._store.claim(environment, now, lease_ms, limit), limit, slow=True)

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

    async def requeue(self, before: Launch, after: Launch) -> Launch | Repeated | None:
        """Put back what can be replayed; see the port."""
        return await self._writer.do(lambda: self._store.requeue(before, after))

    async def cancel(self, id: str, *, now: int) -> Launch | None:
        """Cancel what has not left; see the port."""
        return await self._writer.do(lambda: self._store.cancel(id, now))

    async def sweep(self, *, now: int) -> Swept:
        """Lapse, expire, forget; see the port."""
        return await self._writer.do(lambda: self._store.sweep(now), slow=True)

    async def get(self, id: str) -> Launch | None:
        """Read one launch."""
        return await self._reading.get(id)

    async def list(self, filter: Filter, *, limit: int, before: str | None = None) -> Page:
        """Read launches, newest first; see the port."""
        return await self._reading.list(filter, limit, before)

    def watch(self, ids: Sequence[str]) -> AsyncIterator[Launch]:
        """Follow launches; see the port."""
        return self._watchers.watch(ids, self.get)

    async def next_due(self, environment: str) -> int | None:
        """When the earliest unheld launch falls due."""
        return await self._reading.next_due(environment)

    async def wait(self, environment: str) -> None:
        """Wait for a hint that something may be claimable."""
        await self._due[environment].wait()
        if not self._writer.closing:
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
        self._watchers.close()
        self._writer.closing = True
        for hint in self._due.values():
            hint.set()
        await self._writer.close()
        await asyncio.to_thread(self._reading.close)
        self._db.close()
        self._held.close()

    def _told(self, changes: Changes) -> None:
        for environment in changes.environments:
            self._due[environment].set()
        self._watchers.tell(changes.ids)


def _lapse_all(store: Store, now: int) -> None:
    """Nobody else has the file, so whoever held a lease is gone."""
    store.begin()
    store.lapse_all(now)
    store.commit()
