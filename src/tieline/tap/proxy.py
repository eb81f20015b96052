"""The tap: passes every request on as it is, and says what is wrong with the launches that fail."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from tieline.diagnosis.finding import Diagnosis
from tieline.domain.clock import Clock
from tieline.problems.base import Problem
from tieline.problems.tap import AnswerLost, UpstreamUnreachable
from tieline.tap.headers import DIAGNOSIS, Pairs, diagnosis_header, forwarded, in_one_case, read_pairs
from tieline.tap.judge import Judge, Say, exchange_of, failed, faulty, judged, said_of
from tieline.tap.options import TapOptions, loopback
from tieline.tap.record import Line, Recorder, line_of
from tieline.tap.refusal import PROBLEM_JSON, alone, document, stopped
from tieline.tap.seen import Capture, Endpoint, Seen, locate

LINE_MAX = 131_072
"""The longest request line or header: longer than any server of the platform takes, so that it refuses, not the tap."""
STOP_SECONDS = 2.0
_AUTOMATIC = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_FAULTS = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError, ValueError)
"""What fails before a byte of the request has left; after anything else it may have arrived."""
_NO_LINGER = struct.pack("ii", 1, 0)
"""Makes the end of a connection a reset (socket(7), SO_LINGER)."""


class _Answer(web.StreamResponse):
    """An answer with the headers it was given, and none that aiohttp would add for a server of its own."""

    async def _prepare_headers(self) -> None:
        added = [name for name in ("Server", "Date", "Content-Type") if name not in self.headers]
        await super()._prepare_headers()
        for name in added:
            self.headers.pop(name, None)


class Tap:
    """One proxy. `await start()` gives its port, `await stop()` ends it; it belongs to the loop it was started in."""

    def __init__(self, options: TapOptions, *, judge: Judge, say: Say, clock: Clock, line: Line = line_of) -> None:
        """Take the judge, who is told of what failed, and what writes an exchange. Raises `ProblemError` (TL684) when others could
        reach it.
        """
        self._line = line
        self._options = options
        self._host = loopback(options.host)
        self._judge = judge
        self._say = say
        self._clock = clock
        self._ids = (f"{clock():x}-{number}" for number in itertools.count(1))
        self._recorder: Recorder | None = None
        self._session: aiohttp.ClientSession | None = None
        self._web: web.Server | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; gives the port. Raises `OSError` when the address cannot be had, `ProblemError` (TL682)."""
        if self._options.record is not None:
            self._recorder = Recorder(self._options.record, self._options, self._line)
        self._web = web.Server(
            self._handle,
            handler_cancellation=True,
            auto_decompress=False,
            access_log=None,
            max_line_size=LINE_MAX,
            max_field_size=LINE_MAX,
            max_headers=1_000,
        )
        self._server = await asyncio.get_running_loop().create_server(self._web, self._host, self._options.port, backlog=1_024)
        self._session = _open_session(self._options)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Let what is under way end, for a short while; harmless when it is not running."""
        if self._server is not None and self._web is not None:
            self._server.close()
            self._web.pre_shutdown()
            await self._web.shutdown(STOP_SECONDS)
        if self._session is not None:
            await self._session.close()
        if self._recorder is not None:
            await self._recorder.stop()
        self._server = self._web = self._session = self._recorder = None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        start, seen = time.perf_counter(), self._begin(request)
        try:
            return await self._pass(request, seen)
        finally:
            seen.ms = (time.perf_counter() - start) * 1_000
            if self._recorder is not None:
                self._recorder.put(seen)

    def _begin(self, request: web.BaseRequest) -> Seen:
        url, endpoint = locate(self._options.target, request.raw_path)
        kept = self._options.keep_all or endpoint is not Endpoint.OTHER
        return Seen(
            id=next(self._ids),
            time_ms=self._clock(),
            endpoint=endpoint,
            method=request.method,
            url=url,
            request_headers=_rehosted(read_pairs(request.raw_headers), url),
            request=Capture(self._options.keep_bytes) if kept else None,
        )

    async def _pass(self, request: web.BaseRequest, seen: Seen) -> web.StreamResponse:
        if request.method == "CONNECT":
            return await self._unreachable(
                request, seen, "CONNECT is not passed on; use the SDK's gateway settings, not its proxy"
            )
        if request.headers.get("Expect", "").casefold() == "100-continue" and request.body_exists:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        held: list[bytes] = []
        if self._options.enforce and seen.endpoint is Endpoint.LAUNCH:
            held = await _held_request(request, seen.request, self._options.keep_bytes)
            diagnosis = judged(self._judge, seen)
            if diagnosis is not None and faulty(diagnosis):
                return await self._stop_launch(request, seen, diagnosis)
        answer = _Answer()
        try:
            return await self._forward(request, seen, held, answer)
        except _FAULTS as fault:
            if isinstance(fault, _NOT_SENT) and not answer.prepared:
                return await self._unreachable(request, seen, _told(fault))
            self._lost(seen, fault)
            _end(request, reset=getattr(fault, "errno", None) == errno.ECONNRESET)
            return answer

    async def _forward(self, request: web.BaseRequest, seen: Seen, held: list[bytes], answer: _Answer) -> web.StreamResponse:
        assert self._session is not None
        if seen.request is not None and not request.body_exists:
            seen.request.ended = True
        async with self._session.request(
            request.method,
            URL(seen.url, encoded=True),
            headers=CIMultiDict(in_one_case(forwarded(seen.request_headers, "host", "expect"))),
            data=_sent(request, seen.request, held) if request.body_exists else None,
            skip_auto_headers=_AUTOMATIC,
            allow_redirects=False,
        ) as upstream:
            return await self._answer(request, seen, upstream, answer)

    async def _answer(
        self, request: web.BaseRequest, seen: Seen, upstream: aiohttp.ClientResponse, answer: _Answer
    ) -> web.StreamResponse:
        seen.status, seen.response_headers = upstream.status, read_pairs(upstream.raw_headers)
        refused = upstream.status >= 400
        launch = seen.endpoint is Endpoint.LAUNCH
        if self._options.keep_all or launch or (seen.endpoint is Endpoint.TOKEN and refused):
            seen.response = Capture(self._options.keep_bytes)
        headers, held = forwarded(seen.response_headers), list[bytes]()
        if seen.response is not None and refused:
            held = await _held_answer(upstream, seen.response, self._options.hold_ms / 1_000)
            headers += self._explained(seen)
        answer.set_status(upstream.status, upstream.reason or "")
        answer.headers.extend(headers)
        await answer.prepare(request)
        for part in held:
            await answer.write(part)
        async for part in upstream.content.iter_any():
            if seen.response is not None:
                seen.response.add(part)
            await answer.write(part)
        await answer.write_eof()
        if seen.response is not None and not refused:
            seen.response.ended = True
            self._explained(seen)
        return answer

    def _explained(self, seen: Seen) -> Pairs:
        """Have an exchange judged, tell who listens, and give the header that says it; none when nothing is wrong."""
        diagnosis = judged(self._judge, seen)
        if diagnosis is None or not failed(seen, diagnosis):
            return []
        self._say(said_of(seen, diagnosis))
        value = diagnosis_header(diagnosis)
        return [(DIAGNOSIS, value)] if value else []

    async def _stop_launch(self, request: web.BaseRequest, seen: Seen, diagnosis: Diagnosis) -> web.StreamResponse:
        self._say(said_of(seen, diagnosis, stopped=True))
        return await self._own(request, seen, document(stopped(diagnosis), 400, seen, diagnosis.findings), 400, diagnosis)

    async def _unreachable(self, request: web.BaseRequest, seen: Seen, fault: str) -> web.StreamResponse:
        problem = UpstreamUnreachable(url=self._where(seen), fault=fault)
        return await self._own(request, seen, document(problem, 502, seen), 502, self._said(seen, problem))

    def _lost(self, seen: Seen, fault: Exception) -> None:
        if seen.status is None:
            self._said(seen, AnswerLost(url=self._where(seen), fault=_told(fault)))

    def _said(self, seen: Seen, problem: Problem) -> Diagnosis:
        """Tell who listens of a problem that stands for the whole exchange."""
        diagnosis = alone(problem, Diagnosis(exchange=exchange_of(seen), sound=False, cannot_tell=False, findings=()))
        self._say(said_of(seen, diagnosis))
        return diagnosis

    def _where(self, seen: Seen) -> str:
        target = self._options.target
        return target.api if seen.url.startswith(target.api) else target.login

    async def _own(
        self, request: web.BaseRequest, seen: Seen, body: bytes, status: int, diagnosis: Diagnosis
    ) -> web.StreamResponse:
        """Give an answer of the tap's own, and record it as the answer there was."""
        headers = [("Content-Type", PROBLEM_JSON), (DIAGNOSIS, diagnosis_header(diagnosis))]
        seen.status, seen.response_headers, seen.response = status, headers, Capture(self._options.keep_bytes)
        seen.response.add(body)
        seen.response.ended = True
        return web.Response(status=status, body=body, headers=CIMultiDict(headers))


def _end(request: web.BaseRequest, *, reset: bool) -> None:
    """End the service's connection as the other side ended its own: no part of an answer may be taken for a whole one."""
    if request.transport is None:
        return
    if reset and (sock := request.transport.get_extra_info("socket")) is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    request.transport.abort()


def _open_session(options: TapOptions) -> aiohttp.ClientSession:
    """Open the one session: it keeps no cookies, adds no header, follows and repeats nothing."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=options.connect_ms / 1_000),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=not options.target.local,
        max_line_size=LINE_MAX,
        max_field_size=LINE_MAX,
    )
    # aiohttp repeats idempotent requests on a connection that was closed; what is repeated is the service's business.
    session._retry_connection = False
    return session


def _rehosted(pairs: Pairs, url: str) -> Pairs:
    host = url.partition("://")[2].partition("/")[0]
    return [(name, host if name.casefold() == "host" else value) for name, value in pairs]


async def _sent(request: web.BaseRequest, kept: Capture | None, held: Sequence[bytes]) -> AsyncIterator[bytes]:
    """Give the request's body part by part; what was held first. `held` is in the copy already."""
    for part in held:
        yield part
    async for part in request.content.iter_any():
        if kept is not None:
            kept.add(part)
        yield part
    if kept is not None:
        kept.ended = True


async def _held_request(request: web.BaseRequest, kept: Capture | None, limit: int) -> list[bytes]:
    """Read a launch's body before it leaves, as much as is kept at most."""
    assert kept is not None
    held: list[bytes] = []
    while not kept.ended and kept.size <= limit:
        if part := await request.content.readany():
            held.append(part)
            kept.add(part)
        kept.ended = not part or request.content.at_eof()
    return held


async def _held_answer(upstream: aiohttp.ClientResponse, kept: Capture, seconds: float) -> list[bytes]:
    """Read the answer of a failed launch before its head goes out, bounded in size and time."""
    held: list[bytes] = []
    with suppress(TimeoutError, aiohttp.ClientPayloadError):  # cut off: the rest of it says so again
        async with asyncio.timeout(seconds):
            while not kept.ended and not kept.over:
                part = await upstream.content.readany()
                held.append(part)
                kept.add(part)
                kept.ended = upstream.content.at_eof()
    return held


def _told(fault: Exception) -> str:
    """Name what failed, without anything of the request."""
    match fault:
        case aiohttp.ClientConnectorDNSError():
            return "the name cannot be resolved"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate was not accepted"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return "no TLS session came about"
        case TimeoutError():
            return "no connection in time"
        case aiohttp.ServerDisconnectedError():
            return "the connection was closed before an answer"
        case aiohttp.ClientPayloadError():
            return "the answer was cut off"
        case aiohttp.ClientResponseError():
            return "the answer is not HTTP"
        case OSError() if fault.errno:
            return _strerror(fault)
        case _:
            return type(fault).__name__


def _strerror(fault: OSError) -> str:
    return os.strerror(fault.errno or 0).lower() if (fault.errno or 0) > 0 else type(fault).__name__
