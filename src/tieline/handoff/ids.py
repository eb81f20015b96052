"""Launch ids: UUIDs of version 7 (RFC 9562), which sort by time of creation."""

from __future__ import annotations

from collections.abc import Callable

from tieline.domain.clock import Clock, NewId


def launch_ids(clock: Clock, draw_bits: Callable[[int], int]) -> NewId:
    """Give a maker of ids, each sorting after every earlier one of this maker.

    The 12 bits after the version count within a millisecond; past 4,096 the next millisecond is borrowed. The 62 random
    bits are drawn once, from `draw_bits(62)`: they tell makers apart, time and count tell the ids of one maker apart.
    """
    tail = draw_bits(62) | (0b10 << 62)
    low, high = tail & 0xFFFF_FFFF_FFFF, tail >> 48
    suffix = f"{high:04x}-{low:012x}"
    last = 0
    count = 0

    def new_id() -> str:
        nonlocal last, count
        now = clock()
        if now > last:
            last, count = now, 0
        elif count < 0xFFF:
            count += 1
        else:
            last, count = last + 1, 0
        stamp = f"{last:012x}"
        return f"{stamp[:8]}-{stamp[8:]}-7{count:03x}-{suffix}"

    return new_id
