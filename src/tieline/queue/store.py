"""What each verb of the queue does to the database. Runs in the writer's thread, inside the group's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import apsw
import msgspec

from tieline.domain.launch import SETTLED, Launch, Receipt, State
from tieline.problems.base import ProblemError
from tieline.problems.queue import QueueOverloaded
from tieline.queue import schema
from tieline.queue.moves import WAITING, can_requeue, cancelled, check_move, expired, lapsed
from tieline.queue.options import QueueOptions
from tieline.queue.port import Claim, Repeated, Step, Swept, T
from tieline.queue.requests import RequestIds
from tieline.queue.rows import decode, hash_of, insert_row, update_row

SWEEP_ROWS = 500
"""How many launches one sweep lapses, expires or forgets at most, each."""
PRIORITIES = range(9, -1, -1)

Count = Counter[tuple[str, State]]


class Changes:
    """What a transaction changed, for those who are told after its commit."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: Count = Counter()
        self.launches: list[Launch] = []
        self.environments: set[str] = set()


class Store:
    """The verbs, on the one connection that writes."""

    def __init__(self, db: apsw.Connection, options: QueueOptions, watched: Callable[[str], bool]) -> None:
        """Take the connection, the settings, and who tells whether a launch is watched."""
        self._db = db
        self._options = options
        self._watched = watched
        self._requests = RequestIds(db, options.dedupe_window_ms)
        self.changes = Changes()
        self.counts: Count = Counter()
        self._load()

    def _load(self) -> None:
        self._seq = int(self._one("SELECT coalesce(max(seq), 0) FROM launches"))
        rows = self._rows("SELECT environment, state, n FROM counts", ())
        self.counts = Counter({(environment, State(state)): n for environment, state, n in rows})

    # -- the transaction ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a group's transaction."""
        self.changes = Changes()
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> Changes:
        """Commit the group: one sync for all of it. Gives what changed."""
        changes = self.changes
        for (environment, state), n in changes.counts.items():
            if n:
                self._db.execute(
                    "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
                    (environment, state.value, n),
                )
        self._requests.save()
        self._db.execute("COMMIT")
        self.counts.update(changes.counts)
        return changes

    def rollback(self) -> None:
        """Undo the group, and what was remembered of it."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._load()
        self._requests.reload()

    # -- put ---------------------------------------------------------------------------------------------------------

    def put(self, launches: Sequence[Launch]) -> list[Receipt | Repeated]:
        """Store launches; see the port."""
        self._check_room(len(launches))
        hashes = [hash_of(launch.request_id) for launch in launches]
        known = self._requests.find([h for h, launch in zip(hashes, launches, strict=True) if launch.request_id != launch.id])
        answers: list[Receipt | Repeated] = []
        rows = []
        remembered = []
        mine: dict[str, Launch] = {}
        for launch, key in zip(launches, hashes, strict=True):
            first = mine.get(launch.request_id) or (self._known(known[key], launch) if key in known else None)
            if first is not None:
                answers.append(_repeat(launch, first))
                continue
            self._seq += 1
            mine[launch.request_id] = launch
            rows.append(insert_row(self._seq, launch, self._blocked(launch, mine)))
            if launch.request_id != launch.id:  # an id of our own making is never sent again
                remembered.append((key, self._seq))
            answers.append(
                Receipt(id=launch.id, request_id=launch.request_id, state=launch.state, create_time=launch.create_time)
            )
            self._note(None, launch)
        if rows:
            self._db.executemany(schema.INSERT, rows)
        if remembered:
            self._requests.add(remembered, len(remembered), launches[-1].create_time)
        return answers

    def _check_room(self, more: int) -> None:
        limit = self._options.max_waiting
        if not limit:
            return
        waiting = sum(n for counts in (self.counts, self.changes.counts) for (_, state), n in counts.items() if state in WAITING)
        if waiting + more > limit:
            raise ProblemError(QueueOverloaded(what="launches", waiting=waiting, limit=limit, retry_after_ms=1_000))

    def _known(self, seq: int, launch: Launch) -> Launch | None:
        """Give the launch a hash led to, if it has this request id and is inside the window."""
        row = self._one("SELECT content FROM launches WHERE seq = ?", (seq,))
        first = decode(row) if row is not None else None
        if first is None or first.request_id != launch.request_id:
            return None
        return first if launch.create_time < first.create_time + self._options.dedupe_window_ms else None

    def _blocked(self, launch: Launch, mine: dict[str, Launch]) -> int:
        key = launch.ordering_key
        if not key or launch.state not in WAITING:
            return 0
        earlier = any(
            other.ordering_key == key and other.environment == launch.environment and other.state in WAITING
            for other in mine.values()
            if other is not launch
        )
        return int(earlier or self._key_first(launch, 0) is not None or self._key_first(launch, 1) is not None)

    # -- claim, permit, settle, release ------------------------------------------------------------------------------

    def claim(self, environment: str, now: int, lease_ms: int, limit: int) -> list[Claim]:
        """Hold due launches; see the port."""
        self._lapse(now)
        claims: list[Claim] = []
        for priority in PRIORITIES:
            if len(claims) >= limit:
                break
            for seq, fence, content in self._rows(schema.DUE, (environment, priority, now, limit - len(claims))):
                launch = decode(content)
                self._db.execute(schema.HOLD, (now + lease_ms, fence + 1, seq))
                claims.append(Claim(launch=launch, fence=fence + 1, lease_until=now + lease_ms))
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
        return row[0], decode(row[3])

    # -- requeue, cancel ---------------------------------------------------------------------------------------------

    def requeue(self, launch: Launch) -> bool:
        """Put back what can be replayed; see the port."""
        row = self._row(launch.id)
        stands = decode(row[3]) if row else None
        if row is None or stands is None or not can_requeue(stands):
            return False
        self._write(row[0], stands, launch, row[1], None)
        return True

    def cancel(self, id: str, now: int) -> Launch | None:
        """Cancel what has not left; see the port."""
        row = self._row(id)
        if row is None:
            return None
        stands = decode(row[3])
        launch = cancelled(stands, now)
        if launch is not stands:
            self._write(row[0], stands, launch, row[1] + 1, None)
        return launch

    # -- sweep -------------------------------------------------------------------------------------------------------

    def sweep(self, now: int) -> Swept:
        """Lapse, expire and forget, a bounded number of each; see the port."""
        lapses, ambiguous = self._lapse(now)
        over = self._rows(schema.OVER, (now, SWEEP_ROWS))
        for seq, fence, content in over:
            stands = decode(content)
            self._write(seq, stands, expired(stands, now), fence + 1, None)
        return Swept(lapsed=lapses, ambiguous=ambiguous, expired=len(over), forgotten=self._forget(now))

    def lapse_all(self, now: int) -> None:
        """End every lease: at open no other process can hold one."""
        while self._lapse(now, until=1 << 62)[0]:
            pass

    def _lapse(self, now: int, until: int | None = None) -> tuple[int, int]:
        rows = self._rows(schema.LAPSED, (until or now, SWEEP_ROWS))
        ambiguous = 0
        for seq, fence, content in rows:
            stands = decode(content)
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

    def _row(self, id: str) -> tuple[int, int, int | None, bytes] | None:
        rows = self._rows(schema.ROW, (id,))
        return rows[0] if rows else None

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        return self._db.execute(statement, values).fetchall()

    def _one(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        return self._db.execute(statement, values).get

    def _write(self, seq: int, stands: Launch, launch: Launch, fence: int, lease_until: int | None) -> None:
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

    def _note(self, before: Launch | None, after: Launch) -> None:
        changes = self.changes
        if before is None:
            changes.counts[after.environment, after.state] += 1
        elif before.state is not after.state:
            changes.counts[before.environment, before.state] -= 1
            changes.counts[after.environment, after.state] += 1
        changes.environments.add(after.environment)
        if self._watched(after.id):
            changes.launches.append(after)


def _repeat(launch: Launch, first: Launch) -> Receipt | Repeated:
    if first.fingerprint == launch.fingerprint:
        return Receipt(id=first.id, request_id=first.request_id, state=first.state, create_time=first.create_time, repeated=True)
    return Repeated(id=first.id, request_id=first.request_id, state=first.state, create_time=first.create_time)
