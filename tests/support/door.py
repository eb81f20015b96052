"""An HTTP door on a free port, over a queue in memory, for tests that speak raw HTTP to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from tests.support.launches import NOW, options
from tieline.domain.secret import Secret
from tieline.doors.http_door import HttpDoor
from tieline.doors.options import DoorOptions
from tieline.doors.source_options import FORM_OF, Scheme, SourceOptions
from tieline.flowbook.book import Book
from tieline.handoff.accept import Accept, AcceptOptions
from tieline.handoff.ids import launch_ids
from tieline.queue.memory import MemoryQueue
from tieline.queue.port import Queue
from tieline.routing.expression import compile_expression
from tieline.routing.router import compile_routes

ANSWER_SECONDS = 10.0


def source(name: str, scheme: Scheme, *secrets: str, **more: Any) -> SourceOptions:
    facts = {"form": FORM_OF[scheme], **more}
    return SourceOptions(name=name, scheme=scheme, secrets=tuple(Secret(secret) for secret in secrets), **facts)


SOURCES = (
    source("open", Scheme.NONE),
    source("github", Scheme.GITHUB, "It's a Secret to Everybody"),
    source("mapped", Scheme.NONE, id=compile_expression("body.number")),
)


class Reply(msgspec.Struct, frozen=True):
    """An answer: its status, its headers in lower case, its JSON."""

    status: int
    headers: Mapping[str, str]
    value: Any

    @property
    def code(self) -> str:
        return str(self.value["code"])


class Served(msgspec.Struct, frozen=True):
    """A running door and what it stands on."""

    port: int
    queue: Queue
    door: HttpDoor
    accept: Accept

    async def ask(self, request: bytes | str) -> Reply:
        return await ask(self.port, request)

    async def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(raw)}"]
        lines += [f"{name}: {value}" for name, value in {"Content-Type": "application/json", **(headers or {})}.items()]
        return await ask(self.port, "\r\n".join([*lines, "", ""]).encode() + raw)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in (headers or {}).items())]
        return await ask(self.port, "\r\n".join([*lines, "", ""]).encode())


def accept_on(queue: Queue) -> Accept:
    """Accept without routes, on an empty book of the environment `dev`."""
    books = {"dev": Book((), complete=False)}
    settings = AcceptOptions(environments=("dev",), default_environment="dev")
    return Accept(queue, books, compile_routes(()), settings, clock=lambda: NOW, new_id=launch_ids(lambda: NOW, lambda _: 1))


@asynccontextmanager
async def served(*sources: SourceOptions, queue: Queue | None = None, **more: Any) -> AsyncIterator[Served]:
    """Serve a door; `more` are its options."""
    store = queue or MemoryQueue(options(), lambda: NOW)
    accept = accept_on(store)
    door = HttpDoor(DoorOptions(**more), sources or SOURCES, accept, store, clock=lambda: NOW, ready=lambda: {"queue": True})
    port = await door.start()
    try:
        yield Served(port, store, door, accept)
    finally:
        await door.stop()


async def ask(port: int, request: bytes | str) -> Reply:
    """Send raw bytes (or a text with plain line ends, whose Content-Length is added) and read one answer."""
    raw = request if isinstance(request, bytes) else _wire(request)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        await writer.drain()
        async with asyncio.timeout(ANSWER_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
    finally:
        writer.close()
    return Reply(int(head[0].split()[1]), headers, json.loads(body) if body else None)


def _wire(text: str) -> bytes:
    head, _, body = text.partition("\n\n")
    raw = body.rstrip("\n").encode()
    lines = head.split("\n")
    if raw and not any(line.lower().startswith("content-length") for line in lines):
        lines.append(f"Content-Length: {len(raw)}")
    return "\r\n".join([*lines, "", ""]).encode() + raw


def door_code(request: str) -> set[str]:
    """Give the code a raw request is answered with; empty when it is taken."""

    async def one() -> set[str]:
        async with served() as door:
            reply = await door.ask(request)
            return {reply.code} if reply.status >= 400 else set()

    return asyncio.run(one())
