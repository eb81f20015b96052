"""What comes in and what goes out over HTTP: a request and its body, an answer, a refusal as a problem document."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from tieline.doors.options import DoorOptions
from tieline.doors.status import STATUS, kind_of_refusal
from tieline.doors.translate_json import PROBLEM_JSON, problem_document, refusal_document
from tieline.handoff.verdict import Refused
from tieline.problems.base import Problem, ProblemError
from tieline.problems.http import BodySlow, BodyTooLarge

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON = b"application/json"
encode = msgspec.json.Encoder(enc_hook=str).encode
"""Writes an answer's value."""


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


class CallerGoneError(Exception):
    """The caller went away before its body was whole; nobody waits for an answer."""


def request_of(scope: Scope, receive: Receive) -> Request:
    """Read the head of a request."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    raw = scope["query_string"]
    query = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)) if raw else {}
    return Request(method=scope["method"], path=scope["path"], headers=headers, query=query, receive=receive)


async def read_body(request: Request, options: DoorOptions, limit: int) -> bytes:
    """Read a body within the door's time, and stop where it passes the limit, in bytes. Raises TL130 and TL141."""
    try:
        async with asyncio.timeout(options.body_ms / 1000):
            return await _body(request, limit)
    except TimeoutError:
        raise ProblemError(BodySlow(limit_ms=options.body_ms)) from None


async def _body(request: Request, limit: int) -> bytes:
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


def problem_answer(problem: Problem, trace: str) -> Answer:
    """Make a problem's answer."""
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


def refusal_answer(refused: Refused, trace: str) -> Answer:
    """Make the answer that names every finding."""
    status = STATUS[kind_of_refusal(refused.findings)][1]
    return Answer(status=status, value=refusal_document(refused.findings, status, trace), kind=PROBLEM_JSON.encode())


async def send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Send an answer."""
    body = encode(answer.value)
    headers = [(b"content-type", answer.kind), (b"content-length", str(len(body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
