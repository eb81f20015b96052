"""Reads a request's body from ASGI, bounded in bytes and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from tieline.contract.operations import LAUNCH
from tieline.twin.options import TwinOptions
from tieline.twin.reading import Refused
from tieline.twin.refusal import Refusal

Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]

DRAIN = 64
"""How many times the largest body is read and thrown away before a 413, so that its sender can hear the answer."""


class GoneError(Exception):
    """The caller hung up before its request was whole; nobody waits for an answer."""


async def read(receive: Receive, options: TwinOptions) -> bytes:
    """Read the whole body. Raises `Refused` (413 when it is too large, 408 when it does not come) and `GoneError`."""
    body, more = _piece(await receive())
    if more:
        body = await _rest(body, receive, options)
    if len(body) > options.strict.request_bytes:
        params = {"bytes": str(options.strict.request_bytes)}
        raise Refused(Refusal(error=LAUNCH.error("request.entity.too.large"), params=params))
    return body


async def whole(receive: Receive, largest: int) -> bytes:
    """Read a body of the control plane. Raises `ValueError` when it is too large, `GoneError`."""
    pieces, size, more = [], 0, True
    while more:
        piece, more = _piece(await receive())
        pieces.append(piece)
        size += len(piece)
        if size > largest:
            raise ValueError(f"the body is larger than {largest} bytes")
    return b"".join(pieces)


async def _rest(body: bytes, receive: Receive, options: TwinOptions) -> bytes:
    """Read the pieces that follow the first; what is beyond the limit is read and thrown away, up to a bound."""
    largest = options.strict.request_bytes
    pieces, size, more = [body], len(body), True
    try:
        async with asyncio.timeout(options.body_timeout_s):
            while more and size <= DRAIN * largest:
                piece, more = _piece(await receive())
                size += len(piece)
                if size - len(piece) <= largest:
                    pieces.append(piece)
    except TimeoutError:
        raise Refused(Refusal(error=LAUNCH.error("client.timeout"), headers=(("Connection", "close"),))) from None
    return b"".join(pieces)


def _piece(message: Message) -> tuple[bytes, bool]:
    if message["type"] == "http.disconnect":
        raise GoneError
    return message.get("body", b""), message.get("more_body", False)
