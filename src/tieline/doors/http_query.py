"""Reads the query parameters of the REST paths."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from tieline.domain.launch import State
from tieline.problems.base import ProblemError, nearest
from tieline.problems.doors import FilterInvalid, PageTokenInvalid
from tieline.problems.http import WrongQuery
from tieline.queue.port import Filter

Query = Mapping[str, str]

LAUNCH_PARAMETERS = ("validate_only", "request_id", "environment", "ordering_key", "priority", "expire_time", "follow")
REPLAY_PARAMETERS = ("may_repeat",)
LIST_PARAMETERS = (
    "state",
    "environment",
    "route",
    "flow",
    "request_id",
    "created_after",
    "created_before",
    "page_size",
    "page_token",
)
PAGE_SIZE, PAGE_SIZE_MAX = 50, 1000
TIME_FORM = "a time such as 2026-11-24T05:00:00Z"


def check_names(query: Query, allowed: tuple[str, ...]) -> None:
    """Refuse a parameter there is not: a misspelled one that is passed over is found late. Raises TL140."""
    for name in query:
        if name not in allowed:
            near = nearest(name, allowed)
            hint = f"left out; did you mean `{near}`?" if near else "left out"
            raise ProblemError(WrongQuery(parameter=name[:64], seen=query[name][:64], allowed=hint))


def flag(query: Query, name: str) -> bool:
    """Read true or false; false when left out. Raises TL140."""
    value = query.get(name, "false").lower()
    if value not in ("true", "false", "1", "0", ""):
        raise ProblemError(WrongQuery(parameter=name, seen=value[:64], allowed="true or false"))
    return value in ("true", "1", "")


def whole(query: Query, name: str, default: int) -> int:
    """Read a whole number of at most 18 digits. Raises TL140."""
    if name not in query:
        return default
    value = query[name]
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise ProblemError(WrongQuery(parameter=name, seen=value[:64], allowed="a whole number"))
    return int(value)


def time_ms(query: Query, name: str) -> int | None:
    """Read a time (RFC 3339) as milliseconds since the epoch; None when left out. Raises TL140."""
    if name not in query:
        return None
    value = query[name]
    try:
        time = datetime.fromisoformat(value.replace(" ", "+"))  # a plus sign in a query arrives as a space
        if time.tzinfo is None:
            raise ValueError(value)
        return round(time.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise ProblemError(WrongQuery(parameter=name, seen=value[:64], allowed=TIME_FORM)) from None


def seconds_ms(query: Query, name: str) -> int:
    """Read a number of seconds as milliseconds; 0 when left out. Raises TL140."""
    value = query.get(name, "0")
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400 * 7:
        raise ProblemError(WrongQuery(parameter=name, seen=value[:64], allowed="seconds, from 0 to 604800"))
    return round(seconds * 1000)


def list_filter(query: Query) -> Filter:
    """Read what narrows a list. Raises TL106, TL140."""
    names = query["state"].upper().split(",") if "state" in query else []
    for name in names:
        if name not in State.__members__:
            near = nearest(name, tuple(State))
            raise ProblemError(FilterInvalid(part=f"state {name[:40]}", allowed="one of " + ", ".join(State), nearest=near))
    return Filter(
        states=tuple(State[name] for name in names),
        environment=query.get("environment") or None,
        route=query.get("route") or None,
        flow=query.get("flow") or None,
        request_id=query.get("request_id") or None,
        created_after=time_ms(query, "created_after"),
        created_before=time_ms(query, "created_before"),
    )


def page_size(query: Query) -> int:
    """Read the page size; more than the most is the most (AIP-158). Raises TL140."""
    size = whole(query, "page_size", PAGE_SIZE)
    if size < 1:
        raise ProblemError(WrongQuery(parameter="page_size", seen=str(size), allowed=f"1 to {PAGE_SIZE_MAX}"))
    return min(size, PAGE_SIZE_MAX)


def write_token(before: str | None) -> str | None:
    """Make a page token of the id that the next page starts below."""
    return None if before is None else base64.urlsafe_b64encode(before.encode()).decode().rstrip("=")


def read_token(query: Query) -> str | None:
    """Read a page token. Raises TL107."""
    token = query.get("page_token", "")
    if not token:
        return None
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise ProblemError(PageTokenInvalid()) from None
