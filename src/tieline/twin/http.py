"""The twin over HTTP: a bare ASGI application. It reads, asks the deciding modules, and writes; it decides nothing itself.

Every request gets an answer: a body that does not come is 408, one that is too large 413, a path nobody knows 404, a wrong
method 405 with `Allow`, what is no HTTP 400. Beside the cloud's paths it has its own below `/_twin/` (`twin.control`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import structlog

from tieline.contract import limits
from tieline.contract.operations import LAUNCH, TOKEN
from tieline.twin import striking
from tieline.twin.admitting import bearer
from tieline.twin.answer import Answer
from tieline.twin.answering import Answering, Request, refused
from tieline.twin.bodies import CLOSE, GoneError, Message, Receive, check_whole
from tieline.twin.conduct import UNKNOWN
from tieline.twin.control.plane import PREFIX, Asking, Plane
from tieline.twin.control.wrong import Wrong
from tieline.twin.control.wrong import answer as refused_call
from tieline.twin.journal import Exchange
from tieline.twin.options import Explain, Rule
from tieline.twin.protocol import TRANSPORT, Served
from tieline.twin.reading import Refused
from tieline.twin.refusal import Refusal
from tieline.twin.secrets import hidden, in_head
from tieline.twin.spaces import Spaces
from tieline.twin.state import State
from tieline.twin.striking import BrokenError

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

CACHE_CONTROL = "no-cache, no-store, must-revalidate"
_PLATFORM_HEADERS = ((b"cache-control", CACHE_CONTROL.encode()),)
MESSAGE_MAX = 300
"""How much of a refusal's message the journal keeps, in characters."""
PATH_MAX = 200
"""How much of a path the journal keeps, in characters."""
_FIXED = frozenset({LAUNCH.path, TOKEN.path})
"""Paths that hold nothing but their own words."""
_log = structlog.get_logger("tieline.twin")


class Application(Served):
    """The ASGI application over the namespaces."""

    def __init__(self, spaces: Spaces, explain: Explain | None, *, header: bool = True, patience_s: float = 10.0) -> None:
        """Serve these namespaces; `explain` names the faults of a refused launch, in the journal and (`header`) in a header."""
        self._spaces = spaces
        self.patience_s = patience_s
        self._answering = Answering(spaces, explain, header=header)
        self._plane = Plane(spaces)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the twin speaks HTTP, not {scope['type']}")
        request = self._request(scope)
        try:
            answer = await self._answer(request, receive)
            await _write(answer, request, send)
        except GoneError:
            return
        except BrokenError as broken:
            await _break(request, receive, hard=broken.hard)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever happens, the caller gets an answer
            _log.error("the twin failed", path=request.path, correlation=request.correlation, exc_info=error)
            await _write(refused(request, Refusal(error=LAUNCH.error("internal.server.error"))), request, send)

    def unread(self, code: str) -> Answer:
        """Answer what could not be read as a request, and write it into the journal of the default namespace."""
        space = self._spaces.default
        request = Request(space=space, method="", path="", query=b"", headers={}, correlation=space.new_id(), origin="", state={})
        told = ((limits.HEADER_CORRELATION, request.correlation), ("Cache-Control", CACHE_CONTROL))
        answer = refused(request, Refusal(error=LAUNCH.error(code)), told)
        _note(space, request, answer)
        return answer

    def _request(self, scope: Message) -> Request:
        headers = _headers(scope, Rule.IGNORE)
        token = bearer(headers.get(b"authorization"))
        space = self._spaces.default if token is None else self._spaces.of_token(token)
        host, version = headers.get(b"host"), scope["http_version"]
        if len(headers) < len(scope["headers"]):
            host = _headers(scope, Rule.REFUSE).get(b"host")
            headers = _headers(scope, space.options.strict.repeated_header)
            token = bearer(headers.get(b"authorization"))
        return Request(
            space=space,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=headers,
            correlation=space.new_id(),
            origin=f"{scope.get('scheme', 'http')}://{host or 'localhost'}",
            state=scope.get("state", {}),
            token=token,
            sound=version == "1.0" or (version == "1.1" and host is not None and "," not in host),
        )

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        if request.path.startswith(PREFIX) or request.path == PREFIX.rstrip("/"):
            return await self._control(request, receive)
        if not request.sound:
            space, answer = request.space, refused(request, Refusal(error=LAUNCH.error("bad.request"), headers=CLOSE))
        elif request.path == TOKEN.path:
            space, answer = await self._answering.token(request, receive)
        else:
            space, answer = request.space, await self._answering.api(request, receive)
        _note(space, request, answer)
        _judge(space, request, answer)
        if striking.resets(answer.dealt, "before") or striking.resets(answer.dealt, "after"):
            raise BrokenError(hard=True)
        return answer

    async def _control(self, request: Request, receive: Receive) -> Answer:
        """Answer a call of the control plane; a body that did not come whole is none."""
        asking = Asking(
            method=request.method,
            path=request.path,
            query=request.query,
            page=request.headers.get(b"origin"),
            origin=request.origin,
        )
        try:
            return await self._plane.answer(asking, _whole(receive, request))
        except Refused as wrong:
            error = wrong.refusal.error
            return refused_call(Wrong.BODY, error.message(), CLOSE, error.status)


def _whole(receive: Receive, request: Request) -> Receive:
    """Receive the pieces of a body; raises `Refused` when it breaks off."""

    async def piece() -> Message:
        message = await receive()
        check_whole(request.state)
        return message

    return piece


def _note(space: State, request: Request, answer: Answer) -> None:
    """Write the exchange into the journal."""
    journal = space.journal
    journal.add(
        Exchange(
            n=journal.count + 1,
            time_ms=space.clock(),
            method=request.method,
            path=request.path if request.path in _FIXED else hidden(space, request.path)[:PATH_MAX],
            status=answer.status,
            operation=answer.operation,
            code=answer.code,
            message=_message(space, answer),
            execution=answer.execution,
            flow=answer.flow,
            client=answer.client,
            fault=striking.named(answer.dealt),
            lost=True if striking.resets(answer.dealt, "after") else None,
            findings=None if answer.findings is None else hidden(space, answer.findings),
        )
    )


def _message(space: State, answer: Answer) -> str | None:
    """Give what a refusal's answer says, short; the findings say more."""
    body = answer.body
    if answer.code is None or not isinstance(body, dict):
        return None
    said = str(body.get("message") or body.get("description"))
    return (hidden(space, said) if "messageParams" in body else said)[:MESSAGE_MAX]


def _judge(space: State, request: Request, answer: Answer) -> None:
    """Hold the request's head against how a client ought to behave."""
    authorization, token_asked = request.headers.get(b"authorization"), request.path == TOKEN.path
    if answer.client is not None and not token_asked:
        wait = None
        if answer.status in {429, 503}:
            wait = next((int(value) for name, value in answer.headers if name == limits.HEADER_RETRY_AFTER), None)
        space.conducts.called(answer.client, request.token or "", space.clock(), wait)
    if request.query or request.path not in _FIXED or (answer.status == HTTPStatus.UNAUTHORIZED and not token_asked):
        whose = in_head(space, request.path, request.query, None if token_asked else authorization)
        if whose is not None:
            space.conducts.of(whose or answer.client or UNKNOWN).secrets += 1


async def _write(answer: Answer, request: Request, send: Send) -> None:
    payload = answer.payload()
    headers = [(b"content-length", str(len(payload)).encode())] if answer.status != 204 else []
    if payload:
        headers.append((b"content-type", answer.media_type.encode()))
    if not answer.bare:
        headers += [*_PLATFORM_HEADERS, (limits.HEADER_CORRELATION.encode(), request.correlation.encode())]
    headers += [(name.encode(), value.encode()) for name, value in answer.headers]
    head = {"type": "http.response.start", "status": answer.status, "headers": headers}
    if answer.dealt is not None and await striking.sent(answer.dealt, head, payload, send):
        return
    await send(head)
    await send({"type": "http.response.body", "body": payload})


async def _break(request: Request, receive: Receive, *, hard: bool) -> None:
    """End the connection without (the rest of) an answer: `hard` at once, else once what was written has gone out."""
    transport: asyncio.Transport | None = request.state.get(TRANSPORT)
    if transport is None:
        raise RuntimeError("this server cannot break a connection")
    (transport.abort if hard else transport.close)()
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers(scope: Message, alike: Rule) -> Mapping[bytes, str]:
    """Give headers by name; one that stands twice is both of them, as HTTP has it, unless they are alike and that is ignored."""
    told: dict[bytes, str] = {}
    for name, raw in scope["headers"]:
        value = raw.decode("latin-1")
        same = name not in told or (alike is Rule.IGNORE and told[name] == value)
        told[name] = value if same else f"{told[name]}, {value}"
    return told
