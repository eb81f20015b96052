"""How the cloud writes a time."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(ms: int) -> str:
    """Write milliseconds since the epoch as ISO-8601 with milliseconds and `Z`, as recorded answers have it."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
