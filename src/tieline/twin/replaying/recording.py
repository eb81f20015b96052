"""Reads a recording: lines of JSON, an exchange each, as `tieline twin --record` and `tieline tap --record` write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

LARGEST = 256 * 1024 * 1024
"""The largest recording read, in bytes."""


class RecordingError(ValueError):
    """A recording that cannot be read; the message names the line."""


class _Side(msgspec.Struct, frozen=True, kw_only=True):
    headers: dict[str, str] = {}
    body: Any = None
    body_raw: str | None = None
    method: str = "GET"
    url: str = "/"
    status: int = 0


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    request: _Side
    response: _Side | None = None
    id: str = ""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange: the request (its path and query alone), and the answer there was. Bodies are bytes as they went."""

    number: int
    method: str
    path: str
    query: str
    request_headers: dict[str, str]
    request_body: bytes
    status: int
    response_headers: dict[str, str]
    response_body: bytes
    value: Any = None


def read_recording(file: Path) -> tuple[Recorded, ...]:
    """Read the exchanges that have an answer, in order. Raises `RecordingError`."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as fault:
        raise RecordingError(f"{file}: {(fault.strerror or type(fault).__name__).lower()}") from None
    if len(raw) > LARGEST:
        raise RecordingError(f"{file}: larger than {LARGEST} bytes")
    found = []
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        try:
            told = msgspec.json.decode(line, type=_Line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as fault:
            raise RecordingError(f"{file}: line {number}: {fault}") from None
        if told.response is not None:
            found.append(_recorded(number, told.request, told.response))
    if not found:
        raise RecordingError(f"{file}: no exchange with an answer")
    return tuple(found)


def _recorded(number: int, sent: _Side, came: _Side) -> Recorded:
    parts = urlsplit(sent.url)
    return Recorded(
        number=number,
        method=sent.method.upper(),
        path=parts.path or "/",
        query=parts.query,
        request_headers={name.casefold(): value for name, value in sent.headers.items()},
        request_body=_bytes(sent),
        status=came.status,
        response_headers={name.casefold(): value for name, value in came.headers.items()},
        response_body=_bytes(came),
        value=came.body,
    )


def _bytes(side: _Side) -> bytes:
    if side.body_raw is not None:
        return side.body_raw.encode("utf-8", "replace")
    if side.body is None:
        return b""
    return side.body.encode() if isinstance(side.body, str) else msgspec.json.encode(side.body)
