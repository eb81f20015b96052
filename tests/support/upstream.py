"""An upstream that says exactly the bytes a test wants said, and keeps the bytes that came."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Part = bytes | asyncio.Event
"""What is sent: bytes, or a gate that is waited for; an empty part ends the connection, `RESET` resets it."""
RESET = b"\x00RST"
_NO_LINGER = struct.pack("ii", 1, 0)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Upstream:
    """Answers each connection's requests with `answer`, a list of parts; `came` holds every request's bytes."""

    def __init__(self, *answer: Part) -> None:
        self.answer = answer
        self.came: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _request(reader)) is not None:
                self.came.append(request)
                for part in self.answer:
                    if isinstance(part, asyncio.Event):
                        await part.wait()
                    elif part and part is not RESET:
                        writer.write(part)
                        await writer.drain()
                    else:
                        if part:
                            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                        writer.transport.abort()
                        return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    if (length := _LENGTH.search(head)) is not None:
        return head + await reader.readexactly(int(length[1]))
    if b"chunked" not in head.lower():
        return head
    return head + await reader.readuntil(b"0\r\n\r\n")


@asynccontextmanager
async def upstream(*answer: Part) -> AsyncIterator[Upstream]:
    """Serve on a free port of loopback."""
    made = Upstream(*answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, limit=2**22)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()


Answering = Callable[[bytes], Awaitable[bytes]]


async def talk(url: str, sent: bytes, *, until_closed: bool = False) -> bytes:
    """Send bytes, and give what comes back: one answer, or all there is until the other side closes."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(10):
            writer.write(sent)
            if until_closed:
                return await _all(reader)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            return head + (await reader.readexactly(int(length[1])) if length else b"")
    finally:
        writer.close()


async def _all(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
