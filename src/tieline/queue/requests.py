"""Request ids: remembered in memory first, then in numbered generations of small tables that are dropped as a whole.

One table with a unique index on random ids slows every put down as it grows, because each key lands on another page.
Here a commit writes no key at all: the launches' rows hold the request ids durably, the newest few ten thousand are
also in memory, and now and then a sorted run of them goes into the current generation, a slice with each commit.
A filter in memory says of nearly every new id that no generation has got it, so that no table need be asked.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

import apsw
import msgspec

from tieline.domain.launch import Launch
from tieline.queue.bloom import GENERATIONS, Bloom
from tieline.queue.rows import hashes_of
from tieline.queue.schema import FIND_REQUESTS, GENERATION, HASHES, INSERT_RUN, UNDRAINED

RUN_ROWS = 32_768
"""How many request ids are gathered in memory before they are written as a sorted run."""
SLICES = 8
"""In how many slices a run is written, one with each commit, so that no commit takes long."""
STATEMENT_ROWS = 512
"""How many of a slice one statement writes: each statement gives up and takes back the interpreter's lock."""
GENERATION_ROWS = 262_144
"""How many request ids a generation holds before the next one begins."""
GENERATIONS_A_WINDOW = 4
"""A generation is also closed when it spans this part of the window, so that old ones can go."""


class Generation(msgspec.Struct, kw_only=True):
    """One table of request ids: its number, the times its first and newest run came, how many it holds, the last seq.

    `bloom` has noted every hash that it holds.
    """

    number: int
    first: int
    newest: int
    rows: int
    last: int
    bloom: Bloom

    def see(self, hashes: Iterable[int]) -> None:
        """Note hashes that are written into the table."""
        self.bloom.add(self.number, hashes)


class Asked(msgspec.Struct, kw_only=True):
    """Request ids that were looked up: their hashes, in order, and the rows (`seq`) where one may stand, newest last."""

    hashes: array[int]
    rows: dict[str, list[int]]


class Run(msgspec.Struct, kw_only=True):
    """Request ids on their way into a generation: by id for those who look, by hash for the table.

    Where their rows (`seq`) follow one another from `first` on, `hashes` are those of one row after the other, and SQLite sorts
    them; else `pairs` are sorted here. `slices` are written already, `seen` is the generation that has noted them all.
    """

    ids: dict[str, int]
    newest: int
    last: int
    first: int = 0
    hashes: array[int] | None = None
    pairs: list[tuple[int, int]] = []
    slices: int = 0
    seen: int = 0


class RequestIds:
    """Looks request ids up, and remembers new ones. Used by the writer, inside its transaction, but for `recent`."""

    def __init__(self, db: apsw.Connection, window_ms: int, keep_ms: int) -> None:
        """Take the writing connection, the window, and for how long ids can be found at all (at least the window)."""
        self._db = db
        self._window_ms = window_ms
        self._keep_ms = keep_ms
        self._fresh: dict[str, int] = {}
        self._staged: dict[str, int] = {}
        self._fresh_hashes = array("q")
        self._staged_hashes = array("q")
        self._newest = 0
        self._run: Run | None = None
        self._slices = 0
        self._generations: list[Generation] = []
        self._reload()
        drained = db.execute("SELECT seq FROM marks WHERE name = 'drained'").get
        for seq, request_id, create_time in db.execute(UNDRAINED, (drained,)):
            self._fresh[request_id] = seq
            self._newest = max(self._newest, create_time)
        self._fresh_hashes = hashes_of(self._fresh)

    def _reload(self) -> None:
        known = {generation.number: generation.bloom for generation in self._generations}
        rows: list[Any] = self._db.execute("SELECT number, newest, rows, last FROM generations ORDER BY number").fetchall()
        self._generations = []
        for number, newest, count, last in rows:
            bloom = known.get(number) or self._bloom_of(number)
            generation = Generation(number=number, first=newest, newest=newest, rows=count, last=last, bloom=bloom)
            self._generations.append(generation)
            if number not in known:
                written: Any = self._db.execute(HASHES.format(number))
                generation.see(hash for (hash,) in written)

    def _bloom_of(self, number: int) -> Bloom:
        """Give the filter of a new generation: that of the one before, until it is full."""
        last = self._generations[-1] if self._generations else None
        return last.bloom if last is not None and last.number // GENERATIONS == number // GENERATIONS else Bloom()

    # -- looking up and remembering ----------------------------------------------------------------------------------

    def find(self, launches: Sequence[Launch]) -> Asked:
        """Say where the request ids of these may stand already; the row itself has the last word."""
        ids = [launch.request_id for launch in launches if launch.request_id != launch.id]
        asked = Asked(hashes=hashes_of(ids), rows={})
        if self._generations and ids:
            self._find_old(ids, launches[-1].create_time, asked)
        run = self._run.ids if self._run is not None else {}
        for known in (run, self._fresh, self._staged):
            for request_id in known.keys() & ids if known else ():
                asked.rows.setdefault(request_id, []).append(known[request_id])
        return asked

    def _find_old(self, ids: list[str], now: int, asked: Asked) -> None:
        by_hash: dict[int, list[int]] = {}
        live = [generation for generation in self._generations if generation.newest > now - self._window_ms]
        for bloom, generations in groupby(live, attrgetter("bloom")):
            maybe = bloom.maybe(asked.hashes)
            for generation in generations if maybe else ():
                if some := bloom.of(generation.number, maybe):
                    for hash, seq in self._db.execute(FIND_REQUESTS.format(generation.number), (apsw.carray(some),)):
                        by_hash.setdefault(hash, []).append(seq)
        if by_hash:
            asked.rows.update((id, sorted(by_hash[hash])) for id, hash in zip(ids, asked.hashes, strict=True) if hash in by_hash)

    def recent(self, request_id: str) -> int | None:
        """Give the row of a request id that is still in memory. May be asked from any thread."""
        for ids in (self._staged, self._fresh, run.ids if (run := self._run) is not None else {}):
            if (seq := ids.get(request_id)) is not None:
                return seq
        return None

    def stage(self, ids: dict[str, int], newest: int, asked: Asked) -> None:
        """Remember new request ids and their rows (`seq`), once this transaction is committed; all of them were `asked` for, in this order."""
        for known in (self._staged, self._fresh):
            for request_id in known.keys() & ids.keys():  # put before, and its window is over: it goes to the tables at once
                self.move(request_id, known[request_id], newest)
        self._staged.update(ids)
        self._staged_hashes.extend(asked.hashes if len(asked.hashes) == len(ids) else hashes_of(ids))
        self._newest = max(self._newest, newest)

    def move(self, request_id: str, seq: int, newest: int) -> None:
        """Remember that an older row now has this request id, in the tables at once."""
        self._write([(hashes_of([request_id])[0], seq)], newest, seq)

    # -- the transaction ---------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the next slice of a run, before the commit."""
        run = self._run
        if run is None and len(self._fresh) >= RUN_ROWS:
            run = self._run = self._begin_run()
        if run is not None:
            self._slices = run.slices + 1
            self._write_slice(run)
            if self._slices == SLICES:
                self._db.execute("UPDATE marks SET seq = ? WHERE name = 'drained'", (run.last,))

    def _begin_run(self) -> Run:
        ids = self._fresh
        seqs = list(ids.values())
        # An id that was staged twice has one place and two hashes.
        hashes = self._fresh_hashes if len(self._fresh_hashes) == len(ids) else hashes_of(ids)
        run = Run(ids=ids, newest=self._newest, last=max(seqs), first=seqs[0])
        if seqs == list(range(run.first, run.last + 1)):
            run.hashes = hashes
        else:
            run.pairs = sorted(zip(hashes, seqs, strict=True))
        self._run = run  # before `_fresh` is emptied: `recent` may be asked meanwhile
        self._fresh, self._fresh_hashes = {}, array("q")
        return run

    def _write_slice(self, run: Run) -> None:
        if run.hashes is None:
            size = len(run.pairs)
            self._write(run.pairs[size * run.slices // SLICES : size * (run.slices + 1) // SLICES], run.newest, run.last)
            return
        current, span = self._current(run.newest), 2**64 // SLICES
        low = run.slices * span - 2**63
        if run.seen != current.number:
            current.see(run.hashes)
            run.seen = current.number
        asked = (run.first - 1, apsw.carray(run.hashes), low, low + span - 1)
        self._db.execute(INSERT_RUN.format(current.number), asked)
        self._count(current, self._db.changes(), run.newest, run.last)

    def committed(self) -> None:
        """Take over what the transaction staged."""
        self._fresh.update(self._staged)
        self._fresh_hashes.extend(self._staged_hashes)
        self._staged, self._staged_hashes = {}, array("q")
        if self._run is not None:
            self._run.slices = self._slices
            if self._slices == SLICES:
                self._run = None

    def rolled_back(self) -> None:
        """Forget what the transaction staged; the run goes on where the last commit left it."""
        self._staged, self._staged_hashes = {}, array("q")
        if self._run is not None:
            self._slices = self._run.slices
        self._reload()

    # -- generations -------------------------------------------------------------------------------------------------

    def _write(self, pairs: Sequence[tuple[int, int]], newest: int, last: int) -> None:
        current = self._current(newest)
        for at in range(0, len(pairs), STATEMENT_ROWS):
            some = pairs[at : at + STATEMENT_ROWS]
            marks = ", ".join(["(?, ?)"] * len(some))
            words = f"INSERT OR IGNORE INTO request_ids_{current.number} VALUES {marks}"  # noqa: S608 - our own number
            self._db.execute(words, list(chain.from_iterable(some)))
        current.see(hash for hash, _ in pairs)
        self._count(current, len(pairs), newest, last)

    def _count(self, current: Generation, more: int, newest: int, last: int) -> None:
        current.rows += more
        current.newest = max(current.newest, newest)
        current.last = max(current.last, last)
        self._db.execute(
            "INSERT OR REPLACE INTO generations (number, newest, rows, last) VALUES (?, ?, ?, ?)",
            (current.number, current.newest, current.rows, current.last),
        )

    def _current(self, now: int) -> Generation:
        last = self._generations[-1] if self._generations else None
        if last is not None and last.rows < GENERATION_ROWS and now - last.first < self._window_ms // GENERATIONS_A_WINDOW:
            return last
        number = last.number + 1 if last else 1
        fresh = Generation(number=number, first=now, newest=now, rows=0, last=0, bloom=self._bloom_of(number))
        self._db.execute(GENERATION.format(fresh.number))
        self._generations.append(fresh)
        return fresh

    def forget(self, now: int) -> int:
        """Drop one generation that nobody can ask for any more; gives how many rows went."""
        old = self._generations[0] if len(self._generations) > 1 else None
        if old is None or old.newest >= now - self._keep_ms:
            return 0
        self._db.execute(f"DROP TABLE request_ids_{old.number}")
        self._db.execute("DELETE FROM generations WHERE number = ?", (old.number,))
        self._db.execute("UPDATE marks SET seq = max(seq, ?) WHERE name = 'dropped'", (old.last,))
        self._generations.pop(0)
        return old.rows
