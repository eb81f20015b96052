"""Builds a tap, with the one diagnosis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from tieline.app.clock import system_clock
from tieline.app.stopping import Stopping
from tieline.cloud.flows import flow_of
from tieline.diagnosis.diagnose import diagnose
from tieline.domain.flow import Flow
from tieline.problems.base import ProblemError
from tieline.problems.doors import CannotListen
from tieline.problems.settings import SampleUnreadable
from tieline.tap.judge import Say
from tieline.tap.options import TapOptions
from tieline.tap.proxy import Tap


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
async def run_tap(options: TapOptions, schemas: Sequence[Path], say: Say) -> AsyncIterator[Tapping]:
    """Start a tap with the one diagnosis, and stop it when the block ends. Raises `ProblemError` when it cannot start."""
    flows = {flow.id: flow for file in schemas for flow in read_flow_file(file)}
    tap = Tap(options, judge=lambda exchange: diagnose(exchange, flows), say=say, clock=system_clock())
    try:
        try:
            port = await tap.start()
        except OSError as fault:
            raise ProblemError(CannotListen(address=f"{options.host}:{options.port}")) from fault
        yield Tapping(options, port, Stopping())
    finally:
        await tap.stop()


def read_flow_file(file: Path) -> list[Flow]:
    """Read flows as the cloud gives them: one, a list or a page of them; or an input schema alone, for every flow not known.

    Raises `ProblemError` (TL516).
    """
    try:
        told = msgspec.json.decode(file.read_bytes())
    except (OSError, ValueError, RecursionError) as fault:
        raise ProblemError(SampleUnreadable(file=str(file), fault=str(fault))) from None
    if isinstance(told, dict) and "id" not in told and ("properties" in told or "$schema" in told):
        return [Flow(id="*", name="*", input_schema=told)]
    listed = told.get("entities", [told]) if isinstance(told, dict) else told
    flows = [flow_of(entity) for entity in listed] if isinstance(listed, list) else []
    known = [flow for flow in flows if flow is not None]
    if not known:
        raise ProblemError(SampleUnreadable(file=str(file), fault="no flow with `id` and `name`, and no input schema"))
    return known
