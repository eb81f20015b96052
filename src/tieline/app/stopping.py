"""A stop that a signal asks for."""

from __future__ import annotations

import asyncio
import signal


class Stopping:
    """A stop that SIGTERM or SIGINT asks for."""

    def __init__(self) -> None:
        """Listen for both signals on the running loop."""
        self.event = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.event.set)
