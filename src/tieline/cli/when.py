"""Moments as a person gives them on the command line: so long ago, or a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import typer

from tieline.config.units import duration_ms

MOMENT_FORM = "say how long ago (30m, 2h, 7d) or a time such as 2026-11-24T05:00:00Z (UTC where no zone is named)"


def moment(text: str, now: datetime) -> str:
    """Read a moment before `now`, or a time, as a time of RFC 3339 in UTC, to the millisecond. Raises ValueError."""
    try:
        if text[-1:].isalpha() and text[-1] != "Z":
            time = now - timedelta(milliseconds=duration_ms(text))
        else:
            time = datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(MOMENT_FORM) from None
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return moment(value, datetime.now(UTC))
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None


def check_span(since: str | None, until: str | None) -> None:
    """Refuse a span that ends before it begins: nothing would be found, and nobody told why."""
    if since is not None and until is not None and since >= until:  # as texts: all are UTC, to the millisecond
        said = f"it is {since}, and --until is not after it ({until}): nothing lies between; from 2h to 1h ago is --since 2h --until 1h"
        raise typer.BadParameter(said, param_hint="--since")


Since = typer.Option(
    None, "--since", metavar="WHEN", callback=_moment, help="Those created after: 30m or 2h ago, or a time (2026-11-24T05:00Z)."
)
Until = typer.Option(None, "--until", metavar="WHEN", callback=_moment, help="Those created before; as --since.")
