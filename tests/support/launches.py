"""Launches, claims and a clock for tests of the queue."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.domain.launch import Launch, State
from tieline.queue.options import QueueOptions

NOW = 1_800_000_000_000


def options(path: str = "unused", **more: Any) -> QueueOptions:
    return QueueOptions(path=path, **{"dedupe_window_ms": 10_000, "retention_ms": 20_000, **more})


def a_launch(number: int, **more: Any) -> Launch:
    """Give a queued launch whose id sorts by `number`, put at NOW + number."""
    created = more.pop("create_time", NOW + number)
    facts: dict[str, Any] = {
        "id": f"{number:020d}",
        "request_id": f"request-{number}",
        "fingerprint": b"same",
        "environment": "dev",
        "create_time": created,
        "update_time": created,
        "schedule_time": created,
        "body": b"{}",
    }
    return Launch(**{**facts, **more})


def moved(launch: Launch, state: State, **more: Any) -> Launch:
    return msgspec.structs.replace(launch, state=state, **{"schedule_time": None, **more})
