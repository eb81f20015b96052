"""Builds a tap, with the one diagnosis."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tieline.app.clock import system_clock
from tieline.app.stopping import Stopping
from tieline.diagnosis.diagnose import diagnose
from tieline.domain.flow import Flow
from tieline.problems.base import ProblemError
from tieline.problems.doors import CannotListen
from tieline.tap.judge import Say
from tieline.tap.options import TapOptions
from tieline.tap.proxy import Tap
from tieline.tap.record import line_of, shaped_line
from tieline.tap.shaping import Shaper


class Tapping:
    """A running tap, until a signal asks it to stop."""

    def __init__(self, options: TapOptions, port: int, stopping: Stopping) -> None:
        """Take its settings, the port it has, and the stop it waits for."""
        self._options = options
        self._port = port
        self._stopping = stopping

    def ready(self) -> dict[str, Any]:
        """Say where it is and where it leads."""
        options = self._options
        host = f"[{options.host}]" if ":" in options.host else options.host
        return {
            "url": f"http://{host}:{self._port}",
            "host": options.host,
            "port": self._port,
            "api": options.target.api,
            "login": options.target.login,
            "enforce": options.enforce,
            "record": str(options.record) if options.record else None,
        }

    async def stopped(self) -> None:
        """Return when a signal asks for a stop."""
        await self._stopping.event.wait()


@asynccontextmanager
async def run_tap(options: TapOptions, flows: Mapping[str, Flow], say: Say, *, in_shape: bool = False) -> AsyncIterator[Tapping]:
    """Start a tap with the one diagnosis, and stop it when the block ends. Raises `ProblemError` when it cannot start.

    `in_shape` records exchanges with everything that is somebody's replaced by something of the same form.
    """
    line = shaped_line(Shaper(secrets.token_bytes(32))) if in_shape else line_of
    tap = Tap(options, judge=lambda exchange: diagnose(exchange, flows), say=say, clock=system_clock(), line=line)
    try:
        try:
            port = await tap.start()
        except OSError as fault:
            raise ProblemError(CannotListen(address=f"{options.host}:{options.port}")) from fault
        yield Tapping(options, port, Stopping())
    finally:
        await tap.stop()
