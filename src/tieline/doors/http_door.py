"""The HTTP door: webhooks and REST, one bare ASGI application on uvicorn."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import structlog
import uvicorn

from tieline.domain.clock import Clock
from tieline.domain.launch import Receipt, State
from tieline.doors import http_query as asked
from tieline.doors.http_protocol import Door, DoorProtocol
from tieline.doors.json_body import read_json
from tieline.doors.openapi import document
from tieline.doors.options import DoorOptions
from tieline.doors.signature import verify
from tieline.doors.source_options import SourceOptions
from tieline.doors.status import STATUS, kind_of_refusal
from tieline.doors.translate_json import (
    PROBLEM_JSON,
    launch_json,
    problem_document,
    receipt_json,
    refusal_document,
    valid_json,
)
from tieline.doors.webhook import check_sources, is_json, read_events
from tieline.handoff.accept import Accept
from tieline.handoff.verdict import Refused, Submission, Valid
from tieline.preflight.caller_form import read_request
from tieline.problems.base import Kind, Problem, ProblemError
from tieline.problems.bugs import Bug
from tieline.problems.doors import CannotListen, DoorBusy, LaunchUnknown, NotCancellable, Stopping, Unauthenticated
from tieline.problems.http import (
    BodySlow,
    BodyTooLarge,
    NoSuchPath,
    NotHttp,
    UnknownSource,
    WrongContentEncoding,
    WrongContentType,
    WrongMethod,
)
from tieline.queue.port import Queue

log = structlog.get_logger("tieline.http")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON = b"application/json"
_encode = msgspec.json.Encoder(enc_hook=str).encode


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back: a status, a JSON value, and headers beside the usual ones."""

    status: int
    value: Any
    headers: tuple[tuple[bytes, bytes], ...] = ()
    kind: bytes = _JSON


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What came in, without its body. Header names are lower case; of a header that comes twice, the values joined by a comma."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    receive: Receive


Handler = Callable[[Request, str], Awaitable[Answer]]


class CallerGoneError(Exception):
    """The caller went away before its body was whole; nobody waits for an answer."""


class HttpDoor(Door):
    """Webhooks at `/v1/events/{source}`, launches at `/v1/launches`, and what operators ask."""

    def __init__(
        self,
        options: DoorOptions,
        sources: Sequence[SourceOptions],
        accept: Accept,
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
        self._sources = {source.name: source for source in sources}
        self._accept = accept
        self._queue = queue
        self._clock = clock
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
            answer = await self._admit(_request(scope, receive), trace)
        except CallerGoneError:
            return
        except ProblemError as error:
            answer = _refuse(error.problems[0], trace)
        except Exception:
            log.exception("a request failed", trace_id=trace, code="TL901", method=scope["method"])
            answer = _refuse(Bug(trace_id=trace), trace)
        await _send(send, scope, answer)

    def unread(self, begins: str) -> bytes:
        """Give the whole answer to what cannot be read as a request (TL142), and tell the operator."""
        problem, trace = NotHttp(begins=begins), self._new_trace()
        log.warning("no request", trace_id=trace, code=problem.code, begins=begins or None)
        answer = _refuse(problem, trace)
        body = _encode(answer.value)
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
            return await self._methods(request, trace, POST=self._webhook)
        if request.path == "/v1/launches":
            return await self._methods(request, trace, POST=self._launch, GET=self._list)
        if request.path.startswith("/v1/launches/") and request.path.endswith(":cancel"):
            return await self._methods(request, trace, POST=self._cancel)
        if request.path.startswith("/v1/launches/") and request.path.endswith(":replay"):
            return await self._methods(request, trace, POST=self._replay)
        if request.path.startswith("/v1/launches/"):
            return await self._methods(request, trace, GET=self._get)
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
            answer = _refuse(WrongMethod(seen=request.method[:16], allowed=allowed), trace)
            return msgspec.structs.replace(answer, headers=((b"allow", allowed.encode()),))
        return await handler(request, trace)

    # -- webhooks ----------------------------------------------------------------------------------------------------

    async def _webhook(self, request: Request, trace: str) -> Answer:
        source = self._sources.get(request.path.removeprefix("/v1/events/"))
        try:
            if source is None:
                raise ProblemError(UnknownSource())
            return await self._publish(source, request, trace)
        except ProblemError as error:
            _log_refusal(error.problems[0], source, trace)
            raise

    async def _publish(self, source: SourceOptions, request: Request, trace: str) -> Answer:
        body = await self._body(request, min(source.max_bytes, self._options.max_bytes))
        verify(source, request.headers, body, self._clock())
        events = read_events(source, request.headers, request.query, body, self._options.max_depth)
        check_sources(events, source, self._sources)
        answers = await self._accept.events(events)
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        if refused:
            return _refusal(refused[0], trace)
        receipts = [answer for answer in answers if isinstance(answer, Receipt)]
        status = 200 if all(receipt.repeated for receipt in receipts) else 202
        said = [receipt_json(receipt) for receipt in receipts]
        return Answer(status=status, value=said[0] if len(said) == 1 else {"receipts": said})

    async def _body(self, request: Request, limit: int) -> bytes:
        """Read a body within the door's time. Raises TL130 and TL141."""
        try:
            async with asyncio.timeout(self._options.body_ms / 1000):
                return await _read_body(request, limit)
        except TimeoutError:
            raise ProblemError(BodySlow(limit_ms=self._options.body_ms)) from None

    # -- launches ----------------------------------------------------------------------------------------------------

    async def _launch(self, request: Request, trace: str) -> Answer:
        self._authenticate(request)
        submission, validate_only = await self._submission(request)
        if validate_only:
            verdict = self._accept.validate(submission)
            return Answer(status=200, value=valid_json(verdict)) if isinstance(verdict, Valid) else _refusal(verdict, trace)
        answer = await self._accept.launch(submission)
        if isinstance(answer, Refused):
            return _refusal(answer, trace)
        place = ((b"location", f"/v1/launches/{answer.id}".encode()),)
        return Answer(status=200 if answer.repeated else 202, value=receipt_json(answer), headers=place)

    async def _submission(self, request: Request) -> tuple[Submission, bool]:
        query = request.query
        asked.check_names(query, asked.LAUNCH_PARAMETERS)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if (encoding := request.headers.get("content-encoding", "identity").strip().lower()) != "identity":
            raise ProblemError(WrongContentEncoding(seen=encoding[:64]))
        if not is_json(kind):
            raise ProblemError(WrongContentType(seen=kind[:64], allowed="`application/json`"))
        body = read_json(await self._body(request, self._options.max_bytes), self._options.max_depth)
        launch_request, findings = read_request(body)
        submission = Submission(
            request=launch_request,
            request_id=query.get("request_id") or request.headers.get("idempotency-key", "").strip('" '),
            environment=query.get("environment", ""),
            ordering_key=query.get("ordering_key", ""),
            priority=asked.whole(query, "priority", 0),
            expire_time=asked.time_ms(query, "expire_time"),
            follow_ms=asked.seconds_ms(query, "follow"),
            findings=findings,
        )
        return submission, asked.flag(query, "validate_only")

    async def _list(self, request: Request, trace: str) -> Answer:
        self._authenticate(request)
        asked.check_names(request.query, asked.LIST_PARAMETERS)
        limit, before = asked.page_size(request.query), asked.read_token(request.query)
        page = await self._queue.list(asked.list_filter(request.query), limit=limit, before=before)
        launches = [launch_json(launch) for launch in page.launches]
        return Answer(status=200, value={"launches": launches, "next_page_token": asked.write_token(page.next_before) or ""})

    async def _get(self, request: Request, trace: str) -> Answer:
        self._authenticate(request)
        id = request.path.removeprefix("/v1/launches/")
        launch = await self._queue.get(id)
        if launch is None:
            raise ProblemError(LaunchUnknown(id=id[:64]))
        return Answer(status=200, value=launch_json(launch))

    async def _cancel(self, request: Request, trace: str) -> Answer:
        self._authenticate(request)
        id = request.path.removeprefix("/v1/launches/").removesuffix(":cancel")
        launch = await self._queue.cancel(id, now=self._clock())
        if launch is None:
            raise ProblemError(LaunchUnknown(id=id[:64]))
        if launch.state is not State.CANCELLED:
            raise ProblemError(NotCancellable(id=id, state=launch.state))
        return Answer(status=200, value=launch_json(launch))

    async def _replay(self, request: Request, trace: str) -> Answer:
        self._authenticate(request)
        asked.check_names(request.query, asked.REPLAY_PARAMETERS)
        id = request.path.removeprefix("/v1/launches/").removesuffix(":replay")
        answer = await self._accept.replay(id, may_repeat=asked.flag(request.query, "may_repeat"))
        return _refusal(answer, trace) if isinstance(answer, Refused) else Answer(status=200, value=launch_json(answer))

    def _authenticate(self, request: Request) -> None:
        """Hold the bearer token against every token in force, in constant time. Raises TL101."""
        if not self._options.tokens:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if not given:
            raise ProblemError(Unauthenticated(seen="no bearer token"))
        fits = False
        for token in self._options.tokens:
            fits |= hmac.compare_digest(token.reveal().encode(), given.strip().encode())
        if not fits or scheme.lower() != "bearer":
            raise ProblemError(Unauthenticated(seen="a token that is not one of them"))

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


def _log_refusal(problem: Problem, source: SourceOptions | None, trace: str) -> None:
    """Tell the operator, since no person reads what a webhook is answered: the code and the place, nothing of what came in.

    Not overload: a line for each would only add to it, and the sender comes again.
    """
    if problem.kind not in (Kind.OVERLOADED, Kind.UNAVAILABLE):
        name = source.name if source else None
        log.warning("webhook refused", trace_id=trace, source=name, code=problem.code, reason=problem.reason)


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


def _request(scope: Scope, receive: Receive) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    raw = scope["query_string"]
    query = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)) if raw else {}
    return Request(method=scope["method"], path=scope["path"], headers=headers, query=query, receive=receive)


async def _read_body(request: Request, limit: int) -> bytes:
    """Read the body, and stop where it passes the limit. Raises TL130."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced[:18]) > limit:
        raise ProblemError(BodyTooLarge(limit=limit))
    parts: list[bytes] = []
    size = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise CallerGoneError
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise ProblemError(BodyTooLarge(limit=limit))
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else parts[0]


def _refuse(problem: Problem, trace: str) -> Answer:
    status = STATUS[problem.kind][1]
    headers: list[tuple[bytes, bytes]] = []
    if (wait := getattr(problem, "retry_after_ms", None)) is not None:
        headers.append((b"retry-after", str(max(1, -(-wait // 1000))).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status in {408, 413}:  # the rest of the body is not wanted
        headers.append((b"connection", b"close"))
    return Answer(
        status=status, value=problem_document(problem, status, trace), headers=tuple(headers), kind=PROBLEM_JSON.encode()
    )


def _refusal(refused: Refused, trace: str) -> Answer:
    status = STATUS[kind_of_refusal(refused.findings)][1]
    return Answer(status=status, value=refusal_document(refused.findings, status, trace), kind=PROBLEM_JSON.encode())


async def _send(send: Send, scope: Scope, answer: Answer) -> None:
    body = _encode(answer.value)
    headers = [(b"content-type", answer.kind), (b"content-length", str(len(body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
