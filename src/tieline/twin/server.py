"""The twin as a server: start it in any event loop, ask it for its address, stop it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tieline.twin.control.org import told
from tieline.twin.executions import Execution
from tieline.twin.http import Application
from tieline.twin.options import Clock, Explain, NewId, TwinOptions
from tieline.twin.protocol import TwinProtocol
from tieline.twin.seed import load
from tieline.twin.spaces import Spaces
from tieline.twin.state import State

BACKLOG = 1024
STOP_S = 2
"""How long a stop waits for requests under way, in seconds."""


class Twin:
    """One stand-in for Genesys Cloud. `await start()`, use `url`, `await stop()`; it belongs to the loop it was started in."""

    def __init__(self, options: TwinOptions, *, clock: Clock, new_id: NewId, explain: Explain | None = None) -> None:
        """Make the org; raises `SeedError` when the seed cannot be used. `explain` names faults beside a refusal, it decides nothing."""
        self.options = options
        flows = load(options.seed)
        self.spaces = Spaces(lambda: State(options, flows, clock=clock, new_id=new_id))
        self._application = Application(self.spaces, explain, header=options.explain_header)
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None

    @property
    def url(self) -> str:
        """The address, once it is started."""
        if self._socket is None:
            raise RuntimeError("the twin is not started")
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def state(self) -> State:
        """The org of the default namespace."""
        return self.spaces.default

    @property
    def executions(self) -> tuple[Execution, ...]:
        """The runs there were, oldest first, as far as they are kept."""
        return tuple(self.state.executions.values())

    async def start(self) -> None:
        """Bind and serve; returns once it answers. Raises `OSError` when the address cannot be had."""
        self._socket = _bind(self.options)
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
            raise RuntimeError("the twin's server ended before it was ready")

    def ready(self) -> dict[str, Any]:
        """Say where it is, as whom to come, and which flows it has: `{"url", "client_id", "client_secret", "flows": [{"id",
        "name", "type", "published", "inputSchema"}]}`.
        """
        return {"url": self.url, **told(self.state)}

    async def serve_until(self, stop: asyncio.Event) -> None:
        """Start unless started, serve until `stop` is set, then stop."""
        if self._serving is None:
            await self.start()
        try:
            await stop.wait()
        finally:
            await self.stop()

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


def _bind(options: TwinOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio turns Nagle off only where this is named
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((options.host, options.port))
        made.listen(BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
