"""Builds a twin, with the one engine to explain its refusals; serves a recording, and holds the twin against one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from tieline.app.clock import system_clock
from tieline.app.stopping import Stopping
from tieline.diagnosis.diagnose import diagnose
from tieline.diagnosis.sent import judge_sent
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange
from tieline.domain.flow import Flow
from tieline.problems.base import ProblemError
from tieline.problems.doors import CannotListen
from tieline.problems.twin import RecordingUnreadable, TwinFaults, TwinSeed, TwinSetting
from tieline.twin.faults.fault import PRESETS, Fault, FaultError, checked, preset, read_scenario
from tieline.twin.flows import TwinFlow
from tieline.twin.options import Sent, TwinOptions, Window
from tieline.twin.replaying.grading import Grade, grade
from tieline.twin.replaying.recording import Recorded, RecordingError, read_recording
from tieline.twin.replaying.replay import Replay
from tieline.twin.seed import SeedError
from tieline.twin.server import Twin
from tieline.twin.serving import Serving
from tieline.twin.settings import read as read_settings


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """How a twin is to run.

    `limit` is requests a minute for each token, `run_ms` how long a run takes, `explain` whether a refusal's header names the faults.
    `faults` are presets by name and scenario files, `fault_seed` what their chance begins with. `settings` are fields of
    `tieline.twin.options.Strictness` by name, as text; `window` is how the limit's minute is laid.
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: Path | None = None
    limit: int = 300
    token_limit: int = 0
    token_life_s: int = 86_400
    window: str = "first-request"
    run_ms: int = 1000
    explain: bool = True
    faults: tuple[str, ...] = ()
    fault_seed: int = 1
    settings: Mapping[str, str] = {}


class Stand:
    """A running twin, or a recording that is served, until a signal asks it to stop."""

    def __init__(self, ready: Callable[[], dict[str, Any]], stopping: Stopping) -> None:
        """Take what says where it is, and the stop it waits for."""
        self.ready = ready
        self._stopping = stopping

    async def stopped(self) -> None:
        """Return when a signal asks for a stop."""
        await self._stopping.event.wait()


@asynccontextmanager
async def run_twin(running: Running) -> AsyncIterator[Stand]:
    """Start a twin, with the one engine to explain its refusals, and stop it when the block ends. Raises TL110 and TL570 to TL572."""
    twin = await start_twin(_options(running))
    try:
        yield Stand(twin.ready, Stopping())
    finally:
        await twin.stop()


@asynccontextmanager
async def run_replay(file: Path, host: str, port: int) -> AsyncIterator[Stand]:
    """Serve a recording until the block ends. Raises TL573 and TL110."""
    recorded = _recorded(file)
    serving = Serving(Replay(recorded), host, port)
    await _started(serving.start(), host, port)
    try:
        yield Stand(lambda: {"url": serving.url, "replay": str(file), "exchanges": len(recorded)}, Stopping())
    finally:
        await serving.stop()


async def grade_recording(file: Path) -> list[Grade]:
    """Hold a fresh twin against a recording. Raises TL573."""
    return await grade(_recorded(file), clock=system_clock(), new_id=uuids(os.urandom))


def _recorded(file: Path) -> tuple[Recorded, ...]:
    try:
        return read_recording(file)
    except RecordingError as fault:
        raise ProblemError(RecordingUnreadable(fault=str(fault))) from None


async def _started(start: Coroutine[Any, Any, None], host: str, port: int) -> None:
    try:
        await start
    except OSError as fault:
        raise ProblemError(CannotListen(address=f"{host}:{port}")) from fault


def _options(running: Running) -> TwinOptions:
    try:
        strict = read_settings(running.settings)
        window = Window(running.window)
    except ValueError as fault:
        raise ProblemError(TwinSetting(fault=str(fault))) from None
    return TwinOptions(
        host=running.host,
        port=running.port,
        seed=running.seed,
        limit=running.limit,
        token_limit=running.token_limit,
        token_life_s=running.token_life_s,
        window=window,
        run_ms=running.run_ms,
        explain_header=running.explain,
        faults=read_faults(running.faults),
        fault_seed=running.fault_seed,
        strict=strict,
    )


def read_faults(given: Sequence[Mapping[str, Any] | str]) -> tuple[Fault, ...]:
    """Read faults: in the words of a scenario, presets by name, or scenario files. Raises TL571."""
    try:
        return tuple(fault for one in given for fault in _faults(one))
    except FaultError as fault:
        raise ProblemError(TwinFaults(fault=str(fault))) from None


def _faults(one: Mapping[str, Any] | str) -> tuple[Fault, ...]:
    if not isinstance(one, str):
        return checked([dict(one)])
    return preset(one) if one in PRESETS or not Path(one).exists() else read_scenario(Path(one))


async def start_twin(options: TwinOptions) -> Twin:
    """Start a twin in this loop and leave signals alone; whoever asked for it stops it. Raises TL110 and TL570."""
    try:
        twin = Twin(
            options,
            clock=system_clock(),
            new_id=uuids(os.urandom),
            explain=lambda sent, flows: explain_refusal(sent, KnownFlows(flows)),
        )
    except SeedError as fault:
        raise ProblemError(TwinSeed(fault=str(fault))) from None
    await _started(twin.start(), options.host, options.port)
    return twin


def uuids(draw: Callable[[int], bytes]) -> Callable[[], str]:
    """Give a maker of random ids (UUIDs of version 4, RFC 9562); `draw(n)` gives n random bytes, asked for many ids at once."""
    drawn, at = "", 0

    def new_id() -> str:
        nonlocal drawn, at
        if at == len(drawn):
            drawn, at = draw(_ID_BYTES * _IDS_DRAWN).hex(), 0
        some = drawn[at : at + 2 * _ID_BYTES]
        at += 2 * _ID_BYTES
        return f"{some[:8]}-{some[8:12]}-4{some[13:16]}-{_VARIANT[some[16]]}{some[17:20]}-{some[20:]}"

    return new_id


_ID_BYTES, _IDS_DRAWN = 16, 256
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_READ: WeakKeyDictionary[TwinFlow, Flow] = WeakKeyDictionary()


class KnownFlows(Mapping[str, Flow]):
    """The flows of a twin's org as the engine knows flows; each is read when it is asked for, and kept with the twin's own."""

    def __init__(self, flows: Mapping[str, TwinFlow]) -> None:
        """Take the twin's flows, by id."""
        self._flows = flows

    def __getitem__(self, id: str) -> Flow:
        """Give one; raises `KeyError`."""
        flow = self._flows[id]
        if flow not in _READ:
            _READ[flow] = Flow(
                id=flow.id, name=flow.name, type=flow.type, published=flow.published, input_schema=flow.input_schema
            )
        return _READ[flow]

    def __iter__(self) -> Iterator[str]:
        """Give the ids."""
        return iter(self._flows)

    def __len__(self) -> int:
        """Count them."""
        return len(self._flows)


def explain_refusal(sent: Sent, flows: Mapping[str, Flow]) -> list[str]:
    """Name every fault of a refused launch, a line each, from the one engine."""
    if sent.body is not None and sent.status in {400, 404} and sent.code != "bad.request":
        found = judge_sent(msgspec.json.decode(sent.body), flows)
    else:
        found = [one.finding for one in diagnose(_exchange(sent), flows).findings]
    return [one.said for one in found]


def _exchange(sent: Sent) -> Exchange:
    """Give a refused launch as the engine knows exchanges; nothing in it was blotted out."""
    headers = tuple((name.decode("latin-1"), value) for name, value in sent.headers.items())
    body = None if sent.body is None else sent.body.decode("utf-8", "replace")
    return Exchange(
        id="",
        form="exchange-sent",
        request=CapturedRequest(method=sent.method, url=sent.path, headers=headers, whole=True, body=body),
        answer=CapturedAnswer(status=sent.status, body=msgspec.json.encode(sent.answer).decode()),
    )
