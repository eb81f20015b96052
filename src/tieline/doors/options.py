"""The doors' settings that both doors share."""

from __future__ import annotations

import msgspec

from tieline.domain.secret import Secret


class DoorOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where a door listens and what it takes in.

    `host` is an address to bind, loopback unless `tokens` are set (config holds that rule); `port` 0 takes a free one.
    `tokens` are the bearer tokens callers may show, several for rotation; empty means no authentication (loopback only).
    `max_bytes` bounds one message or body. `body_ms` is how long the HTTP door waits for a whole body.
    `max_depth` bounds the nesting of JSON. `max_in_flight` bounds the calls (or
    stream batches) being handled at once before a door answers overload. `drain_ms` is how long a stop waits for calls under way.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tokens: tuple[Secret, ...] = ()
    max_bytes: int = 1_048_576
    body_ms: int = 30_000
    max_depth: int = 64
    max_in_flight: int = 1000
    drain_ms: int = 10_000
