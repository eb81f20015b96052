"""Dispatch, the second straight script: claim, take a permit, send, say what became of it, settle.

What is durable when: SENDING before a byte leaves, the outcome and the stamp of the permit together after. A process
that dies between the two leaves SENDING behind a lease; when that runs out the launch is AMBIGUOUS, never sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial

import structlog

from tieline.cloud.port import Cloud
from tieline.domain import next as step_of
from tieline.domain.clock import Clock, Draw
from tieline.domain.finding import find
from tieline.domain.launch import Launch, State
from tieline.domain.outcome import ExecutionView, Outcome, OutcomeKind
from tieline.handoff.dispatch_options import DispatchOptions, Tally
from tieline.handoff.dispatch_steps import Taken, stamping, taking
from tieline.pacing.options import PaceOptions
from tieline.pacing.permits import Granted, Pace, Wait, limit_now
from tieline.problems.base import ProblemError
from tieline.problems.bugs import Bug
from tieline.problems.cloud import AnswerMissing
from tieline.queue.port import Claim, Queue

_AHEAD_MS = 250
"""How much of the pace is claimed ahead: little, so that a launch of higher priority does not wait behind claims."""
_SOONER_MS = 1_000
_RETRY_SETTLE_MS = 500


class Dispatcher:
    """Hands the launches of one environment to its cloud, several under way at once, at the pace of its token."""

    def __init__(  # noqa: PLR0917 - two ports, two settings, time and chance
        self,
        environment: str,
        queue: Queue,
        cloud: Cloud,
        options: DispatchOptions,
        pace: PaceOptions,
        clock: Clock,
        draw: Draw,
    ) -> None:
        """Take the two ports, the settings, time and chance. `environment` names the pool of the pace as well."""
        self.tally = Tally()
        self._environment = environment
        self._queue = queue
        self._cloud = cloud
        self._options = options
        self._pace = pace
        self._clock = clock
        self._draw = draw
        self._log = structlog.get_logger("tieline.dispatch").bind(environment=environment)
        self._stop = asyncio.Event()
        self._moved = asyncio.Event()
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._misses = 0
        self._ahead = max(1, pace.limit * _AHEAD_MS // pace.window_ms + 1) if pace.limit else pace.in_flight

    async def run(self, stop: asyncio.Event) -> None:
        """Dispatch until `stop` is set; then claim no more, release what has not begun, and wait for answers under way."""
        follow = asyncio.create_task(self._follow(stop))
        try:
            while not self._stop.is_set():
                await self._guard(self._round)
        finally:
            follow.cancel()
            self._stop.set()
            self._moved.set()
            await self._drain()

    async def _follow(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stop.set()
        self._moved.set()

    async def _drain(self) -> None:
        """Wait for what is under way, within bounds; what is cut off here is SENDING and lapses to AMBIGUOUS."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=self._options.drain_ms / 1_000)
        for task in late:
            task.cancel()
        if late:
            self._log.warning("stopped with answers outstanding", launches=len(late))
            await asyncio.wait(late)

    async def _guard(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run one piece of work; tell what it meets, pause, and go on. A dispatcher never dies silently."""
        try:
            await work()
        except ProblemError as error:
            self._log.error("dispatch met a problem", code=error.problems[0].code, problem=str(error))
            await self._rest(self._options.bug_pause_ms)
        except Exception:  # noqa: BLE001 - the boundary of the loop
            bug = Bug(trace_id=f"{int(self._draw() * 2**64):016x}")
            self.tally.bugs += 1
            self._log.exception(bug.line(), code=bug.code, trace_id=bug.trace_id)
            await self._rest(self._options.bug_pause_ms)

    async def _round(self) -> None:
        """Claim what there is room for and start on it, or wait for what is needed first."""
        self._moved.clear()
        now = self._clock()
        if self.tally.paused_until > now:
            await self._rest(self.tally.paused_until - now)
            return
        allowed = 1 if self._open else self._pace.in_flight
        room = min(allowed - len(self._tasks), self._ahead - self._waiting)
        if room <= 0:
            await self._moved.wait()
            return
        claims = await self._queue.claim(self._environment, now=now, lease_ms=self._options.lease_ms, limit=room)
        for claim in claims:
            self._start(claim)
        if not claims:
            await self._idle()

    def _start(self, claim: Claim) -> None:
        self.tally.claimed += 1
        self._waiting += 1
        task = asyncio.create_task(self._guard(lambda: self._hand(claim)))
        self._tasks.add(task)
        self.tally.in_flight = len(self._tasks)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.tally.in_flight = len(self._tasks)
        self._moved.set()

    async def _idle(self) -> None:
        """Wait for a hint of the queue, the next due time, or the stop."""
        due = await self._queue.next_due(self._environment)
        wait = self._options.idle_ms if due is None else min(self._options.idle_ms, max(10, due - self._clock()))
        waits = [asyncio.ensure_future(self._queue.wait(self._environment)), asyncio.ensure_future(self._stop.wait())]
        try:
            await asyncio.wait(waits, timeout=wait / 1_000, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _rest(self, ms: int) -> None:
        """Wait, unless the stop comes first."""
        try:
            await asyncio.wait_for(self._stop.wait(), max(0, ms) / 1_000)
        except TimeoutError:
            return

    async def _hand(self, claim: Claim) -> None:
        """Take one claim its whole way."""
        try:
            got = await self._permit(claim)
        finally:
            self._waiting -= 1
            self._moved.set()
        if got is None:
            return
        slot, begun_at = got
        if claim.launch.state is State.LAUNCHED:
            await self._look(claim, slot)
        else:
            await self._send(claim, slot, step_of.begin(claim.launch, begun_at))

    async def _permit(self, claim: Claim) -> tuple[int, int] | None:
        """Take a permit, waiting for it in turn; with it SENDING is durable. None when the claim was ended, given back or lost."""
        turn: AbstractAsyncContextManager[object] = self._turn if self._pace.limit else nullcontext()
        async with turn:
            while True:
                now = self._clock()
                if _overdue(claim, now):
                    self.tally.expired += 1
                    await self._queue.settle(claim, step_of.expired(claim.launch, now))
                    return None
                if self._stop.is_set() or self.tally.paused_until > now or self._outlives(claim, now):
                    await self._release(claim)
                    return None
                taken = await self._queue.permit(
                    claim, self._environment, taking(self._pace, claim, now), sending=partial(_begun, claim, now)
                )
                if taken is None:
                    return None
                answer, pace = taken
                self._tell(pace, now)
                if isinstance(answer, Granted):
                    return answer.slot, now
                if not answer.sooner and self._outlives(claim, answer.until):
                    self.tally.paused_until = answer.until
                    await self._release(claim)
                    return None
                await self._wait(answer, claim, now)

    async def _wait(self, answer: Wait, claim: Claim, now: int) -> None:
        """Wait as the pace says, but not past the launch's time; when an answer under way may bring a permit back, for that as well."""
        looking = claim.launch.state is State.LAUNCHED
        until = answer.until if looking else min(answer.until, claim.launch.expire_time or answer.until)
        ms = max(1, until - now)
        if not answer.sooner:
            await self._rest(ms)
            return
        self._moved.clear()
        try:
            await asyncio.wait_for(self._moved.wait(), min(ms, _SOONER_MS) / 1_000)
        except TimeoutError:
            return

    def _outlives(self, claim: Claim, at: int) -> bool:
        """Tell whether a call begun at `at` could outlive the claim's lease."""
        return at + self._options.send_ms >= claim.lease_until

    async def _release(self, claim: Claim) -> None:
        self.tally.released += 1
        await self._queue.release(claim, schedule_time=claim.launch.schedule_time or claim.launch.create_time)

    async def _send(self, claim: Claim, slot: int, launch: Launch) -> None:
        """Send, once, and settle what came of it."""
        if self._clock() >= claim.lease_until - self._options.send_ms // 2:
            # Writing SENDING took so long that the answer could come after the lease; nothing has been sent yet.
            outcome, free = Outcome(kind=OutcomeKind.NOT_SENT, counted=False), True
        else:
            outcome = await self._launch(launch)
            free = self._judge(outcome)
        now = self._clock()
        after = step_of.after(launch, outcome, self._options.retry, now, self._draw(), free=free)
        kept = await self._settle(claim, after, slot, outcome, now)
        self._log.info(
            "attempt",
            launch=launch.id,
            state=after.state,
            outcome=outcome.kind,
            attempt=launch.begun,
            status=outcome.status,
            code=outcome.finding.code if outcome.finding else None,
            execution=outcome.execution_id,
            correlation_id=outcome.correlation_id,
            took_ms=now - launch.update_time,
            waited_ms=launch.update_time - launch.create_time,
            kept=kept,
        )

    async def _launch(self, launch: Launch) -> Outcome:
        """Call the cloud within bounds of our own, so that the lease always outlives the call."""
        try:
            async with asyncio.timeout(self._options.send_ms / 1_000):
                return await self._cloud.launch(launch.body)
        except TimeoutError:
            finding = find(AnswerMissing(fault="no end of the call in time"), "")
            return Outcome(kind=OutcomeKind.AMBIGUOUS, finding=finding)

    async def _look(self, claim: Claim, slot: int) -> None:
        """Look at the run of a launch that is followed."""
        self.tally.looks += 1
        execution = claim.launch.execution
        view = await self._view(execution.id) if execution is not None else ExecutionView(status=None, counted=False)
        now = self._clock()
        after = step_of.looked(claim.launch, view, now)
        kept = await self._settle(claim, after, slot, view, now)
        self._log.info("look", launch=after.id, state=after.state, run=view.status, throttled=view.throttled, kept=kept)

    async def _view(self, execution: str) -> ExecutionView:
        try:
            async with asyncio.timeout(self._options.send_ms / 1_000):
                return await self._cloud.execution(execution)
        except TimeoutError:
            return ExecutionView(status=None)

    async def _settle(self, claim: Claim, launch: Launch, slot: int, answer: Outcome | ExecutionView, now: int) -> bool:
        """Settle and stamp in one transaction; a store that cannot write is asked again for as long as the claim holds."""
        step = stamping(self._pace, slot, answer, now, self._draw())
        while True:
            try:
                kept = await self._queue.settle(claim, launch, pool=self._environment, step=step)
                self.tally.lost += not kept
                return kept
            except ProblemError as error:
                if self._clock() + _RETRY_SETTLE_MS >= claim.lease_until:
                    raise
                self._log.error("settle failed", launch=launch.id, code=error.problems[0].code, problem=str(error))
                await asyncio.sleep(_RETRY_SETTLE_MS / 1_000)

    @property
    def _open(self) -> bool:
        """Whether so many tries in a row were not sent that only a probe may go."""
        return self._misses >= self._options.breaker_after

    def _judge(self, outcome: Outcome) -> bool:
        """Count the outcome, keep the breaker; True when this try costs no attempt because the way itself is broken."""
        self.tally.outcomes[outcome.kind] += 1
        if outcome.kind is OutcomeKind.NOT_SENT:
            broken = self._open
            self._misses += 1
            if self._open:
                tries = self._misses - self._options.breaker_after + 1
                self._pause(self._options.retry.wait_ms(tries, self._draw()), outcome)
            return broken
        if outcome.kind is OutcomeKind.THROTTLED and not outcome.counted:
            self._pause(step_of.throttle_wait_ms(outcome, self._draw()), outcome)
        elif outcome.kind is not OutcomeKind.THROTTLED:
            self._misses = 0
        return False

    def _pause(self, ms: int, outcome: Outcome) -> None:
        self.tally.paused_until = max(self.tally.paused_until, self._clock() + ms)
        code = outcome.finding.code if outcome.finding else None
        line = outcome.finding.line if outcome.finding else None
        self._log.warning("environment paused", wait_ms=ms, code=code, problem=line)

    def _tell(self, pace: Pace, now: int) -> None:
        """Note how the pace stands, and say when another program spends the same budget."""
        tally = self.tally
        if pace.foreign > tally.foreign:
            self._log.warning("another program spends this token's budget", requests=pace.foreign - tally.foreign)
        tally.foreign, tally.used, tally.blocked_until = pace.foreign, pace.used, pace.blocked_until
        tally.limit = limit_now(pace, self._pace, now)


def _overdue(claim: Claim, now: int) -> bool:
    """Tell whether a launch is past its time; one that is only looked at has left long since."""
    return claim.launch.state is not State.LAUNCHED and step_of.overdue(claim.launch, now)


def _begun(claim: Claim, now: int, taken: Taken) -> Launch | None:
    """Give what is stored with a permit: SENDING for a launch, nothing for a look or while there is no permit."""
    if isinstance(taken[0], Wait) or claim.launch.state is State.LAUNCHED:
        return None
    return step_of.begin(claim.launch, now)
