"""Moments on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tieline.cli.when import moment

NOW = datetime(2026, 11, 27, 21, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("30m", "2026-11-27T20:30:00.250Z"),
        ("1.5h", "2026-11-27T19:30:00.250Z"),
        ("7d", "2026-11-20T21:00:00.250Z"),
        ("500ms", "2026-11-27T20:59:59.750Z"),
        ("2026-11-24", "2026-11-24T00:00:00.000Z"),
        ("2026-11-24T05:00Z", "2026-11-24T05:00:00.000Z"),
        ("2026-11-24 05:00:00", "2026-11-24T05:00:00.000Z"),  # as `launches list` prints it
        ("2026-11-24T05:00:00.5+02:00", "2026-11-24T03:00:00.500Z"),
    ],
)
def test_a_moment_is_so_long_ago_or_a_time(text: str, time: str) -> None:
    assert moment(text, NOW) == time


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2x", "h", "-2h", "30", "999999999d", "2026-13-01", "0001-01-01T00:00+14:00", "Z"]
)
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="say how long ago"):
        moment(text, NOW)
