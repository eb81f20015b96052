"""Request ids in numbered generations: small tables that are written at random and dropped as a whole.

One table with a unique index on random ids slows every put down as it grows: each key lands on another page. A generation
is small enough that its pages are written together, and looking into several of them is one statement each for a whole put.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import msgspec

from tieline.queue.schema import FIND_REQUESTS, GENERATION

GENERATION_ROWS = 131_072
"""How many request ids a generation holds before the next one begins."""
GENERATIONS_A_WINDOW = 4
"""A generation is also closed when it spans this part of the window, so that old ones can go."""


class Generation(msgspec.Struct, kw_only=True):
    """One table of request ids: its number, the times its first and newest rows came, and how many it holds."""

    number: int
    first: int
    newest: int
    rows: int


class RequestIds:
    """Looks request ids up, and remembers new ones. Used inside the writer's transaction."""

    def __init__(self, db: apsw.Connection, window_ms: int) -> None:
        """Take the writing connection and the window; reads which generations there are."""
        self._db = db
        self._window_ms = window_ms
        self.reload()

    def reload(self) -> None:
        """Read the generations from the database: at open, and after a transaction that was rolled back."""
        rows: Any = self._db.execute("SELECT number, newest, rows FROM generations ORDER BY number")
        self._generations = [Generation(number=number, first=newest, newest=newest, rows=rows) for number, newest, rows in rows]
        self._dirty = False

    def find(self, hashes: Sequence[int]) -> dict[int, int]:
        """Give the row (`seq`) each known hash leads to; the newest generation wins."""
        found: dict[int, int] = {}
        if not hashes:
            return found
        asked = array("q", hashes)
        for generation in self._generations:
            rows: Any = self._db.execute(FIND_REQUESTS.format(generation.number), (apsw.carray(asked),))
            found.update(rows)
        return found

    def add(self, rows: Iterable[tuple[int, int]], count: int, now: int) -> None:
        """Remember (hash, seq) pairs; a hash that is there already is kept (one in 2**64, or older than the window)."""
        current = self._current(now)
        self._db.executemany(f"INSERT OR REPLACE INTO request_ids_{current.number} VALUES (?, ?)", rows)  # noqa: S608 - our own number
        current.rows += count
        current.newest = max(current.newest, now)
        self._dirty = True

    def _current(self, now: int) -> Generation:
        last = self._generations[-1] if self._generations else None
        if last is not None and last.rows < GENERATION_ROWS and now - last.first < self._window_ms // GENERATIONS_A_WINDOW:
            return last
        fresh = Generation(number=last.number + 1 if last else 1, first=now, newest=now, rows=0)
        self._db.execute(GENERATION.format(fresh.number))
        self._generations.append(fresh)
        return fresh

    def forget(self, now: int) -> int:
        """Drop one generation whose newest row is outside the window; gives how many rows went."""
        old = self._generations[0] if self._generations else None
        if old is None or old.newest >= now - self._window_ms or len(self._generations) == 1:
            return 0
        self._db.execute(f"DROP TABLE request_ids_{old.number}")
        self._db.execute("DELETE FROM generations WHERE number = ?", (old.number,))
        self._generations.pop(0)
        return old.rows

    def save(self) -> None:
        """Write down how far each generation reaches, before the commit."""
        if self._dirty:
            current = self._generations[-1]
            self._db.execute(
                "INSERT OR REPLACE INTO generations (number, newest, rows) VALUES (?, ?, ?)",
                (current.number, current.newest, current.rows),
            )
            self._dirty = False
