"""HTTP/1.1 as the door's server speaks it: uvicorn's protocol, where uvicorn alone would lose a body, or answer without a code.

An `Upgrade` is not taken up (RFC 9110, 7.8 lets a server ignore it): the request is answered in HTTP/1.1, and its body is read. Java's
HTTP client asks for `h2c` with its first request; uvicorn drops the body of such a request. What is no HTTP/1.1 is answered with TL142
and told to the operator; the preface of HTTP/2 with GOAWAY and HTTP_1_1_REQUIRED (RFC 9113, 7), which a gRPC client shows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PREFACE = b"PRI * HTTP/2.0\r\n"
_TOLD = b"TL142 this is the HTTP/1.1 door; the gRPC door has another address"
HTTP_1_1_REQUIRED = (
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"  # an empty SETTINGS frame, the server's preface
    + len(_TOLD + bytes(8)).to_bytes(3, "big")  # GOAWAY: no stream was taken up, error 0xd
    + b"\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0d"
    + _TOLD
)


class Door(ABC):
    """An ASGI application that this protocol serves."""

    @abstractmethod
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""

    @abstractmethod
    def unread(self, begins: str) -> bytes:
        """Give the whole answer to what cannot be read as a request, by what it begins with."""


class DoorProtocol(HttpToolsProtocol):
    """One connection."""

    _deaf = False  # nothing more is read

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._unset_keepalive_if_required()
        rest = b"" if self._deaf else data
        while rest:
            try:
                self.parser.feed_data(rest)
                return
            except httptools.HttpParserUpgrade as upgrade:
                rest = self._without_upgrade(rest[upgrade.args[0] :])
            except httptools.HttpParserError:
                self._refuse(data)
                return

    def on_headers_complete(self) -> None:
        """Hand the request on; one with an upgrade is taken up again without it."""
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Say that the body is whole."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def _without_upgrade(self, rest: bytes) -> bytes:
        """Give what is to be read instead of a head with an upgrade: the same without it; `rest` is what follows it.

        A CONNECT stays what it is, which is no request here.
        """
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        if method == b"CONNECT":
            return b"no request\r\n\r\n"
        kept = b"".join(b"%s: %s\r\n" % (name, value) for name, value in self.headers if name != b"upgrade")
        return b"%s %s HTTP/%s\r\n" % (method, self.url, version) + kept + b"\r\n" + rest

    def _refuse(self, data: bytes) -> None:
        """Read no more, and end; a whole request before it gets its answer first, and is the last."""
        self._deaf = True
        asked = self.cycle
        if asked is not None and not asked.more_body and not asked.response_complete:
            asked.keep_alive = False
            return
        if not self.transport.is_closing() and not self.pipeline:
            new = asked is None
            door: Door = self.config.app  # type: ignore[assignment]
            answer = door.unread(_begins(data) if new else "")
            self.transport.write(HTTP_1_1_REQUIRED if new and data.startswith(PREFACE) else answer)
        self.transport.close()


def _begins(data: bytes) -> str:
    """Name what a connection begins with, where it is something people come with by mistake."""
    if data.startswith(b"\x16\x03"):  # a record of the type handshake, RFC 8446, 5.1
        return "TLS"
    return "HTTP/2" if data.startswith(PREFACE) else ""
