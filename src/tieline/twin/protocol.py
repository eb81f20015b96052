"""HTTP/1.x as the twin's server speaks it: uvicorn's protocol, and an answer where uvicorn alone would give none or another.

Whatever a caller does with a connection, it hears something: what is no HTTP, a head that is too large, a request that breaks off or
does not come to its end in time. Where the body is at fault the application answers, so that the token is judged first; where there is
no request yet, `Served.unread` says what goes out. Answers to earlier requests of the connection go out before. An `Upgrade` (Java's
HTTP client asks for `h2c` with its first request) is not taken up: the request is answered in HTTP/1.1, its body is not lost. The
preface of HTTP/2 is answered in HTTP/2, with GOAWAY and HTTP_1_1_REQUIRED (RFC 9113, 7): a client that can goes back to HTTP/1.1.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tieline.twin.answer import Answer
from tieline.twin.bodies import BROKEN

TRANSPORT = "transport"
"""Where a scope's state has the connection's transport."""
HEAD_MAX = 65_536
"""The largest head of a request, in bytes; a figure of the twin's own."""
PREFACE = b"PRI * HTTP/2.0\r\n"
_TOLD = b"this server speaks HTTP/1.1"
HTTP_1_1_REQUIRED = (
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"  # an empty SETTINGS frame, the server's preface
    + len(_TOLD + bytes(8)).to_bytes(3, "big")  # GOAWAY: no stream was taken up, error 0xd
    + b"\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0d"
    + _TOLD
)


class Served(ABC):
    """An ASGI application that this protocol serves."""

    patience_s: float = 10.0
    """How long a request may take to come whole, in seconds."""

    @abstractmethod
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""

    @abstractmethod
    def unread(self, code: str) -> Answer:
        """Answer what could not be read as a request; the connection ends with it."""


class _Lingering:
    """What the answer to a request that broke off is written to: it lingers where a transport would close."""

    def __init__(self, transport: asyncio.Transport, linger: Callable[[], None]) -> None:
        self.write, self.is_closing, self.close = transport.write, transport.is_closing, linger


class Joining:
    """A transport that holds a response's head back until its body comes, for a turn of the loop at most, so that both go out as one."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Stand before this transport."""
        self._transport, self._loop = transport, loop
        self._head = b""
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Write, with the head that was held back, or hold back a head."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 1"):  # 100 Continue has no body to wait for
            self._head = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Write the head that is held back, if one is."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Close once all that was written has gone out."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Break the connection; what is held back is lost."""
        self._head = b""
        self._transport.abort()

    def write_eof(self) -> None:
        """Say that nothing more comes."""
        self.flush()
        self._transport.write_eof()

    def __getattr__(self, name: str) -> Any:
        """Give the rest as the transport has it."""
        return getattr(self._transport, name)


class TwinProtocol(HttpToolsProtocol):
    """One connection."""

    _timer: asyncio.TimerHandle | None = None
    _judge_head = False  # the head may be too large: it came in several parcels, or in a large one
    _parted = False  # a head has come in part
    _head_size = 0  # of a head that has not come whole, without its first parcel
    _deaf = False  # nothing more is read
    _owed: str | None = None  # what is answered once the earlier answers are out

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport where the application finds it: a fault may break the connection."""
        joining: Any = Joining(transport, self.loop)
        super().connection_made(joining)
        self.app_state = {**self.app_state, TRANSPORT: joining}

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait(False)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        self._judge_head |= len(data) > HEAD_MAX
        rest = data
        while rest:
            try:
                self.parser.feed_data(rest)
                break
            except httptools.HttpParserUpgrade as upgrade:
                rest = self._without_upgrade(rest[upgrade.args[0] :])
            except httptools.HttpParserError:
                if data.startswith(PREFACE) and not self._asked:
                    self._end(HTTP_1_1_REQUIRED)
                else:
                    self._break_off("bad.request")
                return
        if self._in_head or self._in_body:
            self._unfinished(len(data))
        elif self._timer is not None:
            self._wait(False)

    def _unfinished(self, size: int) -> None:
        """Wait for the rest of a request; refuse a head that is too large before it has come whole."""
        if self._in_head:
            self._head_size += size if self._parted else 0  # it may have begun anywhere in its first parcel
            self._parted = self._judge_head = True
            if self._head_size > HEAD_MAX:
                self._break_off("bad.request")
                return
        self._wait(True)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep our half open while an answer is due."""
        if not self._deaf and (self._in_head or self._in_body):
            self._break_off("client.failed.request")
        if (cycle := self.cycle) is not None and not cycle.response_complete:
            cycle.keep_alive = False
            return True
        return False

    def on_headers_complete(self) -> None:
        """Hand the request on, unless its head is too large; one with an upgrade is taken up again without it."""
        if self.parser.should_upgrade():
            return
        if self._judge_head:
            self._judge_head, self._parted, self._head_size = False, False, 0
            if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > HEAD_MAX:
                raise ValueError("the head is too large")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Say that the body is whole, even if its answer went out before it was; the next request has patience of its own."""
        if self._timer is not None:
            self._wait(False)
        if not self.parser.should_upgrade():
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        """Go on with the next request; after the last, say what was wrong with what came behind it."""
        super().on_response_complete()
        if self._timer is not None and not self._deaf:  # what follows is read only now
            self._wait(False)
            self._wait(True)
        if self._owed is not None and self.cycle.response_complete:
            self._refuse(self._owed)

    @property
    def _asked(self) -> bool:
        """Whether there was a request."""
        return self.cycle is not None

    @property
    def _in_head(self) -> bool:
        """Whether a head has begun and is not whole."""
        return self.scope is not None and (self.cycle is None or self.cycle.scope is not self.scope)

    @property
    def _in_body(self) -> bool:
        """Whether a request has begun whose body is not whole."""
        return self.cycle is not None and self.cycle.more_body and self.cycle.scope is self.scope

    def _wait(self, still: bool) -> None:
        """Begin to wait for the rest of a request, go on waiting, or wait no more."""
        if still and self._timer is None:
            self._timer = self.loop.call_later(self._served.patience_s, self._too_slow)
        elif self._timer is not None and not still:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        # What is not read may have come long ago: earlier requests are answered first.
        if self.flow.read_paused:
            self._wait(True)
        else:
            self._break_off("client.timeout")

    def _break_off(self, code: str) -> None:
        """Read no more, and see to it that the request that is not whole is answered with this code; once."""
        if self._deaf:
            return
        self._deaf = True
        self._wait(False)
        cycle = self.cycle
        if self._in_body and not cycle.response_complete:
            state: Any = cycle.scope["state"]
            state[BROKEN] = code
            cycle.transport = _Lingering(self.transport, self._linger)  # type: ignore[assignment]
            cycle.keep_alive = cycle.more_body = False
            cycle.message_event.set()
        elif self._in_body:
            self._linger()
        elif cycle is None or cycle.response_complete:
            self._refuse(code)
        else:
            self._owed = code

    def _refuse(self, code: str) -> None:
        """Answer what was no request, and end."""
        answer = self._served.unread(code)
        payload = answer.payload()
        headers = (
            ("Content-Type", answer.media_type),
            *answer.headers,
            ("Content-Length", str(len(payload))),
            ("Connection", "close"),
        )
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", *(f"{name}: {value}" for name, value in headers)]
        self._end("\r\n".join([*lines, "", ""]).encode("latin-1") + payload)

    def _end(self, last: bytes) -> None:
        self._deaf = True
        if not self.transport.is_closing():
            self.transport.write(last)
            self._linger()

    def _linger(self) -> None:
        """Say no more, and hear the caller out for a while: closed at once, what it still sends would take the answer from it (RST)."""
        self._wait(False)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._timer = self.loop.call_later(self._served.patience_s, self.transport.close)
        else:
            self.transport.close()

    def _without_upgrade(self, rest: bytes) -> bytes:
        """Give what is to be read instead, when a request asks for an upgrade: the same without it; `rest` is what follows its head. A
        CONNECT stays what it is, which is no request here.
        """
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        if method == b"CONNECT":
            return b"no request\r\n\r\n"
        kept = b"".join(b"%s: %s\r\n" % (name, value) for name, value in self.headers if name != b"upgrade")
        return b"%s %s HTTP/%s\r\n" % (method, self.url, version) + kept + b"\r\n" + rest

    @property
    def _served(self) -> Served:
        served: Served = self.config.app  # type: ignore[assignment]
        return served
