"""A caller that says exactly what a test wants said over HTTP, and waits a second for the answer, never longer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.twin.holding import held
from tieline.twin.options import TwinOptions
from tieline.twin.server import Twin

DEADLINE_S = 5.0
"""Every request is answered within this; a second is usual, the rest is for busy machines."""
LAUNCH = "/api/v2/flows/executions"


class Hands:
    """A clock that stands still until a test moves it; milliseconds since the epoch."""

    def __init__(self, now: int = 1_767_225_600_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["code"])


async def exchange(url: str, sent: bytes) -> Reply:
    """Send these bytes, read one answer."""
    return (await talk(url, sent, 1))[0]


async def talk(
    url: str, sent: bytes, answers: int, *, ends: bool = False, between: Callable[[], Awaitable[object]] | None = None
) -> list[Reply]:
    """Send these bytes, and nothing more (`ends` says so), and read so many answers; whoever says it closes must close, saying no
    more. With `between` they go out in two parcels, and it is awaited before the second.
    """
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port, limit=2**22)
    try:
        async with asyncio.timeout(DEADLINE_S):
            half = len(sent) // 2 if between is not None else len(sent)
            writer.write(sent[:half])
            if between is not None:
                await between()
                writer.write(sent[half:])
            if ends:
                writer.write_eof()
            replies = [await _answer(reader, head=sent.startswith(b"HEAD ")) for _ in range(answers)]
            if replies[-1].headers.get("connection") == "close":
                assert await reader.read() == b""
    finally:
        writer.close()
    return replies


async def _answer(reader: asyncio.StreamReader, *, head: bool) -> Reply:
    """Read one answer; what says only "go on" is none."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    if status == 100:
        return await _answer(reader, head=head)
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    body = b"" if head else await reader.readexactly(int(headers.get("content-length", "0")))
    return Reply(status=status, headers=headers, body=body)


def request(method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    """Write one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: twin", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


@dataclass
class Caller:
    """Speaks to one running twin, with a token unless told otherwise. Each answer is held against the contract (`holding`)."""

    twin: Twin
    clock: Hands
    token: str = ""
    flows: dict[str, str] = field(default_factory=dict)

    async def sign_in(self) -> Reply:
        options = self.twin.options
        reply = await self.ask_token(f"{options.client_id}:{options.client_secret}")
        self.token = reply.json["access_token"]
        return reply

    async def ask_token(self, client: str, form: bytes = b"grant_type=client_credentials") -> Reply:
        basic = base64.b64encode(client.encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        return await self.send("POST", "/oauth/token", form, headers)

    async def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        reply = await exchange(self.twin.url, request(method, path, body, headers))
        if not path.startswith("/_twin") and all(state.deck.empty for _, state in self.twin.spaces):
            held(method, path, reply.status, reply.headers, reply.body)
        return reply

    async def get(self, path: str) -> Reply:
        return await self.send("GET", path, headers={"Authorization": f"Bearer {self.token}"})

    async def launch(self, body: object, **headers: str) -> Reply:
        """Post a launch: bytes as they are, anything else as JSON. `content_type=...` and the like set headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return await self.send("POST", LAUNCH, content, usual | {name.title(): value for name, value in named.items()})


async def started(options: TwinOptions, clock: Hands, explain: Any = None) -> Caller:
    """Start a twin and sign in."""
    twin = Twin(options, clock=clock, new_id=lambda: str(uuid4()), explain=explain)
    await twin.start()
    caller = Caller(twin, clock, flows={flow["name"]: flow["id"] for flow in twin.ready()["flows"]})
    await caller.sign_in()
    return caller
