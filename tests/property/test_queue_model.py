"""Any order of verbs gives the same answers from SQLite as from the model in memory, and the counts stay those of the rows."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.support.disk import miscounted
from tests.support.launches import NOW, a_launch, moved, options
from tieline.domain.launch import Launch, State
from tieline.problems.base import ProblemError
from tieline.queue.memory import MemoryQueue
from tieline.queue.port import Claim, Filter, Queue
from tieline.queue.sqlite import SqliteQueue

ENVIRONMENTS = st.sampled_from(["dev", "prod"])
AFTER = st.sampled_from([State.LAUNCHED, State.SCHEDULED, State.AMBIGUOUS, State.REFUSED, State.EXHAUSTED, State.COMPLETED])
WINDOW = 2_000


class Same(RuleBasedStateMachine):
    """Does everything twice, once with each, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "queue.db"
        self.limits = options(str(self.path), dedupe_window_ms=WINDOW, retention_ms=2 * WINDOW, max_waiting=30)
        self.now = NOW
        self.number = 0
        self.claims: list[Claim] = []
        self.launches: list[Launch] = []
        self.model: Queue = self.runner.run(self._memory())
        self.store: Queue = self.runner.run(self._sqlite())

    async def _memory(self) -> Queue:
        return MemoryQueue(self.limits, lambda: self.now)

    async def _sqlite(self) -> Queue:
        return SqliteQueue.open(self.limits, lambda: self.now)

    def same(self, verb: Callable[[Queue], Awaitable[Any]]) -> Any:
        """Ask both the same; give the answer, or the problem both met."""

        async def ask(queue: Queue) -> Any:
            try:
                return await verb(queue)
            except ProblemError as refused:
                return refused.problems

        answers = [self.runner.run(ask(queue)) for queue in (self.model, self.store)]
        assert answers[0] == answers[1]
        return answers[1]

    @rule(ms=st.integers(0, 700))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(
        environment=ENVIRONMENTS,
        key=st.sampled_from(["", "", "a", "b"]),
        priority=st.integers(0, 2),
        requests=st.lists(st.integers(0, 12), min_size=1, max_size=4),
        content=st.sampled_from([b"one", b"one", b"two"]),
        expires=st.none() | st.integers(1, 3_000),
        refused=st.booleans(),
    )
    def put(
        self, environment: str, key: str, priority: int, requests: list[int], content: bytes, expires: int | None, refused: bool
    ) -> None:
        facts: dict[str, Any] = {
            "environment": environment,
            "ordering_key": key,
            "priority": priority,
            "fingerprint": content,
            "create_time": self.now,
            "expire_time": None if expires is None else self.now + expires,
        }
        if refused and len(requests) == 1:
            facts |= {"state": State.REFUSED, "schedule_time": None}
        batch = [a_launch(self.number + at, request_id=f"r{n}", **facts) for at, n in enumerate(requests)]
        self.number += len(batch)
        self.launches += batch
        self.same(lambda queue: queue.put(batch))

    @rule(environment=ENVIRONMENTS, limit=st.integers(1, 3), lease=st.integers(1, 900))
    def claim(self, environment: str, limit: int, lease: int) -> None:
        self.claims += self.same(lambda queue: queue.claim(environment, now=self.now, lease_ms=lease, limit=limit))

    @rule(pick=st.integers(0, 50), wait=st.booleans())
    def permit(self, pick: int, wait: bool) -> None:
        if (claim := self._claim(pick)) is None:
            return
        sending = None if wait else self._next(claim.launch, State.SENDING)
        self.same(lambda queue: queue.permit(claim, "pool", lambda had: (had + b"p", len(had)), sending=lambda _: sending))

    @rule(pick=st.integers(0, 50), after=AFTER, stamp=st.booleans(), later=st.integers(0, 500))
    def settle(self, pick: int, after: State, stamp: bool, later: int) -> None:
        if (claim := self._claim(pick)) is None:
            return
        launch = self._next(claim.launch, after, schedule_time=self.now + later)
        pool: dict[str, Any] = {"pool": "pool", "step": lambda had: (had + b"s", None)} if stamp else {}
        self.same(lambda queue: queue.settle(claim, launch, **pool))

    @rule(pick=st.integers(0, 50), later=st.integers(0, 500))
    def release(self, pick: int, later: int) -> None:
        if (claim := self._claim(pick)) is not None:
            self.same(lambda queue: queue.release(claim, schedule_time=self.now + later))

    @rule(pick=st.integers(0, 50))
    def cancel(self, pick: int) -> None:
        if self.launches:
            id = self.launches[pick % len(self.launches)].id
            self.same(lambda queue: queue.cancel(id, now=self.now))

    @rule(
        pick=st.integers(0, 50),
        fresh=st.booleans(),
        request=st.none() | st.integers(0, 12),
        environment=ENVIRONMENTS,
        key=st.sampled_from(["", "a", "b"]),
    )
    def requeue(self, pick: int, fresh: bool, request: int | None, environment: str, key: str) -> None:
        if not self.launches:
            return
        put = self.launches[pick % len(self.launches)]
        before = (self.runner.run(self.model.get(put.id)) or put) if fresh else put
        facts: dict[str, Any] = {} if request is None else {"request_id": f"r{request}"}
        facts |= {"environment": environment, "ordering_key": key, "begun_before": before.begun, "body": b"mended"}
        after = self._next(before, State.QUEUED, schedule_time=self.now, **facts)
        self.same(lambda queue: queue.requeue(before, after))

    @rule()
    def sweep(self) -> None:
        swept = [self.runner.run(queue.sweep(now=self.now)) for queue in (self.model, self.store)]
        # How many request ids are forgotten with their generation is each store's own affair.
        assert [msgspec.structs.replace(s, forgotten=0) for s in swept] == [msgspec.structs.replace(swept[0], forgotten=0)] * 2

    @rule(states=st.lists(st.sampled_from(State), max_size=2), request=st.none() | st.integers(0, 12), limit=st.integers(1, 5))
    def list_pages(self, states: list[State], request: int | None, limit: int) -> None:
        filter = Filter(states=tuple(states), request_id=None if request is None else f"r{request}")
        page = self.same(lambda queue: queue.list(filter, limit=limit))
        if page.next_before is not None:
            self.same(lambda queue: queue.list(filter, limit=limit, before=page.next_before))

    @invariant()
    def everything_stands_the_same(self) -> None:
        self.same(lambda queue: queue.list(Filter(), limit=1_000))
        self.same(_counts)
        for environment in ("dev", "prod"):
            self.same(partial(_next_due, environment))
        self.same(lambda queue: queue.pace("pool", lambda had: (had, had)))

    def _claim(self, pick: int) -> Claim | None:
        return self.claims[-1 - pick % len(self.claims)] if self.claims else None

    def _next(self, launch: Launch, state: State, **more: Any) -> Launch:
        return moved(launch, state, update_time=self.now, **more)

    def teardown(self) -> None:
        for queue in (self.model, self.store):
            self.runner.run(queue.close())
        self.runner.close()
        assert miscounted(self.path) == []
        self.folder.cleanup()


async def _counts(queue: Queue) -> dict[str, dict[State, int]]:
    counts = await queue.counts()
    return {name: {state: n for state, n in states.items() if n} for name, states in counts.items() if any(states.values())}


async def _next_due(environment: str, queue: Queue) -> int | None:
    return await queue.next_due(environment)


TestSame = Same.TestCase
TestSame.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
