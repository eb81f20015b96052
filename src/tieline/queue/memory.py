"""The queue in memory: for tests, and the model that every other store is compared with. A receipt here is not durable."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import msgspec

from tieline.domain.clock import Clock
from tieline.domain.launch import SETTLED, Launch, Receipt, State
from tieline.domain.next import expired
from tieline.problems.base import ProblemError
from tieline.problems.queue import QueueOverloaded
from tieline.queue.moves import EXPIRABLE, WAITING, at_rest, can_requeue, cancelled, check_move, lapsed, repeated
from tieline.queue.options import QueueOptions
from tieline.queue.port import Claim, Durability, Filter, Page, Queue, Repeated, Step, Swept, T
from tieline.queue.watching import Watchers

SWEEP_ROWS = 500


class _Row:
    """One launch and what the queue keeps beside it."""

    __slots__ = ("fence", "launch", "lease_until")

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.fence = 0
        self.lease_until: int | None = None


class MemoryQueue(Queue):
    """Keeps launches in dictionaries; every verb is one uninterrupted step of the event loop."""

    def __init__(self, options: QueueOptions, clock: Clock) -> None:
        """Take the settings (the path is not used) and the clock."""
        self._options = options
        self._clock = clock
        self._rows: dict[str, _Row] = {}
        self._requests: dict[str, tuple[str, int]] = {}
        self._pools: dict[str, bytes] = {}
        self._watchers = Watchers()
        self._due: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    @property
    def durability(self) -> Durability:
        """Memory only."""
        return Durability.MEMORY

    async def put(self, launches: Sequence[Launch]) -> list[Receipt | Repeated]:
        """Store launches; see the port."""
        self._check_room(len(launches))
        self._check_new(launches)
        return [self._put(launch) for launch in launches]

    def _check_room(self, more: int) -> None:
        waiting = sum(row.launch.state in WAITING for row in self._rows.values())
        limit = self._options.max_waiting
        if limit and waiting + more > limit:
            raise ProblemError(QueueOverloaded(what="launches", waiting=waiting, limit=limit, retry_after_ms=1_000))

    def _check_new(self, launches: Sequence[Launch]) -> None:
        for launch in launches:
            first, until = self._requests.get(launch.request_id, ("", 0))
            if launch.id in self._rows and not (first and launch.create_time < until):
                raise ValueError(f"a launch that cannot be stored: `{launch.id}` is there already")

    def _put(self, launch: Launch) -> Receipt | Repeated:
        first, until = self._requests.get(launch.request_id, ("", 0))
        if first and launch.create_time < until:
            stands = self._rows[first].launch
            return self._repeat(launch, stands)
        self._requests[launch.request_id] = (launch.id, launch.create_time + self._options.dedupe_window_ms)
        self._rows[launch.id] = _Row(at_rest(launch))
        self._changed(launch)
        return Receipt(id=launch.id, request_id=launch.request_id, state=launch.state, create_time=launch.create_time)

    @staticmethod
    def _repeat(launch: Launch, stands: Launch) -> Receipt | Repeated:
        if stands.fingerprint != launch.fingerprint:
            return repeated(stands)
        facts = {"id": stands.id, "request_id": stands.request_id, "state": stands.state, "create_time": stands.create_time}
        return Receipt(**facts, repeated=True)  # type: ignore[arg-type]

    async def claim(self, environment: str, *, now: int, lease_ms: int, limit: int) -> list[Claim]:
        """Hold due launches; see the port."""
        self._lapse(now)
        due = [row for row in self._rows.values() if self._claimable(row, environment, now)]
        due.sort(key=lambda row: (-row.launch.priority, row.launch.schedule_time or 0, row.launch.id))
        taken = due[:limit]
        for row in taken:
            row.fence += 1
            row.lease_until = now + lease_ms
        return [Claim(launch=row.launch, fence=row.fence, lease_until=now + lease_ms) for row in taken]

    def _claimable(self, row: _Row, environment: str, now: int) -> bool:
        launch = row.launch
        due = launch.schedule_time is not None and launch.schedule_time <= now
        return due and launch.environment == environment and row.lease_until is None and not self._blocked(row)

    def _blocked(self, row: _Row) -> bool:
        launch = row.launch
        if not launch.ordering_key or launch.state not in WAITING:
            return False
        return any(
            other.launch.id < launch.id or other.lease_until is not None
            for other in self._rows.values()
            if other is not row
            and other.launch.ordering_key == launch.ordering_key
            and other.launch.environment == launch.environment
            and other.launch.state in WAITING
        )

    def _held(self, claim: Claim) -> _Row | None:
        row = self._rows.get(claim.launch.id)
        return row if row is not None and row.fence == claim.fence and row.lease_until is not None else None

    async def permit(self, claim: Claim, pool: str, step: Step[T], *, sending: Callable[[T], Launch | None]) -> T | None:
        """Take a permit and write SENDING; see the port."""
        row = self._held(claim)
        if row is None:
            return None
        state, answer = step(self._pools.get(pool, b""))
        launch = sending(answer)
        if launch is not None:
            check_move(row.launch, launch)
            self._store(row, launch)
        self._pools[pool] = state
        return answer

    async def pace(self, pool: str, step: Step[T]) -> T:
        """Run a step on the pool's pace; see the port."""
        self._pools[pool], answer = step(self._pools.get(pool, b""))
        return answer

    async def settle(self, claim: Claim, launch: Launch, *, pool: str | None = None, step: Step[None] | None = None) -> bool:
        """Store the next value and end the claim; see the port."""
        row = self._held(claim)
        if row is not None:
            check_move(row.launch, launch)
        if pool is not None and step is not None:
            self._pools[pool], _ = step(self._pools.get(pool, b""))
        if row is None:
            return False
        row.lease_until = None
        self._store(row, launch)
        return True

    async def release(self, claim: Claim, *, schedule_time: int) -> bool:
        """Give a claim back; see the port."""
        row = self._held(claim)
        if row is None or row.launch.state is State.SENDING:
            return False
        row.lease_until = None
        self._store(row, msgspec.structs.replace(row.launch, schedule_time=schedule_time))
        return True

    async def requeue(self, before: Launch, after: Launch) -> Launch | Repeated | None:
        """Put back what can be replayed; see the port."""
        row = self._rows.get(before.id)
        if row is None or not can_requeue(row.launch, before):
            return None
        check_move(before, after)
        self._check_room(1)
        if after.request_id != before.request_id:
            first, until = self._requests.get(after.request_id, ("", 0))
            if first and after.create_time < until:
                return repeated(self._rows[first].launch)
            if self._requests.get(before.request_id, ("", 0))[0] == before.id:
                del self._requests[before.request_id]
            self._requests[after.request_id] = (after.id, after.create_time + self._options.dedupe_window_ms)
        self._store(row, after)
        return after

    async def cancel(self, id: str, *, now: int) -> Launch | None:
        """Cancel what has not left; see the port."""
        row = self._rows.get(id)
        if row is None:
            return None
        launch = cancelled(row.launch, now)
        if launch is not row.launch:
            row.lease_until = None
            row.fence += 1
            self._store(row, launch)
        return launch

    async def get(self, id: str) -> Launch | None:
        """Read one launch."""
        row = self._rows.get(id)
        return row.launch if row else None

    async def list(self, filter: Filter, *, limit: int, before: str | None = None) -> Page:
        """Read launches, newest first; see the port."""
        ids = sorted((id for id in self._rows if before is None or id < before), reverse=True)
        found = [self._rows[id].launch for id in ids if _matches(self._rows[id].launch, filter)]
        more = found[limit - 1].id if len(found) > limit else None
        return Page(launches=tuple(found[:limit]), next_before=more)

    def watch(self, ids: Sequence[str]) -> AsyncIterator[Launch]:
        """Follow launches; see the port."""
        return self._watchers.watch(ids, self.get)

    async def next_due(self, environment: str) -> int | None:
        """When the earliest unheld launch falls due."""
        times = [
            row.launch.schedule_time
            for row in self._rows.values()
            if row.launch.environment == environment
            and row.lease_until is None
            and row.launch.schedule_time is not None
            and not self._blocked(row)
        ]
        return min(times, default=None)

    async def wait(self, environment: str) -> None:
        """Wait for a hint that something may be claimable."""
        await self._due[environment].wait()
        self._due[environment].clear()

    async def counts(self) -> Mapping[str, Mapping[State, int]]:
        """Count launches by environment and state."""
        found: defaultdict[str, Counter[State]] = defaultdict(Counter)
        for row in self._rows.values():
            found[row.launch.environment][row.launch.state] += 1
        return found

    async def sweep(self, *, now: int) -> Swept:
        """Lapse, expire, forget; see the port."""
        lapses, ambiguous = self._lapse(now)
        over = [row for row in self._rows.values() if self._over(row, now)][:SWEEP_ROWS]
        for row in over:
            row.lease_until = None
            row.fence += 1
            self._store(row, expired(row.launch, now))
        return Swept(lapsed=lapses, ambiguous=ambiguous, expired=len(over), forgotten=self._forget(now))

    def _lapse(self, now: int) -> tuple[int, int]:
        gone = [row for row in self._rows.values() if row.lease_until is not None and row.lease_until <= now]
        ambiguous = 0
        for row in gone:
            row.lease_until = None
            row.fence += 1
            ambiguous += row.launch.state is State.SENDING
            self._store(row, lapsed(row.launch, now))
        return len(gone), ambiguous

    @staticmethod
    def _over(row: _Row, now: int) -> bool:
        launch = row.launch
        return launch.state in EXPIRABLE and launch.expire_time is not None and launch.expire_time <= now

    def _forget(self, now: int) -> int:
        keep = max(self._options.retention_ms, self._options.dedupe_window_ms)
        old = [
            id
            for id, row in self._rows.items()
            if row.launch.state in SETTLED and row.launch.schedule_time is None and row.launch.update_time < now - keep
        ][:SWEEP_ROWS]
        for id in old:
            request = self._rows.pop(id).launch.request_id
            if self._requests.get(request, ("", 0))[0] == id:
                del self._requests[request]
        return len(old)

    def _store(self, row: _Row, launch: Launch) -> None:
        row.launch = at_rest(launch)
        self._changed(launch)

    def _changed(self, launch: Launch) -> None:
        self._due[launch.environment].set()
        self._watchers.tell((launch.id,))

    async def close(self) -> None:
        """End the watches; there is nothing to let go of."""
        self._watchers.close()


def _matches(launch: Launch, filter: Filter) -> bool:
    return (
        (not filter.states or launch.state in filter.states)
        and (filter.environment is None or launch.environment == filter.environment)
        and (filter.route is None or launch.route == filter.route)
        and (filter.flow is None or filter.flow in (launch.flow, launch.flow_id))
        and (filter.request_id is None or launch.request_id == filter.request_id)
        and (filter.created_after is None or launch.create_time > filter.created_after)
        and (filter.created_before is None or launch.create_time < filter.created_before)
    )
