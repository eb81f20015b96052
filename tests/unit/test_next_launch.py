"""The table of what becomes of a launch."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.domain.finding import Finding, find
from tieline.domain.launch import NEXT, Execution, Launch, State
from tieline.domain.next import (
    FIRST_LOOK_MS,
    KEPT_ATTEMPTS,
    LONGEST_LOOK_MS,
    UNSAID_THROTTLE_MS,
    RetryPolicy,
    after,
    begin,
    expired,
    looked,
    overdue,
)
from tieline.domain.outcome import ExecutionView, Outcome, OutcomeKind
from tieline.problems.bugs import Bug
from tieline.problems.cloud import CloudRefused

NOW = 1_000_000
POLICY = RetryPolicy(max_attempts=3, first_wait_ms=1_000, longest_wait_ms=5_000)
FINDING = find(CloudRefused(status=400), "")
WARNING = find(Bug(trace_id="kept"), "/inputs")


def queued(**more: object) -> Launch:
    plain = Launch(
        id="a", request_id="a", fingerprint=b"", environment="test", create_time=NOW, update_time=NOW, schedule_time=NOW
    )
    return msgspec.structs.replace(plain, **more)


def tried(kind: OutcomeKind, launch: Launch | None = None, draw: float = 0.0, **more: object) -> Launch:
    outcome = msgspec.structs.replace(Outcome(kind=kind, finding=FINDING, execution_id="x"), **more)
    return after(begin(launch or queued(), NOW), outcome, POLICY, NOW + 50, draw)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def test_a_try_begins_with_sending() -> None:
    launch = begin(queued(), NOW + 5)
    assert (launch.state, launch.begun, launch.schedule_time, launch.update_time) == (State.SENDING, 1, None, NOW + 5)


def test_launched_names_the_execution_and_forgets_what_the_cloud_said_before() -> None:
    launch = tried(OutcomeKind.LAUNCHED, queued(findings=(WARNING, FINDING)), finding=None)
    assert (launch.state, launch.execution, launch.schedule_time) == (State.LAUNCHED, Execution(id="x"), None)
    assert launch.findings == (WARNING,)
    assert launch.attempts[0].start_time == NOW
    assert launch.attempts[0].end_time == NOW + 50


def test_a_followed_launch_is_looked_at_soon() -> None:
    assert tried(OutcomeKind.LAUNCHED, queued(follow_ms=60_000)).schedule_time == NOW + 50 + FIRST_LOOK_MS
    assert tried(OutcomeKind.LAUNCHED, queued(follow_ms=10)).schedule_time == NOW + 60


@pytest.mark.parametrize(("kind", "state"), [(OutcomeKind.REFUSED, State.REFUSED), (OutcomeKind.AMBIGUOUS, State.AMBIGUOUS)])
def test_what_is_never_sent_again(kind: OutcomeKind, state: State) -> None:
    launch = tried(kind, queued(findings=(WARNING,)))
    assert (launch.state, launch.schedule_time, launch.findings) == (state, None, (WARNING, FINDING))


@pytest.mark.parametrize(("begun", "draw", "wait"), [(0, 0.0, 1_000), (0, 0.5, 1_250), (1, 0.0, 2_000)])
def test_what_was_not_sent_waits_longer_each_time_and_jitter_is_only_added(begun: int, draw: float, wait: int) -> None:
    launch = tried(OutcomeKind.NOT_SENT, queued(begun=begun), draw)
    assert (launch.state, launch.begun, launch.schedule_time) == (State.SCHEDULED, begun + 1, NOW + 50 + wait)


def test_the_wait_is_bounded() -> None:
    assert POLICY.wait_ms(10_000, 0.0) == 5_000


def test_the_last_try_exhausts_the_launch() -> None:
    launch = tried(OutcomeKind.NOT_SENT, queued(begun=2))
    assert (launch.state, codes(launch.findings), launch.begun) == (State.EXHAUSTED, ["TL401", "TL442"], 3)


def test_a_free_try_never_exhausts() -> None:
    launch = after(begin(queued(begun=2), NOW), Outcome(kind=OutcomeKind.NOT_SENT), POLICY, NOW, 0.0, free=True)
    assert (launch.state, launch.begun) == (State.SCHEDULED, 2)


@pytest.mark.parametrize(("asked", "draw", "wait"), [(7_000, 0.0, 7_000), (7_000, 0.5, 7_350), (None, 0.0, UNSAID_THROTTLE_MS)])
def test_throttled_waits_what_it_was_told_and_costs_no_attempt(asked: int | None, draw: float, wait: int) -> None:
    launch = tried(OutcomeKind.THROTTLED, queued(begun=2), draw, retry_after_ms=asked)
    assert (launch.state, launch.begun, launch.schedule_time) == (State.SCHEDULED, 2, NOW + 50 + wait)


@pytest.mark.parametrize("kind", [OutcomeKind.THROTTLED, OutcomeKind.NOT_SENT])
def test_past_its_time_a_launch_is_not_tried_again(kind: OutcomeKind) -> None:
    launch = tried(kind, queued(expire_time=NOW + 40))
    assert (launch.state, codes(launch.findings)) == (State.EXPIRED, ["TL401", "TL310"])


def test_expiry_before_the_first_try() -> None:
    late = queued(expire_time=NOW)
    assert overdue(late, NOW)
    assert not overdue(late, NOW - 1)
    assert not overdue(queued(), NOW)
    assert expired(late, NOW + 1).state is State.EXPIRED


def test_only_the_last_attempts_are_kept() -> None:
    launch = queued()
    policy = RetryPolicy(max_attempts=100)
    for _ in range(KEPT_ATTEMPTS + 5):
        launch = after(begin(launch, NOW), Outcome(kind=OutcomeKind.NOT_SENT, finding=FINDING), policy, NOW, 0.0)
    assert [attempt.number for attempt in launch.attempts] == list(range(6, 16))
    assert launch.findings == (FINDING,)


FOLLOWED = tried(OutcomeKind.LAUNCHED, queued(follow_ms=300_000), finding=None)
LAUNCHED_AT = NOW + 50


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("COMPLETED", State.COMPLETED),
        ("FAILED", State.FAILED),
        ("ERROR", State.FAILED),
        ("TERMINATED", State.FAILED),
        ("RUNNING", State.LAUNCHED),
        ("UNKNOWN", State.LAUNCHED),
        ("A_NEW_WORD", State.LAUNCHED),
    ],
)
def test_the_clouds_word_on_the_run(status: str, state: State) -> None:
    launch = looked(FOLLOWED, ExecutionView(status=status), NOW + 5_000)
    assert launch.state is state
    assert (launch.schedule_time is None) == (state is not State.LAUNCHED)
    assert launch.execution is not None
    assert launch.execution.status == status


def test_a_failed_run_says_why() -> None:
    launch = looked(FOLLOWED, ExecutionView(status="FAILED", error_code="error.x", error_message="A null."), NOW + 5_000)
    assert launch.execution == Execution(id="x", status="FAILED", error_code="error.x", error_message="A null.")
    assert codes(launch.findings) == ["TL440"]
    assert launch.findings[0].line == "the run `x` ended FAILED, `error.x`: A null"


@pytest.mark.parametrize(
    ("elapsed", "wait"), [(1_500, 1_500), (6_000, 6_000), (100_000, LONGEST_LOOK_MS), (299_000, 1_000), (300_000, None)]
)
def test_looks_grow_apart_and_end_with_the_following(elapsed: int, wait: int | None) -> None:
    now = LAUNCHED_AT + elapsed
    launch = looked(FOLLOWED, ExecutionView(status="RUNNING"), now)
    assert launch.schedule_time == (None if wait is None else now + wait)
    assert launch.state is State.LAUNCHED


def test_a_throttled_look_waits_and_a_run_that_is_gone_is_let_go() -> None:
    now = LAUNCHED_AT + 2_000
    assert looked(FOLLOWED, ExecutionView(status=None, throttled=True, retry_after_ms=9_000), now).schedule_time == now + 9_000
    gone = looked(FOLLOWED, ExecutionView(status=None, gone=True), now)
    assert (gone.state, gone.schedule_time, codes(gone.findings)) == (State.LAUNCHED, None, ["TL441"])


outcomes = st.builds(
    Outcome,
    kind=st.sampled_from(OutcomeKind),
    finding=st.none() | st.just(FINDING),
    execution_id=st.just("x"),
    retry_after_ms=st.none() | st.integers(0, 100_000),
)
views = st.builds(
    ExecutionView,
    status=st.none() | st.sampled_from(["UNKNOWN", "RUNNING", "ERROR", "TERMINATED", "COMPLETED", "FAILED"]),
    gone=st.booleans(),
    throttled=st.booleans(),
    retry_after_ms=st.none() | st.integers(0, 100_000),
)


@given(
    st.lists(st.tuples(outcomes, views, st.integers(0, 200_000), st.floats(0, 0.999), st.booleans()), max_size=20),
    st.none() | st.integers(NOW, NOW + 500_000),
    st.integers(0, 300_000),
)
def test_a_launch_moves_only_along_the_table_and_is_never_due_in_the_past(
    steps: list[tuple[Outcome, ExecutionView, int, float, bool]], expire_time: int | None, follow_ms: int
) -> None:
    launch, now = queued(expire_time=expire_time, follow_ms=follow_ms), NOW
    for outcome, view, took, draw, free in steps:
        before = launch
        now += took
        if launch.state in (State.QUEUED, State.SCHEDULED):
            launch = expired(launch, now) if overdue(launch, now) else begin(launch, now)
        elif launch.state is State.SENDING:
            launch = after(launch, outcome, POLICY, now, draw, free=free)
        elif launch.state is State.LAUNCHED and launch.schedule_time is not None:
            launch = looked(launch, view, now)
            if launch.state is State.LAUNCHED:
                continue
        else:
            break
        assert launch.state in NEXT[before.state]
        assert launch.schedule_time is None or launch.schedule_time >= now
        assert launch.begun <= POLICY.max_attempts
        assert len(launch.attempts) <= KEPT_ATTEMPTS
