"""The pace's settings."""

from __future__ import annotations

import msgspec


class PaceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How fast requests may leave on one token.

    `limit` requests are allowed in any `window_ms` milliseconds; 0 means unpaced. 300 a minute is the platform's figure
    for a client-credentials token; the window is 61 s because a reset of 61 was recorded (platform SDK samples).
    `margin_ms` is added to the time a permit rests, for clouds that count only roughly. `in_flight` is how many
    requests may be under way at once.
    """

    limit: int = 300
    window_ms: int = 61_000
    margin_ms: int = 0
    in_flight: int = 16

    @property
    def rest_ms(self) -> int:
        """How long a permit rests after its answer, in milliseconds."""
        return self.window_ms + self.margin_ms

    @property
    def spacing_us(self) -> int:
        """How far apart sends are at the full pace, in microseconds; 0 when unpaced."""
        return -(-self.rest_ms * 1_000 // self.limit) if self.limit else 0
