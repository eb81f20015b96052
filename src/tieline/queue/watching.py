"""Tells watchers of launches about changes: the latest value of each, never a backlog."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from tieline.domain.launch import Launch


class Watch:
    """One reader's view: which ids it wants, and which of them changed since it last looked."""

    def __init__(self, ids: Sequence[str]) -> None:
        """Take the ids; all of them are to be looked at once."""
        self.ids = frozenset(ids)
        self._changed = dict.fromkeys(ids)
        self._event = asyncio.Event()
        self._event.set()

    def tell(self, id: str) -> None:
        """Note a change; one that was noted and not yet read is the same change."""
        self._changed[id] = None
        self._event.set()

    def end(self) -> None:
        """Let the reader go."""
        self._event.set()

    async def changed(self) -> list[str]:
        """Wait for changes and take their ids; none at the end."""
        await self._event.wait()
        self._event.clear()
        changed, self._changed = list(self._changed), {}
        return changed


class Watchers:
    """All watches of a queue, by launch id. Used on the event loop's thread, and told only after a commit.

    A watch registers first and reads after, and reads again after each word of a change: so no change is missed
    between the two, and no older value is given after a newer one.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._by_id: dict[str, set[Watch]] = {}
        self._closed = False

    def tell(self, ids: Iterable[str]) -> None:
        """Pass changes on to those who watch them."""
        if self._by_id:
            for id in ids:
                for watch in self._by_id.get(id, ()):
                    watch.tell(id)

    def close(self) -> None:
        """End every watch: the queue is closing."""
        self._closed = True
        for watch in {watch for watches in self._by_id.values() for watch in watches}:
            watch.end()

    async def watch(self, ids: Sequence[str], read: Callable[[str], Awaitable[Launch | None]]) -> AsyncIterator[Launch]:
        """Give each launch as it stands, then after each change; ends when it is closed, or the queue is."""
        watch = Watch(ids)
        given: dict[str, Launch] = {}
        for id in watch.ids:
            self._by_id.setdefault(id, set()).add(watch)
        try:
            while not self._closed:
                for id in await watch.changed():
                    stands = None if self._closed else await read(id)
                    if stands is not None and stands != given.get(id):
                        given[id] = stands
                        yield stands
        finally:
            self._leave(watch)

    def _leave(self, watch: Watch) -> None:
        for id in watch.ids:
            watches = self._by_id.get(id, set())
            watches.discard(watch)
            if not watches:
                self._by_id.pop(id, None)
