"""HTTP/1.x as the twin's server speaks it: uvicorn's protocol, and an answer where uvicorn alone would give none or another.

What is no HTTP is answered 400 with the platform's error body. A caller that ends its half of the connection still gets its
answer; a body that was cut off that way is handed on as it is, and marked.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tieline.contract.limits import HEADER_CORRELATION
from tieline.contract.operations import LAUNCH
from tieline.twin.refusal import Refusal

CUT_OFF = "cut_off"
"""The mark in a scope's state: the body ended before it was whole."""
TRANSPORT = "transport"
"""Where a scope's state has the connection's transport."""


class TwinProtocol(HttpToolsProtocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport where the application finds it: a fault may break the connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep our half open while an answer is due."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        cycle.keep_alive = False
        if cycle.more_body:
            _state(cycle.scope)[CUT_OFF] = True
            cycle.more_body = False
            cycle.message_event.set()
        return True

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, with the error body of the platform."""
        del msg
        if self.transport.is_closing():
            return
        correlation = self.app_state.get("correlation", "")
        payload = msgspec.json.encode(Refusal(error=LAUNCH.error("bad.request")).body(correlation, name_fields=False))
        head = (
            f"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n{HEADER_CORRELATION}: {correlation}\r\n"
            f"Content-Length: {len(payload)}\r\nConnection: close\r\n\r\n"
        )
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(head.encode() + payload)
        self.transport.close()


def _state(scope: Any) -> dict[str, Any]:
    state: dict[str, Any] = scope["state"]
    return state
