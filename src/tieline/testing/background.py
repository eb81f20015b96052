"""One event loop in a thread of its own for each process; every twin of its tests is served there, each on its own port."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
CLOSE_S = 5.0
"""How long the end of the process waits for twins that are still being stopped, in seconds."""


class Background:
    """A running loop in a thread. It ends with the process, after what it was left to finish."""

    def __init__(self) -> None:
        """Start it."""
        self.pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tieline-twins", daemon=True)
        self._thread.start()
        self._leaving: set[Future[Any]] = set()
        atexit.register(self.close)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there, and wait for what it gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def run_async(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there, and wait for what it gives without holding up the loop that asks."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def leave(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine there, and wait for it no sooner than at the end of the process."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._leaving.add(future)
        future.add_done_callback(self._leaving.discard)

    def close(self) -> None:
        """Finish what was left, and end the loop."""
        if self.pid != os.getpid() or self._loop.is_closed():
            return
        for future in list(self._leaving):
            try:
                future.result(CLOSE_S)
            except Exception:  # noqa: BLE001, S112 - the process ends; nobody is left to hear of it
                continue
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_S)
        if not self._loop.is_running():
            self._loop.close()


_lock = threading.Lock()
_running: list[Background] = []


def background() -> Background:
    """Give the loop of this process; a child made by fork gets one of its own."""
    with _lock:
        if not _running or _running[-1].pid != os.getpid():
            _running[:] = [Background()]
        return _running[-1]
