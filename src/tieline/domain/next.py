"""What becomes of a launch: pure steps along the table of states, for a try, its outcome, and a look at the run."""

from __future__ import annotations

import msgspec

from tieline.domain.finding import Finding, find
from tieline.domain.launch import Execution, Launch, State
from tieline.domain.outcome import Attempt, ExecutionView, Outcome, OutcomeKind
from tieline.problems.cloud import AttemptsExhausted, RunFailed, RunGone
from tieline.problems.queue import LaunchExpired

KEPT_ATTEMPTS = 10
FIRST_LOOK_MS = 1_500
"""A recorded workflow took 0.6 to 1.3 s (wfm-hris-blueprint), so a look before this tells nothing."""
LONGEST_LOOK_MS = 60_000
UNSAID_THROTTLE_MS = 61_000
"""The wait after a 429 that names none: a whole window."""
ENDED = {"COMPLETED": State.COMPLETED, "FAILED": State.FAILED, "ERROR": State.FAILED, "TERMINATED": State.FAILED}
"""The cloud's words for a run that is over (FlowRuntimeExecution.status); UNKNOWN and RUNNING are not."""


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often, and how long apart, a launch that did not reach the cloud is tried again; milliseconds.

    The wait doubles from `first_wait_ms` to `longest_wait_ms`; jitter of up to half of it is added, never taken off.
    """

    max_attempts: int = 10
    first_wait_ms: int = 1_000
    longest_wait_ms: int = 300_000

    def wait_ms(self, tries: int, draw: float) -> int:
        """Give the wait after `tries` tries (from 1); `draw` is in [0, 1)."""
        wait = min(self.longest_wait_ms, self.first_wait_ms << min(tries - 1, 40))
        return wait + int(wait * draw / 2)


def begin(launch: Launch, now: int) -> Launch:
    """Begin a try: SENDING, before a byte leaves."""
    return msgspec.structs.replace(launch, state=State.SENDING, begun=launch.begun + 1, schedule_time=None, update_time=now)


def overdue(launch: Launch, now: int) -> bool:
    """Tell whether the launch is past its `expire_time`."""
    return launch.expire_time is not None and launch.expire_time <= now


def expired(launch: Launch, now: int) -> Launch:
    """End a launch that is past its `expire_time` and has not left."""
    finding = find(LaunchExpired(late_ms=now - (launch.expire_time or now)), "")
    return _to(launch, State.EXPIRED, now, (*launch.findings, finding))


def replayed(launch: Launch, made: Launch, now: int) -> Launch:
    """Put `made`, what a replayed launch would be today, in its place: it stays the same launch, with its attempts so far."""
    return msgspec.structs.replace(
        made,
        id=launch.id,
        create_time=launch.create_time,
        update_time=now,
        begun=launch.begun,
        begun_before=launch.begun,
        attempts=launch.attempts,
    )


def after(launch: Launch, outcome: Outcome, policy: RetryPolicy, now: int, draw: float, *, free: bool = False) -> Launch:
    """Give the next value of a SENDING launch after `outcome`; `free` says that a try that was not sent costs no attempt."""
    attempt = Attempt(number=launch.begun, start_time=launch.update_time, end_time=now, outcome=outcome)
    launch = msgspec.structs.replace(
        launch, attempts=(*launch.attempts, attempt)[-KEPT_ATTEMPTS:], findings=_with(launch.findings, outcome.finding)
    )
    match outcome.kind:
        case OutcomeKind.LAUNCHED:
            return _launched(launch, outcome, now)
        case OutcomeKind.REFUSED:
            return _to(launch, State.REFUSED, now, launch.findings)
        case OutcomeKind.AMBIGUOUS:
            return _to(launch, State.AMBIGUOUS, now, launch.findings)
        case OutcomeKind.THROTTLED:
            return _again(launch, now, throttle_wait_ms(outcome, draw), None)
        case OutcomeKind.NOT_SENT:
            return _again(launch, now, policy.wait_ms(_tries(launch), draw), None if free else policy.max_attempts)


def throttle_wait_ms(outcome: Outcome | ExecutionView, draw: float) -> int:
    """Give the wait after a 429: what the cloud asked for, or a whole window, and up to a tenth more."""
    asked = outcome.retry_after_ms if outcome.retry_after_ms is not None else UNSAID_THROTTLE_MS
    return asked + int(asked * draw / 10)


def looked(launch: Launch, view: ExecutionView, now: int) -> Launch:
    """Give the next value of a LAUNCHED launch after a look at its run."""
    if launch.execution is None:
        return msgspec.structs.replace(launch, schedule_time=None, update_time=now)
    if view.gone:
        finding = find(RunGone(execution=launch.execution.id), "")
        return _to(launch, State.LAUNCHED, now, _with(launch.findings, finding))
    if view.status is None:
        return _look_again(launch, now, view.retry_after_ms or 0)
    execution = Execution(
        id=launch.execution.id, status=view.status, error_code=view.error_code, error_message=view.error_message
    )
    launch = msgspec.structs.replace(launch, execution=execution)
    state = ENDED.get(view.status)
    if state is None:
        return _look_again(launch, now, 0)
    if state is State.COMPLETED:
        return _to(launch, state, now, _with(launch.findings, None))
    failed = RunFailed(execution=execution.id, status=view.status, cloud_code=view.error_code, cloud_message=view.error_message)
    return _to(launch, state, now, _with(launch.findings, find(failed, "")))


def _to(launch: Launch, state: State, now: int, findings: tuple[Finding, ...], schedule_time: int | None = None) -> Launch:
    return msgspec.structs.replace(launch, state=state, update_time=now, schedule_time=schedule_time, findings=findings)


def _with(findings: tuple[Finding, ...], finding: Finding | None) -> tuple[Finding, ...]:
    """Keep what preflight said; of what the cloud said, only the last."""
    kept = tuple(kept for kept in findings if not kept.code.startswith("TL4"))
    return kept if finding is None else (*kept, finding)


def _launched(launch: Launch, outcome: Outcome, now: int) -> Launch:
    execution = Execution(id=outcome.execution_id or "")
    look = now + min(FIRST_LOOK_MS, launch.follow_ms) if launch.follow_ms > 0 else None
    launch = msgspec.structs.replace(launch, execution=execution)
    return _to(launch, State.LAUNCHED, now, launch.findings, look)


def _tries(launch: Launch) -> int:
    """Count the tries since the launch was put, or replayed last."""
    return launch.begun - launch.begun_before


def _again(launch: Launch, now: int, wait_ms: int, allowed: int | None) -> Launch:
    """Try again after `wait_ms`; `allowed` is how many tries there are, None when this one costs none."""
    if overdue(launch, now):
        return expired(launch, now)
    if allowed is None:
        launch = msgspec.structs.replace(launch, begun=launch.begun - 1)
    elif _tries(launch) >= allowed:
        exhausted = find(AttemptsExhausted(attempts=_tries(launch), allowed=allowed), "")
        return _to(launch, State.EXHAUSTED, now, (*launch.findings, exhausted))
    return _to(launch, State.SCHEDULED, now, launch.findings, now + wait_ms)


def _look_again(launch: Launch, now: int, at_least_ms: int) -> Launch:
    """Look again after as long as it has been running, until `follow_ms` is over; the last look is at its very end."""
    launched_at = next(
        (tried.end_time for tried in reversed(launch.attempts) if tried.outcome.kind is OutcomeKind.LAUNCHED), launch.create_time
    )
    end = launched_at + launch.follow_ms
    wait = max(at_least_ms, min(LONGEST_LOOK_MS, max(FIRST_LOOK_MS, now - launched_at)))
    due = None if now >= end else max(min(now + wait, end), now + at_least_ms)
    return msgspec.structs.replace(launch, schedule_time=due, update_time=now)
