"""The journal: the last exchanges, bounded; searched, counted, and waited for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec

from tieline.twin.times import iso

WAITERS_MAX = 1000


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line: no body, no query, no credentials. `status` is 0 where nothing was answered.

    `n` counts from 1. `operation` is the operationId, `code` the error's, `message` what its answer says, `execution` what was
    launched, `flow` the flow that was meant, `client` who came, `fault` which fault on purpose struck, `lost` that nobody heard the
    answer, `findings` what the one engine said of a refused launch.
    """

    n: int
    time_ms: int
    method: str
    path: str
    status: int
    operation: str | None = None
    code: str | None = None
    message: str | None = None
    execution: str | None = None
    flow: str | None = None
    client: str | None = None
    fault: str | None = None
    lost: bool | None = None
    findings: str | None = None

    def told(self) -> dict[str, Any]:
        """Give it as the control plane does: `time` is ISO-8601."""
        names = [name for name in self.__struct_fields__ if name not in ("n", "time_ms")]
        rest = {name: value for name in names if (value := getattr(self, name)) is not None}
        return {"n": self.n, "time": iso(self.time_ms), **rest}


class Where(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which lines are meant: each that is given must fit, letter by letter or up to a `*` at its end. `status` may be one, or a class
    such as `4xx`. `contains` is looked for in the path, the code, the flow, the fault and the findings; `after` is a line's `n`.
    """

    method: str | None = None
    path: str | None = None
    operation: str | None = None
    status: int | str | None = None
    code: str | None = None
    flow: str | None = None
    client: str | None = None
    execution: str | None = None
    fault: str | None = None
    contains: str | None = None
    after: int = 0

    def fits(self, line: Exchange) -> bool:
        """Whether a line is one of them."""
        return (
            line.n > self.after
            and all(_fits(getattr(self, name), getattr(line, name)) for name in _PLAIN)
            and self._status(line)
            and (self.contains is None or any(self.contains in (getattr(line, name) or "") for name in _SEARCHED))
        )

    def _status(self, line: Exchange) -> bool:
        wanted = None if self.status is None else str(self.status).lower()
        return wanted is None or wanted == str(line.status) or (wanted.endswith("xx") and wanted[0] == str(line.status)[0])


_PLAIN = ("method", "path", "operation", "code", "flow", "client", "execution", "fault")
_SEARCHED = ("path", "code", "flow", "fault", "findings")


def _fits(wanted: str | None, has: str | None) -> bool:
    if wanted is None:
        return True
    return has is not None and (has.startswith(wanted[:-1]) if wanted.endswith("*") else has == wanted)


class TooManyError(Exception):
    """Too many wait for the journal already."""


class _Waiter:
    """Somebody who waits until so many lines fit."""

    def __init__(self, where: Where, missing: int) -> None:
        self.where, self.missing = where, missing
        self.came: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def hear(self, line: Exchange) -> None:
        """Count a line that was written."""
        if self.where.fits(line):
            self.missing -= 1
            if self.missing <= 0 and not self.came.done():
                self.came.set_result(None)


class Journal:
    """The last exchanges. One event loop uses it."""

    def __init__(self, keep: int) -> None:
        """Keep so many."""
        self._lines: deque[Exchange] = deque(maxlen=keep)
        self._waiting: set[_Waiter] = set()
        self.count = self.refused = self.struck = 0

    @property
    def dropped(self) -> int:
        """How many it no longer holds."""
        return self.count - len(self._lines)

    def add(self, line: Exchange) -> None:
        """Write one line, and tell whoever waits for it."""
        self.count += 1
        self.refused += 400 <= line.status < 500
        self.struck += line.fault is not None
        self._lines.append(line)
        for waiter in self._waiting:
            waiter.hear(line)

    def find(self, where: Where, limit: int | None = None) -> list[Exchange]:
        """Give the lines that fit, oldest first; of more than `limit` the newest."""
        if limit is None:
            return [line for line in self._lines if where.fits(line)]
        newest = islice((line for line in reversed(self._lines) if where.fits(line)), limit)
        return list(newest)[::-1]

    async def wait(self, where: Where, count: int, timeout_s: float) -> bool:
        """Wait until so many lines fit; False when they did not come in time. Raises `TooManyError`."""
        missing = count - len(self.find(where))
        if missing <= 0:
            return True
        if len(self._waiting) >= WAITERS_MAX:
            raise TooManyError
        waiter = _Waiter(where, missing)
        self._waiting.add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                await waiter.came
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(waiter)
        return True


def told(lines: Iterable[Exchange]) -> list[Mapping[str, Any]]:
    """Give lines as the control plane does."""
    return [line.told() for line in lines]
