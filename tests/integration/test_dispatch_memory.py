"""Dispatch on the queue in memory with a scripted cloud: every outcome, the pace, the stop, and a death between permit and settle."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import msgspec
import pytest

from tieline.cloud.port import Cloud, Seen, Turn, unheard
from tieline.domain.finding import find
from tieline.domain.flow import Flow
from tieline.domain.launch import Execution, Launch, State
from tieline.domain.next import RetryPolicy
from tieline.domain.outcome import Allowance, ExecutionView, Outcome, OutcomeKind
from tieline.handoff.dispatch import Dispatcher
from tieline.handoff.dispatch_options import DispatchOptions
from tieline.handoff.dispatch_sweep import Sweeper
from tieline.pacing.options import PaceOptions
from tieline.problems.cloud import CloudUnreachable
from tieline.queue.memory import MemoryQueue
from tieline.queue.options import QueueOptions

LAUNCHED = Outcome(kind=OutcomeKind.LAUNCHED, status=200, execution_id="x-1")
NOT_SENT = Outcome(
    kind=OutcomeKind.NOT_SENT, finding=find(CloudUnreachable(host="api", fault="connection refused"), ""), counted=False
)
UNPACED = PaceOptions(limit=0, in_flight=8)
QUICK = DispatchOptions(
    retry=RetryPolicy(max_attempts=3, first_wait_ms=10, longest_wait_ms=40),
    lease_ms=20_000,
    send_ms=5_000,
    idle_ms=20,
    drain_ms=2_000,
    bug_pause_ms=10,
    breaker_after=1_000,
)
SETTLED_STATES = {state for state in State if state not in (State.QUEUED, State.SENDING, State.SCHEDULED)}


def clock() -> int:
    return time.time_ns() // 1_000_000


class ScriptedCloud(Cloud):
    """Answers each body with the next outcome of its script (the last one repeats), and remembers what it saw."""

    def __init__(self, scripts: dict[str, Sequence[Outcome]] | None = None, hold: asyncio.Event | None = None) -> None:
        self.scripts = scripts or {}
        self.hold = hold
        self.sent: list[str] = []
        self.times: list[int] = []
        self.now = 0
        self.most = 0
        self.views: list[ExecutionView] = []
        self.looks = 0

    async def launch(self, body: bytes) -> Outcome:
        key = body.decode()
        tries = self.sent.count(key)
        self.sent.append(key)
        self.times.append(clock())
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await (self.hold.wait() if self.hold else asyncio.sleep(0))
        finally:
            self.now -= 1
        script = self.scripts.get(key, (LAUNCHED,))
        return script[min(tries, len(script) - 1)]

    async def execution(self, id: str) -> ExecutionView:
        self.looks += 1
        return self.views.pop(0) if self.views else ExecutionView(status="RUNNING")

    async def flows(self, turn: Turn = nullcontext, seen: Seen = unheard) -> Sequence[Flow]:
        return ()

    async def close(self) -> None: ...


def launch(id: str, **more: object) -> Launch:
    now = clock()
    plain = Launch(
        id=id,
        request_id=id,
        fingerprint=id.encode(),
        environment="test",
        create_time=now,
        update_time=now,
        schedule_time=now,
        body=id.encode(),
    )
    return msgspec.structs.replace(plain, **more)


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue(QueueOptions(path=""), clock)


def dispatcher(queue: MemoryQueue, cloud: Cloud, options: DispatchOptions = QUICK, pace: PaceOptions = UNPACED) -> Dispatcher:
    return Dispatcher("test", queue, cloud, options, pace, clock, lambda: 0.0)


@asynccontextmanager
async def running(it: Dispatcher) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(it.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


async def until(queue: MemoryQueue, id: str, wanted: Callable[[Launch], bool]) -> Launch:
    async with asyncio.timeout(20):
        async for seen in queue.watch([id]):
            if wanted(seen):
                return seen
    raise AssertionError("the watch ended")


def settled(seen: Launch) -> bool:
    return seen.state in SETTLED_STATES


@pytest.mark.parametrize(
    ("kind", "state", "tries"),
    [
        (OutcomeKind.REFUSED, State.REFUSED, 1),
        (OutcomeKind.AMBIGUOUS, State.AMBIGUOUS, 1),
        (OutcomeKind.NOT_SENT, State.EXHAUSTED, 3),
        (OutcomeKind.LAUNCHED, State.LAUNCHED, 1),
    ],
)
async def test_each_outcome_leads_to_its_state_and_only_not_sent_is_sent_again(
    queue: MemoryQueue, kind: OutcomeKind, state: State, tries: int
) -> None:
    cloud = ScriptedCloud({"a": (Outcome(kind=kind, execution_id="x", finding=NOT_SENT.finding),)})
    await queue.put([launch("a")])
    async with running(dispatcher(queue, cloud)) as _:
        seen = await until(queue, "a", settled)
    assert seen.state is state
    assert cloud.sent == ["a"] * tries
    assert seen.begun == tries
    assert [tried.number for tried in seen.attempts] == list(range(1, tries + 1))


async def test_what_was_not_sent_is_sent_again_and_launched(queue: MemoryQueue) -> None:
    cloud = ScriptedCloud({"a": (NOT_SENT, NOT_SENT, LAUNCHED)})
    await queue.put([launch("a")])
    async with running(dispatcher(queue, cloud)):
        seen = await until(queue, "a", settled)
    assert (seen.state, seen.begun, seen.findings) == (State.LAUNCHED, 3, ())
    assert seen.execution is not None
    assert seen.execution.id == "x-1"


async def test_a_throttle_blocks_the_token_until_its_time_and_costs_no_attempt(queue: MemoryQueue) -> None:
    throttled = Outcome(kind=OutcomeKind.THROTTLED, status=429, retry_after_ms=300)
    cloud = ScriptedCloud({"a": (throttled, LAUNCHED)})
    await queue.put([launch("a")])
    async with running(dispatcher(queue, cloud, pace=PaceOptions(limit=100, window_ms=100))):
        await until(queue, "a", lambda seen: bool(seen.attempts))
        await queue.put([launch("b")])
        seen = await until(queue, "a", settled)
        await until(queue, "b", settled)
    assert (seen.state, seen.begun) == (State.LAUNCHED, 1)
    first = cloud.times[0]
    assert all(at - first >= 300 for at in cloud.times[1:])


async def test_many_launches_leave_once_each_within_the_pace_and_in_order(queue: MemoryQueue) -> None:
    pace = PaceOptions(limit=20, window_ms=200, in_flight=4)
    cloud = ScriptedCloud()
    ids = [f"a{number:02}" for number in range(30)]
    await queue.put([launch(id, schedule_time=1) for id in ids])
    async with running(dispatcher(queue, cloud, pace=pace)):
        for id in ids:
            await until(queue, id, settled)
    assert cloud.sent == ids
    assert all(late - early >= 200 for early, late in zip(cloud.times, cloud.times[20:], strict=False))


async def test_no_more_than_in_flight_are_under_way(queue: MemoryQueue) -> None:
    hold = asyncio.Event()
    cloud = ScriptedCloud(hold=hold)
    await queue.put([launch(f"a{number}") for number in range(9)])
    it = dispatcher(queue, cloud, pace=PaceOptions(limit=0, in_flight=3))
    async with running(it):
        async with asyncio.timeout(10):
            while len(cloud.sent) < 3:
                await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(cloud.sent) == 3
        assert it.tally.in_flight == 3
        hold.set()
        for number in range(9):
            await until(queue, f"a{number}", settled)
    assert cloud.most == 3
    assert Counter(cloud.sent).most_common(1)[0][1] == 1


async def test_a_stop_finishes_what_is_under_way_and_claims_no_more(queue: MemoryQueue) -> None:
    hold = asyncio.Event()
    cloud = ScriptedCloud(hold=hold)
    await queue.put([launch("a"), launch("b")])
    async with running(dispatcher(queue, cloud, pace=PaceOptions(limit=0, in_flight=1))) as stop:
        await until(queue, "a", lambda seen: seen.state is State.SENDING)
        stop.set()
        hold.set()
    first, second = await queue.get("a"), await queue.get("b")
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == (State.LAUNCHED, State.QUEUED)
    assert cloud.sent == ["a"]


async def test_a_stop_gives_back_what_waits_for_the_pace(queue: MemoryQueue) -> None:
    cloud = ScriptedCloud()
    await queue.put([launch("a", schedule_time=1), launch("b", schedule_time=2)])
    async with running(dispatcher(queue, cloud, pace=PaceOptions(limit=1, window_ms=10_000))) as stop:
        await until(queue, "a", settled)
        stop.set()
    left = await queue.claim("test", now=clock(), lease_ms=1, limit=5)
    assert [claim.launch.id for claim in left] == ["b"]
    assert cloud.sent == ["a"]


async def test_a_death_between_permit_and_settle_is_ambiguous_and_never_sent_again(queue: MemoryQueue) -> None:
    cloud = ScriptedCloud(hold=asyncio.Event())
    await queue.put([launch("a")])
    dying = asyncio.create_task(dispatcher(queue, cloud).run(asyncio.Event()))
    await until(queue, "a", lambda seen: seen.state is State.SENDING)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    await queue.sweep(now=clock() + QUICK.lease_ms + 1)
    async with running(dispatcher(queue, cloud)):
        seen = await until(queue, "a", settled)
        for _ in range(50):
            await asyncio.sleep(0)
    assert seen.state is State.AMBIGUOUS
    assert cloud.sent == ["a"]


async def test_a_launch_past_its_time_is_not_sent(queue: MemoryQueue) -> None:
    cloud = ScriptedCloud()
    await queue.put([launch("a", expire_time=clock() - 1)])
    async with running(dispatcher(queue, cloud)):
        seen = await until(queue, "a", settled)
    assert seen.state is State.EXPIRED
    assert cloud.sent == []


async def test_a_launch_whose_time_ends_while_it_waits_for_the_pace_is_not_sent(queue: MemoryQueue) -> None:
    cloud = ScriptedCloud()
    await queue.put([launch("a", schedule_time=1), launch("b", schedule_time=2, expire_time=clock() + 100)])
    it = dispatcher(queue, cloud, pace=PaceOptions(limit=1, window_ms=600))
    async with running(it):
        seen = await until(queue, "b", settled)
    assert (seen.state, seen.findings[-1].code) == (State.EXPIRED, "TL310")
    assert (cloud.sent, it.tally.expired) == (["a"], 1)


async def test_a_followed_run_is_looked_at_under_the_pace(queue: MemoryQueue) -> None:
    cloud = ScriptedCloud()
    cloud.views = [ExecutionView(status="FAILED", error_code="error.x", error_message="m"), ExecutionView(status="COMPLETED")]
    followed = {"state": State.LAUNCHED, "execution": Execution(id="x"), "follow_ms": 60_000}
    await queue.put([launch("a", schedule_time=1, **followed), launch("b", schedule_time=2, **followed)])
    it = dispatcher(queue, cloud, pace=PaceOptions(limit=10, window_ms=1_000))
    async with running(it):
        failed = await until(queue, "a", lambda seen: seen.state is not State.LAUNCHED)
        done = await until(queue, "b", lambda seen: seen.state is not State.LAUNCHED)
    assert (failed.state, failed.findings[-1].code) == (State.FAILED, "TL440")
    assert (done.state, done.findings) == (State.COMPLETED, ())
    assert (cloud.looks, cloud.sent, it.tally.looks) == (2, [], 2)
    assert it.tally.used >= 1


async def test_a_broken_way_pauses_the_environment_instead_of_exhausting_every_launch(queue: MemoryQueue) -> None:
    cloud = ScriptedCloud({"a": (NOT_SENT,) * 8 + (LAUNCHED,)})
    options = msgspec.structs.replace(QUICK, breaker_after=2)
    await queue.put([launch("a")])
    it = dispatcher(queue, cloud, options)
    async with running(it):
        seen = await until(queue, "a", settled)
    assert seen.state is State.LAUNCHED
    assert len(cloud.sent) == 9
    assert it.tally.paused_until > 0
    assert seen.begun <= 3


async def test_while_the_way_is_broken_one_probe_goes_at_a_time(queue: MemoryQueue) -> None:
    hold = asyncio.Event()
    hold.set()
    cloud = ScriptedCloud({f"a{number}": (NOT_SENT, NOT_SENT, LAUNCHED) for number in range(6)}, hold)
    options = msgspec.structs.replace(QUICK, breaker_after=2)
    await queue.put([launch("a0")])
    async with running(dispatcher(queue, cloud, options)):
        await until(queue, "a0", lambda seen: len(seen.attempts) == 2)
        hold.clear()
        cloud.most = 0
        await queue.put([launch(f"a{number}") for number in range(1, 6)])
        async with asyncio.timeout(10):
            while not cloud.now:
                await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        assert cloud.most == 1
        hold.set()
        for number in range(6):
            await until(queue, f"a{number}", settled)
    assert set(Counter(cloud.sent).values()) == {3}


async def test_what_became_late_while_it_was_written_as_sending_is_not_sent() -> None:
    """The store took so long over the permit that an answer could come after the lease, when the launch counts as ambiguous."""
    now = [0]

    class Slow(MemoryQueue):
        async def permit(self, *words: Any, **named: Any) -> Any:
            answer = await super().permit(*words, **named)
            now[0] += QUICK.lease_ms - QUICK.send_ms // 2 if now[0] < QUICK.lease_ms else 0
            return answer

    queue = Slow(QueueOptions(path=""), lambda: now[0])
    cloud = ScriptedCloud()
    await queue.put([launch("a", schedule_time=0, create_time=0)])
    it = Dispatcher("test", queue, cloud, QUICK, UNPACED, lambda: now[0], lambda: 0.0)
    async with running(it):
        given_back = await until(queue, "a", lambda seen: seen.state is State.SCHEDULED)
        assert (cloud.sent, given_back.begun) == ([], 0)
        now[0] += QUICK.lease_ms
        sent = await until(queue, "a", settled)
    assert (sent.state, cloud.sent) == (State.LAUNCHED, ["a"])


async def test_another_program_on_the_token_is_seen(queue: MemoryQueue) -> None:
    outcome = Outcome(kind=OutcomeKind.LAUNCHED, execution_id="x", allowance=Allowance(count=40, allowed=100, reset_ms=100))
    cloud = ScriptedCloud({"a": (outcome,)})
    it = dispatcher(queue, cloud, pace=PaceOptions(limit=100, window_ms=1_000))
    await queue.put([launch("a"), launch("b")])
    async with running(it):
        await until(queue, "a", settled)
        await until(queue, "b", settled)
        await queue.put([launch("c")])
        await until(queue, "c", settled)
    assert it.tally.foreign >= 38


async def test_a_bug_is_told_and_the_others_go_on(queue: MemoryQueue) -> None:
    class Buggy(ScriptedCloud):
        async def launch(self, body: bytes) -> Outcome:
            if body == b"a":
                raise RuntimeError("a bug")
            return await super().launch(body)

    it = dispatcher(queue, Buggy())
    await queue.put([launch("a"), launch("b")])
    async with running(it):
        seen = await until(queue, "b", settled)
    assert seen.state is State.LAUNCHED
    assert it.tally.bugs == 1
    broken = await queue.get("a")
    assert broken is not None
    assert broken.state is State.SENDING


async def test_the_sweeper_ends_what_is_past_its_time(queue: MemoryQueue) -> None:
    await queue.put([launch("a", expire_time=1)])
    stop = asyncio.Event()
    task = asyncio.create_task(Sweeper(queue, clock, 10).run(stop))
    seen = await until(queue, "a", settled)
    stop.set()
    await task
    assert seen.state is State.EXPIRED
