"""The twin as a server: start it in any event loop, ask it for its address, stop it."""

from __future__ import annotations

from typing import Any

from tieline.twin.control.org import told
from tieline.twin.executions import Execution
from tieline.twin.http import Application
from tieline.twin.options import Clock, Explain, NewId, TwinOptions
from tieline.twin.seed import load
from tieline.twin.serving import Serving
from tieline.twin.spaces import Spaces
from tieline.twin.state import State


class Twin:
    """One stand-in for Genesys Cloud. `await start()`, use `url`, `await stop()`; it belongs to the loop it was started in."""

    def __init__(self, options: TwinOptions, *, clock: Clock, new_id: NewId, explain: Explain | None = None) -> None:
        """Make the org; raises `SeedError` when the seed cannot be used. `explain` names faults beside a refusal, it decides nothing."""
        self.options = options
        flows = load(options.seed)
        self.spaces = Spaces(lambda first: State(options, flows, clock=clock, new_id=new_id, client_id=first))
        application = Application(self.spaces, explain, header=options.explain_header, patience_s=options.body_timeout_s)
        self._serving = Serving(application, options.host, options.port)

    @property
    def url(self) -> str:
        """The address, once it is started."""
        return self._serving.url

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
        await self._serving.start()

    def ready(self) -> dict[str, Any]:
        """Say where it is, as whom to come, and which flows it has: `{"url", "client_id", "client_secret", "flows": [{"id",
        "name", "type", "published", "inputSchema"}]}`.
        """
        return {"url": self.url, **told(self.state)}

    async def let_go(self) -> None:
        """Listen no longer, at once, so that the address is free; what is under way goes on until `stop`."""
        await self._serving.let_go()

    async def stop(self) -> None:
        """Finish the requests under way and let go of the address; harmless when it is not running."""
        await self._serving.stop()
