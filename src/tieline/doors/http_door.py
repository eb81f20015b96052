"""The HTTP door: webhooks and REST, one bare ASGI application on uvicorn."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import msgspec
import structlog
import uvicorn

from tieline.domain.clock import Clock
from tieline.doors.accepting import Accepting
from tieline.doors.http_calls import Calls
from tieline.doors.http_message import (
    Answer,
    CallerGoneError,
    Receive,
    Request,
    Scope,
    Send,
    encode,
    problem_answer,
    request_of,
    send_answer,
)
from tieline.doors.http_protocol import Door, DoorProtocol
from tieline.doors.http_webhooks import Webhooks
from tieline.doors.openapi import document
from tieline.doors.options import DoorOptions
from tieline.doors.source_options import SourceOptions
from tieline.doors.translate_json import PROBLEM_JSON
from tieline.problems.base import ProblemError
from tieline.problems.bugs import Bug
from tieline.problems.doors import CannotListen, DoorBusy, Stopping
from tieline.problems.http import NoSuchPath, NotHttp, WrongMethod
from tieline.queue.port import Queue

log = structlog.get_logger("tieline.http")

Handler: TypeAlias = Callable[[Request, str], Awaitable[Answer]]


class HttpDoor(Door):
    """Webhooks at `/v1/events/{source}`, launches at `/v1/launches`, and what operators ask."""

    def __init__(
        self,
        options: DoorOptions,
        sources: Sequence[SourceOptions],
        accept: Accepting,
        queue: Queue,
        *,
        clock: Clock,
        ready: Callable[[], Mapping[str, bool]],
        dispatching: bool = True,
    ) -> None:
        """Take the door's settings, the senders of webhooks, and whom it asks. `ready` names what a ready gateway needs;
        `dispatching` says whether launches are sent at all.
        """
        self._options = options
        self._calls = Calls(options, accept, queue, clock)
        self._webhooks = Webhooks(options, sources, accept, clock)
        self._queue = queue
        self._ready = ready
        self._dispatching = dispatching
        self._in_flight = 0
        self._requests = 0
        self._trace = secrets.token_hex(6)  # drawn once: the count tells the requests of one door apart
        self._stopping = False
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Bind and serve; gives the port. Raises `ProblemError` (TL110) when the address cannot be bound."""
        bound = _bind(self._options)
        config = uvicorn.Config(
            self,
            lifespan="off",
            ws="none",
            http=DoorProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=max(1, self._options.drain_ms // 1000),
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[bound]), name="http door")
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({ready, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        if self._serving.done():
            ready.cancel()
            await self._serving
        return int(bound.getsockname()[1])

    async def stop(self) -> None:
        """Take no more, finish what is under way within `drain_ms`, and end."""
        self._stopping = True
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving

    # -- ASGI --------------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever happens, there is an answer."""
        if scope["type"] != "http":
            return
        trace = self._new_trace()
        try:
            answer = await self._admit(request_of(scope, receive), trace)
        except CallerGoneError:
            return
        except ProblemError as error:
            answer = problem_answer(error.problems[0], trace)
        except Exception:
            log.exception("a request failed", trace_id=trace, code="TL901", method=scope["method"])
            answer = problem_answer(Bug(trace_id=trace), trace)
        await send_answer(answer, scope, send)

    def unread(self, begins: str) -> bytes:
        """Give the whole answer to what cannot be read as a request (TL142), and tell the operator."""
        problem, trace = NotHttp(begins=begins), self._new_trace()
        log.warning("no request", trace_id=trace, code=problem.code, begins=begins or None)
        answer = problem_answer(problem, trace)
        body = encode(answer.value)
        head = f"HTTP/1.1 {answer.status} Bad Request\r\ncontent-type: {PROBLEM_JSON}\r\ncontent-length: {len(body)}"
        return f"{head}\r\nconnection: close\r\n\r\n".encode() + body

    def _new_trace(self) -> str:
        self._requests += 1
        return f"{self._trace}{self._requests:x}"

    async def _admit(self, request: Request, trace: str) -> Answer:
        if request.path in ("/healthz", "/readyz", "/openapi.json"):
            return await self._route(request, trace)
        if self._stopping:
            raise ProblemError(Stopping())
        if self._in_flight >= self._options.max_in_flight:
            raise ProblemError(DoorBusy(limit=self._options.max_in_flight))
        self._in_flight += 1
        try:
            return await self._route(request, trace)
        finally:
            self._in_flight -= 1

    async def _route(self, request: Request, trace: str) -> Answer:
        if request.path.startswith("/v1/events/"):
            return await self._methods(request, trace, POST=self._webhooks.publish)
        if request.path == "/v1/launches":
            return await self._methods(request, trace, POST=self._calls.launch, GET=self._calls.list)
        if request.path.startswith("/v1/launches/") and request.path.endswith(":cancel"):
            return await self._methods(request, trace, POST=self._calls.cancel)
        if request.path.startswith("/v1/launches/") and request.path.endswith(":replay"):
            return await self._methods(request, trace, POST=self._calls.replay)
        if request.path.startswith("/v1/launches/"):
            return await self._methods(request, trace, GET=self._calls.get)
        plain = {"/healthz": self._health, "/readyz": self._readiness, "/openapi.json": self._openapi}.get(request.path)
        if plain is not None:
            return await self._methods(request, trace, GET=plain)
        raise ProblemError(NoSuchPath())

    @staticmethod
    async def _methods(request: Request, trace: str, **handlers: Handler) -> Answer:
        method = "GET" if request.method == "HEAD" else request.method
        handler = handlers.get(method)
        if handler is None:
            allowed = ", ".join([*handlers, "HEAD"] if "GET" in handlers else handlers)
            answer = problem_answer(WrongMethod(seen=request.method[:16], allowed=allowed), trace)
            return msgspec.structs.replace(answer, headers=((b"allow", allowed.encode()),))
        return await handler(request, trace)

    # -- operators ---------------------------------------------------------------------------------------------------

    async def _health(self, request: Request, trace: str) -> Answer:
        return Answer(status=200, value={"status": "serving"})

    async def _readiness(self, request: Request, trace: str) -> Answer:
        """Ready once the store answers and the flows are known; names what is missing."""
        needs = dict(self._ready())
        ready = all(needs.values()) and not self._stopping
        said = {
            "ready": ready,
            "needs": needs,
            "dispatching": self._dispatching,
            "receipt_means": self._queue.durability.value,
            "launches": await self._queue.counts(),
        }
        return Answer(status=200 if ready else 503, value=said)

    async def _openapi(self, request: Request, trace: str) -> Answer:
        return Answer(status=200, value=document())


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals are the app's. `ready` is set once it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _bind(options: DoorOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio turns Nagle off only where this is named
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((options.host, options.port))
        bound.listen(2048)
    except OSError as fault:
        bound.close()
        address = f"{options.host}:{options.port}"
        raise ProblemError(CannotListen(address=address)) from fault
    bound.setblocking(False)
    return bound
