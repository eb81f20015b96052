"""Launch ids: UUIDs of version 7 (RFC 9562), which sort by time of creation."""

from __future__ import annotations

from collections.abc import Callable

from tieline.domain.clock import Clock, NewId

_COUNTS = tuple(f"{count:03x}" for count in range(0x1000))


def launch_ids(clock: Clock, draw_bits: Callable[[int], int]) -> NewId:
    """Give a maker of ids, each sorting after every earlier one of this maker.

    The 12 bits after the version count within a millisecond; past 4,096 the next millisecond is borrowed. The 62 random
    bits are drawn once, from `draw_bits(62)`: they tell makers apart, time and count tell the ids of one maker apart.
    """
    tail = draw_bits(62) | (0b10 << 62)
    low, high = tail & 0xFFFF_FFFF_FFFF, tail >> 48
    suffix = f"-{high:04x}-{low:012x}"
    last, count, prefix = 0, 0, ""

    def new_id() -> str:
        nonlocal last, count, prefix
        now = clock()
        if now <= last and count < 0xFFF:
            count += 1
        else:
            last, count = max(now, last + 1), 0
            prefix = f"{last >> 16:08x}-{last & 0xFFFF:04x}-7"
        return prefix + _COUNTS[count] + suffix

    return new_id
