"""Serves one ASGI application on one address: bound before it answers, stopped without signals, in whatever loop it was started in."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tieline.twin.protocol import Served, TwinProtocol

BACKLOG = 1024
STOP_S = 2
"""How long a stop waits for requests under way, in seconds."""


class Serving:
    """One server. `await start()`, use `url`, `await stop()`; it belongs to the loop it was started in."""

    def __init__(self, application: Served, host: str, port: int) -> None:
        """Take the application and the address; port 0 takes a free one."""
        self._application, self._host, self._port = application, host, port
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None

    @property
    def started(self) -> bool:
        """Whether it serves."""
        return self._serving is not None

    @property
    def url(self) -> str:
        """The address, once it is started."""
        if self._socket is None:
            raise RuntimeError("it is not started")
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def start(self) -> None:
        """Bind and serve; returns once it answers. Raises `OSError` when the address cannot be had."""
        self._socket = _bind(self._host, self._port)
        config = uvicorn.Config(
            self._application,
            lifespan="off",
            ws="none",
            http=TwinProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="twin")
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({ready, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._serving
            raise RuntimeError("the server ended before it was ready")

    async def let_go(self) -> None:
        """Listen no longer, at once, so that the address is free; what is under way goes on until `stop`."""
        if self._server is not None:
            for server in self._server.servers:
                server.close()
        if self._socket is not None:
            self._socket.close()

    async def stop(self) -> None:
        """Finish the requests under way and let go of the address; harmless when it is not running."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        if self._socket is not None:
            self._socket.close()
        self._server = self._serving = self._socket = None


class _Server(uvicorn.Server):
    """A uvicorn server that says when it is ready and leaves signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio turns Nagle off only where this is named
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
