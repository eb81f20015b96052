"""Tells watchers of launches about changes: the latest value of each, never a backlog."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from tieline.domain.launch import Launch


class Watch:
    """One reader's view: which ids it wants, and the newest value of each that it has not yet taken."""

    def __init__(self, ids: Sequence[str]) -> None:
        """Take the ids."""
        self.ids = frozenset(ids)
        self._fresh: dict[str, Launch] = {}
        self._event = asyncio.Event()

    def tell(self, launch: Launch) -> None:
        """Note a change; an older value that was not yet read is replaced."""
        self._fresh[launch.id] = launch
        self._event.set()

    async def next(self) -> list[Launch]:
        """Wait for changes and take them."""
        await self._event.wait()
        self._event.clear()
        fresh, self._fresh = self._fresh, {}
        return list(fresh.values())


class Watchers:
    """All watches of a queue, by launch id. Used on the event loop's thread; `wanted` may be asked from any."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_id: defaultdict[str, set[Watch]] = defaultdict(set)

    def wanted(self, id: str) -> bool:
        """Tell whether anybody watches this launch."""
        return id in self._by_id

    def tell(self, launches: Iterable[Launch]) -> None:
        """Pass changes on to those who watch them."""
        for launch in launches:
            for watch in self._by_id.get(launch.id, ()):
                watch.tell(launch)

    async def watch(self, ids: Sequence[str], read: Callable[[str], Awaitable[Launch | None]]) -> AsyncIterator[Launch]:
        """Give each launch as it stands, then after each change; ends only when closed."""
        watch = Watch(ids)
        for id in watch.ids:
            self._by_id[id].add(watch)
        try:
            for id in dict.fromkeys(ids):
                if (stands := await read(id)) is not None:
                    yield stands
            while True:
                for launch in await watch.next():
                    yield launch
        finally:
            for id in watch.ids:
                self._by_id[id].discard(watch)
                if not self._by_id[id]:
                    del self._by_id[id]
