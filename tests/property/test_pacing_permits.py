"""The pace against every kind of server: no 429, nearly all of the rate, and never more than the limit in any window."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieline.domain.outcome import Allowance
from tieline.pacing.options import PaceOptions
from tieline.pacing.permits import (
    WHOLE,
    Granted,
    Held,
    Pace,
    Wait,
    decode,
    encode,
    limit_now,
    stamp,
    take,
    unused,
)

START = 1_700_000_000_000
HALF_HOUR = 1_800_000
LEASE = 20_000

Server = Callable[[int], bool]
"""Takes the time of an arrival, gives whether it is allowed. Arrivals come in order."""


def clock_minute(limit: int, window: int) -> Server:
    counts: dict[int, int] = {}

    def allows(at: int) -> bool:
        counts[at // window] = counts.get(at // window, 0) + 1
        return counts[at // window] <= limit

    return allows


def first_request_window(limit: int, window: int) -> Server:
    state = [0, 0]

    def allows(at: int) -> bool:
        if at >= state[0] + window:
            state[:] = [at, 0]
        state[1] += 1
        return state[1] <= limit

    return allows


def sliding_log(limit: int, window: int, *, counts_refused: bool = False) -> Server:
    log: deque[int] = deque()

    def allows(at: int) -> bool:
        while log and log[0] <= at - window:
            log.popleft()
        allowed = len(log) < limit
        if allowed or counts_refused:
            log.append(at)
        return allowed

    return allows


def strict_sliding_log(limit: int, window: int) -> Server:
    return sliding_log(limit, window, counts_refused=True)


def token_bucket(limit: int, window: int) -> Server:
    state = [float(limit), 0.0]

    def allows(at: int) -> bool:
        state[0] = min(limit, state[0] + (at - state[1]) * limit / window)
        state[1] = at
        if state[0] < 1:
            return False
        state[0] -= 1
        return True

    return allows


SERVERS = [clock_minute, first_request_window, sliding_log, strict_sliding_log, token_bucket]


class Run:
    """A backlog sent by one process after another: what arrived when, and how many were refused."""

    def __init__(self, options: PaceOptions, random: Random, *, dies: float = 0.0, slow_ms: int = 120) -> None:
        self.options = options
        self.random = random
        self.dies = dies
        self.slow_ms = slow_ms
        self.arrivals: list[int] = []
        self.refused = 0
        self.data = b""

    def go(self, server: Server, length: int) -> Run:
        """Simulate `length` milliseconds. Events: an arrival at the server, an answer at the client, and the next take."""
        events: list[tuple[int, int, int]] = []
        now, under_way = START, 0
        while now < START + length:
            taken = self.take(now) if under_way < self.options.in_flight else None
            if isinstance(taken, Granted):
                arrives = now + int(self.random.random() * self.slow_ms)
                answers = arrives + int(self.random.lognormvariate(0, 0.6) * self.slow_ms)
                heapq.heappush(events, (arrives, 0, taken.slot))
                if self.random.random() >= self.dies:
                    under_way += 1
                    heapq.heappush(events, (min(answers, now + LEASE - 1), 1, taken.slot))
                continue
            later = taken.until if isinstance(taken, Wait) else START + length
            if events and events[0][0] <= later:
                now, what, slot = heapq.heappop(events)
                if what == 0:
                    self.arrivals.append(now)
                    self.refused += not server(now)
                else:
                    under_way -= 1
                    self.data = encode(stamp(decode(self.data), self.options, slot, now))
            else:
                now = later
        return self

    def take(self, now: int) -> Granted | Wait:
        pace, answer = take(decode(self.data), self.options, now, now + LEASE)
        self.data = encode(pace)
        return answer

    def most_in_a_window(self) -> int:
        times = sorted(self.arrivals)
        return max(bisect_left(times, at + self.options.window_ms) - number for number, at in enumerate(times))


@pytest.mark.parametrize("server", SERVERS)
def test_half_an_hour_of_backlog_has_no_429_and_nearly_all_of_the_rate(server: Callable[[int, int], Server]) -> None:
    options = PaceOptions(limit=300, window_ms=60_000, in_flight=64)
    run = Run(options, Random(7)).go(server(300, 60_000), HALF_HOUR)
    assert run.refused == 0
    assert len(run.arrivals) >= 0.985 * 300 * HALF_HOUR / 60_000
    assert run.most_in_a_window() <= 300


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SERVERS),
    st.integers(1, 60),
    st.integers(500, 5_000),
    st.integers(1, 3_000),
    st.sampled_from([0.0, 0.02, 0.3]),
    st.integers(1, 64),
    st.integers(0, 2**32),
)
def test_no_window_holds_more_than_the_limit_whatever_the_latency_and_whoever_dies(
    server: Callable[[int, int], Server], limit: int, window: int, slow_ms: int, dies: float, in_flight: int, seed: int
) -> None:
    """Every step goes through encode and decode, so the bound holds across restarts too."""
    options = PaceOptions(limit=limit, window_ms=window, in_flight=in_flight)
    run = Run(options, Random(seed), dies=dies, slow_ms=slow_ms).go(server(limit, window), 20 * window)
    assert run.most_in_a_window() <= limit
    assert run.refused == 0


@given(st.integers(1, 400), st.integers(1_000, 90_000), st.integers(0, 10**7))
def test_sends_are_spaced_evenly_and_a_pause_makes_no_burst(limit: int, window: int, pause_ms: int) -> None:
    """Without it a backlog would leave in a burst each window: no server that counts roughly would bear that, and no order hold."""
    options = PaceOptions(limit=limit, window_ms=window, in_flight=limit)
    pace, now, sent = Pace(), START, list[int]()
    for _ in range(min(limit, 20)):
        pace, answer = take(pace, options, now, now + 10 * window)
        while isinstance(answer, Wait):
            now = answer.until
            pace, answer = take(pace, options, now, now + 10 * window)
        sent.append(now)
        now += pause_ms if len(sent) == 10 else 0
    apart = options.spacing_us / 1_000
    # One interval may be caught up, no more, so any n sends take the time of n - 2 intervals (in whole milliseconds) at least.
    for first, early in enumerate(sent):
        assert all(late - early >= (more - 1) * apart - 1 for more, late in enumerate(sent[first:]))


def test_the_same_without_the_rest_after_the_answer_would_be_caught() -> None:
    """The check can fail: a window that is too short is seen by a server that counts a longer one."""
    run = Run(PaceOptions(limit=60, window_ms=900), Random(1)).go(sliding_log(60, 1_000), 30_000)
    assert run.refused > 0


paces = st.builds(
    Pace,
    slots=st.integers(0, 2**40),
    held=st.lists(st.builds(Held, st.integers(0, 2**40), st.integers(0, 2**45)), max_size=5).map(tuple),
    resting=st.lists(st.tuples(st.integers(0, 2**45), st.integers(1, 20_000)), max_size=30).map(lambda it: tuple(sorted(it))),
    next_us=st.integers(0, 2**55),
    announced=st.integers(0, 10_000),
    announced_at=st.integers(0, 2**45),
    blocked_until=st.integers(0, 2**45),
    share=st.integers(1, WHOLE),
    foreign=st.integers(0, 10_000),
    foreign_at=st.integers(0, 2**45),
    throttled=st.integers(0, 10_000),
)


@given(paces)
def test_what_is_packed_is_unpacked(pace: Pace) -> None:
    assert decode(encode(pace)) == pace


@given(st.integers(1, 50), st.integers(0, 100), st.integers(1, 60), st.integers(0, 60_000))
def test_the_requests_of_another_program_take_permits_until_the_reset(limit: int, others: int, reset_s: int, later: int) -> None:
    options = PaceOptions(limit=limit)
    pace, granted = take(Pace(), options, START, START + LEASE)
    assert isinstance(granted, Granted)
    said = Allowance(count=1 + others, allowed=limit, reset_ms=reset_s * 1_000)
    pace = stamp(pace, options, granted.slot, START + 100, allowance=said)
    assert pace.foreign == min(others, limit - 1)
    assert pace.used == 1 + pace.foreign
    at = START + 100 + reset_s * 1_000 + later + 60
    pace, _ = take(pace, options, at, at + LEASE)
    assert pace.used <= 2


@given(st.integers(1, 600_000), st.integers(10, 500))
def test_a_429_blocks_until_its_time_and_the_pace_recovers_slowly(wait_ms: int, limit: int) -> None:
    options = PaceOptions(limit=limit)
    pace, granted = take(Pace(), options, START, START + LEASE)
    assert isinstance(granted, Granted)
    pace = stamp(pace, options, granted.slot, START, throttle_ms=wait_ms)
    again = stamp(pace, options, 0, START + wait_ms - 1, throttle_ms=1)
    assert again.share == pace.share == 900
    assert again.throttled == 2
    pace, answer = take(pace, options, START + wait_ms - 1, START + wait_ms + LEASE)
    assert answer == Wait(START + wait_ms)
    assert limit_now(pace, options, START + wait_ms) == limit * 900 // 1000
    assert limit_now(pace, options, START + wait_ms + 5 * 60_000) == limit * 950 // 1000
    assert limit_now(pace, options, START + wait_ms + 60 * 60_000) == limit


def test_the_announced_limit_is_obeyed_at_once_and_a_higher_one_only_after_a_window() -> None:
    options = PaceOptions(limit=300)
    pace = stamp(Pace(), options, 0, START, allowance=Allowance(count=1, allowed=180, reset_ms=61_000))
    assert limit_now(pace, options, START) == 180
    pace = stamp(pace, options, 0, START + 1_000, allowance=Allowance(count=1, allowed=250, reset_ms=61_000))
    assert limit_now(pace, options, START) == 180
    pace = stamp(pace, options, 0, START + 62_000, allowance=Allowance(count=1, allowed=900, reset_ms=61_000))
    assert limit_now(pace, options, START) == 300


def test_a_permit_given_back_unused_is_there_at_once_and_a_dead_one_after_lease_and_window() -> None:
    options = PaceOptions(limit=1, window_ms=1_000)
    pace, granted = take(Pace(), options, START, START + 500)
    assert isinstance(granted, Granted)
    assert isinstance(take(unused(pace, granted.slot), options, START + 1_000, START + 9_000)[1], Granted)
    assert take(pace, options, START + 1_000, START + 9_000)[1] == Wait(START + 1_500)
    assert isinstance(take(pace, options, START + 1_500, START + 9_000)[1], Granted)


def test_unpaced_never_waits_but_for_a_429() -> None:
    options = PaceOptions(limit=0)
    pace = Pace()
    for _ in range(1_000):
        pace, answer = take(pace, options, START, START + LEASE)
        assert isinstance(answer, Granted)
        pace = stamp(pace, options, answer.slot, START)
    assert len(encode(pace)) < 100
    pace = stamp(pace, options, 1, START, throttle_ms=500)
    assert take(pace, options, START, START)[1] == Wait(START + 500)


@pytest.mark.parametrize(("limit", "most"), [(300, 2_500), (20_000, 8_000)])
def test_the_state_stays_small(limit: int, most: int) -> None:
    options = PaceOptions(limit=limit)
    run = Run(msgspec.structs.replace(options, in_flight=256), Random(3), slow_ms=20)
    run.go(lambda _: True, 4_000 if limit > 1_000 else 70_000)
    assert len(run.data) * (61_000 / 4_000 if limit > 1_000 else 1) <= most


def test_a_clock_set_back_does_not_stop_the_pace_for_as_long() -> None:
    options = PaceOptions(limit=1, window_ms=1_000)
    pace, granted = take(Pace(), options, START, START + 500)
    assert isinstance(granted, Granted)
    pace = stamp(pace, options, granted.slot, START)
    back = START - 3_600_000
    _, answer = take(pace, options, back, back + 500)
    assert isinstance(answer, Wait)
    assert answer.until <= back + 1_001
