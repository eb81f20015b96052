"""Durations, sizes and addresses as people write them."""

from __future__ import annotations

import re

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*")
_SIZE = re.compile(r"\s*(\d+)\s*(B|kB|KiB|MB|MiB)?\s*")
_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_BYTES = {"B": 1, "kB": 1_000, "KiB": 1_024, "MB": 1_000_000, "MiB": 1_048_576}

DURATION_FORM = "a duration such as 500ms, 30s, 5m, 72h or 7d (a bare number is seconds)"
SIZE_FORM = "a size such as 512kB or 1MiB (a bare number is bytes)"
REGION_FORM = "an AWS region of Genesys Cloud, or its domain"
URL_FORM = "an http or https address without a path"
FLOW_ID_FORM = "a flow's id such as 9863b810-8682-4e57-bea3-8a3e244c48a0"
FLOW_VERSION_FORM = "a version's id such as 1.0"
LISTEN_FORM = "an address such as 127.0.0.1:8080 (port 0 takes a free one)"


def duration_ms(value: str | float) -> int:
    """Read a duration as milliseconds: `500ms`, `30s`, `5m`, `72h`, `7d`; a bare number is seconds. Raises ValueError."""
    match = _DURATION.fullmatch(str(value))
    if match is None:
        raise ValueError(DURATION_FORM)
    return round(float(match[1]) * _MS[match[2] or "s"])


def size_bytes(value: str | int) -> int:
    """Read a size as bytes: `512kB`, `1MiB`; a bare number is bytes. Raises ValueError."""
    match = _SIZE.fullmatch(str(value))
    if match is None:
        raise ValueError(SIZE_FORM)
    return int(match[1]) * _BYTES[match[2] or "B"]


def listen_address(value: str) -> tuple[str, int]:
    """Read `host:port` (`[::1]:8080` for IPv6). Raises ValueError."""
    host, colon, port = str(value).rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(LISTEN_FORM)
    return host.removeprefix("[").removesuffix("]"), int(port)
