"""The recording: each exchange as a line of JSON, without secrets, written beside the traffic and never in its way."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from tieline.problems.base import ProblemError
from tieline.problems.tap import RecordUnwritable
from tieline.tap.judge import text_of
from tieline.tap.options import TapOptions
from tieline.tap.redact import clean_body, clean_headers, clean_url, secrets_of
from tieline.tap.seen import Pairs, Seen
from tieline.tap.shaping import Shaper

Line: TypeAlias = Callable[[Seen], bytes]
"""Writes an exchange as a line."""

_log = structlog.get_logger("tieline.tap")


def line_of(seen: Seen) -> bytes:
    """Write an exchange as a line of JSON; nothing in it is secret."""
    sent, came = text_of(seen.request, seen.request_headers), text_of(seen.response, seen.response_headers)
    secrets = secrets_of([*seen.request_headers, *seen.response_headers], seen.url, [sent, came])
    request: dict[str, Any] = {
        "method": seen.method,
        "url": clean_url(seen.url, secrets),
        "headers": clean_headers(seen.request_headers, secrets),
        **_body(sent, secrets),
    }
    response = None
    if seen.status is not None:
        headers = clean_headers(seen.response_headers, secrets)
        response = {"status": seen.status, "headers": headers, **_body(came, secrets)}
    told = {
        "id": seen.id,
        "time": time_text(seen.time_ms),
        "endpoint": seen.endpoint,
        "request": request,
        "response": response,
        "ms": round(seen.ms, 3),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


def time_text(ms: int) -> str:
    """Give a time as RFC 3339 with milliseconds, UTC."""
    return datetime.fromtimestamp(ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shaped_line(shaper: Shaper) -> Line:
    """Give what writes exchanges in shape: of somebody's values nothing is kept but their form."""
    return lambda seen: _shaped(seen, shaper)


def _shaped(seen: Seen, shaper: Shaper) -> bytes:
    sides: list[dict[str, Any]] = []
    for capture, headers in ((seen.request, seen.request_headers), (seen.response, seen.response_headers)):
        text = text_of(capture, headers)
        sides.append({"headers": shaper.headers(dict(headers)), **_shaped_body(text, headers, shaper)})
    request = {"method": seen.method, "url": shaper.url(seen.url), **sides[0]}
    response = None if seen.status is None else {"status": seen.status, **sides[1]}
    told = {"id": seen.id, "time": time_text(seen.time_ms), "request": request, "response": response, "ms": round(seen.ms, 3)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


def _shaped_body(text: str | None, headers: Pairs, shaper: Shaper) -> dict[str, Any]:
    if not text:
        return {"body": None}
    kind = next((value for name, value in headers if name.casefold() == "content-type"), "")
    if "form-urlencoded" in kind:
        return {"body": None, "body_raw": shaper.form(text)}
    try:
        return {"body": shaper.value(json.loads(text))}
    except (ValueError, RecursionError):
        return {"body": None, "body_raw": shaper.text(text, own=True)}


class Recorder:
    """Appends exchanges to a file that only its owner can read. What it cannot keep up with is left out and counted."""

    def __init__(self, file: Path, options: TapOptions, line: Line = line_of) -> None:
        """Open the file; `line` writes an exchange. Raises `ProblemError` (TL682)."""
        self._line = line
        self._file = file
        self._options = options
        self._queue: asyncio.Queue[tuple[Seen, int] | None] = asyncio.Queue()
        self._bytes = 0
        self.lost = 0
        self._handle = _open(file)
        self._task = asyncio.create_task(self._run(), name="tap recording")

    def put(self, seen: Seen) -> None:
        """Take an exchange to be written; returns at once."""
        size = seen.kept_bytes
        if self._queue.qsize() >= self._options.queued or self._bytes + size > self._options.queued_bytes:
            self.lost += 1
            return
        self._bytes += size
        self._queue.put_nowait((seen, size))

    async def stop(self) -> None:
        """Write what waits, and close the file."""
        self._queue.put_nowait(None)
        await self._task
        os.close(self._handle)
        if self.lost:
            _log.warning("exchanges are missing from the recording", count=self.lost)

    async def _run(self) -> None:
        while (waiting := await self._queue.get()) is not None:
            seen, size = waiting
            await asyncio.to_thread(self._write, seen)
            self._bytes -= size

    def _write(self, seen: Seen) -> None:
        try:
            rest = memoryview(self._line(seen))
            while rest:
                rest = rest[os.write(self._handle, rest) :]
        except Exception as fault:  # noqa: BLE001 - a full disk, or an exchange that cannot be written, stops no traffic
            self.lost += 1
            if self.lost == 1:
                problem = RecordUnwritable(file=str(self._file), fault=_say(fault))
                _log.error("not recorded", code=problem.code, line=problem.line(), help=problem.help())


def _open(file: Path) -> int:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise ProblemError(RecordUnwritable(file=str(file), fault=_say(fault))) from None
    with suppress(OSError):
        if stat.S_ISREG(os.fstat(handle).st_mode):
            os.fchmod(handle, 0o600)
    return handle


def _say(fault: Exception) -> str:
    return fault.strerror.lower() if isinstance(fault, OSError) and fault.strerror else type(fault).__name__


def _body(text: str | None, secrets: frozenset[str]) -> dict[str, Any]:
    value, raw = clean_body(text, secrets)
    return {"body": value} if raw is None else {"body": value, "body_raw": raw}
