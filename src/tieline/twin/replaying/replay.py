"""Serves a recording: each request gets the answers that were recorded for it, in their order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from tieline.contract.operations import LAUNCH
from tieline.twin import paths
from tieline.twin.answer import Answer
from tieline.twin.bodies import Message, Receive
from tieline.twin.protocol import Served
from tieline.twin.refusal import Refusal
from tieline.twin.replaying.recording import Recorded

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
_Key: TypeAlias = tuple[Any, ...]

MISSED = "Tieline-Replay"
"""The header that says which line of the recording answers, or that none does; not the cloud's."""
SHOWN = 10
"""How many recorded paths an answer names that has none to give."""
_OWN = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection", "date", "server"})


class Replay(Served):
    """The ASGI application over a recording.

    A request gets the answers to the very same request, in their order; the last one stays. Where there is none, those to the same path
    and query, then to the same path, then to the same operation, since the ids and names of a recording are not those that were sent.
    The header says which line answers, and how it was found. What was never recorded in any of these ways gets 404.
    """

    def __init__(self, recorded: Iterable[Recorded]) -> None:
        """Take the exchanges."""
        self._answers: dict[_Key, list[Recorded]] = {}
        self._next: dict[_Key, int] = {}
        self._paths: list[str] = []
        for one in recorded:
            for _, key in _keys(one.method, one.path, one.query, one.request_body):
                self._answers.setdefault(key, []).append(one)
            if (named := f"{one.method} {one.path}") not in self._paths:
                self._paths.append(named)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"a replay speaks HTTP, not {scope['type']}")
        query = scope["query_string"].decode("latin-1")
        found = self._find(scope["method"], scope["path"], query, await _body(receive))
        if found is None:
            await _write(send, 404, [(b"content-type", b"application/json"), (MISSED.encode(), b"none")], self._nothing(scope))
            return
        how, answer = found
        kept = [(name.encode(), value.encode()) for name, value in answer.response_headers.items() if name not in _OWN]
        line = f"{answer.number}{how}"
        await _write(send, answer.status, [*kept, (MISSED.encode(), line.encode())], answer.response_body)

    def _nothing(self, scope: Message) -> bytes:
        told = ", ".join(self._paths[:SHOWN]) + (f" and {len(self._paths) - SHOWN} more" if len(self._paths) > SHOWN else "")
        message = f"nothing was recorded for {scope['method']} {scope['path']}; there are {told}"
        return msgspec.json.encode({"message": message, "code": "not.found", "status": 404})

    def unread(self, code: str) -> Answer:
        """Answer what could not be read as a request."""
        error = LAUNCH.error(code)
        return Answer(status=error.status, body=Refusal(error=error).body("", name_fields=False), headers=((MISSED, "none"),))

    def _find(self, method: str, path: str, query: str, body: bytes) -> tuple[str, Recorded] | None:
        for how, key in _keys(method, path, query, body):
            if (answers := self._answers.get(key)) is not None:
                at = self._next.get(key, 0)
                self._next[key] = min(at + 1, len(answers) - 1)
                return how, answers[at]
        return None


def _keys(method: str, path: str, query: str, body: bytes) -> list[tuple[str, _Key]]:
    """Give what a request is found by, the narrowest first, each with how the header says so."""
    asked = tuple(sorted(parse_qsl(query, keep_blank_values=True)))
    route = paths.find(path).get(method)
    by_operation = [] if route is None else [("; by its operation", (method, route.operation.id))]
    return [
        ("", (method, path, asked, _canonical(body))),
        ("; by path and query", (method, path, asked)),
        ("; by path", (method, path)),
        *by_operation,
    ]


def _canonical(body: bytes) -> bytes:
    """Write a JSON body in one way, so that the same request is found however it is spelt."""
    try:
        return msgspec.json.encode(msgspec.json.decode(body), order="sorted") if body else b""
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return body


async def _body(receive: Receive) -> bytes:
    pieces, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)


async def _write(send: Send, status: int, headers: list[tuple[bytes, bytes]], payload: bytes) -> None:
    length = [] if status in {204, 304} else [(b"content-length", str(len(payload)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": payload if length else b""})
