"""The twin over HTTP: a bare ASGI application. It reads, asks the deciding modules, and writes; it decides nothing itself.

Every request gets an answer: a body that does not come is 408, one that is too large 413, a path nobody knows 404, a wrong
method 405 with `Allow`. Beside the cloud's paths it has its own below `/_twin/` (`twin.control`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import structlog

from tieline.contract import limits
from tieline.contract.operations import LAUNCH, TOKEN
from tieline.twin.admitting import bearer
from tieline.twin.answer import Answer
from tieline.twin.answering import Answering, Request, refused
from tieline.twin.bodies import GoneError, Message, Receive
from tieline.twin.control.plane import PREFIX, Plane
from tieline.twin.faults import striking
from tieline.twin.journal import Exchange
from tieline.twin.options import Explain
from tieline.twin.protocol import CUT_OFF, TRANSPORT
from tieline.twin.refusal import Refusal
from tieline.twin.spaces import Spaces
from tieline.twin.state import State

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

_PLATFORM_HEADERS = ((b"cache-control", b"no-cache, no-store, must-revalidate"),)
_log = structlog.get_logger("tieline.twin")


class BrokenError(Exception):
    """A fault on purpose breaks the connection; nobody waits for an answer."""


class Application:
    """The ASGI application over the namespaces."""

    def __init__(self, spaces: Spaces, explain: Explain | None, *, header: bool = True) -> None:
        """Serve these namespaces; `explain` names the faults of a refused launch, in the journal and (`header`) in a header."""
        self._spaces = spaces
        self._answering = Answering(spaces, explain, header=header, cut_off=CUT_OFF)
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
        except BrokenError:
            await _break(request, receive)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever happens, the caller gets an answer
            _log.error("the twin failed", path=request.path, correlation=request.correlation, exc_info=error)
            await _write(refused(request, Refusal(error=LAUNCH.error("internal.server.error"))), request, send)

    def _request(self, scope: Message) -> Request:
        headers = _headers(scope)
        token = bearer(headers.get(b"authorization"))
        space = self._spaces.default if token is None else self._spaces.of_token(token)
        return Request(
            space=space,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=headers,
            correlation=space.new_id(),
            origin=f"{scope.get('scheme', 'http')}://{headers.get(b'host', 'localhost')}",
            state=scope.get("state", {}),
        )

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        if request.path.startswith(PREFIX) or request.path == PREFIX.rstrip("/"):
            return await self._plane.answer(request.method, request.path, request.query, receive)
        if request.path == TOKEN.path:
            space, answer = await self._answering.token(request, receive)
        else:
            space, answer = request.space, await self._answering.api(request, receive)
        _note(space, request, answer)
        if answer.client is not None:
            _judge(space, answer.client, request, answer)
        if striking.resets(answer.dealt, "before") or striking.resets(answer.dealt, "after"):
            raise BrokenError
        return answer


def _note(space: State, request: Request, answer: Answer) -> None:
    """Write the exchange into the journal."""
    journal = space.journal
    journal.add(
        Exchange(
            n=journal.count + 1,
            time_ms=space.clock(),
            method=request.method,
            path=request.path[:200],
            status=answer.status,
            operation=answer.operation,
            code=answer.code,
            execution=answer.execution,
            flow=answer.flow,
            client=answer.client,
            fault=striking.named(answer.dealt),
            findings=answer.findings,
        )
    )


def _judge(space: State, client: str, request: Request, answer: Answer) -> None:
    """Hold the request against how a client ought to behave."""
    conducts = space.conducts
    if answer.operation != TOKEN.id:
        wait = None
        if answer.status in {429, 503}:
            wait = next((int(value) for name, value in answer.headers if name == limits.HEADER_RETRY_AFTER), None)
        conducts.called(client, space.clock(), throttled_s=wait)
    if b"secret=" in request.query or b"access_token=" in request.query:
        conducts.of(client).secrets += 1


async def _write(answer: Answer, request: Request, send: Send) -> None:
    payload = answer.payload()
    headers = [(b"content-length", str(len(payload)).encode())] if answer.status != 204 else []
    if payload:
        headers.append((b"content-type", answer.media_type.encode()))
    if not answer.bare:
        headers += [*_PLATFORM_HEADERS, (limits.HEADER_CORRELATION.encode(), request.correlation.encode())]
    headers += [(name.encode(), value.encode()) for name, value in answer.headers]
    head = {"type": "http.response.start", "status": answer.status, "headers": headers}
    if answer.dealt is not None and await striking.sent(answer.dealt, head, payload, send, _transport(request)):
        return
    await send(head)
    await send({"type": "http.response.body", "body": payload})


async def _break(request: Request, receive: Receive) -> None:
    """End the connection without an answer, the hard way."""
    transport = _transport(request)
    if transport is None:
        raise RuntimeError("this server cannot break a connection")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(request: Request) -> asyncio.Transport | None:
    transport: asyncio.Transport | None = request.state.get(TRANSPORT)
    return transport


def _headers(scope: Message) -> Mapping[bytes, str]:
    """Give headers by name; one that stands twice with two values is both of them, as HTTP has it."""
    told: dict[bytes, str] = {}
    for name, raw in scope["headers"]:
        value = raw.decode("latin-1")
        told[name] = value if told.get(name, value) == value else f"{told[name]}, {value}"
    return told
