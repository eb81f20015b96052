"""The pace of one pool as a value: permits that come back a window after the answer, and sends spaced evenly.

Why no window of W milliseconds, however the cloud aligns it, can count more than L requests: a request counted in
(t - W, t] arrived after t - W, and its permit is held from before the send until W after the answer, so past t. All
requests counted in the window therefore hold distinct permits at t, and there are L. Only durations of our own clock
matter. A permit whose holder died comes back W after its lease ended, when it can no longer send.

Times are milliseconds since the epoch and are handed in. Resting permits are kept in buckets rounded up (a thousandth
of the window), so the state stays small at any limit and errs on the slow side.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, pairwise
from typing import TypeAlias

import msgspec

from tieline.domain.outcome import Allowance
from tieline.pacing.options import PaceOptions

WHOLE = 1_000
"""The full pace, in thousandths."""
_BUCKETS = 1_024
_CUT, _LEAST, _REGAIN_PER_MINUTE = 900, 50, 10
_LONGEST_BLOCK_MS = 3_600_000

Rest: TypeAlias = tuple[int, int]
"""Until when, and how many permits."""


class Held(msgspec.Struct, frozen=True, array_like=True):
    """A permit under way: its slot, and when the lease of its holder ends."""

    slot: int
    until: int


class Pace(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The pace of one pool: what one token has spent.

    `next_us`: when the next send is due, microseconds. `announced`: the limit the cloud last named (0: none), heard at
    `announced_at`. `share`: thousandths of the limit in use since a 429, regained from `blocked_until` on. `foreign`
    counts the requests of other programs seen on this token, last at `foreign_at`. `throttled` counts answers of 429.
    """

    slots: int = 0
    held: tuple[Held, ...] = ()
    resting: tuple[Rest, ...] = ()
    next_us: int = 0
    announced: int = 0
    announced_at: int = 0
    blocked_until: int = 0
    share: int = WHOLE
    foreign: int = 0
    foreign_at: int = 0
    throttled: int = 0

    @property
    def used(self) -> int:
        """How many permits are under way or resting (those that have rested since the last step still count)."""
        return len(self.held) + sum(count for _, count in self.resting)


class Granted(msgspec.Struct, frozen=True):
    """Send now, and stamp `slot` with the answer."""

    slot: int


class Wait(msgspec.Struct, frozen=True):
    """Nothing may leave before `until`; `sooner` says that an answer under way may bring a permit back before."""

    until: int
    sooner: bool = False


def take(pace: Pace, options: PaceOptions, now: int, held_until: int) -> tuple[Pace, Granted | Wait]:
    """Take a permit for a holder whose lease ends at `held_until`, or learn how long to wait."""
    pace = _age(pace, options, now)
    slot = pace.slots + 1
    if pace.blocked_until > now:
        return pace, Wait(pace.blocked_until)
    if not options.limit:
        return msgspec.structs.replace(pace, slots=slot), Granted(slot)
    if pace.next_us > now * 1_000:
        return pace, Wait(-(-pace.next_us // 1_000))
    limit = limit_now(pace, options, now)
    if (over := pace.used - limit) >= 0:
        return pace, _wait_for(pace, options, over + 1)
    spacing = -(-options.rest_ms * 1_000 // limit)
    held = (*pace.held, Held(slot, held_until))
    # One interval may be caught up, no more: a late send does not slow the pace, a long pause makes no burst.
    return msgspec.structs.replace(pace, slots=slot, held=held, next_us=max(pace.next_us + spacing, now * 1_000)), Granted(slot)


def stamp(
    pace: Pace,
    options: PaceOptions,
    slot: int,
    answered_at: int,
    *,
    allowance: Allowance | None = None,
    throttle_ms: int | None = None,
) -> Pace:
    """Let the permit rest from its answer on, and hear what the cloud said of its pace; `throttle_ms` is the wait of a 429.

    A slot that is no longer held (its lease ended first) rests once more: too slow is safe, too fast is not.
    """
    if options.limit:
        pace = _rest(unused(_age(pace, options, answered_at), slot), options, answered_at + options.rest_ms, 1)
    if allowance is not None:
        pace = _hear(pace, options, allowance, answered_at)
    return pace if throttle_ms is None else _throttle(pace, answered_at, throttle_ms)


def unused(pace: Pace, slot: int) -> Pace:
    """Give back a permit under which nothing was sent."""
    return msgspec.structs.replace(pace, held=tuple(held for held in pace.held if held.slot != slot))


def limit_now(pace: Pace, options: PaceOptions, now: int) -> int:
    """Give the limit in force: the lower of the configured and the announced one, cut after a 429 and slowly regained."""
    limit = min(options.limit, pace.announced) if pace.announced else options.limit
    return max(1, limit * share_now(pace, now) // WHOLE) if options.limit else 0


def share_now(pace: Pace, now: int) -> int:
    """Give the thousandths of the limit in use: a tenth less for each 429, a hundredth regained each minute."""
    return min(WHOLE, pace.share + _REGAIN_PER_MINUTE * max(0, now - pace.blocked_until) // 60_000)


def encode(pace: Pace) -> bytes:
    """Pack the pace; times of resting permits as differences, so that they stay short."""
    times = [0, *(until for until, _ in pace.resting)]
    deltas = [after - before for before, after in pairwise(times)]
    packed = _Packed(pace=msgspec.structs.replace(pace, resting=()), deltas=deltas, counts=[count for _, count in pace.resting])
    return _ENCODER.encode(packed)


def decode(data: bytes) -> Pace:
    """Unpack what `encode` gave; empty is a pace that has spent nothing. Raises `msgspec.DecodeError` on anything else."""
    if not data:
        return Pace()
    packed = _DECODER.decode(data)
    return msgspec.structs.replace(packed.pace, resting=tuple(zip(accumulate(packed.deltas), packed.counts, strict=True)))


class _Packed(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    pace: Pace
    deltas: list[int]
    counts: list[int]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Packed)


def _age(pace: Pace, options: PaceOptions, now: int) -> Pace:
    """Forget what has rested, let the dead rest from their lease's end; undo what a clock set back would prolong."""
    dead = [held for held in pace.held if held.until <= now]
    held = tuple(held for held in pace.held if held.until > now) if dead else pace.held
    resting = pace.resting[bisect_left(pace.resting, (now + 1, 0)) :]
    pace = msgspec.structs.replace(
        pace,
        held=held,
        resting=_clamp(resting, now + options.rest_ms + _grain(options)),
        blocked_until=min(pace.blocked_until, now + _LONGEST_BLOCK_MS),
        next_us=min(pace.next_us, (now + options.rest_ms) * 1_000),
    )
    for lost in dead:
        if lost.until + options.rest_ms > now:
            pace = _rest(pace, options, lost.until + options.rest_ms, 1)
    return pace


def _clamp(resting: tuple[Rest, ...], latest: int) -> tuple[Rest, ...]:
    if not resting or resting[-1][0] <= latest:
        return resting
    kept = [rest for rest in resting if rest[0] < latest]
    return (*kept, (latest, sum(count for until, count in resting if until >= latest)))


def _grain(options: PaceOptions) -> int:
    return max(1, options.rest_ms // _BUCKETS)


def _rest(pace: Pace, options: PaceOptions, until: int, count: int) -> Pace:
    grain = _grain(options)
    bucket = -(-until // grain) * grain
    resting = list(pace.resting)
    at = len(resting)
    while at and resting[at - 1][0] > bucket:
        at -= 1
    if at and resting[at - 1][0] == bucket:
        resting[at - 1] = (bucket, resting[at - 1][1] + count)
    else:
        resting.insert(at, (bucket, count))
    return msgspec.structs.replace(pace, resting=tuple(resting))


def _wait_for(pace: Pace, options: PaceOptions, count: int) -> Wait:
    """Say when `count` permits will have come back, the held ones by the end of their leases."""
    returns = sorted([*pace.resting, *((held.until + options.rest_ms, 1) for held in pace.held)])
    for until, back in returns:
        count -= back
        if count <= 0:
            return Wait(until, sooner=bool(pace.held))
    return Wait(returns[-1][0], sooner=True)


def _hear(pace: Pace, options: PaceOptions, allowance: Allowance, now: int) -> Pace:
    """Take the announced limit: a lower one at once, a higher one when the lower has not been heard for a window."""
    if allowance.allowed > 0 and (
        not pace.announced or allowance.allowed <= pace.announced or now - pace.announced_at > options.rest_ms
    ):
        pace = msgspec.structs.replace(pace, announced=allowance.allowed, announced_at=now)
    if not options.limit or (excess := min(allowance.count, options.limit) - pace.used) <= 0:
        return pace
    # More was counted than we sent: another program spends this token. What it spent is not ours until the reset.
    pace = _rest(pace, options, now + min(allowance.reset_ms, options.rest_ms), excess)
    return msgspec.structs.replace(pace, foreign=pace.foreign + excess, foreign_at=now)


def _throttle(pace: Pace, now: int, wait_ms: int) -> Pace:
    """Block until the cloud's time; cut the pace once for each block, however many answers under way are refused with it."""
    share = pace.share if now < pace.blocked_until else max(_LEAST, share_now(pace, now) * _CUT // WHOLE)
    return msgspec.structs.replace(
        pace, blocked_until=max(pace.blocked_until, now + wait_ms), share=share, throttled=pace.throttled + 1
    )
