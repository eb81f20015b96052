"""How the cloud writes a time, and how it is read."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(ms: int) -> str:
    """Write milliseconds since the epoch as ISO-8601 with milliseconds and `Z`, as recorded answers have it."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(text: str) -> int | None:
    """Read an ISO-8601 time as milliseconds since the epoch, UTC where it names no zone; None for what is none."""
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp() * 1000)
