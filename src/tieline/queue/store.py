"""What each verb of the queue does to the database. Runs where the writer says, inside the group's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

import apsw
import msgspec

from tieline.domain.launch import SETTLED, Launch, Receipt, State
from tieline.domain.next import expired
from tieline.problems.base import ProblemError
from tieline.problems.queue import QueueOverloaded
from tieline.queue import schema
from tieline.queue.attest import BUSY_MS
from tieline.queue.moves import WAITING, at_rest, can_requeue, cancelled, check_move, lapsed, repeated
from tieline.queue.options import QueueOptions
from tieline.queue.port import Claim, Repeated, Step, Swept, T
from tieline.queue.requests import Asked, RequestIds
from tieline.queue.rows import insert_row, own_values, read, shared_values, update_row

SWEEP_ROWS = 500
"""How many launches one sweep lapses, expires or forgets at most, each."""
PRIORITIES = range(9, -1, -1)

Count = Counter[tuple[str, State]]

_ENVIRONMENT_AND_STATE = attrgetter("environment", "state")
_ENVIRONMENT = attrgetter("environment")
_ID = attrgetter("id")


class Changes:
    """What a transaction changed, for those who are told after its commit."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: Count = Counter()
        self.ids: list[str] = []
        self.environments: set[str] = set()


class Store:
    """The verbs, on the one connection that writes."""

    def __init__(self, db: apsw.Connection, options: QueueOptions) -> None:
        """Take the connection and the settings."""
        self._db = db
        self._options = options
        self._requests = RequestIds(db, options.dedupe_window_ms, max(options.dedupe_window_ms, options.retention_ms))
        self.changes = Changes()
        self._sealed = False
        self.counts: Count = Counter()
        self._load()

    def _load(self) -> None:
        self._seq = int(self._one("SELECT coalesce(max(seq), 0) FROM launches"))
        rows = self._rows("SELECT environment, state, n FROM counts", ())
        self.counts = Counter({(environment, State(state)): n for environment, state, n in rows})

    # -- the transaction ---------------------------------------------------------------------------------------------

    def begin(self, *, wait: bool = True) -> None:
        """Begin a group's transaction. `wait` for another process that writes, or raise `apsw.BusyError` at once."""
        self.changes = Changes()
        self._sealed = False
        self._db.set_busy_timeout(BUSY_MS if wait else 0)
        self._db.execute("BEGIN IMMEDIATE")

    def seal(self) -> None:
        """Write the counts: once for all that the group's verbs did, after the last of them."""
        for (environment, state), n in self.changes.counts.items():
            if n:
                self._db.execute(
                    "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
                    (environment, state.value, n),
                )
        self._sealed = True

    def commit(self) -> Changes:
        """Commit the group, sealed first if it is not yet: one sync for all of it. Gives what changed."""
        changes = self.changes
        if not self._sealed:
            self.seal()
        self._requests.save()
        self._db.execute("COMMIT")
        self._requests.committed()
        self.counts.update(changes.counts)
        return changes

    def rollback(self) -> None:
        """Undo the group, and what was remembered of it."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._load()
        self._requests.rolled_back()

    # -- put ---------------------------------------------------------------------------------------------------------

    def put(self, launches: Sequence[Launch]) -> list[Receipt | Repeated]:
        """Store launches; see the port."""
        self._check_room(len(launches))
        asked = self._requests.find(launches)
        fresh = {launch.request_id: launch for launch in launches} if not asked.rows else {}
        if len(fresh) == len(launches):
            answers: list[Receipt | Repeated] = [_receipt(launch) for launch in launches]
        else:
            fresh, answers = self._sift(launches, asked)
        self._insert([at_rest(launch) for launch in fresh.values()], asked)
        return answers

    def _sift(self, launches: Sequence[Launch], asked: Asked) -> tuple[dict[str, Launch], list[Receipt | Repeated]]:
        """Tell new launches from repeats of each other and of what is stored."""
        answers: list[Receipt | Repeated] = []
        fresh: dict[str, Launch] = {}
        for launch in launches:
            request_id = launch.request_id
            seqs = asked.rows.get(request_id)
            first = fresh.get(request_id) or (self._first(seqs, launch) if seqs else None)
            if first is None:
                fresh[request_id] = launch
            answers.append(_receipt(launch) if first is None else _repeat(launch, first))
        return fresh, answers

    def _check_room(self, more: int) -> None:
        limit = self._options.max_waiting
        if not limit:
            return
        waiting = sum(n for counts in (self.counts, self.changes.counts) for (_, state), n in counts.items() if state in WAITING)
        if waiting + more > limit:
            raise ProblemError(QueueOverloaded(what="launches", waiting=waiting, limit=limit, retry_after_ms=1_000))

    def _first(self, seqs: list[int], launch: Launch) -> Launch | None:
        """Give the launch that holds this request id, if one of the rows does and is inside the window."""
        for seq in reversed(seqs):
            rows = self._rows(schema.ROW_BY_SEQ, (seq,))
            first = read(rows[0]) if rows else None
            if first is not None and first.request_id == launch.request_id:
                return first if launch.create_time < first.create_time + self._options.dedupe_window_ms else None
        return None

    def _insert(self, launches: list[Launch], asked: Asked) -> None:
        keys: set[tuple[str, str]] = set()
        try:
            for at in range(0, len(launches), schema.INSERT_MANY):
                self._insert_some(self._seq + 1 + at, launches[at : at + schema.INSERT_MANY], keys)
        except apsw.ConstraintError as fault:
            raise ValueError(f"a launch that cannot be stored: {fault}") from None
        # An id of our own making is never sent again, so it need not be remembered.
        first = self._seq + 1
        named = {launch.request_id: seq for seq, launch in enumerate(launches, first) if launch.request_id != launch.id}
        if named:
            self._requests.stage(named, launches[-1].create_time, asked)
        self._seq += len(launches)
        self.changes.counts.update(map(_ENVIRONMENT_AND_STATE, launches))
        self.changes.environments.update(map(_ENVIRONMENT, launches))
        self.changes.ids.extend(map(_ID, launches))

    def _insert_some(self, seq: int, launches: list[Launch], keys: set[tuple[str, str]]) -> None:
        many, shared = len(launches) == schema.INSERT_MANY, shared_values(launches[0])
        if many and not launches[0].ordering_key and list(map(shared_values, launches)).count(shared) == len(launches):
            self._db.execute(schema.INSERT_ALIKE, [seq, *shared, *chain.from_iterable(map(own_values, launches))])
            return
        rows = [insert_row(n, launch, self._blocked(launch, keys)) for n, launch in enumerate(launches, seq)]
        if many:
            self._db.execute(schema.INSERT_HUNDRED, list(chain.from_iterable(rows)))
        else:
            self._db.executemany(schema.INSERT, rows)

    def _blocked(self, launch: Launch, keys: set[tuple[str, str]]) -> int:
        """Tell whether an earlier launch of the key is unsettled; `keys` are those of this call so far."""
        if not launch.ordering_key or launch.state not in WAITING:
            return 0
        key = (launch.environment, launch.ordering_key)
        earlier = key in keys or self._key_first(launch, 0) is not None or self._key_first(launch, 1) is not None
        keys.add(key)
        return int(earlier)

    # -- claim, permit, settle, release ------------------------------------------------------------------------------

    def claim(self, environment: str, now: int, lease_ms: int, limit: int) -> list[Claim]:
        """Hold due launches; see the port."""
        self._lapse(now)
        claims: list[Claim] = []
        for priority in PRIORITIES:
            if len(claims) >= limit:
                break
            due = self._rows(schema.DUE, (environment, priority, now, limit - len(claims)))
            self._db.executemany(schema.HOLD, [(now + lease_ms, fence + 1, seq) for seq, fence, *_ in due])
            claims += [Claim(launch=read(row), fence=fence + 1, lease_until=now + lease_ms) for _, fence, *row in due]
        return claims

    def permit(self, claim: Claim, pool: str, step: Step[T], sending: Callable[[T], Launch | None]) -> T | None:
        """Take a permit and write SENDING; see the port."""
        seq, stands = self._held(claim)
        if stands is None:
            return None
        state, answer = step(self._pool(pool))
        launch = sending(answer)
        if launch is not None:
            check_move(stands, launch)
            self._write(seq, stands, launch, claim.fence, claim.lease_until)
        self._save_pool(pool, state)
        return answer

    def pace(self, pool: str, step: Step[T]) -> T:
        """Run a step on the pool's pace."""
        state, answer = step(self._pool(pool))
        self._save_pool(pool, state)
        return answer

    def settle(self, claim: Claim, launch: Launch, pool: str | None, step: Step[None] | None) -> bool:
        """Store the next value, end the claim, stamp the pace; see the port."""
        seq, stands = self._held(claim)
        if stands is not None:
            check_move(stands, launch)
        if pool is not None and step is not None:
            self.pace(pool, step)
        if stands is None:
            return False
        self._write(seq, stands, launch, claim.fence, None)
        return True

    def release(self, claim: Claim, schedule_time: int) -> bool:
        """Give a claim back unsent; see the port."""
        seq, stands = self._held(claim)
        if stands is None or stands.state is State.SENDING:
            return False
        self._write(seq, stands, msgspec.structs.replace(stands, schedule_time=schedule_time), claim.fence, None)
        return True

    def _held(self, claim: Claim) -> tuple[int, Launch | None]:
        row = self._row(claim.launch.id)
        if row is None or row[1] != claim.fence or row[2] is None:
            return 0, None
        return row[0], read(row[3:])

    # -- requeue, cancel ---------------------------------------------------------------------------------------------

    def requeue(self, before: Launch, after: Launch) -> Launch | Repeated | None:
        """Put back what can be replayed; see the port."""
        row = self._row(before.id)
        stands = read(row[3:]) if row else None
        if row is None or stands is None or not can_requeue(stands, before):
            return None
        check_move(stands, after)
        self._check_room(1)
        if after.request_id != stands.request_id:
            first = self._first(self._requests.find((after,)).rows.get(after.request_id, []), after)
            if first is not None:
                return repeated(first)
            self._requests.move(after.request_id, row[0], after.create_time)
        self._write(row[0], stands, after, row[1], None)
        return after

    def cancel(self, id: str, now: int) -> Launch | None:
        """Cancel what has not left; see the port."""
        row = self._row(id)
        if row is None:
            return None
        stands = read(row[3:])
        launch = cancelled(stands, now)
        if launch is not stands:
            self._write(row[0], stands, launch, row[1] + 1, None)
        return launch

    # -- sweep -------------------------------------------------------------------------------------------------------

    def sweep(self, now: int) -> Swept:
        """Lapse, expire and forget, a bounded number of each; see the port."""
        lapses, ambiguous = self._lapse(now)
        over = self._rows(schema.OVER, (now, SWEEP_ROWS))
        for seq, fence, *row in over:
            stands = read(row)
            self._write(seq, stands, expired(stands, now), fence + 1, None)
        return Swept(lapsed=lapses, ambiguous=ambiguous, expired=len(over), forgotten=self._forget(now))

    def lapse_all(self, now: int) -> None:
        """End every lease: at open no other process can hold one."""
        while self._lapse(now, until=1 << 62)[0]:
            pass

    def _lapse(self, now: int, until: int | None = None) -> tuple[int, int]:
        rows = self._rows(schema.LAPSED, (until or now, SWEEP_ROWS))
        ambiguous = 0
        for seq, fence, *row in rows:
            stands = read(row)
            launch = lapsed(stands, now)
            ambiguous += launch.state is State.AMBIGUOUS
            self._write(seq, stands, launch, fence + 1, None)
        return len(rows), ambiguous

    def _forget(self, now: int) -> int:
        keep = max(self._options.retention_ms, self._options.dedupe_window_ms)
        old = [row for row in self._rows(schema.OLD, (now - keep, SWEEP_ROWS)) if State(row[2]) in SETTLED]
        self._db.executemany("DELETE FROM launches WHERE seq = ?", [(seq,) for seq, _, _ in old])
        for _, environment, state in old:
            self.changes.counts[environment, State(state)] -= 1
        return len(old) + self._requests.forget(now)

    # -- rows --------------------------------------------------------------------------------------------------------

    def _row(self, id: str) -> tuple[Any, ...] | None:
        rows = self._rows(schema.ROW, (id,))
        return rows[0] if rows else None

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        return self._db.execute(statement, values).fetchall()

    def _one(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        return self._db.execute(statement, values).get

    def _write(self, seq: int, stands: Launch, launch: Launch, fence: int, lease_until: int | None) -> None:
        launch = at_rest(launch)
        self._db.execute(schema.UPDATE, update_row(seq, launch, fence, lease_until))
        self._note(stands, launch)
        if launch.ordering_key and lease_until is None:
            self._order(launch)

    def _order(self, launch: Launch) -> None:
        """Let the oldest waiting launch of the key go next, and no other; a held one keeps them all waiting."""
        key = (launch.environment, launch.ordering_key)
        if self._one(schema.KEY_HELD, key):
            if launch.state in WAITING:
                self._db.execute(schema.KEY_BLOCK, (*key, -1))
            return
        firsts = [first for blocked in (0, 1) if (first := self._key_first(launch, blocked)) is not None]
        if firsts:
            self._db.execute("UPDATE launches SET blocked = 0 WHERE seq = ? AND blocked = 1", (min(firsts),))
            self._db.execute(schema.KEY_BLOCK, (*key, min(firsts)))

    def _key_first(self, launch: Launch, blocked: int) -> int | None:
        found = self._one(schema.KEY_FIRST, (launch.environment, launch.ordering_key, blocked))
        return None if found is None else int(found)

    def _pool(self, name: str) -> bytes:
        return bytes(self._one("SELECT state FROM pools WHERE name = ?", (name,)) or b"")

    def _save_pool(self, name: str, state: bytes) -> None:
        self._db.execute("INSERT INTO pools VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state", (name, state))

    def _note(self, before: Launch, after: Launch) -> None:
        if before.state is not after.state:
            self.changes.counts[before.environment, before.state] -= 1
            self.changes.counts[after.environment, after.state] += 1
        self.changes.environments.add(after.environment)
        self.changes.ids.append(after.id)

    def recent(self, request_id: str) -> int | None:
        """Give the row of a request id that stands in no table yet. May be asked from any thread."""
        return self._requests.recent(request_id)


def _receipt(launch: Launch) -> Receipt:
    return Receipt(id=launch.id, request_id=launch.request_id, state=launch.state, create_time=launch.create_time)


def _repeat(launch: Launch, first: Launch) -> Receipt | Repeated:
    if first.fingerprint == launch.fingerprint:
        return Receipt(id=first.id, request_id=first.request_id, state=first.state, create_time=first.create_time, repeated=True)
    return repeated(first)
