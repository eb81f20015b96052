"""The queue's settings."""

from __future__ import annotations

import msgspec


class QueueOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the queue. Durations are milliseconds.

    `path` is the database file of the embedded store. `dedupe_window_ms`: how long a `request_id` is remembered at least.
    `retention_ms`: how long a settled launch can be read at least. `max_waiting`: how many unsettled launches are taken
    before a put is refused as overload (TL302), 0 for no bound. `max_unwritten`: how many puts may wait for the writer.
    """

    path: str
    dedupe_window_ms: int = 72 * 3_600_000
    retention_ms: int = 7 * 24 * 3_600_000
    max_waiting: int = 5_000_000
    max_unwritten: int = 20_000
