"""Serves a recording: each request gets the answers that were recorded for its method, path and query, in their order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from tieline.contract.operations import LAUNCH
from tieline.twin.answer import Answer
from tieline.twin.bodies import Message, Receive
from tieline.twin.protocol import Served
from tieline.twin.refusal import Refusal
from tieline.twin.replaying.recording import Recorded

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
_Key: TypeAlias = tuple[str, str, tuple[tuple[str, str], ...], bytes]

MISSED = "Tieline-Replay"
"""The header that says which line of the recording answers, or that none does; not the cloud's."""
_OWN = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection", "date", "server"})


class Replay(Served):
    """The ASGI application over a recording. The last answer of a request stays its answer; a request never seen gets 404."""

    def __init__(self, recorded: Iterable[Recorded]) -> None:
        """Take the exchanges. A launch is found by its body too, as long as the very same body was recorded."""
        self._answers: dict[_Key, list[Recorded]] = {}
        self._next: dict[_Key, int] = {}
        for one in recorded:
            query = tuple(sorted(parse_qsl(one.query, keep_blank_values=True)))
            for body in {_canonical(one.request_body), b""}:
                self._answers.setdefault((one.method, one.path, query, body), []).append(one)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"a replay speaks HTTP, not {scope['type']}")
        answer = self._find(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), await _body(receive))
        if answer is None:
            said = {"message": f"nothing was recorded for {scope['method']} {scope['path']}", "code": "not.found", "status": 404}
            await _write(
                send, 404, [(b"content-type", b"application/json"), (MISSED.encode(), b"none")], msgspec.json.encode(said)
            )
            return
        kept = [(name.encode(), value.encode()) for name, value in answer.response_headers.items() if name not in _OWN]
        await _write(send, answer.status, [*kept, (MISSED.encode(), str(answer.number).encode())], answer.response_body)

    def unread(self, code: str) -> Answer:
        """Answer what could not be read as a request."""
        error = LAUNCH.error(code)
        return Answer(status=error.status, body=Refusal(error=error).body("", name_fields=False), headers=((MISSED, "none"),))

    def _find(self, method: str, path: str, query: str, body: bytes) -> Recorded | None:
        asked = tuple(sorted(parse_qsl(query, keep_blank_values=True)))
        for key in ((method, path, asked, _canonical(body)), (method, path, asked, b"")):
            if (answers := self._answers.get(key)) is not None:
                at = self._next.get(key, 0)
                self._next[key] = min(at + 1, len(answers) - 1)
                return answers[at]
        return None


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
