"""Reads a request's body from ASGI, bounded in bytes; the protocol bounds it in time."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from tieline.contract.operations import LAUNCH
from tieline.twin.options import TwinOptions
from tieline.twin.reading import Refused
from tieline.twin.refusal import Refusal

Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]

BROKEN = "broken"
"""The mark in a scope's state: the body did not come whole, and this published code says why."""
ANY_WINDOW = 47
"""For zlib: gzip or deflate, whichever it is."""
CLOSE = (("Connection", "close"),)
DRAIN = 64
"""How many times the largest body is read and thrown away before a 413, so that its sender can hear the answer."""


class GoneError(Exception):
    """The caller hung up before its request was whole; nobody waits for an answer."""


async def read(receive: Receive, state: Mapping[str, Any], options: TwinOptions) -> bytes:
    """Read the whole body. Raises `Refused` (413 when it is too large, 408 when it does not come, 400 when it breaks off) and
    `GoneError`.
    """
    body, more = _piece(await receive())
    if more:
        body = await _rest(body, receive, options)
    check_whole(state)
    if len(body) > options.strict.request_bytes:
        raise _too_large(options)
    return body


def check_whole(state: Mapping[str, Any]) -> None:
    """Raise `Refused` when the body did not come whole."""
    if (code := state.get(BROKEN)) is not None:
        raise Refused(Refusal(error=LAUNCH.error(code), headers=CLOSE))


def inflated(body: bytes, coding: str, options: TwinOptions) -> bytes:
    """Undo gzip or deflate. Raises `Refused`: 415 for another coding, 400 for what is not in it, 413 for what is too large then."""
    if coding.strip().lower() == "identity":
        return body
    if coding.strip().lower() not in {"gzip", "deflate"}:
        raise Refused(Refusal(error=LAUNCH.error("unsupported.media.type")))
    largest, undo = options.strict.request_bytes, zlib.decompressobj(ANY_WINDOW)
    try:
        told = undo.decompress(body, largest + 1)
    except zlib.error:
        raise Refused(Refusal(error=LAUNCH.error("bad.request"))) from None
    if len(told) > largest:
        raise _too_large(options)
    if not undo.eof or undo.unused_data:
        raise Refused(Refusal(error=LAUNCH.error("bad.request")))
    return told


def _too_large(options: TwinOptions) -> Refused:
    params = {"bytes": str(options.strict.request_bytes)}
    return Refused(Refusal(error=LAUNCH.error("request.entity.too.large"), params=params))


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
    while more and size <= DRAIN * largest:
        piece, more = _piece(await receive())
        size += len(piece)
        if size - len(piece) <= largest:
            pieces.append(piece)
    return b"".join(pieces)


def _piece(message: Message) -> tuple[bytes, bool]:
    if message["type"] == "http.disconnect":
        raise GoneError
    return message.get("body", b""), message.get("more_body", False)
